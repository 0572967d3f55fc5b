/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hive from nothing: base block, one bin, a root key and its security. */
#include <string.h>

#include "base/alloc.h"
#include "hive/hive.h"

/*
 * Owner Administrators, group SYSTEM; SYSTEM and Administrators full access, Users read, all inherited by subkeys.
 * docs/formats/regf.md 4.7 says how such a descriptor is built.
 */
static const uint8_t default_descriptor[] = {
        0x01, 0x00, 0x04, 0x80, 0x60, 0x00, 0x00, 0x00, 0x70, 0x00, 0x00, 0x00, /* revision, control, owner, group */
        0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, /* no SACL, DACL at 0x14 */
        0x02, 0x00, 0x4c, 0x00, 0x03, 0x00, 0x00, 0x00, /* ACL of three entries */
        0x00, 0x02, 0x14, 0x00, 0x3f, 0x00, 0x0f, 0x00, /* allow, containers, full */
        0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x12, 0x00, 0x00, 0x00, /* S-1-5-18 SYSTEM */
        0x00, 0x02, 0x18, 0x00, 0x3f, 0x00, 0x0f, 0x00, /* allow, containers, full */
        0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x20, 0x00, 0x00, 0x00, /* S-1-5-32-544 Administrators */
        0x20, 0x02, 0x00, 0x00,
        0x00, 0x02, 0x18, 0x00, 0x19, 0x00, 0x02, 0x00, /* allow, containers, read */
        0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x20, 0x00, 0x00, 0x00, /* S-1-5-32-545 Users */
        0x21, 0x02, 0x00, 0x00,
        0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x20, 0x00, 0x00, 0x00, /* 0x60 owner: Administrators */
        0x20, 0x02, 0x00, 0x00,
        0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x12, 0x00, 0x00, 0x00, /* 0x70 group: SYSTEM */
};

enum { ROOT_FLAGS = OW_KEY_HIVE_ENTRY | OW_KEY_NO_DELETE, NAME_MOST = 31 };

static int make_root(ow_hive *h, const struct hive_name *name, ow_view descriptor, ow_error *err)
{
        struct hive_node root = { .flags = ROOT_FLAGS, .subkeys = HIVE_NIL, .values = HIVE_NIL,
                                  .class_cell = HIVE_NIL };
        struct hive_security sk = { .references = 1, .descriptor = descriptor };
        struct hive_node check;
        int r;

        r = hive_cell_alloc(h, hive_node_body_size(name), &root.cell, &root.body_len, err);
        if (r >= 0)
                r = hive_cell_alloc(h, hive_security_body_size(descriptor.len), &sk.cell, &sk.body_len, err);
        if (r < 0)
                return r;
        sk.next = sk.previous = sk.cell;
        root.security = sk.cell;
        h->base.root = root.cell;
        hive_security_encode_new(h, &sk);
        hive_node_encode_new(h, &root, name);
        if (!hive_map_put(&h->changed, root.cell, 1))
                return ow_fail_nomem(err);
        return hive_node_decode(h, root.cell, &check, err);
}

static int make(ow_hive *h, uint32_t minor, const char *name, ow_view descriptor, ow_error *err)
{
        HIVE_AUTO_NAME units = { 0 };
        int r;

        r = hive_name_init(&units, name, strlen(name), HIVE_MAX_KEY_NAME, err);
        if (r < 0)
                return r;
        if (units.n == 0)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "a hive needs a name for its root key");
        if (strchr(name, '\\'))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "a '\\' in the name of a hive");
        hive_name_cut(&units, NAME_MOST);
        h->base.major = 1;
        h->base.minor = minor;
        h->base.format = 1;
        hive_base_set_name(&h->base, units.units, units.n);
        r = hive_image_init(&h->image, NULL, 0, err);
        if (r >= 0)
                r = make_root(h, &units, descriptor, err);
        if (r < 0)
                return r;
        h->base.bins_size = h->image.size;
        hive_base_encode(&h->base);
        h->base_changed = h->edited = h->keeps_time = true;
        h->info = (ow_hive_info){ .major = 1, .minor = minor, .bins_size = h->image.size };
        hive_base_name(&h->base, h->info.name, sizeof h->info.name);
        return 0;
}

int ow_hive_new(uint32_t minor, const char *name, const void *descriptor, size_t descriptor_size, ow_hive **ret_hive,
                ow_error *err)
{
        OW_AUTO(ow_hive) h = NULL;
        ow_view sd = { default_descriptor, sizeof default_descriptor };
        int r;

        if (minor < 3 || minor > 6)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "hive version 1.%u; 1.3 to 1.6 can be made", minor);
        if (descriptor)
                sd = (ow_view){ descriptor, descriptor_size };
        r = hive_descriptor_check(sd, err);
        if (r < 0)
                return r;
        h = ow_calloc(1, sizeof *h);
        if (!h)
                return ow_fail_nomem(err);
        r = make(h, minor, name, sd, err);
        if (r < 0)
                return r;
        *ret_hive = OW_TAKE(h);
        return 0;
}
