/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin net show|winsock|firewall|nla: the network of an installation, looked at; and how networks are judged, set. */
#include <offwin/firewall.h>
#include <offwin/network.h>
#include <offwin/nla-plan.h>
#include <offwin/nla.h>
#include <offwin/winsock.h>

#include "commands.h"
#include "output.h"
#include "session.h"

/* The first operand is the disk. */
static int open_guest(const struct arguments *arguments, struct session *session, ow_error *err)
{
        struct text_list disk = { arguments->operands.items, 1 };
        int r = session_open(arguments, &disk, false, session, err);

        return r < 0 ? r : session_open_guest(arguments, session, err);
}

static int show(const struct arguments *arguments, struct session *session, char **ret, ow_error *err)
{
        ow_report_options options = report_options(arguments);
        const ow_adapter *only = NULL;
        const ow_network *network;
        size_t index;
        int r;

        r = ow_guest_network(session->guest, &network, err);
        if (r == 0 && arguments->operands.count > 1) {
                r = ow_network_find(network, arguments->operands.items[1], &index, err);
                only = r == 0 ? &network->adapters[index] : NULL;
        }
        if (r < 0)
                return r;
        return ow_report_network(session->guest, network, only, has(arguments, OPTION_EVERYTHING), &options, ret,
                                 err);
}

static int winsock(const struct arguments *arguments, struct session *session, char **ret, ow_error *err)
{
        ow_report_options options = report_options(arguments);
        const ow_winsock *facts;
        int r = ow_guest_winsock(session->guest, &facts, err);

        return r < 0 ? r : ow_report_winsock(session->guest, facts, &options, ret, err);
}

static int firewall(const struct arguments *arguments, struct session *session, char **ret, ow_error *err)
{
        ow_report_options options = report_options(arguments);
        const ow_firewall *facts;
        int r = ow_guest_firewall(session->guest, &facts, err);

        return r < 0 ? r : ow_report_firewall(session->guest, facts, &options, ret, err);
}

static int nla(const struct arguments *arguments, struct session *session, char **ret, ow_error *err)
{
        ow_report_options options = report_options(arguments);
        const ow_nla *facts;
        int r = ow_guest_nla(session->guest, &facts, err);

        return r < 0 ? r : ow_report_nla(session->guest, facts, &options, ret, err);
}

static int run(const struct arguments *arguments,
               int (*report)(const struct arguments *arguments, struct session *session, char **ret, ow_error *err))
{
        AUTO_SESSION session = { 0 };
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;
        int r;

        r = open_guest(arguments, &session, &err);
        if (r == 0)
                r = report(arguments, &session, &text, &err);
        return r < 0 ? fail(arguments, &err) : print_report(arguments, text);
}

int run_net_show(const struct arguments *arguments)
{
        return run(arguments, show);
}

int run_net_winsock(const struct arguments *arguments)
{
        return run(arguments, winsock);
}

int run_net_firewall(const struct arguments *arguments)
{
        return run(arguments, firewall);
}

/* ---- net nla with options ---- */

static int add_nla(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        const struct text_list *settings = &((const struct arguments *)state->more)->settings;
        int r = 0;

        for (size_t i = 0; i < settings->count && r == 0; i += 2) {
                ow_nla_edit edit = { settings->items[i], settings->items[i + 1] };

                r = ow_plan_set_nla(state->plan, guest, &edit, 1, err);
        }
        return r;
}

int run_net_nla(const struct arguments *arguments)
{
        struct plan_state state = { .add = add_nla, .more = (void *)(uintptr_t)arguments };

        if (has(arguments, OPTION_NLA))
                return run_plan(arguments, &arguments->operands, "offwin net nla", &state);
        if (has(arguments, OPTION_DRY_RUN | OPTION_CHECK | OPTION_YES))
                return usage_error(arguments->command, "what is to be set? --unidentified, --category, ...");
        return run(arguments, nla);
}
