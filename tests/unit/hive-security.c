/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors: which are taken, and who counts as a user of which. */
#include "base/le.h"
#include "base/macros.h"
#include "hive-model.h"
#include "hive/hive.h"

/* Owner, group, and a DACL of one entry; number makes it differ from others. */
static size_t put_descriptor(uint8_t sd[64], uint8_t number)
{
        static const uint8_t fixed[] = {
                0x01, 0x00, 0x04, 0x80, 0x14, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00, /* head */
                0x00, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00,                         /* no SACL, DACL at 0x2c */
                0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x12, 0x00, 0x00, 0x00, /* 0x14 owner */
                0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x12, 0x00, 0x00, 0x00, /* 0x20 group */
                0x02, 0x00, 0x10, 0x00, 0x01, 0x00, 0x00, 0x00,                         /* 0x2c DACL, 16 bytes */
                0x00, 0x02, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,                         /* one entry, no SID */
        };

        memcpy(sd, fixed, sizeof fixed);
        sd[0x38] = number;      /* the mask of the entry */
        return sizeof fixed;
}

static const struct {
        const char *label;
        size_t at;
        uint8_t byte;
} bad[] = {
        { "revision 2", 0x00, 2 },
        { "not self-relative", 0x03, 0x00 },
        { "owner inside the head", 0x04, 0x10 },
        { "owner past the end", 0x05, 0x01 },
        { "owner of 16 numbers", 0x15, 16 },
        { "owner that leaves the descriptor", 0x15, 15 },
        { "owner of revision 2", 0x14, 2 },
        { "group past the end", 0x09, 0x01 },
        { "group at the very end", 0x08, 0x38 },
        { "DACL past the end", 0x11, 0x01 },
        { "DACL of revision 1", 0x2c, 1 },
        { "DACL of revision 5", 0x2c, 5 },
        { "DACL larger than the rest", 0x2e, 0x18 },
        { "DACL smaller than its head", 0x2e, 0x04 },
        { "DACL with more entries than it holds", 0x30, 2 },
        { "entry that leaves its list", 0x36, 0x0c },
        { "entry without a head", 0x36, 0x00 },
};

static void descriptors_are_checked(void **state)
{
        uint8_t sd[64];
        size_t size = put_descriptor(sd, 1);

        assert_ok(hive_descriptor_check((ow_view){ sd, size }, &err));
        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                print_message("%s\n", bad[i].label);
                (void)put_descriptor(sd, 1);
                sd[bad[i].at] = bad[i].byte;
                assert_fails(OW_E_INVAL, hive_descriptor_check((ow_view){ sd, size }, &err));
        }
        for (size_t cut = 0; cut < size; cut++) {
                (void)put_descriptor(sd, 1);
                assert_fails(OW_E_INVAL, hive_descriptor_check((ow_view){ sd, cut }, &err));
        }
        /* A list that is not said to be there is not looked at. */
        (void)put_descriptor(sd, 1);
        sd[0x02] = 0;
        sd[0x11] = 0xff;
        assert_ok(hive_descriptor_check((ow_view){ sd, size }, &err));
}

static uint32_t cell_of(ow_hive *h, ow_key key)
{
        struct hive_node node;

        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        return node.security;
}

static uint32_t users_of(ow_hive *h, uint32_t cell)
{
        struct hive_security sk;

        assert_ok(hive_security_decode(h, cell, &sk, &err));
        return sk.references;
}

static unsigned ring_size(ow_hive *h)
{
        uint32_t first = cell_of(h, ow_hive_root(h)), cell = first;
        struct hive_security sk;
        unsigned n = 0;

        do {
                assert_ok(hive_security_decode(h, cell, &sk, &err));
                cell = sk.next;
                n++;
        } while (cell != first);
        return n;
}

static void require_sound(ow_hive *h)
{
        ow_hive_report report = check_hive(h);

        assert_int_equal(report.faults + report.lost_cells, 0);
}

static void equal_descriptors_share_a_cell(void **state)
{
        uint8_t sd[64];
        size_t size;
        ow_key keys[8];
        ow_blob blob;
        ow_hive *h;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        for (unsigned i = 0; i < OW_COUNT(keys); i++) {
                char name[] = { (char)('a' + i), '\0' };

                assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &keys[i], NULL, &err));
        }
        assert_int_equal(ring_size(h), 1);
        assert_int_equal(users_of(h, cell_of(h, keys[0])), 9);
        for (unsigned i = 0; i < OW_COUNT(keys); i++) {
                size = put_descriptor(sd, (uint8_t)(i % 4));
                assert_ok(ow_hive_set_security(h, keys[i], sd, size, &err));
                require_sound(h);
                assert_ok(ow_hive_security(h, keys[i], &blob, &err));
                assert_int_equal(blob.size, size);
                assert_memory_equal(blob.p, sd, size);
                ow_blob_done(&blob);
        }
        assert_int_equal(ring_size(h), 5);
        for (unsigned i = 0; i < 4; i++) {
                assert_int_equal(cell_of(h, keys[i]), cell_of(h, keys[i + 4]));
                assert_int_equal(users_of(h, cell_of(h, keys[i])), 2);
        }
        /* The root leaves the cell that it alone uses; the ring is then found by its new one. */
        assert_ok(ow_hive_share_security(h, ow_hive_root(h), keys[2], &err));
        require_sound(h);
        assert_int_equal(ring_size(h), 4);
        for (unsigned i = 0; i < OW_COUNT(keys); i++) {
                assert_ok(ow_hive_share_security(h, keys[i], ow_hive_root(h), &err));
                require_sound(h);
        }
        assert_int_equal(ring_size(h), 1);
        assert_int_equal(users_of(h, cell_of(h, keys[0])), 9);
        /* The only cell is replaced by another one. */
        for (unsigned i = 1; i < OW_COUNT(keys); i++)
                assert_ok(ow_hive_delete_key(h, keys[i], &err));
        assert_ok(ow_hive_delete_key(h, keys[0], &err));
        size = put_descriptor(sd, 9);
        assert_ok(ow_hive_set_security(h, ow_hive_root(h), sd, size, &err));
        assert_int_equal(ring_size(h), 1);
        require_sound(h);
        ow_hive_close(h);
}

static void setting_what_is_there_changes_nothing(void **state)
{
        struct memory file = { 0 };
        ow_sink sink = memory_sink(&file);
        ow_blob blob;
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "k", &key, NULL, &err));
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        assert_ok(ow_hive_security(h, key, &blob, &err));
        assert_ok(ow_hive_set_security(h, key, blob.p, blob.size, &err));
        assert_ok(ow_hive_share_security(h, key, ow_hive_root(h), &err));
        assert_ok(ow_hive_set_class(h, key, NULL, 0, &err));
        assert_false(ow_hive_changed(h));
        assert_fails(OW_E_INVAL, ow_hive_set_security(h, key, blob.p, blob.size - 1, &err));
        assert_false(ow_hive_changed(h));
        ow_blob_done(&blob);
        ow_hive_close(h);
        memory_done(&file);
}

/* Where the ring is broken nothing is added to it; what is in the readable part is still found. */
static void broken_rings_are_not_made_longer(void **state)
{
        struct hive_security sk;
        uint8_t sd[64];
        size_t size = put_descriptor(sd, 1);
        ow_key a, b;
        ow_hive *h;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "a", &a, NULL, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "b", &b, NULL, &err));
        assert_ok(ow_hive_set_security(h, a, sd, size, &err));
        assert_ok(hive_security_decode(h, cell_of(h, a), &sk, &err));
        sk.previous = sk.cell;
        hive_security_store(h, &sk);
        assert_ok(ow_hive_set_security(h, b, sd, size, &err));
        assert_int_equal(cell_of(h, a), cell_of(h, b));
        size = put_descriptor(sd, 2);
        assert_fails(OW_E_CORRUPT, ow_hive_set_security(h, b, sd, size, &err));
        assert_int_equal(cell_of(h, a), cell_of(h, b));
        ow_hive_close(h);
}

static void set_users(ow_hive *h, uint32_t cell, uint32_t users)
{
        struct hive_security sk;

        assert_ok(hive_security_decode(h, cell, &sk, &err));
        sk.references = users;
        hive_security_store(h, &sk);
}

/* A count below the truth: what the root, the parent, a sibling or a subkey still uses is not given up. */
static void a_count_that_is_too_low_frees_nothing(void **state)
{
        enum { PARENT, SIBLING, CHILD, ROOT_OF_ALL, N_USERS };

        for (unsigned user = 0; user < N_USERS; user++) {
                for (unsigned deleting = 0; deleting < 2; deleting++) {
                        ow_key keys[N_USERS], key;
                        uint8_t sd[64];
                        size_t size = put_descriptor(sd, 7), other = put_descriptor(sd, 8);
                        uint32_t cell;
                        ow_hive *h;

                        if (user == CHILD && deleting)
                                continue;       /* it goes as well */
                        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
                        keys[ROOT_OF_ALL] = ow_hive_root(h);
                        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "a\\p", &keys[PARENT], NULL, &err));
                        assert_ok(ow_hive_create_key(h, keys[PARENT], "key", &key, NULL, &err));
                        assert_ok(ow_hive_create_key(h, keys[PARENT], "sibling", &keys[SIBLING], NULL, &err));
                        assert_ok(ow_hive_create_key(h, key, "child", &keys[CHILD], NULL, &err));
                        (void)put_descriptor(sd, 7);
                        assert_ok(ow_hive_set_security(h, keys[user], sd, size, &err));
                        assert_ok(ow_hive_set_security(h, key, sd, size, &err));
                        cell = cell_of(h, key);
                        assert_int_equal(users_of(h, cell), 2);
                        set_users(h, cell, 1);
                        (void)put_descriptor(sd, 8);
                        assert_ok(deleting ? ow_hive_delete_key(h, key, &err)
                                           : ow_hive_set_security(h, key, sd, other, &err));
                        assert_int_equal(cell_of(h, keys[user]), cell);
                        assert_int_equal(users_of(h, cell), 1);
                        require_sound(h);
                        ow_hive_close(h);
                }
        }
}

/* The last cell of all, eight bytes, is a list of no leaves: nothing behind it is looked at. */
static void a_list_of_no_leaves_has_no_first(void **state)
{
        enum { BINS = 1 << 20 };        /* a page that cannot be read comes next */
        struct memory file = { 0 };
        ow_sink sink = memory_sink(&file);
        ow_source source;
        struct hive_node node;
        uint8_t sd[64];
        size_t size = put_descriptor(sd, 7);
        uint32_t old, last = BINS - 8;
        uint8_t *bins;
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "key", &key, NULL, &err));
        assert_ok(ow_hive_set_security(h, key, sd, size, &err));
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        node.n_subkeys = 1;
        node.subkeys = last;
        hive_node_store(h, &node);
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        ow_hive_close(h);
        old = (uint32_t)file.size - HIVE_BASE_BYTES;
        assert_ok(memory_set_size(&file, HIVE_BASE_BYTES + BINS, &err));
        ow_le32_put(file.p + 0x28, BINS);
        bins = file.p + HIVE_BASE_BYTES;
        memcpy(bins + old, "hbin", 4);
        ow_le32_put(bins + old + 4, old);
        ow_le32_put(bins + old + 8, BINS - old);
        ow_le32_put(bins + old + HIVE_BIN_HEAD, last - old - HIVE_BIN_HEAD);
        ow_le32_put(bins + last, 0u - 8);
        memcpy(bins + last + HIVE_CELL_HEAD, "ri\0\0", 4);

        source = memory_source(&file);
        assert_ok(ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY, &h, &err));
        assert_ok(ow_hive_share_security(h, key, ow_hive_root(h), &err));
        assert_int_equal(cell_of(h, key), cell_of(h, ow_hive_root(h)));
        ow_hive_close(h);
        memory_done(&file);
}

/* Among thousands of them each is found, also after others went; and a failed edit leaves none behind. */
static void many_descriptors_are_told_apart(void **state)
{
        enum { MANY = 3000 };
        uint8_t sd[64];
        size_t size = put_descriptor(sd, 0);
        ow_key first, second;
        ow_hive *h;
        char name[16];

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        for (unsigned round = 0; round < 2; round++) {
                for (unsigned i = 0; i < MANY; i++) {
                        (void)snprintf(name, sizeof name, "%u-%04u", round, i);
                        ow_le16_put(sd + 0x38, (uint16_t)(round == 0 ? i : MANY - 1 - i));
                        assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &first, NULL, &err));
                        assert_ok(ow_hive_set_security(h, first, sd, size, &err));
                }
        }
        assert_int_equal(ring_size(h), MANY + 1);
        for (unsigned i = 0; i < MANY; i += 2) {
                (void)snprintf(name, sizeof name, "0-%04u", i);
                assert_int_equal(ow_hive_find(h, ow_hive_root(h), name, &first, NULL), 1);
                (void)snprintf(name, sizeof name, "1-%04u", MANY - 1 - i);
                assert_int_equal(ow_hive_find(h, ow_hive_root(h), name, &second, NULL), 1);
                assert_int_equal(cell_of(h, first), cell_of(h, second));
                assert_ok(ow_hive_delete_key(h, first, &err));
                assert_ok(ow_hive_delete_key(h, second, &err));
        }
        assert_int_equal(ring_size(h), MANY / 2 + 1);
        ow_le16_put(sd + 0x38, 0);
        assert_ok(ow_hive_set_security(h, ow_hive_root(h), sd, size, &err));
        ow_le16_put(sd + 0x38, 1);
        assert_ok(ow_hive_set_security(h, ow_hive_root(h), sd, size, &err));
        assert_int_equal(users_of(h, cell_of(h, ow_hive_root(h))), 3);
        require_sound(h);
        ow_hive_close(h);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(descriptors_are_checked),
                cmocka_unit_test(equal_descriptors_share_a_cell),
                cmocka_unit_test(setting_what_is_there_changes_nothing),
                cmocka_unit_test(broken_rings_are_not_made_longer),
                cmocka_unit_test(a_count_that_is_too_low_frees_nothing),
                cmocka_unit_test(a_list_of_no_leaves_has_no_first),
                cmocka_unit_test(many_descriptors_are_told_apart),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
