/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Room for cells, and what tells bins: bytes inside of values that look like cells or like bins change neither. */
#include "test.h"

#include "base/le.h"
#include "hive-common.h"
#include "hive/hive.h"

static ow_hive *load(struct memory *file, ow_source *source)
{
        ow_hive *h = NULL;

        *source = memory_source(file);
        assert_ok(ow_hive_load(source, NULL, 0, 0, &h, &err));
        return h;
}

static void save(ow_hive *h, struct memory *file)
{
        ow_sink sink = memory_sink(file);

        assert_ok(ow_hive_save(h, 1, &sink, &err));
        ow_hive_close(h);
}

static void assert_sound(ow_hive *h)
{
        ow_hive_report report;

        assert_ok(ow_hive_check(h, &report, NULL, NULL, &err));
        assert_int_equal(report.faults, 0);
}

static struct hive_value value_of(ow_hive *h, ow_key key)
{
        struct hive_value v;
        ow_value value;

        assert_int_equal(ow_hive_find_value(h, key, "v", &value, NULL), 1);
        assert_ok(hive_value_decode(h, value.cell, &v, &err));
        return v;
}

/* What is cut off a cell begins with bytes that say: a free cell up to some key far behind. */
static void the_end_of_a_cell_is_no_free_cell_of_its_own(void **state)
{
        enum { OLD = 600, NEW = 200, TAIL = 204 };
        struct memory file = { 0 };
        uint8_t data[OLD] = { 0 };
        ow_key root, victim, last;
        struct hive_value v;
        ow_source source;
        ow_view body;
        ow_hive *h;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        root = ow_hive_root(h);
        assert_ok(ow_hive_set_value(h, root, "v", OW_REG_BINARY, data, sizeof data, &err));
        assert_ok(ow_hive_create_key(h, root, "VICTIM", &victim, NULL, &err));
        assert_ok(ow_hive_create_key(h, root, "last", &last, NULL, &err));
        ow_le32_put(data + TAIL, last.cell - (value_of(h, root).data + HIVE_CELL_HEAD + TAIL));
        assert_ok(ow_hive_set_value(h, root, "v", OW_REG_BINARY, data, sizeof data, &err));
        save(h, &file);

        h = load(&file, &source);
        v = value_of(h, root);
        assert_ok(hive_cell_view(h, v.data, &body, &err));
        hive_cell_trim(h, v.data, (uint32_t)body.len, NEW);
        v.size = NEW;
        hive_value_store(h, &v);
        assert_ok(ow_hive_delete_key(h, last, &err));
        assert_int_equal(ow_hive_find(h, root, "VICTIM", &victim, NULL), 1);
        assert_sound(h);
        ow_hive_close(h);
        memory_done(&file);
}

/* What an old value has too much joins with the free cell behind it. */
static void the_end_of_a_value_joins_with_free_cells(void **state)
{
        struct memory file = { 0 };
        uint8_t data[1200] = { 0 };
        ow_source source;
        uint32_t cell;
        ow_key root;
        ow_hive *h;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        root = ow_hive_root(h);
        assert_ok(ow_hive_set_value(h, root, "v", OW_REG_BINARY, data, sizeof data / 2, &err));
        assert_ok(ow_hive_set_value(h, root, "v", OW_REG_BINARY, data, sizeof data, &err));
        cell = value_of(h, root).data;
        save(h, &file);

        h = load(&file, &source);
        assert_ok(ow_hive_set_value(h, root, "v", OW_REG_BINARY, data, 200, &err));
        assert_int_equal(ow_le32_at(h->image.bytes + cell + 208), HIVE_PAGE - cell - 208);
        assert_sound(h);
        ow_hive_close(h);
        memory_done(&file);
}

static void new_data_may_be_part_of_the_old(void **state)
{
        enum { FROM = 10 };
        uint8_t data[100];
        const uint8_t *p;
        uint32_t at = 0;
        ow_value value;
        ow_key root;
        ow_hive *h;
        size_t n;

        for (uint8_t i = 0; i < sizeof data; i++)
                data[i] = i;
        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        root = ow_hive_root(h);
        assert_ok(ow_hive_set_value(h, root, "v", OW_REG_BINARY, data, sizeof data, &err));
        assert_int_equal(ow_hive_find_value(h, root, "v", &value, NULL), 1);
        assert_int_equal(ow_hive_next_piece(h, value, &at, &p, &n, NULL), 1);
        assert_ok(ow_hive_set_value(h, root, "v", OW_REG_BINARY, p + FROM, sizeof data - FROM, &err));
        at = 0;
        assert_int_equal(ow_hive_next_piece(h, value, &at, &p, &n, NULL), 1);
        assert_int_equal(n, sizeof data - FROM);
        assert_memory_equal(p, data + FROM, n);
        ow_hive_close(h);
}

/* A value of three pages with the header of a bin at a page of its own: what comes behind it is there all the same.
 */
static void data_that_look_like_a_bin_hide_nothing(void **state)
{
        enum { SIZE = 8200, KEYS = 60, PAGE_IN_DATA = 4060 };
        struct memory file = { 0 };
        uint8_t data[SIZE];
        ow_subkey_iter iter = { 0 };
        unsigned seen = 0;
        ow_source source;
        ow_key root, key;
        ow_hive *h;

        memset(data, 1, sizeof data);
        memcpy(data + PAGE_IN_DATA, "hbin", 4);
        ow_le32_put(data + PAGE_IN_DATA + 4, 2 * HIVE_PAGE);
        ow_le32_put(data + PAGE_IN_DATA + 8, HIVE_PAGE);
        assert_ok(ow_hive_new(3, "root", NULL, 0, &h, &err));
        root = ow_hive_root(h);
        assert_ok(ow_hive_set_value(h, root, "v", OW_REG_BINARY, data, sizeof data, &err));
        assert_int_equal(value_of(h, root).data + HIVE_CELL_HEAD + PAGE_IN_DATA, 2 * HIVE_PAGE);
        for (unsigned i = 0; i < KEYS; i++) {
                char name[80];

                (void)snprintf(name, sizeof name, "key%02u-with-some-more-letters-in-its-name", i);
                assert_ok(ow_hive_create_key(h, root, name, &key, NULL, &err));
        }
        save(h, &file);

        h = load(&file, &source);
        while (ow_hive_next_subkey(h, root, &iter, &key, NULL) == 1)
                seen++;
        assert_int_equal(seen, KEYS);
        ow_hive_close(h);

        /* Nor do its "cells": an edit in the page behind it does not take a key there for free room. */
        h = load(&file, &source);
        assert_false(hive_bin_is_no_data(h, 2 * HIVE_PAGE));
        assert_true(hive_bin_is_no_data(h, HIVE_PAGE));
        assert_int_equal(ow_hive_find(h, root, "key50-with-some-more-letters-in-its-name", &key, NULL), 1);
        assert_ok(ow_hive_delete_key(h, key, &err));
        assert_sound(h);
        ow_hive_close(h);
        memory_done(&file);
}

/* Puts the header of a bin of one page, and one free cell, where page n of the bins is inside a cell at that place. */
static void put_bin(uint8_t *data, uint32_t cell, uint32_t page)
{
        uint8_t *p = data + page * HIVE_PAGE - cell - HIVE_CELL_HEAD;

        memcpy(p, "hbin", 4);
        ow_le32_put(p + 4, page * HIVE_PAGE);
        ow_le32_put(p + 8, HIVE_PAGE);
        ow_le32_put(p + HIVE_BIN_HEAD, HIVE_PAGE - HIVE_BIN_HEAD);
}

/* The last value ends with two pages that look like bins, one behind the other, without a cell in use. */
static void bins_in_a_value_are_not_given_up(void **state)
{
        enum { SIZE = 16344 };
        struct memory file = { 0 };
        uint8_t data[SIZE];
        ow_source source;
        uint32_t cell, type;
        ow_blob blob;
        ow_key root;
        ow_hive *h;

        memset(data, 0x55, sizeof data);
        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        root = ow_hive_root(h);
        assert_ok(ow_hive_set_value(h, root, "small", OW_REG_BINARY, data, 20, &err));
        assert_ok(ow_hive_set_value(h, root, "v", OW_REG_BINARY, data, sizeof data, &err));
        cell = value_of(h, root).data;
        assert_int_equal(cell % HIVE_PAGE, HIVE_BIN_HEAD);
        put_bin(data, cell, cell / HIVE_PAGE + 2);
        put_bin(data, cell, cell / HIVE_PAGE + 3);
        assert_ok(ow_hive_set_value(h, root, "v", OW_REG_BINARY, data, sizeof data, &err));
        save(h, &file);
        assert_int_equal(file.size, HIVE_BASE_BYTES + cell - HIVE_BIN_HEAD + 4 * HIVE_PAGE);

        h = load(&file, &source);
        assert_int_equal(ow_hive_delete_value(h, root, "small", NULL), 1);
        save(h, &file);
        h = load(&file, &source);
        assert_sound(h);
        assert_int_equal(ow_hive_get_value(h, root, "v", &type, &blob, NULL), 1);
        assert_int_equal(blob.size, sizeof data);
        assert_memory_equal(blob.p, data, sizeof data);
        ow_blob_done(&blob);
        ow_hive_close(h);
        memory_done(&file);
}

/* No cell of data is as long as a class name may be. */
static void bins_in_a_class_name_are_no_bins(void **state)
{
        enum { SIZE = 65534 };
        static uint8_t name[SIZE];
        struct memory file = { 0 };
        struct hive_node node;
        ow_source source;
        uint32_t first;
        ow_key root;
        ow_hive *h;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        root = ow_hive_root(h);
        assert_ok(ow_hive_set_class(h, root, name, sizeof name, &err));
        assert_ok(hive_node_decode(h, root.cell, &node, &err));
        first = node.class_cell / HIVE_PAGE + 1;
        for (uint32_t page = first; page < first + 15; page++)
                put_bin(name, node.class_cell, page);
        assert_ok(ow_hive_set_class(h, root, name, sizeof name, &err));
        assert_ok(hive_node_decode(h, root.cell, &node, &err));
        assert_int_equal(node.class_cell / HIVE_PAGE + 1, first);
        save(h, &file);

        h = load(&file, &source);
        assert_false(hive_bin_is_no_data(h, (first + 14) * HIVE_PAGE));
        ow_hive_close(h);
        memory_done(&file);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_end_of_a_cell_is_no_free_cell_of_its_own),
                cmocka_unit_test(the_end_of_a_value_joins_with_free_cells),
                cmocka_unit_test(new_data_may_be_part_of_the_old),
                cmocka_unit_test(data_that_look_like_a_bin_hide_nothing),
                cmocka_unit_test(bins_in_a_value_are_not_given_up),
                cmocka_unit_test(bins_in_a_class_name_are_no_bins),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
