/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Switches of TCP/IP for all cards. Up to Windows Server 2008 they are values of Tcpip\Parameters. Later ones are
 * kept in the network store in a form that nobody has described (docs/formats/windows-facts.md, TCP/IP): those are
 * left for the first boot, as commands.
 */
#include <string.h>

#include <offwin/tuning.h>

#include "base/macros.h"
#include "base/upcase.h"
#include "fix/action.h"
#include "fix/first-boot-script.h"
#include "fix/forecast.h"
#include "fix/net.h"

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
        const char *command;           /* for newer ones, up to what it is set to */
        const char *on, *off, *normal; /* what it is set to */
} switches[] = {
        { "task-offload", "what cards do for TCP/IP: checksums, segments", "DisableTaskOffload", true, 50, FOREVER,
          FOREVER, "", "", "", "" },
        { "chimney", "TCP connections handled by the card", "EnableTCPChimney", false, S2003, FOREVER, VISTA,
          NETSH "global chimney=", "enabled", "disabled", "default" },
        { "rss", "receiving on several processors", "EnableRSS", false, S2003, FOREVER, S2003,
          NETSH "global rss=", "enabled", "disabled", "default" },
        { "netdma", "copying by the chipset", "EnableTCPA", false, S2003, WINDOWS_7, WINDOWS_7, "", "", "", "" },
        { "autotuning", "receive window that grows by itself", "", false, VISTA, FOREVER, 0,
          NETSH "global autotuninglevel=", "normal", "disabled", "normal" },
        { "heuristics", "guesses that override autotuning", "", false, VISTA, FOREVER, 0, NETSH "heuristics ",
          "enabled", "disabled", "default" },
        { "ecn", "explicit congestion notification", "", false, VISTA, FOREVER, 0,
          NETSH "global ecncapability=", "enabled", "disabled", "default" },
};

static const char *const words[] = { "on", "off", "default" };

static unsigned version(const ow_guest *guest)
{
        const ow_windows *w = ow_guest_windows(guest);

        return w->major > 900 ? FOREVER : w->major * 10 + (w->minor < 9 ? w->minor : 9);
}

size_t ow_tcp_switch_count(void)
{
        return OW_COUNT(switches);
}

/* The command for the first boot that sets s as words[word] says. NULL: no memory. */
static char *command_of(const struct tcp_switch *s, size_t word)
{
        const char *const to[] = { s->on, s->off, s->normal };

        return ow_asprintf("%s%s", s->command, to[word]);
}

static char *script_of(const struct tcp_switch *s)
{
        return ow_asprintf("tcp-%s", s->name);
}

/* The word that waits for the first boot; "": none. Of two words with one command, the first. */
static int waiting(ow_guest *guest, const struct tcp_switch *s, const char **ret, ow_error *err)
{
        OW_AUTO_FREE char *script = script_of(s);
        int r = script ? 0 : ow_fail_nomem(err);

        *ret = "";
        for (size_t i = 0; i < OW_COUNT(words) && r == 0; i++) {
                OW_AUTO_FREE char *command = command_of(s, i);

                r = command ? first_boot_script_waits(guest, script, command, err) : ow_fail_nomem(err);
                if (r > 0)
                        *ret = words[i];
        }
        return r < 0 ? r : 0;
}

int ow_tcp_switch_get(ow_guest *guest, size_t index, ow_tcp_switch *ret, ow_error *err)
{
        const struct tcp_switch *s = &switches[index];
        const struct fix_view view = { guest, NULL };
        unsigned v = version(guest);
        uint32_t n;
        int r;

        *ret = (ow_tcp_switch){ .name = s->name, .meaning = s->meaning, .value = "", .waiting = "" };
        if (v < s->from || v > s->to) {
                ret->place = OW_TCP_ABSENT;
                return 0;
        }
        if (v > s->read_to) {
                ret->place = OW_TCP_FIRST_BOOT;
                return waiting(guest, s, &ret->waiting, err);
        }
        ret->place = OW_TCP_OFFLINE;
        ret->value = s->value;
        r = fix_view_dword(&view, PARAMETERS, s->value, &n, err);
        if (r > 0)
                ret->on = (ow_setting){ true, s->inverted ? n == 0 : n != 0 };
        return r < 0 ? r : 0;
}

/* ---- setting ---- */

static int find(unsigned v, const char *name, const struct tcp_switch **ret, ow_error *err)
{
        for (size_t i = 0; i < OW_COUNT(switches); i++) {
                const struct tcp_switch *s = &switches[i];

                if (ow_name_compare(s->name, name) != 0)
                        continue;
                if (v < s->from || v > s->to)
                        return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "this Windows has no %s (%s)", s->name,
                                       s->meaning);
                *ret = s;
                return 0;
        }
        return ow_fail(
                err, OW_E_INVAL, OW_NOWHERE,
                "TCP/IP has no switch '%.60s': task-offload, chimney, rss, netdma, autotuning, heuristics, ecn",
                name);
}

static int set_offline(struct fix_job *job, const struct tcp_switch *s, size_t word, ow_error *err)
{
        bool on = word == 0, normal = word == 2;
        uint32_t number = on != s->inverted;

        return fix_job_dword_for_good(job, PARAMETERS, s->value, normal ? NULL : &number, err);
}

static int set_at_first_boot(struct fix_job *job, const struct tcp_switch *s, size_t word, ow_error *err)
{
        OW_AUTO_FREE char *script = script_of(s);
        OW_AUTO_FREE char *command = command_of(s, word);

        return script && command ? first_boot_script_put(job, script, command, err) : ow_fail_nomem(err);
}

static int set_switch(struct fix_job *job, const ow_tuning_edit *edit, ow_error *err)
{
        unsigned v = version(job->guest);
        const struct tcp_switch *s = NULL;
        bool offline;
        size_t word = 0;
        int r;

        r = find(v, edit->name, &s, err);
        if (r < 0)
                return r;
        while (word < OW_COUNT(words) && ow_name_compare(edit->value, words[word]) != 0)
                word++;
        if (word == OW_COUNT(words))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%s takes on, off or default, not '%.60s'", s->name,
                               edit->value);
        offline = v <= s->read_to;
        r = offline ? set_offline(job, s, word, err) : set_at_first_boot(job, s, word, err);
        return r < 0 ? r
                     : net_setting_add(job->plan, "TCP/IP", s->name, words[word],
                                       offline ? OW_EFFECT_OFFLINE : OW_EFFECT_FIRST_BOOT, err);
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
