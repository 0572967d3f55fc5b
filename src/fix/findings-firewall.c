/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Windows Firewall is told about cards that are gone: it does not hold for the new one. */
#include <offwin/firewall.h>

#include "fix/findings.h"

enum { SHOWN_MAX = 6 };

static void put_rule(ow_buffer *out, const ow_firewall_rule *rule)
{
        ow_buffer_printf(out, "%s%s %s '%.80s'", out->len ? "; " : "", rule->inbound ? "inbound" : "outbound",
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
        ow_buffer text = OW_BUFFER_INIT;
        const ow_firewall *firewall;
        size_t n = 0;
        int r;

        r = ow_guest_firewall(guest, &firewall, err);
        for (size_t i = 0; r == 0 && i < firewall->n_rules; i++) {
                const ow_firewall_rule *rule = &firewall->rules[i];

                if (rule->active && rule->adapter_state == OW_FIREWALL_GONE && n++ < SHOWN_MAX)
                        put_rule(&text, rule);
        }
        if (n > SHOWN_MAX)
                ow_buffer_printf(&text, "; and %zu more", n - SHOWN_MAX);
        if (r == 0 && n)
                return fix_findings_note(findings, &note, &text, err);
        ow_buffer_done(&text);
        return r;
}
