/* TCP put together: segments written by hand, and what must be given of them by RFC 9293 and the contract of tcp.h. */
#include "dump/capture/tcp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A script is a list of segments, "; " between them: who sends (C the client, S the server; D C's host by
 * another port, E another host, F C to another port), its flags (F S R P A, - none), @ its sequence
 * number, and then: >N acknowledges; =TEXT bytes; *N so many x; #N more that were cut off; p in a frame of the least size; +N so
 * many seconds later. What comes of it, in order: "1C:text" bytes of the connection that began with segment 1, "1C!" some are
 * missing, "1." it ends, "1x." for want of memory. */
struct seen {
	struct tw_buf b;
	char last[8];
	bool refuse;
};

static void say(struct seen *s, const char *what)
{
	if (s->b.n)
		tw_buf_addc(&s->b, ' ');
	tw_buf_adds(&s->b, what);
}

static char side(const struct tw_conn *c, unsigned d)
{
	return c->port[d] == 25 ? 'S' : 'C';
}

static bool data(void *self, struct tw_conn *c, unsigned d, struct tw_slice bytes)
{
	struct seen *s = self;
	char now[8];

	if (!bytes.n) /* all of it was cut off */
		return true;
	snprintf(now, sizeof now, "%u%c:", (unsigned)c->frame % 100, side(c, d));
	if (strcmp(now, s->last) != 0)
		say(s, now);
	memcpy(s->last, now, sizeof now);
	if (bytes.n > 40)
		tw_buf_addf(&s->b, "%zu", bytes.n);
	else
		tw_buf_addslice(&s->b, bytes);
	return !s->refuse;
}

static void hole(void *self, struct tw_conn *c, unsigned d)
{
	struct seen *s = self;
	char now[8];

	snprintf(now, sizeof now, "%u%c!", (unsigned)c->frame % 100, side(c, d));
	say(s, now);
	s->last[0] = 0;
}

static void end(void *self, struct tw_conn *c)
{
	struct seen *s = self;
	char now[8];

	snprintf(now, sizeof now, "%u%s.", (unsigned)c->frame % 100, c->evicted ? "x" : "");
	say(s, now);
	s->last[0] = 0;
}

static uint8_t flags_of(const char *s, size_t n)
{
	static const char names[] = "FSRPA";
	unsigned f = 0;

	for (size_t i = 0; i < n; i++) {
		const char *at = strchr(names, s[i]);
		ck_assert_msg(s[i] == '-' || at != NULL, "flags %s", s);
		f |= s[i] == '-' ? 0 : 1u << (at - names);
	}
	return (uint8_t)f;
}

/* The next segment; what follows it. client: the last byte of the client's address. */
static const char *segment(const char *s, struct tw_segment *out, struct tw_packet *p, struct tw_buf *text)
{
	size_t n = strcspn(s + 2, "@");
	char *at;
	bool server = *s == 'S';

	*out = (struct tw_segment){ .port = { server ? 25 : 40000, server ? 40000 : 25 }, .flags = flags_of(s + 2, n) };
	if (*s == 'D')
		out->port[0] = 40001;
	if (*s == 'F')
		out->port[1] = 26;
	out->ip[server].b[15] = *s == 'E' ? 3 : 1;
	out->ip[!server].b[15] = 2;
	out->seq = (uint32_t)strtoul(s + 2 + n + 1, &at, 10);
	text->n = 0;
	while (*at && *at != ';') {
		char what = *at++;
		if (what == '=') {
			size_t k = strcspn(at, ";>#*+=");
			tw_buf_add(text, at, k);
			at += k;
			continue;
		}
		unsigned long v = what == 'p' ? 0 : strtoul(at, &at, 10);
		switch (what) {
		case '>': out->ack = (uint32_t)v; break;
		case '#': out->missing = (uint32_t)v; break;
		case '*': memset(tw_buf_room(text, v), 'x', v); text->n += v; break;
		case '+': p->time += (int64_t)v; break;
		case 'p': out->padded = true; break;
		default: ck_abort_msg("segment %s", s);
		}
	}
	out->data = tw_buf_slice(text);
	return *at ? at + 2 : at;
}

static void play(const char *script, const char *want, bool refuse, size_t max)
{
	static const struct tw_tcp_ops ops = { data, hole, end };
	struct seen seen = { .refuse = refuse };
	struct tw_tcp *t = tw_tcp_new(&ops, &seen, max);
	struct tw_packet p = { .timed = true, .time = 1000 };
	struct tw_buf text = { 0 };
	struct tw_segment s;
	uint64_t frame = 0;

	for (const char *at = script; *at;) {
		at = segment(at, &s, &p, &text);
		tw_tcp_take(t, &s, &p, ++frame, NULL);
	}
	tw_tcp_end(t);
	tw_buf_addc(&seen.b, '\0');
	ck_assert_msg(strcmp((const char *)seen.b.p, want) == 0, "%s\n gave   %s\n wanted %s", script, (const char *)seen.b.p, want);
	tw_tcp_free(t);
	tw_buf_free(&seen.b);
	tw_buf_free(&text);
}

#define HELLO "C S@100; S SA@500>101; C A@101>501; "
struct script {
	const char *said, *want;
};

static void all(const struct script *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		play(v[i].said, v[i].want, false, 0);
}

static const struct script in_order_said[] = {
	{ HELLO "C PA@101>501=hello; S PA@501>106=hi; C FA@106>503; S FA@503>107; C A@107>504", "1C:hello 1S:hi 1." },
	{ HELLO "C A@101>501=hel; C PA@104>501=lo", "1C:hello 1." },
	{ HELLO "C A@104>501=lo; C PA@101>501=hel", "1C:hello 1." },                 /* the other way round */
	{ HELLO "S PA@501>106=hi; C PA@101>501=hello", "1C:hello 1S:hi 1." },         /* the answer was captured first */
	{ HELLO "C A@101>501=hello; C A@101>501=HELLO; C A@103>501=LLO you", "1C:hello you 1." }, /* what came first counts */
	{ HELLO "C A@105>501=o12; C A@103>501=LLO; C A@101>501=he; ", "1C:heLLo12 1." },
	{ HELLO "C A@107>501=78; C A@104>501=4567; C A@101>501=123", "1C:12345678 1." },
	{ "C S@4294967290; S SA@4294967295>4294967291; C A@4294967295>0=efg; C A@4294967291>0=abcd; S A@0>2=ok", "1C:abcdefg 1S:ok 1." },
	{ HELLO "C PA@101>501=hello; S PA@501>106=hi; C RA@106>503=words for people", "1C:hello 1S:hi 1." },
};

START_TEST(in_order)
{
	all(in_order_said, sizeof in_order_said / sizeof *in_order_said);
}
END_TEST

static const struct script missing_said[] = {
	{ HELLO "C A@106>501=you", "1C! 1." },                                         /* held in vain */
	{ HELLO "C PA@101>501=hello; S A@501>106", "1C:hello 1." },                    /* acknowledged, and all there */
	{ HELLO "C PA@101>501=hello; S A@501>107", "1C:hello 1C! 1." },                /* one more was taken than was seen */
	{ HELLO "C PA@101>501=hello; C FA@106>501; S A@501>107", "1C:hello 1." },      /* that was the FIN */
	{ HELLO "C PA@101>501=hello; C FA@106>501; S A@501>108", "1C:hello 1C! 1." },
	{ HELLO "C PA@101>501=hello; C FA@107>501", "1C:hello 1C! 1." },               /* the FIN says that there is more */
	{ HELLO "C PA@101>501=hello; C RA@106>501", "1C:hello 1." },
	{ HELLO "C PA@101>501=hello; C RA@107>501", "1C:hello 1C! 1." },
	{ HELLO "C PA@101>501=hello; C FA@106>501; C RA@107>501", "1C:hello 1." },
	{ HELLO "C PA@101>501=hello; C FA@106>501; C RA@108>501", "1C:hello 1C! 1." },
	{ HELLO "S PA@501>106=hi", "1C! 1S:hi 1." },                                   /* the question is lost, the answer is not */
	{ HELLO "C PA@101>503=thanks", "1S! 1C:thanks 1." },
	{ HELLO "C A@101>501#5", "1C! 1." },
	{ HELLO "C PA@101>501=hello; C FA@106>501; S PA@501>107=hi", "1C:hello 1S:hi 1." },
	{ HELLO "C FA@110>501; S PA@501>111=hi", "1C! 1S:hi 1." },
	{ HELLO "C PA@101>501=hello; C FA@106>501; S PA@501>150=hi", "1C:hello 1C! 1S:hi 1." },
	{ "C S@4294967295; S SA@500>0; S PA@501>1=hi", "1C! 1S:hi 1." },
	{ HELLO "C PA@101>501=hello; C FA@106>501; C FA@110>501", "1C:hello 1." },     /* of two the first counts */
	{ HELLO "C PA@101>501=hello; C RA@106>501; C RA@110>501", "1C:hello 1." },
	{ HELLO "S A@506>120=you", "1S! 1C! 1." },
	{ HELLO "C A@106>520=you", "1C! 1S! 1." },
	/* Each acknowledges what of the other is lost: the one in which something is held behind a hole gives way. */
	{ HELLO "C A@106>510=you; S A@501>120=hi", "1C! 1S:hi 1S! 1." },
	{ HELLO "S A@506>120=you; C A@101>520=hi", "1S! 1C:hi 1C! 1." },
	{ HELLO "C A@101>501=hel#2; C A@106>501=you", "1C:hel 1C! 1." },               /* cut off by the capture */
	{ HELLO "C A@101>501=hel#2; C A@104>501=lo", "1C:hel 1C! 1." },
	{ HELLO "C A@104>501=l#2; C A@105>501=o; C A@101>501=hel", "1C:hello 1." },    /* the other copy has it */
	{ HELLO "C A@104>501=lo; C A@101>501=h#2", "1C:h 1C! 1." },
};

START_TEST(missing)
{
	all(missing_said, sizeof missing_said / sizeof *missing_said);
}
END_TEST

static const struct script beginnings_said[] = {
	{ "C A@101>501=hello; S A@501>106=hi", "1C:hello 1S:hi 1." },                  /* before the capture */
	{ "S SA@500>101; C A@101>501=hello", "1C:hello 1." },                          /* without its SYN */
	{ "C A@1>1; C RA@1>1; C FA@1>1", "" },                                         /* the end of another */
	{ "C -@100=hello", "1C:hello 1." },
	{ HELLO "C S@100; C PA@101>501=hello; C S@100", "1C:hello 1." },               /* the SYN again, and late */
	{ "C PA@101>501=hello; C S@100; S SA@500>101", "1C:hello 1." },
	{ "S SA@500>101; C A@104>501=lo; C A@101>501=hel", "1C:hello 1." },            /* the answer tells where the client begins */
	{ "S SA@500>101; C A@104>501=lo", "1C! 1." },
	{ "S A@501>104=hi; C A@106>503=lo", "1S:hi 1C! 1." },                          /* so does what was acknowledged */
	{ "S A@501>104=hi; C A@104>503=lo", "1S:hi 1C:lo 1." },
	{ "C -@104=lo; C -@101=hel", "1C:hello 1." },                                  /* nothing yet says where */
	/* Two answers: the one that the client acknowledges, that data follows, that answers the SYN. */
	{ "C S@100; S SA@500>101; S SA@700>101; C A@101>701; S PA@701>101=hi", "1S:hi 1." },
	{ "C S@100; S SA@500>101; S SA@700>101; S PA@701>101=hi", "1S:hi 1." },
	{ "C S@100; S SA@500>101; S SA@700>101; S PA@501>101=hi", "1S:hi 1." },
	{ "C S@100; S SA@500>101; C A@101>501; S SA@700>101; S PA@501>101=hi", "1S:hi 1." },
	{ "C S@100; S SA@500>101; C A@101>501; S SA@700>101; S PA@701>101=no; S PA@501>101=hi", "1S:hi 1S! 1." }, /* acknowledged is settled */
	{ "C S@100; S SA@900>5000000; S SA@500>101; S PA@501>101=hi", "1S:hi 1." },
	{ "C S@100; S SA@500>101; S SA@900>5000000; S PA@501>101=hi", "1S:hi 1." },
	{ HELLO "S PA@501>101=hi; S SA@9000000>101; S PA@503>101=ho", "1S:hiho 1." },
	{ HELLO "S PA@501>101=hi; C FA@101>503; S FA@503>102; S SA@9000000>101; S PA@9000001>101=ho", "1S:hi 1. 7S:ho 7." },
	{ HELLO "S PA@501>101=hi; C FA@101>503; S FA@503>102; S SA@490>101", "1S:hi 1." },
	/* A firewall between that gives other numbers, seen on both of its sides. */
	{ "C S@100; S SA@500>9000001; C A@101>501; C PA@101>501=hello; S PA@501>9000006=hi", "1C:hello 1S:hi 1." },
	{ "C S@100; S SA@500>9000001; S SA@600>101; C A@101>601; C PA@101>601=hello; S PA@77000000>9000006=hi; S PA@601>106=hi",
	    "1C:hello 1S:hi 1." },
	/* The ports again: a SYN of another number once something was said, or over; near below, far above and behind. */
	{ HELLO "C PA@101>501=hello; C S@5000000; C A@5000001=you", "1C:hello 1. 5C:you 5." },
	{ HELLO "C PA@101>501=hello; C S@106; C A@107=you", "1C:hello 1. 5C:you 5." },
	{ HELLO "C PA@101>501=hello; C S@104; C A@106>501=you", "1C:helloyou 1." },    /* in what was said: a stray */
	{ HELLO "C PA@101>501=hello; C S@105; C A@106>501=you", "1C:helloyou 1." },
	{ HELLO "C PA@101>501=hello; C S@4293918826; C A@106>501=you", "1C:helloyou 1." }, /* 1 MiB behind */
	{ HELLO "C PA@101>501=hello; C S@4293918825; C A@4293918826=you", "1C:hello 1. 5C:you 5." },
	{ HELLO "C PA@101>501=hello; C FA@106>501; S FA@501>107; C S@104; C A@105=you", "1C:hello 1. 7C:you 7." },
	{ HELLO "C PA@101>501=hello; C FA@106>501; S FA@501>107; C S@100", "1C:hello 1." }, /* a late copy */
	{ "C RA@1>1=words", "" },
	{ "C S@100; C S@200; C A@201=you", "1. 2C:you 2." },                           /* nobody answered the first */
	{ "C S@100; C S@100; C A@101=you", "1C:you 1." },
	{ HELLO "C RA@101>501; C S@100; S SA@500>101; C PA@101>501=hello", "1C:hello 1." },
	{ HELLO "C RA@101>501; C S@100; C A@101>501=hello+11", "1C:hello 1." },         /* it was not the end */
	{ HELLO "C PA@101>501=hello; C FA@106>501; S PA@501>107=hi+11", "1C:hello 1S:hi 1." }, /* one side's alone is none */
	{ HELLO "S PA@501>101=hello; S FA@506>101; C PA@101>507=hi+11", "1S:hello 1C:hi 1." },
	/* Data behind the end: of the same, or so far off that it is of another. */
	{ HELLO "C FA@105>501; S FA@501>106; C A@101>501=late", "1C:late 1." },
	{ HELLO "C PA@101>501=a; C RA@102>501; C PA@9000000>501=you", "1C:a 1. 6C:you 6." },
	{ HELLO "C PA@101>501=a; C RA@102>501; C PA@1048678>501=b", "1C:a 1C! 1." },
	{ HELLO "C PA@101>501=a; C RA@102>501; C PA@1048679>501=you", "1C:a 1. 6C:you 6." },
	{ HELLO "C PA@101>501=a; C RA@102>501; C PA@4293918822>501=b", "1C:a 1." },
	{ HELLO "C PA@101>501=a; C RA@102>501; C PA@4293918821>501=you", "1C:a 1. 6C:you 6." },
	{ HELLO "C PA@101>501=a; C RA@102>501; S PA@9000000>102=you", "1C:a 1. 6S:you 6." },
	{ HELLO "C PA@101>501=a; C RA@102>501; D S@100; D -@101=b", "1C:a 6C:b 1. 6." },
	{ HELLO "C PA@101>501=a; E -@101=b", "1C:a 1. 5C:b 5." },
	{ HELLO "C PA@101>501=a; F -@101=b", "1C:a 1. 5C:b 5." },
	/* Ten seconds an end is waited at. */
	{ HELLO "C FA@106>501; S FA@501>107; C A@101>501=hello+10", "1C:hello 1." },
	{ HELLO "C FA@106>501; S FA@501>107; C A@101>501=hello+11", "1C! 1. 6C:hello 6." },
};

START_TEST(beginnings)
{
	all(beginnings_said, sizeof beginnings_said / sizeof *beginnings_said);
}
END_TEST

/* One side alone: so many segments tell that the other is not in the capture, and are not held back for it any more. */
START_TEST(alone)
{
	for (int n = 31; n <= 32; n++) {
		struct tw_buf script = { 0 }, want = { 0 }, x = { 0 };
		for (int i = 0; i < n; i++) {
			tw_buf_addf(&script, "C A@%d>501=x; ", 101 + i);
			tw_buf_addc(&x, 'x');
		}
		tw_buf_adds(&script, "S A@495>101=hello!");
		tw_buf_addc(&script, '\0');
		tw_buf_addf(&want, n < 32 ? "1S:hello! 1C:%.*s 1." : "1C:%.*s 1S:hello! 1.", n, (const char *)x.p);
		tw_buf_addc(&want, '\0');
		play((const char *)script.p, (const char *)want.p, false, 0);
		tw_buf_free(&script);
		tw_buf_free(&want);
		tw_buf_free(&x);
	}
}
END_TEST

static const struct script padding_said[] = {
	{ HELLO "C A@101>501p=zz; C PA@101>501=hello", "1C:hello 1." },                /* what follows does not count it */
	{ HELLO "C A@101>501p=he; C PA@103>501=llo", "1C:hello 1." },                  /* it does */
	{ HELLO "C A@101>501p=he; C A@103>501", "1C:he 1." },
	{ HELLO "C A@101>501p=he; C FA@103>501", "1C:he 1." },
	{ HELLO "C A@101>501p=he; C FA@101>501", "1." },
	{ HELLO "C A@101>501p=he; S A@501>103", "1C:he 1." },                          /* the other side has it */
	{ HELLO "C A@101>501p=he; S A@501>101", "1." },
	{ HELLO "C A@101>501p=he; C R@103", "1C! 1." },                                /* words about a state, no count */
	{ HELLO "C A@101>501p=twelve bytes; C PA@101>501=hello", "1C:hello 1." },
	{ HELLO "C A@101>501p=ab#3", "1C:ab 1C! 1." },
	{ HELLO "C PA@101>501p=he", "1C:he 1." },                                      /* pushed: no padding */
	{ HELLO "C A@101>501p=heh; S SA@500>101p=zz; S PA@501>104=hi", "1C:heh 1S:hi 1." },
	{ HELLO "C A@101>501p=more than twelve", "1C:more than twelve 1." },
};

START_TEST(padding)
{
	all(padding_said, sizeof padding_said / sizeof *padding_said);
}
END_TEST

/* Nothing more is wanted of either direction than what was given. */
START_TEST(enough)
{
	play(HELLO "C PA@101>501=hello; C PA@106>501=more; S PA@501>190=hi; S PA@503>190=more", "1C:hello 1S:hi 1.", true, 0);
	play(HELLO "C PA@103>501=llo; C PA@101>501=he; C FA@190>501", "1C:he 1.", true, 0);
}
END_TEST

START_TEST(bounds)
{
	const size_t max = 100000;

	/* Of two under way the one that was idle for longer has to go. */
	play("C S@100; C -@105*60000; D S@100; D -@105*60000", "1C! 1x. 3C! 3.", false, max);
	play("C S@100; D S@100; D -@105*60000; C -@105*60000", "2C! 2x. 1C! 1.", false, max);
	play("C S@100; C -@105*60000; D S@100; D -@105=b; C -@104=a; D -@106*60000", "1C! 1x. 3C! 3.", false, max);
	/* One that is over goes first, and is not called evicted. */
	play("D S@100; C S@100; C -@105*60000; C R@105; D -@105*60000", "2C! 2. 1C! 1.", false, max);
	play("C S@100; C -@105*30000; D S@100; D -@105*30000", "1C! 1. 3C! 3.", false, max);
	/* One connection alone holds no more than TW_MAX_CONNECTION_HELD. */
	play(HELLO "C A@106>501*1100000; C A@1100106>501*1100000; S PA@501>101=hi; C A@101>501=hello", "1C! 1S:hi 1.", false, 0);
	play(HELLO "S A@506>101*1100000; S A@1100506>101*1100000; C PA@101>501=hi; S A@501>101=hello", "1S! 1C:hi 1.", false, 0);
	play(HELLO "C A@106>501*1000000; S PA@501>101=hi; C A@101>501=hello", "1S:hi 1C:hello1000000 1.", false, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tcp");
	TCase *c = tcase_create("tcp");

	tcase_add_test(c, in_order);
	tcase_add_test(c, missing);
	tcase_add_test(c, beginnings);
	tcase_add_test(c, alone);
	tcase_add_test(c, padding);
	tcase_add_test(c, enough);
	tcase_add_test(c, bounds);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad != 0;
}
