/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin settle: the plan that gives back what the guest's ledger holds. */
#include "commands.h"
#include "session.h"

static int make_plan(struct plan_state *state, ow_guest *guest, ow_plan **ret, ow_error *err)
{
        (void)state;
        return ow_plan_settle(guest, ret, err);
}

int run_settle(const struct arguments *arguments)
{
        struct plan_state state = { .make = make_plan };

        return run_plan(arguments, &arguments->operands, "offwin settle", &state);
}
