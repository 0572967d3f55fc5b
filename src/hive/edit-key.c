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

static int part_init(struct hive_name *name, const char *part, size_t size, ow_error *err)
{
        int r = hive_name_init(name, part, size, HIVE_MAX_KEY_NAME, err);

        if (r == OW_E_LIMIT)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "name of a key is longer than %d UTF-16 units",
                               HIVE_MAX_KEY_NAME);
        return r;
}

int hive_key_name_init(struct hive_name *name, const char *text, ow_error *err)
{
        size_t size = strlen(text);
        int r = part_init(name, text, size, err);

        if (r >= 0 && (size == 0 || strchr(text, '\\')))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "\"%s\" cannot be the name of one key", text);
        return r;
}

/* How many names, each of which must be one that a key can have. */
static int check_names(const char *path, unsigned *ret_count, ow_error *err)
{
        size_t size;

        *ret_count = 0;
        for (path = hive_path_next(path, &size); size > 0; path = hive_path_next(path + size, &size)) {
                HIVE_AUTO_NAME name = { 0 };
                int r = part_init(&name, path, size, err);

                if (r < 0)
                        return r;
                if (++*ret_count > HIVE_MAX_DEPTH)
                        return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "path of more than %d keys", HIVE_MAX_DEPTH);
        }
        return 0;
}

/* Goes down as far as keys exist; the first *passed bytes of path lead to *cell. */
static int descend(ow_hive *h, uint32_t at, const char *path, size_t *passed, uint32_t *cell, ow_error *err)
{
        const char *part;
        size_t size;

        *cell = hive_trail_start(&h->trail, at, path, passed);
        for (part = hive_path_next(path + *passed, &size); size > 0; part = hive_path_next(part + size, &size)) {
                HIVE_AUTO_NAME name = { 0 };
                struct hive_node node;
                int r = part_init(&name, part, size, err);

                if (r >= 0)
                        r = hive_node_decode(h, *cell, &node, err);
                if (r >= 0)
                        r = hive_find_subkey(h, &node, &name, cell, err);
                if (r <= 0)
                        return r;
                *passed = (size_t)(part - path) + size;
                hive_trail_step(&h->trail, path, *passed, *cell);
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
static int make_chain(struct hive_edit *e, const struct hive_node *top, const char *path, size_t passed,
                      uint32_t *ret_first, struct hive_node *ret_last, ow_error *err)
{
        struct hive_node above = { 0 }, node;
        const char *part;
        size_t size;

        for (part = hive_path_next(path + passed, &size); size > 0; part = hive_path_next(part + size, &size)) {
                HIVE_AUTO_NAME name = { 0 };
                int r = part_init(&name, part, size, err);

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
                hive_trail_step(&e->hive->trail, path, (size_t)(part - path) + size, node.cell);
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

/* The part of path behind the first passed bytes, below parent. */
static int create(ow_hive *h, uint32_t parent, const char *path, size_t passed, unsigned missing, uint32_t *ret_cell,
                  ow_error *err)
{
        HIVE_AUTO_EDIT e = { 0 };
        HIVE_AUTO_NAME name = { 0 };
        struct hive_security sk;
        struct hive_node top, last;
        uint32_t first = 0;
        size_t size;
        int r;

        r = hive_edit_begin(&e, h, parent, &top, err);
        if (r >= 0)
                r = hive_security_decode(h, top.security, &sk, err);
        if (r < 0)
                return r;
        if (sk.references > UINT32_MAX - missing)
                return ow_fail(err, OW_E_LIMIT, sk.cell, "security at 0x%x has %u references", sk.cell,
                               sk.references);
        if (!hive_map_reserve(&h->changed, missing + 1))
                return ow_fail_nomem(err);
        r = make_chain(&e, &top, path, passed, &first, &last, err);
        if (r < 0)
                return r;
        path = hive_path_next(path + passed, &size);
        r = part_init(&name, path, size, err);
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
        unsigned missing = 0, depth;
        uint32_t cell;
        size_t passed;
        int r;

        r = descend(hive, at.cell, path, &passed, &cell, err);
        if (r >= 0)
                r = check_names(path + passed, &missing, err);
        if (r < 0)
                return r;
        if (missing > 0) {
                r = hive_depth_of(hive, cell, &depth, err);
                if (r < 0)
                        return r;
                if (depth + missing > HIVE_MAX_DEPTH)
                        return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "key would be %u levels deep, limit %d",
                                       depth + missing, HIVE_MAX_DEPTH);
                r = create(hive, cell, path, passed, missing, &cell, err);
                if (r < 0)
                        return r;
        }
        ret_key->cell = cell;
        if (ret_created)
                *ret_created = missing > 0;
        return 0;
}
