/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recipe.c - reads recipes; see recipe.h and docs/machines.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipe.h"

enum { INCLUDE_DEPTH = 8 };

/* What may stand in which section. A misspelt key would otherwise be silently without effect. */
static const struct {
        const char *kind;
        const char *keys;               /* with spaces around each; NULL: any */
} kinds[] = {
        { "machine", " title " },
        { "set", NULL },
        { "default", NULL },
        { "include", " recipe " },
        { "disk", " scheme size sector signature id " },
        { "partition", " type size start fs label cluster serial active logical id name attributes " },
        { "on", " disk partition " },
        { "folder", " path attributes " },
        { "file", " path text size from data head binary company product description version attributes " },
        { "hive", " path name minor prefix source services devices copy pad fill logs binaries " },
};

static int fail_at(ow_error *err, const char *file, unsigned line, const char *what, const char *name)
{
        return ow_fail(err, OW_E_INVAL, line, "%s:%u: %s '%s'", file, line, what, name);
}

/* ---- variables ---- */

const char *variables_get(const struct variables *variables, const char *name)
{
        for (size_t i = 0; i < variables->count; i++)
                if (strcmp(variables->list[i].name, name) == 0)
                        return variables->list[i].value;
        return NULL;
}

void variables_set(struct variables *variables, const char *name, const char *value)
{
        for (size_t i = 0; i < variables->count; i++)
                if (strcmp(variables->list[i].name, name) == 0) {
                        char *copy = need_copy(value);

                        free(variables->list[i].value);
                        variables->list[i].value = copy;
                        return;
                }
        variables->list = need_resize(variables->list, (variables->count + 1) * sizeof *variables->list);
        variables->list[variables->count++] = (struct variable){ .name = need_copy(name), .value = need_copy(value) };
}

static void variables_done(struct variables *variables)
{
        for (size_t i = 0; i < variables->count; i++) {
                free(variables->list[i].name);
                free(variables->list[i].value);
        }
        free(variables->list);
}

int variables_expand(const struct variables *variables, const char *text, const char *file, unsigned line, char **ret,
                     ow_error *err)
{
        AUTO_BYTES out = { 0 };

        bytes_text(&out, "");
        for (const char *open = strstr(text, "${"); open != NULL; open = strstr(text, "${")) {
                const char *close = strchr(open, '}');
                AUTO_TEXT name = NULL;
                const char *value;

                if (close == NULL)
                        return fail_at(err, file, line, "no '}' after", open);
                name = need_copy_part(open + 2, (size_t)(close - open - 2));
                value = variables_get(variables, name);
                if (value == NULL)
                        return fail_at(err, file, line, "nothing is set for the name", name);
                bytes_put(&out, text, (size_t)(open - text));
                bytes_text(&out, value);
                text = close + 1;
        }
        bytes_text(&out, text);
        *ret = out.p;
        out.p = NULL;
        return 0;
}

/* ---- reading ---- */

static const char *allowed_keys(const char *kind, bool *ret_known)
{
        for (size_t i = 0; i < COUNT(kinds); i++)
                if (strcmp(kinds[i].kind, kind) == 0) {
                        *ret_known = true;
                        return kinds[i].keys;
                }
        *ret_known = false;
        return NULL;
}

/* One file of a recipe while it is read. */
struct reader {
        struct recipe *recipe;
        const char *file;
        unsigned line, depth;
        size_t current;                 /* index of the open section, SIZE_MAX: none yet */
};

static int open_section(struct reader *in, char *text, ow_error *err)
{
        struct recipe *recipe = in->recipe;
        char *end = strchr(text, ']');
        bool known;

        if (end == NULL || end[1] != '\0')
                return fail_at(err, in->file, in->line, "expected [section], found", text);
        *end = '\0';
        (void)allowed_keys(text + 1, &known);
        if (!known)
                return fail_at(err, in->file, in->line, "no such kind of section:", text + 1);
        in->current = recipe->n_sections;
        recipe->sections = need_resize(recipe->sections, (recipe->n_sections + 1) * sizeof *recipe->sections);
        recipe->sections[recipe->n_sections++] =
                (struct section){ .kind = need_copy(text + 1), .file = need_copy(in->file), .line = in->line };
        for (size_t i = 0; i < recipe->variables.count; i++)
                variables_set(&recipe->sections[in->current].variables, recipe->variables.list[i].name,
                              recipe->variables.list[i].value);
        return 0;
}

static int load_file(struct recipe *recipe, const char *path, unsigned depth, ow_error *err);

/* [set], [default] and [include] have their effect here, line by line; other entries are kept. Takes value. */
static int take_entry(struct reader *in, const char *key, char *value, ow_error *err)
{
        struct section *s = &in->recipe->sections[in->current];

        if (strcmp(s->kind, "set") == 0 || strcmp(s->kind, "default") == 0) {
                if (s->kind[0] == 's' || variables_get(&in->recipe->variables, key) == NULL)
                        variables_set(&in->recipe->variables, key, value);
                free(value);
                return 0;
        }
        if (strcmp(s->kind, "include") == 0) {
                AUTO_TEXT folder = folder_of(s->file);
                AUTO_TEXT path = join_path(folder, value);

                free(value);
                return load_file(in->recipe, path, in->depth + 1, err);
        }
        s->entries = need_resize(s->entries, (s->n_entries + 1) * sizeof *s->entries);
        s->entries[s->n_entries++] = (struct entry){ .key = need_copy(key), .value = value, .line = in->line };
        return 0;
}

static int read_entry(struct reader *in, char *text, ow_error *err)
{
        char *equals = strchr(text, '='), *value = NULL, *key;
        AUTO_TEXT spaced = NULL;
        const char *keys;
        bool known;
        int r;

        if (equals == NULL)
                return fail_at(err, in->file, in->line, "expected key = value, found", text);
        if (in->current == SIZE_MAX)
                return fail_at(err, in->file, in->line, "before the first [section]:", text);
        *equals = '\0';
        key = trim(text);
        keys = allowed_keys(in->recipe->sections[in->current].kind, &known);
        spaced = need_printf(" %s ", key);
        if (keys != NULL && strstr(keys, spaced) == NULL)
                return fail_at(err, in->file, in->line, "no such key in this kind of section:", key);
        r = variables_expand(&in->recipe->variables, trim(equals + 1), in->file, in->line, &value, err);
        return r < 0 ? r : take_entry(in, key, value, err);
}

static int load_file(struct recipe *recipe, const char *path, unsigned depth, ow_error *err)
{
        struct reader in = { .recipe = recipe, .file = path, .depth = depth, .current = SIZE_MAX };
        AUTO_BYTES text = { 0 };
        char *rest;
        int r;

        if (depth > INCLUDE_DEPTH)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "%s: included %u deep", path, depth);
        bytes_text(&text, "");
        r = read_host_file(path, &text, err);
        if (r < 0)
                return r;
        rest = text.p;
        while (rest != NULL && r == 0) {
                char *at = trim(strsep(&rest, "\n"));

                in.line++;
                if (*at != '\0' && *at != '#')
                        r = *at == '[' ? open_section(&in, at, err) : read_entry(&in, at, err);
        }
        return r;
}

int recipe_load(const char *path, struct recipe *ret, ow_error *err)
{
        return load_file(ret, path, 0, err);
}

void recipe_done(struct recipe *recipe)
{
        for (size_t i = 0; i < recipe->n_sections; i++) {
                struct section *s = &recipe->sections[i];

                for (size_t j = 0; j < s->n_entries; j++) {
                        free(s->entries[j].key);
                        free(s->entries[j].value);
                }
                free(s->entries);
                free(s->kind);
                free(s->file);
                variables_done(&s->variables);
        }
        free(recipe->sections);
        variables_done(&recipe->variables);
        *recipe = (struct recipe){ 0 };
}

/* ---- asking ---- */

static const struct entry *find_entry(const struct section *s, const char *key)
{
        const struct entry *found = NULL;

        for (size_t i = 0; i < s->n_entries; i++)
                if (strcmp(s->entries[i].key, key) == 0)
                        found = &s->entries[i];
        return found;
}

const char *section_get(const struct section *s, const char *key, const char *fallback)
{
        const struct entry *e = find_entry(s, key);

        return e == NULL ? fallback : e->value;
}

int section_fail(const struct section *s, const char *key, ow_error *err, const char *what)
{
        const struct entry *e = find_entry(s, key);
        unsigned line = e == NULL ? s->line : e->line;

        return ow_fail(err, OW_E_INVAL, line, "%s:%u: [%s] %s: %s", s->file, line, s->kind, key, what);
}

int section_need(const struct section *s, const char *key, const char **ret, ow_error *err)
{
        *ret = section_get(s, key, NULL);
        return *ret == NULL ? section_fail(s, key, err, "is missing") : 0;
}

int section_size(const struct section *s, const char *key, uint64_t *ret, ow_error *err)
{
        const char *text = section_get(s, key, NULL);

        return text == NULL || parse_size(text, ret) ? 0 : section_fail(s, key, err, "not a size like 100M, 63s, 4096");
}

int section_number(const struct section *s, const char *key, uint64_t *ret, ow_error *err)
{
        const char *text = section_get(s, key, NULL);

        return text == NULL || parse_number(text, ret) ? 0 : section_fail(s, key, err, "not a number");
}

int section_guid(const struct section *s, const char *key, uint8_t ret[16], ow_error *err)
{
        const char *text = section_get(s, key, NULL);

        return text == NULL || parse_guid(text, ret) ? 0 : section_fail(s, key, err, "not a GUID");
}
