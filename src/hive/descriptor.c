/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is this a SECURITY_DESCRIPTOR that Windows can use? Shape only, not what it grants. docs/formats/regf.md 4.7. */
#include <assert.h>

#include "base/le.h"
#include "hive/hive.h"

struct descriptor_disk {
        uint8_t revision;       /* 0x00 1 */
        uint8_t spare;          /* 0x01 */
        ow_le16 control;        /* 0x02 enum control */
        ow_le32 owner;          /* 0x04 offsets from the start of the descriptor; 0: none */
        ow_le32 group;          /* 0x08 */
        ow_le32 sacl;           /* 0x0c */
        ow_le32 dacl;           /* 0x10 */
};
static_assert(sizeof(struct descriptor_disk) == 0x14, "security descriptor");

struct acl_disk {
        uint8_t revision;       /* 0x00 2 to 4 */
        uint8_t spare;          /* 0x01 */
        ow_le16 size;           /* 0x02 bytes with this head */
        ow_le16 count;          /* 0x04 entries */
        uint8_t spare2[2];      /* 0x06 */
};
static_assert(sizeof(struct acl_disk) == 8, "access control list");

enum control { DACL_PRESENT = 0x0004, SACL_PRESENT = 0x0010, SELF_RELATIVE = 0x8000 };

enum {
        SID_HEAD = 8,           /* revision, count, authority */
        SID_MOST = 15,          /* numbers behind the head */
        ENTRY_HEAD = 4,         /* type, flags, size */
        DESCRIPTOR_MOST = 0xffff,
};

static int check_sid(ow_view d, uint32_t at, const char *what, ow_error *err)
{
        uint8_t head[SID_HEAD];
        ow_view sid;

        if (at == 0)
                return 0;
        if (at < sizeof(struct descriptor_disk) || !ow_view_copy(d, at, head, sizeof head) || head[0] != 1 ||
            head[1] > SID_MOST || !ow_view_sub(d, at, SID_HEAD + 4u * head[1], &sid))
                return ow_fail(err, OW_E_INVAL, at, "%s of the security descriptor is not a SID inside it", what);
        return 0;
}

static int check_acl(ow_view d, uint32_t at, const char *what, ow_error *err)
{
        struct acl_disk head;
        uint32_t left;
        ow_view acl;

        if (at == 0)
                return 0;
        if (at < sizeof(struct descriptor_disk) || !ow_view_copy(d, at, &head, sizeof head) || head.revision < 2 ||
            head.revision > 4 || ow_le16_get(head.size) < sizeof head ||
            !ow_view_sub(d, at, ow_le16_get(head.size), &acl))
                return ow_fail(err, OW_E_INVAL, at, "%s of the security descriptor is not a list inside it", what);
        (void)ow_view_from(acl, sizeof head, &acl);
        left = ow_le16_get(head.count);
        for (; left > 0; left--) {
                uint8_t entry[ENTRY_HEAD];
                uint16_t size;

                if (!ow_view_copy(acl, 0, entry, sizeof entry))
                        break;
                size = ow_le16_at(entry + 2);
                if (size < ENTRY_HEAD || !ow_view_from(acl, size, &acl))
                        break;
        }
        if (left > 0)
                return ow_fail(err, OW_E_INVAL, at, "%s of the security descriptor: entry %u of %u leaves it", what,
                               ow_le16_get(head.count) - left, ow_le16_get(head.count));
        return 0;
}

int hive_descriptor_check(ow_view descriptor, ow_error *err)
{
        struct descriptor_disk d;
        uint16_t control;
        int r;

        if (descriptor.len > DESCRIPTOR_MOST || !ow_view_copy(descriptor, 0, &d, sizeof d))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "security descriptor of %zu bytes", descriptor.len);
        control = ow_le16_get(d.control);
        if (d.revision != 1 || !(control & SELF_RELATIVE))
                return ow_fail(err, OW_E_INVAL, 0, "security descriptor has revision %u and control 0x%04x; "
                               "a self-relative one of revision 1 is needed", d.revision, control);
        r = check_sid(descriptor, ow_le32_get(d.owner), "owner", err);
        if (r >= 0)
                r = check_sid(descriptor, ow_le32_get(d.group), "group", err);
        if (r >= 0 && (control & SACL_PRESENT))
                r = check_acl(descriptor, ow_le32_get(d.sacl), "SACL", err);
        if (r >= 0 && (control & DACL_PRESENT))
                r = check_acl(descriptor, ow_le32_get(d.dacl), "DACL", err);
        return r;
}
