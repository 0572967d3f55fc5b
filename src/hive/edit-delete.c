/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deleting a key with all below it. The whole tree is gone through first; only when every cell of it is known to
 * be sound, and to be used once, is the key taken out of its parent's list and everything freed.
 */
#include "base/le.h"
#include "hive/edit.h"

struct collection {
        struct hive_edit edit;
        struct hive_tally security; /* cells of sk: keys of the tree that use them */
};

static void collection_done(struct collection *c)
{
        hive_edit_done(&c->edit);
        hive_tally_done(&c->security);
}

static int collect_values(struct collection *c, const struct hive_node *node, ow_error *err)
{
        struct hive_value value;
        ow_view list;
        int r = hive_values_view(c->edit.hive, node, &list, err);

        if (r < 0 || list.len == 0)
                return r;
        for (size_t i = 0; i < list.len / 4; i++) {
                r = hive_value_decode(c->edit.hive, ow_le32_at(list.p + 4 * i), &value, err);
                if (r >= 0)
                        r = hive_edit_drop(&c->edit, value.cell, err);
                if (r >= 0)
                        r = hive_data_drop(&c->edit, &value, err);
                if (r < 0)
                        return r;
        }
        return hive_edit_drop(&c->edit, node->values, err);
}

static int collect_lists(struct collection *c, const struct hive_node *node, ow_error *err)
{
        struct hive_list list;
        int r = hive_list_of(c->edit.hive, node, &list, err);

        if (r <= 0)
                return r;
        r = hive_edit_drop(&c->edit, list.cell, err);
        for (uint32_t i = 0; r >= 0 && list.kind == HIVE_RI && i < list.count; i++)
                r = hive_edit_drop(&c->edit, hive_list_cell(&list, i), err);
        return r;
}

static int collect_self(struct collection *c, const struct hive_node *node, ow_error *err)
{
        int r;

        if (node->security != 0 && !hive_tally_add(&c->security, node->security))
                return ow_fail_nomem(err);
        r = hive_edit_drop(&c->edit, node->cell, err);
        if (r >= 0 && node->class_len && node->class_cell != HIVE_NIL)
                r = hive_edit_drop(&c->edit, node->class_cell, err);
        if (r >= 0)
                r = collect_values(c, node, err);
        return r;
}

static int collect(struct collection *c, uint32_t cell, unsigned depth, ow_error *err)
{
        ow_subkey_iter iter = { 0 };
        struct hive_node node;
        ow_key child;
        int r;

        if (depth > HIVE_MAX_DEPTH)
                return ow_fail(err, OW_E_CORRUPT, cell, "key at 0x%x is more than %d levels deep", cell,
                               HIVE_MAX_DEPTH);
        r = hive_node_decode(c->edit.hive, cell, &node, err);
        if (r < 0)
                return r;
        if (node.layer)
                return hive_edit_may(&node, err);
        /* The walk uses the same marks as the list of stale cells: children are marked after their list is done. */
        while ((r = ow_hive_next_subkey(c->edit.hive, (ow_key){ cell }, &iter, &child, err)) > 0) {
                r = collect(c, child.cell, depth + 1, err);
                if (r < 0)
                        return r;
        }
        if (r >= 0)
                r = collect_self(c, &node, err);
        if (r >= 0)
                r = collect_lists(c, &node, err);
        return r;
}

static int check_security(struct collection *c, const struct hive_node *node, ow_error *err)
{
        for (size_t i = 0; i < c->security.n; i++) {
                int r = hive_security_may_lose(&c->edit, c->security.v[i].number, &c->security.v[i].count, node, true,
                                               err);

                if (r < 0)
                        return ow_wrap(err, r, "security of a deleted key");
        }
        return 0;
}

static void release_security(struct collection *c)
{
        for (size_t i = 0; i < c->security.n; i++)
                hive_security_lose(c->edit.hive, c->security.v[i].number, c->security.v[i].count);
}

int ow_hive_delete_key(ow_hive *hive, ow_key key, ow_error *err)
{
        __attribute__((cleanup(collection_done))) struct collection c = { 0 };
        struct hive_node node, parent;
        int r;

        if (key.cell == hive->base.root)
                return ow_fail(err, OW_E_INVAL, key.cell, "the root of a hive cannot be deleted");
        r = hive_edit_begin(&c.edit, hive, key.cell, &node, err);
        if (r < 0)
                return r;
        if (node.flags & OW_KEY_LINK)
                return ow_fail(err, OW_E_REFUSED, key.cell, "key at 0x%x is a link: not deleted", key.cell);
        r = hive_node_decode(hive, node.parent, &parent, err);
        if (r >= 0)
                r = hive_edit_may(&parent, err);
        if (r >= 0)
                r = collect(&c, key.cell, 1, err);
        if (r >= 0)
                r = check_security(&c, &node, err);
        if (r == OW_E_CORRUPT)
                return ow_wrap(err, r,
                               "a key is deleted only when all below it is sound; repair the hive first, or "
                               "export what can be read of it and import that into a new one");
        if (r >= 0 && !hive_map_reserve(&hive->changed, 1))
                r = ow_fail_nomem(err);
        if (r >= 0)
                r = hive_list_remove(&c.edit, &parent, &node, err);
        if (r < 0)
                return r;

        hive_node_store(hive, &parent);
        release_security(&c);
        (void)hive_map_put(&hive->changed, parent.cell, 1);
        hive_edit_commit(&c.edit);
        return 0;
}
