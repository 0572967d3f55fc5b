/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin net unteam: teams of network cards taken apart, their addresses handed over in the same plan or before. */
#include <stdlib.h>

#include "commands.h"
#include "handover.h"
#include "output.h"
#include "session.h"

struct request {
        const struct arguments *arguments;
        struct handovers handovers;
        size_t *teams;
};

/* The operands behind the disk. */
static int find_teams(struct request *request, ow_guest *guest, ow_error *err)
{
        const struct text_list *operands = &request->arguments->operands;
        const ow_network *network;
        int r = ow_guest_network(guest, &network, err);

        for (size_t i = 1; i < operands->count && r == 0; i++)
                r = ow_network_find(network, operands->items[i], &request->teams[i - 1], err);
        return r;
}

static int add(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        struct request *request = state->more;
        size_t n = request->arguments->operands.count - 1;
        unsigned flags = has(request->arguments, OPTION_DROP_ADDRESS) ? OW_UNTEAM_DROP_ADDRESSES : 0;
        int r;

        r = find_teams(request, guest, err);
        if (r == 0)
                r = handovers_plan(&request->handovers, state->plan, guest, err);
        return r == 0 ? ow_plan_unteam(state->plan, guest, n ? request->teams : NULL, n, flags, err) : r;
}

int run_net_unteam(const struct arguments *arguments)
{
        struct request request = { .arguments = arguments };
        struct plan_state state = { .add = add, .more = &request };
        struct text_list disk = { arguments->operands.items, 1 };
        int code = handovers_of(arguments, &request.handovers);

        if (code == 0) {
                request.teams = calloc(arguments->operands.count, sizeof *request.teams);
                code = request.teams ? run_plan(arguments, &disk, "offwin net unteam", &state) : out_of_memory();
        }
        free(request.teams);
        handovers_done(&request.handovers);
        return code;
}
