/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copying a key into a hive, and a whole hive into a fresh one without gaps. */
#include <string.h>

#include "base/alloc.h"
#include "hive/edit.h"

/* The name of the copy: the given one, or that of the original. */
static int name_of_copy(struct hive_name *ret, const struct hive_node *node, const char *given, ow_error *err)
{
        if (given)
                return hive_key_name_init(ret, given, err);
        return hive_name_init_stored(ret, node->name, hive_node_latin1(node), err);
}

/* parent must not be key nor below it. */
static int refuse_inside(ow_hive *h, uint32_t key, uint32_t parent, ow_error *err)
{
        struct hive_node node = { .parent = parent };

        do {
                int r = hive_node_decode(h, node.parent, &node, err);

                if (r < 0)
                        return r;
                if (node.cell == key)
                        return ow_fail(err, OW_E_INVAL, key, "a key cannot be copied into itself");
        } while (node.cell != h->base.root);
        return 0;
}

static int copy_into(struct hive_copy *c, struct hive_node *node, struct hive_node *parent,
                     const struct hive_name *name, ow_error *err)
{
        ow_hive *to = c->edit->hive;
        uint32_t there;
        unsigned depth;
        int r = hive_find_subkey(to, parent, name, &there, err);

        if (r > 0)
                return ow_fail(err, OW_E_EXISTS, there, "there is a key of that name at 0x%x", there);
        if (r >= 0)
                r = hive_depth_of(to, parent->cell, &depth, err);
        if (r >= 0 && c->from == to)
                r = refuse_inside(to, node->cell, parent->cell, err);
        if (r >= 0)
                r = hive_copy_tree(c, node, name, parent->cell, depth + 1, err);
        if (r >= 0)
                r = hive_copy_may_link(c, err);
        if (r >= 0)
                r = hive_list_insert(c->edit, parent, name, node->cell, err);
        if (r < 0)
                return r;
        if (parent->max_class < node->class_len)
                parent->max_class = node->class_len;
        hive_node_store(to, parent);
        hive_copy_link(c);
        (void)hive_map_put(&to->changed, parent->cell, 1);
        hive_edit_commit(c->edit);
        return 0;
}

int ow_hive_copy_key(ow_hive *from, ow_key key, ow_hive *to, ow_key parent, const char *name, ow_key *ret_key,
                     ow_error *err)
{
        __attribute__((cleanup(hive_copy_done))) struct hive_copy c = { 0 };
        HIVE_AUTO_EDIT e = { 0 };
        HIVE_AUTO_NAME wanted = { 0 };
        struct hive_node node, above;
        int r;

        r = hive_edit_begin(&e, to, parent.cell, &above, err);
        if (r >= 0)
                r = hive_node_decode(from, key.cell, &node, err);
        if (r >= 0)
                r = name_of_copy(&wanted, &node, name, err);
        if (r < 0)
                return r;
        hive_copy_begin(&c, &e, from);
        r = copy_into(&c, &node, &above, &wanted, err);
        if (r < 0)
                return r;
        if (ret_key)
                ret_key->cell = node.cell;
        return 0;
}

static int compact(ow_hive *from, ow_hive *to, ow_error *err)
{
        __attribute__((cleanup(hive_copy_done))) struct hive_copy c = { 0 };
        HIVE_AUTO_EDIT e = { .hive = to, .untracked = true };
        HIVE_AUTO_NAME name = { 0 };
        struct hive_node root;
        int r;

        r = hive_image_init(&to->image, NULL, 0, err);
        if (r >= 0)
                r = hive_node_decode(from, from->base.root, &root, err);
        if (r >= 0)
                r = hive_name_init_stored(&name, root.name, hive_node_latin1(&root), err);
        if (r < 0)
                return r;
        hive_copy_begin(&c, &e, from);
        c.whole = true;
        to->base.root = 0;      /* no ring yet */
        r = hive_copy_tree(&c, &root, &name, 0, 1, err);
        if (r < 0)
                return r;
        to->base.root = root.cell;
        r = hive_copy_may_link(&c, err);
        if (r < 0)
                return r;
        hive_copy_link(&c);
        return 0;
}

int ow_hive_compact(ow_hive *hive, ow_hive **ret_hive, ow_error *err)
{
        OW_AUTO(ow_hive) h = NULL;
        int r;

        if (hive->info.truncated)
                return ow_fail(err, OW_E_CORRUPT, hive->image.backed, "the file of the hive is too short");
        h = ow_calloc(1, sizeof *h);
        if (!h)
                return ow_fail_nomem(err);
        h->base = hive->base;
        h->top_sequence = hive->top_sequence;
        r = compact(hive, h, err);
        if (r < 0)
                return r;
        h->base.bins_size = h->image.size;
        h->base.type = HIVE_FILE_PRIMARY;
        hive_base_encode(&h->base);
        h->base_changed = h->edited = true;
        h->keeps_time = hive->keeps_time;
        h->info = hive->info;
        h->info.replay = OW_REPLAY_NOT_NEEDED;
        h->info.replayed_entries = h->info.replayed_pages = 0;
        h->info.bins_size = h->image.size;
        *ret_hive = OW_TAKE(h);
        return 0;
}
