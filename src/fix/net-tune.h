/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that set keywords of adapters. */
#ifndef FIX_NET_TUNE_H
#define FIX_NET_TUNE_H

#include <offwin/tuning.h>

/* The keyword that stands for the hardware address: it is only ever taken away. */
#define TUNE_FORCED_MAC "NetworkAddress"

struct tune_target {
        const char *name;            /* of the keyword, as the guest spells it when it has it */
        const ow_keyword *keyword;   /* NULL: the adapter does not have it */
        const ow_keyword_rule *rule; /* NULL: a keyword of a vendor's own */
};

/*
 * The text that value means for target: a number, a word, what the driver calls it, "default". *ret is the caller's;
 * "": it goes. forced: what the driver offers does not count, only what is known of the keyword. OW_E_INVAL lists
 * what it takes.
 */
int tune_value(const struct tune_target *target, const char *value, bool forced, char **ret, ow_error *err);

#endif
