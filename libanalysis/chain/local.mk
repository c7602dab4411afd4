# chain/ builds paths and judges them.
noinst_LTLIBRARIES += libchain.la
libchain_la_SOURCES = \
	libanalysis/chain/algorithm.c \
	libanalysis/chain/algorithm.h \
	libanalysis/chain/cache.c \
	libanalysis/chain/cache.h \
	libanalysis/chain/candidates.c \
	libanalysis/chain/constraints.c \
	libanalysis/chain/constraints.h \
	libanalysis/chain/context.c \
	libanalysis/chain/dominate.c \
	libanalysis/chain/explain.c \
	libanalysis/chain/explain.h \
	libanalysis/chain/extend.c \
	libanalysis/chain/fixpoint.c \
	libanalysis/chain/graph.c \
	libanalysis/chain/graph.h \
	libanalysis/chain/host.c \
	libanalysis/chain/host.h \
	libanalysis/chain/index.c \
	libanalysis/chain/items.c \
	libanalysis/chain/items.h \
	libanalysis/chain/judge.c \
	libanalysis/chain/judge.h \
	libanalysis/chain/judgements.c \
	libanalysis/chain/label.h \
	libanalysis/chain/leaf.c \
	libanalysis/chain/memory.c \
	libanalysis/chain/memory.h \
	libanalysis/chain/name.c \
	libanalysis/chain/name.h \
	libanalysis/chain/nopath.c \
	libanalysis/chain/order.c \
	libanalysis/chain/paths.c \
	libanalysis/chain/policy.c \
	libanalysis/chain/policy.h \
	libanalysis/chain/profile.c \
	libanalysis/chain/profile.h \
	libanalysis/chain/reason.c \
	libanalysis/chain/reason.h \
	libanalysis/chain/rows.c \
	libanalysis/chain/rsa.c \
	libanalysis/chain/rules.c \
	libanalysis/chain/signature.c \
	libanalysis/chain/signature.h \
	libanalysis/chain/stage.c \
	libanalysis/chain/stage.h \
	libanalysis/chain/subtree.c \
	libanalysis/chain/trust.c
libchain_la_LIBADD = libtrust.la libcert.la libbase.la $(GNUTLS_LIBS) $(HOGWEED_LIBS) -lgmp $(NETTLE_LIBS) $(PSL_LIBS) -lunistring
