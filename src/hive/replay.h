/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bringing a dirty hive up to date from its logs, in memory. docs/formats/regf.md 7. */
#ifndef HIVE_REPLAY_H
#define HIVE_REPLAY_H

#include "hive/hive.h"
#include "hive/marvin.h"

enum {
        HIVE_MAX_LOGS = 3,
        HIVE_MAX_LOG_BYTES = 1 << 30,   /* of one log file */
};

/* One log file. */
struct hive_log {
        ow_source source;
        struct hive_base base;          /* its copy of the base block */
        bool usable;                    /* a log with a good base block */
};

/*
 * Sets up the image of h, and the base block where it must come from a log. base_ok: h->base was read from the
 * primary and looks like one (its checksum may still be wrong).
 */
int hive_replay(ow_hive *h, const ow_source *source, const ow_source *logs, size_t n_logs, bool base_ok,
                bool accept_dirty, ow_error *err);

/* log-dirt.c: applies the one set of pages. *ret_pages says how many; 0: refused, and the image is spoiled. */
int hive_log_dirt_apply(ow_hive *h, const struct hive_log *log, uint32_t *ret_pages, ow_error *err);

/* log-hvle.c: applies entries from the first one, which has the number first, while they follow on. */
int hive_log_hvle_apply(ow_hive *h, const struct hive_log *log, uint32_t *ret_entries, uint32_t *ret_pages,
                        uint32_t *ret_last, ow_error *err);
/* Highest number of anything that looks like an entry. */
int hive_log_hvle_top(const struct hive_log *log, uint32_t *ret_top, ow_error *err);

/* Writes a page from a log into the image and marks it for the next save. */
int hive_log_put_page(ow_hive *h, uint32_t offset, const uint8_t *bytes, uint32_t size, ow_error *err);


#endif
