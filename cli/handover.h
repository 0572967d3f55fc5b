/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --nic and --re-ip: what the cards of the new machine take over. */
#ifndef CLI_HANDOVER_H
#define CLI_HANDOVER_H

#include <offwin/addressing.h>

#include "options.h"

struct handovers {
        ow_handover *nics;
        size_t n_nics;
        ow_re_ip *rules;
        size_t n_rules;
};

#define AUTO_HANDOVERS __attribute__((cleanup(handovers_done))) struct handovers

void handovers_done(struct handovers *handovers);

/* Reads both options. Return: 0, or an exit code after a message. */
int handovers_of(const struct arguments *arguments, struct handovers *ret);

/* Adds them to plan, when there are any. */
int handovers_plan(const struct handovers *handovers, ow_plan *plan, ow_guest *guest, ow_error *err);

#endif
