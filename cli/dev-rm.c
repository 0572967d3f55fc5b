/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin dev rm, offwin net clean --remove: devices taken out of the registry. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "dev-rm.h"
#include "output.h"

struct request {
        const struct arguments *arguments;
        const struct text_list *adapters; /* by name; NULL: devices */
        ow_device_choice choice;
};

/* The list that --not-in means. */
static int list_of(const struct arguments *arguments, const ow_fix_set *set, const ow_device_list **ret)
{
        char names[200] = "";

        *ret = arguments->not_in ? ow_device_list_find(set, arguments->not_in) : NULL;
        if (*ret || !arguments->not_in)
                return 0;
        for (size_t i = 0; i < ow_device_list_count(set); i++) {
                size_t used = strlen(names);

                (void)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                               ow_device_list_name(ow_device_list_get(set, i)));
        }
        return usage_error(arguments->command, "--not-in '%s': there are lists of %s", arguments->not_in, names);
}

/* Indices of the adapters that were named; free(). */
static int adapters_of(const struct request *request, ow_guest *guest, size_t **ret, ow_error *err)
{
        const ow_network *network;
        size_t *indices = calloc(request->adapters->count + 1, sizeof *indices);
        int r;

        if (!indices)
                return ow_fail_nomem(err);
        r = ow_guest_network(guest, &network, err);
        for (size_t i = 0; i < request->adapters->count && r == 0; i++)
                r = ow_network_find(network, request->adapters->items[i], &indices[i], err);
        *ret = indices;
        return r;
}

static int add(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        const struct request *request = state->more;
        ow_device_choice choice = request->choice;
        size_t *indices = NULL;
        int r = 0;

        if (request->adapters) {
                r = adapters_of(request, guest, &indices, err);
                choice.adapters = indices;
                choice.n_adapters = request->adapters->count;
        }
        if (r == 0)
                r = ow_plan_remove_devices(state->plan, guest, &choice, NULL, err);
        free(indices);
        return r;
}

static int run(struct request *request, const struct text_list *disks)
{
        const struct arguments *arguments = request->arguments;
        struct plan_state state = { .add = add, .more = request };
        AUTO_FIXES set = NULL;
        ow_error err = OW_ERROR_INIT;
        char title[80];
        int code;

        if (arguments->not_in && load_fixes(arguments, &set, &err) < 0)
                return fail(arguments, &err);
        code = list_of(arguments, set, &request->choice.not_in);
        if (code)
                return code;
        request->choice.force = has(arguments, OPTION_FORCE);
        (void)snprintf(title, sizeof title, "offwin %s%s", arguments->command->name,
                       request->adapters ? " --remove" : "");
        return run_plan(arguments, disks, title, &state);
}

int remove_adapters(const struct arguments *arguments)
{
        struct request request = { .arguments = arguments,
                                   .adapters = &arguments->adapters,
                                   .choice = { .network = true } };

        /* Without a name, those that are gone; --force is for what was named. */
        request.choice.filter.ghosts = arguments->adapters.count == 0;
        if (has(arguments, OPTION_FORCE) && arguments->adapters.count == 0 && !arguments->not_in)
                return usage_error(arguments->command, "--force goes with --adapter or --not-in");
        return run(&request, &arguments->operands);
}

int run_dev_rm(const struct arguments *arguments)
{
        const struct text_list *operands = &arguments->operands;
        struct text_list disk = { operands->items, 1 };
        struct request request = {
                .arguments = arguments,
                .choice = { .patterns = operands->items + 1,
                            .n_patterns = operands->count - 1,
                            .filter = { .class_name = arguments->device_class,
                                        .bus = arguments->bus,
                                        .service = arguments->driver_service,
                                        .vendor = arguments->device_vendor,
                                        .ghosts = has(arguments, OPTION_GHOSTS) } },
        };
        option_set which =
                OPTION_CLASS | OPTION_BUS | OPTION_DRIVER | OPTION_DEVICE_VENDOR | OPTION_GHOSTS | OPTION_NOT_IN;

        if (operands->count == 1 && !has(arguments, which))
                return usage_error(arguments->command,
                                   "which devices? PATTERN, --ghosts, --not-in NAME, --class, ... "
                                   "(offwin dev list %s)",
                                   operands->items[0]);
        return run(&request, &disk);
}
