/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NTFS through libntfs-3g: opening, closing, flushing, and facts about the volume. The library is mounted without its
 * own safety checks and without its repairs (its "forensic" mode), so that opening for writing writes nothing; the
 * checks are ours (ntfs-state.c), and the boot sector is checked before the library sees it (ntfs-boot.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/utf16.h"
#include "volume/ntfs-boot.h"
#include "volume/ntfs.h"
#include "volume/probe.h"

static void nt_close(ow_volume *volume)
{
        struct nt_fs *fs = nt_fs_of(volume);

        if (fs->vol) {
                NT_CALL(fs);

                fs->device.dropping = true;
                nt_node_drop_all(fs);
                (void)ntfs_umount(fs->vol, FALSE);
        }
        ow_free(fs->device.patch);
        ow_free(fs);
}

static void nt_fs_close(struct nt_fs *fs)
{
        if (fs)
                nt_close(&fs->volume);
}
OW_DEFINE_AUTO(nt_fs, nt_fs_close);

static int nt_flush(ow_volume *volume, ow_error *err)
{
        struct nt_fs *fs = nt_fs_of(volume);
        NT_CALL(fs);
        ntfs_inode *metafiles[] = { fs->vol->lcnbmp_ni, fs->vol->mft_ni, fs->vol->mftmirr_ni, fs->vol->vol_ni };
        int r;

        if (!volume->writable)
                return 0;
        if (fs->deferred.code) {
                if (err)
                        *err = fs->deferred;
                return fs->deferred.code;
        }
        r = nt_node_sync_all(fs, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < OW_COUNT(metafiles); i++) {
                if (metafiles[i] && NInoDirty(metafiles[i]) && ntfs_inode_sync(metafiles[i]) != 0)
                        return nt_fail(fs, err, errno, "write back MFT record %llu",
                                       (unsigned long long)metafiles[i]->mft_no);
        }
        return 0;
}

static int nt_info(ow_volume *volume, ow_volume_info *ret, ow_error *err)
{
        struct nt_fs *fs = nt_fs_of(volume);
        NT_CALL(fs);
        ow_volume_info info = {
                .kind = OW_VOLUME_NTFS,
                .kind_name = "NTFS",
                .serial = fs->serial,
                .size = (uint64_t)fs->vol->nr_clusters << fs->vol->cluster_size_bits,
                .free = fs->free_known ? fs->free_bytes : 0,
                .cluster_size = fs->vol->cluster_size,
                .hibernated = fs->hibernated,
                .unclean_journal = fs->unclean_journal,
                .dirty = (fs->vol->flags & VOLUME_IS_DIRTY) != 0,
        };
        OW_AUTO_FREE char *label = NULL;
        uint8_t units[2 * 32];          /* Windows allows 32 characters */
        size_t size = 0;
        int r = nt_attribute_read(fs, fs->vol->vol_ni, AT_VOLUME_NAME, units, sizeof units, &size, err);

        if (r < 0)
                return r;
        label = ow_utf16_text((ow_view){ units, size });
        if (!label)
                return ow_fail_nomem(err);
        (void)snprintf(info.label, sizeof info.label, "%s", label);
        *ret = info;
        return 0;
}

/* Counts the clear bits of $Bitmap: megabytes on a large volume, so only on demand. */
int nt_free_space(ow_volume *volume, uint64_t *ret, ow_error *err)
{
        struct nt_fs *fs = nt_fs_of(volume);
        NT_CALL(fs);
        enum { CHUNK = 64 << 10 };
        OW_AUTO_FREE uint8_t *chunk = ow_malloc(CHUNK);
        uint64_t left = (uint64_t)fs->vol->nr_clusters, free_clusters = 0;
        s64 at = 0;

        if (!chunk)
                return ow_fail_nomem(err);
        while (!fs->free_known && left) {
                s64 want = left / 8 + 1 < CHUNK ? (s64)((left + 7) / 8) : CHUNK;

                if (ntfs_attr_pread(fs->vol->lcnbmp_na, at, want, chunk) != want)
                        return nt_fail(fs, err, EIO, "read '$Bitmap'");
                for (s64 i = 0; i < want; i++) {
                        unsigned bits = left < 8 ? (unsigned)left : 8;
                        unsigned used = chunk[i] & ((1u << bits) - 1);

                        free_clusters += bits - (unsigned)__builtin_popcount(used);
                        left -= bits;
                }
                at += want;
        }
        if (!fs->free_known)
                fs->free_bytes = free_clusters << fs->vol->cluster_size_bits;
        fs->free_known = true;
        *ret = fs->free_bytes;
        return 0;
}

static const struct volume_ops nt_ops = {
        .close = nt_close,
        .flush = nt_flush,
        .info = nt_info,
        .free_space = nt_free_space,
        .stat = nt_stat,
        .list = nt_list,
        .open_file = nt_file_open,
        .create_folder = nt_create_folder,
        .remove = nt_remove,
        .rename = nt_rename,
        .file_close = nt_file_close,
        .file_size = nt_file_size,
        .file_read = nt_file_read,
        .file_write = nt_file_write,
        .file_set_size = nt_file_set_size,
        .file_set_attributes = nt_file_set_attributes,
};

static int mount(struct nt_fs *fs, ow_error *err)
{
        bool writable = fs->volume.writable;
        struct ntfs_device *dev;
        NT_CALL(fs);

        dev = ntfs_device_alloc(ow_disk_name(fs->device.window.disk), 0, &nt_device_operations, &fs->device);
        if (!dev)
                return ow_fail_nomem(err);
        fs->vol = ntfs_device_mount(dev, writable ? NTFS_MNT_FORENSIC : NTFS_MNT_RDONLY);
        if (!fs->vol) {
                int sys = errno;

                (void)ntfs_device_free(dev);
                return nt_fail(fs, err, sys, "open NTFS");
        }
        /* Names are matched as Windows does; new files are never compressed. */
        nt_clear(&fs->vol->state, NV_CaseSensitive);
        nt_clear(&fs->vol->state, NV_Compression);
        return 0;
}

/* Two copies that differ are no reason not to read. */
static int mount_some_way(struct nt_fs *fs, const struct ntfs_boot *boot, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        int r = mount(fs, &why);

        if (r == OW_E_CORRUPT) {
                int prepared = nt_mirror_prepare(fs, boot, err);

                if (prepared < 0)
                        return prepared;
                if (fs->device.patch && fs->volume.writable)
                        return ow_fail(err, OW_E_REFUSED, boot->mirror_offset, "the first records of $MFT and their "
                                       "copy in $MFTMirr differ: the volume can be read, but is not written to before "
                                       "'chkdsk /f' or 'ntfsfix' has put them right");
                if (fs->device.patch)
                        r = mount(fs, &why);
                if (r == 0)
                        ow_log_printf(&fs->log, OW_LOG_WARNING, "the first records of $MFT and their copy in $MFTMirr "
                                      "differ: chkdsk has to put them right");
        }
        if (r < 0 && err)
                *err = why;
        return r;
}

static int read_boot(const struct volume_window *window, uint64_t partition_size, struct ntfs_boot *ret,
                     ow_error *err)
{
        uint8_t sector[VOLUME_BOOT_BYTES];
        int r = volume_window_read(window, 0, sector, sizeof sector, err);

        if (r < 0)
                return r;
        r = ntfs_boot_decode((ow_view){ sector, sizeof sector }, ret, err);
        if (r == 0)
                return 0;
        if (r == OW_E_FORMAT)
                r = ow_fail(err, OW_E_CORRUPT, 0, "the NTFS boot sector is overwritten");
        if (volume_ntfs_backup_is_good(window, partition_size))
                return ow_wrap(err, r, "the backup boot sector at the end of the partition is good; let chkdsk or "
                               "ntfsfix restore it");
        return r;
}

/* A file system larger than what is left of it can be read in parts, but not be written. */
static int check_size(const struct ntfs_boot *boot, const struct volume_window *window, bool writable,
                      const ow_log *log, ow_error *err)
{
        uint64_t bytes = boot->n_sectors * boot->sector_size;

        if (bytes <= window->size)
                return 0;
        if (writable)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "NTFS covers %llu bytes, but its partition has only %llu: the image is cut off, or "
                               "the partition table is wrong", (unsigned long long)bytes,
                               (unsigned long long)window->size);
        ow_log_printf(log, OW_LOG_WARNING, "NTFS covers %llu bytes, but its partition has only %llu",
                      (unsigned long long)bytes, (unsigned long long)window->size);
        return 0;
}

/* For reading, a state that cannot be told is not in the way. */
static int check_state(struct nt_fs *fs, ow_error *err)
{
        NT_CALL(fs);
        ow_error state_err = OW_ERROR_INIT;
        int r = nt_state_find(fs, &state_err);

        if (r < 0 && fs->volume.writable) {
                if (err)
                        *err = state_err;
                return ow_wrap(err, r, "find out whether writing is safe");
        }
        if (r < 0)
                ow_log_printf(&fs->log, OW_LOG_WARNING, "hibernation and journal state: %s", state_err.text);
        return fs->volume.writable ? nt_state_check_writable(fs, err) : 0;
}

int volume_ntfs_open(const struct volume_window *window, uint64_t partition_size, unsigned flags, const ow_log *log,
                     ow_volume **ret, ow_error *err)
{
        OW_AUTO(nt_fs) fs = NULL;
        struct ntfs_boot boot;
        int r;

        r = read_boot(window, partition_size, &boot, err);
        if (r < 0)
                return r;
        r = check_size(&boot, window, flags & OW_VOLUME_WRITABLE, log, err);
        if (r < 0)
                return r;
        fs = ow_calloc(1, sizeof *fs);
        if (!fs)
                return ow_fail_nomem(err);
        fs->volume = (ow_volume){ .ops = &nt_ops, .writable = flags & OW_VOLUME_WRITABLE,
                                    .discard_hibernation = flags & OW_VOLUME_DISCARD_HIBERNATION };
        if (log)
                fs->log = *log;
        fs->device.window = *window;
        fs->device.sector_size = boot.sector_size;
        fs->serial = boot.serial;
        r = mount_some_way(fs, &boot, err);
        if (r < 0)
                return r;
        r = check_state(fs, err);
        if (r < 0)
                return r;
        *ret = &OW_TAKE(fs)->volume;
        return 0;
}
