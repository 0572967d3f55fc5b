/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a check told; and a repair, with what is left after it. */
#ifndef HIVE_TOLD_H
#define HIVE_TOLD_H

#include "hive-model.h"

struct told {
        unsigned n, mendable;
        uint64_t offset; /* of the first */
        char text[480], path[80];
};

static inline void take(void *state, const ow_hive_fault *fault)
{
        struct told *told = state;

        assert_true(fault->text[0] != '\0');
        told->mendable += fault->mendable;
        if (told->n++ > 0)
                return;
        told->offset = fault->offset;
        (void)snprintf(told->text, sizeof told->text, "%s", fault->text);
        (void)snprintf(told->path, sizeof told->path, "%s", fault->path);
}

static inline ow_hive *load_any(struct memory *file)
{
        ow_source source = memory_source(file);
        ow_hive *h;

        assert_ok(ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY, &h, &err));
        return h;
}

/* Repairs and saves; says what a check of the saved bytes still finds. A second repair must find nothing to do. */
static inline struct told repair_and_check(struct memory *file, unsigned mendable)
{
        struct told told = { 0 }, left = { 0 };
        ow_sink sink = memory_sink(file);
        ow_hive_report report;
        ow_hive *h = load_any(file);

        assert_ok(ow_hive_repair(h, &report, take, &told, &err));
        assert_int_equal(report.faults, told.n);
        assert_int_equal(report.mended, told.mendable);
        assert_int_equal(told.mendable, mendable);
        assert_int_equal(ow_hive_edited(h), mendable > 0);
        assert_ok(ow_hive_save(h, 2, &sink, &err));
        ow_hive_close(h);

        h = load_any(file);
        assert_ok(ow_hive_check(h, &report, take, &left, &err));
        assert_int_equal(left.mendable, 0);
        assert_ok(ow_hive_repair(h, &report, NULL, NULL, &err));
        assert_int_equal(report.mended, 0);
        assert_false(ow_hive_edited(h));
        ow_hive_close(h);
        return left;
}

#endif
