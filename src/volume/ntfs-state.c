/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is it safe to write? A hibernated Windows (fast startup is that, too) keeps the file system in memory and would
 * write its old view over ours; a journal that was not closed would be replayed over ours. Source: facts on NTFS and
 * volume safety; the rules are those that ntfs-3g has applied for years.
 */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "volume/hiberfil.h"
#include "volume/journal.h"
#include "volume/ntfs.h"

static int find_hibernation(struct nt_fs *fs, ow_error *err)
{
        OW_AUTO_FREE uint8_t *header = NULL;
        struct volume_path path;
        ntfs_inode *ni;
        uint64_t record;
        size_t size = 0;
        int r;

        r = volume_path_parse("hiberfil.sys", &path, err);
        if (r < 0)
                return r;
        r = nt_path_find(fs, &path, false, &record, err);
        if (r <= 0)
                return r;
        header = ow_malloc(HIBERFIL_HEADER);
        if (!header)
                return ow_fail_nomem(err);
        r = nt_inode_open(fs, record, path.text, &ni, err);
        if (r < 0)
                return r;
        r = nt_attribute_read(fs, ni, AT_DATA, header, HIBERFIL_HEADER, &size, err);
        nt_inode_close(fs, ni);
        if (r < 0)
                return ow_wrap(err, r, "read 'hiberfil.sys'");
        fs->hibernated = hiberfil_is_session(header, size);
        return 0;
}

static bool all_ff(const uint8_t *p, size_t size)
{
        for (size_t i = 0; i < size; i++) {
                if (p[i] != 0xff)
                        return false;
        }
        return true;
}

/* The restart page at offset of the journal, when there is a good one there. */
static bool load_restart(ntfs_attr *na, uint64_t offset, struct journal_restart *ret)
{
        OW_AUTO_FREE uint8_t *page = NULL;
        uint8_t start[JOURNAL_MIN_PAGE];
        uint32_t size;

        if (ntfs_attr_pread(na, (s64)offset, sizeof start, start) != (s64)sizeof start)
                return false;
        if (journal_page_size((ow_view){ start, sizeof start }, &size, NULL) < 0)
                return false;
        page = ow_malloc(size);
        if (!page || ntfs_attr_pread(na, (s64)offset, size, page) != (s64)size)
                return false;
        return journal_restart_decode((ow_view){ page, size }, ret, NULL) == 0;
}

/* The newer of the two restart pages decides. Without any, the journal is clean only if it is blank. */
static bool journal_is_unclean(struct nt_fs *fs, ntfs_attr *na)
{
        struct journal_restart first, second;
        uint8_t start[JOURNAL_MIN_PAGE];
        bool have_first, have_second;

        have_first = load_restart(na, 0, &first);
        have_second = load_restart(na, have_first ? first.page_size : 4096, &second);
        if (!have_first && !have_second)
                return ntfs_attr_pread(na, 0, sizeof start, start) != (s64)sizeof start ||
                       !all_ff(start, sizeof start);
        if (!have_first || (have_second && second.lsn > first.lsn))
                first = second;
        ow_log_printf(&fs->log, OW_LOG_DEBUG, "$LogFile version %u.%u, %s", first.major, first.minor,
                      first.clean ? "clean" : "not closed");
        return !first.clean || first.major >= 2;
}

static int find_journal(struct nt_fs *fs, ow_error *err)
{
        ntfs_inode *ni;
        ntfs_attr *na;
        int r = nt_inode_open(fs, FILE_LogFile, "$LogFile", &ni, err);

        if (r < 0)
                return r;
        na = ntfs_attr_open(ni, AT_DATA, AT_UNNAMED, 0);
        if (na) {
                fs->unclean_journal = journal_is_unclean(fs, na);
                ntfs_attr_close(na);
        } else {
                r = nt_fail(fs, err, EIO, "open '$LogFile'");
        }
        nt_inode_close(fs, ni);
        return r;
}

int nt_state_find(struct nt_fs *fs, ow_error *err)
{
        int r = find_hibernation(fs, err);

        return r < 0 ? r : find_journal(fs, err);
}

int nt_state_check_writable(const struct nt_fs *fs, ow_error *err)
{
        if (fs->hibernated && !fs->volume.discard_hibernation)
                return hiberfil_fail(err);
        if (fs->unclean_journal)
                return ow_fail(err, OW_E_DIRTY, OW_NOWHERE,
                               "the NTFS journal ($LogFile) was not closed: boot it once and shut it down fully "
                               "(shutdown /s /f /t 0); or on this host 'losetup -fP IMAGE' ('qemu-nbd -c /dev/nbd0 "
                               "IMAGE' when not raw) and 'ntfsrecover' on the partition; where that fails, 'ntfsfix' "
                               "gives up what the journal holds");
        return 0;
}
