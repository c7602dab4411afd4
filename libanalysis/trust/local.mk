# trust/ knows which certificates a store holds, and judges nothing.
noinst_LTLIBRARIES += libtrust.la
libtrust_la_SOURCES = \
	libanalysis/trust/alternatives.c \
	libanalysis/trust/cab.c \
	libanalysis/trust/cab.h \
	libanalysis/trust/apple.c \
	libanalysis/trust/apple.h \
	libanalysis/trust/certdata.c \
	libanalysis/trust/certdata.h \
	libanalysis/trust/ctl.c \
	libanalysis/trust/ctl.h \
	libanalysis/trust/dates.c \
	libanalysis/trust/dates.h \
	libanalysis/trust/digest.c \
	libanalysis/trust/digest.h \
	libanalysis/trust/disallowed.c \
	libanalysis/trust/disallowed.h \
	libanalysis/trust/elements.h \
	libanalysis/trust/import.h \
	libanalysis/trust/import_authroot.c \
	libanalysis/trust/import_ccadb.c \
	libanalysis/trust/import_certdata.c \
	libanalysis/trust/import_chrome.c \
	libanalysis/trust/import_java_blocked.c \
	libanalysis/trust/import_jks.c \
	libanalysis/trust/import_observatory.c \
	libanalysis/trust/import_dir.c \
	libanalysis/trust/import_pem.c \
	libanalysis/trust/import_pkcs12.c \
	libanalysis/trust/import_snapshot.c \
	libanalysis/trust/importers.c \
	libanalysis/trust/importers.h \
	libanalysis/trust/lines.h \
	libanalysis/trust/pkcs12.c \
	libanalysis/trust/pkcs12.h \
	libanalysis/trust/pool.c \
	libanalysis/trust/pool.h \
	libanalysis/trust/revoked.c \
	libanalysis/trust/revoked.h \
	libanalysis/trust/rootstores.c \
	libanalysis/trust/rootstores.h \
	libanalysis/trust/series.c \
	libanalysis/trust/series.h \
	libanalysis/trust/snapshot.c \
	libanalysis/trust/snapshot.h \
	libanalysis/trust/snapshot_csv.c \
	libanalysis/trust/spec.c \
	libanalysis/trust/spec.h \
	libanalysis/trust/store.c \
	libanalysis/trust/store.h \
	libanalysis/trust/text.c \
	libanalysis/trust/text.h \
	libanalysis/trust/textproto.c \
	libanalysis/trust/textproto.h
# A convenience library does not say that its objects are C++.
libtrust_la_LIBADD = libjson.la libcert.la libbase.la $(NETTLE_LIBS) $(OPENSSL_LIBS) $(ZLIB_LIBS) -lunistring -lcsv -lyaml -lstdc++
