/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hive of one value, dirty, and logs of both kinds for it, each entry of which puts another number there. */
#ifndef HIVE_LOG_SET_H
#define HIVE_LOG_SET_H

#include "base/alloc.h"
#include "base/le.h"
#include "base/macros.h"
#include "hive-model.h"
#include "hive/hive.h"
#include "hive/replay.h"

enum { BASE = 4096, ENTRIES = 3 };
enum { ENTRY_BYTES = 4608, FIRST_SEQUENCE = 10, MAX_HIVE = 4096 + 12288, MAX_LOG = 512 + ENTRIES * ENTRY_BYTES };

enum { E0 = 512, E1 = 512 + ENTRY_BYTES, E2 = 512 + 2 * ENTRY_BYTES }; /* entries of a new log */

struct set {
        uint8_t hive[MAX_HIVE], log[MAX_LOG];
        size_t hive_size, log_size;
        uint32_t number_at;             /* of the number, in the bins */
};

static inline void seal_base(uint8_t *block)
{
        ow_le32_put(block + 508, hive_base_checksum(block));
}

/* A dirty hive whose value is 0. */
static inline void make_hive(struct set *set)
{
        struct memory file = { 0 };
        ow_sink sink = memory_sink(&file);
        struct hive_value value;
        ow_value v;
        ow_hive *h;

        memset(set, 0, sizeof *set);
        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "n", OW_REG_DWORD, "\0\0\0", 4, &err));
        assert_ok(ow_hive_save(h, 1000, &sink, &err));
        assert_int_equal(ow_hive_find_value(h, ow_hive_root(h), "n", &v, NULL), 1);
        assert_ok(hive_value_decode(h, v.cell, &value, &err));
        set->number_at = v.cell + 4 + 8;
        assert_true(set->number_at < 4096 && file.size <= MAX_HIVE);
        memcpy(set->hive, file.p, file.size);
        set->hive_size = file.size;
        ow_le32_put(set->hive + 4, FIRST_SEQUENCE);
        ow_le32_put(set->hive + 8, FIRST_SEQUENCE - 1);
        seal_base(set->hive);
        ow_hive_close(h);
        memory_done(&file);
}

/* The base block of a log: that of the hive with both numbers equal. */
static inline void put_log_base(struct set *set, uint32_t type)
{
        memcpy(set->log, set->hive, 512);
        ow_le32_put(set->log + 4, FIRST_SEQUENCE);
        ow_le32_put(set->log + 8, FIRST_SEQUENCE);
        ow_le32_put(set->log + 28, type);
        seal_base(set->log);
}

static inline void seal_entry(uint8_t *entry)
{
        ow_le64_put(entry + 24, hive_marvin32(entry + 40, ow_le32_at(entry + 4) - 40));
        ow_le64_put(entry + 32, hive_marvin32(entry, 32));
}

/* Entries 10, 11, 12, which make the number 1, 2, 3. */
static inline void make_hvle(struct set *set)
{
        put_log_base(set, HIVE_FILE_HVLE);
        for (unsigned i = 0; i < ENTRIES; i++) {
                uint8_t *entry = set->log + 512 + i * ENTRY_BYTES;

                memcpy(entry, "HvLE", 4);
                ow_le32_put(entry + 4, ENTRY_BYTES);
                ow_le32_put(entry + 12, FIRST_SEQUENCE + i);
                ow_le32_put(entry + 16, ow_le32_at(set->hive + 40));
                ow_le32_put(entry + 20, 1);
                ow_le32_put(entry + 44, 4096);
                memcpy(entry + 48, set->hive + BASE, 4096);
                ow_le32_put(entry + 48 + set->number_at, i + 1);
                seal_entry(entry);
        }
        set->log_size = MAX_LOG;
}

/* The sectors of the first page, with the number 1. */
static inline void make_dirt(struct set *set)
{
        put_log_base(set, HIVE_FILE_DIRT);
        memcpy(set->log + 512, "DIRT\xff", 5);
        memcpy(set->log + 1024, set->hive + BASE, 4096);
        ow_le32_put(set->log + 1024 + set->number_at, 1);
        set->log_size = 1024 + 4096;
}

/* The number, once the hive is loaded; or the code. */
static inline int load(struct set *set, uint32_t *ret_entries)
{
        struct memory file = { .p = set->hive, .size = set->hive_size };
        struct memory log = { .p = set->log, .size = set->log_size };
        ow_source source = memory_source(&file), log_source = memory_source(&log);
        ow_error error = OW_ERROR_INIT;
        ow_hive_info info;
        ow_blob data;
        ow_hive *h;
        int r = ow_hive_load(&source, &log_source, 1, 0, &h, &error);

        if (r < 0) {
                assert_true(error.code == r && error.text[0] != '\0');
                return r;
        }
        ow_hive_info_get(h, &info);
        *ret_entries = info.replayed_entries;
        assert_int_equal(ow_hive_get_value(h, ow_hive_root(h), "n", NULL, &data, NULL), 1);
        r = (int)ow_le32_at(data.p);
        ow_blob_done(&data);
        ow_hive_close(h);
        return r;
}

#endif
