/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.c - from sections to disks and partitions: types by name, places worked out, contents collected. */
#include <stdlib.h>
#include <string.h>

#include "plan.h"

enum { ALIGNMENT = 1 << 20, GPT_HEAD = 34, GPT_TAIL = 33 };     /* the latter in sectors */

static const struct {
        const char *name;
        uint8_t mbr;
        const char *gpt;
} types[] = {
        { "ntfs", 0x07, "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7" },       /* basic data */
        { "fat16", 0x06, "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7" },
        { "fat32", 0x0c, "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7" },
        { "recovery", 0x27, "de94bba4-06d1-4d40-a16a-bfd50179d6ac" },
        { "esp", 0xef, "c12a7328-f81f-11d2-ba4b-00a0c93ec93b" },
        { "msr", 0x00, "e3c9e316-0b5c-4db8-817d-f92df00215ae" },
        { "ldm", 0x42, "af9b60a0-1431-4f62-bc68-3311714a69ad" },
        { "spaces", 0xe7, "e75caf8f-f680-4cee-afa3-b001e56efc2d" },      /* Storage Spaces */
        { "oem", 0x12, "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7" },
        { "linux", 0x83, "0fc63daf-8483-4772-8e79-3d69d8477de4" },
};

static int read_type(const struct section *s, struct partition *p, ow_error *err)
{
        const char *name = section_get(s, "type", "ntfs");

        for (size_t i = 0; i < COUNT(types); i++)
                if (strcmp(types[i].name, name) == 0) {
                        p->mbr_type = types[i].mbr;
                        return parse_guid(types[i].gpt, p->gpt_type) ? 0 : section_fail(s, "type", err, "bad GUID");
                }
        return section_fail(s, "type", err, "none of ntfs, fat16, fat32, recovery, esp, msr, ldm, spaces, oem, linux");
}

static int add_disk(const struct section *s, struct plan *plan, ow_error *err)
{
        struct disk *disk = &plan->disks[plan->n_disks];
        const char *scheme = section_get(s, "scheme", "mbr");
        uint64_t signature = 0, sector = SECTOR;
        int r;

        if (plan->n_disks == MAX_DISKS)
                return section_fail(s, "scheme", err, "more than two disks");
        disk->section = s;
        if (strcmp(scheme, "mbr") == 0)
                disk->scheme = SCHEME_MBR;
        else if (strcmp(scheme, "gpt") == 0)
                disk->scheme = SCHEME_GPT;
        else if (strcmp(scheme, "none") != 0)
                return section_fail(s, "scheme", err, "none of mbr, gpt, none");
        r = section_size(s, "size", &disk->size, err);
        if (r == 0)
                r = section_size(s, "sector", &sector, err);
        if (r == 0 && sector != SECTOR && sector != MAX_SECTOR)
                r = section_fail(s, "sector", err, "neither 512 nor 4096");
        if (r == 0)
                r = section_number(s, "signature", &signature, err);
        if (r == 0)
                r = section_guid(s, "id", disk->gpt_id, err);
        if (r < 0)
                return r;
        disk->sector = (uint32_t)sector;
        if (disk->size < 4 * ALIGNMENT || disk->size % sector != 0)
                return section_fail(s, "size", err, "must be at least 4M, in whole sectors");
        disk->signature = (uint32_t)signature;
        plan->n_disks++;
        return 0;
}

static int add_partition(const struct section *s, struct disk *disk, ow_error *err)
{
        struct partition *p;
        int r;

        if (disk == NULL)
                return section_fail(s, "type", err, "stands before the first [disk]");
        if (disk->n_partitions == MAX_PARTITIONS)
                return section_fail(s, "type", err, "too many partitions");
        p = &disk->partitions[disk->n_partitions];
        p->section = s;
        p->sector = disk->sector;
        p->active = strcmp(section_get(s, "active", "no"), "yes") == 0;
        p->logical = strcmp(section_get(s, "logical", "no"), "yes") == 0;
        r = read_type(s, p, err);
        if (r == 0)
                r = section_size(s, "start", &p->start, err);
        if (r == 0 && strcmp(section_get(s, "size", "rest"), "rest") != 0)
                r = section_size(s, "size", &p->size, err);
        if (r == 0)
                r = section_guid(s, "id", p->gpt_id, err);
        if (r == 0)
                r = section_number(s, "attributes", &p->gpt_attributes, err);
        if (r == 0)
                disk->n_partitions++;
        return r;
}

/* A size of 0 ("rest") takes what the partitions behind it leave. */
static int place_partitions(struct disk *disk, ow_error *err)
{
        uint64_t end = disk->size, at = disk->scheme == SCHEME_NONE ? 0 : ALIGNMENT;
        uint64_t lowest = disk->scheme == SCHEME_NONE ? 0 : disk->scheme == SCHEME_MBR ? 1 : GPT_HEAD;

        lowest *= disk->sector;
        if (disk->scheme == SCHEME_GPT)
                end = (disk->size - (uint64_t)GPT_TAIL * disk->sector) / ALIGNMENT * ALIGNMENT;
        for (size_t i = 0; i < disk->n_partitions; i++) {
                struct partition *p = &disk->partitions[i];
                uint64_t behind = 0;

                if (p->start == 0)
                        p->start = p->logical ? at + ALIGNMENT : at;
                for (size_t j = i + 1; j < disk->n_partitions; j++)
                        behind += (disk->partitions[j].size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT +
                                  (disk->partitions[j].logical ? ALIGNMENT : 0);
                if (p->size == 0 && end > p->start + behind)
                        p->size = (end - behind - p->start) / disk->sector * disk->sector;
                if (p->size == 0 || p->start % disk->sector || p->size % disk->sector || p->start < lowest ||
                    p->start > end || p->size > end - p->start)
                        return section_fail(p->section, "size", err, "no room for it on its disk");
                lowest = p->start + p->size;
                at = (lowest + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        return 0;
}

static int choose(const struct section *s, struct plan *plan, size_t *disk, size_t *partition, ow_error *err)
{
        uint64_t d = *disk + 1, p = 1;
        int r;

        r = section_number(s, "disk", &d, err);
        if (r == 0)
                r = section_number(s, "partition", &p, err);
        if (r < 0)
                return r;
        if (d < 1 || d > plan->n_disks || p < 1 || p > plan->disks[d - 1].n_partitions)
                return section_fail(s, "partition", err, "there is no such partition");
        *disk = (size_t)d - 1;
        *partition = (size_t)p - 1;
        return 0;
}

static int add_content(const struct section *s, struct disk *disk, size_t partition, ow_error *err)
{
        struct partition *p;

        if (disk == NULL || partition >= disk->n_partitions)
                return section_fail(s, "path", err, "stands before the first [partition]");
        p = &disk->partitions[partition];
        p->contents = need_resize(p->contents, (p->n_contents + 1) * sizeof(struct section *));
        p->contents[p->n_contents++] = s;
        return 0;
}

int plan_make(const struct recipe *recipe, const char *size, struct plan *ret, ow_error *err)
{
        size_t disk = 0, partition = 0;
        int r = 0;

        for (size_t i = 0; i < recipe->n_sections && r == 0; i++) {
                const struct section *s = &recipe->sections[i];
                struct disk *current = ret->n_disks ? &ret->disks[disk] : NULL;

                if (strcmp(s->kind, "disk") == 0) {
                        disk = ret->n_disks;
                        r = add_disk(s, ret, err);
                } else if (strcmp(s->kind, "partition") == 0) {
                        partition = current ? current->n_partitions : 0;
                        r = add_partition(s, current, err);
                } else if (strcmp(s->kind, "on") == 0) {
                        r = choose(s, ret, &disk, &partition, err);
                } else if (strcmp(s->kind, "folder") == 0 || strcmp(s->kind, "file") == 0 ||
                           strcmp(s->kind, "hive") == 0) {
                        r = add_content(s, current, partition, err);
                }
        }
        if (r == 0 && size != NULL && (!parse_size(size, &ret->disks[0].size) || ret->disks[0].size < 4 * ALIGNMENT))
                r = ow_fail(err, OW_E_INVAL, OW_NOWHERE, "not a size for a disk: '%s'", size);
        for (size_t i = 0; i < ret->n_disks && r == 0; i++)
                r = place_partitions(&ret->disks[i], err);
        if (r == 0 && ret->n_disks == 0)
                r = ow_fail(err, OW_E_INVAL, OW_NOWHERE, "the recipe has no [disk]");
        return r;
}

void plan_done(struct plan *plan)
{
        for (size_t i = 0; i < plan->n_disks; i++)
                for (size_t j = 0; j < plan->disks[i].n_partitions; j++)
                        free(plan->disks[i].partitions[j].contents);
}
