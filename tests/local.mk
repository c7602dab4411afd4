# Check suites, in the order of the library's folders.
check_PROGRAMS += tests/check_base
tests_check_base_SOURCES = tests/base/check_base.c
tests_check_base_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_base_LDADD = libbase.la $(CHECK_LIBS)

check_PROGRAMS += tests/check_input
tests_check_input_SOURCES = tests/base/check_input.c
tests_check_input_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_input_LDADD = libbase.la $(CHECK_LIBS)

check_PROGRAMS += tests/check_blocks
tests_check_blocks_SOURCES = tests/base/check_blocks.c
tests_check_blocks_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_blocks_LDADD = libbase.la $(CHECK_LIBS)

check_PROGRAMS += tests/check_csv
tests_check_csv_SOURCES = tests/base/check_csv.c
tests_check_csv_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_csv_LDADD = libbase.la $(CHECK_LIBS) -lcsv

check_PROGRAMS += tests/check_output
tests_check_output_SOURCES = tests/base/check_output.c
tests_check_output_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_output_LDADD = libbase.la $(CHECK_LIBS)

check_PROGRAMS += tests/check_cert
tests_check_cert_SOURCES = tests/cert/check_cert.c
tests_check_cert_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_cert_LDADD = libcert.la libbase.la $(CHECK_LIBS)
EXTRA_DIST += tests/cert/fixtures

check_PROGRAMS += tests/check_certs
tests_check_certs_SOURCES = tests/cert/check_certs.c
tests_check_certs_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_certs_LDADD = libcert.la libbase.la $(CHECK_LIBS)

check_PROGRAMS += tests/check_oracle
tests_check_oracle_SOURCES = tests/cert/check_oracle.c
tests_check_oracle_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_oracle_LDADD = libcert.la libbase.la $(CHECK_LIBS) $(GNUTLS_LIBS)

check_PROGRAMS += tests/check_crl tests/check_ocsp
tests_check_crl_SOURCES = tests/cert/check_crl.c
tests_check_crl_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_crl_LDADD = libcert.la libbase.la $(CHECK_LIBS)
tests_check_ocsp_SOURCES = tests/cert/check_ocsp.c
tests_check_ocsp_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_ocsp_LDADD = libcert.la libbase.la $(CHECK_LIBS) $(NETTLE_LIBS)
EXTRA_DIST += tests/cert/crl

check_PROGRAMS += tests/check_revoked
tests_check_revoked_SOURCES = tests/trust/check_revoked.c
tests_check_revoked_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_revoked_LDADD = libtrust.la libjson.la libcert.la libbase.la -lstdc++ $(CHECK_LIBS)
EXTRA_DIST += tests/trust/revoked
dist_check_SCRIPTS += tests/trust/import.sh tests/trust/rebuild.sh tests/trust/stores.sh
EXTRA_DIST += tests/trust/import.py tests/trust/import_text.py tests/trust/stores.py
EXTRA_DIST += tests/trust/ctl.py tests/trust/importing.py tests/trust/keystores tests/trust/keystores.py
check_PROGRAMS += tests/check_dates
tests_check_dates_SOURCES = tests/trust/check_dates.c
tests_check_dates_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_dates_LDADD = libtrust.la libjson.la libcert.la libbase.la -lstdc++ $(CHECK_LIBS)

# Facts against GnuTLS and libcrypto, certificate by certificate.
EXTRA_DIST += tests/cert/corpus/gather.sh
check_PROGRAMS += tests/check_corpus
tests_check_corpus_SOURCES = tests/cert/corpus/compare.c tests/cert/corpus/compare.h \
	tests/cert/corpus/peer_gnutls.c tests/cert/corpus/peer_openssl.c tests/cert/corpus/rules.c
tests_check_corpus_LDADD = libcert.la libbase.la $(GNUTLS_LIBS) $(OPENSSL_LIBS)

dist_check_SCRIPTS += tests/cert/compare_openssl.sh
dist_check_SCRIPTS += tests/cert/tw_certs_cli.sh

check_PROGRAMS += tests/check_pkits
tests_check_pkits_SOURCES = tests/chain/check_pkits.c
tests_check_pkits_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_pkits_LDADD = libcert.la libbase.la $(CHECK_LIBS)
EXTRA_DIST += tests/chain/pkits

check_PROGRAMS += tests/check_constraints tests/check_host tests/check_names tests/check_times tests/check_costs
tests_check_costs_SOURCES = tests/chain/check_costs.c
tests_check_costs_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_costs_LDADD = libchain.la $(CHECK_LIBS)
tests_check_times_SOURCES = tests/chain/check_times.c
tests_check_times_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_times_LDADD = libchain.la $(CHECK_LIBS)
tests_check_host_SOURCES = tests/chain/check_host.c tests/synth/der.c tests/synth/der.h
tests_check_host_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_check_host_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_host_LDADD = libchain.la $(CHECK_LIBS)
tests_check_constraints_SOURCES = tests/chain/check_constraints.c tests/synth/der.c tests/synth/der.h
tests_check_constraints_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_check_constraints_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_constraints_LDADD = libchain.la $(CHECK_LIBS)
tests_check_names_SOURCES = tests/chain/check_names.c tests/synth/der.c tests/synth/der.h
tests_check_names_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_check_names_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_names_LDADD = libchain.la $(CHECK_LIBS)
check_PROGRAMS += tests/check_conditions
tests_check_conditions_SOURCES = tests/chain/check_conditions.c tests/synth/der.c tests/synth/der.h
tests_check_conditions_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_check_conditions_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_conditions_LDADD = libchain.la $(CHECK_LIBS)
check_PROGRAMS += tests/check_deltas
tests_check_deltas_SOURCES = tests/chain/check_deltas.c
tests_check_deltas_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_deltas_LDADD = libchain.la $(CHECK_LIBS)
check_PROGRAMS += tests/check_distrust
tests_check_distrust_SOURCES = tests/chain/check_distrust.c
tests_check_distrust_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_distrust_LDADD = libchain.la libcert.la libbase.la $(CHECK_LIBS)

# The library's signature checks are replaced by the test's own.
check_PROGRAMS += tests/check_brute
tests_check_brute_SOURCES = tests/chain/agree.c tests/chain/agree.h tests/chain/brute.c tests/chain/brute.h tests/chain/check_brute.c tests/chain/engine.c tests/chain/engine.h \
	tests/chain/judged.c tests/chain/judged.h tests/chain/made_webs.c tests/synth/der.c tests/synth/der.h tests/synth/web.c tests/synth/web.h tests/synth/web_der.c
tests_check_brute_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_check_brute_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_brute_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=tw_pubkey_new -Wl,--wrap=tw_pubkey_free -Wl,--wrap=tw_signature_check
tests_check_brute_LDADD = libchain.la $(CHECK_LIBS)

# A store of a hundred snapshots, by the same enumerator.
check_PROGRAMS += tests/check_series
tests_check_series_SOURCES = tests/chain/agree.c tests/chain/agree.h tests/chain/brute.c tests/chain/brute.h tests/chain/check_series.c tests/chain/engine.c \
	tests/chain/engine.h tests/synth/der.c tests/synth/der.h tests/synth/web.c tests/synth/web.h tests/synth/web_der.c
tests_check_series_CPPFLAGS = $(tests_check_brute_CPPFLAGS)
tests_check_series_CFLAGS = $(tests_check_brute_CFLAGS)
tests_check_series_LDFLAGS = $(tests_check_brute_LDFLAGS)
tests_check_series_LDADD = $(tests_check_brute_LDADD)

# The same with bounds so low that small webs meet them: when limit may be said.
check_PROGRAMS += tests/check_coarse tests/check_lost
tests_check_coarse_SOURCES = $(tests_check_brute_SOURCES) libanalysis/chain/fixpoint.c libanalysis/chain/leaf.c
tests_check_coarse_CPPFLAGS = $(tests_check_brute_CPPFLAGS) -DTW_TEST_LOSES=LOSES_REASONS -DTW_MAX_EXACT_LABELS=1 \
	-DTW_MAX_EXACT_EXTENSIONS=2
tests_check_coarse_CFLAGS = $(tests_check_brute_CFLAGS)
tests_check_coarse_LDFLAGS = $(tests_check_brute_LDFLAGS)
tests_check_coarse_LDADD = $(tests_check_brute_LDADD)
tests_check_lost_SOURCES = $(tests_check_coarse_SOURCES)
tests_check_lost_CPPFLAGS = $(tests_check_brute_CPPFLAGS) -DTW_TEST_LOSES=LOSES_PATHS -DTW_MAX_EXACT_LABELS=1 \
	-DTW_MAX_EXACT_EXTENSIONS=2 -DTW_MAX_LABELS=1
tests_check_lost_CFLAGS = $(tests_check_brute_CFLAGS)
tests_check_lost_LDFLAGS = $(tests_check_brute_LDFLAGS)
tests_check_lost_LDADD = $(tests_check_brute_LDADD)

# What bounds keep, by webs made for them.
check_PROGRAMS += tests/check_bounded
tests_check_bounded_SOURCES = tests/chain/brute.h tests/chain/check_bounded.c tests/chain/engine.c tests/chain/engine.h \
	tests/synth/der.c tests/synth/der.h tests/synth/web.c tests/synth/web.h tests/synth/web_der.c \
	libanalysis/chain/candidates.c libanalysis/chain/fixpoint.c libanalysis/chain/leaf.c libanalysis/chain/nopath.c
tests_check_bounded_CPPFLAGS = $(tests_check_brute_CPPFLAGS) -DTW_MAX_EXACT_LABELS=1 -DTW_MAX_LABELS=1 -DTW_MAX_CANDIDATES=4 \
	-DTW_MAX_CHECK_COST=20 -DTW_MAX_REACH=3
tests_check_bounded_CFLAGS = $(tests_check_brute_CFLAGS)
tests_check_bounded_LDFLAGS = $(tests_check_brute_LDFLAGS)
tests_check_bounded_LDADD = $(tests_check_brute_LDADD)

dist_check_SCRIPTS += tests/chain/check_explain.sh tests/chain/check_chain.sh tests/chain/check_cases.sh tests/chain/check_docs.sh tests/chain/check_facts.sh
dist_check_SCRIPTS += tests/chain/check_revocation.sh tests/chain/check_staple.sh tests/chain/check_client.sh
EXTRA_DIST += tests/chain/check_client.py tests/chain/check_staple.py tests/chain/check_revocation.py tests/chain/check_revocation_random.py tests/synth/lists.py
dist_check_SCRIPTS += tests/chain/check_series.sh
EXTRA_DIST += tests/chain/check_series.py
dist_check_SCRIPTS += tests/chain/check_algorithms.sh
EXTRA_DIST += tests/chain/check_algorithms.py
dist_check_SCRIPTS += tests/chain/check_signatures.sh
EXTRA_DIST += tests/chain/check_signatures.py tests/synth/algorithms.py tests/synth/algorithms_rsa.py tests/synth/sign.py
dist_check_SCRIPTS += tests/chain/check_corpus.sh tests/chain/check_hostile.sh
EXTRA_DIST += tests/chain/cases tests/chain/check_cases.py tests/chain/check_docs.py tests/chain/check_facts.py tests/chain/facts tests/chain/make-fixtures.sh tests/chain/certs tests/chain/keys
EXTRA_DIST += tests/chain/check_corpus.py tests/chain/check_hostile.py tests/synth/corpus.py
EXTRA_DIST += tests/synth/facts.py tests/synth/peers.py tests/synth/resign.py

check_PROGRAMS += tests/check_crypto
tests_check_crypto_SOURCES = tests/crypto/check_crypto.c
tests_check_crypto_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_crypto_LDADD = libstrength.la $(CHECK_LIBS)
dist_check_SCRIPTS += tests/crypto/suites_check.sh
EXTRA_DIST += tests/crypto/suites.snapshot.csv tests/crypto/suites_check.py

# The house: what may include and need what, what configure says.
dist_check_SCRIPTS += tests/house/configure.sh tests/house/headers.sh \
	tests/house/includes.sh tests/house/layers.sh tests/house/python.sh
EXTRA_DIST += tests/house/may-include tests/cli/follow.py tests/cli/shim.c tests/chain/once.c

dist_check_SCRIPTS += tests/cli/examples.sh tests/cli/failures.sh tests/cli/follow.sh tests/cli/ingest.sh tests/cli/man.sh tests/cli/manners.sh tests/cli/study.sh tests/cli/threads.sh

dist_check_SCRIPTS += tests/dump/beside.sh tests/dump/bundle.sh tests/dump/captures.sh tests/dump/clients.sh tests/dump/zgrab2.sh
EXTRA_DIST += tests/dump/capture_forms.py tests/dump/capture_fragments.py tests/dump/capture_secrets.py tests/dump/capture_talk.py tests/dump/capture_wire.py tests/dump/captures.py tests/dump/clients.py tests/synth/packets.py tests/synth/tls.py
check_PROGRAMS += tests/check_tcp
tests_check_tcp_SOURCES = tests/dump/check_tcp.c
tests_check_tcp_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_tcp_LDADD = $(DUMP_LIBS) $(CHECK_LIBS)
dist_check_SCRIPTS += tests/dump/dtls.sh
EXTRA_DIST += tests/dump/dtls.py tests/dump/dtls_peers.py
EXTRA_DIST += tests/dump/cases.py tests/dump/samples.py tests/dump/zgrab2.cases

dist_check_SCRIPTS += tests/report/figures.sh tests/report/recompute.sh tests/report/stores.sh tests/report/stripping.sh
EXTRA_DIST += tests/report/recompute.py tests/report/tables.py tests/report/stores.py tests/report/stripping.py tests/report/figures.py

dist_check_SCRIPTS += tests/samples/both.sh tests/samples/capture.sh tests/samples/peers.sh tests/samples/public.sh tests/samples/stores.sh tests/samples/tables.sh \
	tests/samples/transcripts.sh tests/samples/truth.sh
EXTRA_DIST += tests/samples/both.py tests/samples/capture.py tests/samples/peers.py tests/samples/public.py \
	tests/samples/samples.py tests/samples/stores.py tests/samples/tables.py tests/samples/transcripts.py tests/samples/truth.py

# make bench: ratios to bare loops in the same run; TW_BENCH_BYTES sets the size.
EXTRA_PROGRAMS = tests/bench/bare
tests_bench_bare_SOURCES = tests/bench/bare.c
tests_bench_bare_LDADD = $(DUMP_LIBS)
CLEANFILES += tests/bench/bare
EXTRA_DIST += tests/bench/run.sh tests/bench/make-dump.py
bench: tests/bench/bare tw-ingest
	@TW_SRCDIR='$(abs_top_srcdir)' TW_BUILDDIR='$(abs_top_builddir)' bash $(srcdir)/tests/bench/run.sh
.PHONY: bench

# make check-long: the proofs of the judge at full length, some minutes.
check-long: tests/check_brute tw-verify
	TW_GRAPHS=100000 tests/check_brute
	TW_WEBS=2000 TW_SRCDIR='$(abs_top_srcdir)' TW_BUILDDIR='$(abs_top_builddir)' sh $(srcdir)/tests/chain/check_revocation.sh
	TW_CHAINS=5000 TW_SRCDIR='$(abs_top_srcdir)' TW_BUILDDIR='$(abs_top_builddir)' sh $(srcdir)/tests/chain/check_corpus.sh
.PHONY: check-long

# make check-mutants: each decision of the judge turned in turn, some hours of a busy machine; goes on where it stopped.
EXTRA_DIST += tests/mutants/run.py tests/mutants/sites.py tests/mutants/mutant.h tests/mutants/replay.h tests/mutants/equal
check-mutants:
	TW_SRCDIR='$(abs_top_srcdir)' nice -n 19 python3 $(srcdir)/tests/mutants/run.py -k mutants
.PHONY: check-mutants

# Judging beside the bare loop of its signatures.
EXTRA_DIST += tests/bench/chain.sh
EXTRA_PROGRAMS += tests/bench/chain tests/bench/chain-make
tests_bench_chain_SOURCES = tests/bench/chain.c
tests_bench_chain_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=gnutls_pubkey_verify_data2
tests_bench_chain_LDADD = libchain.la $(OPENSSL_LIBS)
tests_bench_chain_make_SOURCES = tests/bench/chain-make.c
tests_bench_chain_make_LDADD = $(OPENSSL_LIBS)
CLEANFILES += tests/bench/chain tests/bench/chain-make
bench-chain: tests/bench/chain tests/bench/chain-make
	@TW_BUILDDIR='$(abs_top_builddir)' bash $(srcdir)/tests/bench/chain.sh
bench: bench-chain
# make bench-stores: ten stores against one, a hundred snapshots against one.
EXTRA_DIST += tests/bench/stores.sh tests/bench/stores-make.py
bench-stores: tests/bench/chain tests/bench/chain-make
	@TW_SRCDIR='$(abs_top_srcdir)' TW_BUILDDIR='$(abs_top_builddir)' bash $(srcdir)/tests/bench/stores.sh
bench: bench-stores

# make bench-capture: captures against tshark and against reading the file alone.
EXTRA_DIST += tests/bench/capture.sh tests/bench/make-capture.py
bench-capture: tw-ingest
	@TW_SRCDIR='$(abs_top_srcdir)' TW_BUILDDIR='$(abs_top_builddir)' bash $(srcdir)/tests/bench/capture.sh
bench: bench-capture
.PHONY: bench-chain bench-stores bench-capture
clean-local:
	rm -rf tests/bench/chains-* mutants
