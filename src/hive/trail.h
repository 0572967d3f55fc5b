/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to the key that was made last. Files of keys come in order, so the next path nearly always shares most of
 * its names with the one before, and those need not be looked up again.
 */
#ifndef HIVE_TRAIL_H
#define HIVE_TRAIL_H

#include <stddef.h>
#include <stdint.h>

#include <offwin/hive.h>

struct hive_trail {
        uint32_t at;                    /* the key that path starts at */
        char *path;
        size_t size, path_cap;
        struct hive_trail_step { size_t end; uint32_t cell; } *steps;   /* end: bytes of path that lead to cell */
        size_t n, cap;
};

void hive_trail_done(struct hive_trail *trail);
void hive_trail_forget(struct hive_trail *trail);

/*
 * Starts on path: the steps of the trail that path takes too, byte for byte, stay, the others go. Returns the cell
 * they lead to (at, when there are none) and how many bytes of path that was.
 */
uint32_t hive_trail_start(struct hive_trail *trail, uint32_t at, const char *path, size_t *ret_passed);

/* The first size bytes of path lead to cell. Without memory the trail just ends before. */
void hive_trail_step(struct hive_trail *trail, const char *path, size_t size, uint32_t cell);

#endif
