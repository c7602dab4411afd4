# trust/ knows which certificates a store holds, and judges nothing.
noinst_LTLIBRARIES += libtrust.la
libtrust_la_SOURCES = \
	libanalysis/trust/revoked.c \
	libanalysis/trust/revoked.h \
	libanalysis/trust/snapshot.c \
	libanalysis/trust/snapshot.h \
	libanalysis/trust/store.c \
	libanalysis/trust/store.h
# A convenience library does not say that its objects are C++.
libtrust_la_LIBADD = libjson.la libcert.la libbase.la -lstdc++
