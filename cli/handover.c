/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "handover.h"

#include <stdlib.h>

#include "output.h"

void handovers_done(struct handovers *handovers)
{
        free(handovers->nics);
        free(handovers->rules);
        *handovers = (struct handovers){ 0 };
}

int handovers_of(const struct arguments *arguments, struct handovers *ret)
{
        ow_error err = OW_ERROR_INIT;

        if (arguments->re_ips.count && !arguments->nics.count)
                return usage_error(arguments->command, "--re-ip changes what is handed over: give --nic too");
        ret->nics = calloc(arguments->nics.count + 1, sizeof *ret->nics);
        ret->rules = calloc(arguments->re_ips.count + 1, sizeof *ret->rules);
        if (!ret->nics || !ret->rules)
                return out_of_memory();
        for (; ret->n_nics < arguments->nics.count; ret->n_nics++)
                if (ow_handover_parse(arguments->nics.items[ret->n_nics], &ret->nics[ret->n_nics], &err) < 0)
                        return usage_error(arguments->command, "--nic: %s", err.text);
        for (; ret->n_rules < arguments->re_ips.count; ret->n_rules++)
                if (ow_re_ip_parse(arguments->re_ips.items[ret->n_rules], &ret->rules[ret->n_rules], &err) < 0)
                        return usage_error(arguments->command, "--re-ip: %s", err.text);
        return 0;
}

int handovers_plan(const struct handovers *handovers, ow_plan *plan, ow_guest *guest, ow_error *err)
{
        if (handovers->n_nics == 0)
                return 0;
        return ow_plan_hand_over(plan, guest, handovers->nics, handovers->n_nics, handovers->rules,
                                 handovers->n_rules, err);
}
