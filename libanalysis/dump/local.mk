# dump/ reads dumps; of crypto/ it takes the names of values only.
noinst_LTLIBRARIES += libjson.la libdump.la
libjson_la_SOURCES = \
	libanalysis/dump/json.cc \
	libanalysis/dump/json.h
libjson_la_CXXFLAGS = -std=c++17 -Wall -Wextra -fno-exceptions -DSIMDJSON_EXCEPTIONS=0 $(SIMDJSON_CFLAGS) $(TW_SAN) $(TW_NO_VPTR)
libjson_la_LIBADD = $(SIMDJSON_LIBS)
libdump_la_SOURCES = \
	libanalysis/dump/block.h \
	libanalysis/dump/bundle.c \
	libanalysis/dump/capture/beginning.c \
	libanalysis/dump/capture/beginning.h \
	libanalysis/dump/capture/capture.c \
	libanalysis/dump/capture/capture.h \
	libanalysis/dump/capture/conns.c \
	libanalysis/dump/capture/conns.h \
	libanalysis/dump/capture/fragments.c \
	libanalysis/dump/capture/fragments.h \
	libanalysis/dump/capture/ip.c \
	libanalysis/dump/capture/ip.h \
	libanalysis/dump/capture/link.c \
	libanalysis/dump/capture/link.h \
	libanalysis/dump/capture/packets.c \
	libanalysis/dump/capture/packets.h \
	libanalysis/dump/capture/reassembly.c \
	libanalysis/dump/capture/reassembly.h \
	libanalysis/dump/capture/row.c \
	libanalysis/dump/capture/session.c \
	libanalysis/dump/capture/session.h \
	libanalysis/dump/capture/tcp.c \
	libanalysis/dump/capture/tcp.h \
	libanalysis/dump/capture/udp.c \
	libanalysis/dump/capture/udp.h \
	libanalysis/dump/captures.c \
	libanalysis/dump/clients.c \
	libanalysis/dump/clients.h \
	libanalysis/dump/cut.c \
	libanalysis/dump/format.h \
	libanalysis/dump/formats.c \
	libanalysis/dump/ingest.c \
	libanalysis/dump/ingest.h \
	libanalysis/dump/observation.c \
	libanalysis/dump/observation.h \
	libanalysis/dump/reply.c \
	libanalysis/dump/reply.h \
	libanalysis/dump/tls/assembly.c \
	libanalysis/dump/tls/assembly.h \
	libanalysis/dump/tls/dtls.c \
	libanalysis/dump/tls/dtls.h \
	libanalysis/dump/tls/dtls_record.c \
	libanalysis/dump/tls/dtls_record.h \
	libanalysis/dump/tls/hello.c \
	libanalysis/dump/tls/ja4.c \
	libanalysis/dump/tls/messages.h \
	libanalysis/dump/tls/names.c \
	libanalysis/dump/tls/reader.h \
	libanalysis/dump/tls/record.c \
	libanalysis/dump/tls/server.c \
	libanalysis/dump/tls/sslv2.c \
	libanalysis/dump/tls/talk.c \
	libanalysis/dump/tls/talk.h \
	libanalysis/dump/tls/talk_binary.c \
	libanalysis/dump/tls/talk_wrap.c \
	libanalysis/dump/tls/talk_chat.c \
	libanalysis/dump/tls/talk_detect.c \
	libanalysis/dump/tls/talk_imap.c \
	libanalysis/dump/tls/talk_ldap.c \
	libanalysis/dump/tls/talk_mail.c \
	libanalysis/dump/tls/wire.h \
	libanalysis/dump/zgrab2.c \
	libanalysis/dump/zgrab2.h \
	libanalysis/dump/zgrab2_http.c \
	libanalysis/dump/zgrab2_outcome.c \
	libanalysis/dump/zgrab2_scan.c \
	libanalysis/dump/zgrab2_tls.c
libdump_la_LIBADD = libjson.la libstrength.la libcert.la libbase.la
# libtool drops -lstdc++ from what a library carries: programs name both.
DUMP_LIBS = libdump.la -lstdc++
