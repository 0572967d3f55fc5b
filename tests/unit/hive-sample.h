/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small sound hive that has one of everything, and where each thing lies; hive-check.c breaks it. */
#ifndef TESTS_UNIT_HIVE_SAMPLE_H
#define TESTS_UNIT_HIVE_SAMPLE_H

#include "base/le.h"
#include "hive-model.h"
#include "hive/hive.h"

enum { BASE = HIVE_BASE_BYTES };

/* Cells of the sample that rows name. */
enum place {
        AT_BASE, AT_BIN2, FREE_CELL, ROOT, ALPHA, BETA, GAMMA, INNER, ROOT_LIST, GAMMA_LIST, ALPHA_VALUES, DWORD,
        VAL1, VAL2,
        EMPTY, TRAP, TRAP_DATA, BIG, BIG_DB, BETA_CLASS, ROOT_SK, BETA_SK, N_PLACES
};

struct sample {
        struct memory file;
        uint32_t at[N_PLACES];  /* cell numbers */
};

static inline uint32_t node_at(ow_hive *h, const char *path, struct hive_node *ret)
{
        ow_key key;

        assert_int_equal(ow_hive_find(h, ow_hive_root(h), path, &key, NULL), 1);
        assert_true(hive_node_decode(h, key.cell, ret, NULL) >= 0);
        return key.cell;
}

static inline uint32_t value_at(ow_hive *h, const char *path, const char *name, uint32_t *ret_data)
{
        struct hive_node node;
        struct hive_value v;
        ow_value value;

        (void)node_at(h, path, &node);
        assert_int_equal(ow_hive_find_value(h, (ow_key){ node.cell }, name, &value, NULL), 1);
        assert_true(hive_value_decode(h, value.cell, &v, NULL) >= 0);
        *ret_data = v.data;
        return value.cell;
}

static inline void note_places(struct sample *s)
{
        ow_source source = memory_source(&s->file);
        struct hive_node node;
        uint32_t data, *at = s->at;
        ow_hive *h;

        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        at[ROOT] = node_at(h, "", &node);
        at[ROOT_LIST] = node.subkeys;
        at[ROOT_SK] = node.security;
        at[ALPHA] = node_at(h, "alpha", &node);
        at[ALPHA_VALUES] = node.values;
        at[BETA] = node_at(h, "beta1", &node);
        at[BETA_CLASS] = node.class_cell;
        at[BETA_SK] = node.security;
        at[GAMMA] = node_at(h, "gamma", &node);
        at[GAMMA_LIST] = node.subkeys;
        at[INNER] = node_at(h, "gamma\\inner", &node);
        at[DWORD] = value_at(h, "alpha", "dword", &data);
        at[VAL1] = value_at(h, "alpha", "val1", &data);
        at[VAL2] = value_at(h, "alpha", "val2", &data);
        at[EMPTY] = value_at(h, "alpha", "empty", &data);
        at[TRAP] = value_at(h, "alpha", "trap", &at[TRAP_DATA]);
        at[BIG] = value_at(h, "alpha", "big", &at[BIG_DB]);
        assert_int_equal(hive_bin_size(h, 0, &at[AT_BIN2], NULL), 0);
        ow_hive_close(h);
        for (uint32_t cell = HIVE_BIN_HEAD; at[FREE_CELL] == 0; cell += 8) {
                assert_true(cell < s->file.size - BASE);
                for (uint32_t size; (size = ow_le32_at(s->file.p + BASE + cell)) & 0x80000000u;)
                        cell += 0u - size;
                at[FREE_CELL] = cell;
        }
}

static inline void make_sample(struct sample *s, uint32_t minor)
{
        static const uint8_t users_only[] = {
                1, 0, 4, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 2, 0, 8, 0, 0, 0, 0, 0,
        };
        static const uint8_t big[20000];
        uint8_t trap[64] = { [4] = 0xe0, 0xff, 0xff, 0xff, 'v', 'k', 0, 0, 0, 0, 0,
                            0x80 };     /* a cell inside a cell */
        ow_sink sink = memory_sink(&s->file);
        ow_key key;
        ow_hive *h;

        *s = (struct sample){ 0 };
        assert_ok(ow_hive_new(minor, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "alpha", &key, NULL, &err));
        assert_ok(ow_hive_set_value(h, key, "dword", OW_REG_DWORD, "\1\0\0", 4, &err));
        assert_ok(ow_hive_set_value(h, key, "val1", OW_REG_SZ, "abcdefgh\0", 10, &err));
        assert_ok(ow_hive_set_value(h, key, "val2", OW_REG_SZ, "ABCDEFGH\0", 10, &err));
        assert_ok(ow_hive_set_value(h, key, "empty", OW_REG_NONE, NULL, 0, &err));
        assert_ok(ow_hive_set_value(h, key, "trap", OW_REG_BINARY, trap, sizeof trap, &err));
        assert_ok(ow_hive_set_value(h, key, "big", OW_REG_BINARY, big, sizeof big, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "beta1", &key, NULL, &err));
        assert_ok(ow_hive_set_class(h, key, "c\0l\0a\0s\0", 8, &err));
        assert_ok(ow_hive_set_security(h, key, users_only, sizeof users_only, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "beta2", &key, NULL, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "gamma\\inner", &key, NULL, &err));
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        ow_hive_close(h);
        note_places(s);
}

static inline void seal(struct sample *s)
{
        ow_le32_put(s->file.p + 0x1fc, hive_base_checksum(s->file.p));
}

#endif
