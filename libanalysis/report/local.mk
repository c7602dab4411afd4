# report/ counts; it reads rows only, no certificate and no dump.
noinst_LTLIBRARIES += libreport.la
libreport_la_SOURCES = \
	libanalysis/report/cells.c \
	libanalysis/report/collect.h \
	libanalysis/report/count.c \
	libanalysis/report/emit.c \
	libanalysis/report/figure.h \
	libanalysis/report/figure_agreement.c \
	libanalysis/report/figure_dates.c \
	libanalysis/report/figure_sizes.c \
	libanalysis/report/figure_verdicts.c \
	libanalysis/report/figures.c \
	libanalysis/report/gnuplot.c \
	libanalysis/report/internal.h \
	libanalysis/report/lines.c \
	libanalysis/report/pairs.c \
	libanalysis/report/pretty.c \
	libanalysis/report/report.h \
	libanalysis/report/rows.c \
	libanalysis/report/sheet.c \
	libanalysis/report/speak.c \
	libanalysis/report/table_certificates.c \
	libanalysis/report/table_dh.c \
	libanalysis/report/table_exchange.c \
	libanalysis/report/table_monitoring.c \
	libanalysis/report/table_offers.c \
	libanalysis/report/table_scans.c \
	libanalysis/report/table_starttls.c \
	libanalysis/report/table_stores.c \
	libanalysis/report/table_strength.c \
	libanalysis/report/table_stripping.c \
	libanalysis/report/table_suites.c \
	libanalysis/report/table_validity.c \
	libanalysis/report/table_versions.c \
	libanalysis/report/tables.c \
	libanalysis/report/tally.c \
	libanalysis/report/tally.h \
	libanalysis/report/trace.c \
	libanalysis/report/tuples.c \
	libanalysis/report/views.c
libreport_la_LIBADD = libstrength.la libbase.la -lunistring
