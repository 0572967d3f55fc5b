/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin svc park|unpark: services that wait for the network are held back for the first boot, and given back. */
#include <offwin/service-plan.h>

#include "commands.h"
#include "output.h"
#include "session.h"

struct request {
        const char *const *names;
        size_t n_names;
        unsigned flags;
        bool unpark;
};

static int add(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        const struct request *q = state->more;

        if (q->unpark)
                return ow_plan_unpark_services(state->plan, guest, q->names, q->n_names, err);
        return ow_plan_park_services(state->plan, guest, q->names, q->n_names, q->flags, err);
}

static int run(const struct arguments *arguments, bool unpark, const char *title)
{
        const struct text_list disk = { arguments->operands.items, 1 };
        struct request request = { .names = arguments->operands.items + 1,
                                   .n_names = arguments->operands.count - 1,
                                   .flags = has(arguments, OPTION_FORCE) ? OW_SERVICE_FORCE : 0,
                                   .unpark = unpark };
        struct plan_state state = { .add = add, .more = &request };

        return run_plan(arguments, &disk, title, &state);
}

int run_svc_park(const struct arguments *arguments)
{
        return run(arguments, false, "offwin svc park");
}

int run_svc_unpark(const struct arguments *arguments)
{
        return run(arguments, true, "offwin svc unpark");
}
