/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that people take for disk images and that cannot be changed in place: told by their first bytes, so that the
 * answer is the command to run and not "no partition table". Source: docs/formats/images.md 5.
 */
#include <string.h>

#include "disk/sniff.h"

struct foreign {
        size_t at;
        const char *magic;
        size_t size;
        const char *what;
        const char *advice;
};

static const char convert[] = "qemu-img convert -O qcow2 makes an image of it that can be";
static const char unpack[] = "unpack it first";

#define MAGIC(text) text, sizeof text - 1

static const struct foreign table[] = {
        { 0, MAGIC("QFI\xfb\0\0\0\1"), "a qcow image of version 1", convert },
        { 0, MAGIC("QED\0"), "a QED image", convert },
        { 0, MAGIC("WithoutFreeSpace"), "a Parallels image", convert },
        { 0, MAGIC("WithouFreSpacExt"), "a Parallels image", convert },
        { 0, MAGIC("Bochs Virtual HD Image"), "a Bochs image", convert },
        { 0, MAGIC("#!/bin/sh\n#V2.0 Format\n"), "a cloop image", convert },
        { 0, MAGIC("EVF\x09\x0d\x0a\xff\0"), "an EnCase image (E01)", "ewfexport of libewf makes a raw one of it" },
        { 0, MAGIC("MSWIM\0\0\0"), "a Windows image archive (WIM), not a disk", "apply it to a volume first" },
        { 257, MAGIC("ustar"), "a tar archive (perhaps an OVA)", "unpack it with tar -xf first" },
        { 0, MAGIC("\x1f\x8b\x08"), "compressed with gzip", unpack },
        { 0, MAGIC("\xfd" "7zXZ\0"), "compressed with xz", unpack },
        { 0, MAGIC("\x28\xb5\x2f\xfd"), "compressed with zstd", unpack },
        { 0, MAGIC("BZh"), "compressed with bzip2", unpack },
        { 0, MAGIC("PK\3\4"), "a zip archive", unpack },
        { 0, MAGIC("7z\xbc\xaf\x27\x1c"), "a 7z archive", unpack },
        { 0, MAGIC("VMA\0"), "a Proxmox backup", "vma extract makes disk images of it" },
};

int sniff_foreign(struct store *file, const char *path, ow_error *err)
{
        uint8_t head[512];
        size_t size = file->size_bytes < sizeof head ? (size_t)file->size_bytes : sizeof head;
        int r = store_read(file, 0, head, size, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < OW_COUNT(table); i++)
                if (table[i].at + table[i].size <= size &&
                    memcmp(head + table[i].at, table[i].magic, table[i].size) == 0)
                        return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' is %s, which cannot be changed in "
                                       "place: %s", path, table[i].what, table[i].advice);
        return 0;
}
