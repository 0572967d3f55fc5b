/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin boot storage: on which controllers this Windows finds its disk; with --target, making one of them ready. */
#include <stdio.h>

#include <offwin/storage.h>

#include "commands.h"
#include "output.h"
#include "session.h"

static int add(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        return ow_plan_boot_storage(state->plan, guest, state->more, err);
}

static int make_ready(const struct arguments *arguments)
{
        const ow_storage_target *target = ow_storage_target_find(arguments->target);
        struct plan_state state = { .add = add };
        char title[80];

        if (!target) {
                fprintf(stderr, "offwin: no controller '%s'; there are:", arguments->target);
                for (size_t i = 0; i < ow_storage_target_count(); i++)
                        fprintf(stderr, " %s", ow_storage_target_get(i)->name);
                fprintf(stderr, "\n");
                return EXIT_USAGE;
        }
        state.more = (void *)(uintptr_t)target;
        (void)snprintf(title, sizeof title, "offwin boot storage --target %s", target->name);
        return run_plan(arguments, &arguments->operands, title, &state);
}

int run_boot_storage(const struct arguments *arguments)
{
        AUTO_SESSION session = { 0 };
        ow_report_options options = report_options(arguments);
        ow_storage_report report = { 0 };
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;
        int r;

        if (has(arguments, OPTION_TARGET))
                return make_ready(arguments);
        if (has(arguments, OPTION_CHECK) || has(arguments, OPTION_DRY_RUN))
                return usage_error(arguments->command, "which controller? --target NAME");
        r = session_open(arguments, &arguments->operands, false, &session, &err);
        if (r == 0)
                r = session_open_guest(arguments, &session, &err);
        if (r == 0)
                r = ow_storage_look(session.guest, &report, &err);
        if (r == 0)
                r = ow_report_storage(session.guest, &report, &options, &text, &err);
        ow_storage_report_done(&report);
        return r < 0 ? fail(arguments, &err) : print_report(arguments, text);
}
