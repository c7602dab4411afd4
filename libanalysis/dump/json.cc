// The shim between simdjson and C: compiled without exceptions.
#include "base/bounds.h"
#include "dump/json.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <string_view>

using namespace simdjson;

struct tw_json_doc {
	dom::parser parser{TW_MAX_RECORD};
	std::string plain; // the text at hand without its huge numbers
};

static_assert(sizeof(dom::element) == sizeof(struct tw_json), "an element must fit its C form");

static struct tw_json to_c(dom::element e)
{
	struct tw_json j;
	std::memcpy(static_cast<void *>(&j), static_cast<const void *>(&e), sizeof j);
	return j;
}

static dom::element to_cc(struct tw_json j)
{
	dom::element e;
	std::memcpy(static_cast<void *>(&e), static_cast<const void *>(&j), sizeof j);
	return e;
}

static struct tw_slice to_slice(std::string_view v)
{
	return {reinterpret_cast<const uint8_t *>(v.data()), v.size()};
}

struct tw_json_doc *tw_json_new(void)
{
	tw_json_doc *d = new (std::nothrow) tw_json_doc;
	if (!d)
		tw_die("out of memory (JSON parser)");
	return d;
}

void tw_json_free(struct tw_json_doc *d)
{
	delete d;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits(const std::string &s, size_t at)
{
	while (at < s.size() && is_digit(s[at]))
		at++;
	return at;
}

// The end of the number at at (RFC 8259 section 6), or at where it is none.
static size_t number_end(const std::string &s, size_t at)
{
	size_t from = at + (s[at] == '-'), end = digits(s, from);
	if (end == from || (s[from] == '0' && end > from + 1))
		return at;
	if (end < s.size() && s[end] == '.') {
		from = end + 1;
		if ((end = digits(s, from)) == from)
			return at;
	}
	if (end < s.size() && (s[end] | 32) == 'e') {
		from = end + 1;
		from += from < s.size() && (s[from] == '+' || s[from] == '-');
		if ((end = digits(s, from)) == from)
			return at;
	}
	return end;
}

// simdjson refuses what fits neither 64 bits nor a double; RFC 8259 does not,
// and scanners write RSA exponents of any size. Such numbers become null.
static void without_huge_numbers(std::string &s)
{
	const size_t fits = 18; // digits of any int64
	bool string = false;
	for (size_t at = 0; at < s.size(); at++) {
		if (s[at] == '"')
			string = !string;
		else if (string && s[at] == '\\')
			at++;
		if (string || (s[at] != '-' && !is_digit(s[at])))
			continue;
		size_t end = number_end(s, at);
		const char *p = s.data();
		bool exponent = std::any_of(p + at, p + end, [](char c) { return (c | 32) == 'e'; });
		if (end - at > fits || (exponent && end - at > 4)) {
			s.replace(at, 4, "null");
			std::fill(s.begin() + static_cast<ptrdiff_t>(at) + 4, s.begin() + static_cast<ptrdiff_t>(end), ' ');
		}
		at = end > at ? end - 1 : at;
	}
}

int tw_json_parse(struct tw_json_doc *d, struct tw_slice text, struct tw_json *root, const char **why)
{
	dom::element e;
	error_code bad = d->parser.parse(text.p, text.n, false).get(e);
	if (bad == NUMBER_ERROR) {
		d->plain.assign(reinterpret_cast<const char *>(text.p), text.n);
		without_huge_numbers(d->plain);
		d->plain.reserve(text.n + SIMDJSON_PADDING);
		bad = d->parser.parse(d->plain.data(), text.n, false).get(e);
	}
	if (bad == MEMALLOC)
		tw_die("out of memory (JSON parser)");
	if (bad) {
		*why = error_message(bad);
		return -1;
	}
	*root = to_c(e);
	return 0;
}

static struct tw_json member(struct tw_json o, std::string_view key)
{
	dom::object obj;
	dom::element e;
	if (!o.doc || to_cc(o).get(obj) || obj.at_key(key).get(e))
		return {nullptr, 0};
	return to_c(e);
}

struct tw_json tw_json_get(struct tw_json o, const char *key)
{
	return member(o, key);
}

struct tw_json tw_json_path(struct tw_json o, const char *path)
{
	std::string_view rest(path);
	while (o.doc && !rest.empty()) {
		size_t dot = rest.find('.');
		o = member(o, rest.substr(0, dot));
		rest = dot == rest.npos ? std::string_view() : rest.substr(dot + 1);
	}
	return o;
}

bool tw_json_is_object(struct tw_json j)
{
	return j.doc && to_cc(j).is_object();
}

bool tw_json_is_array(struct tw_json j)
{
	return j.doc && to_cc(j).is_array();
}

struct tw_slice tw_json_text(struct tw_json j)
{
	std::string_view v;
	if (!j.doc || to_cc(j).get(v))
		return {nullptr, 0};
	return to_slice(v);
}

bool tw_json_u64(struct tw_json j, uint64_t max, uint64_t *out)
{
	uint64_t v;
	if (!j.doc || to_cc(j).get(v) || v > max)
		return false;
	*out = v;
	return true;
}

int tw_json_bool(struct tw_json j)
{
	bool v;
	if (!j.doc || to_cc(j).get(v))
		return -1;
	return v;
}

void tw_json_each(struct tw_json j, bool (*fn)(void *, struct tw_slice, struct tw_json), void *self)
{
	dom::object o;
	dom::array a;
	if (!j.doc)
		return;
	if (!to_cc(j).get(o)) {
		for (dom::key_value_pair f : o)
			if (!fn(self, to_slice(f.key), to_c(f.value)))
				return;
	} else if (!to_cc(j).get(a)) {
		for (dom::element e : a)
			if (!fn(self, {nullptr, 0}, to_c(e)))
				return;
	}
}
