# crypto/ says what is weak and why.
noinst_LTLIBRARIES += libstrength.la
libstrength_la_SOURCES = \
	libanalysis/crypto/classify.c \
	libanalysis/crypto/classify.h \
	libanalysis/crypto/dh_primes.c \
	libanalysis/crypto/dh_primes.h \
	libanalysis/crypto/facts.c \
	libanalysis/crypto/facts.h \
	libanalysis/crypto/software.c \
	libanalysis/crypto/software.h \
	libanalysis/crypto/strength.c \
	libanalysis/crypto/strength.h \
	libanalysis/crypto/suites.c \
	libanalysis/crypto/suites.h \
	libanalysis/crypto/suites_table.c \
	libanalysis/crypto/tls_names.c \
	libanalysis/crypto/tls_names.h
libstrength_la_LIBADD = libcert.la libbase.la
