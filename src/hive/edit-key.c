/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making keys. The missing part of a path is built apart and then hung into the tree at one place. */
#include <string.h>

#include "hive/edit.h"

int hive_depth_of(ow_hive *h, uint32_t cell, unsigned *ret, ow_error *err)
{
        struct hive_node node;
        unsigned depth = 1;

        while (cell != h->base.root) {
                int r = hive_node_decode(h, cell, &node, err);

                if (r < 0)
                        return r;
                if (++depth > HIVE_MAX_DEPTH)
                        return ow_fail(err, OW_E_CORRUPT, cell, "key at 0x%x is more than %d levels deep", cell,
                                       HIVE_MAX_DEPTH);
                cell = node.parent;
        }
        *ret = depth;
        return 0;
}

static const char *next_name(const char *path, size_t *ret_size)
{
        while (*path == '\\')
                path++;
        *ret_size = strcspn(path, "\\");
        return path;
}

/* How many names, each of which must be one that a key can have. */
static int check_names(const char *path, unsigned *ret_count, ow_error *err)
{
        size_t size;

        *ret_count = 0;
        for (path = next_name(path, &size); size > 0; path = next_name(path + size, &size)) {
                HIVE_AUTO_NAME name = { 0 };
                int r = hive_name_init(&name, path, size, HIVE_MAX_KEY_NAME, err);

                if (r == OW_E_LIMIT)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "name of a key is longer than %d UTF-16 units",
                                       HIVE_MAX_KEY_NAME);
                if (r < 0)
                        return r;
                if (++*ret_count > HIVE_MAX_DEPTH)
                        return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "path of more than %d keys", HIVE_MAX_DEPTH);
        }
        return 0;
}

/* Goes down as far as keys exist; *path then starts with the first missing name, or is at its end. */
static int descend(ow_hive *h, uint32_t *at, const char **path, ow_error *err)
{
        size_t size;

        for (*path = next_name(*path, &size); size > 0; *path = next_name(*path + size, &size)) {
                HIVE_AUTO_NAME name = { 0 };
                struct hive_node node;
                int r = hive_name_init(&name, *path, size, HIVE_MAX_KEY_NAME, err);

                if (r < 0)
                        return r;
                r = hive_node_decode(h, *at, &node, err);
                if (r < 0)
                        return r;
                r = hive_find_subkey(h, &node, &name, at, err);
                if (r <= 0)
                        return r;
        }
        return 0;
}

static int make_node(struct hive_edit *e, uint32_t parent, uint32_t security, const struct hive_name *name,
                     struct hive_node *ret, ow_error *err)
{
        struct hive_node node = { .parent = parent, .security = security, .subkeys = HIVE_NIL, .values = HIVE_NIL,
                                  .class_cell = HIVE_NIL };
        int r;

        r = hive_edit_alloc(e, hive_node_body_size(name), &node.cell, &node.body_len, err);
        if (r < 0)
                return r;
        hive_node_encode_new(e->hive, &node, name);
        return hive_node_decode(e->hive, node.cell, ret, err);
}

/* The keys of path, one below the other, the first below top but not yet in its list. */
static int make_chain(struct hive_edit *e, const struct hive_node *top, const char *path, uint32_t *ret_first,
                      struct hive_node *ret_last, ow_error *err)
{
        struct hive_node above = { 0 }, node;
        size_t size;

        for (path = next_name(path, &size); size > 0; path = next_name(path + size, &size)) {
                HIVE_AUTO_NAME name = { 0 };
                int r = hive_name_init(&name, path, size, HIVE_MAX_KEY_NAME, err);

                if (r < 0)
                        return r;
                r = make_node(e, above.cell ? above.cell : top->cell, top->security, &name, &node, err);
                if (r < 0)
                        return r;
                if (above.cell) {
                        r = hive_list_insert(e, &above, &name, node.cell, err);
                        if (r < 0)
                                return r;
                        hive_node_store(e->hive, &above);
                } else {
                        *ret_first = node.cell;
                }
                above = node;
        }
        *ret_last = above;
        return 0;
}

/* Marks the new keys as changed, from the last one up to top; room was reserved. */
static void note_changed(ow_hive *h, uint32_t cell, uint32_t top)
{
        struct hive_node node;

        while (hive_map_put(&h->changed, cell, 1) && cell != top && hive_node_decode(h, cell, &node, NULL) >= 0)
                cell = node.parent;
}

static int create(ow_hive *h, uint32_t parent, const char *path, unsigned missing, uint32_t *ret_cell, ow_error *err)
{
        HIVE_AUTO_EDIT e = { 0 };
        HIVE_AUTO_NAME name = { 0 };
        struct hive_security sk;
        struct hive_node top, last;
        uint32_t first = 0;
        size_t size;
        int r;

        r = hive_edit_begin(&e, h, err);
        if (r >= 0)
                r = hive_node_decode(h, parent, &top, err);
        if (r >= 0)
                r = hive_edit_may(&top, err);
        if (r >= 0)
                r = hive_security_decode(h, top.security, &sk, err);
        if (r < 0)
                return r;
        if (sk.references > UINT32_MAX - missing)
                return ow_fail(err, OW_E_LIMIT, sk.cell, "security at 0x%x has %u references", sk.cell,
                               sk.references);
        if (!hive_map_reserve(&h->changed, missing + 1))
                return ow_fail_nomem(err);
        r = make_chain(&e, &top, path, &first, &last, err);
        if (r < 0)
                return r;
        path = next_name(path, &size);
        r = hive_name_init(&name, path, size, HIVE_MAX_KEY_NAME, err);
        if (r >= 0)
                r = hive_list_insert(&e, &top, &name, first, err);
        if (r < 0)
                return r;

        hive_node_store(h, &top);
        sk.references += missing;
        hive_security_store(h, &sk);
        note_changed(h, last.cell, parent);
        hive_edit_commit(&e);
        *ret_cell = last.cell;
        return 0;
}

int ow_hive_create_key(ow_hive *hive, ow_key at, const char *path, ow_key *ret_key, bool *ret_created, ow_error *err)
{
        uint32_t cell = at.cell;
        unsigned names, missing = 0, depth;
        int r;

        r = check_names(path, &names, err);
        if (r >= 0)
                r = descend(hive, &cell, &path, err);
        if (r >= 0)
                r = check_names(path, &missing, err);
        if (r < 0)
                return r;
        if (missing > 0) {
                r = hive_depth_of(hive, cell, &depth, err);
                if (r < 0)
                        return r;
                if (depth + missing > HIVE_MAX_DEPTH)
                        return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "key would be %u levels deep, limit %d",
                                       depth + missing, HIVE_MAX_DEPTH);
                r = create(hive, cell, path, missing, &cell, err);
                if (r < 0)
                        return r;
        }
        ret_key->cell = cell;
        if (ret_created)
                *ret_created = missing > 0;
        return 0;
}
