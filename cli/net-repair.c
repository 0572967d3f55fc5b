/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin net winsock repair, net reset: what others have put between programs and the network, and how they tuned it.
 */
#include <offwin/tuning.h>
#include <offwin/winsock.h>

#include "commands.h"
#include "session.h"

static int add_winsock(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        const struct arguments *arguments = state->more;
        unsigned flags = 0;

        if (has(arguments, OPTION_PROVIDERS))
                flags |= OW_WINSOCK_REPAIR_ALL;
        if (has(arguments, OPTION_NAMESPACE))
                flags |= OW_WINSOCK_REPAIR_NAMESPACES;
        if (has(arguments, OPTION_RESET))
                flags |= OW_WINSOCK_REPAIR_RESET;
        return ow_plan_repair_winsock(state->plan, guest, arguments->operands.items + 1,
                                      arguments->operands.count - 1, flags, err);
}

int run_net_winsock_repair(const struct arguments *arguments)
{
        struct plan_state state = { .add = add_winsock, .more = (void *)(uintptr_t)arguments };
        struct text_list disk = { arguments->operands.items, 1 };

        return run_plan(arguments, &disk, "offwin net winsock repair", &state);
}

static int add_reset(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        return ow_plan_reset_tcpip(state->plan, guest, has(state->more, OPTION_INTERFACES), err);
}

int run_net_reset(const struct arguments *arguments)
{
        struct plan_state state = { .add = add_reset, .more = (void *)(uintptr_t)arguments };

        return run_plan(arguments, &arguments->operands, "offwin net reset", &state);
}
