/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame of a check: base block, bins, keys from the root on, security, and what was not reached; and how faults
 * are told. The work is linear in the size of the hive, whatever its bytes say: a cell is gone into once.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"
#include "hive/check.h"

enum { CLUSTER_AT = 0x2c, CHECKSUM_AT = 0x1fc, SEQUENCE_AT = 4 };

/* Makes path say what the steps say; only names that were not there yet are turned into UTF-8. */
static const char *path_now(struct hive_check *c)
{
        for (; c->in_path < c->depth; c->in_path++) {
                struct hive_check_step *step = &c->steps[c->in_path];
                OW_AUTO_FREE char *name = NULL;
                ow_view part = step->name;

                /* A longer name is a fault by itself. */
                (void)ow_view_sub(step->name, 0, step->latin1 ? HIVE_MAX_KEY_NAME : 2 * HIVE_MAX_KEY_NAME, &part);
                c->path.len = c->in_path ? c->steps[c->in_path - 1].path_end : 0;
                name = hive_name_text(part, step->latin1);
                if (c->in_path)
                        ow_buffer_put_byte(&c->path, '\\');
                ow_buffer_put_text(&c->path, name ? name : "?");
                step->path_end = c->path.len;
        }
        c->path.len = c->depth ? c->steps[c->depth - 1].path_end : 0;
        ow_buffer_put_byte(&c->path, 0);
        return ow_buffer_failed(&c->path) ? "" : (const char *)c->path.p;
}

static void report(struct hive_check *c, uint64_t offset, bool mendable, const char *text)
{
        ow_hive_fault fault = { .offset = offset, .path = "", .text = text, .mendable = mendable };

        c->report.faults++;
        if (mendable && c->mending) {
                c->report.mended++;
                c->hive->edited = true;
        }
        if (!c->fault)
                return;
        fault.path = path_now(c);
        c->fault(c->state, &fault);
}

void hive_check_tell(struct hive_check *c, uint32_t where, const char *fmt, ...)
{
        char text[sizeof c->error.text];
        va_list ap;

        va_start(ap, fmt);
        (void)vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        report(c, (uint64_t)where + HIVE_BASE_BYTES, false, text);
}

void hive_check_damage(struct hive_check *c, uint32_t where, const char *fmt, ...)
{
        char text[sizeof c->error.text];
        va_list ap;

        va_start(ap, fmt);
        (void)vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        c->doubt = true;
        report(c, (uint64_t)where + HIVE_BASE_BYTES, false, text);
}

static OW_PRINTF(3, 0) bool mends(struct hive_check *c, uint64_t offset, const char *fmt, va_list ap)
{
        char text[sizeof c->error.text];

        (void)vsnprintf(text, sizeof text, fmt, ap);
        report(c, offset, !c->hands_off, text);
        return c->mending && !c->hands_off;
}

bool hive_check_mends(struct hive_check *c, uint32_t where, const char *fmt, ...)
{
        va_list ap;
        bool r;

        va_start(ap, fmt);
        r = mends(c, (uint64_t)where + HIVE_BASE_BYTES, fmt, ap);
        va_end(ap);
        return r;
}

bool hive_check_mends_base(struct hive_check *c, uint32_t where, const char *fmt, ...)
{
        va_list ap;
        bool r;

        va_start(ap, fmt);
        r = mends(c, where, fmt, ap);
        va_end(ap);
        return r;
}

bool hive_check_failed(struct hive_check *c, int r)
{
        if (r >= 0)
                return false;
        if (r == OW_E_CORRUPT || r == OW_E_LIMIT) {
                uint64_t where = c->error.where == OW_NOWHERE ? 0 : c->error.where;

                c->doubt = true;
                report(c, where + HIVE_BASE_BYTES, false, c->error.text);
        } else {
                c->broken = r;
        }
        return true;
}

static bool bit(const uint8_t *bits, uint32_t offset)
{
        return bits[offset / 64] >> offset / 8 % 8 & 1;
}

bool hive_check_reached(const struct hive_check *c, uint32_t cell)
{
        return bit(c->hive->image.seen, cell);
}

/*
 * Where the cells of a bin do not fill it, each place behind the damage counts as a possible start. A cell there
 * takes its whole extent, so that cells which overlap are not gone through for each of their places.
 */
static bool claim(struct hive_check *c, uint32_t cell, uint32_t size)
{
        if (size == 8 || !bit(c->starts, cell + 8))
                return true;
        for (uint32_t at = cell + 8; at < cell + size; at += 8) {
                if (bit(c->hive->image.seen, at))
                        return false;
                c->starts[at / 64] = (uint8_t)(c->starts[at / 64] & ~(1u << at / 8 % 8));
        }
        return true;
}

bool hive_check_reach(struct hive_check *c, uint32_t cell)
{
        ow_view body;

        if (hive_check_failed(c, hive_cell_view(c->hive, cell, &body, &c->error)))
                return false;
        if (!bit(c->starts, cell) || !claim(c, cell, (uint32_t)body.len + HIVE_CELL_HEAD)) {
                hive_check_damage(c, cell, "0x%x is used as a cell, but overlaps another one", cell);
                return false;
        }
        if (hive_image_test_and_mark(&c->hive->image, cell)) {
                hive_check_damage(c, cell, "cell 0x%x is used twice", cell);
                return false;
        }
        return true;
}

/* What loading lets pass. Saving writes a good checksum and one pair of numbers by itself. */
static void check_base(struct hive_check *c)
{
        ow_hive *h = c->hive;
        uint32_t cluster = ow_le32_at(h->base.raw + CLUSTER_AT);

        if (h->info.truncated)
                hive_check_damage(c, h->image.backed, "file ends %u bytes before its bins do",
                                  h->image.size - h->image.backed);
        if (h->info.replay == OW_REPLAY_NO_LOGS && !h->base.checksum_ok)
                (void)hive_check_mends_base(c, CHECKSUM_AT, "checksum of the base block is wrong");
        if (h->info.replay == OW_REPLAY_NO_LOGS && h->base.sequence1 != h->base.sequence2)
                (void)hive_check_mends_base(c, SEQUENCE_AT, "hive is dirty: sequence numbers %u and %u, and no log "
                                            "applies", h->base.sequence1, h->base.sequence2);
        if (cluster == 0)       /* saving makes it 1 */
                (void)hive_check_mends_base(c, CLUSTER_AT, "clustering factor is 0");
        else if (cluster > 8 || (cluster & (cluster - 1)) != 0) /* sectors of 512 to 4096 bytes */
                report(c, CLUSTER_AT, false, "clustering factor is that of no size of sectors");
}

static void done(struct hive_check *c)
{
        memset(c->hive->image.seen, 0, c->hive->image.size / 64);
        hive_map_done(&c->references);
        hive_map_done(&c->names);
        ow_buffer_done(&c->path);
        ow_free(c->starts);
        ow_free(c);
}

static void everything(struct hive_check *c)
{
        check_base(c);
        hive_check_tiles(c);
        if (!c->broken)
                hive_check_keys(c);
        if (!c->broken)
                hive_check_security(c);
        if (!c->broken)
                hive_check_lost(c);
        if (!c->broken && ow_buffer_failed(&c->path))
                c->broken = ow_fail_nomem(&c->error);
}

int hive_check_run(ow_hive *hive, bool mending, ow_hive_report *ret, ow_hive_fault_fn *fault, void *state,
                   ow_error *err)
{
        struct hive_check *c = ow_calloc(1, sizeof *c);
        int r;

        if (!c)
                return ow_fail_nomem(err);
        *c = (struct hive_check){ .hive = hive, .mending = mending, .fault = fault, .state = state,
                                  .hands_off = hive->info.truncated, .error = OW_ERROR_INIT,
                                  .starts = ow_calloc(hive->image.size / 64 + 1, 1) };
        if (!c->starts)
                c->broken = ow_fail_nomem(&c->error);
        else
                everything(c);
        r = c->broken;
        if (r == 0)
                *ret = c->report;
        else if (err)
                *err = c->error;
        done(c);
        return r;
}

int ow_hive_check(ow_hive *hive, ow_hive_report *ret, ow_hive_fault_fn *fault, void *state, ow_error *err)
{
        return hive_check_run(hive, false, ret, fault, state, err);
}
