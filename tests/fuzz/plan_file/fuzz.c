/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan file: comes from the user or from somebody who sent it to the user. Capped by PLANFILE_MAX; lists by
 * PLANFILE_LIST_MAX. The first byte, when odd, makes an allocation fail: the second byte says which. What was read is
 * written and must read back.
 */
#include <string.h>

#include "fix/planfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const ow_planfile *file)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_error err = OW_ERROR_INIT;
        struct planfile *again = NULL;

        if (planfile_write(file->content, &text, &err) < 0)
                return;
        if (planfile_read("again", (const char *)text.p, text.len, &again, &err) < 0)
                __builtin_trap();
        planfile_done(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        ow_error err = OW_ERROR_INIT;
        ow_planfile *file = NULL;
        int r;

        if (size < 2 || size > 65536)
                return 0;
        ow_alloc_fail_from(data[0] & 1 ? (size_t)data[1] + 1 : 0);
        r = ow_planfile_parse("plan.yaml", data + 2, size - 2, &file, &err);
        ow_alloc_fail_from(0);
        if (r < 0 && (r != err.code || err.text[0] == '\0' || file))
                __builtin_trap();
        if (r == 0) {
                for (size_t i = 0; i < ow_planfile_host_count(file); i++)
                        if (!ow_planfile_host_path(file, i))
                                __builtin_trap();
                round_trip(file);
        }
        ow_planfile_free(file);
        return 0;
}
