/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings without a fix: states that another step must end, and settings that only a person can judge. */
#include <string.h>

#include <offwin/guest.h>
#include <offwin/network.h>

#include "base/address-list.h"

#include "fix/findings.h"
#include "fix/forecast.h"

enum { SHOWN_MAX = 8 };                 /* adapters or problems that one finding lists */

static void finding_done(ow_finding *f)
{
        ow_free(f->id);
        ow_free(f->title);
        ow_free(f->reason);
        ow_free(f->detail);
        ow_free(f->command);
}

void fix_findings_done(struct fix_findings *findings)
{
        for (size_t i = 0; i < findings->n; i++)
                finding_done(&findings->list[i]);
        ow_free(findings->list);
        ow_free(findings->delays);
        *findings = (struct fix_findings){ NULL, NULL, 0, 0, 0 };
}

int fix_findings_add(struct fix_findings *findings, const ow_fix *fix, const char *id, const char *title,
                     enum ow_fix_status status, char *reason, char *detail, enum fix_delay delay, ow_error *err)
{
        ow_finding f = { .fix = fix, .status = status, .reason = reason, .detail = detail };
        void *list = ow_grow(findings->list, findings->n, &findings->cap, sizeof f);
        void *delays = NULL;

        if (list) {
                findings->list = list;
                delays = ow_grow(findings->delays, findings->n, &findings->cap_delays, sizeof delay);
        }
        if (delays)
                findings->delays = delays;
        f.id = ow_strdup(id);
        f.title = ow_strdup(title);
        if (!delays || !f.id || !f.title || !reason || !detail) {
                finding_done(&f);
                return ow_fail_nomem(err);
        }
        findings->delays[findings->n] = delay;
        findings->list[findings->n++] = f;
        return 0;
}

int fix_findings_note(struct fix_findings *findings, const struct fix_note *note, ow_buffer *detail, ow_error *err)
{
        char *command = note->command ? ow_strdup(note->command) : NULL;
        int r;

        r = fix_findings_add(findings, NULL, note->id, note->title, OW_FIX_NEEDED, ow_strdup(note->reason),
                             ow_buffer_take_text(detail), FIX_DELAY_NONE, err);
        if (r < 0 || (note->command && !command)) {
                ow_free(command);
                return r < 0 ? r : ow_fail_nomem(err);
        }
        findings->list[findings->n - 1].command = command;
        findings->list[findings->n - 1].confidence = note->confidence;
        return 0;
}

bool fix_listing_next(struct fix_listing *listing)
{
        if (listing->n++ >= listing->most)
                return false;
        ow_buffer_put_text(&listing->text, listing->text.len ? "; " : "");
        return true;
}

int fix_listing_tell(struct fix_listing *listing, struct fix_findings *findings, const struct fix_note *note, int r,
                     ow_error *err)
{
        if (r < 0 || listing->n == 0) {
                ow_buffer_done(&listing->text);
                return r < 0 ? r : 0;
        }
        if (listing->n > listing->most)
                ow_buffer_printf(&listing->text, "; and %zu more", listing->n - listing->most);
        return fix_findings_note(findings, note, &listing->text, err);
}

static int add(struct fix_findings *findings, const char *id, const char *title, const char *reason,
               ow_buffer *detail, ow_error *err)
{
        return fix_findings_add(findings, NULL, id, title, OW_FIX_NEEDED, ow_strdup(reason),
                                detail ? ow_buffer_take_text(detail) : ow_strdup(""), FIX_DELAY_NONE, err);
}

/* One that the first boot waits for. */
static int note_delay(struct fix_findings *findings, const struct fix_note *note, ow_buffer *detail,
                      enum fix_delay delay, ow_error *err)
{
        int r = fix_findings_note(findings, note, detail, err);

        if (r == 0)
                findings->delays[findings->n - 1] = delay;
        return r;
}

/* ---- states ---- */

static int states(struct fix_findings *findings, const ow_guest_state *s, ow_error *err)
{
        int r = 0;

        if (s->hibernated)
                r = add(findings, "hibernated", "Windows is hibernated, or was shut down by fast startup",
                        "the next boot restores memory that knows nothing of offline changes; shut it down fully "
                        "before the disk is captured", NULL, err);
        if (r == 0 && s->volume_dirty)
                r = add(findings, "volume-dirty", "The file system is marked for a check",
                        "Windows checks the disk before it boots", NULL, err);
        if (r == 0 && s->unclean_journal)
                r = add(findings, "unclean-journal", "Windows was not shut down: its NTFS journal is open",
                        "nothing is written to this volume; boot it once and shut it down fully, or replay the journal "
                        "with ntfsrecover", NULL, err);
        if (r == 0 && (s->setup_in_progress || s->oobe_in_progress))
                r = add(findings, "setup-in-progress", "Windows Setup has not finished",
                        "the next boot goes on with Setup instead of starting Windows", NULL, err);
        if (r == 0 && s->sysprep_generalized)
                r = add(findings, "sysprep-generalized", "This Windows was generalized with Sysprep",
                        "the next boot sets it up anew: new identity, and settings of network cards are gone",
                        NULL, err);
        return r;
}

static int pending(struct fix_findings *findings, const ow_guest_state *s, ow_error *err)
{
        OW_AUTO_BUFFER what = OW_BUFFER_INIT;

        if (!s->pending_cbs && !s->pending_update && !s->pending_renames)
                return 0;
        if (s->pending_cbs)
                ow_buffer_put_text(&what, "component servicing");
        if (s->pending_update)
                ow_buffer_printf(&what, "%sWindows Update", what.len ? ", " : "");
        if (s->pending_renames)
                ow_buffer_printf(&what, "%sfile renames", what.len ? ", " : "");
        if (!s->pending_cbs && !s->pending_update)
                return add(findings, "pending-renames", "File renames wait for the next boot",
                           "usually harmless; an installation may have been waiting for a restart", &what, err);
        return add(findings, "pending-reboot", "A restart is pending",
                   "the first boot finishes updates first, on hardware that they were not made for; restart the "
                   "machine once before it is captured", &what, err);
}

/* ---- network ---- */

static void put_called(ow_buffer *out, const ow_adapter *a)
{
        ow_buffer_printf(out, "%s%s (%s)", out->len ? "; " : "", a->name[0] ? a->name : a->guid, a->description);
}

static int adapters(struct fix_findings *findings, ow_guest *guest, ow_error *err)
{
        static const struct fix_note address_note = {
                .id = "static-address-on-old-adapter",
                .title = "Static addresses belong to the old network cards",
                .reason = "the new card starts with DHCP, and Windows says that these addresses are assigned to "
                          "another adapter",
                .command = "offwin fix --all --nic MAC DISK",
                .confidence = OW_CONFIDENCE_HIGH,
        };
        static const struct fix_note team_note = {
                .id = "network-team",
                .title = "Network cards are teamed",
                .reason = "the team stays without its cards, and with it its address",
                .command = "offwin net unteam DISK",
                .confidence = OW_CONFIDENCE_HIGH,
        };
        OW_AUTO_BUFFER addresses = OW_BUFFER_INIT;
        OW_AUTO_BUFFER teams = OW_BUFFER_INIT;
        size_t n_addresses = 0, n_teams = 0;
        const ow_network *network;
        int r;

        r = ow_guest_network(guest, &network, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < network->n_adapters; i++) {
                const ow_adapter *a = &network->adapters[i];
                bool team = a->kind == OW_ADAPTER_TEAM && (a->n_members || a->upper.count);
                bool dhcp = a->ipv4.dhcp.set && a->ipv4.dhcp.value;

                if (!dhcp && a->ipv4.addresses.count && (a->hardware_device || team) && n_addresses++ < SHOWN_MAX) {
                        put_called(&addresses, a);
                        ow_buffer_put_text(&addresses, ": ");
                        address_list_put_prefixes(&addresses, a->ipv4.addresses.items, a->ipv4.addresses.count);
                }
                if (team && n_teams++ < SHOWN_MAX)
                        put_called(&teams, a);
        }
        if (n_addresses > SHOWN_MAX)
                ow_buffer_printf(&addresses, "; and %zu more", n_addresses - SHOWN_MAX);
        if (n_addresses)
                r = note_delay(findings, &address_note, &addresses, FIX_DELAY_DHCP, err);
        if (r == 0 && n_teams)
                r = fix_findings_note(findings, &team_note, &teams, err);
        return r;
}

static int domain(struct fix_findings *findings, const ow_guest *guest, ow_error *err)
{
        static const struct fix_note note = {
                .id = "domain-member-isolated",
                .title = "It is a domain member",
                .reason = "without a domain controller in reach, network location, Group Policy and Netlogon each wait "
                          "for one; it is found by a DNS server of the domain",
                .command = "offwin net set DISK ADAPTER --dns ADDRESS",
                .confidence = OW_CONFIDENCE_FAIR,
        };
        const ow_windows *w = ow_guest_windows(guest);
        OW_AUTO_BUFFER detail = OW_BUFFER_INIT;

        if (!w->domain_member)
                return 0;
        ow_buffer_printf(&detail, "domain %s", w->domain[0] ? w->domain : "(name not known)");
        return note_delay(findings, &note, &detail, FIX_DELAY_DC, err);
}

static int settings(struct fix_findings *findings, ow_guest *guest, ow_error *err)
{
        static const struct fix_note no_dhcp = {
                .id = "dhcp-service-disabled",
                .title = "The Dhcp service is disabled",
                .reason = "network location and the network list depend on it since Windows 8, with static addresses "
                          "too; set it to start by itself",
                .command = "offwin svc set DISK Dhcp --start auto",
                .confidence = OW_CONFIDENCE_HIGH,
        };
        static const struct fix_note ipv6 = {
                .id = "ipv6-boot-delay",
                .title = "IPv6 is turned off in the way that delays every boot",
                .reason = "DisabledComponents is 0xffffffff, which costs five seconds; 0xff does the same without "
                          "(Microsoft KB929852)",
                .command = "offwin reg set DISK 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters' "
                           "DisabledComponents dword 0xff",
                .confidence = OW_CONFIDENCE_HIGH,
        };
        const struct fix_view view = { guest, NULL };
        ow_buffer nothing = OW_BUFFER_INIT;
        uint32_t n;
        int r;

        r = fix_view_dword(&view, "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Dhcp", "Start", &n, err);
        if (r > 0 && n == 4)
                r = fix_findings_note(findings, &no_dhcp, &nothing, err);
        if (r < 0)
                return r;
        r = fix_view_dword(&view, "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters",
                           "DisabledComponents", &n, err);
        if (r > 0 && n == 0xffffffff)
                r = fix_findings_note(findings, &ipv6, &nothing, err);
        return r < 0 ? r : 0;
}

static int problems(struct fix_findings *findings, const ow_guest *guest, ow_error *err)
{
        OW_AUTO_BUFFER detail = OW_BUFFER_INIT;
        size_t n = ow_guest_problem_count(guest);

        for (size_t i = 0; i < n && i < SHOWN_MAX; i++)
                ow_buffer_printf(&detail, "%s%s", i ? "; " : "", ow_guest_problem(guest, i));
        if (n > SHOWN_MAX)
                ow_buffer_printf(&detail, "; and %zu more", n - SHOWN_MAX);
        if (n == 0)
                return 0;
        return add(findings, "not-everything-readable", "Not everything could be read",
                   "what is missing here narrows what can be said and fixed", &detail, err);
}

int fix_findings_collect(struct fix_findings *findings, ow_guest *guest, ow_error *err)
{
        const ow_guest_state *state = ow_guest_state_get(guest);
        int r;

        r = states(findings, state, err);
        if (r == 0)
                r = pending(findings, state, err);
        if (r == 0)
                r = adapters(findings, guest, err);
        if (r == 0)
                r = domain(findings, guest, err);
        if (r == 0)
                r = settings(findings, guest, err);
        if (r == 0)
                r = fix_findings_network(findings, guest, err);
        if (r == 0)
                r = fix_findings_filters(findings, guest, err);
        if (r == 0)
                r = fix_findings_firewall(findings, guest, err);
        if (r == 0)
                r = fix_findings_internet(findings, guest, err);
        if (r == 0)
                r = problems(findings, guest, err);
        return r;
}
