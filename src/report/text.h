/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page of text for a terminal, with wrapping, columns and colour.
 *
 * Two kinds of text go in. Our own words pass as they are: report_put(), report_printf(). Everything that may come
 * from a guest, a file or a user goes through report_put_guest() or the functions that take "guest" texts, which
 * escape what a terminal would act on. Failure (memory) is the buffer's and is looked at once, at the end.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/report.h>

#include "base/buffer.h"

enum report_style { REPORT_PLAIN, REPORT_BOLD, REPORT_DIM, REPORT_GOOD, REPORT_WARN, REPORT_BAD };

struct report_page {
        ow_buffer text;
        unsigned columns;
        bool colour;
        bool verbose, full;
        const char *journal_dir;        /* borrowed; may be NULL */
};

#define REPORT_AUTO_PAGE __attribute__((cleanup(report_page_done))) struct report_page

struct report_page report_page_new(const ow_report_options *options);
void report_page_done(struct report_page *page);
/* The page's text, the caller's; or OW_E_NOMEM. */
int report_page_take(struct report_page *page, char **ret, ow_error *err);

/* OW_E_UNSUPPORTED, of a report that has no HTML form. */
int report_no_html(ow_error *err);

void report_put(struct report_page *page, const char *ours);
void report_printf(struct report_page *page, const char *fmt, ...) OW_PRINTF(2, 3);
void report_put_guest(struct report_page *page, const char *guest);
void report_put_spaces(struct report_page *page, size_t count);
void report_put_style(struct report_page *page, enum report_style style);
/* guest in a style, and back to plain. */
void report_put_styled(struct report_page *page, enum report_style style, const char *guest);

/* guest, then spaces up to width columns (none when it is as wide or wider). */
void report_put_padded(struct report_page *page, const char *guest, size_t width);
void report_put_right(struct report_page *page, const char *guest, size_t width);

/* guest as words broken at the page's width. The cursor is at column indent; further lines start there. */
void report_put_wrapped(struct report_page *page, size_t indent, const char *guest);

/* "  Label         " padded to label_width, then guest wrapped. Nothing when guest is empty. */
void report_put_field(struct report_page *page, size_t indent, size_t label_width, const char *label,
                      const char *guest);

/*
 * The same two with what line holds, which is taken: wrapped from column indent on, where the cursor is; and as a
 * field.
 */
void report_put_line(struct report_page *page, size_t indent, ow_buffer *line);
void report_put_field_line(struct report_page *page, size_t indent, size_t label_width, const char *label,
                           ow_buffer *line);

/* Appends guest to out with everything a terminal acts on escaped. */
void report_escape(const char *guest, ow_buffer *out);
/* Columns that guest takes on a terminal, as report_put_guest() writes it. */
size_t report_width(const char *guest);

enum { REPORT_NUMBER_TEXT = 40 };
/* "45 s", "23 min 40 s", "1 h 5 min" */
void report_format_duration(uint32_t seconds, char text[REPORT_NUMBER_TEXT]);
/* "512 bytes", "16.0 MiB", "20.0 GiB" */
void report_format_size(uint64_t bytes, char text[REPORT_NUMBER_TEXT]);

/* Appends word to out as a POSIX shell would need it: as it is, or in single quotes. */
void report_put_shell_word(ow_buffer *out, const char *word);

#endif
