/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin settle: the plan that gives back what the guest's ledger holds. */
#include "commands.h"
#include "session.h"

int run_settle(const struct arguments *arguments)
{
        struct plan_state state = { .make = ow_plan_settle };

        return run_plan(arguments, &arguments->operands, "offwin settle", &state);
}
