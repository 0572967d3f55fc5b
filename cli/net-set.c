/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin net set, net clean, net handover: addresses given to adapters, taken from them, handed over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "dev-rm.h"
#include "handover.h"
#include "output.h"
#include "session.h"

/* ---- net set ---- */

static bool said_before(const struct text_list *settings, size_t index)
{
        for (size_t i = 0; i < index; i += 2)
                if (strcmp(settings->items[i], settings->items[index]) == 0)
                        return true;
        return false;
}

/* Values of an option that is given several times, as one list; free(). NULL: no memory. */
static char *joined(const struct text_list *settings, size_t index)
{
        size_t size = 1;
        char *text;

        for (size_t i = index; i < settings->count; i += 2)
                size += strlen(settings->items[i + 1]) + 1;
        text = calloc(size, 1);
        for (size_t i = index; i < settings->count && text; i += 2) {
                if (strcmp(settings->items[i], settings->items[index]) != 0)
                        continue;
                if (i > index)
                        strcat(text, ",");
                strcat(text, settings->items[i + 1]);
        }
        return text;
}

static int apply_option(ow_addressing *addressing, const struct text_list *settings, size_t index, ow_error *err)
{
        char *text = joined(settings, index);
        int r = text ? ow_addressing_set(addressing, settings->items[index], text, err) : ow_fail_nomem(err);

        free(text);
        return r;
}

/* DHCP first, so that addresses beside it are found out. */
static int apply_options(const struct arguments *arguments, ow_addressing *addressing, ow_error *err)
{
        const struct text_list *settings = &arguments->settings;
        bool dhcp = false;
        int r = 0;

        for (size_t i = 0; i < settings->count; i += 2)
                dhcp = dhcp || strcmp(settings->items[i], "dhcp") == 0;
        if (dhcp)
                ow_addressing_use_dhcp(addressing);
        for (size_t i = 0; i < settings->count && r == 0; i += 2)
                if (strcmp(settings->items[i], "dhcp") != 0 && !said_before(settings, i))
                        r = apply_option(addressing, settings, i, err);
        if (r == 0 && dhcp && !addressing->dhcp)
                r = ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                            "--dhcp together with an IPv4 --address: it is one or the "
                            "other");
        return r;
}

static int add_set(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        const struct arguments *arguments = state->more;
        const ow_network *network;
        ow_addressing addressing;
        size_t index;
        int r;

        r = ow_guest_network(guest, &network, err);
        if (r == 0)
                r = ow_network_find(network, arguments->operands.items[1], &index, err);
        if (r == 0)
                r = ow_addressing_load(guest, index, &addressing, err);
        if (r < 0)
                return r;
        r = apply_options(arguments, &addressing, err);
        if (r == 0)
                r = ow_plan_set_adapter(state->plan, guest, index, &addressing, err);
        ow_addressing_done(&addressing);
        return r;
}

int run_net_set(const struct arguments *arguments)
{
        struct text_list disks = { arguments->operands.items, 1 };
        struct plan_state state = { .add = add_set, .more = (void *)(uintptr_t)arguments };
        char title[200];

        if (!has(arguments, OPTION_ADDRESSING))
                return usage_error(arguments->command, "what is to be set? --address, --gateway, --dns, ...");
        (void)snprintf(title, sizeof title, "offwin net set '%.120s'", arguments->operands.items[1]);
        return run_plan(arguments, &disks, title, &state);
}

/* ---- net clean ---- */

static int add_clean(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        const struct arguments *arguments = state->more;
        const ow_network *network;
        int r;

        r = ow_guest_network(guest, &network, err);
        for (size_t i = 0; i < arguments->adapters.count && r == 0; i++) {
                size_t index;

                r = ow_network_find(network, arguments->adapters.items[i], &index, err);
                if (r == 0)
                        r = ow_plan_strip_adapter(state->plan, guest, index, err);
        }
        if (r == 0 && arguments->adapters.count == 0)
                r = ow_plan_strip_ghosts(state->plan, guest, NULL, err);
        return r;
}

int run_net_clean(const struct arguments *arguments)
{
        struct plan_state state = { .add = add_clean, .more = (void *)(uintptr_t)arguments };

        if (has(arguments, OPTION_REMOVE))
                return remove_adapters(arguments);
        if (has(arguments, OPTION_NOT_IN | OPTION_FORCE | OPTION_FIX_DIR))
                return usage_error(arguments->command, "--not-in, --force and --fix-dir go with --remove");
        return run_plan(arguments, &arguments->operands, "offwin net clean", &state);
}

/* ---- net handover ---- */

static int add_handover(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        return handovers_plan(state->more, state->plan, guest, err);
}

int run_net_handover(const struct arguments *arguments)
{
        AUTO_HANDOVERS handovers = { 0 };
        struct plan_state state = { .add = add_handover, .more = &handovers };
        int code = handovers_of(arguments, &handovers);

        if (code)
                return code;
        if (handovers.n_nics == 0)
                return usage_error(arguments->command, "which card? --nic MAC or --nic MAC=OLD");
        return run_plan(arguments, &arguments->operands, "offwin net handover", &state);
}
