/* SPDX-License-Identifier: GPL-2.0-or-later */
/* States as values: copying, comparing, and writing single sectors of a recorded write into one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "states.h"

void fail_hard(const char *what, const char *detail)
{
        printf("Bail out! %s: %s\n", what, detail);
        exit(1);
}

static void *need(void *memory)
{
        if (!memory)
                fail_hard("memory", "none");
        return memory;
}

size_t slot_of(const struct scene *scene, unsigned file, uint64_t sector)
{
        const uint64_t *sectors = scene->sectors[file];
        size_t low = 0, high = scene->n_slots[file];
        char text[80];

        if (!sectors)
                low = (size_t)sector;
        while (sectors && low < high) {
                size_t middle = low + (high - low) / 2;

                if (sectors[middle] < sector)
                        low = middle + 1;
                else
                        high = middle;
        }
        if (low >= scene->n_slots[file] || (sectors && sectors[low] != sector)) {
                (void)snprintf(text, sizeof text, "file %u, sector %llu", file, (unsigned long long)sector);
                fail_hard("a write where the commit wrote nothing", text);
        }
        return low;
}

struct content content_copy(const struct scene *scene, unsigned file, const struct content *from)
{
        size_t size = scene->n_slots[file] * SECTOR;
        struct content copy = { from->size, need(calloc(1, size + 1)) };

        if (from->bytes)
                memcpy(copy.bytes, from->bytes, size);
        return copy;
}

bool content_equal(const struct scene *scene, unsigned file, const struct content *a, const struct content *b)
{
        return a->size == b->size && memcmp(a->bytes, b->bytes, scene->n_slots[file] * SECTOR) == 0;
}

/* Bytes behind the end are zero in every content. */
void content_resize(const struct scene *scene, unsigned file, struct content *content, uint64_t size)
{
        for (size_t slot = 0; slot < scene->n_slots[file]; slot++) {
                uint64_t start = (scene->sectors[file] ? scene->sectors[file][slot] : slot) * SECTOR;

                if (start + SECTOR <= size || start >= content->size)
                        continue;
                if (start >= size)
                        memset(content->bytes + slot * SECTOR, 0, SECTOR);
                else
                        memset(content->bytes + slot * SECTOR + (size - start), 0, SECTOR - (size_t)(size - start));
        }
        content->size = size;
}

void content_write(const struct scene *scene, unsigned file, struct content *content, const struct op *op,
                   uint64_t sector)
{
        uint64_t start = sector * SECTOR < op->offset ? op->offset : sector * SECTOR;
        uint64_t end = op->offset + op->size;

        if (end > (sector + 1) * SECTOR)
                end = (sector + 1) * SECTOR;
        memcpy(content->bytes + slot_of(scene, file, sector) * SECTOR + start % SECTOR,
               op->bytes + (start - op->offset), (size_t)(end - start));
        if (content->size < end)
                content->size = end;
}

struct state state_copy(const struct scene *scene, const struct state *from)
{
        struct state copy = *from;

        for (unsigned i = 0; i < scene->n_files; i++)
                copy.files[i] = content_copy(scene, i, &from->files[i]);
        return copy;
}

void state_assign(const struct scene *scene, struct state *to, const struct state *from)
{
        if (!to->files[0].bytes) {
                *to = state_copy(scene, from);
                return;
        }
        for (unsigned i = 0; i < scene->n_files; i++) {
                to->files[i].size = from->files[i].size;
                if (from->files[i].bytes)
                        memcpy(to->files[i].bytes, from->files[i].bytes, scene->n_slots[i] * SECTOR);
                else
                        memset(to->files[i].bytes, 0, scene->n_slots[i] * SECTOR);
        }
        memcpy(to->names, from->names, sizeof to->names);
        to->n_names = from->n_names;
}

void state_done(struct state *state)
{
        for (unsigned i = 0; i < MAX_FILES; i++)
                free(state->files[i].bytes);
        memset(state, 0, sizeof *state);
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t size)
{
        const uint8_t *p = bytes;

        for (; size >= 8; p += 8, size -= 8) {
                uint64_t word;

                memcpy(&word, p, 8);
                hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
                hash ^= hash >> 29;
        }
        for (; size > 0; p++, size--)
                hash = (hash ^ *p) * UINT64_C(0x9fb21c651e98df25);
        return hash ^ hash >> 32;
}

uint64_t state_hash(const struct scene *scene, const struct state *state)
{
        uint64_t hash = 0, names = 0;

        for (unsigned i = 0; i < scene->n_images; i++) {
                hash = mix(hash, &state->files[i].size, sizeof state->files[i].size);
                hash = mix(hash, state->files[i].bytes, scene->n_slots[i] * SECTOR);
        }
        /* A record without a name cannot be seen; the order of names is no difference. */
        for (size_t i = 0; i < state->n_names; i++) {
                const struct content *record = &state->files[state->names[i].file];
                uint64_t one = mix(1, state->names[i].name, strlen(state->names[i].name));

                one = mix(one, &record->size, sizeof record->size);
                names += mix(one, record->bytes, scene->n_slots[state->names[i].file] * SECTOR);
        }
        return hash ^ names;
}

bool state_has_name(const struct state *state, const char *part)
{
        for (size_t i = 0; i < state->n_names; i++)
                if (strstr(state->names[i].name, part))
                        return true;
        return false;
}

void state_rename(struct state *state, const char *from, const char *to)
{
        for (size_t i = 0; i < state->n_names; i++) {
                if (strcmp(state->names[i].name, from) != 0)
                        continue;
                if (to)
                        (void)snprintf(state->names[i].name, NAME_BYTES, "%s", to);
                else
                        state->names[i] = state->names[--state->n_names];
                return;
        }
}
