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

static int add_rows(const struct request *q, ow_plan *plan, ow_guest *guest, ow_error *err)
{
        if (q->unpark)
                return ow_plan_unpark_services(plan, guest, q->names, q->n_names, err);
        return ow_plan_park_services(plan, guest, q->names, q->n_names, q->flags, err);
}

static int make_plan(struct plan_state *state, ow_guest *guest, ow_plan **ret, ow_error *err)
{
        ow_plan *plan = NULL;
        int r;

        r = ow_plan_begin(&plan, err);
        if (r == 0)
                r = add_rows(state->more, plan, guest, err);
        if (r == 0)
                r = ow_plan_finish(plan, guest, err);
        if (r < 0) {
                ow_plan_free(plan);
                return r;
        }
        *ret = plan;
        return 0;
}

static int run(const struct arguments *arguments, bool unpark, const char *title)
{
        const struct text_list disk = { arguments->operands.items, 1 };
        struct request request = { .names = arguments->operands.items + 1,
                                   .n_names = arguments->operands.count - 1,
                                   .flags = has(arguments, OPTION_FORCE) ? OW_SERVICE_FORCE : 0,
                                   .unpark = unpark };
        struct plan_state state = { .make = make_plan, .more = &request };

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
