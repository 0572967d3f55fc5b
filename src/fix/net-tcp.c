/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Switches of TCP/IP for all cards. Up to Windows Server 2008 they are values of Tcpip\Parameters; later ones are
 * kept in the network store in a form that nobody has described, and those are not written here
 * (docs/formats/windows-facts.md, TCP/IP).
 */
#include <string.h>

#include <offwin/tuning.h>

#include "base/macros.h"
#include "base/upcase.h"
#include "fix/action.h"
#include "fix/forecast.h"

#define PARAMETERS "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"
#define NETSH      "netsh interface tcp set "

enum { S2003 = 52, VISTA = 60, WINDOWS_7 = 61, FOREVER = 9999 };

static const struct fix_action tcp_action = {
        .name = "network-tcp",
        .title = "Set switches of TCP/IP",
        .why = "It was asked for.",
};

/* Windows from and to (major and minor) that has it, and the last one that reads the value. */
static const struct tcp_switch {
        const char *name, *meaning, *value;
        bool inverted; /* the value 1 turns it off */
        unsigned from, to, read_to;
        const char *command;
} switches[] = {
        { "task-offload", "what cards do for TCP/IP: checksums, segments", "DisableTaskOffload", true, 50, FOREVER,
          FOREVER, "" },
        { "chimney", "TCP connections handled by the card", "EnableTCPChimney", false, S2003, FOREVER, VISTA,
          NETSH "global chimney=disabled" },
        { "rss", "receiving on several processors", "EnableRSS", false, S2003, FOREVER, S2003,
          NETSH "global rss=disabled" },
        { "netdma", "copying by the chipset", "EnableTCPA", false, S2003, WINDOWS_7, WINDOWS_7, "" },
        { "autotuning", "receive window that grows by itself", "", false, VISTA, FOREVER, 0,
          NETSH "global autotuninglevel=disabled" },
        { "heuristics", "guesses that override autotuning", "", false, VISTA, FOREVER, 0,
          NETSH "heuristics disabled" },
        { "ecn", "explicit congestion notification", "", false, VISTA, FOREVER, 0,
          NETSH "global ecncapability=disabled" },
};

static unsigned version(const ow_guest *guest)
{
        const ow_windows *w = ow_guest_windows(guest);

        return w->major > 900 ? FOREVER : w->major * 10 + (w->minor < 9 ? w->minor : 9);
}

size_t ow_tcp_switch_count(void)
{
        return OW_COUNT(switches);
}

int ow_tcp_switch_get(ow_guest *guest, size_t index, ow_tcp_switch *ret, ow_error *err)
{
        const struct tcp_switch *s = &switches[index];
        const struct fix_view view = { guest, NULL };
        unsigned v = version(guest);
        uint32_t n;
        int r;

        *ret = (ow_tcp_switch){ .name = s->name, .meaning = s->meaning, .value = "", .command = "" };
        if (v < s->from || v > s->to) {
                ret->place = OW_TCP_ABSENT;
                return 0;
        }
        if (v > s->read_to) {
                ret->place = OW_TCP_AFTER_BOOT;
                ret->command = s->command;
                return 0;
        }
        ret->place = OW_TCP_OFFLINE;
        ret->value = s->value;
        r = fix_view_dword(&view, PARAMETERS, s->value, &n, err);
        if (r > 0)
                ret->on = (ow_setting){ true, s->inverted ? n == 0 : n != 0 };
        return r < 0 ? r : 0;
}

/* ---- setting ---- */

static int find(ow_guest *guest, const char *name, const struct tcp_switch **ret, ow_error *err)
{
        unsigned v = version(guest);

        for (size_t i = 0; i < OW_COUNT(switches); i++) {
                const struct tcp_switch *s = &switches[i];

                if (ow_name_compare(s->name, name) != 0)
                        continue;
                if (v < s->from || v > s->to)
                        return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "this Windows has no %s (%s)", s->name,
                                       s->meaning);
                if (v > s->read_to)
                        return ow_fail(
                                err, OW_E_UNSUPPORTED, OW_NOWHERE,
                                "%s is not set offline: how this Windows keeps it is not known. On the running "
                                "machine: %s",
                                s->name, s->command);
                *ret = s;
                return 0;
        }
        return ow_fail(
                err, OW_E_INVAL, OW_NOWHERE,
                "TCP/IP has no switch '%.60s': task-offload, chimney, rss, netdma, autotuning, heuristics, ecn",
                name);
}

static int set_switch(struct fix_job *job, const ow_tuning_edit *edit, ow_error *err)
{
        bool on = ow_name_compare(edit->value, "on") == 0, off = ow_name_compare(edit->value, "off") == 0;
        bool normal = ow_name_compare(edit->value, "default") == 0;
        const struct tcp_switch *s = NULL;
        uint32_t number;
        int r;

        r = find(job->guest, edit->name, &s, err);
        if (r < 0)
                return r;
        if (!on && !off && !normal)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%s takes on, off or default, not '%.60s'", s->name,
                               edit->value);
        number = on != s->inverted;
        return fix_job_dword_for_good(job, PARAMETERS, s->value, normal ? NULL : &number, err);
}

int ow_plan_tune_tcp(ow_plan *plan, ow_guest *guest, const ow_tuning_edit *edits, size_t n_edits, ow_error *err)
{
        struct fix_job job;
        int r;

        r = fix_action_begin(&job, plan, guest, &tcp_action, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n_edits && r == 0; i++)
                r = set_switch(&job, &edits[i], err);
        if (r == 0)
                r = fix_action_complete(&job, err);
        fix_action_done(&job);
        return r;
}
