/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/text.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf16.h"

enum { DEFAULT_COLUMNS = 80, MIN_COLUMNS = 40 };

static const char *const style_codes[] = {
        [REPORT_PLAIN] = "\033[0m",
        [REPORT_BOLD] = "\033[1m",
        [REPORT_DIM] = "\033[2m",
        [REPORT_GOOD] = "\033[32m",
        [REPORT_WARN] = "\033[33m",
        [REPORT_BAD] = "\033[31m",
};

struct report_page report_page_new(const ow_report_options *options)
{
        struct report_page page = { .columns = DEFAULT_COLUMNS };

        if (!options)
                return page;
        if (options->columns > 0)
                page.columns = options->columns < MIN_COLUMNS ? MIN_COLUMNS : options->columns;
        page.colour = options->colour;
        page.verbose = options->verbose;
        page.full = options->full;
        page.journal_dir = options->journal_dir;
        return page;
}

void report_page_done(struct report_page *page)
{
        ow_buffer_done(&page->text);
}

int report_page_take(struct report_page *page, char **ret, ow_error *err)
{
        char *text = ow_buffer_take_text(&page->text);

        if (!text)
                return ow_fail_nomem(err);
        *ret = text;
        return 0;
}

/* ---- escaping ---- */

static void put_escape(uint32_t c, ow_buffer *out)
{
        if (c == '\n')
                ow_buffer_put_text(out, "\\n");
        else if (c == '\t')
                ow_buffer_put_text(out, "\\t");
        else if (c == '\r')
                ow_buffer_put_text(out, "\\r");
        else if (c < 0x100)
                ow_buffer_printf(out, "\\x%02x", (unsigned)c);
        else
                ow_buffer_printf(out, c < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)c);
}

/* How many bytes from at on are plain ASCII, as nearly all are. */
static size_t plain_run(const char *text, size_t at, size_t size)
{
        size_t end = at;

        while (end < size && text[end] >= ' ' && text[end] < 0x7f)
                end++;
        return end - at;
}

void report_escape(const char *guest, ow_buffer *out)
{
        size_t size = strlen(guest);
        size_t at = 0;

        while (at < size) {
                size_t start = at, plain = plain_run(guest, at, size);
                uint32_t c;

                if (plain > 0) {
                        ow_buffer_put(out, guest + at, plain);
                        at += plain;
                } else if (!ow_utf8_next(guest, size, &at, &c)) {
                        put_escape((uint8_t)guest[at], out);
                        at++;
                } else if (ow_text_is_unsafe(c)) {
                        put_escape(c, out);
                } else {
                        ow_buffer_put(out, guest + start, at - start);
                }
        }
}

static bool in_ranges(uint32_t c, const uint32_t (*ranges)[2], size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (c >= ranges[i][0] && c <= ranges[i][1])
                        return true;
        return false;
}

/* Close to what terminals do; a wrong guess only bends a column. */
static size_t columns_of(uint32_t c)
{
        static const uint32_t wide[][2] = {
                { 0x1100, 0x115f }, { 0x2e80, 0xa4cf }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
                { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
        };
        static const uint32_t combining[][2] = { { 0x300, 0x36f }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f } };

        if (ow_text_is_unsafe(c))
                return c == '\n' || c == '\t' || c == '\r' ? 2 : c < 0x100 ? 4 : c < 0x10000 ? 6 : 10;
        if (in_ranges(c, wide, OW_COUNT(wide)))
                return 2;
        return in_ranges(c, combining, OW_COUNT(combining)) ? 0 : 1;
}

static size_t width_of(const char *text, size_t size)
{
        size_t width = 0;
        size_t at = 0;

        while (at < size) {
                size_t plain = plain_run(text, at, size);
                uint32_t c;

                if (plain > 0) {
                        width += plain;
                        at += plain;
                } else if (ow_utf8_next(text, size, &at, &c)) {
                        width += columns_of(c);
                } else {
                        width += 4;
                        at++;
                }
        }
        return width;
}

size_t report_width(const char *guest)
{
        return width_of(guest, strlen(guest));
}

/* ---- putting ---- */

int report_no_html(ow_error *err)
{
        return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "only a diagnosis can be written as HTML");
}

void report_put(struct report_page *page, const char *ours)
{
        ow_buffer_put_text(&page->text, ours);
}

void report_printf(struct report_page *page, const char *fmt, ...)
{
        va_list ap;

        va_start(ap, fmt);
        ow_buffer_vprintf(&page->text, fmt, ap);
        va_end(ap);
}

void report_put_guest(struct report_page *page, const char *guest)
{
        report_escape(guest, &page->text);
}

void report_put_spaces(struct report_page *page, size_t count)
{
        while (count-- > 0)
                ow_buffer_put_byte(&page->text, ' ');
}

void report_put_style(struct report_page *page, enum report_style style)
{
        if (page->colour)
                report_put(page, style_codes[style]);
}

void report_put_styled(struct report_page *page, enum report_style style, const char *guest)
{
        report_put_style(page, style);
        report_put_guest(page, guest);
        report_put_style(page, REPORT_PLAIN);
}

void report_put_padded(struct report_page *page, const char *guest, size_t width)
{
        size_t used = report_width(guest);

        report_put_guest(page, guest);
        if (used < width)
                report_put_spaces(page, width - used);
}

void report_put_right(struct report_page *page, const char *guest, size_t width)
{
        size_t used = report_width(guest);

        if (used < width)
                report_put_spaces(page, width - used);
        report_put_guest(page, guest);
}

static void put_word(struct report_page *page, const char *word, size_t size)
{
        OW_AUTO_BUFFER copy = OW_BUFFER_INIT;
        char *text;

        ow_buffer_put(&copy, word, size);
        ow_buffer_put_byte(&copy, '\0');
        if (ow_buffer_failed(&copy)) {
                page->text.failed = true;
                return;
        }
        text = (char *)copy.p;
        report_put_guest(page, text);
}

void report_put_wrapped(struct report_page *page, size_t indent, const char *guest)
{
        size_t column = indent;
        bool first = true;

        for (const char *at = guest; *at;) {
                size_t size = strcspn(at, " ");
                size_t width = width_of(at, size);

                if (size > 0) {
                        if (!first && column + 1 + width > page->columns) {
                                report_put(page, "\n");
                                report_put_spaces(page, indent);
                                column = indent;
                        } else if (!first) {
                                report_put(page, " ");
                                column++;
                        }
                        put_word(page, at, size);
                        column += width;
                        first = false;
                }
                at += size;
                at += strspn(at, " ");
        }
        report_put(page, "\n");
}

void report_put_field(struct report_page *page, size_t indent, size_t label_width, const char *label,
                      const char *guest)
{
        if (!*guest)
                return;
        report_put_spaces(page, indent);
        report_put_style(page, REPORT_DIM);
        report_put_padded(page, label, label_width);
        report_put_style(page, REPORT_PLAIN);
        report_put_wrapped(page, indent + label_width, guest);
}

void report_put_line(struct report_page *page, size_t indent, ow_buffer *line)
{
        OW_AUTO_FREE char *text = ow_buffer_take_text(line);

        if (text)
                report_put_wrapped(page, indent, text);
        else
                page->text.failed = true;
}

void report_put_field_line(struct report_page *page, size_t indent, size_t label_width, const char *label,
                           ow_buffer *line)
{
        OW_AUTO_FREE char *text = ow_buffer_take_text(line);

        if (text)
                report_put_field(page, indent, label_width, label, text);
        else
                page->text.failed = true;
}

/* ---- numbers and words ---- */

void report_format_duration(uint32_t seconds, char text[REPORT_NUMBER_TEXT])
{
        uint32_t minutes = seconds / 60;

        if (seconds < 60)
                snprintf(text, REPORT_NUMBER_TEXT, "%u s", seconds);
        else if (minutes >= 60)
                snprintf(text, REPORT_NUMBER_TEXT, "%u h %u min", minutes / 60, minutes % 60);
        else if (seconds % 60)
                snprintf(text, REPORT_NUMBER_TEXT, "%u min %u s", minutes, seconds % 60);
        else
                snprintf(text, REPORT_NUMBER_TEXT, "%u min", minutes);
}

void report_format_size(uint64_t bytes, char text[REPORT_NUMBER_TEXT])
{
        static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
        double value = (double)bytes / 1024;
        size_t unit = 0;

        if (bytes < 1024) {
                snprintf(text, REPORT_NUMBER_TEXT, "%u bytes", (unsigned)bytes);
                return;
        }
        for (; value >= 1023.95 && unit + 1 < OW_COUNT(units); unit++)
                value /= 1024;
        snprintf(text, REPORT_NUMBER_TEXT, "%.1f %s", value, units[unit]);
}

void report_put_shell_word(ow_buffer *out, const char *word)
{
        static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

        if (*word && word[strspn(word, plain)] == '\0') {
                ow_buffer_put_text(out, word);
                return;
        }
        ow_buffer_put_byte(out, '\'');
        for (; *word; word++) {
                if (*word == '\'')
                        ow_buffer_put_text(out, "'\\''");
                else
                        ow_buffer_put_byte(out, (uint8_t)*word);
        }
        ow_buffer_put_byte(out, '\'');
}
