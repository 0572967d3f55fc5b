/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes become edits of a new hive: a user's wishes. What was edited in memory must be what is read back from the
 * saved file, without one fault. Caps: four bytes per edit, values of at most 20 000 bytes, three levels of keys.
 */
#include "../hive-common.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
        if (!ok)
                abort();
}

static void edit(ow_hive *h, const uint8_t op[4])
{
        static const char *const names[] = { "a",        "B",     "bb",           "\xc3\xa9t\xc3\xa9",
                                             "Zz\\a\\c", "{key}", "\xe6\x97\xa5", "q\\r" };
        static const uint8_t bytes[20000] = { 7 };
        static const size_t sizes[] = { 0, 1, 4, 5, 40, 4000, 16344, 20000 };
        const char *name = names[op[1] % 8];
        ow_key at = ow_hive_root(h), key;
        int r = 0;

        if (op[2] & 0x80)
                (void)!ow_hive_find(h, at, names[op[2] % 8], &at, NULL);
        switch (op[0] % 4) {
        case 0:
                r = ow_hive_create_key(h, at, name, &key, NULL, NULL);
                break;
        case 1:
                if (ow_hive_find(h, at, name, &key, NULL) == 1)
                        r = ow_hive_delete_key(h, key, NULL);
                break;
        case 2:
                r = ow_hive_set_value(h, at, op[3] & 8 ? name : "", op[3], bytes + op[3],
                                      sizes[op[3] % 8] - (op[3] % 8 == 7 ? 255u : 0u), NULL);
                break;
        case 3:
                r = ow_hive_delete_value(h, at, name, NULL);
                break;
        }
        require(r >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct bytes file = { NULL, 0 };
        ow_hive_report report;
        ow_hive *h, *again;
        ow_source source;
        ow_sink sink = bytes_sink(&file);

        if (size < 1 || ow_hive_new(data[0] % 4 + 3, "fuzz", NULL, 0, &h, NULL) < 0)
                return 0;
        for (size_t i = 1; i + 4 <= size; i += 4) {
                edit(h, data + i);
                if (i % 400 == 1)
                        require(ow_hive_save(h, 1, &sink, NULL) == 0);
        }
        require(ow_hive_check(h, &report, NULL, NULL, NULL) == 0 && report.faults == 0 && report.lost_cells == 0);
        require(ow_hive_save(h, 1, &sink, NULL) == 0);
        source = bytes_source(&file);
        require(ow_hive_load(&source, NULL, 0, 0, &again, NULL) == 0);
        require(walk_all(h) == walk_all(again));
        require(ow_hive_check(again, &report, NULL, NULL, NULL) == 0 && report.faults == 0 && report.lost_cells == 0);
        ow_hive_close(again);
        ow_hive_close(h);
        free(file.p);
        return 0;
}
