# Check suites, in the order of the library's folders.
check_PROGRAMS += tests/check_base
tests_check_base_SOURCES = tests/base/check_base.c
tests_check_base_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_base_LDADD = libbase.la $(CHECK_LIBS)

check_PROGRAMS += tests/check_input
tests_check_input_SOURCES = tests/base/check_input.c
tests_check_input_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_input_LDADD = libbase.la $(CHECK_LIBS)
