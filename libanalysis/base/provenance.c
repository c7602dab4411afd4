/* The sidecar of an output. */
#include "base/provenance.h"
#include "base/input.h"
#include "base/output.h"

#include <sys/stat.h>


static void key_of(struct tw_buf *b, const char *key)
{
	tw_buf_adds(b, b->n ? ",\n  " : "{\n  ");
	tw_json_string(b, tw_str(key));
	tw_buf_adds(b, ": ");
}

void tw_provenance_begin(struct tw_provenance *p, const char *tool, const char *version)
{
	*p = (struct tw_provenance){ { 0 }, { 0 } };
	tw_provenance_text(p, "tool", tw_str(tool));
	tw_provenance_text(p, "version", tw_str(version));
}

void tw_provenance_text(struct tw_provenance *p, const char *key, struct tw_slice value)
{
	key_of(&p->members, key);
	tw_json_string(&p->members, value);
}

void tw_provenance_number(struct tw_provenance *p, const char *key, uint64_t value)
{
	key_of(&p->members, key);
	tw_buf_addu(&p->members, value);
}

void tw_provenance_json(struct tw_provenance *p, const char *key, struct tw_slice value)
{
	key_of(&p->members, key);
	tw_buf_addslice(&p->members, value);
}

void tw_provenance_list(struct tw_provenance *p, const char *key, char *const *value, int n)
{
	key_of(&p->members, key);
	tw_buf_addc(&p->members, '[');
	for (int i = 0; i < n; i++) {
		if (i)
			tw_buf_adds(&p->members, ", ");
		tw_json_string(&p->members, tw_str(value[i]));
	}
	tw_buf_addc(&p->members, ']');
}

void tw_provenance_input(struct tw_provenance *p, const char *name, const uint8_t sha256[TW_SHA256])
{
	struct tw_buf *b = &p->inputs;

	tw_buf_adds(b, b->n ? "},\n    {\"name\": " : "\n    {\"name\": ");
	tw_json_string(b, tw_str(name));
	tw_buf_adds(b, ", \"sha256\": ");
	if (!sha256) {
		tw_buf_adds(b, "null");
		return;
	}
	tw_buf_addc(b, '"');
	tw_buf_addhex(b, sha256, TW_SHA256);
	tw_buf_addc(b, '"');
}

void tw_provenance_count(struct tw_provenance *p, const char *key, uint64_t value)
{
	tw_buf_addf(&p->inputs, ", \"%s\": %llu", key, (unsigned long long)value);
}

void tw_provenance_role(struct tw_provenance *p, const char *role)
{
	tw_buf_adds(&p->inputs, ", \"role\": ");
	tw_json_string(&p->inputs, tw_str(role));
}

static int hash_file(struct tw_provenance *p, const char *path, const char *role)
{
	uint8_t sha256[TW_SHA256];
	struct tw_buf b = { 0 };
	struct stat st;
	ssize_t got;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		/* A pipe gives its bytes once, and not to us. */
		tw_provenance_input(p, path, NULL);
		tw_provenance_role(p, role);
		return 0;
	}
	struct tw_input *in = tw_input_open(path);
	if (!in)
		return -1;
	tw_buf_room(&b, 1u << 18);
	while ((got = tw_input_read(in, b.p, b.cap)) > 0)
		;
	if (got == 0)
		tw_input_digest(in, sha256);
	else
		tw_error("%s: %s", path, tw_input_why(in));
	tw_input_close(in);
	tw_buf_free(&b);
	if (got)
		return -1;
	tw_provenance_input(p, path, sha256);
	tw_provenance_role(p, role);
	return 0;
}

int tw_provenance_file(struct tw_provenance *p, const char *path, const char *role)
{
	char **files;
	int n = tw_files(path, &files), err = n < 0 ? -1 : 0;

	for (int i = 0; i < n && err == 0; i++)
		err = hash_file(p, files[i], role);
	if (n >= 0)
		tw_files_free(files, n);
	return err;
}

int tw_provenance_write(struct tw_provenance *p, const char *path, bool beside)
{
	struct tw_buf name = { 0 };
	struct tw_output o;

	key_of(&p->members, "inputs");
	tw_buf_addc(&p->members, '[');
	tw_buf_addslice(&p->members, tw_buf_slice(&p->inputs));
	tw_buf_adds(&p->members, p->inputs.n ? "}\n  ]\n}\n" : "]\n}\n");
	tw_buf_adds(&name, path);
	if (beside)
		tw_buf_adds(&name, ".provenance.json");
	tw_buf_addc(&name, '\0');
	int err = tw_output_open(&o, (char *)name.p);
	if (err == 0) {
		err = tw_output_put(&o, &p->members);
		err = tw_output_close(&o, err == 0);
	}
	tw_buf_free(&name);
	tw_provenance_free(p);
	return err;
}

void tw_provenance_free(struct tw_provenance *p)
{
	tw_buf_free(&p->members);
	tw_buf_free(&p->inputs);
}
