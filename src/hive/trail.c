/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path that was made last; names are compared byte for byte, so a path in another case just starts anew. */
#include <string.h>

#include "base/alloc.h"
#include "hive/trail.h"

void hive_trail_done(struct hive_trail *trail)
{
        ow_free(trail->path);
        ow_free(trail->steps);
        *trail = (struct hive_trail){ 0 };
}

void hive_trail_forget(struct hive_trail *trail)
{
        trail->n = 0;
        trail->size = 0;
}

uint32_t hive_trail_start(struct hive_trail *trail, uint32_t at, const char *path, size_t *ret_passed)
{
        size_t same = 0;

        if (trail->at != at)
                hive_trail_forget(trail);
        trail->at = at;
        while (same < trail->size && path[same] == trail->path[same])
                same++;
        /* A step counts only when its name ends in both. */
        while (trail->n > 0 && (trail->steps[trail->n - 1].end > same ||
                                (path[trail->steps[trail->n - 1].end] != '\\' &&
                                 path[trail->steps[trail->n - 1].end] != '\0')))
                trail->n--;
        trail->size = *ret_passed = trail->n ? trail->steps[trail->n - 1].end : 0;
        return trail->n ? trail->steps[trail->n - 1].cell : at;
}

void hive_trail_step(struct hive_trail *trail, const char *path, size_t size, uint32_t cell)
{
        struct hive_trail_step *steps = ow_grow(trail->steps, trail->n, &trail->cap, sizeof *steps);

        if (!steps)
                return;
        trail->steps = steps;
        while (trail->path_cap < size) {
                char *moved = ow_grow(trail->path, trail->path_cap, &trail->path_cap, 1);

                if (!moved)
                        return;
                trail->path = moved;
        }
        memcpy(trail->path + trail->size, path + trail->size, size - trail->size);
        trail->size = size;
        trail->steps[trail->n++] = (struct hive_trail_step){ size, cell };
}
