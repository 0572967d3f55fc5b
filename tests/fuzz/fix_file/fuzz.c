/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fix file: comes from the user or from somebody who sent it to the user. Capped by FIX_FILE_MAX; lists of one fix
 * by FIX_LIST_MAX. The first byte, when odd, makes an allocation fail: the second byte says which.
 */
#include <string.h>

#include "fix/fix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        ow_error err = OW_ERROR_INIT;
        ow_fix *fix = NULL;
        int r;

        if (size < 2 || size > 65536)
                return 0;
        ow_alloc_fail_from(data[0] & 1 ? (size_t)data[1] + 1 : 0);
        r = fix_file_parse("fuzzed", "area", "fuzzed.fix", data + 2, size - 2, NULL, &fix, &err);
        ow_alloc_fail_from(0);
        if (r < 0 && (r != err.code || err.text[0] == '\0' || fix))
                __builtin_trap();
        if (r == 0 && (!fix || !fix->title || (fix->n_edits == 0 && !fix->pack)))
                __builtin_trap();
        ow_fix_free(fix);
        return 0;
}
