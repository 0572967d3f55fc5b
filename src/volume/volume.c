/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public calls: arguments are checked here once, then the file system's own functions do the work. A volume that
 * was opened for reading answers every change with OW_E_READONLY, also on a writable disk.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/log.h"
#include "volume/hiberfil.h"
#include "volume/ops.h"
#include "volume/probe.h"

OW_DEFINE_AUTO(ow_file, ow_file_close);

const char *ow_volume_kind_name(enum ow_volume_kind kind)
{
        switch (kind) {
        case OW_VOLUME_NTFS:
                return "NTFS";
        case OW_VOLUME_FAT:
                return "FAT";
        case OW_VOLUME_EXFAT:
                return "exFAT";
        case OW_VOLUME_REFS:
                return "ReFS";
        case OW_VOLUME_BITLOCKER:
                return "BitLocker";
        case OW_VOLUME_LDM:
                return "dynamic disk";
        case OW_VOLUME_STORAGE_SPACES:
                return "Storage Spaces";
        case OW_VOLUME_RESERVED:
                return "Microsoft reserved";
        case OW_VOLUME_UNKNOWN:
                break;
        }
        return "unknown";
}

/* Why a kind that we only recognise is not opened, and what the person can do. */
static int fail_kind(enum ow_volume_kind kind, ow_error *err)
{
        switch (kind) {
        case OW_VOLUME_BITLOCKER:
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "BitLocker encrypts this partition; decrypt it in Windows (manage-bde -off) first");
        case OW_VOLUME_REFS:
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "ReFS is recognised, but not read; in Windows, copy "
                               "what is needed to a volume with NTFS");
        case OW_VOLUME_EXFAT:
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "exFAT is recognised, but not read");
        case OW_VOLUME_LDM:
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "this partition belongs to a dynamic disk (LDM), which is recognised, but not read; map "
                               "its volumes on this host ('ldmtool create all') and name the volume with Windows, or "
                               "make the disk a basic one");
        case OW_VOLUME_STORAGE_SPACES:
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "this partition belongs to Storage Spaces, which is recognised, but not read; in "
                               "Windows, copy the volume to a plain disk");
        case OW_VOLUME_RESERVED:
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "this is a Microsoft reserved partition; it holds no file system");
        default:
                return ow_fail(err, OW_E_FORMAT, OW_NOWHERE, "no file system that Windows uses was found");
        }
}

/* Zeros over the start of hiberfil.sys: to Windows, there is no session to go on with. */
static int discard_hibernation(ow_volume *volume, const ow_log *log, ow_error *err)
{
        static const uint8_t zeros[HIBERFIL_HEADER];
        ow_file *file = NULL;
        int r;

        r = ow_file_open(volume, "hiberfil.sys", OW_FILE_WRITE, &file, err);
        if (r == 0)
                r = ow_file_write(file, 0, zeros, sizeof zeros, err);
        ow_file_close(file);
        if (r < 0)
                return ow_wrap(err, r, "give up the hibernated session");
        volume->session_discarded = true;
        ow_log_printf(log, OW_LOG_WARNING, "the hibernated session of Windows is given up with this change: what was "
                      "open and not saved in it is lost");
        return 0;
}

/* What is to be told, and done, before the first change to a volume that may be written to. */
static int begin_writing(ow_volume *volume, unsigned partition, const ow_log *log, ow_error *err)
{
        ow_volume_info info;
        int r = ow_volume_info_get(volume, &info, err);

        if (r < 0)
                return r;
        if (info.dirty)
                ow_log_printf(log, OW_LOG_WARNING, "partition %u: its dirty flag is set, so Windows will check the "
                              "file system (chkdsk) at the next boot", partition);
        return info.hibernated && volume->discard_hibernation ? discard_hibernation(volume, log, err) : 0;
}

int ow_volume_open(ow_disk *disk, const ow_partition_table *table, const ow_partition *partition, unsigned flags,
                   const ow_log *log, ow_volume **ret_volume, ow_error *err)
{
        struct volume_window window;
        enum ow_volume_kind kind;
        int r;

        if (!disk || !partition || !ret_volume)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no disk or no partition to open");
        if (flags & ~(unsigned)(OW_VOLUME_WRITABLE | OW_VOLUME_DISCARD_HIBERNATION))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "unknown volume flags 0x%x", flags);
        r = ow_volume_probe(disk, table, partition, &kind, err);
        if (r < 0)
                return r;
        volume_window_of(disk, partition, &window);
        if (kind == OW_VOLUME_NTFS)
                r = volume_ntfs_open(&window, partition->size, flags, log, ret_volume, err);
        else if (kind == OW_VOLUME_FAT)
                r = volume_fat_open(&window, partition->size, flags, log, ret_volume, err);
        else
                r = fail_kind(kind, err);
        if (r == 0 && flags & OW_VOLUME_WRITABLE) {
                r = begin_writing(*ret_volume, partition->number, log, err);
                if (r < 0)
                        ow_volume_close(OW_TAKE(*ret_volume));
        }
        if (r < 0)
                return ow_wrap(err, r, "partition %u", partition->number);
        return 0;
}

void ow_volume_close(ow_volume *volume)
{
        if (volume)
                volume->ops->close(volume);
}

int ow_volume_flush(ow_volume *volume, ow_error *err)
{
        if (!volume)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no volume");
        return volume->ops->flush(volume, err);
}

int ow_volume_info_get(ow_volume *volume, ow_volume_info *ret, ow_error *err)
{
        int r;

        if (!volume || !ret)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no volume");
        r = volume->ops->info(volume, ret, err);
        if (r == 0 && volume->session_discarded)
                ret->hibernated = false;
        return r;
}

int ow_volume_free_space(ow_volume *volume, uint64_t *ret_bytes, ow_error *err)
{
        if (!volume || !ret_bytes)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no volume");
        return volume->ops->free_space(volume, ret_bytes, err);
}

int ow_volume_stat(ow_volume *volume, const char *path, ow_stat *ret, ow_error *err)
{
        struct volume_path parsed;
        int r;

        if (!volume || !ret)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no volume");
        r = volume_path_parse(path, &parsed, err);
        return r < 0 ? r : volume->ops->stat(volume, &parsed, ret, err);
}

int ow_volume_list(ow_volume *volume, const char *path, ow_volume_list_fn fn, void *state, ow_error *err)
{
        struct volume_path parsed;
        int r;

        if (!volume || !fn)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no volume or no function to list to");
        r = volume_path_parse(path, &parsed, err);
        return r < 0 ? r : volume->ops->list(volume, &parsed, fn, state, err);
}

/* For calls that change the folder that a path names something in. */
static int parse_for_change(ow_volume *volume, const char *path, struct volume_path *ret, ow_error *err)
{
        int r;

        if (!volume)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no volume");
        r = volume_path_parse(path, ret, err);
        if (r < 0)
                return r;
        if (!volume->writable)
                return ow_fail(err, OW_E_READONLY, OW_NOWHERE, "change '%s': the volume was opened for reading",
                               path);
        if (ret->depth == 0)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is the root folder", path);
        return 0;
}

int ow_file_open(ow_volume *volume, const char *path, unsigned flags, ow_file **ret_file, ow_error *err)
{
        struct volume_path parsed;
        int r;

        if (!volume || !ret_file || (flags & ~(unsigned)(OW_FILE_WRITE | OW_FILE_CREATE | OW_FILE_EXCLUSIVE)))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no volume, or unknown file flags 0x%x", flags);
        if (flags & OW_FILE_CREATE)
                flags |= OW_FILE_WRITE;
        if (flags & OW_FILE_WRITE)
                r = parse_for_change(volume, path, &parsed, err);
        else
                r = volume_path_parse(path, &parsed, err);
        if (r < 0)
                return r;
        if (parsed.depth == 0)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is a folder", path);
        return volume->ops->open_file(volume, &parsed, flags, ret_file, err);
}

void ow_file_close(ow_file *file)
{
        if (file)
                file->volume->ops->file_close(file);
}

uint64_t ow_file_size(const ow_file *file)
{
        return file->volume->ops->file_size(file);
}

int ow_file_read(ow_file *file, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        uint64_t limit;

        if (!file || (!buf && size))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no file to read");
        limit = ow_file_size(file);
        if (!ow_fits_u64(offset, size, limit))
                return ow_fail(err, OW_E_INVAL, offset, "read of %zu bytes goes past the file's %llu", size,
                               (unsigned long long)limit);
        return size ? file->volume->ops->file_read(file, offset, buf, size, err) : 0;
}

static int check_writable(const ow_file *file, ow_error *err)
{
        if (!file)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no file to write");
        if (!file->writable)
                return ow_fail(err, OW_E_READONLY, OW_NOWHERE, "the file was opened for reading");
        return 0;
}

int ow_file_write(ow_file *file, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        uint64_t end;
        int r = check_writable(file, err);

        if (r < 0)
                return r;
        if ((!buf && size) || !ow_add_u64(offset, size, &end) || end > INT64_MAX)
                return ow_fail(err, OW_E_INVAL, offset, "bad range to write: %zu bytes", size);
        return size ? file->volume->ops->file_write(file, offset, buf, size, err) : 0;
}

int ow_file_set_size(ow_file *file, uint64_t size, ow_error *err)
{
        int r = check_writable(file, err);

        if (r < 0)
                return r;
        if (size > INT64_MAX)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "file size %llu is out of range",
                               (unsigned long long)size);
        return file->volume->ops->file_set_size(file, size, err);
}

int ow_file_set_attributes(ow_file *file, uint32_t attributes, ow_error *err)
{
        int r = check_writable(file, err);

        return r < 0 ? r : file->volume->ops->file_set_attributes(file, attributes & VOLUME_SETTABLE, err);
}

static int source_read(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        return ow_file_read(state, offset, buf, size, err);
}

static int sink_write(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        return ow_file_write(state, offset, buf, size, err);
}

static int sink_set_size(void *state, uint64_t size_bytes, ow_error *err)
{
        return ow_file_set_size(state, size_bytes, err);
}

ow_source ow_file_source(ow_file *file)
{
        return (ow_source){ .size = ow_file_size(file), .state = file, .read = source_read };
}

ow_sink ow_file_sink(ow_file *file)
{
        return (ow_sink){ .state = file, .write = sink_write, .set_size = sink_set_size };
}

int ow_volume_read_file(ow_volume *volume, const char *path, size_t limit, ow_blob *ret, ow_error *err)
{
        OW_AUTO(ow_file) file = NULL;
        OW_AUTO_FREE uint8_t *bytes = NULL;
        uint64_t size;
        int r;

        if (!ret)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "nowhere to put the file's bytes");
        r = ow_file_open(volume, path, 0, &file, err);
        if (r < 0)
                return r;
        size = ow_file_size(file);
        if (size > limit)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' has %llu bytes, limit %zu", path,
                               (unsigned long long)size, limit);
        bytes = ow_malloc((size_t)size + 1);    /* never an empty allocation */
        if (!bytes)
                return ow_fail_nomem(err);
        r = ow_file_read(file, 0, bytes, (size_t)size, err);
        if (r < 0)
                return ow_wrap(err, r, "read '%s'", path);
        *ret = (ow_blob){ OW_TAKE(bytes), (size_t)size };
        return 0;
}

int ow_volume_create_folder(ow_volume *volume, const char *path, ow_error *err)
{
        struct volume_path parsed;
        int r = parse_for_change(volume, path, &parsed, err);

        return r < 0 ? r : volume->ops->create_folder(volume, &parsed, err);
}

int ow_volume_remove(ow_volume *volume, const char *path, ow_error *err)
{
        struct volume_path parsed;
        int r = parse_for_change(volume, path, &parsed, err);

        return r < 0 ? r : volume->ops->remove(volume, &parsed, err);
}

int ow_volume_rename(ow_volume *volume, const char *from, const char *to, ow_error *err)
{
        struct volume_path parsed_from, parsed_to;
        int r = parse_for_change(volume, from, &parsed_from, err);

        if (r < 0)
                return r;
        r = parse_for_change(volume, to, &parsed_to, err);
        return r < 0 ? r : volume->ops->rename(volume, &parsed_from, &parsed_to, err);
}
