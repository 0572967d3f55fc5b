/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A partition of an ow_disk as libntfs-3g wants a device: no file name, no root, no block device. Every access is
 * held inside the partition; each read takes one from the budget of the running call.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/stat.h>

#include "base/checked.h"
#include "volume/ntfs.h"

static struct nt_device *device_of(struct ntfs_device *dev)
{
        return dev->d_private;
}

static int device_open(struct ntfs_device *dev, int flags)
{
        if (NDevOpen(dev)) {
                errno = EBUSY;
                return -1;
        }
        if ((flags & O_RDWR) != O_RDWR)
                NDevSetReadOnly(dev);
        NDevSetOpen(dev);
        return 0;
}

static int device_close(struct ntfs_device *dev)
{
        nt_clear(&dev->d_state, ND_Open);
        return 0;
}

/* Past the end is allowed: libntfs-3g probes the last sector, and a cut image shall still be readable. */
static s64 device_seek(struct ntfs_device *dev, s64 offset, int whence)
{
        struct nt_device *d = device_of(dev);
        int64_t base = whence == SEEK_CUR ? d->position : whence == SEEK_END ? (int64_t)d->window.size : 0;

        if (__builtin_add_overflow(base, offset, &base) || base < 0) {
                errno = EINVAL;
                return -1;
        }
        d->position = base;
        return base;
}

/* Keeps the first failure, which is the one to tell about. */
static s64 fail_device(struct nt_device *d, const ow_error *error)
{
        if (!d->error.code)
                d->error = *error;
        errno = EIO;
        return -1;
}

/* Clips a request to the partition: bytes that can be had, or -1 for a senseless request. */
static s64 clip(const struct nt_device *d, s64 count, s64 offset)
{
        if (offset < 0 || count < 0) {
                errno = EINVAL;
                return -1;
        }
        if ((uint64_t)offset >= d->window.size)
                return 0;
        if ((uint64_t)count > d->window.size - (uint64_t)offset)
                return (s64)(d->window.size - (uint64_t)offset);
        return count;
}

/* Where the read at offset meets a patched place, the patch is what is read. */
static void apply_patch(const struct nt_device *d, uint8_t *buf, uint64_t size, uint64_t offset)
{
        for (size_t i = 0; d->patch && i < OW_COUNT(d->patch_at); i++) {
                uint64_t from = offset > d->patch_at[i] ? offset : d->patch_at[i];
                uint64_t read_end = offset + size, patch_end = d->patch_at[i] + d->patch_size;
                uint64_t end = read_end < patch_end ? read_end : patch_end;

                if (from < end)
                        memcpy(buf + (from - offset), d->patch + (from - d->patch_at[i]), (size_t)(end - from));
        }
}

static s64 device_pread(struct ntfs_device *dev, void *buf, s64 count, s64 offset)
{
        struct nt_device *d = device_of(dev);
        ow_error error = OW_ERROR_INIT;

        count = clip(d, count, offset);
        if (count <= 0)
                return count;
        if (d->reads_left == 0) {
                (void)ow_fail(&error, OW_E_CORRUPT, (uint64_t)offset, "structures lead in circles");
                return fail_device(d, &error);
        }
        d->reads_left--;
        if (ow_disk_read(d->window.disk, d->window.offset + (uint64_t)offset, buf, (size_t)count, &error) < 0)
                return fail_device(d, &error);
        apply_patch(d, buf, (uint64_t)count, (uint64_t)offset);
        return count;
}

static s64 device_pwrite(struct ntfs_device *dev, const void *buf, s64 count, s64 offset)
{
        struct nt_device *d = device_of(dev);
        ow_error error = OW_ERROR_INIT;
        s64 fits = clip(d, count, offset);

        if (NDevReadOnly(dev)) {
                errno = EROFS;
                return -1;
        }
        if (fits < 0)
                return -1;
        if (fits < count) {
                (void)ow_fail(&error, OW_E_CORRUPT, (uint64_t)offset, "the file system reaches past its partition");
                return fail_device(d, &error);
        }
        if (d->dropping || count == 0)
                return count;
        NDevSetDirty(dev);
        if (ow_disk_write(d->window.disk, d->window.offset + (uint64_t)offset, buf, (size_t)count, &error) < 0)
                return fail_device(d, &error);
        return count;
}

static s64 device_read(struct ntfs_device *dev, void *buf, s64 count)
{
        s64 done = device_pread(dev, buf, count, device_of(dev)->position);

        if (done > 0)
                device_of(dev)->position += done;
        return done;
}

static s64 device_write(struct ntfs_device *dev, const void *buf, s64 count)
{
        s64 done = device_pwrite(dev, buf, count, device_of(dev)->position);

        if (done > 0)
                device_of(dev)->position += done;
        return done;
}

/* The overlay is memory: there is nothing to wait for. */
static int device_sync(struct ntfs_device *dev)
{
        nt_clear(&dev->d_state, ND_Dirty);
        return 0;
}

static int device_stat(struct ntfs_device *dev, struct stat *buf)
{
        memset(buf, 0, sizeof *buf);
        buf->st_mode = S_IFREG | 0600;
        buf->st_nlink = 1;
        buf->st_size = (off_t)device_of(dev)->window.size;
        return 0;
}

static int device_ioctl(struct ntfs_device *dev, unsigned long request, void *argp)
{
        const struct nt_device *d = device_of(dev);

        if (request == BLKGETSIZE64) {
                uint64_t size = d->window.size;

                memcpy(argp, &size, sizeof size);
                return 0;
        }
        if (request == BLKSSZGET) {
                int size = (int)d->sector_size;

                memcpy(argp, &size, sizeof size);
                return 0;
        }
        errno = EOPNOTSUPP;
        return -1;
}

struct ntfs_device_operations nt_device_operations = {
        .open = device_open,
        .close = device_close,
        .seek = device_seek,
        .read = device_read,
        .write = device_write,
        .pread = device_pread,
        .pwrite = device_pwrite,
        .sync = device_sync,
        .stat = device_stat,
        .ioctl = device_ioctl,
};
