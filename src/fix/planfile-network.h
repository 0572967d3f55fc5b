/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the areas of a plan file need to add their rows. */
#ifndef FIX_PLANFILE_NETWORK_H
#define FIX_PLANFILE_NETWORK_H

#include <offwin/addressing.h>

#include "fix/planfile.h"

struct planfile_work {
        ow_plan *plan;
        ow_guest *guest;
        const ow_fix_set *set;
        const ow_planfile *file;
        const struct planfile *content;
        const ow_source *host;
};

/* Adapters set in place, hand-overs, re-IP rules, teams, tuning and cleaning. */
int planfile_network_add(const struct planfile_work *w, ow_error *err);

#endif
