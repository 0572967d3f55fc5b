/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers of a PE image, and bytes by their address in memory. */
#include "pe/pe.h"

#include <assert.h>
#include <string.h>

#include "base/checked.h"
#include "base/le.h"
#include "base/macros.h"

struct dos_disk {
        uint8_t magic[2]; /* 0x00 "MZ" */
        uint8_t rest[58];
        ow_le32 pe_offset; /* 0x3c */
};
static_assert(sizeof(struct dos_disk) == 0x40, "DOS header");

struct coff_disk {
        uint8_t magic[4];   /* 0x00 "PE\0\0" */
        ow_le16 machine;    /* 0x04 */
        ow_le16 n_sections; /* 0x06 */
        uint8_t rest[12];
        ow_le16 optional_size;   /* 0x14 bytes */
        ow_le16 characteristics; /* 0x16 */
};
static_assert(sizeof(struct coff_disk) == 0x18, "COFF header");

struct section_disk {
        uint8_t name[8];
        ow_le32 size;   /* 0x08 bytes in memory */
        ow_le32 rva;    /* 0x0c */
        ow_le32 stored; /* 0x10 bytes in the file */
        ow_le32 offset; /* 0x14 in the file */
        uint8_t rest[16];
};
static_assert(sizeof(struct section_disk) == 0x28, "section header");

/* Of the optional header: where the count of data directories stands; they follow it, 8 bytes each. */
enum { MAGIC_32 = 0x10b, MAGIC_64 = 0x20b, COUNT_AT_32 = 92, COUNT_AT_64 = 108, RESOURCES = 2 };
enum { SUBSYSTEM_VERSION = 48, MAX_OPTIONAL = 1024 };

/* size bytes of the file at offset. */
static int read_at(struct pe_file *pe, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        if (!ow_fits_u64(offset, size, pe->source->size))
                return ow_fail(err, OW_E_CORRUPT, offset, "%zu bytes at %llu are past the end of the file (%llu)",
                               size, (unsigned long long)offset, (unsigned long long)pe->source->size);
        if (pe->reads == 0 || size > pe->budget)
                return ow_fail(err, OW_E_LIMIT, offset, "its tables ask for more than %d bytes", PE_BUDGET);
        pe->reads--;
        pe->budget -= (uint32_t)size;
        return pe->source->read(pe->source->state, offset, buf, size, err);
}

static void decode_optional(struct pe_file *pe, const uint8_t *optional, size_t size)
{
        uint16_t magic = size >= 2 ? ow_le16_at(optional) : 0;
        size_t at = magic == MAGIC_32 ? COUNT_AT_32 : COUNT_AT_64, dir = at + 4 + RESOURCES * 8;

        if ((magic == MAGIC_32 || magic == MAGIC_64) && size >= SUBSYSTEM_VERSION + 4) {
                pe->windows_major = ow_le16_at(optional + SUBSYSTEM_VERSION);
                pe->windows_minor = ow_le16_at(optional + SUBSYSTEM_VERSION + 2);
        }
        if ((magic != MAGIC_32 && magic != MAGIC_64) || size < dir + 8 || ow_le32_at(optional + at) <= RESOURCES)
                return;
        pe->resource_rva = ow_le32_at(optional + dir);
        pe->resource_size = ow_le32_at(optional + dir + 4);
}

static int load_sections(struct pe_file *pe, uint64_t at, unsigned count, ow_error *err)
{
        struct section_disk sections[PE_MAX_SECTIONS];
        int r;

        if (count > PE_MAX_SECTIONS)
                return ow_fail(err, OW_E_CORRUPT, at, "%u sections, limit %d", count, PE_MAX_SECTIONS);
        r = read_at(pe, at, sections, count * sizeof sections[0], err);
        if (r < 0)
                return r;
        for (unsigned i = 0; i < count; i++)
                pe->sections[i] = (struct pe_section){
                        ow_le32_get(sections[i].rva),
                        ow_le32_get(sections[i].offset),
                        ow_le32_get(sections[i].stored),
                };
        pe->n_sections = count;
        return 0;
}

int pe_load(const ow_source *source, struct pe_file *ret, ow_error *err)
{
        struct pe_file pe = { .source = source, .budget = PE_BUDGET, .reads = PE_READS };
        uint8_t optional[MAX_OPTIONAL];
        struct coff_disk coff;
        struct dos_disk dos;
        uint64_t at, size;
        int r;

        if (source->size < sizeof dos)
                return ow_fail(err, OW_E_FORMAT, 0, "not a program file: %llu bytes",
                               (unsigned long long)source->size);
        r = read_at(&pe, 0, &dos, sizeof dos, err);
        if (r < 0)
                return r;
        at = ow_le32_get(dos.pe_offset);
        if (memcmp(dos.magic, "MZ", 2) != 0 || !ow_fits_u64(at, sizeof coff, source->size))
                return ow_fail(err, OW_E_FORMAT, 0, "not a program file for Windows");
        r = read_at(&pe, at, &coff, sizeof coff, err);
        if (r < 0)
                return r;
        if (memcmp(coff.magic, "PE\0", 4) != 0)
                return ow_fail(err, OW_E_FORMAT, at, "not a program file for Windows NT");
        pe.machine = ow_le16_get(coff.machine);
        size = ow_le16_get(coff.optional_size);
        if (size > sizeof optional)
                return ow_fail(err, OW_E_CORRUPT, at, "optional header of %u bytes, limit %d", (unsigned)size,
                               MAX_OPTIONAL);
        r = read_at(&pe, at + sizeof coff, optional, (size_t)size, err);
        if (r < 0)
                return r;
        decode_optional(&pe, optional, (size_t)size);
        r = load_sections(&pe, at + sizeof coff + size, ow_le16_get(coff.n_sections), err);
        if (r < 0)
                return r;
        *ret = pe;
        return 0;
}

int pe_check_whole(const struct pe_file *pe, ow_error *err)
{
        for (unsigned i = 0; i < pe->n_sections; i++) {
                const struct pe_section *s = &pe->sections[i];

                if (s->stored && !ow_fits_u64(s->offset, s->stored, pe->source->size))
                        return ow_fail(err, OW_E_CORRUPT, s->offset,
                                       "it is cut off: %llu bytes, and section %u ends at %llu",
                                       (unsigned long long)pe->source->size, i + 1,
                                       (unsigned long long)s->offset + s->stored);
        }
        return 0;
}

int pe_read(struct pe_file *pe, uint32_t rva, void *buf, uint32_t size, ow_error *err)
{
        for (unsigned i = 0; i < pe->n_sections; i++) {
                const struct pe_section *s = &pe->sections[i];

                if (rva >= s->rva && ow_fits_u64(rva - s->rva, size, s->stored))
                        return read_at(pe, (uint64_t)s->offset + (rva - s->rva), buf, size, err);
        }
        return ow_fail(err, OW_E_CORRUPT, rva, "%u bytes at address 0x%x lie in no section", size, rva);
}
