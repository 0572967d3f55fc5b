/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of subkeys: how they split, what an empty leaf means, and what a count that does not agree is worth. */
#include "base/alloc.h"
#include "base/macros.h"
#include "hive-model.h"
#include "hive/hive.h"

/* 40 000 subkeys in any order give leaves that are no larger than Windows makes them. */
static void many_subkeys_split_their_lists(void **state)
{
        static const uint32_t minors[] = { 3, 5 };

        for (size_t m = 0; m < OW_COUNT(minors); m++) {
                struct hive_list ri, leaf;
                struct hive_node root;
                ow_hive *h;
                ow_key key;

                assert_ok(ow_hive_new(minors[m], "root", NULL, 0, &h, &err));
                for (unsigned i = 0; i < 40000; i++) {
                        char name[32];

                        (void)snprintf(name, sizeof name, "k%05u", (i * 7919u) % 40000u);
                        assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, &err));
                }
                assert_ok(hive_node_decode(h, ow_hive_root(h).cell, &root, &err));
                assert_int_equal(root.n_subkeys, 40000);
                assert_ok(hive_list_decode(h, root.subkeys, &ri, &err));
                assert_int_equal(ri.kind, HIVE_RI);
                for (uint32_t i = 0; i < ri.count; i++) {
                        assert_ok(hive_list_decode(h, hive_list_cell(&ri, i), &leaf, &err));
                        assert_int_equal(leaf.kind, minors[m] == 3 ? HIVE_LF : HIVE_LH);
                        assert_true(leaf.count <= hive_list_limit(leaf.kind) && leaf.count > 0);
                }
                assert_int_equal(check_hive(h).faults, 0);
                for (unsigned i = 0; i < 40000; i++) {
                        char name[32];

                        (void)snprintf(name, sizeof name, "K%05u", (i * 104729u) % 40000u);
                        assert_int_equal(ow_hive_find(h, ow_hive_root(h), name, &key, NULL), 1);
                        assert_ok(ow_hive_delete_key(h, key, &err));
                }
                assert_ok(hive_node_decode(h, ow_hive_root(h).cell, &root, &err));
                assert_int_equal(root.n_subkeys, 0);
                assert_int_equal(root.subkeys, HIVE_NIL);
                assert_int_equal(check_hive(h).faults + check_hive(h).lost_cells, 0);
                ow_hive_close(h);
        }
}

/* Wherever the new name belongs when its leaf is full, both halves stay in order. */
static void every_place_of_a_split_keeps_the_order(void **state)
{
        static const unsigned places[] = { 0, 1, 251, 252, 253, 254, 255, 504, 505, 506 };

        for (size_t p = 0; p < OW_COUNT(places); p++) {
                ow_hive *h;
                ow_key key;
                char name[32];

                assert_ok(ow_hive_new(3, "root", NULL, 0, &h, &err));
                for (unsigned i = 0; i < 506; i++) {
                        (void)snprintf(name, sizeof name, "k%04u", 10 * i + 5);
                        assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, &err));
                }
                (void)snprintf(name, sizeof name, "k%04u", 10 * places[p]);
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, &err));
                assert_int_equal(check_hive(h).faults + check_hive(h).lost_cells, 0);
                assert_int_equal(check_hive(h).keys, 508);
                ow_hive_close(h);
        }
}

static ow_hive *hive_of_many_leaves(void)
{
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        for (unsigned i = 0; i < 7000; i++) {
                char name[16];

                (void)snprintf(name, sizeof name, "key%05u", i);
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, &err));
        }
        return h;
}

static void no_disorder(void *state, const ow_hive_fault *fault)
{
        (void)state;
        if (strstr(fault->text, "order") || strstr(fault->text, "same name") || strstr(fault->text, "counts"))
                fail_msg("%s", fault->text);
}

static void require_order(ow_hive *h)
{
        ow_hive_report report;

        assert_ok(ow_hive_check(h, &report, no_disorder, NULL, &err));
}

/* Leaves of an ri that other writers left empty: they hide no key, and no name is made twice. */
static void empty_leaves_hide_no_key(void **state)
{
        ow_hive *h = hive_of_many_leaves();
        struct hive_node root;
        struct hive_list ri, leaf;
        ow_subkey_iter iter = { 0 };
        unsigned listed = 0;
        ow_key key, found;
        bool created;

        assert_ok(hive_node_decode(h, ow_hive_root(h).cell, &root, &err));
        assert_ok(hive_list_decode(h, root.subkeys, &ri, &err));
        assert_true(ri.count > 9);
        /* The first, the last, and two in the middle, where a search begins. */
        for (uint32_t i = 0; i < ri.count; i++) {
                if (i != 0 && i + 1 != ri.count && i != ri.count / 2 && i != ri.count / 2 + 1)
                        continue;
                assert_ok(hive_list_decode(h, hive_list_cell(&ri, i), &leaf, &err));
                hive_list_store_head(h, leaf.cell, leaf.body.len, leaf.kind, 0);
                root.n_subkeys -= leaf.count;
        }
        hive_node_store(h, &root);
        while (ow_hive_next_subkey(h, ow_hive_root(h), &iter, &key, NULL) == 1) {
                ow_key_info info;

                listed++;
                assert_ok(ow_hive_key_info(h, key, &info, &err));
                assert_int_equal(ow_hive_find(h, ow_hive_root(h), info.name, &found, NULL), 1);
                assert_int_equal(found.cell, key.cell);
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), info.name, &found, &created, &err));
                assert_false(created);
                ow_key_info_done(&info);
        }
        assert_int_equal(listed, root.n_subkeys);
        /* What is made goes where it belongs, below all, between and above. */
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "key", &key, NULL, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "key03500", &key, NULL, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "kez", &key, NULL, &err));
        assert_ok(ow_hive_delete_key(h, key, &err));
        require_order(h);
        ow_hive_close(h);
}

static void set_subkeys(ow_hive *h, ow_key key, uint32_t count, uint32_t list)
{
        struct hive_node node;

        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        node.n_subkeys = count;
        node.subkeys = list;
        hive_node_store(h, &node);
}

/* Keys below key as a walk hands them out; *ret_errors: what it tells. */
static unsigned walked(ow_hive *h, ow_key key, unsigned *ret_errors)
{
        ow_hive_walk *walk;
        ow_hive_item item;
        unsigned keys = 0;
        int r;

        *ret_errors = 0;
        assert_ok(ow_hive_walk_open(h, key, OW_WALK_NO_END, &walk, &err));
        while ((r = ow_hive_walk_next(walk, &item, NULL)) != 0) {
                keys += r > 0;
                *ret_errors += r < 0;
        }
        ow_hive_walk_close(walk);
        return keys - 1;
}

static const struct {
        const char *label;
        unsigned listed, counted;
        bool no_list;
} miscounted[] = {
        { "none counted", 2, 0, false },
        { "more counted", 1, 3, false },
        { "fewer counted", 3, 2, false },
        { "none counted of many", 1100, 0, false },
        { "one more counted of many", 1100, 1101, false },
        { "no list", 2, 2, true },
};

/* Nothing takes what is left of the subkeys for all of them, and repair then gives back what there is. */
static void no_edit_goes_by_a_wrong_count(void **state)
{
        for (size_t i = 0; i < OW_COUNT(miscounted); i++) {
                unsigned listed = miscounted[i].listed, errors;
                ow_key key, child, other;
                ow_hive *h, *to = NULL;
                ow_hive_report report;
                struct hive_node node;
                char name[16];

                print_message("%s\n", miscounted[i].label);
                assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), "key", &key, NULL, &err));
                for (unsigned k = 0; k < listed; k++) {
                        (void)snprintf(name, sizeof name, "sub%04u", k);
                        assert_ok(ow_hive_create_key(h, key, name, &child, NULL, &err));
                }
                assert_ok(hive_node_decode(h, key.cell, &node, &err));
                set_subkeys(h, key, miscounted[i].counted, miscounted[i].no_list ? HIVE_NIL : node.subkeys);

                /* Read is what there is, and told that it does not fit. */
                assert_int_equal(walked(h, key, &errors), miscounted[i].no_list ? 0 : listed);
                assert_int_equal(errors, 1);
                assert_int_equal(ow_hive_find(h, key, "sub0000", &other, NULL),
                                 miscounted[i].no_list ? OW_E_CORRUPT : 1);

                assert_fails(OW_E_CORRUPT, ow_hive_create_key(h, key, "new", &other, NULL, &err));
                assert_fails(OW_E_CORRUPT, ow_hive_rename_key(h, child, "sub", NULL, &err));
                assert_fails(OW_E_CORRUPT, ow_hive_rename_key(h, key, "a name that needs a larger cell", NULL, &err));
                assert_fails(OW_E_CORRUPT, ow_hive_delete_key(h, child, &err));
                assert_fails(OW_E_CORRUPT, ow_hive_delete_key(h, key, &err));
                assert_fails(OW_E_CORRUPT, ow_hive_compact(h, &to, &err));
                assert_ok(ow_hive_new(5, "root", NULL, 0, &to, &err));
                assert_fails(OW_E_CORRUPT, ow_hive_copy_key(h, key, to, ow_hive_root(to), NULL, NULL, &err));
                assert_fails(OW_E_CORRUPT, ow_hive_copy_key(to, ow_hive_root(to), h, key, "new", NULL, &err));
                ow_hive_close(to);

                assert_ok(ow_hive_repair(h, &report, NULL, NULL, &err));
                if (!miscounted[i].no_list) {
                        report = check_hive(h);
                        assert_int_equal(report.faults + report.lost_cells, 0);
                        assert_int_equal(report.keys, 2 + listed);
                        assert_ok(ow_hive_create_key(h, key, "new", &other, NULL, &err));
                        assert_ok(ow_hive_delete_key(h, child, &err));
                        assert_int_equal(check_hive(h).faults, 0);
                }
                ow_hive_close(h);
        }
}

/* A key without subkeys that names the cell of something else as their list does not give that cell back. */
static void a_left_over_list_is_not_freed(void **state)
{
        ow_key key, other, child;
        struct hive_node node;
        ow_hive *h;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "key", &key, NULL, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "other\\child", &child, NULL, &err));
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "other", &other, NULL), 1);
        assert_ok(hive_node_decode(h, other.cell, &node, &err));
        for (unsigned i = 0; i < 2; i++) {
                set_subkeys(h, key, 0, i ? node.subkeys : child.cell);
                assert_ok(ow_hive_create_key(h, key, "new", &child, NULL, &err));
                assert_int_equal(check_hive(h).faults, 0);
                assert_ok(ow_hive_delete_key(h, child, &err));
                assert_int_equal(ow_hive_find(h, other, "child", &child, NULL), 1);
        }
        /* One that is its own, but empty, is. */
        assert_ok(ow_hive_delete_key(h, child, &err));
        assert_ok(ow_hive_create_key(h, key, "new", &child, NULL, &err));
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        hive_cell_write(h, node.subkeys, 12, 2, "\0", 1);
        hive_cell_zero(h, child.cell, 4, 0, 2);
        set_subkeys(h, key, 0, node.subkeys);
        assert_ok(ow_hive_create_key(h, key, "new", &child, NULL, &err));
        assert_int_equal(check_hive(h).lost_cells, 1);  /* the key that was listed before */
        ow_hive_close(h);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(many_subkeys_split_their_lists),
                cmocka_unit_test(every_place_of_a_split_keeps_the_order),
                cmocka_unit_test(empty_leaves_hide_no_key),
                cmocka_unit_test(no_edit_goes_by_a_wrong_count),
                cmocka_unit_test(a_left_over_list_is_not_freed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
