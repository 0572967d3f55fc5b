/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a path to an MFT record, name by name, compared by the volume's own $UpCase table. */
#include <errno.h>

#include "base/le.h"
#include "volume/ntfs.h"

enum {
        FIRST_ORDINARY_RECORD = 24,     /* 0 to 15 are metafiles, 16 to 23 are reserved */
        REPARSE_SURROGATE = 0x20000000, /* tag bit: the name stands for something elsewhere */
};

void nt_inode_close(struct nt_fs *fs, ntfs_inode *ni)
{
        if (!ni || ntfs_inode_close(ni) == 0)
                return;
        if (!fs->deferred.code)
                (void)nt_fail(fs, &fs->deferred, errno, "write back MFT record %llu",
                              (unsigned long long)ni->mft_no);
        /* A failed close leaves the inode allocated; without its changes it can be closed. */
        nt_clear(&ni->state, NI_Dirty);
        nt_clear(&ni->state, NI_AttrListDirty);
        for (s32 i = 0; i < ni->nr_extents; i++)
                nt_clear(&ni->extent_nis[i]->state, NI_Dirty);
        (void)ntfs_inode_close(ni);
}

int nt_inode_open(struct nt_fs *fs, uint64_t record, const char *path, ntfs_inode **ret, ow_error *err)
{
        ntfs_inode *ni = ntfs_inode_open(fs->vol, record);

        if (!ni)        /* the name is in the index, so "not found" here is damage, too */
                return nt_fail(fs, err, errno == ENOENT ? EIO : errno, "open '%s' (MFT record %llu)", path,
                               (unsigned long long)record);
        *ret = ni;
        return 0;
}

int nt_attribute_read(struct nt_fs *fs, ntfs_inode *ni, ATTR_TYPES type, void *buf, size_t size, size_t *ret_size,
                      ow_error *err)
{
        ntfs_attr *na = ntfs_attr_open(ni, type, AT_UNNAMED, 0);
        s64 n;

        if (!na) {
                if (errno == ENOENT)
                        return 0;
                return nt_fail(fs, err, errno, "open attribute 0x%x of MFT record %llu",
                               (unsigned)le32_to_cpu(type), (unsigned long long)ni->mft_no);
        }
        n = na->data_size < (s64)size ? na->data_size : (s64)size;
        n = n > 0 ? ntfs_attr_pread(na, 0, n, buf) : 0;
        ntfs_attr_close(na);
        if (n < 0)
                return nt_fail(fs, err, errno, "read attribute 0x%x of MFT record %llu",
                               (unsigned)le32_to_cpu(type), (unsigned long long)ni->mft_no);
        *ret_size = (size_t)n;
        return 1;
}

int nt_reparse_tag(struct nt_fs *fs, ntfs_inode *ni, uint32_t *ret, ow_error *err)
{
        uint8_t tag[4];
        size_t size;
        int r;

        *ret = 0;
        if (!(ni->flags & FILE_ATTR_REPARSE_POINT))
                return 0;
        r = nt_attribute_read(fs, ni, AT_REPARSE_POINT, tag, sizeof tag, &size, err);
        if (r > 0 && size == sizeof tag)
                *ret = ow_le32_at(tag);
        return r < 0 ? r : 0;
}

int nt_path_lookup(struct nt_fs *fs, ntfs_inode *folder, const struct volume_name *name, const char *path,
                   uint64_t *ret_record, ow_error *err)
{
        ntfschar units[VOLUME_MAX_NAME];
        u64 reference;

        for (size_t i = 0; i < name->n_units; i++)
                units[i] = cpu_to_le16(name->units[i]);
        reference = ntfs_inode_lookup_by_name(folder, units, (int)name->n_units);
        if (reference == (u64)-1) {
                if (errno == ENOENT && !fs->device.error.code)
                        return 0;
                return nt_fail(fs, err, errno, "look for '%s'", path);
        }
        *ret_record = MREF(reference);
        return 1;
}

int nt_path_check_record(uint64_t record, const char *path, ow_error *err)
{
        if (record < FIRST_ORDINARY_RECORD && record != FILE_root)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' is a part of the file system itself", path);
        return 0;
}

/* A name in the middle of a path must be a folder (1; 0: it is not), and its own folder, not a link to another. */
static int check_folder(struct nt_fs *fs, ntfs_inode *ni, const struct volume_path *path, size_t at, ow_error *err)
{
        uint32_t tag;
        int r;

        if (!(ni->mrec->flags & MFT_RECORD_IS_DIRECTORY))
                return 0;
        r = nt_reparse_tag(fs, ni, &tag, err);
        if (r < 0)
                return r;
        if (tag & REPARSE_SURROGATE)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "'%.*s' in '%s' is a junction or symbolic link (0x%08x), which is not followed; "
                               "name the folder it leads to", (int)path->names[at].size, path->names[at].p,
                               path->text, tag);
        return 1;
}

/* One step down: closes folder and opens the folder that name number at of path stands for. */
static int descend(struct nt_fs *fs, const struct volume_path *path, size_t at, ntfs_inode *folder,
                   bool for_change, uint64_t skip, ntfs_inode **ret, ow_error *err)
{
        struct volume_name name;
        ntfs_inode *next;
        uint64_t record;
        int r;

        volume_path_name(path, at, &name);
        r = nt_path_lookup(fs, folder, &name, path->text, &record, err);
        nt_inode_close(fs, folder);
        if (r <= 0)
                return r;
        if (for_change) {
                r = nt_path_check_record(record, path->text, err);
                if (r < 0)
                        return r;
        }
        if (skip && record == skip)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' lies inside the folder to be moved", path->text);
        if (nt_node_find(fs, record))   /* an open file, so not a folder */
                return 0;
        r = nt_inode_open(fs, record, path->text, &next, err);
        if (r < 0)
                return r;
        r = check_folder(fs, next, path, at, err);
        if (r <= 0) {
                nt_inode_close(fs, next);
                return r;
        }
        *ret = next;
        return 1;
}

/* Opens the folder that the first depth names of path stand for. */
static int open_folder(struct nt_fs *fs, const struct volume_path *path, size_t depth, bool for_change,
                       uint64_t skip, ntfs_inode **ret, ow_error *err)
{
        ntfs_inode *folder;
        int r = nt_inode_open(fs, FILE_root, "\\", &folder, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < depth; i++) {
                r = descend(fs, path, i, folder, for_change, skip, &folder, err);
                if (r <= 0)
                        return r;
        }
        *ret = folder;
        return 1;
}

int nt_path_open_parent(struct nt_fs *fs, const struct volume_path *path, bool for_change, uint64_t skip,
                        ntfs_inode **ret, ow_error *err)
{
        return open_folder(fs, path, path->depth - 1, for_change, skip, ret, err);
}

int nt_path_find(struct nt_fs *fs, const struct volume_path *path, bool for_change, uint64_t *ret_record,
                 ow_error *err)
{
        struct volume_name name;
        ntfs_inode *folder;
        uint64_t record;
        int r;

        if (path->depth == 0) {
                *ret_record = FILE_root;
                return 1;
        }
        r = nt_path_open_parent(fs, path, for_change, 0, &folder, err);
        if (r <= 0)
                return r;
        volume_path_name(path, path->depth - 1, &name);
        r = nt_path_lookup(fs, folder, &name, path->text, &record, err);
        nt_inode_close(fs, folder);
        if (r <= 0)
                return r;
        if (for_change) {
                int checked = nt_path_check_record(record, path->text, err);

                if (checked < 0)
                        return checked;
        }
        *ret_record = record;
        return 1;
}
