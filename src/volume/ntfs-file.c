/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open files. Each keeps its inode and its unnamed data stream open, so reading costs no path walk; two handles on
 * one file share them. Data goes to the overlay at once, sizes and times when the file is closed or the volume
 * flushed. Files grow solid, never sparse: what was granted can be written.
 */
#include <errno.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "volume/ntfs.h"

struct nt_file {
        ow_file file;                   /* first */
        struct nt_node *node;
};

#define TAG_DEDUP       UINT32_C(0x80000013)
#define TAG_WOF         UINT32_C(0x80000017)
#define TAG_SYMLINK     UINT32_C(0xa000000c)
#define TAG_MOUNT_POINT UINT32_C(0xa0000003)

static struct nt_fs *fs_of(const ow_file *file)
{
        return nt_fs_of(file->volume);
}

static struct nt_node *node_of(const ow_file *file)
{
        return ((const struct nt_file *)file)->node;
}

struct nt_node *nt_node_find(struct nt_fs *fs, uint64_t record)
{
        for (struct nt_node *node = fs->nodes; node; node = node->next) {
                if (node->ni->mft_no == record)
                        return node;
        }
        return NULL;
}

static int sync_node(struct nt_fs *fs, struct nt_node *node, ow_error *err)
{
        if (!NInoDirty(node->ni) && !NInoAttrListDirty(node->ni) && !NInoFileNameDirty(node->ni))
                return 0;
        if (ntfs_inode_sync(node->ni) == 0)
                return 0;
        return nt_fail(fs, err, errno, "write back MFT record %llu", (unsigned long long)node->ni->mft_no);
}

int nt_node_sync_all(struct nt_fs *fs, ow_error *err)
{
        for (struct nt_node *node = fs->nodes; node; node = node->next) {
                int r = sync_node(fs, node, err);

                if (r < 0)
                        return r;
        }
        return 0;
}

static void node_free(struct nt_fs *fs, struct nt_node *node)
{
        if (node->na)
                ntfs_attr_close(node->na);
        nt_inode_close(fs, node->ni);
        ow_free(node);
}

static void node_put(struct nt_fs *fs, struct nt_node *node)
{
        if (--node->refs > 0)
                return;
        for (struct nt_node **at = &fs->nodes; *at; at = &(*at)->next) {
                if (*at == node) {
                        *at = node->next;
                        break;
                }
        }
        node_free(fs, node);
}

void nt_node_drop_all(struct nt_fs *fs)
{
        while (fs->nodes) {
                struct nt_node *node = fs->nodes;

                fs->nodes = node->next;
                node_free(fs, node);
        }
}

static int fail_encrypted(const char *path, int code, ow_error *err)
{
        return ow_fail(err, code, OW_NOWHERE, "'%s' is encrypted (EFS), which is not read or written; decrypt it in "
                       "the guest: 'cipher /d' with its name", path);
}

/*
 * Refuses what would read as something else than Windows shows, or what is not a file. To read it is beyond us; to
 * write it would destroy it, so that is a refusal with the way on.
 */
static int check_content(struct nt_fs *fs, ntfs_inode *ni, const char *path, int code, ow_error *err)
{
        uint32_t tag;
        int r;

        if (ni->mrec->flags & MFT_RECORD_IS_DIRECTORY)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is a folder", path);
        if (ni->flags & FILE_ATTR_ENCRYPTED)
                return fail_encrypted(path, code, err);
        r = nt_reparse_tag(fs, ni, &tag, err);
        if (r < 0)
                return r;
        switch (tag) {
        case 0:
                return 0;
        case TAG_WOF:
                return ow_fail(err, code, OW_NOWHERE,
                               "'%s' is compressed by WOF (CompactOS), which is not read or written; make it plain in "
                               "the guest: 'compact /u /exe' with its name", path);
        case TAG_DEDUP:
                return ow_fail(err, code, OW_NOWHERE,
                               "'%s' is deduplicated, which is not read or written; make it plain in the guest: "
                               "'Expand-DedupFile' with its name", path);
        case TAG_SYMLINK:
        case TAG_MOUNT_POINT:
                return ow_fail(err, code, OW_NOWHERE, "'%s' is a symbolic link, which is not followed: name the file "
                               "that it leads to", path);
        default:
                return ow_fail(err, code, OW_NOWHERE,
                               "'%s' is a reparse point (0x%08x): its content is kept by a filter driver", path, tag);
        }
}

static int check_stream(const ntfs_attr *na, const char *path, int code, ow_error *err)
{
        if (na->data_flags & ATTR_IS_ENCRYPTED)
                return fail_encrypted(path, code, err);
        if ((na->data_flags & ATTR_COMPRESSION_MASK) && (na->data_flags & ATTR_COMPRESSION_MASK) != ATTR_IS_COMPRESSED)
                return ow_fail(err, code, OW_NOWHERE, "'%s' is compressed by an unknown method", path);
        if (na->data_size < 0 || na->initialized_size < 0 || na->initialized_size > na->data_size)
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "'%s' has impossible sizes", path);
        return 0;
}

/* A new node for record, with one reference. code: what it is called when its content is not for us. */
static int node_open(struct nt_fs *fs, uint64_t record, const char *path, int code, struct nt_node **ret,
                     ow_error *err)
{
        OW_AUTO_FREE struct nt_node *node = ow_calloc(1, sizeof *node);
        ntfs_inode *ni;
        ntfs_attr *na;
        int r;

        if (!node)
                return ow_fail_nomem(err);
        r = nt_inode_open(fs, record, path, &ni, err);
        if (r < 0)
                return r;
        r = check_content(fs, ni, path, code, err);
        if (r < 0) {
                nt_inode_close(fs, ni);
                return r;
        }
        na = ntfs_attr_open(ni, AT_DATA, AT_UNNAMED, 0);
        if (!na) {
                r = nt_fail(fs, err, errno == ENOENT ? EOPNOTSUPP : errno, "open the data of '%s'", path);
                nt_inode_close(fs, ni);
                return r;
        }
        *node = (struct nt_node){ .next = fs->nodes, .ni = ni, .na = na, .refs = 1 };
        fs->nodes = node;
        *ret = OW_TAKE(node);
        return 0;
}

static int open_record(struct nt_fs *fs, uint64_t record, const char *path, unsigned flags, ow_file **ret,
                       ow_error *err)
{
        OW_AUTO_FREE struct nt_file *file = ow_calloc(1, sizeof *file);
        int code = flags & OW_FILE_WRITE ? OW_E_REFUSED : OW_E_UNSUPPORTED;
        struct nt_node *node;
        int r;

        if (!file)
                return ow_fail_nomem(err);
        node = nt_node_find(fs, record);
        if (node) {
                node->refs++;
        } else {
                r = node_open(fs, record, path, code, &node, err);
                if (r < 0)
                        return r;
        }
        r = check_stream(node->na, path, code, err);
        if (r < 0) {
                node_put(fs, node);
                return r;
        }
        *file = (struct nt_file){
                .file = { .volume = &fs->volume, .writable = flags & OW_FILE_WRITE },
                .node = node,
        };
        *ret = &OW_TAKE(file)->file;
        return 0;
}

/* The record that path names: found, or made when flags ask for it. */
static int find_or_create(struct nt_fs *fs, const struct volume_path *path, unsigned flags, uint64_t *ret_record,
                          ow_error *err)
{
        ntfs_inode *parent;
        int r = nt_path_find(fs, path, flags & OW_FILE_WRITE, ret_record, err);

        if (r < 0)
                return r;
        if (r > 0) {
                if (flags & OW_FILE_EXCLUSIVE)
                        return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is already there", path->text);
                return 0;
        }
        if (!(flags & OW_FILE_CREATE))
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no file '%s'", path->text);
        r = nt_path_open_parent(fs, path, true, 0, &parent, err);
        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no folder for '%s'", path->text);
        return r < 0 ? r : nt_create(fs, path, false, parent, ret_record, err);
}

int nt_file_open(ow_volume *volume, const struct volume_path *path, unsigned flags, ow_file **ret, ow_error *err)
{
        struct nt_fs *fs = nt_fs_of(volume);
        NT_CALL(fs);
        uint64_t record;
        int r = find_or_create(fs, path, flags, &record, err);

        return r < 0 ? r : open_record(fs, record, path->text, flags, ret, err);
}

void nt_file_close(ow_file *file)
{
        NT_CALL(fs_of(file));

        node_put(fs_of(file), node_of(file));
        ow_free(file);
}

uint64_t nt_file_size(const ow_file *file)
{
        return (uint64_t)node_of(file)->na->data_size;
}

int nt_file_read(ow_file *file, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        struct nt_fs *fs = fs_of(file);
        struct nt_node *node = node_of(file);
        NT_CALL(fs);
        uint8_t *p = buf;

        fs->device.reads_left += size / 512;
        while (size) {
                s64 n = ntfs_attr_pread(node->na, (s64)offset, (s64)size, p);

                if (n <= 0)
                        return nt_fail(fs, err, n < 0 ? errno : EIO, "read MFT record %llu at %llu",
                                       (unsigned long long)node->ni->mft_no, (unsigned long long)offset);
                p += n;
                offset += (uint64_t)n;
                size -= (size_t)n;
        }
        return 0;
}

/*
 * libntfs-3g takes few holes for one request, and says "full" when they do not do, however many others there are. So
 * what is there is asked for in smaller and smaller requests, down to one cluster. All, or the old size.
 */
static int grow_in_steps(struct nt_fs *fs, struct nt_node *node, uint64_t size)
{
        uint64_t before = (uint64_t)node->na->data_size, step = (size - before) / 2, bytes_free;

        if (nt_free_space(&fs->volume, &bytes_free, NULL) < 0 || bytes_free < size - before) {
                errno = ENOSPC;
                return -1;
        }
        while ((uint64_t)node->na->data_size < size) {
                uint64_t at = (uint64_t)node->na->data_size;

                if (ntfs_attr_truncate_solid(node->na, (s64)(size - at < step ? size : at + step)) == 0)
                        continue;
                if (errno != ENOSPC || step <= fs->vol->cluster_size) {
                        int sys = errno;

                        (void)ntfs_attr_truncate(node->na, (s64)before);
                        errno = sys;
                        return -1;
                }
                step /= 2;
        }
        return 0;
}

static int fail_grow(struct nt_fs *fs, struct nt_node *node, uint64_t size, ow_error *err)
{
        uint64_t has = (uint64_t)node->na->allocated_size, cluster = fs->vol->cluster_size;
        uint64_t needed = size > has ? (size - has + cluster - 1) / cluster * cluster : cluster;
        char context[80];

        (void)snprintf(context, sizeof context, "grow a file to %llu bytes", (unsigned long long)size);
        return nt_fail_full(fs, err, needed, context);
}

/*
 * NTFS can list the pieces of a file in 256 KiB at most, and libntfs-3g would write more. A boot loader gives up long
 * before; no file that Windows has written comes near this.
 */
enum { MAX_PIECES = 32768 };

static bool too_many_pieces(const ntfs_attr *na)
{
        size_t n = 0;

        for (const runlist_element *run = na->rl; run && run->length; run++)
                n += run->lcn >= 0;
        return n > MAX_PIECES;
}

static int set_size(struct nt_fs *fs, struct nt_node *node, uint64_t size, ow_error *err)
{
        bool grows = size > (uint64_t)node->na->data_size;
        uint64_t volume_bytes = (uint64_t)fs->vol->nr_clusters << fs->vol->cluster_size_bits;
        uint64_t before = (uint64_t)node->na->data_size;

        if (grows && size > volume_bytes)
                return fail_grow(fs, node, size, err);
        fs->free_known = false;
        if (ntfs_attr_truncate_solid(node->na, (s64)size) != 0 &&
            (!grows || errno != ENOSPC || grow_in_steps(fs, node, size) != 0))
                return grows && (errno == ENOSPC || errno == EOPNOTSUPP) && !fs->device.error.code
                               ? fail_grow(fs, node, size, err)
                               : nt_fail(fs, err, errno, "change the file's size to %llu", (unsigned long long)size);
        if (grows && too_many_pieces(node->na)) {
                (void)ntfs_attr_truncate(node->na, (s64)before);
                return fail_grow(fs, node, size, err);
        }
        fs->free_known = false;
        ntfs_inode_update_times(node->ni, NTFS_UPDATE_MCTIME);
        return 0;
}

int nt_file_write(ow_file *file, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct nt_fs *fs = fs_of(file);
        struct nt_node *node = node_of(file);
        NT_CALL(fs);
        uint64_t before = (uint64_t)node->na->data_size;
        const uint8_t *p = buf;
        int r;

        fs->device.reads_left += size / 512;
        r = nt_node_decompress(fs, node, err);
        if (r < 0)
                return r;
        if (offset + size > before) {
                r = set_size(fs, node, offset + size, err);
                if (r < 0)
                        return r;
        }
        while (size) {
                s64 n = ntfs_attr_pwrite(node->na, (s64)offset, (s64)size, p);

                if (n <= 0) {
                        r = nt_fail(fs, err, n < 0 ? errno : EIO, "write MFT record %llu at %llu",
                                    (unsigned long long)node->ni->mft_no, (unsigned long long)offset);
                        if ((uint64_t)node->na->data_size > before)
                                (void)set_size(fs, node, before, NULL);
                        return r;
                }
                p += n;
                offset += (uint64_t)n;
                size -= (size_t)n;
        }
        ntfs_inode_update_times(node->ni, NTFS_UPDATE_MCTIME);
        return 0;
}

int nt_file_set_size(ow_file *file, uint64_t size, ow_error *err)
{
        struct nt_fs *fs = fs_of(file);
        NT_CALL(fs);
        int r;

        if (size == (uint64_t)node_of(file)->na->data_size)
                return 0;
        r = nt_node_decompress(fs, node_of(file), err);
        return r < 0 ? r : set_size(fs, node_of(file), size, err);
}

int nt_file_set_attributes(ow_file *file, uint32_t attributes, ow_error *err)
{
        ntfs_inode *ni = node_of(file)->ni;
        NT_CALL(fs_of(file));
        FILE_ATTR_FLAGS keep = ni->flags & cpu_to_le32(~(uint32_t)VOLUME_SETTABLE);

        if ((keep | cpu_to_le32(attributes)) == ni->flags)
                return 0;
        ni->flags = keep | cpu_to_le32(attributes);
        ntfs_inode_update_times(ni, NTFS_UPDATE_CTIME);
        return 0;
}
