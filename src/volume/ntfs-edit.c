/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making, removing and renaming. libntfs-3g has no rename: a second name is linked, then the first is removed, as its
 * FUSE driver does it. What is made gets its folder's security descriptor, by number where the volume has a table of
 * them ($Secure). libntfs-3g could work out what Windows would let it inherit, but does not survive damage there.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "volume/ntfs.h"

#include <ntfs-3g/unistr.h>

struct units {
        ntfschar p[VOLUME_MAX_NAME];
        uint8_t n;
};

static void last_name(const struct volume_path *path, struct volume_name *name, struct units *units)
{
        volume_path_name(path, path->depth - 1, name);
        for (size_t i = 0; i < name->n_units; i++)
                units->p[i] = cpu_to_le16(name->units[i]);
        units->n = (uint8_t)name->n_units;
}

enum { MAX_DESCRIPTOR = 64 << 10 };     /* bytes; Windows' own limit */

/*
 * Volumes of NT 4, and some folders, keep the descriptor in the file: what libntfs-3g has put there (everything for
 * everyone) is replaced by the folder's own.
 */
static int copy_descriptor(struct nt_fs *fs, ntfs_inode *from, ntfs_inode *to, ow_error *err)
{
        OW_AUTO_FREE uint8_t *bytes = ow_malloc(MAX_DESCRIPTOR);
        ntfs_attr *na;
        size_t size = 0;
        int r;

        if (!bytes)
                return ow_fail_nomem(err);
        r = nt_attribute_read(fs, from, AT_SECURITY_DESCRIPTOR, bytes, MAX_DESCRIPTOR, &size, err);
        if (r <= 0 || size == 0)
                return r < 0 ? r : 0;
        na = ntfs_attr_open(to, AT_SECURITY_DESCRIPTOR, AT_UNNAMED, 0);
        if (!na)
                return nt_fail(fs, err, errno, "open the new security descriptor");
        if (ntfs_attr_truncate(na, (s64)size) != 0 || ntfs_attr_pwrite(na, 0, (s64)size, bytes) != (s64)size)
                r = nt_fail(fs, err, errno, "copy the folder's security descriptor");
        else
                r = 0;
        ntfs_attr_close(na);
        return r;
}

static le32 descriptor_id(const ntfs_inode *folder)
{
        return test_nino_flag(folder, v3_Extensions) ? folder->security_id : const_cpu_to_le32(0);
}

int nt_create(struct nt_fs *fs, const struct volume_path *path, bool folder, ntfs_inode *parent,
              uint64_t *ret_record, ow_error *err)
{
        struct volume_name name;
        struct units units;
        ntfs_inode *ni;
        int r;

        last_name(path, &name, &units);
        r = volume_name_check(&name, path->text, err);
        if (r < 0) {
                nt_inode_close(fs, parent);
                return r;
        }
        ni = ntfs_create(parent, descriptor_id(parent), units.p, units.n, folder ? S_IFDIR : S_IFREG);
        if (!ni) {
                /* Not supported: an $MFT in so many pieces that it cannot grow. */
                r = nt_fail(fs, err, errno == EOPNOTSUPP ? ENOSPC : errno, "create '%s'", path->text);
                nt_inode_close(fs, parent);
                return r;
        }
        *ret_record = ni->mft_no;
        fs->free_known = false;
        r = descriptor_id(parent) == const_cpu_to_le32(0) ? copy_descriptor(fs, parent, ni, err) : 0;
        if (r < 0) {
                /* Closes both, whatever happens. */
                (void)ntfs_delete(fs->vol, NULL, ni, parent, units.p, units.n);
                return ow_wrap(err, r, "create '%s'", path->text);
        }
        ntfs_inode_update_times(parent, NTFS_UPDATE_MCTIME);
        /* The folder first: writing back the new inode looks its name up there. */
        nt_inode_close(fs, parent);
        nt_inode_close(fs, ni);
        return 0;
}

/* Something that path is to become: its folder is opened, and OW_E_EXISTS is ruled out. */
static int open_target(struct nt_fs *fs, const struct volume_path *path, uint64_t moved, ntfs_inode **ret_parent,
                       uint64_t *ret_there, ow_error *err)
{
        struct volume_name name;
        struct units units;
        int r = nt_path_open_parent(fs, path, true, moved, ret_parent, err);

        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no folder for '%s'", path->text);
        if (r < 0)
                return r;
        last_name(path, &name, &units);
        r = volume_name_check(&name, path->text, err);
        if (r == 0)
                r = nt_path_lookup(fs, *ret_parent, &name, path->text, ret_there, err);
        if (r > 0 && *ret_there != moved)
                r = ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is already there", path->text);
        if (r < 0)
                nt_inode_close(fs, *ret_parent);
        return r;
}

int nt_create_folder(ow_volume *volume, const struct volume_path *path, ow_error *err)
{
        struct nt_fs *fs = nt_fs_of(volume);
        NT_CALL(fs);
        ntfs_inode *parent;
        uint64_t record;
        int r = open_target(fs, path, 0, &parent, &record, err);

        return r < 0 ? r : nt_create(fs, path, true, parent, &record, err);
}

/* An inode to be unlinked: there, not open as a file, not a part of the file system. */
static int find_victim(struct nt_fs *fs, const struct volume_path *path, uint64_t *ret, ow_error *err)
{
        int r = nt_path_find(fs, path, true, ret, err);

        if (r < 0)
                return r;
        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no '%s'", path->text);
        if (nt_node_find(fs, *ret))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is open", path->text);
        return 0;
}

/* Takes one name of record away; with its last name the record goes, too. */
static int unlink_name(struct nt_fs *fs, const struct volume_path *path, uint64_t record, const struct units *units,
                       ow_error *err)
{
        ntfs_inode *parent, *ni;
        int r = nt_path_open_parent(fs, path, true, 0, &parent, err);

        if (r == 0)
                return nt_fail(fs, err, EIO, "remove '%s'", path->text);
        if (r < 0)
                return r;
        r = nt_inode_open(fs, record, path->text, &ni, err);
        if (r < 0) {
                nt_inode_close(fs, parent);
                return r;
        }
        fs->free_known = false;
        /* Closes both, whatever happens. */
        if (ntfs_delete(fs->vol, NULL, ni, parent, units->p, units->n) != 0)
                return nt_fail(fs, err, errno, "remove '%s'", path->text);
        return 0;
}

int nt_remove(ow_volume *volume, const struct volume_path *path, ow_error *err)
{
        struct nt_fs *fs = nt_fs_of(volume);
        NT_CALL(fs);
        struct volume_name name;
        struct units units;
        uint64_t record;
        int r = find_victim(fs, path, &record, err);

        if (r < 0)
                return r;
        last_name(path, &name, &units);
        return unlink_name(fs, path, record, &units, err);
}

/* The name exactly as stored in ni for this folder, which a path may spell in another case. 1 found, 0 absent. */
static int stored_name(struct nt_fs *fs, ntfs_inode *ni, uint64_t folder, const struct units *asked,
                       struct units *ret)
{
        ntfs_attr_search_ctx *ctx = ntfs_attr_get_search_ctx(ni, NULL);
        struct units name;
        int found = 0;

        while (ctx && !found && ntfs_attr_lookup(AT_FILE_NAME, AT_UNNAMED, 0, CASE_SENSITIVE, 0, NULL, 0, ctx) == 0) {
                const FILE_NAME_ATTR *fn = (const FILE_NAME_ATTR *)(const void *)
                        ((const uint8_t *)ctx->attr + le16_to_cpu(ctx->attr->value_offset));

                name.n = fn->file_name_length;
                memcpy(name.p, fn->file_name, 2 * (size_t)name.n);
                if (MREF_LE(fn->parent_directory) != folder ||
                    !ntfs_names_are_equal(name.p, name.n, asked->p, asked->n, IGNORE_CASE, fs->vol->upcase,
                                          fs->vol->upcase_len))
                        continue;
                *ret = name;
                found = 1;
        }
        if (ctx)
                ntfs_attr_put_search_ctx(ctx);
        return found;
}

/* Gives record the new name as well. parent is closed. */
static int link_name(struct nt_fs *fs, const struct volume_path *path, uint64_t record, ntfs_inode *parent,
                     const struct units *units, ow_error *err)
{
        ntfs_inode *ni;
        int r = nt_inode_open(fs, record, path->text, &ni, err);

        if (r < 0) {
                nt_inode_close(fs, parent);
                return r;
        }
        if (ntfs_link(ni, parent, units->p, units->n) != 0)
                r = nt_fail(fs, err, errno, "rename to '%s'", path->text);
        else
                ntfs_inode_update_times(parent, NTFS_UPDATE_MCTIME);
        nt_inode_close(fs, parent);     /* before ni, see nt_create() */
        nt_inode_close(fs, ni);
        return r;
}

/* The stored spelling of path's last name. */
static int find_stored(struct nt_fs *fs, const struct volume_path *path, uint64_t record, struct units *ret,
                       ow_error *err)
{
        struct volume_name name;
        struct units asked;
        ntfs_inode *parent, *ni;
        int r = nt_path_open_parent(fs, path, true, 0, &parent, err);

        if (r <= 0)
                return r < 0 ? r : nt_fail(fs, err, EIO, "rename '%s'", path->text);
        r = nt_inode_open(fs, record, path->text, &ni, err);
        if (r == 0) {
                last_name(path, &name, &asked);
                if (!stored_name(fs, ni, parent->mft_no, &asked, ret))
                        r = nt_fail(fs, err, EIO, "rename '%s'", path->text);
                nt_inode_close(fs, ni);
        }
        nt_inode_close(fs, parent);
        return r;
}

int nt_rename(ow_volume *volume, const struct volume_path *from, const struct volume_path *to, ow_error *err)
{
        struct nt_fs *fs = nt_fs_of(volume);
        NT_CALL(fs);
        struct units old_name, new_name;
        struct volume_name name;
        uint64_t record, there;
        ntfs_inode *parent;
        int r;

        r = find_victim(fs, from, &record, err);
        if (r < 0)
                return r;
        r = find_stored(fs, from, record, &old_name, err);
        if (r < 0)
                return r;
        r = open_target(fs, to, record, &parent, &there, err);
        if (r < 0)
                return r;
        last_name(to, &name, &new_name);
        /* Only the case changes, or nothing does. */
        if (r > 0 && old_name.n == new_name.n && memcmp(old_name.p, new_name.p, 2 * (size_t)new_name.n) == 0) {
                nt_inode_close(fs, parent);
                return 0;
        }
        r = link_name(fs, to, record, parent, &new_name, err);
        if (r < 0)
                return r;
        return unlink_name(fs, from, record, &old_name, err);
}
