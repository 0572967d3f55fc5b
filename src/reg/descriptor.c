/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Security descriptors as people read them: SDDL, with the rights of registry keys. Source: [MS-DTYP] 2.4.2 (SIDs),
 * 2.4.4 to 2.4.6 (entries, lists, descriptors), 2.5.1 (the text).
 */
#include <inttypes.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/le.h"
#include "base/macros.h"

enum {
        HEAD = 20, /* of a descriptor */
        OWNER_AT = 4,
        GROUP_AT = 8,
        SACL_AT = 12,
        DACL_AT = 16,
        ACL_HEAD = 8,
        ACE_HEAD = 8, /* type, flags, size, mask; then, in the common types, a SID */
        SID_HEAD = 8,
        SID_MOST = 15,
};

struct word {
        uint32_t bits;
        const char *text;
};

static const struct word types[] = { { 0x00, "A" }, { 0x01, "D" }, { 0x02, "AU" }, { 0x03, "AL" }, { 0x11, "ML" } };

static const struct word flags[] = { { 0x01, "OI" }, { 0x02, "CI" }, { 0x04, "NP" }, { 0x08, "IO" },
                                     { 0x10, "ID" }, { 0x40, "SA" }, { 0x80, "FA" } };

static const struct word rights[] = { { 0x000f003f, "KA" }, { 0x00020019, "KR" }, { 0x00020006, "KW" },
                                      { 0x10000000, "GA" }, { 0x80000000, "GR" }, { 0x40000000, "GW" },
                                      { 0x20000000, "GX" } };

static const struct {
        const char *sid, *text;
} known[] = {
        { "S-1-1-0", "WD" },      { "S-1-3-0", "CO" },      { "S-1-3-1", "CG" },      { "S-1-5-2", "NU" },
        { "S-1-5-4", "IU" },      { "S-1-5-6", "SU" },      { "S-1-5-7", "AN" },      { "S-1-5-10", "PS" },
        { "S-1-5-11", "AU" },     { "S-1-5-12", "RC" },     { "S-1-5-18", "SY" },     { "S-1-5-19", "LS" },
        { "S-1-5-20", "NS" },     { "S-1-5-32-544", "BA" }, { "S-1-5-32-545", "BU" }, { "S-1-5-32-546", "BG" },
        { "S-1-5-32-547", "PU" }, { "S-1-5-32-549", "SO" }, { "S-1-5-32-551", "BO" }, { "S-1-15-2-1", "AC" },
        { "S-1-16-4096", "LW" },  { "S-1-16-8192", "ME" },  { "S-1-16-12288", "HI" }, { "S-1-16-16384", "SI" },
};

static const char *word_of(const struct word *words, size_t n, uint32_t bits)
{
        for (size_t i = 0; i < n; i++)
                if (words[i].bits == bits)
                        return words[i].text;
        return NULL;
}

/* False: no SID that fits there. */
static bool put_sid(ow_buffer *out, ow_view bytes)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        uint64_t authority = 0;
        ow_view whole;

        if (bytes.len < SID_HEAD || bytes.p[0] != 1 || bytes.p[1] > SID_MOST ||
            !ow_view_sub(bytes, 0, SID_HEAD + 4u * bytes.p[1], &whole))
                return false;
        for (size_t i = 2; i < SID_HEAD; i++)
                authority = authority << 8 | whole.p[i];
        if (authority >> 32)
                ow_buffer_printf(&text, "S-1-0x%012" PRIx64, authority);
        else
                ow_buffer_printf(&text, "S-1-%" PRIu64, authority);
        for (size_t i = 0; i < whole.p[1]; i++)
                ow_buffer_printf(&text, "-%" PRIu32, ow_le32_at(whole.p + SID_HEAD + 4 * i));
        ow_buffer_put_byte(&text, 0);
        if (ow_buffer_failed(&text)) {
                out->failed = true;
                return true;
        }
        for (size_t i = 0; i < OW_COUNT(known); i++) {
                if (strcmp(known[i].sid, (const char *)text.p) == 0) {
                        ow_buffer_put_text(out, known[i].text);
                        return true;
                }
        }
        ow_buffer_put_text(out, (const char *)text.p);
        return true;
}

/* (type;flags;rights;;;sid); of a type with more parts than that only the first three. */
static void put_entry(ow_buffer *out, ow_view entry)
{
        const char *type = word_of(types, OW_COUNT(types), entry.p[0]), *right;
        uint32_t mask = ow_le32_at(entry.p + 4);
        ow_view sid = { NULL, 0 };

        right = word_of(rights, OW_COUNT(rights), mask);
        if (type)
                ow_buffer_printf(out, "(%s;", type);
        else
                ow_buffer_printf(out, "(0x%x;", entry.p[0]);
        for (size_t i = 0; i < OW_COUNT(flags); i++)
                if (entry.p[1] & flags[i].bits)
                        ow_buffer_put_text(out, flags[i].text);
        if (right)
                ow_buffer_printf(out, ";%s;;;", right);
        else
                ow_buffer_printf(out, ";0x%" PRIx32 ";;;", mask);
        (void)ow_view_from(entry, ACE_HEAD, &sid);
        if (!type || !put_sid(out, sid))
                ow_buffer_put_text(out, "?");
        ow_buffer_put_text(out, ")");
}

static bool put_entries(ow_buffer *out, ow_view acl)
{
        ow_view rest = acl, entry;
        unsigned count = ow_le16_at(acl.p + 4);

        if (!ow_view_sub(acl, 0, ow_le16_at(acl.p + 2), &rest) || !ow_view_from(rest, ACL_HEAD, &rest))
                return false;
        for (; count > 0; count--) {
                size_t size = rest.len < ACE_HEAD ? 0 : ow_le16_at(rest.p + 2);

                if (size < ACE_HEAD || !ow_view_sub(rest, 0, size, &entry))
                        return false;
                put_entry(out, entry);
                (void)ow_view_from(rest, size, &rest);
        }
        return true;
}

/* letter and shift: of the DACL and, one bit further, of the SACL. */
static bool put_acl(ow_buffer *out, ow_view descriptor, char letter, unsigned shift, size_t at)
{
        unsigned control = ow_le16_at(descriptor.p + 2);
        uint32_t offset = ow_le32_at(descriptor.p + at);
        ow_view acl;

        if (!(control & 0x0004u << 2 * shift))
                return true;
        ow_buffer_printf(out, "%c:", letter);
        if (control & 0x1000u << shift)
                ow_buffer_put_text(out, "P");
        if (control & 0x0100u << shift)
                ow_buffer_put_text(out, "AR");
        if (control & 0x0400u << shift)
                ow_buffer_put_text(out, "AI");
        if (offset == 0) {
                ow_buffer_put_text(out, "NO_ACCESS_CONTROL");
                return true;
        }
        return ow_view_from(descriptor, offset, &acl) && acl.len >= ACL_HEAD && put_entries(out, acl);
}

static bool put_owner(ow_buffer *out, ow_view descriptor, const char *label, size_t at)
{
        uint32_t offset = ow_le32_at(descriptor.p + at);
        ow_view sid;

        if (offset == 0)
                return true;
        ow_buffer_put_text(out, label);
        return ow_view_from(descriptor, offset, &sid) && put_sid(out, sid);
}

int ow_reg_descriptor_text(const void *descriptor, size_t size, char **ret, ow_error *err)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        ow_view d = { descriptor, size };
        char *text;

        if (size < HEAD || d.p[0] != 1)
                return ow_fail(err, OW_E_CORRUPT, 0, "%zu bytes are no security descriptor", size);
        if (!put_owner(&out, d, "O:", OWNER_AT) || !put_owner(&out, d, "G:", GROUP_AT) ||
            !put_acl(&out, d, 'D', 0, DACL_AT) || !put_acl(&out, d, 'S', 1, SACL_AT))
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "a part of the security descriptor leaves it");
        text = ow_buffer_take_text(&out);
        if (!text)
                return ow_fail_nomem(err);
        *ret = text;
        return 0;
}
