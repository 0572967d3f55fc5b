/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of hives share: bytes in memory as source and sink, real hives from OFFWIN_DATA, a full walk. */
#ifndef TESTS_UNIT_HIVE_COMMON_H
#define TESTS_UNIT_HIVE_COMMON_H

#include <stdlib.h>

#include <offwin/hive.h>

#include "test.h"

struct memory {
        uint8_t *p;
        size_t size;
        unsigned fail_at;       /* the nth call from now fails; 0: none */
        unsigned calls;
        size_t bytes;           /* handed out or taken */
};

static inline int memory_refuses(struct memory *m, ow_error *err)
{
        m->calls++;
        if (m->fail_at && m->calls >= m->fail_at)
                return ow_fail(err, OW_E_IO, OW_NOWHERE, "made to fail");
        return 0;
}

static inline int memory_read(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        struct memory *m = state;
        int r = memory_refuses(m, err);

        if (r < 0)
                return r;
        assert_true(offset <= m->size && size <= m->size - offset);
        memcpy(buf, m->p + offset, size);
        m->bytes += size;
        return 0;
}

static inline int memory_set_size(void *state, uint64_t size, ow_error *err)
{
        struct memory *m = state;
        uint8_t *moved;
        int r = memory_refuses(m, err);

        if (r < 0)
                return r;
        moved = realloc(m->p, size ? size : 1);
        assert_non_null(moved);
        if (size > m->size)
                memset(moved + m->size, 0, size - m->size);
        m->p = moved;
        m->size = size;
        return 0;
}

static inline int memory_write(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct memory *m = state;
        int r = memory_refuses(m, err);

        if (r < 0)
                return r;
        if (offset + size > m->size)
                assert_int_equal(memory_set_size(m, offset + size, err), 0);
        memcpy(m->p + offset, buf, size);
        m->bytes += size;
        return 0;
}

static inline ow_source memory_source(struct memory *m)
{
        return (ow_source){ .size = m->size, .state = m, .read = memory_read };
}

static inline ow_sink memory_sink(struct memory *m)
{
        return (ow_sink){ .state = m, .write = memory_write, .set_size = memory_set_size };
}

static inline void memory_done(struct memory *m)
{
        free(m->p);
        *m = (struct memory){ 0 };
}

static inline struct memory memory_copy(const struct memory *m)
{
        struct memory copy = { .p = malloc(m->size + 1), .size = m->size };

        assert_non_null(copy.p);
        memcpy(copy.p, m->p, m->size);
        return copy;
}

/* A file of the collection of real data, decompressed; false when the collection is not here. */
static inline int data_load(const char *name, struct memory *ret)
{
        const char *folder = getenv("OFFWIN_DATA");
        char command[1024], path[512];
        size_t cap = 1 << 16, n;
        FILE *f;

        if (!folder)
                return 0;
        (void)snprintf(path, sizeof path, "%s/%s.xz", folder, name);
        f = fopen(path, "rb");
        if (!f)
                return 0;
        (void)fclose(f);
        (void)snprintf(command, sizeof command, "xz -dc '%s'", path);
        f = popen(command, "r");
        assert_non_null(f);
        *ret = (struct memory){ .p = malloc(cap) };
        while ((n = fread(ret->p + ret->size, 1, cap - ret->size, f)) > 0) {
                ret->size += n;
                if (ret->size == cap) {
                        cap *= 2;
                        ret->p = realloc(ret->p, cap);
                        assert_non_null(ret->p);
                }
        }
        assert_int_equal(pclose(f), 0);
        /* Exactly as large as the file, so that a read past its end is seen. */
        ret->p = realloc(ret->p, ret->size ? ret->size : 1);
        return 1;
}

struct walk_result {
        size_t keys, values, bytes;
        size_t errors;
        unsigned depth;
        char first_error[480];
};

static inline void walk_error(struct walk_result *w, const ow_error *err)
{
        assert_true(err->code < 0 && err->text[0] != '\0');
        if (w->errors++ == 0)
                (void)snprintf(w->first_error, sizeof w->first_error, "%s", err->text);
}

static inline void walk_values(ow_hive *h, ow_key key, struct walk_result *w)
{
        uint32_t index = 0, type;
        ow_value value;
        int r;

        for (;;) {
                ow_error err = OW_ERROR_INIT;
                ow_value_info info;
                ow_blob data;

                r = ow_hive_next_value(h, key, &index, &value, &err);
                if (r == 0)
                        return;
                if (r < 0) {
                        walk_error(w, &err);
                        continue;
                }
                w->values++;
                if (ow_hive_value_info(h, value, &info, &err) < 0) {
                        walk_error(w, &err);
                        continue;
                }
                ow_value_info_done(&info);
                if (ow_hive_read_value(h, value, &type, &data, &err) < 0) {
                        walk_error(w, &err);
                        continue;
                }
                w->bytes += data.size;
                ow_blob_done(&data);
        }
}

/* Everything below key. */
static inline void walk_key(ow_hive *h, ow_key key, unsigned depth, struct walk_result *w)
{
        ow_error err = OW_ERROR_INIT;
        ow_subkey_iter iter = { 0 };
        ow_key_info info;
        ow_key child;
        int r;

        w->keys++;
        if (depth > w->depth)
                w->depth = depth;
        if (ow_hive_key_info(h, key, &info, &err) < 0)
                walk_error(w, &err);
        else
                ow_key_info_done(&info);
        walk_values(h, key, w);
        if (depth > 600)
                return;
        while ((r = ow_hive_next_subkey(h, key, &iter, &child, &err)) != 0) {
                if (r < 0)
                        walk_error(w, &err);
                else
                        walk_key(h, child, depth + 1, w);
        }
}

static inline struct walk_result walk_all(ow_hive *h)
{
        struct walk_result w = { 0 };

        walk_key(h, ow_hive_root(h), 0, &w);
        return w;
}

#endif
