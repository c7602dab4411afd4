# Fuzz targets. A new one: its file here, its line in tests/fuzz/targets, its
# seeds in corpus/NAME, a NAME.dict if it helps, and three lines below. make check replays the corpora;
# tests/fuzz/run fuzzes. Configured with --enable-fuzzer, libFuzzer brings main.
EXTRA_DIST += tests/fuzz/long.py tests/fuzz/seeds.py tests/fuzz/run tests/fuzz/targets tests/fuzz/corpus tests/fuzz/zgrab2.dict
FUZZ_LIBS = $(DUMP_LIBS)
if FUZZER
FUZZ_MAIN =
AM_FUZZFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
FUZZ_MAIN = tests/fuzz/replay.c
AM_FUZZFLAGS = $(AM_LDFLAGS)
endif

# check_PROGRAMS += tests/fuzz/fuzz_NAME
# tests_fuzz_fuzz_NAME_SOURCES = tests/fuzz/fuzz_NAME.c $(FUZZ_MAIN)
# tests_fuzz_fuzz_NAME_LDFLAGS = $(AM_FUZZFLAGS)
# tests_fuzz_fuzz_NAME_LDADD = $(FUZZ_LIBS)
check_PROGRAMS += tests/fuzz/fuzz_csv
tests_fuzz_fuzz_csv_SOURCES = tests/fuzz/fuzz_csv.c $(FUZZ_MAIN)
tests_fuzz_fuzz_csv_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_csv_LDADD = libbase.la
check_PROGRAMS += tests/fuzz/fuzz_cert
tests_fuzz_fuzz_cert_SOURCES = tests/fuzz/fuzz_cert.c $(FUZZ_MAIN)
tests_fuzz_fuzz_cert_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_cert_LDADD = libcert.la libbase.la
check_PROGRAMS += tests/fuzz/fuzz_certs_file
tests_fuzz_fuzz_certs_file_SOURCES = tests/fuzz/fuzz_certs_file.c $(FUZZ_MAIN)
tests_fuzz_fuzz_certs_file_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_certs_file_LDADD = libcert.la libbase.la
check_PROGRAMS += tests/fuzz/fuzz_pem
tests_fuzz_fuzz_pem_SOURCES = tests/fuzz/fuzz_pem.c $(FUZZ_MAIN)
tests_fuzz_fuzz_pem_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_pem_LDADD = libcert.la libbase.la
check_PROGRAMS += tests/fuzz/fuzz_chain
tests_fuzz_fuzz_chain_SOURCES = tests/fuzz/fuzz_chain.c $(FUZZ_MAIN)
tests_fuzz_fuzz_chain_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_chain_LDADD = libchain.la libcert.la libbase.la
check_PROGRAMS += tests/fuzz/fuzz_classify
tests_fuzz_fuzz_classify_SOURCES = tests/fuzz/fuzz_classify.c $(FUZZ_MAIN)
tests_fuzz_fuzz_classify_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_classify_LDADD = libstrength.la
check_PROGRAMS += tests/fuzz/fuzz_zgrab2
tests_fuzz_fuzz_zgrab2_SOURCES = tests/fuzz/fuzz_zgrab2.c $(FUZZ_MAIN)
tests_fuzz_fuzz_zgrab2_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_zgrab2_LDADD = $(DUMP_LIBS)
check_PROGRAMS += tests/fuzz/fuzz_report
tests_fuzz_fuzz_report_SOURCES = tests/fuzz/fuzz_report.c $(FUZZ_MAIN)
tests_fuzz_fuzz_report_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_report_LDADD = libreport.la
check_PROGRAMS += tests/fuzz/fuzz_crl
tests_fuzz_fuzz_crl_SOURCES = tests/fuzz/fuzz_crl.c $(FUZZ_MAIN)
tests_fuzz_fuzz_crl_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_crl_LDADD = libcert.la libbase.la
check_PROGRAMS += tests/fuzz/fuzz_ocsp
tests_fuzz_fuzz_ocsp_SOURCES = tests/fuzz/fuzz_ocsp.c $(FUZZ_MAIN)
tests_fuzz_fuzz_ocsp_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_ocsp_LDADD = libcert.la libbase.la
check_PROGRAMS += tests/fuzz/fuzz_revocation
tests_fuzz_fuzz_revocation_SOURCES = tests/fuzz/fuzz_revocation.c $(FUZZ_MAIN)
tests_fuzz_fuzz_revocation_LDFLAGS = $(AM_FUZZFLAGS) -Wl,--wrap=tw_signature_check
tests_fuzz_fuzz_revocation_LDADD = libchain.la libcert.la libbase.la
check_PROGRAMS += tests/fuzz/fuzz_staple
tests_fuzz_fuzz_staple_SOURCES = tests/fuzz/fuzz_staple.c $(FUZZ_MAIN)
tests_fuzz_fuzz_staple_LDFLAGS = $(AM_FUZZFLAGS) -Wl,--wrap=tw_signature_check
tests_fuzz_fuzz_staple_LDADD = libchain.la libcert.la libbase.la
check_PROGRAMS += tests/fuzz/fuzz_bundle
tests_fuzz_fuzz_bundle_SOURCES = tests/fuzz/fuzz_bundle.c $(FUZZ_MAIN)
tests_fuzz_fuzz_bundle_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_bundle_LDADD = $(FUZZ_LIBS)
check_PROGRAMS += tests/fuzz/fuzz_import
tests_fuzz_fuzz_import_SOURCES = tests/fuzz/fuzz_import.c $(FUZZ_MAIN)
tests_fuzz_fuzz_import_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_import_LDADD = libtrust.la libjson.la libcert.la libbase.la -lstdc++
check_PROGRAMS += tests/fuzz/fuzz_revoked
tests_fuzz_fuzz_revoked_SOURCES = tests/fuzz/fuzz_revoked.c $(FUZZ_MAIN)
tests_fuzz_fuzz_revoked_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_revoked_LDADD = libtrust.la libjson.la libcert.la libbase.la -lstdc++
check_PROGRAMS += tests/fuzz/fuzz_name
tests_fuzz_fuzz_name_SOURCES = tests/fuzz/fuzz_name.c tests/synth/der.c tests/synth/der.h $(FUZZ_MAIN)
tests_fuzz_fuzz_name_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_fuzz_fuzz_name_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_name_LDADD = libchain.la libcert.la libbase.la
check_PROGRAMS += tests/fuzz/fuzz_policy
tests_fuzz_fuzz_policy_SOURCES = tests/fuzz/fuzz_policy.c tests/synth/cert.c tests/synth/cert.h tests/synth/der.c tests/synth/der.h $(FUZZ_MAIN)
tests_fuzz_fuzz_policy_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_fuzz_fuzz_policy_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_policy_LDADD = libchain.la libcert.la libbase.la
check_PROGRAMS += tests/fuzz/fuzz_constraints
tests_fuzz_fuzz_constraints_SOURCES = tests/fuzz/fuzz_constraints.c tests/synth/cert.c tests/synth/cert.h tests/synth/der.c tests/synth/der.h $(FUZZ_MAIN)
tests_fuzz_fuzz_constraints_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_fuzz_fuzz_constraints_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_constraints_LDADD = libchain.la libcert.la libbase.la
check_PROGRAMS += tests/fuzz/fuzz_host
tests_fuzz_fuzz_host_SOURCES = tests/fuzz/fuzz_host.c tests/synth/cert.c tests/synth/cert.h tests/synth/der.c tests/synth/der.h $(FUZZ_MAIN)
tests_fuzz_fuzz_host_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_fuzz_fuzz_host_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_host_LDADD = libchain.la libcert.la libbase.la
check_PROGRAMS += tests/fuzz/fuzz_web
tests_fuzz_fuzz_web_SOURCES = tests/fuzz/fuzz_web.c tests/chain/agree.c tests/chain/agree.h tests/chain/brute.c tests/chain/brute.h \
	tests/chain/engine.c tests/chain/engine.h tests/synth/der.c tests/synth/der.h tests/synth/web.c tests/synth/web.h \
	tests/synth/web_der.c $(FUZZ_MAIN)
tests_fuzz_fuzz_web_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_fuzz_fuzz_web_LDFLAGS = $(AM_FUZZFLAGS) -Wl,--wrap=tw_pubkey_new -Wl,--wrap=tw_pubkey_free -Wl,--wrap=tw_signature_check
tests_fuzz_fuzz_web_LDADD = libchain.la libcert.la libbase.la

# make fuzz-long: TW_FUZZ_SECONDS (1200) for each of TW_FUZZ_TARGETS (all), TW_FUZZ_JOBS
# (1) at a time, by clang's libFuzzer with AddressSanitizer and
# UndefinedBehaviorSanitizer; a table of what was seen, exit 1 on a finding. What
# it found stays in fuzz-long/, and the next run goes on from there.
fuzz-long:
	targets="$$TW_FUZZ_TARGETS"; : "$${targets:=`cat '$(srcdir)/tests/fuzz/targets'`}"; \
	sh '$(srcdir)/tests/fuzz/run' fuzz-long 0 $$targets && python3 '$(srcdir)/tests/fuzz/long.py' fuzz-long '$(srcdir)' $$targets
.PHONY: fuzz-long
check_PROGRAMS += tests/fuzz/fuzz_capture
tests_fuzz_fuzz_capture_SOURCES = tests/fuzz/fuzz_capture.c $(FUZZ_MAIN)
tests_fuzz_fuzz_capture_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_capture_LDADD = $(FUZZ_LIBS)
check_PROGRAMS += tests/fuzz/fuzz_wire
tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz_wire.c $(FUZZ_MAIN)
tests_fuzz_fuzz_wire_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_wire_LDADD = $(FUZZ_LIBS)
check_PROGRAMS += tests/fuzz/fuzz_talk
tests_fuzz_fuzz_talk_SOURCES = tests/fuzz/fuzz_talk.c $(FUZZ_MAIN)
tests_fuzz_fuzz_talk_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_talk_LDADD = $(FUZZ_LIBS)
check_PROGRAMS += tests/fuzz/fuzz_dtls
tests_fuzz_fuzz_dtls_SOURCES = tests/fuzz/fuzz_dtls.c $(FUZZ_MAIN)
tests_fuzz_fuzz_dtls_LDFLAGS = $(AM_FUZZFLAGS)
tests_fuzz_fuzz_dtls_LDADD = $(FUZZ_LIBS)
