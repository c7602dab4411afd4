# base/ knows nothing of the other folders.
noinst_LTLIBRARIES += libbase.la
libbase_la_SOURCES = \
	libanalysis/base/base.h \
	libanalysis/base/base64.c \
	libanalysis/base/blocks.c \
	libanalysis/base/blocks.h \
	libanalysis/base/bounds.h \
	libanalysis/base/buf.c \
	libanalysis/base/codec.c \
	libanalysis/base/codec.h \
	libanalysis/base/csv.c \
	libanalysis/base/files.c \
	libanalysis/base/filter.c \
	libanalysis/base/filter.h \
	libanalysis/base/hash.c \
	libanalysis/base/input.c \
	libanalysis/base/input.h \
	libanalysis/base/intern.c \
	libanalysis/base/intern.h \
	libanalysis/base/known.c \
	libanalysis/base/known.h \
	libanalysis/base/msg.c \
	libanalysis/base/output.c \
	libanalysis/base/output.h \
	libanalysis/base/pack.c \
	libanalysis/base/progress.c \
	libanalysis/base/progress.h \
	libanalysis/base/provenance.c \
	libanalysis/base/provenance.h \
	libanalysis/base/time.c
libbase_la_LIBADD = $(NETTLE_LIBS) $(ZLIB_LIBS) $(ZSTD_LIBS) $(LZMA_LIBS) $(XXHASH_LIBS)
