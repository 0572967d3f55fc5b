/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/extra.h"

void guest_extra_free(struct guest_extra *extra)
{
        if (!extra)
                return;
        guest_pool_done(&extra->pool);
        ow_free(extra);
}

int guest_extra_load(ow_guest *guest, struct guest_extra **slot, size_t size, void (*read)(struct guest_extra *extra),
                     ow_error *err)
{
        struct guest_extra *extra;

        if (*slot)
                return 0;
        extra = ow_calloc(1, size);
        if (!extra)
                return ow_fail_nomem(err);
        extra->pool.guest = guest;
        read(extra);
        if (guest->out_of_memory) {
                guest->out_of_memory = false;
                guest_extra_free(extra);
                return ow_fail_nomem(err);
        }
        *slot = extra;
        return 0;
}
