/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small program file, made field by field: x64, one section of resources with a version (company "Acme", file version
 * 6.1.7601.17514) and string 100, "Hello".
 */
#ifndef TESTS_UNIT_PE_IMAGE_H
#define TESTS_UNIT_PE_IMAGE_H

#include <string.h>

#include "base/le.h"
#include "pe/pe.h"

enum { PE_AT = 0x80, SECTION_AT = PE_AT + 24 + 240, RSRC = 0x200, RVA = 0x1000, SIZE = 0x600, VERSION_AT = 0x100 };

struct image {
        uint8_t b[SIZE];
};

static size_t put_utf16(uint8_t *p, const char *text)
{
        size_t n = 0;

        for (; *text; text++, n += 2)
                ow_le16_put(p + n, (uint8_t)*text);
        ow_le16_put(p + n, 0);
        return n + 2;
}

/* A block of a version resource at *at: head and key; the caller fills in what follows and closes it. */
static size_t open_block(uint8_t *p, size_t *at, uint16_t value_length, uint16_t text, const char *key)
{
        size_t start = *at = (*at + 3) & ~(size_t)3;

        ow_le16_put(p + start + 2, value_length);
        ow_le16_put(p + start + 4, text);
        *at += 6;
        *at += put_utf16(p + *at, key);
        *at = (*at + 3) & ~(size_t)3;
        return start;
}

static void close_block(uint8_t *p, size_t start, size_t at)
{
        ow_le16_put(p + start, (uint16_t)(at - start));
}

static size_t put_version(uint8_t *p)
{
        size_t at = 0, root = open_block(p, &at, 52, 0, "VS_VERSION_INFO"), info, table, string;

        ow_le32_put(p + at, 0xfeef04bd);
        ow_le32_put(p + at + 8, 6 << 16 | 1);
        ow_le32_put(p + at + 12, 7601 << 16 | 17514);
        ow_le32_put(p + at + 16, 2 << 16 | 3);
        ow_le32_put(p + at + 20, 4 << 16 | 5);
        at += 52;
        info = open_block(p, &at, 0, 1, "StringFileInfo");
        table = open_block(p, &at, 0, 1, "040904b0");
        string = open_block(p, &at, 5, 1, "CompanyName");
        at += put_utf16(p + at, "Acme");
        close_block(p, string, at);
        string = open_block(p, &at, 4, 1, "FileVersion");
        at += put_utf16(p + at, "6.1");
        close_block(p, string, at);
        close_block(p, table, at);
        close_block(p, info, at);
        close_block(p, root, at);
        return at;
}

static void put_entry(uint8_t *p, uint32_t name, uint32_t target)
{
        ow_le32_put(p, name);
        ow_le32_put(p + 4, target);
}

/* Resources: string block 7 (strings 96 to 111) and a version. */
static void put_resources(uint8_t *p)
{
        static const struct {
                size_t at;
                uint32_t name, target;
        } folders[] = {
                { 0x30, 7, 0x80000050 }, { 0x50, 0x409, 0xb0 }, { 0x70, 1, 0x80000090 }, { 0x90, 0x409, 0xc0 },
        };
        size_t at;

        ow_le16_put(p + 14, 2);
        put_entry(p + 16, 6, 0x80000030);
        put_entry(p + 24, 16, 0x80000070);
        for (size_t i = 0; i < 4; i++) {
                ow_le16_put(p + folders[i].at + 14, 1);
                put_entry(p + folders[i].at + 16, folders[i].name, folders[i].target);
        }
        put_entry(p + 0xb0, RVA + 0xd0, 2 + 10 + 15 * 2);
        put_entry(p + 0xc0, RVA + VERSION_AT, 0);
        at = 0xd0;
        for (uint32_t id = 0; id < 16; id++) {
                ow_le16_put(p + at, id == 4 ? 5 : 0);
                at += 2;
                if (id == 4)
                        at += put_utf16(p + at, "Hello") - 2;
        }
        ow_le32_put(p + 0xc4, (uint32_t)put_version(p + VERSION_AT));
}

static void image_make(struct image *image)
{
        uint8_t *b = image->b;

        memset(b, 0, sizeof image->b);
        memcpy(b, "MZ", 2);
        ow_le32_put(b + 0x3c, PE_AT);
        memcpy(b + PE_AT, "PE", 2);
        ow_le16_put(b + PE_AT + 4, PE_MACHINE_X64);
        ow_le16_put(b + PE_AT + 6, 1);
        ow_le16_put(b + PE_AT + 20, 240);
        ow_le16_put(b + PE_AT + 24, 0x20b);
        ow_le32_put(b + PE_AT + 24 + 108, 16);
        ow_le32_put(b + PE_AT + 24 + 112 + 16, RVA);
        ow_le32_put(b + PE_AT + 24 + 112 + 20, SIZE - RSRC);
        ow_le32_put(b + SECTION_AT + 8, SIZE - RSRC);
        ow_le32_put(b + SECTION_AT + 12, RVA);
        ow_le32_put(b + SECTION_AT + 16, SIZE - RSRC);
        ow_le32_put(b + SECTION_AT + 20, RSRC);
        put_resources(b + RSRC);
}

#endif
