/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hive as a guest's owner may have left it: checked, mended, saved, checked again. A repair must leave nothing that
 * it says it mends, must not lose what a reader could read before, and must find nothing to do the second time. The
 * first two bytes pick the allocation that fails, 0 for none. Caps: none but the size of the input, since a check is
 * linear in it.
 */
#include "../hive-common.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool it)
{
        if (!it)
                abort();
}

static void count(void *state, const ow_hive_fault *fault)
{
        uint64_t *mendable = state;

        require(fault->text[0] != '\0' && fault->path);
        *mendable += fault->mendable;
}

/* Keys and values that a walk hands out. Data are not counted: one value may be named twice. */
static uint64_t readable(ow_hive *h, ow_key key, unsigned depth)
{
        ow_subkey_iter iter = { 0 };
        uint32_t index = 0;
        uint64_t n = 1;
        ow_value value;
        ow_key child;
        int r;

        while ((r = ow_hive_next_value(h, key, &index, &value, NULL)) != 0)
                n += r > 0;
        while (depth < 600 && (r = ow_hive_next_subkey(h, key, &iter, &child, NULL)) != 0)
                if (r > 0)
                        n += readable(h, child, depth + 1);
        return n;
}

static ow_hive *load(struct bytes *file)
{
        ow_source source = bytes_source(file);
        ow_hive *h = NULL;

        (void)!ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY, &h, NULL);
        return h;
}

static void repair(struct bytes *file)
{
        ow_sink sink = bytes_sink(file);
        ow_hive_report checked, mended;
        uint64_t mendable = 0, before;
        ow_hive *h = load(file);

        if (!h)
                return;
        require(ow_hive_check(h, &checked, count, &mendable, NULL) == 0 && !ow_hive_edited(h));
        before = readable(h, ow_hive_root(h), 0);
        require(ow_hive_repair(h, &mended, NULL, NULL, NULL) == 0);
        require(mended.faults == checked.faults && mended.mended == mendable);
        require(readable(h, ow_hive_root(h), 0) >= before);
        require(ow_hive_save(h, 1, &sink, NULL) == 0);
        ow_hive_close(h);

        h = load(file);
        require(h != NULL);
        mendable = 0;
        require(ow_hive_check(h, &checked, count, &mendable, NULL) == 0);
        require(mendable == 0 && readable(h, ow_hive_root(h), 0) >= before);
        require(ow_hive_repair(h, &mended, NULL, NULL, NULL) == 0 && mended.mended == 0 && !ow_hive_edited(h));
        ow_hive_close(h);
}

/* Wherever memory runs out: an error, and a hive that can be used on. */
static void repair_without_memory(struct bytes *file, size_t nth)
{
        ow_hive_report report;
        ow_hive *h = load(file);

        if (!h)
                return;
        ow_alloc_fail_from(nth);
        (void)!ow_hive_repair(h, &report, NULL, NULL, NULL);
        ow_alloc_fail_from(0);
        require(ow_hive_check(h, &report, NULL, NULL, NULL) == 0);
        ow_hive_close(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct bytes file = { NULL, 0 };
        size_t nth;

        if (size < 2)
                return 0;
        nth = data[0] | (size_t)data[1] << 8;
        (void)bytes_set_size(&file, size - 2, NULL);
        memcpy(file.p, data + 2, size - 2);
        if (nth)
                repair_without_memory(&file, nth);
        else
                repair(&file);
        free(file.p);
        return 0;
}
