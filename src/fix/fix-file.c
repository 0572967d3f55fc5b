/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a fix file: [Fix] first, then registry sections in .reg syntax and sections of words (docs/fixes.md). Lines
 * of words are read here and blanked in a copy; the .reg parser reads the copy, so that its line numbers are the
 * file's. Nothing of a file with a bad line is kept.
 */
#include "fix/fix-file.h"

#include <string.h>

int fix_file_bad(uint32_t line, ow_error *err, const char *fmt, ...)
{
        va_list ap;

        va_start(ap, fmt);
        (void)ow_vfail(err, OW_E_INVAL, line, fmt, ap);
        va_end(ap);
        return OW_E_INVAL;
}

int fix_file_at_line(int r, uint32_t line, ow_error *err)
{
        if (r < 0 && err)
                err->where = line;
        return r;
}

struct fix_edit *fix_file_edit_add(ow_fix *fix, ow_error *err)
{
        struct fix_edit *grown = ow_realloc_array(fix->edits, fix->n_edits + 1, sizeof *grown);

        if (!grown) {
                (void)ow_fail_nomem(err);
                return NULL;
        }
        fix->edits = grown;
        grown[fix->n_edits] = (struct fix_edit){ .path = NULL };
        return &grown[fix->n_edits++];
}

/* Takes in the pair that was read so far, if any. */
static int pair_end(struct fix_reader *p, ow_error *err)
{
        OW_AUTO_FREE char *key = NULL;
        OW_AUTO_FREE char *value = NULL;
        int r;

        if (p->pair_line == 0)
                return 0;
        key = ow_buffer_take_text(&p->key);
        value = ow_buffer_take_text(&p->value);
        if (!key || !value)
                return ow_fail_nomem(err);
        if (strlen(value) != strcspn(value, "\001\002\003\004\005\006\007\010\013\014\016\017\033\177"))
                return fix_file_bad(p->pair_line, err, "'%.60s' holds a control character", key);
        r = fix_section_pair(p, key, value, err);
        p->pair_line = 0;
        return r;
}

/* A line of words: Key=Value, or the next line of a value when it begins with a blank. */
static int pair_line(struct fix_reader *p, const char *line, size_t size, ow_error *err)
{
        const char *equals = memchr(line, '=', size);
        size_t blanks = 0;
        int r;

        while (blanks < size && (line[blanks] == ' ' || line[blanks] == '\t'))
                blanks++;
        if (blanks && p->pair_line) {
                ow_buffer_put_byte(&p->value, ' ');
                ow_buffer_put(&p->value, line + blanks, size - blanks);
                return 0;
        }
        r = pair_end(p, err);
        if (r < 0)
                return r;
        if (!equals || blanks)
                return fix_file_bad(p->line, err, "expected 'Key=value', found '%.*s'", (int)(size > 60 ? 60 : size),
                                    line);
        p->pair_line = p->line;
        ow_buffer_put(&p->key, line, (size_t)(equals - line));
        ow_buffer_put(&p->value, equals + 1, size - (size_t)(equals + 1 - line));
        return 0;
}

static int line_read(struct fix_reader *p, const char *line, size_t size, ow_error *err)
{
        while (size && (line[size - 1] == ' ' || line[size - 1] == '\t' || line[size - 1] == '\r'))
                size--;
        if (size && line[0] == '[') {
                int r = pair_end(p, err);

                if (r == 0)
                        r = fix_section_end(p, err);
                if (r == 0)
                        r = fix_section_begin(p, line, size, err);
                if (r < 0)
                        return r;
                if (p->section->kind == FIX_SECTION_REGISTRY)
                        ow_buffer_put(&p->reg, line, size);
                return 0;
        }
        if (p->section && p->section->kind == FIX_SECTION_REGISTRY)
                ow_buffer_put(&p->reg, line, size);
        else if (size && line[0] != ';') {
                if (!p->section)
                        return fix_file_bad(p->line, err, "the first section must be [Fix]");
                return pair_line(p, line, size, err);
        }
        return 0;
}

static int lines_read(struct fix_reader *p, const char *text, size_t size, ow_error *err)
{
        size_t at = 0;
        int r;

        while (at < size) {
                const char *end = memchr(text + at, '\n', size - at);
                size_t n = end ? (size_t)(end - (text + at)) : size - at;

                p->line++;
                r = line_read(p, text + at, n, err);
                if (r < 0)
                        return r;
                ow_buffer_put_byte(&p->reg, '\n');
                at += n + 1;
        }
        p->line++;
        r = pair_end(p, err);
        return r < 0 ? r : fix_section_end(p, err);
}

static void parser_done(struct fix_reader *p)
{
        ow_buffer_done(&p->key);
        ow_buffer_done(&p->value);
        ow_buffer_done(&p->reg);
        fix_item_done(&p->item);
}

static int parse(struct fix_reader *p, const char *text, size_t size, ow_error *err)
{
        int r;

        if (size > FIX_FILE_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "%zu bytes, limit %d", size, FIX_FILE_MAX);
        if (memchr(text, '\0', size))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "not a text: it holds a NUL byte");
        if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
                text += 3;
                size -= 3;
        }
        r = lines_read(p, text, size, err);
        if (r == 0)
                r = fix_registry_read(p, err);
        return r < 0 ? r : fix_whole_check(p, err);
}

int fix_file_parse(const char *name, const char *area, const char *label, const void *text, size_t size,
                   fix_plan_fn plan, ow_fix **ret_fix, ow_error *err)
{
        OW_AUTO(ow_fix) fix = ow_calloc(1, sizeof *fix);
        struct fix_reader p = { .fix = fix, .key = OW_BUFFER_INIT, .value = OW_BUFFER_INIT, .reg = OW_BUFFER_INIT };
        int r;

        if (!fix)
                return ow_fail_nomem(err);
        fix->name = ow_strdup(name);
        fix->area = ow_strdup(area);
        if (!fix->name || !fix->area)
                return ow_fail_nomem(err);
        fix->delay = FIX_DELAY_NONE;
        fix->in_all = true;
        fix->plan = plan;
        r = parse(&p, text, size, err);
        parser_done(&p);
        if (r < 0 && err && err->where != OW_NOWHERE)
                return ow_wrap(err, r, "%s:%llu", label, (unsigned long long)err->where);
        if (r < 0)
                return ow_wrap(err, r, "%s", label);
        *ret_fix = OW_TAKE(fix);
        return 0;
}
