/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a key node says of itself: flags, class, security, the largest of this and that; docs/formats/regf.md 4.1. */
#include "base/le.h"
#include "hive/check.h"

enum { FLAG_VOLATILE = 0x0001, FLAG_MOUNT_POINT = 0x0002 };
enum { CLASS_LEN_AT = 0x4a };   /* in the body of a node */

void hive_check_largest(struct hive_check *c, struct hive_node *node, uint32_t *field, uint32_t at, uint32_t real,
                        const char *what)
{
        if (*field >= real || !hive_check_mends(c, node->cell + HIVE_CELL_HEAD + at,
                                                "key at 0x%x: %s is said to be %u bytes, one has %u", node->cell, what,
                                                *field, real))
                return;
        *field = real;
        hive_node_store(c->hive, node);
}

static void check_flags(struct hive_check *c, const struct hive_node *node)
{
        bool latin1 = hive_node_latin1(node);
        size_t units = hive_name_units(node->name, latin1);

        if (node->flags & (FLAG_VOLATILE | FLAG_MOUNT_POINT))
                hive_check_tell(c, node->cell, "key at 0x%x has the flags of a key that is only in memory (0x%04x)",
                                node->cell, node->flags);
        if (node->flags & OW_KEY_HIVE_ENTRY && node->cell != c->hive->base.root)
                hive_check_tell(c, node->cell, "key at 0x%x has the flag of the root of a hive", node->cell);
        if (units > HIVE_MAX_KEY_NAME)
                hive_check_tell(c, node->cell, "name of the key at 0x%x has %zu UTF-16 units, limit %d",
                                node->cell, units,
                                HIVE_MAX_KEY_NAME);
        for (size_t i = 0; i < units && units <= HIVE_MAX_KEY_NAME; i++) {
                if (hive_name_unit(node->name, latin1, i) != '\\')
                        continue;
                hive_check_tell(c, node->cell, "name of the key at 0x%x has a backslash in it", node->cell);
                break;
        }
}

static void check_class(struct hive_check *c, struct hive_node *node)
{
        ow_view body;

        if (node->class_len == 0)
                return;
        if (node->class_cell == HIVE_NIL) {
                if (!hive_check_mends(c, node->cell + HIVE_CELL_HEAD + CLASS_LEN_AT,
                                      "key at 0x%x has a class of %u bytes, but no cell for it",
                                      node->cell, node->class_len))
                        return;
                node->class_len = 0;
                hive_node_store(c->hive, node);
                return;
        }
        if (node->class_len % 2)
                hive_check_tell(c, node->cell, "class of the key at 0x%x has %u bytes, no UTF-16", node->cell,
                                node->class_len);
        if (!hive_check_reach(c, node->class_cell) ||
            hive_check_failed(c, hive_cell_view(c->hive, node->class_cell, &body, &c->error)))
                return;
        if (body.len < node->class_len)
                hive_check_damage(c, node->class_cell, "class of the key at 0x%x: %u bytes in a cell of %zu",
                                  node->cell,
                                  node->class_len, body.len);
}

static void count_security(struct hive_check *c, const struct hive_node *node)
{
        if (node->security == 0 || node->security == HIVE_NIL) {
                hive_check_damage(c, node->cell, "key at 0x%x has no security", node->cell);
                return;
        }
        if (!hive_map_put(&c->references, node->security, hive_map_get(&c->references, node->security) + 1))
                c->broken = ow_fail_nomem(&c->error);
}

void hive_check_key(struct hive_check *c, struct hive_node *node)
{
        c->report.keys++;
        check_flags(c, node);
        check_class(c, node);
        count_security(c, node);
        if (!c->broken)
                hive_check_values(c, node);
        if (!c->broken)
                hive_check_subkeys(c, node);
}

void hive_check_keys(struct hive_check *c)
{
        uint32_t cell = c->hive->base.root;
        struct hive_node root, above;

        if (hive_check_failed(c, hive_node_decode(c->hive, cell, &root, &c->error)) || !hive_check_reach(c, cell))
                return;
        /* What a root names as its parent means nothing, unless that key has it in its list. */
        if (hive_node_decode(c->hive, root.parent, &above, NULL) == 0 && hive_check_belongs(c, &above, &root))
                hive_check_damage(c, cell, "the base block names the key at 0x%x as the root, but that is a subkey of "
                                  "the one at 0x%x: nothing above it is seen", cell, root.parent);
        hive_check_key(c, &root);
}
