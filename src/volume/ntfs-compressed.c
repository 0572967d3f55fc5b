/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing to an NTFS-compressed (LZNT1) file: it is stored uncompressed first, as Windows' "compact /u" does it, and
 * then written like any other. libntfs-3g can compress, but only appends well; an uncompressed file is what it and
 * Windows both handle in every way.
 */
#include <errno.h>

#include "base/alloc.h"
#include "volume/ntfs.h"

enum { MAX_BYTES = 256 << 20 };         /* of a file that is held in memory for this */

/* Empty, resident, and without the flag. */
static int make_plain(struct nt_fs *fs, struct nt_node *node, ow_error *err)
{
        if (ntfs_attr_truncate(node->na, 0) != 0)
                return nt_fail(fs, err, errno, "empty the file");
        if (NAttrNonResident(node->na))
                return nt_fail(fs, err, EOPNOTSUPP, "empty the file");
        if (ntfs_attr_set_flags(node->ni, AT_DATA, AT_UNNAMED, 0, 0, ATTR_COMPRESSION_MASK) != 0)
                return nt_fail(fs, err, errno, "clear the file's flag");
        node->na->data_flags &= (ATTR_FLAGS)~ATTR_COMPRESSION_MASK;
        node->ni->flags &= ~(FILE_ATTR_FLAGS)FILE_ATTR_COMPRESSED;
        NInoFileNameSetDirty(node->ni);
        NInoSetDirty(node->ni);
        return 0;
}

static int store_plain(struct nt_fs *fs, struct nt_node *node, const uint8_t *bytes, s64 size, ow_error *err)
{
        int r = make_plain(fs, node, err);

        if (r < 0)
                return r;
        if (size && ntfs_attr_truncate_solid(node->na, size) != 0)
                return nt_fail(fs, err, errno, "grow the file to %lld bytes", (long long)size);
        for (s64 at = 0; at < size;) {
                s64 n = ntfs_attr_pwrite(node->na, at, size - at, bytes + at);

                if (n <= 0)
                        return nt_fail(fs, err, n < 0 ? errno : EIO, "write the file");
                at += n;
        }
        return 0;
}

int nt_node_decompress(struct nt_fs *fs, struct nt_node *node, ow_error *err)
{
        OW_AUTO_FREE uint8_t *bytes = NULL;
        s64 size = node->na->data_size;
        uint64_t room;
        int r;

        if (!(node->na->data_flags & ATTR_COMPRESSION_MASK))
                return 0;
        if (size > MAX_BYTES)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE,
                               "an NTFS-compressed file of %lld bytes is not written to, limit %d", (long long)size,
                               MAX_BYTES);
        r = nt_free_space(&fs->volume, &room, err);
        if (r < 0)
                return r;
        if ((uint64_t)size > room)
                return nt_fail_full(fs, err, (uint64_t)size, "store the NTFS-compressed file uncompressed");
        bytes = ow_malloc((size_t)size + 1);
        if (!bytes)
                return ow_fail_nomem(err);
        fs->device.reads_left += (uint64_t)size / 512;
        for (s64 at = 0; at < size;) {
                s64 n = ntfs_attr_pread(node->na, at, size - at, bytes + at);

                if (n <= 0)
                        return nt_fail(fs, err, n < 0 ? errno : EIO, "read the NTFS-compressed file");
                at += n;
        }
        r = store_plain(fs, node, bytes, size, err);
        fs->free_known = false;
        return r < 0 ? ow_wrap(err, r, "store the NTFS-compressed file uncompressed") : 0;
}
