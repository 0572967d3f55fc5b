/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hive as a guest's owner may have left it. It is loaded as dirty, so that a wrong checksum does not end the run
 * early, walked and checked; then it is edited here and there and saved. The first two bytes pick the allocation
 * that fails, 0 for none. Caps: the walk has a budget of steps, the input is as long as the fuzzer makes it.
 */
#include "../hive-common.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void edit(ow_hive *h, ow_key key, unsigned depth)
{
        static const uint8_t bytes[20000] = { 1, 2, 3 };
        static const uint8_t descriptor[20] = { 1, 0, 0, 0x80 };
        ow_subkey_iter iter = { 0 };
        ow_key child, made;

        (void)!ow_hive_create_key(h, key, "new\\key", &made, NULL, NULL);
        (void)!ow_hive_set_class(h, key, bytes, 2 * depth + 6, NULL);
        (void)!ow_hive_set_security(h, key, descriptor, sizeof descriptor, NULL);
        (void)!ow_hive_set_value(h, key, "value", OW_REG_BINARY, bytes, 60, NULL);
        (void)!ow_hive_set_value(h, key, "", OW_REG_SZ, bytes, sizeof bytes, NULL);
        (void)!ow_hive_set_value(h, key, "value", OW_REG_BINARY, bytes, 20, NULL);
        if (depth < 4 && ow_hive_next_subkey(h, key, &iter, &child, NULL) > 0) {
                edit(h, child, depth + 1);
                (void)!ow_hive_share_security(h, child, ow_hive_root(h), NULL);
                (void)!ow_hive_copy_key(h, child, h, ow_hive_root(h), "copy", NULL, NULL);
                (void)!ow_hive_rename_key(h, child, depth % 2 ? "0" : "renamed to something longer", NULL, NULL);
                iter = (ow_subkey_iter){ 0 };
                if (ow_hive_next_subkey(h, key, &iter, &child, NULL) > 0)
                        (void)!ow_hive_delete_key(h, child, NULL);
        }
        (void)!ow_hive_delete_value(h, key, "value", NULL);
        if (ow_hive_find(h, key, "new", &made, NULL) > 0)
                (void)!ow_hive_delete_key(h, made, NULL);
}

/* Every item and every byte of data. The bytes that are shown are at most twice those of the hive, and one value. */
static void walk(ow_hive *h, size_t size)
{
        uint64_t shown = 0;
        ow_hive_item item;
        ow_hive_walk *w;
        int r;

        if (ow_hive_walk_open(h, ow_hive_root(h), 0, &w, NULL) < 0)
                return;
        while ((r = ow_hive_walk_next(w, &item, NULL)) != 0) {
                char name[100];
                const uint8_t *p;
                uint32_t at = 0;
                size_t n;

                if (r == OW_E_NOMEM)
                        break;
                if (r < 0)
                        continue;
                (void)ow_hive_name_utf8(&item.name, name, sizeof name);
                if (item.kind != OW_ITEM_VALUE)
                        continue;
                shown += item.data ? item.size : 0;
                if (item.data && item.size && item.data[0] == item.data[item.size - 1])
                        shown++;
                while (!item.data && ow_hive_next_piece(h, item.value, &at, &p, &n, NULL) > 0)
                        shown++;
        }
        ow_hive_walk_close(w);
        if (shown > 4 * (uint64_t)size + (64 << 20))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct bytes file = { NULL, 0 };
        ow_hive_report report;
        ow_source source;
        ow_sink sink;
        ow_hive *h, *fresh;
        size_t nth;

        if (size < 2)
                return 0;
        nth = data[0] | (size_t)data[1] << 8;
        (void)bytes_set_size(&file, size - 2, NULL);
        memcpy(file.p, data + 2, size - 2);
        source = bytes_source(&file);
        sink = bytes_sink(&file);
        ow_alloc_fail_from(nth);
        if (ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY, &h, NULL) == 0) {
                (void)walk_all(h);
                walk(h, size);
                (void)!ow_hive_check(h, &report, NULL, NULL, NULL);
                edit(h, ow_hive_root(h), 0);
                (void)walk_all(h);
                if (ow_hive_compact(h, &fresh, NULL) == 0) {
                        (void)walk_all(fresh);
                        ow_hive_close(fresh);
                }
                (void)!ow_hive_save(h, 1, &sink, NULL);
                ow_hive_close(h);
        }
        ow_alloc_fail_from(0);
        free(file.p);
        return 0;
}
