/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which providers leave the Winsock catalogues: of other vendors, those whose library is gone, those that are named,
 * or all; and every chain that goes through one of them. Windows' own stay, in their order.
 */
#include "fix/winsock-repair.h"

#include <string.h>

#include "base/glob.h"
#include "base/le.h"
#include "fix/first-boot-script.h"
#include "fix/service-edit.h"

#define RESET_SCRIPT  "winsock-reset"
#define RESET_COMMAND "netsh winsock reset"

enum { ENTRIES_MAX = 2000 };

struct repair {
        struct fix_job *job;
        const char *const *names;
        bool *used; /* beside names: fits something that may go */
        bool *own;  /* beside names: fits something of Windows itself */
        size_t n_names;
        bool all, namespaces, reset;
        bool tell; /* of this control set the plan says what stays */
};

/* ---- one provider ---- */

static const char *file_of(const char *path)
{
        const char *slash = strrchr(path, '\\');

        return slash ? slash + 1 : path;
}

static bool is_named(struct repair *rp, const char *path, const char *name, bool foreign)
{
        bool fits = false;

        for (size_t i = 0; i < rp->n_names; i++) {
                if (!ow_glob_match(rp->names[i], path) && !ow_glob_match(rp->names[i], file_of(path)) &&
                    !ow_glob_match(rp->names[i], name))
                        continue;
                if (foreign)
                        rp->used[i] = true;
                else
                        rp->own[i] = true;
                fits = true;
        }
        return fits && foreign;
}

/* Whether it goes by itself. What stays is told, once for each library. */
static int judge(struct repair *rp, const char *path, const char *name, bool foreign, enum ow_winsock_library library,
                 bool *ret_going, ow_error *err)
{
        bool named = is_named(rp, path, name, foreign);
        const char *why = library == OW_WINSOCK_LIBRARY_THERE
                                  ? "its library is there; name it, or --all, to take it out"
                                  : "whether its library is there cannot be told from the disks given; name it, or "
                                    "--all, to take it out";

        *ret_going = foreign && (rp->all || named || library == OW_WINSOCK_LIBRARY_MISSING);
        if (!foreign || *ret_going || !rp->tell)
                return 0;
        for (size_t i = 0; i < rp->job->plan->n_skipped; i++)
                if (strstr(rp->job->plan->skipped[i].reason, path))
                        return 0;
        return plan_skip(rp->job->plan, rp->job->fix, OW_FIX_NOT_FOR_THIS, err, "%s (%s) stays: %s", path, name, why);
}

/* ---- chains ---- */

static bool has_going(const ow_winsock_catalog *c, const bool *going, uint32_t id, bool *ret_known)
{
        bool found = false;

        for (size_t i = 0; i < c->n_protocols; i++) {
                if (!c->protocols[i].understood || c->protocols[i].id != id)
                        continue;
                *ret_known = true;
                found = found || going[i];
        }
        return found;
}

/* A chain that goes through a provider which goes, or which the catalogue does not have. */
static bool chain_goes(const ow_winsock_catalog *c, const bool *going, const ow_winsock_protocol *p, bool sure)
{
        for (size_t i = 0; i < p->chain_length; i++) {
                bool known = false;

                if (has_going(c, going, p->chain[i], &known) || (sure && !known))
                        return true;
        }
        return false;
}

static void judge_chains(const ow_winsock_catalog *c, bool *going)
{
        bool sure = true, more = true;

        for (size_t i = 0; i < c->n_protocols; i++)
                sure = sure && c->protocols[i].understood;
        for (size_t round = 0; more && round <= OW_WINSOCK_CHAIN; round++) {
                more = false;
                for (size_t i = 0; i < c->n_protocols; i++) {
                        const ow_winsock_protocol *p = &c->protocols[i];

                        if (going[i] || !p->understood || p->chain_length < 2 || !chain_goes(c, going, p, sure))
                                continue;
                        going[i] = more = true;
                }
        }
}

/* ---- one catalogue ---- */

/* 1 the catalogue can do without those that go; 0 it is left as it is, for the reset at the first boot. */
static int check_base(struct repair *rp, const ow_winsock_catalog *c, const bool *going, ow_error *err)
{
        size_t before = 0, after = 0;

        for (size_t i = 0; i < c->n_protocols; i++) {
                before += c->protocols[i].understood && c->protocols[i].chain_length == 1;
                after += c->protocols[i].understood && c->protocols[i].chain_length == 1 && !going[i];
        }
        if (c->n_protocols >= ENTRIES_MAX || c->n_namespaces >= ENTRIES_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' has %d entries or more", c->protocols_key,
                               ENTRIES_MAX);
        if (before == 0 || after > 0)
                return 1;
        if (rp->reset)
                return plan_skip(rp->job->plan, rp->job->fix, OW_FIX_NOT_FOR_THIS, err,
                                 "'%s' stays as it is, for no base provider would be left: the reset at the first "
                                 "boot makes new ones",
                                 c->protocols_key);
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                       "no base provider would be left in '%s': only `netsh winsock reset` in the running Windows "
                       "makes new ones; --reset leaves that for the first boot",
                       c->protocols_key);
}

static int begin(struct winsock_entries *entries, const char *set, const char *key, bool wide, ow_error *err)
{
        char *slash;

        entries->count = wide ? "Num_Catalog_Entries64" : "Num_Catalog_Entries";
        entries->entries = ow_asprintf("%s\\%s", set, key);
        entries->catalog = entries->entries ? ow_strdup(entries->entries) : NULL;
        if (!entries->catalog)
                return ow_fail_nomem(err);
        slash = strrchr(entries->catalog, '\\');
        *slash = '\0';
        return 0;
}

static int repair_protocols(struct repair *rp, const char *set, const ow_winsock_catalog *c, bool *changed,
                            ow_error *err)
{
        OW_AUTO_FREE bool *going = ow_calloc(c->n_protocols + 1, sizeof *going);
        struct winsock_entries entries = { 0 };
        int r = going ? 0 : ow_fail_nomem(err);

        for (size_t i = 0; i < c->n_protocols && r == 0; i++)
                if (c->protocols[i].understood)
                        r = judge(rp, c->protocols[i].path, c->protocols[i].name, c->protocols[i].foreign,
                                  c->protocols[i].library, &going[i], err);
        if (r < 0)
                return r;
        judge_chains(c, going);
        r = check_base(rp, c, going, err);
        if (r <= 0)
                return r;
        r = begin(&entries, set, c->protocols_key, c->wide, err);
        for (size_t i = 0; i < c->n_protocols && r == 0; i++) {
                r = winsock_entries_add(&entries, c->protocols[i].key, going[i], err);
                if (!going[i] && c->protocols[i].understood && c->protocols[i].id >= entries.next_id &&
                    c->protocols[i].id < UINT32_MAX)
                        entries.next_id = c->protocols[i].id + 1;
        }
        if (r == 0)
                r = winsock_entries_write(rp->job, &entries, changed, err);
        winsock_entries_done(&entries);
        return r;
}

static int repair_namespaces(struct repair *rp, const char *set, const ow_winsock_catalog *c, bool *changed,
                             ow_error *err)
{
        struct winsock_entries entries = { 0 };
        int r;

        r = begin(&entries, set, c->namespaces_key, c->wide, err);
        for (size_t i = 0; i < c->n_namespaces && r == 0; i++) {
                const ow_winsock_namespace *n = &c->namespaces[i];
                bool going = false;

                r = judge(rp, n->path, n->name, n->foreign && n->path[0], n->library, &going, err);
                if (r == 0)
                        r = winsock_entries_add(&entries, n->key, going, err);
        }
        if (r == 0)
                r = winsock_entries_write(rp->job, &entries, changed, err);
        winsock_entries_done(&entries);
        return r;
}

/* Whoever changes a catalogue raises its number, by which others see it. */
static int raise_serial(struct repair *rp, const char *set, const char *key, ow_error *err)
{
        struct winsock_entries entries = { 0 };
        uint32_t serial;
        uint8_t data[4];
        int r;

        r = begin(&entries, set, key, false, err);
        if (r == 0)
                r = service_dword(rp->job->plan, rp->job->guest, entries.catalog, "Serial_Access_Num", &serial, err);
        if (r > 0) {
                ow_le32_put(data, serial + 1);
                r = service_value(rp->job, entries.catalog, "Serial_Access_Num", OW_REG_DWORD, data, sizeof data,
                                  err);
        }
        winsock_entries_done(&entries);
        return r;
}

static int repair_set(struct repair *rp, uint32_t number, const ow_winsock *facts, ow_error *err)
{
        OW_AUTO_FREE char *set = ow_asprintf("HKLM\\SYSTEM\\ControlSet%03u", number);
        bool protocols = false, namespaces = false;
        const char *protocols_key = "", *namespaces_key = "";
        int r = set ? 0 : ow_fail_nomem(err);

        for (size_t i = 0; i < facts->n_catalogs && r == 0; i++) {
                const ow_winsock_catalog *c = &facts->catalogs[i];

                if (c->protocols_key[0]) {
                        protocols_key = c->protocols_key;
                        r = repair_protocols(rp, set, c, &protocols, err);
                }
                if (r == 0 && rp->namespaces && c->namespaces_key[0]) {
                        namespaces_key = c->namespaces_key;
                        r = repair_namespaces(rp, set, c, &namespaces, err);
                }
        }
        if (r == 0 && protocols)
                r = raise_serial(rp, set, protocols_key, err);
        return r == 0 && namespaces ? raise_serial(rp, set, namespaces_key, err) : r;
}

/* ---- all control sets ---- */

static int repair_all(struct repair *rp, ow_error *err)
{
        const ow_control_sets *sets = ow_guest_control_sets(rp->job->guest);
        int r = 0;

        for (size_t i = 0; i < sets->n_edit && r == 0; i++) {
                ow_winsock *facts = NULL;

                rp->tell = i == 0;
                r = ow_winsock_load(rp->job->guest, sets->edit[i], &facts, err);
                if (r == 0)
                        r = repair_set(rp, sets->edit[i], facts, err);
                ow_winsock_free(facts);
        }
        for (size_t i = 0; i < rp->n_names && r == 0; i++)
                if (!rp->used[i])
                        r = rp->own[i] ? ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                                                 "'%s' is a provider of Windows itself, which is never taken out",
                                                 rp->names[i])
                                       : ow_fail(err, OW_E_ABSENT, OW_NOWHERE,
                                                 "no provider is called '%s' (offwin net winsock lists them)",
                                                 rp->names[i]);
        return r;
}

/* ---- a new catalogue, at the first boot ---- */

/* netsh has it since XP with service pack 2 and 2003 with service pack 1. */
static bool knows_reset(const ow_windows *w)
{
        if (w->major != 5)
                return w->major > 5;
        return (w->minor == 1 && w->service_pack >= 2) || (w->minor == 2 && w->service_pack >= 1);
}

static int lay_down_reset(struct fix_job *job, ow_error *err)
{
        if (!knows_reset(ow_guest_windows(job->guest)))
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "this Windows has no `netsh winsock reset`: XP with service pack 2 and 2003 with "
                               "service pack 1 brought it");
        return first_boot_script_put(job, RESET_SCRIPT, RESET_COMMAND, err);
}

int ow_winsock_reset_waits(ow_guest *guest, bool *ret, ow_error *err)
{
        int r = first_boot_script_waits(guest, RESET_SCRIPT, RESET_COMMAND, err);

        *ret = r > 0;
        return r < 0 ? r : 0;
}

int ow_plan_repair_winsock(ow_plan *plan, ow_guest *guest, const char *const *names, size_t n_names, unsigned flags,
                           ow_error *err)
{
        static const struct fix_action action = {
                .name = "winsock-repair",
                .title = "Take providers that do not work out of the Winsock catalogue",
                .why = "Every program's network calls go through what the catalogue names; with one library missing, "
                       "none of them has a network.",
        };
        OW_AUTO_FREE bool *used = ow_calloc(n_names + 1, sizeof *used);
        OW_AUTO_FREE bool *own = ow_calloc(n_names + 1, sizeof *own);
        struct fix_job job;
        struct repair rp = { .job = &job, .names = names, .used = used, .own = own, .n_names = n_names };
        int r;

        if (!used || !own)
                return ow_fail_nomem(err);
        rp.all = flags & OW_WINSOCK_REPAIR_ALL;
        rp.namespaces = flags & OW_WINSOCK_REPAIR_NAMESPACES;
        rp.reset = flags & OW_WINSOCK_REPAIR_RESET;
        r = fix_action_begin(&job, plan, guest, &action, err);
        if (r < 0)
                return r;
        r = repair_all(&rp, err);
        if (r == 0 && rp.reset)
                r = lay_down_reset(&job, err);
        if (r == 0)
                r = fix_action_complete(&job, err);
        fix_action_done(&job);
        return r;
}
