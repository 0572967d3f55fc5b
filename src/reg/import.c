/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A document or a text onto one hive. All paths are checked before the first edit; edits then follow the text's order.
 * A text is read twice for that, unless the caller drops the hive after an error, and never held.
 */
#include <string.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "reg/import.h"
#include "reg/path.h"
#include "reg/text-parse.h"

int reg_import_below(const char *path, const char *prefix, const char **ret_below, ow_reg_path *holder,
                     ow_error *err)
{
        __attribute__((cleanup(ow_reg_path_done))) ow_reg_path at = { 0 };
        ow_error ignored = OW_ERROR_INIT;
        int r;

        *ret_below = path[0] == '\\' ? path + 1 : reg_path_below(path, prefix);
        if (*ret_below)
                return 0;
        r = ow_reg_path_parse(path, holder, &ignored);
        if (r == 0)
                r = ow_reg_path_parse(prefix, &at, &ignored);
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        if (r == 0 && holder->root == at.root)
                *ret_below = reg_path_below(holder->rest, at.rest);
        return 0;
}

/* A key of the text that the next ones may lie below. */
struct step {
        ow_key key;
        size_t path_len;
};

struct import {
        ow_hive *hive;
        ow_key at;
        const char *prefix;
        bool only_check;
        ow_reg_counts counts;
        /* The last key made, and those above it that the text named: keys come in order, so few are looked up anew. */
        ow_key key;
        ow_buffer path;                 /* below at, as written */
        struct step *steps;
        size_t n_steps, cap_steps;
};

static void import_done(struct import *m)
{
        ow_buffer_done(&m->path);
        ow_free(m->steps);
}

/* The deepest known key that path lies at or below, and the rest of path. */
static const char *find_start(struct import *m, const char *path, ow_key *ret)
{
        size_t len = strlen(path), same = 0;

        while (same < len && same < m->path.len && (uint8_t)path[same] == m->path.p[same])
                same++;
        while (m->n_steps > 0) {
                const struct step *step = &m->steps[m->n_steps - 1];

                if (step->path_len <= same && (path[step->path_len] == '\\' || !path[step->path_len])) {
                        *ret = step->key;
                        return path + step->path_len + (path[step->path_len] != '\0');
                }
                m->n_steps--;
        }
        *ret = m->at;
        return path;
}

static int remember(struct import *m, const char *path, ow_error *err)
{
        struct step *steps = ow_grow(m->steps, m->n_steps, &m->cap_steps, sizeof *steps);

        if (!steps)
                return ow_fail_nomem(err);
        m->steps = steps;
        m->path.len = 0;
        ow_buffer_put_text(&m->path, path);
        steps[m->n_steps++] = (struct step){ m->key, m->path.len };
        return ow_buffer_failed(&m->path) ? ow_fail_nomem(err) : 0;
}

static int remove_key(struct import *m, const char *path, ow_error *err)
{
        ow_key key;
        int r;

        m->n_steps = 0;                 /* it may be one of them */
        m->path.len = 0;
        r = ow_hive_find(m->hive, m->at, path, &key, err);
        return r > 0 ? ow_hive_delete_key(m->hive, key, err) : r;
}

static int make_key(struct import *m, const char *path, ow_error *err)
{
        ow_key start;
        const char *rest = find_start(m, path, &start);
        int r;

        m->key = start;
        r = *rest ? ow_hive_create_key(m->hive, start, rest, &m->key, NULL, err) : 0;
        return r == 0 && *rest ? remember(m, path, err) : r;
}

/* One key: checked, and applied unless only_check. */
static int import_key(void *state, const ow_reg_key *from, ow_error *err)
{
        __attribute__((cleanup(ow_reg_path_done))) ow_reg_path holder = { 0 };
        struct import *m = state;
        const char *below;
        int r;

        r = reg_import_below(from->path, m->prefix, &below, &holder, err);
        if (r < 0)
                return r;
        if (!below)
                return ow_fail(err, OW_E_INVAL, from->line, "line %u: a key that does not lie below '%s': '%s'",
                               from->line, m->prefix, from->path);
        if (from->remove && !*below)
                return ow_fail(err, OW_E_INVAL, from->line, "line %u: '%s' itself cannot be removed", from->line,
                               m->prefix);
        if (m->only_check)
                return 0;
        if (from->remove)
                m->counts.removed_keys++;
        else
                m->counts.keys++;
        r = from->remove ? remove_key(m, below, err) : make_key(m, below, err);
        return r < 0 ? ow_wrap(err, r, "line %u: key '%s'", from->line, from->path) : 0;
}

/* One value, of the last key. */
static int import_value(void *state, const ow_reg_value *v, ow_error *err)
{
        struct import *m = state;
        int r;

        if (v->remove)
                m->counts.removed_values++;
        else
                m->counts.values++;
        r = v->remove ? ow_hive_delete_value(m->hive, m->key, v->name, err) :
                ow_hive_set_value(m->hive, m->key, v->name, v->type, v->data.p, v->data.size, err);
        return r < 0 ? ow_wrap(err, r, "line %u: value '%s'", v->line, v->name) : 0;
}

static int import_keys(struct import *m, const ow_reg_document *document, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < document->n_keys && r == 0; i++) {
                const ow_reg_key *key = &document->keys[i];

                r = import_key(m, key, err);
                for (size_t k = 0; k < key->n_values && r == 0 && !m->only_check; k++)
                        r = import_value(m, &key->values[k], err);
        }
        return r;
}

int ow_reg_import(ow_hive *hive, ow_key key, const char *prefix, const ow_reg_document *document, ow_error *err)
{
        __attribute__((cleanup(import_done))) struct import m = {
                .hive = hive, .at = key, .prefix = prefix, .only_check = true, .path = OW_BUFFER_INIT,
        };
        int r = import_keys(&m, document, err);

        m.only_check = false;
        return r < 0 ? r : import_keys(&m, document, err);
}

int ow_reg_import_text(ow_hive *hive, ow_key key, const char *prefix, const ow_reg_text *text, ow_reg_counts *ret,
                       ow_error *err)
{
        __attribute__((cleanup(import_done))) struct import m = {
                .hive = hive, .at = key, .prefix = prefix, .only_check = true, .path = OW_BUFFER_INIT,
        };
        ow_reg_reader reader = { .state = &m, .key = import_key };
        int r = text->flags & OW_REG_AT_ONCE ? 0 : reg_text_pass(text, &reader, err);

        if (r < 0)
                return r;
        m.only_check = false;
        reader.value = import_value;
        r = reg_text_pass(text, &reader, err);
        if (r == 0 && ret)
                *ret = m.counts;
        return r;
}
