/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the three hive targets share: bytes in memory, and a walk that gives a number for all it has seen. */
#ifndef TESTS_FUZZ_HIVE_COMMON_H
#define TESTS_FUZZ_HIVE_COMMON_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/hive.h>

#include "base/alloc.h"

struct bytes {
        uint8_t *p;
        size_t size;
};

static inline int bytes_read(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        const struct bytes *b = state;

        if (offset > b->size || size > b->size - offset)
                abort();        /* never asked for more than there is */
        memcpy(buf, b->p + offset, size);
        return 0;
}

static inline int bytes_set_size(void *state, uint64_t size, ow_error *err)
{
        struct bytes *b = state;
        uint8_t *moved = realloc(b->p, size + 1);

        if (!moved)
                abort();
        if (size > b->size)
                memset(moved + b->size, 0, size - b->size);
        b->p = moved;
        b->size = size;
        return 0;
}

static inline int bytes_write(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct bytes *b = state;

        if (offset + size > b->size)
                (void)bytes_set_size(b, offset + size, err);
        memcpy(b->p + offset, buf, size);
        return 0;
}

static inline ow_source bytes_source(struct bytes *b)
{
        return (ow_source){ .size = b->size, .state = b, .read = bytes_read };
}

static inline ow_sink bytes_sink(struct bytes *b)
{
        return (ow_sink){ .state = b, .write = bytes_write, .set_size = bytes_set_size };
}

struct walk {
        uint64_t sum;
        unsigned steps;         /* left */
};

static inline void mix(struct walk *w, const void *bytes, size_t size)
{
        const uint8_t *p = bytes;

        for (size_t i = 0; i < size; i++)
                w->sum = (w->sum ^ p[i]) * 0x100000001b3u;
        w->sum = (w->sum ^ size) * 0x100000001b3u;
}

static inline void walk_values(ow_hive *h, ow_key key, struct walk *w)
{
        uint32_t index = 0, type = 0;
        ow_value value;
        int r;

        while (w->steps > 0 && (r = ow_hive_next_value(h, key, &index, &value, NULL)) != 0) {
                ow_value_info info;
                ow_blob data;

                w->steps--;
                if (r < 0)
                        continue;
                if (ow_hive_value_info(h, value, &info, NULL) == 0) {
                        mix(w, info.name, strlen(info.name));
                        ow_value_info_done(&info);
                }
                if (ow_hive_read_value(h, value, &type, &data, NULL) == 0) {
                        mix(w, data.p, data.size);
                        mix(w, &type, sizeof type);
                        ow_blob_done(&data);
                }
        }
}

static inline void walk_key(ow_hive *h, ow_key key, struct walk *w, unsigned depth)
{
        ow_subkey_iter iter = { 0 };
        ow_key_info info;
        ow_key child, found;
        int r;

        if (ow_hive_key_info(h, key, &info, NULL) == 0) {
                mix(w, info.name, strlen(info.name));
                mix(w, info.class_name.p, info.class_name.size);
                ow_key_info_done(&info);
        }
        walk_values(h, key, w);
        while (w->steps > 0 && depth < 600 && (r = ow_hive_next_subkey(h, key, &iter, &child, NULL)) != 0) {
                w->steps--;
                if (r < 0)
                        continue;
                if (ow_hive_key_info(h, child, &info, NULL) == 0) {
                        (void)!ow_hive_find(h, key, info.name, &found, NULL);
                        ow_key_info_done(&info);
                }
                walk_key(h, child, w, depth + 1);
        }
}

static inline uint64_t walk_all(ow_hive *h)
{
        struct walk w = { .sum = 0xcbf29ce484222325u, .steps = 20000 };

        walk_key(h, ow_hive_root(h), &w, 0);
        return w.sum;
}

#endif
