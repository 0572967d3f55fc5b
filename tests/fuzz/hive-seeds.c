/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the seeds of the hive targets: hive-seeds FOLDER, where FOLDER is tests/fuzz. Their only source is this
 * file. */
#include <stdio.h>

#include "base/le.h"
#include "hive-common.h"
#include "hive/base-block.h"
#include "hive/replay.h"

static void require(int r)
{
        if (r < 0)
                abort();
}

static void put(const char *folder, const char *name, const void *head, size_t head_size, const struct bytes *b,
                size_t n)
{
        char path[1024];
        FILE *f;

        (void)snprintf(path, sizeof path, "%s/%s", folder, name);
        f = fopen(path, "wb");
        if (!f || fwrite(head, 1, head_size, f) != head_size)
                abort();
        for (size_t i = 0; i < n; i++)
                if (fwrite(b[i].p, 1, b[i].size, f) != b[i].size)
                        abort();
        if (fclose(f) != 0)
                abort();
}

/* A few keys and values of every kind; many: enough subkeys for a list of lists of version 1.3, and a big value. */
static struct bytes make_hive(uint32_t minor, unsigned many)
{
        static uint8_t data[17000];
        struct bytes file = { NULL, 0 };
        ow_sink sink = bytes_sink(&file);
        ow_hive *h;
        ow_key key;

        require(ow_hive_new(minor, "seed", NULL, 0, &h, NULL));
        require(ow_hive_create_key(h, ow_hive_root(h), "Software\\Vendor\\\xc3\x84\\\xe6\x97\xa5", &key, NULL, NULL));
        require(ow_hive_set_value(h, key, "", OW_REG_SZ, "a\0b\0\0", 6, NULL));
        require(ow_hive_set_value(h, key, "dword", OW_REG_DWORD, "\1\0\0", 4, NULL));
        require(ow_hive_set_value(h, key, "empty", OW_REG_NONE, NULL, 0, NULL));
        if (many)
                require(ow_hive_set_value(h, key, "big", OW_REG_BINARY, data, sizeof data, NULL));
        for (unsigned i = 0; i < many; i++) {
                char name[32];

                (void)snprintf(name, sizeof name, "k%u", i);
                require(ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, NULL));
        }
        require(ow_hive_save(h, 130000000000000000u, &sink, NULL));
        ow_hive_close(h);
        return file;
}

/* Makes the hive dirty, and a log that puts its first page back. */
static struct bytes make_log(struct bytes *hive, uint32_t type)
{
        size_t entry = type == HIVE_FILE_HVLE ? 5120 : 1024 + 8 * 512;
        struct bytes log = { NULL, 0 };

        (void)bytes_set_size(&log, 512 + entry, NULL);
        memcpy(log.p, hive->p, 512);
        ow_le32_put(log.p + 28, type);
        ow_le32_put(log.p + 4, 2);
        ow_le32_put(log.p + 8, 2);
        ow_le32_put(hive->p + 4, 2);
        ow_le32_put(hive->p + 508, hive_base_checksum(hive->p));
        ow_le32_put(log.p + 508, hive_base_checksum(log.p));
        if (type == HIVE_FILE_HVLE) {
                memcpy(log.p + 512, "HvLE", 4);
                ow_le32_put(log.p + 516, (uint32_t)entry);
                ow_le32_put(log.p + 524, 2);
                ow_le32_put(log.p + 528, ow_le32_at(hive->p + 40));
                ow_le32_put(log.p + 532, 1);
                ow_le32_put(log.p + 556, 4096);
                memcpy(log.p + 560, hive->p + 4096, 4096);
        } else {
                memcpy(log.p + 512, "DIRT\xff", 5);
                memcpy(log.p + 1024, hive->p + 4096, 4096);
        }
        return log;
}

int main(int argc, char **argv)
{
        static const uint32_t minors[] = { 3, 5 };
        static const uint8_t edits[] = {
                2, 0, 4, 0, 0, 2, 1, 0x80, 0x0d, 2, 1, 0x84, 0x0f, 3, 1, 0x80, 0, 1, 4, 0, 0
        };

        if (argc != 2)
                return 2;
        for (size_t i = 0; i < 2; i++) {
                struct bytes files[2] = { make_hive(minors[i], 0) }, large = make_hive(minors[i], i ? 3 : 507);
                uint8_t head[8] = { 0 };
                char name[64];

                (void)snprintf(name, sizeof name, "hive_load/corpus/good-1.%u", minors[i]);
                put(argv[1], name, head, 2, files, 1);
                (void)snprintf(name, sizeof name, "reg_hive/corpus/good-1.%u", minors[i]);
                put(argv[1], name, head, 2, files, 1);
                put(argv[1], i ? "hive_load/corpus/good-db" : "hive_load/corpus/good-ri", head, 2, &large, 1);
                if (i)
                        put(argv[1], "reg_hive/corpus/good-db", head, 2, &large, 1);
                files[1] = make_log(&files[0], i ? HIVE_FILE_HVLE : HIVE_FILE_DIRT);
                ow_le16_put(head + 2, (uint16_t)(files[0].size / 512));
                ow_le16_put(head + 4, (uint16_t)(files[1].size / 512));
                put(argv[1], i ? "hive_log/corpus/good-hvle" : "hive_log/corpus/good-dirt", head, sizeof head, files,
                    2);
                free(files[0].p);
                free(files[1].p);
                free(large.p);
        }
        put(argv[1], "hive_edit/corpus/good-few", edits, sizeof edits, NULL, 0);
        return 0;
}
