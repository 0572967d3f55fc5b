/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Raw files and block devices by pread and pwrite. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/log.h"
#include "disk/lock.h"
#include "disk/raw.h"

struct raw {
        struct store store;
        int fd;
        bool device;
        bool resized;                   /* since the last flush */
        char *path;
};

static int raw_read(struct store *store, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        struct raw *raw = (struct raw *)store;
        uint8_t *p = buf;

        while (size > 0) {
                ssize_t n = pread(raw->fd, p, size, (off_t)offset);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return ow_fail_sys(err, errno, "read '%s' at byte %llu", raw->path, (unsigned long long)offset);
                if (n == 0)
                        return ow_fail(err, OW_E_IO, offset, "'%s' ends before byte %llu: it shrank while open",
                                       raw->path, (unsigned long long)offset);
                p += n;
                size -= (size_t)n;
                offset += (uint64_t)n;
        }
        return 0;
}

static int raw_write(struct store *store, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct raw *raw = (struct raw *)store;
        const uint8_t *p = buf;

        while (size > 0) {
                ssize_t n = pwrite(raw->fd, p, size, (off_t)offset);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return ow_fail_sys(err, n < 0 ? errno : EIO, "write '%s' at byte %llu", raw->path,
                                           (unsigned long long)offset);
                p += n;
                size -= (size_t)n;
                offset += (uint64_t)n;
        }
        return 0;
}

static int raw_flush(struct store *store, ow_error *err)
{
        struct raw *raw = (struct raw *)store;

        /* fdatasync() brings the size along as far as reading needs it, so not that of a file that became shorter. */
        while ((raw->resized ? fsync(raw->fd) : fdatasync(raw->fd)) != 0) {
                if (errno != EINTR)
                        return ow_fail_sys(err, errno, "flush '%s'", raw->path);
        }
        raw->resized = false;
        return 0;
}

static int raw_resize(struct store *store, uint64_t size_bytes, ow_error *err)
{
        struct raw *raw = (struct raw *)store;

        if (size_bytes > INT64_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' cannot have %llu bytes", raw->path,
                               (unsigned long long)size_bytes);
        raw->resized = true;
        while (ftruncate(raw->fd, (off_t)size_bytes) != 0) {
                if (errno != EINTR)
                        return ow_fail_sys(err, errno, "size of '%s'", raw->path);
        }
        return 0;
}

static uint64_t raw_stamp(struct store *store)
{
        struct raw *raw = (struct raw *)store;
        struct stat st;

        if (fstat(raw->fd, &st) != 0 || !S_ISREG(st.st_mode))
                return 0;
        return (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec;
}

static void raw_close(struct store *store)
{
        struct raw *raw = (struct raw *)store;

        (void)close(raw->fd);
        ow_free(raw->path);
        ow_free(raw);
}

static const struct store_ops fixed_ops = {
        .read = raw_read, .write = raw_write, .flush = raw_flush, .stamp = raw_stamp, .close = raw_close,
};
static const struct store_ops file_ops = {
        .read = raw_read, .write = raw_write, .flush = raw_flush, .stamp = raw_stamp, .close = raw_close,
        .resize = raw_resize,
};

int raw_of_fd(int fd, const char *path, uint64_t size_bytes, struct store **ret, ow_error *err)
{
        struct raw *raw = ow_calloc(1, sizeof *raw);

        if (raw)
                raw->path = ow_strdup(path);
        if (!raw || !raw->path) {
                (void)close(fd);
                ow_free(raw);
                return ow_fail_nomem(err);
        }
        raw->store = (struct store){ .ops = &fixed_ops, .size_bytes = size_bytes };
        raw->fd = fd;
        *ret = &raw->store;
        return 0;
}

bool raw_is_device(const struct store *store)
{
        return ((const struct raw *)store)->device;
}

static int open_failed(int sys, const char *path, bool writable, ow_error *err)
{
        if (sys == EBUSY)
                return ow_fail(err, OW_E_DIRTY, OW_NOWHERE,
                               "'%s' is mounted or otherwise in use on this host: unmount it first", path);
        if (writable && (sys == EACCES || sys == EROFS || sys == EPERM))
                return ow_fail(err, OW_E_READONLY, OW_NOWHERE, "'%s' cannot be opened for writing: %s", path,
                               sys == EROFS ? "its file system is read-only" : "no permission");
        return ow_fail_sys(err, sys, "open '%s'", path);
}

/* Size of the file, or size and logical sector of the block device. */
static int measure(int fd, const char *path, const struct stat *st, uint64_t *ret_size, uint32_t *ret_sector,
                   ow_error *err)
{
        uint64_t size = 0;
        int sector = 0;

        if (S_ISREG(st->st_mode)) {
                *ret_size = (uint64_t)st->st_size;
                *ret_sector = 0;
                return 0;
        }
        if (ioctl(fd, BLKGETSIZE64, &size) != 0)
                return ow_fail_sys(err, errno, "size of block device '%s'", path);
        if (ioctl(fd, BLKSSZGET, &sector) != 0 || sector < 0)
                sector = 0;
        *ret_size = size;
        *ret_sector = (uint32_t)sector;
        return 0;
}

int raw_open(const char *path, bool writable, const ow_log *log, struct store **ret, ow_error *err)
{
        OW_AUTO_FD fd = -1;
        struct stat st;
        uint64_t size_bytes = 0;
        uint32_t sector_bytes = 0;
        int flags = (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
        int r;

        if (stat(path, &st) != 0)
                return ow_fail_sys(err, errno, "open '%s'", path);
        if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is neither a file nor a block device", path);
        if (writable && S_ISBLK(st.st_mode))
                flags |= O_EXCL;        /* refused by the kernel while mounted */
        fd = open(path, flags);
        if (fd < 0)
                return open_failed(errno, path, writable, err);
        if (fstat(fd, &st) != 0)
                return ow_fail_sys(err, errno, "look at '%s'", path);
        if (writable) {
                r = lock_take_writer(fd, path, log, err);
                if (r < 0)
                        return r;
        } else if (lock_has_writer(fd)) {
                ow_log_printf(log, OW_LOG_WARNING,
                              "'%s' is being written to by another program: what is read may be inconsistent", path);
        }
        r = measure(fd, path, &st, &size_bytes, &sector_bytes, err);
        if (r < 0)
                return r;
        r = raw_of_fd(ow_take_fd(&fd), path, size_bytes, ret, err);
        if (r < 0)
                return r;
        (*ret)->sector_bytes = sector_bytes;
        ((struct raw *)*ret)->device = S_ISBLK(st.st_mode);
        if (S_ISREG(st.st_mode))
                (*ret)->ops = &file_ops;
        return 0;
}
