/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * %token% by [Strings.LANGID] and [Strings]; %12% and its like by the directories they stand for; %% is one percent
 * sign. What nobody defines stays as it is. docs/formats/inf.md 3.
 */
#include <stdlib.h>
#include <string.h>

#include "base/le.h"
#include "inf/inf.h"

static const struct {
        uint32_t id;
        const char *path;
} directories[] = {
        { 10, "%SystemRoot%" },
        { 11, "%SystemRoot%\\System32" },
        { 12, "%SystemRoot%\\System32\\drivers" },
        { 17, "%SystemRoot%\\inf" },
        { 18, "%SystemRoot%\\Help" },
        { 20, "%SystemRoot%\\Fonts" },
        { 24, "%SystemDrive%" },
        { 30, "%SystemDrive%" },
        { 50, "%SystemRoot%\\System" },
        { 51, "%SystemRoot%\\System32\\spool" },
        { 52, "%SystemRoot%\\System32\\spool\\drivers" },
        { 16422, "%ProgramFiles%" },
};

const char *ow_inf_dirid(uint32_t dirid)
{
        for (size_t i = 0; i < OW_COUNT(directories); i++)
                if (directories[i].id == dirid)
                        return directories[i].path;
        return NULL;
}

struct entry {
        const char *key, *value; /* in inf->text, which must not grow while these are used */
        uint32_t rank;           /* less wins: language, then place in the file */
};

struct table {
        struct entry *items;
        size_t n, cap;
        ow_buffer text; /* grows beside inf->text */
};

static int by_key(const void *a, const void *b)
{
        const struct entry *left = a, *right = b;
        int order = ow_name_compare(left->key, right->key);

        return order ? order : left->rank < right->rank ? -1 : left->rank > right->rank;
}

/* 0: Strings, 1: Strings.LANGID with *ret_language; -1: another section. */
static int strings_section(const char *name, uint32_t *ret_language)
{
        char hex[16];

        if (ow_name_compare_n(name, strlen(name) < 7 ? strlen(name) : 7, "Strings", 7) != 0)
                return -1;
        if (name[7] == '\0')
                return 0;
        if (name[7] != '.' || strlen(name + 8) != 4 || strspn(name + 8, "0123456789abcdefABCDEF") != 4)
                return -1;
        memcpy(hex, name + 8, 5);
        *ret_language = (uint32_t)strtoul(hex, NULL, 16);
        return 1;
}

/* How well a section fits: 0 best, 4 not at all. */
static unsigned fit(const char *name, uint16_t language)
{
        uint32_t found = 0;
        int kind = strings_section(name, &found);

        if (kind == 0)
                return 3;
        if (kind < 0 || language == 0)
                return 4;
        if (found == language)
                return 0;
        if (found == (language & 0x3ffU))
                return 1;
        return (found & 0x3ff) == (language & 0x3ffU) ? 2 : 4;
}

static int table_fill(struct table *table, const ow_inf *inf, uint16_t language, ow_error *err)
{
        for (size_t i = 0; i < inf->n_lines; i++) {
                const struct inf_line *line = &inf->lines[i];
                unsigned rank = fit(inf_text_at(inf, inf->sections[line->section].name), language);
                void *grown;

                if (rank == 4 || line->key == INF_NO_KEY)
                        continue;
                grown = ow_grow(table->items, table->n, &table->cap, sizeof *table->items);
                if (!grown)
                        return ow_fail_nomem(err);
                table->items = grown;
                table->items[table->n] =
                        (struct entry){ inf_text_at(inf, line->key), inf_text_at(inf, inf->fields[line->first]),
                                        rank << 24 | (uint32_t)table->n };
                table->n++; /* fewer than 1 << 24: lines are limited */
        }
        if (table->n)
                qsort(table->items, table->n, sizeof *table->items, by_key);
        return 0;
}

static const char *table_find(const struct table *table, const char *name, size_t size)
{
        size_t low = 0, high = table->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                const char *key = table->items[middle].key;

                if (ow_name_compare_n(key, strlen(key), name, size) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        if (low == table->n || ow_name_compare_n(table->items[low].key, strlen(table->items[low].key), name, size))
                return NULL;
        return table->items[low].value;
}

static const char *meaning(const struct table *table, const char *name, size_t size)
{
        const char *value = table_find(table, name, size);
        char digits[8];
        uint32_t id;

        if (value || size == 0 || size >= sizeof digits)
                return value;
        memcpy(digits, name, size);
        digits[size] = '\0';
        return strspn(digits, "0123456789") == size && ow_inf_number(digits, &id) ? ow_inf_dirid(id) : NULL;
}

static void expand(const struct table *table, const char *text, ow_buffer *out)
{
        const char *percent;

        for (; (percent = strchr(text, '%'));) {
                const char *end = strchr(percent + 1, '%');
                const char *value;

                ow_buffer_put(out, text, (size_t)(percent - text));
                if (!end) {
                        text = percent;
                        break;
                }
                value = end == percent + 1 ? "%" : meaning(table, percent + 1, (size_t)(end - percent - 1));
                if (value)
                        ow_buffer_put_text(out, value);
                else
                        ow_buffer_put(out, percent, (size_t)(end + 1 - percent));
                text = end + 1;
        }
        ow_buffer_put_text(out, text);
}

/* *offset is that of a text in inf->text, and becomes that of what it means; added is the new text's. */
static int replace(const ow_inf *inf, struct table *table, uint32_t line, uint32_t *offset, ow_error *err)
{
        size_t at = table->text.len;

        if (!strchr(inf_text_at(inf, *offset), '%'))
                return 0;
        expand(table, inf_text_at(inf, *offset), &table->text);
        if (!ow_buffer_failed(&table->text) && table->text.len - at >= INF_MAX_FIELD)
                return ow_fail(err, OW_E_LIMIT, line,
                               "line %u: a field of %zu bytes with its strings replaced, limit %d", line,
                               table->text.len - at, INF_MAX_FIELD);
        ow_buffer_put_byte(&table->text, 0);
        if (ow_buffer_failed(&table->text))
                return ow_fail_nomem(err);
        if (table->text.len > INF_MAX_TEXT)
                return ow_fail(err, OW_E_LIMIT, line, "line %u: more than %d bytes with all strings replaced", line,
                               INF_MAX_TEXT);
        *offset = (uint32_t)(inf->text.len + at);
        return 0;
}

static int replace_all(ow_inf *inf, struct table *table, ow_error *err)
{
        uint32_t ignored;
        int r = 0;

        for (size_t i = 0; i < inf->n_lines && r == 0; i++) {
                struct inf_line *line = &inf->lines[i];

                if (strings_section(inf_text_at(inf, inf->sections[line->section].name), &ignored) >= 0)
                        continue;
                if (line->key != INF_NO_KEY)
                        r = replace(inf, table, line->number, &line->key, err);
                for (uint32_t f = 0; f < line->count && r == 0; f++)
                        r = replace(inf, table, line->number, &inf->fields[line->first + f], err);
        }
        return r;
}

int inf_strings_replace(ow_inf *inf, uint16_t language, ow_error *err)
{
        struct table table = { .text = OW_BUFFER_INIT };
        int r;

        r = table_fill(&table, inf, language, err);
        if (r == 0)
                r = replace_all(inf, &table, err);
        if (r == 0) {
                ow_buffer_put(&inf->text, table.text.p, table.text.len);
                if (ow_buffer_failed(&inf->text))
                        r = ow_fail_nomem(err);
        }
        ow_free(table.items);
        ow_buffer_done(&table.text);
        return r;
}
