/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a hive with our engine and says what is in it, for other readers to agree with:
 *
 *   hive-make MINOR HIVE LISTING         a new hive after a few thousand edits
 *   hive-make edit OLD HIVE LISTING      a real one (without logs), edited
 *
 * LISTING: "K <path>" per key; "V <path> <name> <type> <bytes in hex>" per value, tab separated.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/hive.h>

struct bytes {
        uint8_t *p;
        size_t size;
};

static void require(int r, const ow_error *err)
{
        if (r < 0) {
                fprintf(stderr, "hive-make: %s\n", err ? err->text : "failed");
                exit(1);
        }
}

static int read_bytes(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        const struct bytes *b = state;

        memcpy(buf, b->p + offset, size);
        return 0;
}

static int set_size(void *state, uint64_t size, ow_error *err)
{
        struct bytes *b = state;

        b->p = realloc(b->p, size);
        if (!b->p)
                exit(1);
        if (size > b->size)
                memset(b->p + b->size, 0, size - b->size);
        b->size = size;
        return 0;
}

static int write_bytes(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct bytes *b = state;

        if (offset + size > b->size)
                (void)set_size(b, offset + size, err);
        memcpy(b->p + offset, buf, size);
        return 0;
}

static ow_hive *load(struct bytes *b)
{
        ow_source source = { .size = b->size, .state = b, .read = read_bytes };
        ow_error err = OW_ERROR_INIT;
        ow_hive *h;

        require(ow_hive_load(&source, NULL, 0, 0, &h, &err), &err);
        return h;
}

static void edit(ow_hive *h)
{
        static const size_t sizes[] = { 0, 1, 2, 4, 5, 8, 100, 4000, 16344, 16345, 60000 };
        static uint8_t data[60000];
        ow_error err = OW_ERROR_INIT;
        ow_key root = ow_hive_root(h), key;
        char path[128];

        for (size_t i = 0; i < sizeof data; i++)
                data[i] = (uint8_t)(i * 31 + i / 251);
        for (unsigned i = 0; i < 2500; i++) {
                (void)snprintf(path, sizeof path, "offwin\\many\\Key %04u", i * 1237 % 2500);
                require(ow_hive_create_key(h, root, path, &key, NULL, &err), &err);
                (void)snprintf(path, sizeof path, "Value%u", i);
                require(ow_hive_set_value(h, key, i % 5 ? path : "", i % 5 ? 3 : 1, data, i % 60 / 2 * 2, &err),
                        &err);
        }
        require(ow_hive_create_key(h, root, "offwin\\sizes", &key, NULL, &err), &err);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
                (void)snprintf(path, sizeof path, "size%zu", sizes[i]);
                require(ow_hive_set_value(h, key, path, 3, data, sizes[i], &err), &err);
        }
        for (unsigned i = 0; i < 2500; i += 3) {
                (void)snprintf(path, sizeof path, "offwin\\many\\key %04u", i);
                require(ow_hive_find(h, root, path, &key, &err), &err);
                require(ow_hive_delete_key(h, key, &err), &err);
        }
        require(ow_hive_create_key(h, root, "offwin\\deep\\a\\b\\c\\d\\e\\f\\g", &key, NULL, &err), &err);
}

static void list_values(ow_hive *h, ow_key key, const char *path, FILE *out)
{
        ow_error err = OW_ERROR_INIT;
        uint32_t index = 0, type = 0;
        ow_value value;
        int r;

        while ((r = ow_hive_next_value(h, key, &index, &value, &err)) > 0) {
                ow_value_info info;
                ow_blob data;

                require(ow_hive_value_info(h, value, &info, &err), &err);
                require(ow_hive_read_value(h, value, &type, &data, &err), &err);
                fprintf(out, "V\t%s\t%s\t%u\t", path, info.name, type);
                for (size_t i = 0; i < data.size; i++)
                        fprintf(out, "%s%02x", i ? "," : "", data.p[i]);
                fputc('\n', out);
                ow_value_info_done(&info);
                ow_blob_done(&data);
        }
        require(r, &err);
}

static void list(ow_hive *h, ow_key key, const char *path, FILE *out)
{
        ow_error err = OW_ERROR_INIT;
        ow_subkey_iter iter = { 0 };
        ow_key child;
        int r;

        fprintf(out, "K\t%s\n", path);
        list_values(h, key, path, out);
        while ((r = ow_hive_next_subkey(h, key, &iter, &child, &err)) > 0) {
                ow_key_info info;
                char below[8192];

                require(ow_hive_key_info(h, child, &info, &err), &err);
                (void)snprintf(below, sizeof below, "%s\\%s", path, info.name);
                ow_key_info_done(&info);
                list(h, child, below, out);
        }
        require(r, &err);
}

static void save_and_list(ow_hive *h, struct bytes *b, const char *hive, const char *listing)
{
        ow_sink sink = { .state = b, .write = write_bytes, .set_size = set_size };
        ow_error err = OW_ERROR_INIT;
        FILE *f;

        require(ow_hive_save(h, 131000000000000000u, &sink, &err), &err);
        ow_hive_close(h);
        f = fopen(hive, "wb");
        if (!f || fwrite(b->p, 1, b->size, f) != b->size || fclose(f) != 0)
                exit(1);
        h = load(b);
        f = fopen(listing, "w");
        if (!f)
                exit(1);
        list(h, ow_hive_root(h), "", f);
        if (fclose(f) != 0)
                exit(1);
        ow_hive_close(h);
}

static struct bytes read_file(const char *path)
{
        struct bytes b = { NULL, 0 };
        FILE *f = fopen(path, "rb");
        long size;

        if (!f || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) != 0)
                exit(1);
        (void)set_size(&b, (uint64_t)size, NULL);
        if (fread(b.p, 1, b.size, f) != b.size)
                exit(1);
        (void)fclose(f);
        return b;
}

int main(int argc, char **argv)
{
        struct bytes b = { NULL, 0 };
        ow_error err = OW_ERROR_INIT;
        ow_hive *h;

        if (argc == 5 && strcmp(argv[1], "edit") == 0) {
                b = read_file(argv[2]);
                h = load(&b);
                edit(h);
                save_and_list(h, &b, argv[3], argv[4]);
        } else if (argc == 4) {
                require(ow_hive_new((uint32_t)atoi(argv[1]), "ROOT", NULL, 0, &h, &err), &err);
                edit(h);
                save_and_list(h, &b, argv[2], argv[3]);
        } else {
                fprintf(stderr, "usage: hive-make MINOR HIVE LISTING | edit OLD HIVE LISTING\n");
                return 2;
        }
        free(b.p);
        return 0;
}
