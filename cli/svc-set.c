/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin svc|drv set|disable|enable: how services and drivers start, as a plan. */
#include <stdlib.h>
#include <string.h>

#include <offwin/service-plan.h>

#include "commands.h"
#include "output.h"
#include "session.h"

struct request {
        ow_service_edit *edits;
        size_t n_edits;
        unsigned flags; /* OW_SERVICE_* */
};

static int add(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        const struct request *request = state->more;

        return ow_plan_set_services(state->plan, guest, request->edits, request->n_edits, request->flags, err);
}

/* One edit for each operand behind the disk, all like edit. */
static int run_edits(const struct arguments *arguments, ow_service_edit edit)
{
        const struct text_list disk = { arguments->operands.items, 1 };
        struct request request = { .n_edits = arguments->operands.count - 1 };
        struct plan_state state = { .add = add, .more = &request };
        char title[64] = "offwin ";
        int code;

        request.edits = calloc(request.n_edits, sizeof *request.edits);
        if (!request.edits)
                return out_of_memory();
        for (size_t i = 0; i < request.n_edits; i++) {
                edit.name = arguments->operands.items[i + 1];
                request.edits[i] = edit;
        }
        request.flags =
                strncmp(arguments->command->name, "drv", 3) == 0 ? OW_SERVICE_ONLY_DRIVERS : OW_SERVICE_ONLY_SERVICES;
        if (has(arguments, OPTION_FORCE))
                request.flags |= OW_SERVICE_FORCE;
        strncat(title, arguments->command->name, sizeof title - strlen(title) - 1);
        code = run_plan(arguments, &disk, title, &state);
        free(request.edits);
        return code;
}

int run_service_set(const struct arguments *arguments)
{
        ow_service_edit edit = { 0 };
        ow_error err = OW_ERROR_INIT;

        if (!arguments->start)
                return usage_error(arguments->command, "how is it to start? --start WORD");
        if (ow_service_edit_start(&edit, arguments->start, &err) < 0)
                return usage_error(arguments->command, "--start %s", err.text);
        return run_edits(arguments, edit);
}

int run_service_disable(const struct arguments *arguments)
{
        return run_edits(arguments, (ow_service_edit){ .verb = OW_SERVICE_DISABLE });
}

int run_service_enable(const struct arguments *arguments)
{
        return run_edits(arguments, (ow_service_edit){ .verb = OW_SERVICE_ENABLE });
}
