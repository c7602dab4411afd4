/* Outputs: .part until whole, every write checked. */
#include "base/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room for rows before the kernel is called. */
#define BUFFER (256u << 10)

static int failed(const struct tw_output *o)
{
	/* "| head" has what it wanted. */
	if (!o->part && errno == EPIPE)
		return -1;
	tw_error("%s: %s", o->part ? o->part : "standard output", strerror(errno));
	return -1;
}

int tw_output_open(struct tw_output *o, const char *path)
{
	struct tw_buf b = { 0 };
	struct stat st;

	*o = (struct tw_output){ .f = stdout };
	if (!path || strcmp(path, "-") == 0)
		return 0;
	tw_buf_addf(&b, "%s.part", path);
	tw_buf_addc(&b, '\0');
	o->path = path;
	o->part = (char *)b.p;
	/* A part that a killed run left may still be read by who followed it: this
	 * is another file. */
	if (lstat(o->part, &st) == 0 && S_ISREG(st.st_mode))
		(void)unlink(o->part);
	o->f = tw_pack_open(o->part, path);
	if (o->f) {
		/* glibc takes a size only with a buffer. */
		o->buffer = tw_alloc(BUFFER);
		(void)setvbuf(o->f, o->buffer, _IOFBF, BUFFER);
		return 0;
	}
	failed(o);
	free(o->part);
	o->part = NULL;
	return -1;
}

int tw_output_put(struct tw_output *o, struct tw_buf *b)
{
	if (b->n && fwrite(b->p, 1, b->n, o->f) != b->n)
		return failed(o);
	b->n = 0;
	return 0;
}

int tw_output_flush(struct tw_output *o)
{
	return fflush(o->f) ? failed(o) : 0;
}

int tw_output_close(struct tw_output *o, bool whole)
{
	int err = whole ? 0 : -1;

	if (!o->f)
		return err;
	if (fflush(o->f) && err == 0)
		err = failed(o);
	if (o->part) {
		if (fclose(o->f) && err == 0)
			err = failed(o);
		if (err == 0 && rename(o->part, o->path))
			err = failed(o);
		if (err)
			unlink(o->part);
	}
	free(o->part);
	free(o->buffer);
	o->f = NULL;
	o->buffer = NULL;
	o->part = NULL;
	return err;
}

void tw_json_string(struct tw_buf *b, struct tw_slice s)
{
	tw_buf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			tw_buf_addc(b, '\\');
		if (s.p[i] < 0x20)
			tw_buf_addf(b, "\\u%04x", s.p[i]);
		else
			tw_buf_addc(b, (char)s.p[i]);
	}
	tw_buf_addc(b, '"');
}
