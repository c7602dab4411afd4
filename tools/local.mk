# one short main a tool
noinst_LTLIBRARIES += libcli.la
libcli_la_SOURCES = tools/cli.c tools/cli.h
libcli_la_LIBADD = libbase.la

bin_PROGRAMS += tw-certs
tw_certs_SOURCES = tools/tw-certs.c
tw_certs_LDADD = libcli.la libcert.la libbase.la
dist_man_MANS += man/tw-certs.1
bin_PROGRAMS += tw-verify
tw_verify_SOURCES = tools/tw-verify.c
tw_verify_LDADD = libcli.la libchain.la
dist_man_MANS += man/tw-verify.1

bin_PROGRAMS += tw-chain
tw_chain_SOURCES = tools/tw-chain.c
tw_chain_LDADD = libcli.la libchain.la
dist_man_MANS += man/tw-chain.1

bin_PROGRAMS += tw-classify
tw_classify_SOURCES = tools/tw-classify.c
tw_classify_LDADD = libcli.la libstrength.la
dist_man_MANS += man/tw-classify.1

bin_PROGRAMS += tw-ingest
tw_ingest_SOURCES = tools/tw-ingest.c
tw_ingest_LDADD = libcli.la $(DUMP_LIBS)
dist_man_MANS += man/tw-ingest.1

bin_PROGRAMS += tw-study
tw_study_SOURCES = tools/tw-study.c
tw_study_LDADD = libcli.la libreport.la libchain.la $(DUMP_LIBS)
dist_man_MANS += man/tw-study.1

bin_PROGRAMS += tw-report
tw_report_SOURCES = tools/tw-report.c
tw_report_LDADD = libcli.la libreport.la
dist_man_MANS += man/tw-report.1

bin_PROGRAMS += tw-stores
tw_stores_SOURCES = tools/tw-stores.c tools/stores.c tools/stores.h tools/stores_check.c tools/stores_diff.c \
	tools/stores_export.c tools/stores_history.c tools/stores_import.c tools/stores_list.c tools/stores_overlap.c tools/stores_show.c
tw_stores_LDADD = libcli.la libtrust.la
dist_man_MANS += man/tw-stores.1
