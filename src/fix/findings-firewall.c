/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Windows Firewall is told about cards that are gone: it does not hold for the new one. */
#include <offwin/firewall.h>

#include "fix/findings.h"

enum { SHOWN_MAX = 6 };

static void put_rule(struct fix_listing *l, const ow_firewall_rule *rule)
{
        if (fix_listing_next(l))
                ow_buffer_printf(&l->text, "%s %s '%.80s'", rule->inbound ? "inbound" : "outbound",
                                 rule->allow ? "permission" : "block", rule->name);
}

int fix_findings_firewall(struct fix_findings *findings, ow_guest *guest, ow_error *err)
{
        static const struct fix_note note = {
                .id = "firewall-old-adapters",
                .title = "The firewall has rules for network cards that are gone",
                .reason = "they name the old cards by GUID, so that the new one is neither let through nor blocked by "
                          "them",
                .command = "offwin net firewall DISK",
                .confidence = OW_CONFIDENCE_FAIR,
        };
        struct fix_listing l = { .most = SHOWN_MAX };
        const ow_firewall *firewall;
        int r;

        r = ow_guest_firewall(guest, &firewall, err);
        for (size_t i = 0; r == 0 && i < firewall->n_rules; i++) {
                const ow_firewall_rule *rule = &firewall->rules[i];

                if (rule->active && rule->adapter_state == OW_FIREWALL_GONE)
                        put_rule(&l, rule);
        }
        return fix_listing_tell(&l, findings, &note, r, err);
}
