/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes become edits of a new hive: a user's wishes. What was edited in memory must be what is read back from the
 * saved file and from a compacted copy, without one fault. Caps: four bytes per edit, a thousand edits, values of at
 * most 20 000 bytes.
 */
#include <stdio.h>

#include "../hive-common.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
        if (!ok)
                abort();
}

static const char *const names[] = { "a",        "B",     "b\xc0\x80",     "\xc3\xa9t\xc3\xa9",
                                     "Zz\\a\\c", "{key}", "\xe6\x97\xa5", "q\\r" };

/* Those that concern a key below at; a name of two keys is one that none can be given. */
static int edit_key(ow_hive *h, ow_key at, const uint8_t op[4], unsigned *copies)
{
        static const uint8_t text[40] = "c\0l\0a\0s\0s\0";
        uint8_t descriptor[24] = { 1, 0, 0, 0x80 };
        const char *other = names[op[3] % 8];
        ow_key key, to;

        if (ow_hive_find(h, at, names[op[1] % 8], &key, NULL) != 1)
                return 0;
        switch (op[0] % 16) {
        case 1:
                return ow_hive_delete_key(h, key, NULL);
        case 4: case 5:
                return ow_hive_rename_key(h, key, other, &key, NULL);
        case 6: case 7:
                if (*copies == 0)
                        return 0;       /* each may double the hive */
                (*copies)--;
                to = op[3] & 8 || ow_hive_find(h, ow_hive_root(h), names[op[3] >> 4 & 7], &to, NULL) != 1
                     ? ow_hive_root(h) : to;
                return ow_hive_copy_key(h, key, h, to, other, NULL, NULL);
        case 8:
                return ow_hive_set_class(h, key, text, op[3] % 20 * 2, NULL);
        case 9:
                descriptor[20] = op[3] % 4;
                return ow_hive_set_security(h, key, descriptor, sizeof descriptor, NULL);
        default:
                return ow_hive_share_security(h, key, ow_hive_root(h), NULL);
        }
}

/* Many values of one key, asked for in either case. */
static int edit_numbered(ow_hive *h, ow_key at, const uint8_t op[4])
{
        char name[8];

        (void)snprintf(name, sizeof name, op[2] & 0x40 ? "v%02x" : "V%02X", op[1]);
        if (op[0] % 16 == 15)
                return ow_hive_delete_value(h, at, name, NULL);
        return ow_hive_set_value(h, at, name, op[3], op, op[3] % 4, NULL);
}

static void edit(ow_hive *h, const uint8_t op[4], unsigned *copies)
{
        static const uint8_t bytes[20000] = { 7 };
        static const size_t sizes[] = { 0, 1, 4, 5, 40, 4000, 16344, 20000 };
        const char *name = names[op[1] % 8];
        ow_key at = ow_hive_root(h), key;
        int r = 0;

        if (op[2] & 0x80)
                (void)!ow_hive_find(h, at, names[op[2] % 8], &at, NULL);
        switch (op[0] % 16) {
        case 0: case 11: case 12:
                r = ow_hive_create_key(h, at, name, &key, NULL, NULL);
                break;
        case 2: case 13:
                r = ow_hive_set_value(h, at, op[3] & 8 ? name : "", op[3], bytes + op[3],
                                      sizes[op[3] % 8] - (op[3] % 8 == 7 ? 255u : 0u), NULL);
                break;
        case 3:
                r = ow_hive_delete_value(h, at, name, NULL);
                break;
        case 14: case 15:
                r = edit_numbered(h, at, op);
                break;
        default:
                r = edit_key(h, at, op, copies);
                require(r >= 0 || r == OW_E_EXISTS || r == OW_E_INVAL || r == OW_E_LIMIT);
                return;
        }
        require(r >= 0 || r == OW_E_LIMIT);
}

static void require_sound(ow_hive *h)
{
        ow_hive_report report;

        require(ow_hive_check(h, &report, NULL, NULL, NULL) == 0 && report.faults == 0 && report.lost_cells == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct bytes file = { NULL, 0 };
        ow_hive *h, *again;
        unsigned copies = 10;
        ow_source source;
        ow_sink sink = bytes_sink(&file);

        if (size < 1 || size > 4000 || ow_hive_new(data[0] % 4 + 3, "fuzz", NULL, 0, &h, NULL) < 0)
                return 0;
        for (size_t i = 1; i + 4 <= size; i += 4) {
                edit(h, data + i, &copies);
                if (i % 400 == 1)
                        require(ow_hive_save(h, 1, &sink, NULL) == 0);
        }
        require_sound(h);
        require(ow_hive_save(h, 1, &sink, NULL) == 0);
        source = bytes_source(&file);
        require(ow_hive_load(&source, NULL, 0, 0, &again, NULL) == 0);
        require(walk_all(h) == walk_all(again));
        require_sound(again);
        ow_hive_close(again);
        require(ow_hive_compact(h, &again, NULL) == 0);
        require(walk_all(h) == walk_all(again));
        require_sound(again);
        ow_hive_close(again);
        ow_hive_close(h);
        free(file.p);
        return 0;
}
