# chain/ builds paths and judges them.
noinst_LTLIBRARIES += libchain.la
libchain_la_SOURCES = \
	libanalysis/chain/constraints.c \
	libanalysis/chain/constraints.h \
	libanalysis/chain/graph.c \
	libanalysis/chain/graph.h \
	libanalysis/chain/host.c \
	libanalysis/chain/host.h \
	libanalysis/chain/judge.c \
	libanalysis/chain/judge.h \
	libanalysis/chain/name.c \
	libanalysis/chain/name.h \
	libanalysis/chain/order.c \
	libanalysis/chain/path.c \
	libanalysis/chain/path.h \
	libanalysis/chain/rules.c \
	libanalysis/chain/signature.c \
	libanalysis/chain/signature.h \
	libanalysis/chain/stage.c \
	libanalysis/chain/stage.h \
	libanalysis/chain/subtree.c
libchain_la_LIBADD = libtrust.la libcert.la libbase.la $(GNUTLS_LIBS) $(NETTLE_LIBS) $(PSL_LIBS) -lunistring
