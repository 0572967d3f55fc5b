/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole of an INF, and looking things up in it. */
#include <stdlib.h>
#include <string.h>

#include "inf/inf.h"

void ow_inf_free(ow_inf *inf)
{
        if (!inf)
                return;
        ow_buffer_done(&inf->text);
        ow_free(inf->fields);
        ow_free(inf->lines);
        ow_free(inf->sections);
        ow_free(inf);
}

/* ---- parts of one section become one ---- */

struct part {
        const char *name;
        uint32_t index; /* in the file's order */
};

static int by_name(const void *a, const void *b)
{
        const struct part *left = a, *right = b;
        int order = ow_name_compare(left->name, right->name);

        return order ? order : left->index < right->index ? -1 : left->index > right->index;
}

static int by_section(const void *a, const void *b)
{
        const struct inf_line *left = a, *right = b;

        if (left->section != right->section)
                return left->section < right->section ? -1 : 1;
        return left->first < right->first ? -1 : left->first > right->first;
}

/* Sections sorted by name, each once; merged[i] is the new index of what was section i. */
static void merge(ow_inf *inf, const struct part *parts, uint32_t *merged, struct inf_section *sorted)
{
        size_t n = 0;

        for (size_t i = 0; i < inf->n_sections; i++) {
                if (n == 0 || !inf_equal(inf_text_at(inf, sorted[n - 1].name), parts[i].name))
                        sorted[n++] = inf->sections[parts[i].index];
                merged[parts[i].index] = (uint32_t)n - 1;
        }
        for (size_t i = 0; i < inf->n_lines; i++)
                inf->lines[i].section = merged[inf->lines[i].section];
        memcpy(inf->sections, sorted, n * sizeof *sorted);
        inf->n_sections = n;
}

static int sections_sort(ow_inf *inf, ow_error *err)
{
        OW_AUTO_FREE struct part *parts = ow_calloc(inf->n_sections, sizeof *parts);
        OW_AUTO_FREE uint32_t *merged = ow_calloc(inf->n_sections, sizeof *merged);
        OW_AUTO_FREE struct inf_section *sorted = ow_calloc(inf->n_sections, sizeof *sorted);

        if (!parts || !merged || !sorted)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < inf->n_sections; i++)
                parts[i] = (struct part){ inf_text_at(inf, inf->sections[i].name), (uint32_t)i };
        qsort(parts, inf->n_sections, sizeof *parts, by_name);
        merge(inf, parts, merged, sorted);
        if (inf->n_lines)
                qsort(inf->lines, inf->n_lines, sizeof *inf->lines, by_section);
        for (size_t i = 0; i < inf->n_lines; i++) {
                struct inf_section *section = &inf->sections[inf->lines[i].section];

                if (section->count++ == 0)
                        section->first = (uint32_t)i;
        }
        return 0;
}

static int check_signature(const ow_inf *inf, ow_error *err)
{
        static const char *const known[] = { "$Windows NT$", "$CHICAGO$", "$Windows 95$" };
        ow_inf_section version;
        const char *signature;

        if (!ow_inf_find(inf, "Version", &version))
                return ow_fail(err, OW_E_FORMAT, OW_NOWHERE, "no [Version] section: not an INF");
        signature = inf_value(inf, &version, "Signature");
        for (size_t i = 0; i < OW_COUNT(known); i++)
                if (inf_equal(signature, known[i]))
                        return 0;
        return ow_fail(err, OW_E_FORMAT, OW_NOWHERE, "Signature '%.40s' is not that of an INF", signature);
}

static int parse(ow_inf *inf, const void *bytes, size_t size, uint16_t language, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        struct inf_lex lex = { .number = 1 };
        int r;

        r = inf_text_decode(bytes, size, &text, err);
        if (r < 0)
                return r;
        lex.p = text.p ? (const char *)text.p : "";
        lex.size = text.len;
        r = inf_lex_all(inf, &lex, err);
        if (r < 0)
                return r;
        if (inf->n_sections == 0)
                return ow_fail(err, OW_E_FORMAT, OW_NOWHERE, "no section at all: not an INF");
        r = inf_strings_replace(inf, language, err);
        if (r == 0)
                r = sections_sort(inf, err);
        return r < 0 ? r : check_signature(inf, err);
}

int ow_inf_parse(const void *bytes, size_t size, uint16_t language, ow_inf **ret, ow_error *err)
{
        OW_AUTO(ow_inf) inf = ow_calloc(1, sizeof *inf);
        int r;

        if (!inf)
                return ow_fail_nomem(err);
        r = parse(inf, bytes, size, language, err);
        if (r < 0)
                return r;
        *ret = OW_TAKE(inf);
        return 0;
}

/* ---- looking up ---- */

size_t ow_inf_section_count(const ow_inf *inf)
{
        return inf->n_sections;
}

ow_inf_section ow_inf_section_get(const ow_inf *inf, size_t index)
{
        const struct inf_section *section = index < inf->n_sections ? &inf->sections[index] : NULL;

        if (!section)
                return (ow_inf_section){ "", 0, 0 };
        return (ow_inf_section){ inf_text_at(inf, section->name), section->first, section->count };
}

bool ow_inf_find(const ow_inf *inf, const char *name, ow_inf_section *ret)
{
        size_t low = 0, high = inf->n_sections;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (ow_name_compare(inf_text_at(inf, inf->sections[middle].name), name) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        if (low == inf->n_sections || !inf_equal(inf_text_at(inf, inf->sections[low].name), name))
                return false;
        *ret = ow_inf_section_get(inf, low);
        return true;
}

int inf_find_joined(const ow_inf *inf, const char *base, const char *suffix, ow_inf_section *ret, ow_error *err)
{
        OW_AUTO_FREE char *name = ow_asprintf("%s.%s", base, suffix);

        if (!name)
                return ow_fail_nomem(err);
        return ow_inf_find(inf, name, ret);
}

const char *ow_inf_key(const ow_inf *inf, uint32_t line)
{
        if (line >= inf->n_lines || inf->lines[line].key == INF_NO_KEY)
                return NULL;
        return inf_text_at(inf, inf->lines[line].key);
}

uint32_t ow_inf_field_count(const ow_inf *inf, uint32_t line)
{
        return line < inf->n_lines ? inf->lines[line].count : 0;
}

const char *ow_inf_field(const ow_inf *inf, uint32_t line, uint32_t index)
{
        if (index >= ow_inf_field_count(inf, line))
                return "";
        return inf_text_at(inf, inf->fields[inf->lines[line].first + index]);
}

uint32_t ow_inf_line_number(const ow_inf *inf, uint32_t line)
{
        return line < inf->n_lines ? inf->lines[line].number : 0;
}

bool ow_inf_line_find(const ow_inf *inf, const ow_inf_section *section, const char *key, uint32_t *ret)
{
        for (uint32_t i = 0; i < section->count; i++) {
                const char *found = ow_inf_key(inf, section->first + i);

                if (found && inf_equal(found, key)) {
                        *ret = section->first + i;
                        return true;
                }
        }
        return false;
}

const char *inf_value(const ow_inf *inf, const ow_inf_section *section, const char *key)
{
        uint32_t line;

        return ow_inf_line_find(inf, section, key, &line) ? ow_inf_field(inf, line, 0) : "";
}

const char *inf_names_next(struct inf_names *names)
{
        for (; names->line < names->section.count; names->line++, names->field = 0) {
                uint32_t line = names->section.first + names->line;
                const char *key = ow_inf_key(names->inf, line);

                if (!key || !inf_equal(key, names->key))
                        continue;
                while (names->field < ow_inf_field_count(names->inf, line)) {
                        const char *name = ow_inf_field(names->inf, line, names->field++);

                        if (*name)
                                return name;
                }
        }
        return NULL;
}

static unsigned digit_of(char c)
{
        if (c >= '0' && c <= '9')
                return (unsigned)(c - '0');
        c = (char)(c | 0x20);
        return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 99;
}

bool ow_inf_number(const char *text, uint32_t *ret)
{
        bool hex = text[0] == '0' && (text[1] | 0x20) == 'x';
        const char *digits = hex ? text + 2 : text;
        unsigned base = hex ? 16 : 10;
        uint64_t number = 0;

        if (!*digits)
                return false;
        for (; *digits; digits++) {
                if (digit_of(*digits) >= base)
                        return false;
                number = number * base + digit_of(*digits);
                if (number > UINT32_MAX)
                        return false;
        }
        *ret = (uint32_t)number;
        return true;
}
