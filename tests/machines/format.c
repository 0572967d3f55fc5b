/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format.c - makes file systems with the real mkntfs and mkfs.fat on a scratch file of the partition's size and
 * copies what they wrote, and only that, to the partition's place: a 20 GB image costs what its metadata costs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plan.h"

static int copy_run(int from, int to, off_t start, off_t end, uint64_t place, ow_error *err)
{
        static char part[1 << 20];

        while (start < end) {
                size_t want = (uint64_t)(end - start) < sizeof part ? (size_t)(end - start) : sizeof part;
                ssize_t n = pread(from, part, want, start);

                if (n <= 0)
                        return ow_fail_sys(err, n < 0 ? errno : EIO, "read the scratch file");
                if (pwrite(to, part, (size_t)n, (off_t)place + start) != n)
                        return ow_fail_sys(err, errno ? errno : EIO, "write the image");
                start += n;
        }
        return 0;
}

static int copy_data(int from, int to, uint64_t size, uint64_t place, ow_error *err)
{
        off_t start, end = 0;

        while ((uint64_t)end < size) {
                int r;

                start = lseek(from, end, SEEK_DATA);
                if (start < 0 && errno == ENXIO)
                        return 0;
                if (start < 0)
                        return ow_fail_sys(err, errno, "look for data in the scratch file");
                end = lseek(from, start, SEEK_HOLE);
                if (end < 0)
                        return ow_fail_sys(err, errno, "look for holes in the scratch file");
                r = copy_run(from, to, start, end, place, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The start sector goes into the boot sector ("hidden sectors", 32 bits), where a BIOS boot reads it. */
static int make_ntfs(const struct partition *p, const char *scratch, ow_error *err)
{
        uint64_t hidden = p->start / p->sector, cluster = 4096;
        AUTO_TEXT start = need_printf("%llu", (unsigned long long)(hidden <= UINT32_MAX ? hidden : 0));
        AUTO_TEXT sector = need_printf("%u", p->sector);
        AUTO_TEXT cluster_text = NULL;
        int r = section_size(p->section, "cluster", &cluster, err);

        if (r < 0)
                return r;
        cluster_text = need_printf("%llu", (unsigned long long)cluster);
        return run_program((const char *const[]){ "mkntfs", "-F", "-Q", "-q", "-s", sector, "-p", start, "-H", "255",
                                   "-S", "63", "-c", cluster_text, "-L", section_get(p->section, "label", ""),
                                   scratch, NULL }, err);
}

static int make_fat(const struct partition *p, const char *bits, const char *scratch, ow_error *err)
{
        AUTO_TEXT start = need_printf("%llu", (unsigned long long)(p->start / p->sector));
        uint64_t serial = 0x1c5a2b3f, cluster = 0;
        AUTO_TEXT id = NULL;
        AUTO_TEXT sectors = NULL;
        const char *args[24] = { "mkfs.fat", "-F", bits, "-g", "255/63", "-h", start, "-n",
                                 section_get(p->section, "label", "NO NAME"), "-i" };
        size_t n = 10;
        int r = section_number(p->section, "serial", &serial, err);

        if (r == 0)
                r = section_size(p->section, "cluster", &cluster, err);
        if (r < 0)
                return r;
        id = need_printf("%08llx", (unsigned long long)serial);
        sectors = need_printf("%llu", (unsigned long long)(cluster / p->sector));
        args[n++] = id;
        if (cluster) {
                args[n++] = "-s";
                args[n++] = sectors;
        }
        args[n++] = scratch;
        return run_program(args, err);
}

int format_partition(int fd, const struct partition *p, const char *scratch, ow_error *err)
{
        const char *type = section_get(p->section, "type", "ntfs");
        const char *fs = section_get(p->section, "fs", strcmp(type, "esp") == 0 ? "fat32" :
                                     strcmp(type, "msr") == 0 ? "none" : strcmp(type, "recovery") == 0 ? "ntfs" : type);
        AUTO_FD made = -1;
        int r;

        if (strcmp(fs, "none") == 0)
                return 0;
        made = open(scratch, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (made < 0)
                return ow_fail_sys(err, errno, "make '%s'", scratch);
        if (ftruncate(made, (off_t)p->size) < 0)
                r = ow_fail_sys(err, errno, "make '%s' large enough", scratch);
        else if (strcmp(fs, "ntfs") == 0)
                r = make_ntfs(p, scratch, err);
        else if (strncmp(fs, "fat", 3) == 0)
                r = make_fat(p, fs + 3, scratch, err);
        else
                r = section_fail(p->section, "fs", err, "none of ntfs, fat12, fat16, fat32, none");
        if (r == 0)
                r = copy_data(made, fd, p->size, p->start, err);
        (void)unlink(scratch);
        return r;
}
