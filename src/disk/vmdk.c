/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMDK: a sparse file with its description inside, or a text that names the files. Source: docs/formats/images.md 3. */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/le.h"
#include "disk/sniff.h"

enum {
        MAX_DESCRIPTOR = 64 << 10,
        FLAG_COMPRESSED = 1 << 16,
};

struct vmdk_header_disk {
        uint8_t magic[4];               /* 0x00 "KDMV" */
        ow_le32 version;                /* 0x04 */
        ow_le32 flags;                  /* 0x08 */
        ow_le64 capacity;               /* 0x0c sectors; 0: the description counts */
        ow_le64 granularity;            /* 0x14 */
        ow_le64 descriptor;             /* 0x1c sectors from the start */
        ow_le64 descriptor_sectors;     /* 0x24 */
        ow_le32 n_grain_entries;        /* 0x2c */
        ow_le64 redundant_directory;    /* 0x30 */
        ow_le64 directory;              /* 0x38 */
};
static_assert(sizeof(struct vmdk_header_disk) == 0x40, "VMDK sparse header");

/* The text between the first pair of quotes of a line; NULL: none, or no memory. */
static char *quoted(const char *line)
{
        const char *from = strchr(line, '"');
        const char *to = from ? strchr(from + 1, '"') : NULL;

        return to ? ow_strndup(from + 1, (size_t)(to - from - 1)) : NULL;
}

/* RW 4192256 SPARSE "disk-s001.vmdk" */
static int take_extent(const char *line, struct sniff *sniff, ow_error *err)
{
        static const char *const access[] = { "RW ", "RDONLY ", "NOACCESS " };
        bool extent = false;
        char *name;

        for (size_t i = 0; i < OW_COUNT(access); i++)
                extent |= strncasecmp(line, access[i], strlen(access[i])) == 0;
        name = extent ? quoted(line) : NULL;
        if (!name)
                return 0;               /* ZERO extents have no file */
        if (sniff->n_files == SNIFF_MAX_FILES) {
                ow_free(name);
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "the VMDK has more than %d files", SNIFF_MAX_FILES);
        }
        sniff->files_sparse[sniff->n_files] = strcasestr(line, " SPARSE ") || strcasestr(line, " VMFSSPARSE ") ||
                                              strcasestr(line, " SESPARSE ");
        sniff->files[sniff->n_files++] = name;
        return 0;
}

static int take_line(const char *line, bool extents, struct sniff *sniff, ow_error *err)
{
        while (*line == ' ' || *line == '\t')
                line++;
        if (strncasecmp(line, "parentFileNameHint", 18) == 0) {
                ow_free(sniff->backing);
                sniff->backing = quoted(line);
                if (!sniff->backing)
                        return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "the VMDK names its parent in a way that "
                                       "cannot be read");
        }
        if (strncasecmp(line, "createType", 10) == 0 && strcasestr(line, "streamOptimized"))
                sniff->no_writing = true;
        return extents ? take_extent(line, sniff, err) : 0;
}

static int take_descriptor(struct store *file, uint64_t offset, uint64_t size, bool extents, struct sniff *sniff,
                           ow_error *err)
{
        OW_AUTO_FREE char *text = NULL;
        char *line, *rest = NULL;
        int r;

        if (size > MAX_DESCRIPTOR)
                size = MAX_DESCRIPTOR;
        if (!ow_fits_u64(offset, size, file->size_bytes))
                return ow_fail(err, OW_E_CORRUPT, offset, "the description of the VMDK is past the end of its file");
        text = ow_calloc(1, (size_t)size + 1);
        if (!text)
                return ow_fail_nomem(err);
        r = store_read(file, offset, text, (size_t)size, err);
        for (line = strtok_r(text, "\r\n", &rest); r == 0 && line; line = strtok_r(NULL, "\r\n", &rest))
                r = take_line(line, extents, sniff, err);
        return r;
}

static int sniff_sparse(struct store *file, const struct vmdk_header_disk *d, struct sniff *sniff, ow_error *err)
{
        uint64_t at = ow_le64_get(d->descriptor), size = ow_le64_get(d->descriptor_sectors);
        int r = 0;

        sniff->format = "vmdk";
        sniff->no_writing = ow_le32_get(d->flags) & FLAG_COMPRESSED || ow_le64_get(d->directory) == UINT64_MAX;
        if (at != 0 && at < file->size_bytes / 512)
                r = take_descriptor(file, at * 512, size < MAX_DESCRIPTOR / 512 ? size * 512 : MAX_DESCRIPTOR,
                                    ow_le64_get(d->capacity) == 0, sniff, err);
        return r < 0 ? r : 1;
}

int vmdk_sniff(struct store *file, ow_view head, struct sniff *sniff, ow_error *err)
{
        static const char title[] = "# Disk DescriptorFile";
        struct vmdk_header_disk d;
        int r;

        if (head.len > sizeof title && strncasecmp((const char *)head.p, title, sizeof title - 1) == 0) {
                sniff->format = "vmdk";
                r = take_descriptor(file, 0, file->size_bytes, true, sniff, err);
                return r < 0 ? r : 1;
        }
        if (head.len >= 4 && memcmp(head.p, "COWD", 4) == 0 && ow_view_copy(head, 0, &d, sizeof d) &&
            ow_le32_get(d.version) == 1) {
                sniff->format = "vmdk";
                return 1;
        }
        if (!ow_view_copy(head, 0, &d, sizeof d) || memcmp(d.magic, "KDMV", 4) != 0 || ow_le32_get(d.version) == 0 ||
            ow_le32_get(d.version) > 3)
                return 0;
        return sniff_sparse(file, &d, sniff, err);
}
