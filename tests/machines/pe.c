/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pe.c - program files for recipes: a PE image with one section, .rsrc, that holds a version resource. Nothing in it
 * can run. Enough for whatever asks a file which machine it is for and whose it is.
 */
#include <stdio.h>
#include <string.h>

#include "build.h"

enum {
        PE_AT = 0x80, FILE_ALIGN = 0x200, SECTION_ALIGN = 0x1000, RESOURCE_RVA = 0x1000,
        MACHINE_X86 = 0x14c, MACHINE_X64 = 0x8664, RT_VERSION = 16, LANG_EN_US = 0x409, SUBSYSTEM_NATIVE = 1,
        SUBSYSTEM_GUI = 2,
};

static void align(struct bytes *b, size_t to)
{
        while (b->len % to)
                bytes_le(b, 0, 1);
}

/* The blocks of a version resource: u16 size, u16 value size, u16 type, key, then the value, each on 4 bytes. */
static size_t open_block(struct bytes *b, size_t value_size, unsigned is_text, const char *key)
{
        size_t start;

        align(b, 4);
        start = b->len;
        bytes_le(b, 0, 2);
        bytes_le(b, value_size, 2);
        bytes_le(b, is_text, 2);
        (void)bytes_utf16(b, key);
        bytes_le(b, 0, 2);
        align(b, 4);
        return start;
}

static void close_block(struct bytes *b, size_t start)
{
        put_le((uint8_t *)b->p + start, b->len - start, 2);
}

static bool put_text(struct bytes *b, const char *key, const char *text)
{
        AUTO_BYTES utf16 = { 0 };
        size_t start;

        if (!bytes_utf16(&utf16, text))
                return false;
        bytes_le(&utf16, 0, 2);
        start = open_block(b, utf16.len / 2, 1, key);
        bytes_put(b, utf16.p, utf16.len);
        close_block(b, start);
        return true;
}

static bool put_version(struct bytes *b, const struct pe *pe)
{
        unsigned v[4] = { 1, 0, 0, 0 };
        size_t root, info, table, translation;
        bool good;

        (void)sscanf(pe->version, "%u.%u.%u.%u", &v[0], &v[1], &v[2], &v[3]);
        root = open_block(b, 52, 0, "VS_VERSION_INFO");
        const uint64_t fixed[13] = {
                0xfeef04bd, 0x10000, v[0] << 16 | v[1], v[2] << 16 | v[3], v[0] << 16 | v[1], v[2] << 16 | v[3],
                0x3f, 0, 0x40004, pe->driver ? 3 : 1, pe->driver ? 7 : 0, 0, 0,
        };
        for (size_t i = 0; i < COUNT(fixed); i++)
                bytes_le(b, fixed[i], 4);
        info = open_block(b, 0, 1, "StringFileInfo");
        table = open_block(b, 0, 1, "040904b0");
        good = put_text(b, "CompanyName", pe->company) && put_text(b, "FileDescription", pe->description) &&
               put_text(b, "FileVersion", pe->version) && put_text(b, "InternalName", pe->file_name) &&
               put_text(b, "OriginalFilename", pe->file_name) && put_text(b, "ProductName", pe->product) &&
               put_text(b, "ProductVersion", pe->version);
        close_block(b, table);
        close_block(b, info);
        info = open_block(b, 0, 1, "VarFileInfo");
        translation = open_block(b, 4, 0, "Translation");
        bytes_le(b, 0x04b00409, 4);
        close_block(b, translation);
        close_block(b, info);
        close_block(b, root);
        return good;
}

/* One level of the resource tree: a directory with one numbered entry. */
static void put_directory(struct bytes *b, unsigned id, uint32_t target)
{
        for (unsigned i = 0; i < 7; i++)
                bytes_le(b, 0, 2);
        bytes_le(b, 1, 2);
        bytes_le(b, id, 4);
        bytes_le(b, target, 4);
}

static bool put_resources(struct bytes *b, const struct pe *pe)
{
        AUTO_BYTES version = { 0 };

        if (!put_version(&version, pe))
                return false;
        put_directory(b, RT_VERSION, 0x80000018);
        put_directory(b, 1, 0x80000030);
        put_directory(b, LANG_EN_US, 0x48);
        bytes_le(b, RESOURCE_RVA + 0x58, 4);
        bytes_le(b, version.len, 4);
        bytes_le(b, 1200, 4);
        bytes_le(b, 0, 4);
        bytes_put(b, version.p, version.len);
        return true;
}

static void put_headers(struct bytes *out, const struct pe *pe, size_t resources)
{
        bool wide = strcmp(pe->machine, "x64") == 0;
        size_t raw = (resources + FILE_ALIGN - 1) / FILE_ALIGN * FILE_ALIGN, optional_size = wide ? 240 : 224;
        uint8_t h[FILE_ALIGN] = { 'M', 'Z' };
        uint8_t *coff = h + PE_AT + 4, *optional = coff + 20, *dirs, *section;

        put_le(h + 0x3c, PE_AT, 4);
        memcpy(h + PE_AT, "PE\0", 4);
        put_le(coff, wide ? MACHINE_X64 : MACHINE_X86, 2);
        put_le(coff + 2, 1, 2);                                 /* sections */
        put_le(coff + 16, optional_size, 2);
        put_le(coff + 18, wide ? 0x22 : 0x102, 2);              /* executable; large addresses or 32 bit */
        put_le(optional, wide ? 0x20b : 0x10b, 2);
        put_le(optional + 8, raw, 4);
        if (wide)
                put_le(optional + 24, 0x140000000, 8);
        else
                put_le(optional + 28, 0x400000, 4);
        put_le(optional + 32, SECTION_ALIGN, 4);
        put_le(optional + 36, FILE_ALIGN, 4);
        put_le(optional + 40, 6, 2);                            /* system version */
        put_le(optional + 48, 6, 2);                            /* subsystem version */
        put_le(optional + 56, RESOURCE_RVA + SECTION_ALIGN, 4);
        put_le(optional + 60, FILE_ALIGN, 4);
        put_le(optional + 68, pe->driver ? SUBSYSTEM_NATIVE : SUBSYSTEM_GUI, 2);
        put_le(optional + (wide ? 108 : 92), 16, 4);            /* data directories */
        dirs = optional + (wide ? 112 : 96);
        put_le(dirs + 2 * 8, RESOURCE_RVA, 4);
        put_le(dirs + 2 * 8 + 4, resources, 4);
        section = optional + optional_size;
        memcpy(section, ".rsrc", 5);
        put_le(section + 8, resources, 4);
        put_le(section + 12, RESOURCE_RVA, 4);
        put_le(section + 16, raw, 4);
        put_le(section + 20, FILE_ALIGN, 4);
        put_le(section + 36, 0x40000040, 4);                    /* initialised data, readable */
        bytes_put(out, h, sizeof h);
}

int pe_make(const struct pe *pe, struct bytes *out, ow_error *err)
{
        AUTO_BYTES resources = { 0 };

        if (!put_resources(&resources, pe))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s': its texts are not UTF-8", pe->file_name);
        put_headers(out, pe, resources.len);
        bytes_put(out, resources.p, resources.len);
        align(out, FILE_ALIGN);
        return 0;
}
