/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file allocation table. Reads go through one cached piece of the active copy, writes to every copy that the
 * volume keeps and to the piece.
 */
#include <assert.h>
#include <string.h>

#include "base/le.h"
#include "volume/fat.h"

struct fsinfo_disk {
        ow_le32 magic_1;                /* 0x000 "RRaA" */
        uint8_t pad_1[480];             /* 0x004 */
        ow_le32 magic_2;                /* 0x1e4 "rrAa" */
        ow_le32 n_free;                 /* 0x1e8 0xffffffff: not known */
        ow_le32 next_free;              /* 0x1ec */
        uint8_t pad_2[12];              /* 0x1f0 */
        ow_le32 magic_3;                /* 0x1fc */
};
static_assert(sizeof(struct fsinfo_disk) == 512, "FSInfo");
static_assert(offsetof(struct fsinfo_disk, n_free) == 0x1e8, "FSInfo");

#define FSINFO_MAGIC_1 UINT32_C(0x41615252)
#define FSINFO_MAGIC_2 UINT32_C(0x61417272)

/* Bytes of the active FAT from offset on, at least 4 of them where the FAT has them. */
static int load_piece(struct fat_fs *fs, uint64_t offset, size_t need, ow_error *err)
{
        uint64_t start = offset & ~(uint64_t)511, left;
        int r;

        if (fs->piece_size && offset >= fs->piece_offset && offset + need <= fs->piece_offset + fs->piece_size)
                return 0;
        left = fs->boot.fat_size - start;
        fs->piece_size = 0;
        r = volume_window_read(&fs->window, fs->boot.fat_offset + fs->boot.active_fat * fs->boot.fat_size + start,
                               fs->piece, left < sizeof fs->piece ? (size_t)left : sizeof fs->piece, err);
        if (r < 0)
                return ow_wrap(err, r, "read the FAT");
        fs->piece_offset = start;
        fs->piece_size = left < sizeof fs->piece ? (size_t)left : sizeof fs->piece;
        return 0;
}

/* Where the entry of cluster is in the FAT, and how many bytes it touches. boot has checked that they fit. */
static uint64_t entry_place(const struct fat_fs *fs, uint32_t cluster, size_t *ret_size)
{
        *ret_size = fs->boot.bits == 32 ? 4 : 2;
        return fs->boot.bits == 12 ? cluster + cluster / 2 : (uint64_t)cluster * (fs->boot.bits / 8);
}

static uint32_t widen(uint32_t value, uint32_t bits)
{
        uint32_t bad = bits == 12 ? 0xff7 : bits == 16 ? 0xfff7 : FAT_BAD;

        if (value > bad)
                return FAT_END;
        return value == bad ? FAT_BAD : value;
}

int fat_table_get(struct fat_fs *fs, uint32_t cluster, uint32_t *ret, ow_error *err)
{
        const uint8_t *p;
        uint64_t offset;
        uint32_t value;
        size_t size;
        int r;

        assert(cluster <= fs->boot.n_clusters + 1);
        offset = entry_place(fs, cluster, &size);
        r = load_piece(fs, offset, size, err);
        if (r < 0)
                return r;
        p = fs->piece + (offset - fs->piece_offset);
        if (fs->boot.bits == 32)
                value = ow_le32_at(p) & 0x0fffffff;
        else
                value = ow_le16_at(p);
        if (fs->boot.bits == 12)
                value = cluster & 1 ? value >> 4 : value & 0xfff;
        *ret = widen(value, fs->boot.bits);
        return 0;
}

static int write_copies(struct fat_fs *fs, uint64_t offset, const uint8_t *bytes, size_t size, ow_error *err)
{
        for (uint32_t i = 0; i < fs->boot.n_fats; i++) {
                int r;

                if (!fs->boot.mirrored && i != fs->boot.active_fat)
                        continue;
                r = volume_window_write(&fs->window, fs->boot.fat_offset + i * fs->boot.fat_size + offset, bytes, size,
                                        err);
                if (r < 0)
                        return ow_wrap(err, r, "write the FAT");
        }
        return 0;
}

int fat_table_set(struct fat_fs *fs, uint32_t cluster, uint32_t value, ow_error *err)
{
        uint8_t *p;
        uint64_t offset;
        size_t size;
        int r;

        assert(fat_is_cluster(fs, cluster));
        offset = entry_place(fs, cluster, &size);
        r = load_piece(fs, offset, size, err);
        if (r < 0)
                return r;
        p = fs->piece + (offset - fs->piece_offset);
        if (fs->boot.bits == 32)        /* the top four bits are not ours */
                ow_le32_put(p, (ow_le32_at(p) & 0xf0000000) | (value & 0x0fffffff));
        else if (fs->boot.bits == 16)
                ow_le16_put(p, (uint16_t)value);
        else if (cluster & 1)
                ow_le16_put(p, (uint16_t)((ow_le16_at(p) & 0x000f) | (value & 0xfff) << 4));
        else
                ow_le16_put(p, (uint16_t)((ow_le16_at(p) & 0xf000) | (value & 0xfff)));
        return write_copies(fs, offset, p, size, err);
}

int fat_table_count_free(struct fat_fs *fs, uint32_t *ret, ow_error *err)
{
        uint32_t n = 0;

        for (uint32_t cluster = 2; cluster <= fs->boot.n_clusters + 1; cluster++) {
                uint32_t value;
                int r = fat_table_get(fs, cluster, &value, err);

                if (r < 0)
                        return r;
                n += value == 0;
        }
        *ret = n;
        return 0;
}

int fat_table_find_free(struct fat_fs *fs, uint32_t *ret, ow_error *err)
{
        uint32_t cluster = fs->next_free;

        for (uint32_t i = 0; i < fs->boot.n_clusters; i++, cluster++) {
                uint32_t value;
                int r;

                if (!fat_is_cluster(fs, cluster))
                        cluster = 2;
                r = fat_table_get(fs, cluster, &value, err);
                if (r < 0)
                        return r;
                if (value == 0) {
                        fs->next_free = cluster + 1;
                        *ret = cluster;
                        return 0;
                }
        }
        return ow_fail(err, OW_E_NOSPACE, OW_NOWHERE, "the volume is full: no cluster is free; remove files "
                       "(`offwin file rm`) or make the volume larger");
}

int fat_fsinfo_load(struct fat_fs *fs, ow_error *err)
{
        struct fsinfo_disk d;
        uint32_t entry = 0;
        int r;

        fs->next_free = 2;
        fs->fsinfo_free = UINT32_MAX;
        fs->dirty = fs->boot.dirty & 1;
        r = load_piece(fs, 0, 8, err);
        if (r < 0)
                return r;
        if (fs->boot.bits == 16)
                entry = ~(uint32_t)ow_le16_at(fs->piece + 2) & 0x8000;
        else if (fs->boot.bits == 32)
                entry = ~ow_le32_at(fs->piece + 4) & 0x08000000;
        fs->dirty = fs->dirty || entry;
        if (!fs->boot.fsinfo_offset)
                return 0;
        r = volume_window_read(&fs->window, fs->boot.fsinfo_offset, &d, sizeof d, err);
        if (r < 0)
                return r;
        fs->fsinfo = ow_le32_get(d.magic_1) == FSINFO_MAGIC_1 && ow_le32_get(d.magic_2) == FSINFO_MAGIC_2;
        if (fs->fsinfo && ow_le32_get(d.n_free) <= fs->boot.n_clusters)
                fs->fsinfo_free = ow_le32_get(d.n_free);
        if (fs->fsinfo && fat_is_cluster(fs, ow_le32_get(d.next_free)))
                fs->next_free = ow_le32_get(d.next_free);
        return 0;
}

int fat_fsinfo_flush(struct fat_fs *fs, ow_error *err)
{
        struct fsinfo_disk d;
        int r;

        if (!fs->fsinfo || !fs->fsinfo_changed)
                return 0;
        r = volume_window_read(&fs->window, fs->boot.fsinfo_offset, &d, sizeof d, err);
        if (r < 0)
                return r;
        d.n_free = ow_le32_of(fs->fsinfo_free);
        d.next_free = ow_le32_of(fat_is_cluster(fs, fs->next_free) ? fs->next_free : 2);
        r = volume_window_write(&fs->window, fs->boot.fsinfo_offset, &d, sizeof d, err);
        if (r == 0)
                fs->fsinfo_changed = false;
        return r;
}

void fat_fsinfo_add(struct fat_fs *fs, int64_t delta)
{
        int64_t n_free = (int64_t)fs->fsinfo_free + delta;

        fs->free_known = false;
        if (!fs->fsinfo)
                return;
        fs->fsinfo_changed = true;
        if (fs->fsinfo_free != UINT32_MAX)      /* a count that was wrong before is given up, not made worse */
                fs->fsinfo_free = n_free >= 0 && n_free <= fs->boot.n_clusters ? (uint32_t)n_free : UINT32_MAX;
}
