/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security cells: one per distinct descriptor, counted, in a ring; docs/formats/regf.md 4.7. */
#include <assert.h>
#include <string.h>

#include "base/le.h"
#include "hive/hive.h"

struct security_disk {
        uint8_t magic[2];       /* 0x00 "sk" */
        uint8_t reserved[2];    /* 0x02 */
        ow_le32 next;           /* 0x04 cell */
        ow_le32 previous;       /* 0x08 cell */
        ow_le32 references;     /* 0x0c keys that use it */
        ow_le32 size;           /* 0x10 bytes of the descriptor */
};                              /* 0x14 self-relative SECURITY_DESCRIPTOR follows */
static_assert(sizeof(struct security_disk) == 0x14, "regf security");
static_assert(offsetof(struct security_disk, references) == 0x0c, "regf security");

int hive_security_decode(ow_hive *h, uint32_t cell, struct hive_security *ret, ow_error *err)
{
        struct security_disk d;
        ow_view body, descriptor;
        int r;

        r = hive_cell_view(h, cell, &body, err);
        if (r < 0)
                return r;
        if (!ow_view_copy(body, 0, &d, sizeof d))
                return ow_fail(err, OW_E_CORRUPT, cell, "security at 0x%x holds %zu bytes, needs %zu", cell, body.len,
                               sizeof d);
        if (memcmp(d.magic, "sk", sizeof d.magic) != 0)
                return ow_fail(err, OW_E_CORRUPT, cell, "security at 0x%x starts with %02x%02x", cell, d.magic[0],
                               d.magic[1]);
        if (!ow_view_sub(body, sizeof d, ow_le32_get(d.size), &descriptor))
                return ow_fail(err, OW_E_CORRUPT, cell, "security descriptor of %u bytes leaves its cell 0x%x",
                               ow_le32_get(d.size), cell);
        *ret = (struct hive_security){ cell, (uint32_t)body.len, ow_le32_get(d.next), ow_le32_get(d.previous),
                                       ow_le32_get(d.references), descriptor };
        return 0;
}

void hive_security_store(ow_hive *h, const struct hive_security *sk)
{
        ow_le32 ring[3] = { ow_le32_of(sk->next), ow_le32_of(sk->previous), ow_le32_of(sk->references) };

        hive_cell_write(h, sk->cell, sk->body_len, offsetof(struct security_disk, next), ring, sizeof ring);
}

size_t hive_security_body_size(size_t descriptor_size)
{
        return sizeof(struct security_disk) + descriptor_size;
}

void hive_security_encode_new(ow_hive *h, const struct hive_security *sk)
{
        struct security_disk d = {
                .magic = "sk", .next = ow_le32_of(sk->next), .previous = ow_le32_of(sk->previous),
                .references = ow_le32_of(sk->references), .size = ow_le32_of((uint32_t)sk->descriptor.len),
        };

        hive_cell_write(h, sk->cell, sk->body_len, 0, &d, sizeof d);
        hive_cell_write(h, sk->cell, sk->body_len, sizeof d, sk->descriptor.p, sk->descriptor.len);
}
