/* figure.h: what the files of figures share; not for others.
 *
 * A figure draws lines of a table. Its pictures are one for each source and
 * unit, in pages if they are many; a picture is a grid of cells, one for each
 * protocol (or store) and pool, and is written as a script for gnuplot
 * that holds its numbers. */
#ifndef TW_FIGURE_H
#define TW_FIGURE_H

#include "report/internal.h"

/* ---- a script in the making; places are in pixels from the upper left ---- */
struct tw_sheet {
	struct tw_buf b;
	uint32_t width, height;
	uint32_t labels, objects, plots; /* how many: each has a number */
};
/* name: of the picture, letters, digits and dashes. */
void tw_sheet_begin(struct tw_sheet *s, const char *name, uint32_t width, uint32_t height);
void tw_sheet_end(struct tw_sheet *s);
/* Any text, whatever its bytes, with a look in gnuplot's own words ("right font
 * ',10'"). What is wider than the most columns is cut and ends in an ellipsis. */
void tw_sheet_words(struct tw_sheet *s, uint32_t x, uint32_t y, struct tw_slice text, uint32_t most, const char *look);
/* The same of a name, at most TW_TEXT_MOST columns; an empty one is "(none)". */
#define TW_TEXT_MOST 44u
void tw_sheet_label(struct tw_sheet *s, uint32_t x, uint32_t y, struct tw_slice text, const char *look);
/* The look of the line with that number: told apart with any kind of colour vision. */
void tw_add_line_look(struct tw_buf *b, uint32_t number);
/* How wide a name gets: pixels that suffice in any sans serif of size 12. */
uint32_t tw_text_width(struct tw_slice text);
/* A filled rectangle. */
void tw_sheet_box(struct tw_sheet *s, uint32_t x, uint32_t y, uint32_t width, uint32_t height, const char *colour);
/* A heading as a comment, without what a comment can't hold. */
void tw_sheet_comment(struct tw_sheet *s, struct tw_slice text);
/* Where the next plot stands; its number, that of its data $pN. */
uint32_t tw_sheet_plot(struct tw_sheet *s, uint32_t x, uint32_t y, uint32_t width, uint32_t height);
/* Behind a plot command: what was drawn is not drawn again with the next. */
void tw_sheet_drawn(struct tw_sheet *s);

/* ---- figures ---- */
#define TW_PICTURE_PLOTS 26u    /* gnuplot's SVG names plots a to z, then all alike */
#define TW_PICTURE_HEIGHT 4200u /* of a page with more than one row of cells: what a browser still scrolls */
#define TW_PICTURE_WIDTH 1400u  /* of cells side by side: a screen */
#define TW_PICTURE_PAD 20u

/* Lines of one protocol (or store) and pool. */
struct tw_cell {
	const struct tw_line *const *line;
	uint32_t n;
	bool row; /* the first of a row */
};
/* What one picture, or pages of it, show. */
struct tw_plan {
	const struct tw_report *r;
	const struct tw_figure *figure;
	const struct tw_line **line; /* by cell */
	uint32_t n;
	struct tw_cell *cell;
	uint32_t ncell, columns;
	/* filled by measure(), which may ask for columns where its cells are narrow */
	uint32_t label_width, cell_width, legend_height;
	struct tw_slice *name; /* what the legend says, owned by the plan */
	uint32_t nname;
};
struct tw_figure {
	const char *id, *title, *explains; /* explains: the line below the title */
	const struct tw_table *beside; /* made where this table is */
	const struct tw_table *from;   /* the one whose lines are drawn */
	bool protocols;   /* a cell holds all protocols of a store, else all stores of a protocol */
	uint32_t plots;   /* in a cell */
	const char *sizes; /* of lines for each value: what has a size; and the size of a line, 0 of those that are not drawn */
	uint64_t (*size)(const struct tw_line *l);
	bool (*refuses)(const struct tw_report *r); /* true: nothing is drawn, and a note said why; may be NULL */
	void (*measure)(struct tw_plan *p);
	uint32_t (*height)(const struct tw_plan *p, const struct tw_cell *c);
	void (*legend)(const struct tw_plan *p, struct tw_sheet *s, uint32_t y);
	void (*draw)(const struct tw_plan *p, struct tw_sheet *s, const struct tw_cell *c, uint32_t x, uint32_t y);
};
extern const struct tw_figure tw_figure_validity, tw_figure_dh, tw_figure_keys, tw_figure_stores, tw_figure_agreement, tw_figure_store_dates;

/* The lines of one source and unit into the plan; where there is one protocol
 * only, the line over all protocols says the same and is left out. */
void tw_plan_lines(struct tw_plan *p, const struct tw_lines *l, struct tw_slice source, uint32_t unit);
/* Measures, and makes cells of them. */
void tw_plan_cells(struct tw_plan *p);
/* The text, "(none)" where it is empty. */
void tw_add_word(struct tw_buf *b, struct tw_slice s);

/* Parts of a line's key. */
bool tw_part_is_pool(const struct tw_plan *p, const struct tw_line *l);
struct tw_slice tw_part_store(const struct tw_plan *p, const struct tw_line *l);
struct tw_slice tw_part_other(const struct tw_plan *p, const struct tw_line *l);
struct tw_slice tw_part_role(const struct tw_plan *p, const struct tw_line *l);
struct tw_slice tw_part_protocol(const struct tw_line *l);
/* "smtp, scan 2016-01: 1300 hosts, as presented" */
void tw_cell_heading(const struct tw_plan *p, struct tw_sheet *s, const struct tw_cell *c, uint32_t x, uint32_t y);

/* Runs gnuplot over a script and appends the picture. What gnuplot says is passed
 * on. -1 after tw_error. */
int tw_gnuplot_draw(const char *script, struct tw_buf *picture) TW_CHECK;

#endif
