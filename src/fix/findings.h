/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may hurt the first boot and no fix of this room answers. */
#ifndef FIX_FINDINGS_H
#define FIX_FINDINGS_H

#include "fix/delay.h"
#include "fix/plan.h"

/* A list of findings in the making; delays are filled in later, by line. */
struct fix_findings {
        ow_finding *list;
        enum fix_delay *delays;         /* beside list */
        size_t n, cap, cap_delays;
};

void fix_findings_done(struct fix_findings *findings);

/* Takes reason and detail in any case. */
int fix_findings_add(struct fix_findings *findings, const ow_fix *fix, const char *id, const char *title,
                     enum ow_fix_status status, char *reason, char *detail, enum fix_delay delay, ow_error *err);

/* What a finding that no fix answers says of itself. */
struct fix_note {
        const char *id, *title, *reason;
        const char *command;            /* that ends it; DISK stands for the image. NULL: none */
        enum ow_confidence confidence;
};

/* Adds it; what detail holds is taken in any case. */
int fix_findings_note(struct fix_findings *findings, const struct fix_note *note, ow_buffer *detail, ow_error *err);

/* The detail of a finding that lists several: the first few in words, the rest as a number. */
struct fix_listing {
        ow_buffer text;
        size_t n, most;                 /* entries; how many are shown */
};

/* One more. False: it is only counted; else the caller puts it into text, behind what divides it from the last. */
bool fix_listing_next(struct fix_listing *listing);

/* With r 0 adds the finding when there is an entry; else ends the list and returns r. */
int fix_listing_tell(struct fix_listing *listing, struct fix_findings *findings, const struct fix_note *note, int r,
                     ow_error *err);

/* Those of a part of the guest: settings of adapters; filters of adapters; the firewall; update server, proxy,
 * Winsock. */
int fix_findings_network(struct fix_findings *findings, ow_guest *guest, ow_error *err);
int fix_findings_filters(struct fix_findings *findings, ow_guest *guest, ow_error *err);
int fix_findings_firewall(struct fix_findings *findings, ow_guest *guest, ow_error *err);
int fix_findings_internet(struct fix_findings *findings, ow_guest *guest, ow_error *err);

/* Adds those that the guest shows. */
int fix_findings_collect(struct fix_findings *findings, ow_guest *guest, ow_error *err);

#endif
