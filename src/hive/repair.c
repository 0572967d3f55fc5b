/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A check that mends as it goes; see check.h for what it mends, and docs/formats/regf.md 9 for why only that. */
#include "hive/check.h"

int ow_hive_repair(ow_hive *hive, ow_hive_report *ret, ow_hive_fault_fn *fault, void *state, ow_error *err)
{
        if (hive->readonly)
                return ow_fail(err, OW_E_READONLY, OW_NOWHERE, "hive was opened read-only");
        hive_find_forget(hive);
        hive_trail_forget(&hive->trail);
        return hive_check_run(hive, true, ret, fault, state, err);
}
