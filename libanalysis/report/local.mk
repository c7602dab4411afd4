# report/ counts; it reads rows only, no certificate and no dump.
noinst_LTLIBRARIES += libreport.la
libreport_la_SOURCES = \
	libanalysis/report/emit.c \
	libanalysis/report/internal.h \
	libanalysis/report/report.h \
	libanalysis/report/rows.c \
	libanalysis/report/tables.c \
	libanalysis/report/trace.c
libreport_la_LIBADD = libbase.la
