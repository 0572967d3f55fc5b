/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin net tune: what the drivers of network cards do, shown and set. */
#include <stdlib.h>

#include <offwin/tuning.h>

#include "commands.h"
#include "output.h"
#include "session.h"

struct request {
        const struct arguments *arguments;
        ow_fix_parameter *sets, *tcp;
};

/* Operands behind the disk, as indices; free(). None: *ret stays NULL. */
static int chosen(const struct arguments *arguments, const ow_network *network, size_t **ret, ow_error *err)
{
        size_t n = arguments->operands.count - 1;
        size_t *indices = n ? calloc(n, sizeof *indices) : NULL;
        int r = n && !indices ? ow_fail_nomem(err) : 0;

        for (size_t i = 0; i < n && r == 0; i++)
                r = ow_network_find(network, arguments->operands.items[i + 1], &indices[i], err);
        if (r == 0)
                *ret = indices;
        else
                free(indices);
        return r;
}

/* Pairs of the command line in another struct; free(). */
static ow_tuning_edit *edits_of(const ow_fix_parameter *pairs, size_t n)
{
        ow_tuning_edit *edits = calloc(n + 1, sizeof *edits);

        for (size_t i = 0; i < n && edits; i++)
                edits[i] = (ow_tuning_edit){ pairs[i].name, pairs[i].value };
        return edits;
}

static int tune_adapters(const struct request *request, ow_plan *plan, ow_guest *guest, ow_error *err)
{
        const struct arguments *arguments = request->arguments;
        size_t n = arguments->sets.count, *indices = NULL;
        ow_tuning_edit *edits = edits_of(request->sets, n);
        const ow_network *network;
        unsigned flags = 0;
        int r;

        flags |= has(arguments, OPTION_SAFE) ? OW_TUNE_SAFE : 0;
        flags |= has(arguments, OPTION_FORCE) ? OW_TUNE_FORCE : 0;
        r = edits ? ow_guest_network(guest, &network, err) : ow_fail_nomem(err);
        if (r == 0)
                r = chosen(arguments, network, &indices, err);
        if (r == 0)
                r = ow_plan_tune_adapters(plan, guest, indices, arguments->operands.count - 1, edits, n, flags, err);
        free(indices);
        free(edits);
        return r;
}

static int tune_tcp(const struct request *request, ow_plan *plan, ow_guest *guest, ow_error *err)
{
        ow_tuning_edit *edits = edits_of(request->tcp, request->arguments->tcp.count);
        int r = edits ? ow_plan_tune_tcp(plan, guest, edits, request->arguments->tcp.count, err) : ow_fail_nomem(err);

        free(edits);
        return r;
}

static int add(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        const struct request *request = state->more;
        int r = 0;

        if (has(request->arguments, OPTION_TUNE | OPTION_SAFE))
                r = tune_adapters(request, state->plan, guest, err);
        if (r == 0 && has(request->arguments, OPTION_TCP))
                r = tune_tcp(request, state->plan, guest, err);
        return r;
}

static int show(const struct arguments *arguments)
{
        struct text_list disk = { arguments->operands.items, 1 };
        ow_report_options options = report_options(arguments);
        AUTO_SESSION session = { 0 };
        ow_error err = OW_ERROR_INIT;
        const ow_network *network;
        size_t *indices = NULL;
        char *text = NULL;
        int r;

        r = session_open(arguments, &disk, false, &session, &err);
        if (r == 0)
                r = session_open_guest(arguments, &session, &err);
        if (r == 0)
                r = ow_guest_network(session.guest, &network, &err);
        if (r == 0)
                r = chosen(arguments, network, &indices, &err);
        if (r == 0)
                r = ow_report_tuning(session.guest, network, indices, arguments->operands.count - 1, &options, &text,
                                     &err);
        free(indices);
        return r < 0 ? fail(arguments, &err) : print_report(arguments, text);
}

int run_net_tune(const struct arguments *arguments)
{
        struct text_list disk = { arguments->operands.items, 1 };
        struct request request = { .arguments = arguments };
        struct plan_state state = { .add = add, .more = &request };
        int code;

        if (!has(arguments, OPTION_TUNE | OPTION_SAFE | OPTION_TCP)) {
                if (has(arguments, OPTION_DRY_RUN | OPTION_CHECK | OPTION_YES | OPTION_FORCE))
                        return usage_error(arguments->command,
                                           "what is to be set? --safe, --set NAME=VALUE, --tcp ...");
                return show(arguments);
        }
        if (arguments->operands.count > 1 && !has(arguments, OPTION_TUNE | OPTION_SAFE))
                return usage_error(arguments->command, "--tcp is for all cards: no ADAPTER");
        code = parameters_of(arguments, &request.sets);
        if (code)
                return code;
        code = pairs_of(arguments, &arguments->tcp, "tcp", &request.tcp);
        if (code == 0)
                code = run_plan(arguments, &disk, "offwin net tune", &state);
        parameters_free(&request.sets);
        parameters_free(&request.tcp);
        return code;
}
