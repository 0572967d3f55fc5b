/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What NDIS keeps of each interface up to 8.1: its alias, which is the connection's name, and its GUID (nsi.md). */
#include <assert.h>
#include <string.h>

#include <offwin/nsi.h>

#include "base/buffer.h"
#include "base/le.h"
#include "base/utf16.h"
#include "guest/nsi-hex.h"

enum { TEXT_BYTES = 514 }; /* room of an alias or description: 257 UTF-16 units */

struct ifinfo_disk {
        uint8_t head[4];                 /* 0x000 ae 01 84 04 on 7 and 8.1 */
        ow_le16 alias_size;              /* 0x004 bytes */
        uint8_t alias[TEXT_BYTES];       /* 0x006 UTF-16LE; what stands behind its end is left over */
        ow_le16 description_size;        /* 0x208 bytes */
        uint8_t description[TEXT_BYTES]; /* 0x20a */
        uint8_t unknown[4];              /* 0x40c */
        uint8_t guid[16];                /* 0x410 */
        uint8_t rest[1256];              /* 0x420 */
};
static_assert(sizeof(struct ifinfo_disk) == OW_NSI_IFINFO_SIZE, "ifinfo row");
static_assert(offsetof(struct ifinfo_disk, description_size) == 520, "ifinfo row");
static_assert(offsetof(struct ifinfo_disk, guid) == 1040, "ifinfo row");

static int take_text(const char *name, ow_le16 size, const uint8_t *utf16, char text[1540], ow_error *err)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        size_t bytes = ow_le16_get(size);

        if (bytes > TEXT_BYTES || bytes % 2)
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE,
                               "interface row '%s' has a text of %zu bytes, room is %d", name, bytes, TEXT_BYTES);
        ow_utf16_to_utf8((ow_view){ utf16, bytes }, &out);
        if (ow_buffer_failed(&out))
                return ow_fail_nomem(err);
        if (out.len)
                memcpy(text, out.p, out.len); /* 257 units are at most 771 bytes */
        text[out.len] = '\0';
        return 0;
}

static int check_size(size_t size, const char *name, ow_error *err)
{
        if (size != OW_NSI_IFINFO_SIZE)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "interface row '%s' has %zu bytes, only rows of %d are known", name, size,
                               OW_NSI_IFINFO_SIZE);
        return 0;
}

int ow_nsi_ifinfo_decode(const char *name, const void *data, size_t size, ow_nsi_ifinfo *ret, ow_error *err)
{
        struct ifinfo_disk d;
        ow_nsi_ifinfo row;
        int r;

        if (strlen(name) != OW_LUID_TEXT - 1 || !ow_luid_parse(name, &row.luid))
                return ow_fail(err, OW_E_FORMAT, OW_NOWHERE, "'%.160s' is no key of this table", name);
        r = check_size(size, name, err);
        if (r < 0)
                return r;
        memcpy(&d, data, sizeof d);
        r = take_text(name, d.alias_size, d.alias, row.alias, err);
        if (r == 0)
                r = take_text(name, d.description_size, d.description, row.description, err);
        if (r < 0)
                return r;
        memcpy(row.guid, d.guid, sizeof row.guid);
        *ret = row;
        return 0;
}

int ow_nsi_ifinfo_rename(void *data, size_t size, const char *alias, ow_error *err)
{
        OW_AUTO_BUFFER utf16 = OW_BUFFER_INIT;
        struct ifinfo_disk d;
        int r;

        r = check_size(size, alias, err);
        if (r == 0)
                r = ow_utf8_to_utf16(alias, strlen(alias), &utf16, err);
        if (r < 0)
                return r;
        if (ow_buffer_failed(&utf16))
                return ow_fail_nomem(err);
        if (utf16.len > TEXT_BYTES - 2)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "the alias '%.60s' has more than 256 characters", alias);
        memcpy(&d, data, sizeof d);
        d.alias_size = ow_le16_of((uint16_t)utf16.len);
        memset(d.alias, 0, sizeof d.alias);
        if (utf16.len)
                memcpy(d.alias, utf16.p, utf16.len);
        memcpy(data, &d, sizeof d);
        return 0;
}
