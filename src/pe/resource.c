/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resource tree: type, name, language, each a folder of numbered entries; three levels and no deeper. */
#include <assert.h>

#include "base/le.h"
#include "pe/pe.h"

struct folder_disk {
        uint8_t rest[12];
        ow_le16 n_named;    /* 0x0c */
        ow_le16 n_numbered; /* 0x0e entries follow, named ones first */
};
static_assert(sizeof(struct folder_disk) == 16, "resource folder");

struct entry_disk {
        ow_le32 name;   /* number, or with the high bit the offset of a text */
        ow_le32 target; /* offset of a data entry, or with the high bit of a folder */
};
static_assert(sizeof(struct entry_disk) == 8, "resource entry");

struct data_disk {
        ow_le32 rva, size, codepage, reserved;
};
static_assert(sizeof(struct data_disk) == 16, "resource data");

enum { MAX_ENTRIES = 4096, BATCH = 64, LANG_EN_US = 0x409, LANG_NEUTRAL = 0 };
static const uint32_t HIGH = 0x80000000;

/* size bytes at offset of the resource section. */
static int read_resource(struct pe_file *pe, uint32_t offset, void *buf, uint32_t size, ow_error *err)
{
        if (offset > pe->resource_size || size > pe->resource_size - offset || offset > UINT32_MAX - pe->resource_rva)
                return ow_fail(err, OW_E_CORRUPT, offset, "a resource at %u leaves its %u bytes", offset,
                               pe->resource_size);
        return pe_read(pe, pe->resource_rva + offset, buf, size, err);
}

/* How well an entry answers: 0 not at all. */
static unsigned rate(uint32_t name, uint32_t wanted, bool language)
{
        if (language)
                return name == LANG_EN_US ? 3 : name == LANG_NEUTRAL ? 2 : 1;
        return wanted == PE_ANY || name == wanted;
}

/* The entry of the folder at offset that answers best: 1 and its target, 0, < 0. */
static int find_entry(struct pe_file *pe, uint32_t offset, uint32_t wanted, bool language, uint32_t *ret_target,
                      ow_error *err)
{
        struct entry_disk entries[BATCH];
        struct folder_disk folder;
        unsigned best = 0, count;
        int r;

        r = read_resource(pe, offset, &folder, sizeof folder, err);
        if (r < 0)
                return r;
        count = (unsigned)ow_le16_get(folder.n_named) + ow_le16_get(folder.n_numbered);
        if (count > MAX_ENTRIES)
                return ow_fail(err, OW_E_LIMIT, offset, "a resource folder of %u entries, limit %d", count,
                               MAX_ENTRIES);
        for (unsigned i = 0; i < count; i++) {
                unsigned rating, left = count - i;

                if (i % BATCH == 0) {
                        r = read_resource(pe, offset + (uint32_t)sizeof folder + i * (uint32_t)sizeof entries[0],
                                          entries, (left < BATCH ? left : BATCH) * (uint32_t)sizeof entries[0], err);
                        if (r < 0)
                                return r;
                }
                rating = rate(ow_le32_get(entries[i % BATCH].name), wanted, language);
                if (rating > best) {
                        best = rating;
                        *ret_target = ow_le32_get(entries[i % BATCH].target);
                }
        }
        return best > 0;
}

int pe_resource_find(struct pe_file *pe, uint32_t type, uint32_t name, struct pe_data *ret, ow_error *err)
{
        const uint32_t wanted[3] = { type, name, PE_ANY };
        struct data_disk data;
        uint32_t at = HIGH;
        int r;

        if (pe->resource_rva == 0 || pe->resource_size == 0)
                return 0;
        for (unsigned level = 0; level < 3; level++) {
                if (!(at & HIGH))
                        return ow_fail(err, OW_E_CORRUPT, at, "a resource where a folder should be");
                r = find_entry(pe, at & ~HIGH, wanted[level], level == 2, &at, err);
                if (r <= 0)
                        return r;
        }
        if (at & HIGH)
                return ow_fail(err, OW_E_CORRUPT, at & ~HIGH, "resource folders nest too deep");
        r = read_resource(pe, at, &data, sizeof data, err);
        if (r < 0)
                return r;
        *ret = (struct pe_data){ ow_le32_get(data.rva), ow_le32_get(data.size) };
        return 1;
}
