/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a file is, and what is in a folder. A folder is read whole before the caller's function sees the first name,
 * so that the function may use the volume. Sizes, times and attributes in a listing are those that the folder's index
 * keeps, as in Windows' own listings; nt_stat() reads the file's record.
 */
#include <errno.h>

#include "base/alloc.h"
#include "base/utf16.h"
#include "volume/ntfs.h"

enum {
        NT_MAX_ENTRIES = 1 << 20,       /* names in one folder */
        ATTRIBUTES = 0x0000ffff,        /* what FILE_NAME keeps above is for its own use */
        NAME_TYPE_DOS = 2,              /* FILE_NAME namespace of a short alias */
};

struct entry {
        size_t name;                    /* offset in listing.names */
        ow_stat stat;
};

struct listing {
        struct nt_fs *fs;
        ow_buffer names;                /* UTF-8, each with its NUL */
        struct entry *entries;
        size_t n_entries;
        size_t cap;
        int failed;                     /* OW_E_NOMEM or OW_E_LIMIT */
};

static int stat_inode(struct nt_fs *fs, ntfs_inode *ni, ow_stat *ret, ow_error *err)
{
        bool folder = ni->mrec->flags & MFT_RECORD_IS_DIRECTORY;
        uint32_t tag;
        int r = nt_reparse_tag(fs, ni, &tag, err);

        if (r < 0)
                return r;
        *ret = (ow_stat){
                .size = folder || ni->data_size < 0 ? 0 : (uint64_t)ni->data_size,
                .attributes = (le32_to_cpu(ni->flags) & ATTRIBUTES) | (folder ? OW_ATTR_DIRECTORY : 0),
                .reparse_tag = tag,
                .created = (uint64_t)sle64_to_cpu(ni->creation_time),
                .modified = (uint64_t)sle64_to_cpu(ni->last_data_change_time),
                .accessed = (uint64_t)sle64_to_cpu(ni->last_access_time),
                .id = ni->mft_no,
        };
        return 0;
}

int nt_stat(ow_volume *volume, const struct volume_path *path, ow_stat *ret, ow_error *err)
{
        struct nt_fs *fs = nt_fs_of(volume);
        NT_CALL(fs);
        const struct nt_node *node;
        ntfs_inode *ni;
        uint64_t record;
        int r;

        r = nt_path_find(fs, path, false, &record, err);
        if (r <= 0)
                return r;
        node = nt_node_find(fs, record);
        if (node) {
                r = stat_inode(fs, node->ni, ret, err);
                return r < 0 ? r : 1;
        }
        r = nt_inode_open(fs, record, path->text, &ni, err);
        if (r < 0)
                return r;
        r = stat_inode(fs, ni, ret, err);
        nt_inode_close(fs, ni);
        return r < 0 ? r : 1;
}

static int add_entry(struct listing *l, const FILE_NAME_ATTR *fn, uint64_t record)
{
        uint32_t attributes = le32_to_cpu(fn->file_attributes);
        bool folder = fn->file_attributes & FILE_ATTR_I30_INDEX_PRESENT;
        struct entry *grown;

        if (l->n_entries == NT_MAX_ENTRIES)
                return OW_E_LIMIT;
        grown = ow_grow(l->entries, l->n_entries, &l->cap, sizeof *grown);
        if (!grown)
                return OW_E_NOMEM;
        l->entries = grown;
        l->entries[l->n_entries++] = (struct entry){
                .name = l->names.len,
                .stat = {
                        .size = folder ? 0 : (uint64_t)sle64_to_cpu(fn->data_size),
                        .attributes = (attributes & ATTRIBUTES) | (folder ? OW_ATTR_DIRECTORY : 0),
                        .reparse_tag = attributes & OW_ATTR_REPARSE ? le32_to_cpu(fn->reparse_point_tag) : 0,
                        .created = (uint64_t)sle64_to_cpu(fn->creation_time),
                        .modified = (uint64_t)sle64_to_cpu(fn->last_data_change_time),
                        .accessed = (uint64_t)sle64_to_cpu(fn->last_access_time),
                        .id = record,
                },
        };
        ow_utf16_to_utf8((ow_view){ (const uint8_t *)fn->file_name, 2 * (size_t)fn->file_name_length }, &l->names);
        ow_buffer_put_byte(&l->names, 0);
        return ow_buffer_failed(&l->names) ? OW_E_NOMEM : 0;
}

static int take_entry(void *dirent, const ntfschar *name, const int name_len, const int name_type, const s64 pos,
                      const MFT_REF mref, const unsigned dt_type)
{
        struct listing *l = dirent;

        /* "." and ".." are made up by libntfs-3g; everything else stands in an index entry that begins before it. */
        if (pos < 2 || name_type == NAME_TYPE_DOS || MREF(mref) < FILE_first_user)
                return 0;
        l->failed = add_entry(l, (const FILE_NAME_ATTR *)(const void *)((const uint8_t *)name -
                                                                         offsetof(FILE_NAME_ATTR, file_name)),
                              MREF(mref));
        return l->failed ? -1 : 0;
}

/* Keeps libntfs-3g from walking a bitmap that claims more index blocks than the volume could hold. */
static int check_index_size(struct nt_fs *fs, ntfs_inode *folder, const char *path, ow_error *err)
{
        ntfs_attr *allocation, *bitmap;
        bool sane = true;

        allocation = ntfs_attr_open(folder, AT_INDEX_ALLOCATION, NTFS_INDEX_I30, 4);
        if (!allocation)
                return errno == ENOENT ? 0 : nt_fail(fs, err, errno, "list '%s'", path);
        bitmap = ntfs_attr_open(folder, AT_BITMAP, NTFS_INDEX_I30, 4);
        if (allocation->data_size < 0 ||
            allocation->data_size >> fs->vol->cluster_size_bits > fs->vol->nr_clusters ||
            !bitmap || bitmap->data_size < 0 || bitmap->data_size > (allocation->data_size >> 12) + 4096)
                sane = false;
        if (bitmap)
                ntfs_attr_close(bitmap);
        ntfs_attr_close(allocation);
        return sane ? 0 : nt_fail(fs, err, EIO, "list '%s'", path);
}

static int read_folder(struct nt_fs *fs, ntfs_inode *folder, const char *path, struct listing *l, ow_error *err)
{
        s64 pos = 0;
        int r = check_index_size(fs, folder, path, err);

        if (r < 0)
                return r;
        /* With the flag off, libntfs-3g would hand out lower-cased copies. */
        NVolSetCaseSensitive(fs->vol);
        r = ntfs_readdir(folder, &pos, l, take_entry);
        nt_clear(&fs->vol->state, NV_CaseSensitive);
        if (l->failed == OW_E_LIMIT)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "folder '%s' has more than %d names", path,
                               NT_MAX_ENTRIES);
        if (l->failed)
                return ow_fail_nomem(err);
        return r < 0 ? nt_fail(fs, err, errno, "list '%s'", path) : 0;
}

static int read_listing(struct nt_fs *fs, const struct volume_path *path, struct listing *l, ow_error *err)
{
        ntfs_inode *folder;
        uint64_t record;
        uint32_t tag;
        int r;

        r = nt_node_sync_all(fs, err);  /* sizes of open files, into the index */
        if (r < 0)
                return r;
        r = nt_path_find(fs, path, false, &record, err);
        if (r < 0)
                return r;
        if (r == 0 || nt_node_find(fs, record))
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no folder '%s'", path->text);
        r = nt_inode_open(fs, record, path->text, &folder, err);
        if (r < 0)
                return r;
        r = nt_reparse_tag(fs, folder, &tag, err);
        if (r == 0 && !(folder->mrec->flags & MFT_RECORD_IS_DIRECTORY))
                r = ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no folder '%s', but a file", path->text);
        else if (r == 0 && (tag & 0x20000000))
                r = ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                            "'%s' is a junction or symbolic link (0x%08x), which is not followed", path->text, tag);
        if (r == 0)
                r = read_folder(fs, folder, path->text, l, err);
        nt_inode_close(fs, folder);
        return r;
}

static void listing_done(struct listing *l)
{
        ow_buffer_done(&l->names);
        ow_free(l->entries);
}

int nt_list(ow_volume *volume, const struct volume_path *path, ow_volume_list_fn fn, void *state, ow_error *err)
{
        struct nt_fs *fs = nt_fs_of(volume);
        __attribute__((cleanup(listing_done))) struct listing l = { .fs = fs, .names = OW_BUFFER_INIT };
        NT_CALL(fs);
        int r = read_listing(fs, path, &l, err);

        for (size_t i = 0; r == 0 && i < l.n_entries; i++)
                r = fn(state, (const char *)l.names.p + l.entries[i].name, &l.entries[i].stat, err);
        return r < 0 ? r : 0;
}
