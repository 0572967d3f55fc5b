/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libntfs-3g says "no space" for several things that call for different steps: no cluster is left, no record of $MFT
 * is left and it cannot grow, or there is room, but no record to say in which pieces it lies.
 */
#include <errno.h>

#include "base/alloc.h"
#include "volume/ntfs.h"

enum {
        CHUNK = 64 << 10,  /* bytes of the bitmap of $MFT read at once */
        FIRST_RECORD = 64, /* those before are kept for the file system, by libntfs-3g too */
};

#define WAY_ON "remove files (`offwin file rm`) or make the volume larger"

/* True when $MFT has a record that is not in use, as far as its bitmap can be read. */
static bool has_free_record(struct nt_fs *fs)
{
        uint64_t n_records = (uint64_t)fs->vol->mft_na->initialized_size >> fs->vol->mft_record_size_bits;
        OW_AUTO_FREE uint8_t *bits = ow_malloc(CHUNK);

        for (uint64_t at = 0; bits && at < n_records / 8; at += CHUNK) {
                uint64_t left = n_records / 8 - at;
                s64 n = left < CHUNK ? (s64)left : CHUNK;

                if (ntfs_attr_pread(fs->vol->mftbmp_na, (s64)at, n, bits) != n)
                        return false;
                for (s64 i = at ? 0 : FIRST_RECORD / 8; i < n; i++)
                        if (bits[i] != 0xff)
                                return true;
        }
        return false;
}

int nt_fail_full(struct nt_fs *fs, ow_error *err, uint64_t needed, const char *context)
{
        uint64_t room = 0;

        fs->free_known = false;
        if (nt_free_space(&fs->volume, &room, err) < 0)
                return err ? err->code : OW_E_CORRUPT;
        if (needed > room)
                return ow_fail(err, OW_E_NOSPACE, OW_NOWHERE, "%s: the volume is full: it needs %llu bytes more, and "
                               "%llu are free; " WAY_ON, context, (unsigned long long)needed, (unsigned long long)room);
        if (needed)
                return ow_fail(err, OW_E_NOSPACE, OW_NOWHERE, "%s: it would be in too many pieces, because the free "
                               "space of the volume is scattered; defragment the volume in the guest (defrag) or "
                               "remove files (`offwin file rm`)", context);
        if (!has_free_record(fs))
                return ow_fail(err, OW_E_NOSPACE, OW_NOWHERE, "%s: the table of files ($MFT) is full and cannot grow "
                               "on this volume; " WAY_ON, context);
        return ow_fail(err, OW_E_NOSPACE, OW_NOWHERE, "%s: the volume is full (%llu bytes are free); " WAY_ON,
                       context, (unsigned long long)room);
}
