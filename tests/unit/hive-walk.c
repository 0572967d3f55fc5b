/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks without copies: order, flags, pieces, and hives made to have no end; then what fails below a walk. */
#include "base/alloc.h"
#include "base/le.h"
#include "base/macros.h"
#include "hive-common.h"
#include "hive/hive.h"

enum { BASE = 4096, NODE_PARENT = 4 + 0x10, NODE_N_VALUES = 4 + 0x24, NODE_VALUES = 4 + 0x28, NODE_LIST = 4 + 0x1c };

static ow_key make_key(ow_hive *h, const char *path)
{
        ow_key key;

        assert_ok(ow_hive_create_key(h, ow_hive_root(h), path, &key, NULL, &err));
        return key;
}

static ow_hive *new_hive(void)
{
        ow_hive *h;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        return h;
}

/* Closes h and gives its bytes. */
static struct memory saved(ow_hive *h)
{
        struct memory file = { 0 };
        ow_sink sink = memory_sink(&file);

        assert_ok(ow_hive_save(h, 1, &sink, &err));
        ow_hive_close(h);
        file.bytes = 0;
        return file;
}

static ow_hive *loaded(struct memory *file)
{
        ow_source source = memory_source(file);
        ow_hive *h;

        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        return h;
}

/* The walk as text: "depth kind name" per item, "!" per error. */
static void tell(ow_hive *h, unsigned flags, const char *skip_below, char *ret, size_t size)
{
        ow_error damage = OW_ERROR_INIT;
        char name[64];
        ow_hive_item item;
        ow_hive_walk *w;
        size_t n = 0;
        int r;

        assert_ok(ow_hive_walk_open(h, ow_hive_root(h), flags, &w, &err));
        while ((r = ow_hive_walk_next(w, &item, &damage)) != 0) {
                (void)ow_hive_name_utf8(&item.name, name, sizeof name);
                n += (size_t)snprintf(ret + n, size - n, r < 0 ? "! " : "%u%c%s ", item.depth, "kve"[item.kind], name);
                if (r > 0 && skip_below && strcmp(name, skip_below) == 0)
                        ow_hive_walk_skip(w);
        }
        ow_hive_walk_close(w);
}

static void items_come_in_order(void **state)
{
        static const struct {
                unsigned flags;
                const char *skip, *want;
        } cases[] = {
                { 0, NULL, "0kroot 0vv 1kA 1vx 1vy 2kb 2eb 1eA 1kC 1vz 1eC 0eroot " },
                { OW_WALK_NO_END, NULL, "0kroot 0vv 1kA 1vx 1vy 2kb 1kC 1vz " },
                { OW_WALK_NO_VALUES, NULL, "0kroot 1kA 2kb 2eb 1eA 1kC 1eC 0eroot " },
                { OW_WALK_NO_VALUES | OW_WALK_NO_END, "A", "0kroot 1kA 1kC " },
                { 0, "A", "0kroot 0vv 1kA 1eA 1kC 1vz 1eC 0eroot " },
                { 0, "x", "0kroot 0vv 1kA 1vx 1eA 1kC 1vz 1eC 0eroot " },
                { 0, "root", "0kroot 0eroot " },
        };
        ow_hive *h = new_hive();
        ow_key a;

        (void)make_key(h, "C");
        a = make_key(h, "A");
        (void)make_key(h, "A\\b");
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "v", OW_REG_BINARY, "12345", 5, &err));
        assert_ok(ow_hive_set_value(h, a, "x", OW_REG_DWORD, "1234", 4, &err));
        assert_ok(ow_hive_set_value(h, a, "y", OW_REG_NONE, NULL, 0, &err));
        assert_ok(ow_hive_set_value(h, make_key(h, "C"), "z", OW_REG_SZ, "a\0b\0", 4, &err));
        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                char text[512];

                tell(h, cases[i].flags, cases[i].skip, text, sizeof text);
                assert_string_equal(text, cases[i].want);
        }
        ow_hive_close(h);
}

static void data_are_shown_whole_or_in_pieces(void **state)
{
        static const size_t sizes[] = { 0, 1, 4, 5, 16344, 16345, 40000 };
        static uint8_t bytes[40000], seen[40000];
        ow_hive *h = new_hive();
        ow_hive_item item;
        ow_hive_walk *w;

        for (size_t i = 0; i < sizeof bytes; i++)
                bytes[i] = (uint8_t)(i * 7 + i / 253);
        for (size_t i = 0; i < OW_COUNT(sizes); i++) {
                char name[8];

                (void)snprintf(name, sizeof name, "%zu", sizes[i]);
                assert_ok(ow_hive_set_value(h, ow_hive_root(h), name, OW_REG_BINARY, bytes, sizes[i], &err));
        }
        assert_ok(ow_hive_walk_open(h, ow_hive_root(h), OW_WALK_NO_END, &w, &err));
        assert_int_equal(ow_hive_walk_next(w, &item, NULL), 1);
        for (size_t i = 0; i < OW_COUNT(sizes); i++) {
                const uint8_t *p;
                uint32_t at = 0;
                size_t size;

                assert_int_equal(ow_hive_walk_next(w, &item, NULL), 1);
                assert_int_equal(item.size, sizes[i]);
                assert_int_equal(item.data != NULL, sizes[i] <= 16344);
                if (item.data && item.size)
                        assert_memory_equal(item.data, bytes, item.size);
                while (ow_hive_next_piece(h, item.value, &at, &p, &size, NULL) > 0)
                        memcpy(seen + at - size, p, size);
                assert_int_equal(at, sizes[i]);
                assert_memory_equal(seen, bytes, sizes[i]);
                at = (uint32_t)sizes[i] + 1;
                assert_int_equal(ow_hive_next_piece(h, item.value, &at, &p, &size, NULL), 0);
        }
        assert_int_equal(ow_hive_walk_next(w, &item, NULL), 0);
        ow_hive_walk_close(w);
        ow_hive_close(h);
}

/* Walks to the end; the errors must be OW_E_CORRUPT, and there must be some. */
static size_t walk_damaged(ow_hive *h, ow_key from, uint64_t *ret_bytes, char *ret_text, size_t size)
{
        ow_error damage = OW_ERROR_INIT;
        ow_hive_item item;
        ow_hive_walk *w;
        size_t n = 0, errors = 0;
        int r;

        *ret_bytes = 0;
        assert_ok(ow_hive_walk_open(h, from, 0, &w, &err));
        while ((r = ow_hive_walk_next(w, &item, &damage)) != 0) {
                n++;
                if (r > 0 && item.kind == OW_ITEM_VALUE)
                        *ret_bytes += item.size;
                if (r >= 0)
                        continue;
                assert_int_equal(r, OW_E_CORRUPT);
                if (errors++ == 0)
                        (void)snprintf(ret_text, size, "%s", damage.text);
        }
        ow_hive_walk_close(w);
        assert_true(errors > 0);
        return n;
}

/* 400 keys that all show the 3000 values of one: 1.2 million in a hive of 500 KB. */
static void a_list_of_values_that_many_share_is_paid_for_once(void **state)
{
        ow_hive *h = new_hive();
        ow_key many = make_key(h, "many"), keys[400];
        struct memory file;
        struct hive_node node;
        char text[480];
        uint64_t bytes;
        size_t n;

        for (unsigned i = 0; i < 3000; i++) {
                char name[16];

                (void)snprintf(name, sizeof name, "v%u", i);
                assert_ok(ow_hive_set_value(h, many, name, OW_REG_DWORD, "1234", 4, &err));
        }
        for (unsigned i = 0; i < OW_COUNT(keys); i++) {
                char name[16];

                (void)snprintf(name, sizeof name, "k%u", i);
                keys[i] = make_key(h, name);
        }
        assert_ok(hive_node_decode(h, many.cell, &node, &err));
        file = saved(h);
        for (unsigned i = 0; i < OW_COUNT(keys); i++) {
                ow_le32_put(file.p + BASE + keys[i].cell + NODE_N_VALUES, 3000);
                ow_le32_put(file.p + BASE + keys[i].cell + NODE_VALUES, node.values);
        }
        h = loaded(&file);
        n = walk_damaged(h, ow_hive_root(h), &bytes, text, sizeof text);
        assert_non_null(strstr(text, "used many times"));
        assert_true(n > 3000 && n < 2 * file.size / 32);
        ow_hive_close(h);
        memory_done(&file);
}

/* 500 values whose data are the same 1 MB. */
static void data_that_many_share_are_paid_for_once(void **state)
{
        uint8_t *megabyte = calloc(1, 1 << 20);
        ow_hive *h = new_hive();
        ow_key key = make_key(h, "key");
        struct hive_value big;
        struct hive_node node;
        struct memory file;
        char text[480];
        uint64_t bytes;
        ow_view list;

        assert_non_null(megabyte);
        assert_ok(ow_hive_set_value(h, key, "big", OW_REG_BINARY, megabyte, 1 << 20, &err));
        for (unsigned i = 0; i < 500; i++) {
                char name[16];

                (void)snprintf(name, sizeof name, "v%u", i);
                assert_ok(ow_hive_set_value(h, key, name, OW_REG_BINARY, megabyte, 20, &err));
        }
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        assert_ok(hive_values_view(h, &node, &list, &err));
        assert_ok(hive_value_decode(h, ow_le32_at(list.p), &big, &err));
        for (size_t i = 4; i < list.len; i += 4) {
                struct hive_value v;

                assert_ok(hive_value_decode(h, ow_le32_at(list.p + i), &v, &err));
                v.data = big.data;
                v.size = big.size;
                hive_value_store(h, &v);
        }
        file = saved(h);
        h = loaded(&file);
        (void)walk_damaged(h, ow_hive_root(h), &bytes, text, sizeof text);
        assert_non_null(strstr(text, "used many times"));
        assert_true(bytes <= 2 * file.size + (1 << 20));
        ow_hive_close(h);
        memory_done(&file);
        free(megabyte);
}

/* A key that is its own only subkey, and its own parent. */
static void a_key_inside_itself_ends_at_the_deepest_level(void **state)
{
        ow_hive *h = new_hive();
        ow_key key = make_key(h, "a\\b");
        struct hive_list list;
        struct hive_node node;
        struct memory file;
        char text[480];
        uint64_t bytes;

        (void)make_key(h, "a\\b\\c");
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        assert_ok(hive_list_decode(h, node.subkeys, &list, &err));
        file = saved(h);
        ow_le32_put(file.p + BASE + key.cell + NODE_PARENT, key.cell);
        ow_le32_put(file.p + BASE + node.subkeys + 8, key.cell);
        h = loaded(&file);
        assert_true(walk_damaged(h, key, &bytes, text, sizeof text) <= 2 * HIVE_MAX_DEPTH + 2);
        /* From the root it is not met at all: it is listed under a, but names itself. */
        assert_true(walk_damaged(h, ow_hive_root(h), &bytes, text, sizeof text) < 8);
        ow_hive_close(h);
        memory_done(&file);
}

/* n keys of one list of lists, which names one leaf of nowheres again and again: 6.5 million subkeys in 300 KB. */
static struct memory with_leaves_that_come_again(unsigned n)
{
        static uint8_t leaf[4 * 16000 + 4], ri[4 * 4000 + 4];
        struct hive_value v;
        struct hive_node node;
        ow_key key;
        ow_view list;
        ow_hive *h;

        memset(leaf, 0xf8, sizeof leaf);
        memcpy(leaf, "li", 2);
        ow_le16_put(leaf + 2, 16000);
        memcpy(ri, "ri", 2);
        ow_le16_put(ri + 2, 4000);
        assert_ok(ow_hive_new(3, "flat", NULL, 0, &h, &err));
        key = make_key(h, "k");
        assert_ok(ow_hive_set_value(h, key, "leaf", OW_REG_BINARY, leaf, sizeof leaf, &err));
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        assert_ok(hive_values_view(h, &node, &list, &err));
        assert_ok(hive_value_decode(h, ow_le32_at(list.p), &v, &err));
        for (size_t i = 4; i < sizeof ri; i += 4)
                ow_le32_put(ri + i, v.data);
        assert_ok(ow_hive_set_value(h, key, "ri", OW_REG_BINARY, ri, sizeof ri, &err));
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        assert_ok(hive_values_view(h, &node, &list, &err));
        assert_ok(hive_value_decode(h, ow_le32_at(list.p + 4), &v, &err));
        node.subkeys = v.data;
        node.n_subkeys = 1;
        for (unsigned i = 1; i < n; i++) {
                struct hive_node another;
                char name[16];

                (void)snprintf(name, sizeof name, "k%u", i);
                key = make_key(h, name);
                assert_ok(hive_node_decode(h, key.cell, &another, &err));
                another.subkeys = node.subkeys;
                another.n_subkeys = 1;
                hive_node_store(h, &another);
        }
        hive_node_store(h, &node);
        return saved(h);
}

static void leaves_that_come_again_are_refused(void **state)
{
        struct memory file = with_leaves_that_come_again(1);
        ow_hive *h = loaded(&file);
        char text[480];
        uint64_t bytes;

        assert_true(walk_damaged(h, ow_hive_root(h), &bytes, text, sizeof text) < 20);
        assert_non_null(strstr(text, "twice"));
        assert_int_equal(walk_all(h).errors, 1);
        ow_hive_close(h);
        memory_done(&file);
}

/* To find out that a list is to be refused costs as much as to take it, each time. */
static void a_list_that_many_share_and_that_is_refused_is_paid_for(void **state)
{
        enum { KEYS = 300 };
        struct memory file = with_leaves_that_come_again(KEYS);
        ow_hive *h = loaded(&file);
        char text[480];
        uint64_t bytes;

        assert_true(walk_damaged(h, ow_hive_root(h), &bytes, text, sizeof text) < 40);
        assert_non_null(strstr(text, "twice"));
        ow_hive_close(h);
        memory_done(&file);
}

/* Data that lie past the end of a file that was cut off are an error, not zeros. */
static void a_cut_hive_shows_no_zeros_for_what_is_lost(void **state)
{
        static uint8_t data[16000];
        ow_hive *h = new_hive();
        struct hive_value v;
        struct memory file;
        ow_value value;
        ow_blob blob;

        memset(data, 'x', sizeof data);
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "v", OW_REG_BINARY, data, sizeof data, &err));
        file = saved(h);
        h = loaded(&file);
        assert_int_equal(ow_hive_find_value(h, ow_hive_root(h), "v", &value, NULL), 1);
        assert_ok(hive_value_decode(h, value.cell, &v, &err));
        ow_hive_close(h);
        file.size = BASE + v.data + 8000;       /* its page is cut, its bin and its head are there */
        h = loaded(&file);
        assert_int_equal(ow_hive_find_value(h, ow_hive_root(h), "v", &value, NULL), 1);
        assert_fails(OW_E_CORRUPT, ow_hive_read_value(h, value, NULL, &blob, &err));
        ow_hive_close(h);
        memory_done(&file);
}

/* A few thousand keys, some large values. */
static struct memory make_sample(unsigned keys)
{
        static uint8_t data[20000];
        ow_hive *h = new_hive();

        for (unsigned i = 0; i < keys; i++) {
                char name[32];
                ow_key key;

                (void)snprintf(name, sizeof name, "g%u\\k%u", i % 7, i * 7919 % keys);
                key = make_key(h, name);
                assert_ok(ow_hive_set_value(h, key, "", OW_REG_BINARY, data, 300 + i % 300, &err));
                assert_ok(ow_hive_set_value(h, key, "n", OW_REG_DWORD, data, i % 5, &err));
                if (i % 100 == 0)
                        assert_ok(ow_hive_set_value(h, key, "big", OW_REG_BINARY, data, sizeof data, &err));
        }
        return saved(h);
}

static void a_look_up_reads_little_and_a_walk_reads_once(void **state)
{
        struct memory file = make_sample(20000);
        ow_hive *h = loaded(&file);
        struct walk_result all;
        ow_blob blob;
        ow_key key;

        assert_true(file.size > 12 << 20);
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "g3\\k3757", &key, NULL), 1);
        assert_int_equal(ow_hive_get_value(h, key, "n", NULL, &blob, NULL), 1);
        ow_blob_done(&blob);
        assert_true(file.bytes < 400000);
        all = walk_all(h);
        assert_int_equal(all.keys, 20008);
        assert_int_equal(all.errors, 0);
        assert_true(file.bytes <= file.size);
        ow_hive_close(h);
        memory_done(&file);
}

/* Two walks and look-ups at once do not disturb each other. */
static void walks_are_independent(void **state)
{
        struct memory file = make_sample(300);
        ow_hive *h = loaded(&file);
        ow_hive_walk *a, *b;
        ow_hive_item ia, ib;
        size_t n = 0;
        int ra;

        assert_ok(ow_hive_walk_open(h, ow_hive_root(h), 0, &a, &err));
        assert_ok(ow_hive_walk_open(h, ow_hive_root(h), 0, &b, &err));
        while ((ra = ow_hive_walk_next(a, &ia, NULL)) > 0) {
                assert_int_equal(ow_hive_walk_next(b, &ib, NULL), 1);
                assert_int_equal(ia.key.cell, ib.key.cell);
                assert_int_equal(ia.kind, ib.kind);
                if (n++ % 50 == 0)
                        assert_int_equal(walk_all(h).errors, 0);
        }
        assert_int_equal(ra, 0);
        assert_int_equal(ow_hive_walk_next(b, &ib, NULL), 0);
        ow_hive_walk_close(a);
        ow_hive_walk_close(b);
        ow_hive_close(h);
        memory_done(&file);
}

/* Load, look up, walk. The first error, or 0; *ret_keys counts. */
static int use(struct memory *file, ow_hive **ret, size_t *ret_keys)
{
        ow_source source = memory_source(file);
        ow_error damage = OW_ERROR_INIT;
        ow_hive_item item;
        ow_hive_walk *w;
        ow_blob blob;
        ow_key key;
        int r = ow_hive_load(&source, NULL, 0, 0, ret, &damage), first = 0;

        *ret_keys = 0;
        if (r < 0) {
                *ret = NULL;
                assert_true(damage.text[0] != '\0');
                return r;
        }
        r = ow_hive_find(*ret, ow_hive_root(*ret), "g3\\k1757", &key, &damage);
        if (r > 0)
                r = ow_hive_get_value(*ret, key, "n", NULL, &blob, &damage);
        if (r > 0)
                ow_blob_done(&blob);
        first = r < 0 ? r : 0;
        r = ow_hive_walk_open(*ret, ow_hive_root(*ret), 0, &w, &damage);
        if (r < 0)
                return r;
        while ((r = ow_hive_walk_next(w, &item, &damage)) != 0) {
                *ret_keys += r > 0 && item.kind == OW_ITEM_KEY;
                if (r < 0 && first == 0)
                        first = r;
                if (r == OW_E_IO || r == OW_E_NOMEM)
                        break;
        }
        ow_hive_walk_close(w);
        return first;
}

/* The nth read, or allocation, and all after it fail; then all is well again, and so is the hive. */
static void failures_are_clean_and_leave_the_hive_usable(void **state)
{
        struct memory file = make_sample(2000);
        size_t keys, failed = 0;

        for (int reads = 0; reads < 2; reads++) {
                for (unsigned n = 1;; n++) {
                        ow_hive *h;
                        int r;

                        file.calls = 0;
                        file.fail_at = reads ? n : 0;
                        ow_alloc_fail_from(reads ? 0 : n);
                        r = use(&file, &h, &keys);
                        ow_alloc_fail_from(0);
                        file.fail_at = 0;
                        assert_true(r == 0 || r == (reads ? OW_E_IO : OW_E_NOMEM));
                        if (h) {
                                struct walk_result all = walk_all(h);

                                assert_int_equal(all.keys, 2008);
                                assert_int_equal(all.errors, 0);
                                ow_hive_close(h);
                        }
                        if (r == 0)
                                break;
                        failed++;
                }
                assert_int_equal(keys, 2008);
        }
        assert_true(failed > 10);
        memory_done(&file);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(items_come_in_order),
                cmocka_unit_test(data_are_shown_whole_or_in_pieces),
                cmocka_unit_test(a_list_of_values_that_many_share_is_paid_for_once),
                cmocka_unit_test(data_that_many_share_are_paid_for_once),
                cmocka_unit_test(a_key_inside_itself_ends_at_the_deepest_level),
                cmocka_unit_test(leaves_that_come_again_are_refused),
                cmocka_unit_test(a_list_that_many_share_and_that_is_refused_is_paid_for),
                cmocka_unit_test(a_cut_hive_shows_no_zeros_for_what_is_lost),
                cmocka_unit_test(a_look_up_reads_little_and_a_walk_reads_once),
                cmocka_unit_test(walks_are_independent),
                cmocka_unit_test(failures_are_clean_and_leave_the_hive_usable),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
