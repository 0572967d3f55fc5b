/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A document onto one hive. All paths are checked before the first edit; edits then follow the text's order. */
#include <string.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "reg/path.h"

/* What is left of path below prefix when their roots may be spelled differently (HKLM and HKEY_LOCAL_MACHINE). */
static int find_below(const char *path, const char *prefix, const char **ret_below, ow_reg_path *holder,
                      ow_error *err)
{
        __attribute__((cleanup(ow_reg_path_done))) ow_reg_path at = { 0 };
        ow_error ignored = OW_ERROR_INIT;
        int r;

        *ret_below = reg_path_below(path, prefix);
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

static int apply_values(ow_hive *hive, ow_key key, const ow_reg_key *from, ow_error *err)
{
        for (size_t i = 0; i < from->n_values; i++) {
                const ow_reg_value *v = &from->values[i];
                int r;

                r = v->remove ? ow_hive_delete_value(hive, key, v->name, err) :
                        ow_hive_set_value(hive, key, v->name, v->type, v->data.p, v->data.size, err);
                if (r < 0)
                        return ow_wrap(err, r, "line %u: value '%s'", v->line, v->name);
        }
        return 0;
}

static int apply_key(ow_hive *hive, ow_key at, const char *path, const ow_reg_key *from, ow_error *err)
{
        ow_key key = at;
        int r;

        if (from->remove) {
                r = ow_hive_find(hive, at, path, &key, err);
                if (r > 0)
                        r = ow_hive_delete_key(hive, key, err);
        } else {
                r = *path ? ow_hive_create_key(hive, at, path, &key, NULL, err) : 0;
        }
        if (r < 0)
                return ow_wrap(err, r, "line %u: key '%s'", from->line, from->path);
        return from->remove ? 0 : apply_values(hive, key, from, err);
}

/* One key of the document: checked, and applied unless only_check. */
static int import_key(ow_hive *hive, ow_key at, const char *prefix, const ow_reg_key *from, bool only_check,
                      ow_error *err)
{
        __attribute__((cleanup(ow_reg_path_done))) ow_reg_path holder = { 0 };
        const char *below;
        int r;

        r = find_below(from->path, prefix, &below, &holder, err);
        if (r < 0)
                return r;
        if (!below)
                return ow_fail(err, OW_E_INVAL, from->line, "line %u: key '%s' does not lie below '%s'", from->line,
                               from->path, prefix);
        if (from->remove && !*below)
                return ow_fail(err, OW_E_INVAL, from->line, "line %u: '%s' itself cannot be removed", from->line,
                               prefix);
        return only_check ? 0 : apply_key(hive, at, below, from, err);
}

int ow_reg_import(ow_hive *hive, ow_key key, const char *prefix, const ow_reg_document *document, ow_error *err)
{
        for (size_t pass = 0; pass < 2; pass++) {
                for (size_t i = 0; i < document->n_keys; i++) {
                        int r = import_key(hive, key, prefix, &document->keys[i], pass == 0, err);

                        if (r < 0)
                                return r;
                }
        }
        return 0;
}
