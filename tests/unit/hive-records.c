/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each record of the format: the unbroken one passes, and every changed field gives its own error at its own place.
 */
#include "base/le.h"
#include "base/macros.h"
#include "hive-common.h"
#include "hive/hive.h"

enum { BASE = 4096 };

/* A hive of version 1.5 with one of everything, saved; the cells of its parts. */
struct sample {
        struct memory file;
        uint32_t key, list, value, data, db, segments, security, values, ri;
};

static void make_sample(struct sample *s)
{
        static uint8_t big[20000];
        ow_sink sink = memory_sink(&s->file);
        struct hive_node node;
        struct hive_value value;
        struct hive_bigdata db;
        HIVE_AUTO_NAME name = { 0 };
        ow_hive *h;
        ow_key key;

        memset(s, 0, sizeof *s);
        sink.state = &s->file;
        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "key", &key, NULL, &err));
        assert_ok(ow_hive_set_value(h, key, "flat", OW_REG_BINARY, big, 100, &err));
        assert_ok(ow_hive_set_value(h, key, "big", OW_REG_BINARY, big, sizeof big, &err));
        for (unsigned i = 0; i < 1100; i++) {
                char path[32];
                ow_key many;

                (void)snprintf(path, sizeof path, "key\\k%04u", i);
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), path, &many, NULL, &err));
        }
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        s->key = key.cell;
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        s->security = node.security;
        s->values = node.values;
        s->ri = node.subkeys;
        assert_ok(hive_node_decode(h, ow_hive_root(h).cell, &node, &err));
        s->list = node.subkeys;
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        assert_ok(hive_name_init(&name, "flat", 4, 255, &err));
        assert_int_equal(hive_find_value(h, &node, &name, &value, NULL), 1);
        s->value = value.cell;
        s->data = value.data;
        hive_name_done(&name);
        assert_ok(hive_name_init(&name, "big", 3, 255, &err));
        assert_int_equal(hive_find_value(h, &node, &name, &value, NULL), 1);
        s->db = value.data;
        assert_ok(hive_bigdata_decode(h, value.data, value.size, &db, &err));
        s->segments = db.segments;
        ow_hive_close(h);
}

/* What is decoded, and which cell a change is made in. */
enum record { NODE, VALUE, LIST, RI, SECURITY, DATA, DB, SEGMENTS, VALUES };

static uint32_t cell_of(const struct sample *s, enum record record)
{
        const uint32_t cells[] = { s->key,  s->value, s->list,     s->ri,    s->security,
                                   s->data, s->db,    s->segments, s->values };

        return cells[record];
}

static int read_one(ow_hive *h, const struct sample *s, enum record record, ow_error *err)
{
        struct hive_security sk;
        struct hive_value value;
        struct hive_list list;
        struct hive_node node;
        ow_blob blob = { NULL, 0 };
        ow_view view;
        int r;

        switch (record) {
        case NODE:
                return hive_node_decode(h, s->key, &node, err);
        case VALUE:
                return hive_value_decode(h, s->value, &value, err);
        case LIST:
                return hive_list_decode(h, s->list, &list, err);
        case RI:
                return hive_list_decode(h, s->ri, &list, err);
        case SECURITY:
                return hive_security_decode(h, s->security, &sk, err);
        case VALUES:
                r = hive_node_decode(h, s->key, &node, err);
                return r < 0 ? r : hive_values_view(h, &node, &view, err);
        case DATA:
                r = ow_hive_get_value(h, (ow_key){ s->key }, "flat", NULL, &blob, err);
                break;
        default:
                r = ow_hive_get_value(h, (ow_key){ s->key }, "big", NULL, &blob, err);
                break;
        }
        ow_blob_done(&blob);
        return r < 0 ? r : 0;
}

static const struct {
        const char *label;
        enum record record;
        uint32_t at;            /* in the cell, its size field included */
        uint8_t byte;
        int want;
} bad[] = {
        { "node: cell is free",                 NODE, 0x03, 0x00, OW_E_CORRUPT },
        { "node: cell leaves its bin",          NODE, 0x01, 0x80, OW_E_CORRUPT },
        { "node: cell size is odd",             NODE, 0x00, 0xa4, OW_E_CORRUPT },
        { "node: cell too small",               NODE, 0x00, 0xf0, OW_E_CORRUPT },
        { "node: magic",                        NODE, 0x04, 'x', OW_E_CORRUPT },
        { "node: name leaves the cell",         NODE, 0x4c, 0xff, OW_E_CORRUPT },
        { "node: no name",                      NODE, 0x4c, 0x00, OW_E_CORRUPT },
        { "node: odd UTF-16 name",              NODE, 0x06, 0x00, OW_E_CORRUPT },
        { "value: cell is free",                VALUE, 0x03, 0x00, OW_E_CORRUPT },
        { "value: cell too small",              VALUE, 0x00, 0xf0, OW_E_CORRUPT },
        { "value: magic",                       VALUE, 0x05, 'x', OW_E_CORRUPT },
        { "value: name leaves the cell",        VALUE, 0x06, 0xff, OW_E_CORRUPT },
        { "value: 100 bytes inline",            VALUE, 0x0b, 0x80, OW_E_CORRUPT },
        { "list: magic",                        LIST, 0x05, 'x', OW_E_CORRUPT },
        { "list: elements leave the cell",      LIST, 0x07, 0x01, OW_E_CORRUPT },
        { "ri: elements leave the cell",        RI, 0x07, 0x40, OW_E_CORRUPT },
        { "security: magic",                    SECURITY, 0x04, 'x', OW_E_CORRUPT },
        { "security: descriptor too long",      SECURITY, 0x15, 0x10, OW_E_CORRUPT },
        { "security: cell too small",           SECURITY, 0x00, 0xf0, OW_E_CORRUPT },
        { "data: cell is free",                 DATA, 0x03, 0x00, OW_E_CORRUPT },
        { "data: cell too small",               DATA, 0x00, 0xf8, OW_E_CORRUPT },
        { "big data: magic",                    DB, 0x04, 'x', OW_E_CORRUPT },
        { "big data: one segment",              DB, 0x06, 0x01, OW_E_CORRUPT },
        { "big data: three segments",           DB, 0x06, 0x03, OW_E_CORRUPT },
        { "big data: list is nowhere",          DB, 0x0b, 0x7f, OW_E_CORRUPT },
        { "segments: cell is nowhere",          SEGMENTS, 0x07, 0x7f, OW_E_CORRUPT },
        { "segments: unaligned cell",           SEGMENTS, 0x04, 0x01, OW_E_CORRUPT },
        { "values: list is free",               VALUES, 0x03, 0x00, OW_E_CORRUPT },
};

static void every_bad_field_is_refused(void **state)
{
        struct sample s;
        ow_source source;

        make_sample(&s);
        source = memory_source(&s.file);
        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                uint8_t *place = s.file.p + BASE + cell_of(&s, bad[i].record) + bad[i].at, kept = *place;
                ow_error err = OW_ERROR_INIT;
                ow_hive *h;
                int r;

                print_message("%s\n", bad[i].label);
                assert_int_equal(ow_hive_load(&source, NULL, 0, 0, &h, NULL), 0);
                assert_int_equal(read_one(h, &s, bad[i].record, NULL), 0);
                ow_hive_close(h);
                assert_true(*place != bad[i].byte);
                *place = bad[i].byte;
                assert_int_equal(ow_hive_load(&source, NULL, 0, 0, &h, NULL), 0);
                r = read_one(h, &s, bad[i].record, &err);
                assert_int_equal(r, bad[i].want);
                assert_int_equal(err.code, bad[i].want);
                assert_true(err.text[0] != '\0' && err.where != OW_NOWHERE);
                (void)walk_all(h);
                ow_hive_close(h);
                *place = kept;
        }
        memory_done(&s.file);
}

static const struct {
        const char *label;
        uint32_t at;
        uint8_t byte;
        bool seal;              /* put the checksum right */
        int want;
} bad_base[] = {
        { "magic",                      0x00, 'x', true, OW_E_FORMAT },
        { "checksum",                   0x30, 'x', false, OW_E_DIRTY },
        { "sequence numbers differ",    0x08, 0x77, true, OW_E_DIRTY },
        { "major version",              0x14, 2, true, OW_E_UNSUPPORTED },
        { "minor version 7",            0x18, 7, true, OW_E_UNSUPPORTED },
        { "minor version 2",            0x18, 2, true, OW_E_UNSUPPORTED },
        { "a log",                      0x1c, 6, true, OW_E_FORMAT },
        { "format",                     0x20, 2, true, OW_E_UNSUPPORTED },
        { "root is no key",             0x24, 0x28, true, OW_E_CORRUPT },
        { "root is nowhere",            0x27, 0x7f, true, OW_E_CORRUPT },
        { "size of the bins is odd",    0x28, 0x01, true, OW_E_CORRUPT },
        { "more than 2 GiB",            0x2b, 0x80, true, OW_E_LIMIT },
};

static void every_bad_base_block_is_refused(void **state)
{
        struct sample s;
        ow_source source;

        make_sample(&s);
        source = memory_source(&s.file);
        for (size_t i = 0; i < OW_COUNT(bad_base); i++) {
                uint8_t kept[512];
                ow_hive *h;

                print_message("%s\n", bad_base[i].label);
                memcpy(kept, s.file.p, sizeof kept);
                s.file.p[bad_base[i].at] = bad_base[i].byte;
                if (bad_base[i].seal)
                        ow_le32_put(s.file.p + 508, hive_base_checksum(s.file.p));
                assert_fails(bad_base[i].want, ow_hive_load(&source, NULL, 0, 0, &h, &err));
                memcpy(s.file.p, kept, sizeof kept);
        }
        memory_done(&s.file);
}

static void checksum_has_its_two_exceptions(void **state)
{
        uint8_t head[512] = { 0 };

        assert_int_equal(hive_base_checksum(head), 1);
        memset(head, 0xff, 4);
        assert_int_equal(hive_base_checksum(head), 0xfffffffe);
        head[0] = 0x0f;
        assert_int_equal(hive_base_checksum(head), 0xffffff0f);
}

static void bins_must_be_what_they_say(void **state)
{
        static const struct {
                uint32_t at;
                uint8_t byte;
        } changes[] = { { 0, 'x' }, { 5, 0x20 }, { 9, 0x01 }, { 11, 0x7f } };
        struct sample s;
        ow_source source;

        make_sample(&s);
        source = memory_source(&s.file);
        for (size_t i = 0; i < OW_COUNT(changes); i++) {
                uint8_t *place = s.file.p + BASE + changes[i].at, kept = *place;
                ow_hive *h;

                assert_true(*place != changes[i].byte);
                *place = changes[i].byte;
                assert_fails(OW_E_CORRUPT, ow_hive_load(&source, NULL, 0, 0, &h, &err));
                *place = kept;
        }
        memory_done(&s.file);
}

/* Bytes of a value that look like the header of a bin change nothing for the cells behind it. */
static void false_bin_headers_inside_data_do_no_harm(void **state)
{
        uint8_t *data = calloc(1, 40960);
        struct memory file = { 0 };
        ow_sink sink = memory_sink(&file);
        ow_hive_report report;
        ow_source source;
        ow_blob blob;
        ow_hive *h;
        ow_key key;

        assert_non_null(data);
        assert_ok(ow_hive_new(3, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "v", 3, data, 40960, &err));
        for (unsigned page = 1; page <= 10; page++) {
                /* the flat value starts 36 bytes into the second bin */
                uint8_t *p = data + page * 4096 - 36;

                if (page * 4096 - 36 + 40 > 40960)
                        break;
                memcpy(p, "hbin", 4);
                ow_le32_put(p + 4, 4096 + page * 4096);
                ow_le32_put(p + 8, 4096);
                ow_le32_put(p + 32, 4064);      /* one free cell: a trap */
        }
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "v", 3, data, 40960, &err));
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        ow_hive_close(h);
        source = memory_source(&file);
        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        for (unsigned i = 0; i < 500; i++) {
                char name[32];

                (void)snprintf(name, sizeof name, "k%u", i);
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, &err));
        }
        assert_int_equal(ow_hive_get_value(h, ow_hive_root(h), "v", NULL, &blob, NULL), 1);
        assert_memory_equal(blob.p, data, 40960);
        ow_blob_done(&blob);
        assert_ok(ow_hive_check(h, &report, NULL, NULL, &err));
        assert_int_equal(report.faults + report.lost_cells, 0);
        ow_hive_close(h);
        memory_done(&file);
        free(data);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_bad_field_is_refused),
                cmocka_unit_test(every_bad_base_block_is_refused),
                cmocka_unit_test(checksum_has_its_two_exceptions),
                cmocka_unit_test(bins_must_be_what_they_say),
                cmocka_unit_test(false_bin_headers_inside_data_do_no_harm),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
