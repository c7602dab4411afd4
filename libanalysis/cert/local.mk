# cert/ reads certificates; it uses base/ only.
noinst_LTLIBRARIES += libcert.la
libcert_la_SOURCES = \
	libanalysis/cert/cert.c \
	libanalysis/cert/cert.h \
	libanalysis/cert/certs.c \
	libanalysis/cert/crl.c \
	libanalysis/cert/crl.h \
	libanalysis/cert/crl_entries.c \
	libanalysis/cert/crl_internal.h \
	libanalysis/cert/csv.c \
	libanalysis/cert/der.c \
	libanalysis/cert/extensions.c \
	libanalysis/cert/faults.c \
	libanalysis/cert/general.c \
	libanalysis/cert/internal.h \
	libanalysis/cert/keys.c \
	libanalysis/cert/names.c \
	libanalysis/cert/ocsp.c \
	libanalysis/cert/ocsp.h \
	libanalysis/cert/pem.c \
	libanalysis/cert/points.c \
	libanalysis/cert/policies.c \
	libanalysis/cert/tail.c \
	libanalysis/cert/tail.h
libcert_la_LIBADD = libbase.la -lunistring
