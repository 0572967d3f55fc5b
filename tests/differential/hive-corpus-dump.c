/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that our engine reads of a hive, without its logs, one line each, tab separated:
 *
 *   K <path>                              per key; the root is ""
 *   V <path> <name> <type> <bytes in hex> per value
 *   E <path> <text>                       per place that cannot be read
 *
 * In names, '%' and all up to the space are %XX, and so is the backslash. Exit 0, or 1 with the reason: no hive.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/hive.h>

enum { PATH_BYTES = 1 << 20 };

struct walk {
        ow_hive *h;
        char path[PATH_BYTES];
        size_t len;
};

static int read_file(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        FILE *f = state;

        if (fseek(f, (long)offset, SEEK_SET) != 0 || fread(buf, 1, size, f) != size)
                return ow_fail(err, OW_E_IO, offset, "cannot read");
        return 0;
}

/* The name as it goes into a line; more than 12 KiB of it nobody needs. */
static const char *escaped(const char *name, char text[36 << 10])
{
        size_t n = 0;

        for (const unsigned char *p = (const unsigned char *)name; *p && n < (36 << 10) - 4; p++) {
                if (p[0] == 0xc0 && p[1] == 0x80)       /* a NUL */
                        n += (size_t)sprintf(text + n, "%%%02X", *p++ & 0);
                else if (*p <= ' ' || *p == '%' || *p == '\\' || *p == 0x7f)
                        n += (size_t)sprintf(text + n, "%%%02X", *p);
                else
                        text[n++] = (char)*p;
        }
        text[n] = '\0';
        return text;
}

static void put_value(struct walk *w, ow_value value)
{
        ow_error err = OW_ERROR_INIT;
        char text[36 << 10];
        ow_value_info info;
        ow_blob data;

        if (ow_hive_value_info(w->h, value, &info, &err) < 0) {
                printf("E\t%s\t%s\n", w->path, err.text);
                return;
        }
        if (ow_hive_read_value(w->h, value, NULL, &data, &err) < 0) {
                printf("E\t%s\t%s\n", w->path, err.text);
        } else {
                const uint8_t *p = data.p;

                printf("V\t%s\t%s\t%u\t", w->path, escaped(info.name, text), info.type);
                for (size_t i = 0; i < data.size; i++) {
                        putchar("0123456789abcdef"[p[i] >> 4]);
                        putchar("0123456789abcdef"[p[i] & 15]);
                }
                putchar('\n');
                ow_blob_done(&data);
        }
        ow_value_info_done(&info);
}

static void put_key(struct walk *w, ow_key key)
{
        ow_error err = OW_ERROR_INIT;
        ow_subkey_iter iter = { 0 };
        uint32_t index = 0;
        size_t len = w->len;
        ow_value value;
        ow_key child;
        int r;

        printf("K\t%s\n", w->path);
        while ((r = ow_hive_next_value(w->h, key, &index, &value, &err)) != 0) {
                if (r < 0)
                        printf("E\t%s\t%s\n", w->path, err.text);
                else
                        put_value(w, value);
        }
        while ((r = ow_hive_next_subkey(w->h, key, &iter, &child, &err)) != 0) {
                char text[36 << 10];
                ow_key_info info;

                if (r < 0 || ow_hive_key_info(w->h, child, &info, &err) < 0) {
                        printf("E\t%s\t%s\n", w->path, err.text);
                        continue;
                }
                w->len += (size_t)snprintf(w->path + len, sizeof w->path - len, "\\%s", escaped(info.name, text));
                ow_key_info_done(&info);
                if (w->len >= sizeof w->path)
                        exit(1);
                put_key(w, child);
                w->len = len;
                w->path[len] = '\0';
        }
}

int main(int argc, char **argv)
{
        static struct walk w;
        ow_error err = OW_ERROR_INIT;
        ow_source source = { .read = read_file };
        FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;

        if (!f || fseek(f, 0, SEEK_END) != 0) {
                fprintf(stderr, "usage: hive-corpus-dump HIVE\n");
                return 2;
        }
        source.size = (uint64_t)ftell(f);
        source.state = f;
        if (ow_hive_load(&source, NULL, 0, OW_HIVE_READONLY | OW_HIVE_ACCEPT_DIRTY, &w.h, &err) < 0) {
                fprintf(stderr, "hive-corpus-dump: %s\n", err.text);
                return 1;
        }
        put_key(&w, ow_hive_root(w.h));
        ow_hive_close(w.h);
        (void)fclose(f);
        return 0;
}
