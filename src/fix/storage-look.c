/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each controller would meet: the drivers' services, files and entries, in every control set that counts. */
#include <stdio.h>
#include <string.h>

#include <offwin/registry.h>

#include "base/le.h"
#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/storage.h"

struct look {
        ow_guest *guest;
        const ow_windows *windows;
        char **sets; /* HKLM\SYSTEM\ControlSet001, ... */
        size_t n_sets;
        bool ids;       /* this Windows looks for devices by id: 2000 and newer */
        bool overrides; /* it has StartOverride */
        bool database;  /* and DriverDatabase */
};

static bool same(const char *a, const char *b)
{
        return ow_name_compare(a, b) == 0;
}

/* ---- one driver ---- */

/* The DWORD at a place, UINT32_MAX when it is not there or none. */
static int number_at(ow_guest *guest, const char *where, const char *name, uint32_t *ret, ow_error *err)
{
        ow_datum datum = { false, 0, { NULL, 0 } };
        int r = plan_read(guest, where, name, &datum, err);

        if (r == 0)
                *ret = datum.present && datum.type == OW_REG_DWORD && datum.data.size == 4 ? ow_le32_at(datum.data.p)
                                                                                           : UINT32_MAX;
        ow_blob_done(&datum.data);
        return r;
}

/* The greatest number in the key; *ret stays when there is no key. */
static int override_at(ow_guest *guest, const char *where, uint32_t *ret, ow_error *err)
{
        uint32_t index = 0;
        ow_regkey key;
        ow_value value;
        int r;

        r = ow_registry_find(guest, where, &key, err);
        while (r > 0 && (r = ow_hive_next_value(key.hive, key.key, &index, &value, err)) > 0) {
                ow_blob data = { NULL, 0 };
                uint32_t type;

                r = ow_hive_read_value(key.hive, value, &type, &data, err);
                if (r == 0 && data.size == 4 && (*ret == UINT32_MAX || ow_le32_at(data.p) > *ret))
                        *ret = ow_le32_at(data.p);
                ow_blob_done(&data);
                r = r < 0 ? r : 1;
        }
        return r < 0 ? r : 0;
}

static int read_service(const struct look *look, ow_storage_driver *driver, ow_error *err)
{
        driver->service_there = look->n_sets > 0;
        driver->start = driver->override = UINT32_MAX;
        for (size_t i = 0; i < look->n_sets; i++) {
                OW_AUTO_FREE char *where = ow_asprintf("%s\\Services\\%s", look->sets[i], driver->service);
                OW_AUTO_FREE char *override =
                        ow_asprintf("%s\\Services\\%s\\StartOverride", look->sets[i], driver->service);
                uint32_t start;
                ow_datum key;
                int r;

                if (!where || !override)
                        return ow_fail_nomem(err);
                r = plan_read(look->guest, where, NULL, &key, err);
                if (r == 0)
                        r = number_at(look->guest, where, "Start", &start, err);
                if (r == 0 && look->overrides)
                        r = override_at(look->guest, override, &driver->override, err);
                if (r < 0)
                        return r;
                driver->service_there = driver->service_there && key.present;
                if (i == 0 || start > driver->start)
                        driver->start = start;
        }
        return 0;
}

/* All of the comma list in System32\drivers; driver->file is the first that is missing, or the first of all. */
static int read_files(const struct look *look, const char *list, ow_storage_driver *driver, ow_error *err)
{
        driver->file_there = true;
        for (const char *name = list; name; name = strchr(name, ',') ? strchr(name, ',') + 1 : NULL) {
                OW_AUTO_FREE char *path =
                        ow_asprintf("%%SystemRoot%%\\System32\\drivers\\%.*s", (int)strcspn(name, ","), name);
                OW_AUTO_FREE char *inside = NULL;
                ow_volume *volume;
                ow_stat stat = { 0 };
                int r;

                r = path ? ow_guest_resolve_path(look->guest, path, &volume, &inside, err) : ow_fail_nomem(err);
                if (r == 0)
                        r = ow_volume_stat(volume, inside, &stat, err);
                if (r < 0)
                        return r;
                if (r > 0 && stat.size > 0 && name != list)
                        continue;
                ow_free(driver->file);
                driver->file = ow_asprintf("%c:\\%s", ow_guest_system_drive(look->guest), inside);
                if (!driver->file)
                        return ow_fail_nomem(err);
                driver->file_there = r > 0 && stat.size > 0;
                if (!driver->file_there)
                        return 0;
        }
        return 0;
}

/* 1 when every control set leads from id to service, or, with other, what one of them leads to instead. */
static int id_leads(const struct look *look, const char *id, const char *service, char **other, ow_error *err)
{
        bool all = look->n_sets > 0;

        for (size_t i = 0; i < look->n_sets; i++) {
                OW_AUTO_FREE char *found = NULL;
                int r = storage_id_find(look->guest, look->sets[i], id, &found, err);

                if (r < 0)
                        return r;
                all = all && r > 0 && same(found, service);
                if (r > 0 && !same(found, service) && other && !*other)
                        *other = OW_TAKE(found);
        }
        return all;
}

/* True when id is covering or a longer form of it. */
static bool covers(const char *id, const char *covering)
{
        return strlen(id) >= strlen(covering) &&
               ow_name_compare_n(id, strlen(covering), covering, strlen(covering)) == 0;
}

/* 1 when wanted, or a longer form of it among the ids of the controller, leads to the driver. */
static int is_covered(const struct look *look, const struct storage_driver *from, const char *wanted, ow_error *err)
{
        int r = id_leads(look, wanted, from->service, NULL, err);

        for (size_t i = 0; i < STORAGE_IDS_MAX && from->ids[i] && r == 0; i++)
                if (covers(from->ids[i], wanted))
                        r = id_leads(look, from->ids[i], from->service, NULL, err);
        return r;
}

static int read_ids(const struct look *look, const struct storage_driver *from, ow_storage_driver *driver,
                    ow_error *err)
{
        int r = 0;

        driver->id = from->missing[0] ? from->missing[0] : from->ids[0] ? from->ids[0] : "";
        driver->id_known = true;
        for (size_t i = 0; i < STORAGE_IDS_MAX && from->missing[i] && r >= 0; i++) {
                r = is_covered(look, from, from->missing[i], err);
                driver->id_known = driver->id_known && r > 0;
        }
        if (!from->missing[0] && from->ids[0])
                driver->id_known = false;
        for (size_t i = 0; i < STORAGE_IDS_MAX && from->ids[i] && r >= 0; i++) {
                r = id_leads(look, from->ids[i], from->service, &driver->id_other, err);
                if (r > 0 && !from->missing[0])
                        driver->id_known = true;
                if (r > 0 || driver->id_other)
                        break;
        }
        if (r >= 0 && !driver->id_other)
                driver->id_other = ow_strdup("");
        return r < 0 ? r : driver->id_other ? 0 : ow_fail_nomem(err);
}

/* What is wrong, worst first. 1 there is something. */
static int judge(const struct look *look, ow_storage_driver *driver, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;

        if (!driver->file_there)
                ow_buffer_printf(&text, "%s is not in System32\\drivers", strrchr(driver->file, '\\') + 1);
        else if (!driver->service_there)
                ow_buffer_printf(&text, "service %s is not there", driver->service);
        else if (driver->start != 0)
                ow_buffer_printf(&text,
                                 driver->start == UINT32_MAX ? "%s has no start type" : "%s starts %s, not at boot",
                                 driver->service, driver->start == 4 ? "never" : "later");
        else if (driver->override != UINT32_MAX && driver->override != 0)
                ow_buffer_printf(&text, "StartOverride keeps %s from starting at boot", driver->service);
        else if (!driver->id_known && *driver->id && look->ids && !(driver->in_box && look->database))
                ow_buffer_printf(&text, "the %s does not lead from %s to %s",
                                 look->database ? "driver database" : "critical device database", driver->id,
                                 driver->service);
        driver->problem = ow_buffer_take_text(&text);
        return driver->problem ? 0 : ow_fail_nomem(err);
}

static void driver_done(ow_storage_driver *driver)
{
        ow_free(driver->file);
        ow_free(driver->id_other);
        ow_free(driver->problem);
}

static int driver_read(const struct look *look, const struct storage_driver *from, ow_storage_driver *ret,
                       ow_error *err)
{
        uint16_t version = storage_version(look->windows);
        ow_storage_driver driver = { .service = from->service,
                                     .needed = !from->helps,
                                     .in_box = version >= from->in_box_from && version <= from->in_box_to };
        int r;

        r = read_service(look, &driver, err);
        if (r == 0)
                r = read_files(look, from->file, &driver, err);
        if (r == 0)
                r = read_ids(look, from, &driver, err);
        if (r == 0)
                r = judge(look, &driver, err);
        if (r < 0)
                driver_done(&driver);
        else
                *ret = driver;
        return r;
}

/* ---- one controller ---- */

static bool can_start(const ow_storage_driver *driver, bool database)
{
        /* Windows' own can be given a service. Entries of the driver database are left to who brings drivers; that of
         * SYSTEM holds a part of them only, so a missing one of Windows' own proves nothing. */
        return driver->file_there &&
               (driver->in_box || (driver->service_there && (!database || driver->id_known || !*driver->id)));
}

/* The driver to speak of: the first that is needed and has the verdict's trouble. */
static const ow_storage_driver *speaker(const ow_storage_state *state, bool database)
{
        const ow_storage_driver *with_problem = NULL;

        for (size_t i = 0; i < state->n_drivers; i++) {
                const ow_storage_driver *d = &state->drivers[i];

                if (!d->needed || !*d->problem)
                        continue;
                if (!can_start(d, database))
                        return d;
                with_problem = with_problem ? with_problem : d;
        }
        return with_problem;
}

static int state_judge(const struct look *look, ow_storage_state *state, ow_error *err)
{
        const ow_storage_driver *spoken = speaker(state, look->database);
        OW_AUTO_BUFFER reason = OW_BUFFER_INIT;

        if (state->n_drivers == 0) {
                state->verdict = OW_STORAGE_NO_DRIVER;
                ow_buffer_put_text(&reason, "no driver for this Windows is known");
        } else if (!spoken) {
                state->verdict = OW_STORAGE_READY;
                for (size_t i = 0; i < state->n_drivers; i++)
                        if (state->drivers[i].needed)
                                ow_buffer_printf(&reason, "%s%s", reason.len ? ", " : "", state->drivers[i].service);
                ow_buffer_put_text(&reason, " at boot");
        } else {
                state->verdict = can_start(spoken, look->database) ? OW_STORAGE_FIXABLE : OW_STORAGE_NO_DRIVER;
                ow_buffer_put_text(&reason, spoken->problem);
        }
        for (size_t i = 0; i < state->n_drivers; i++) {
                const ow_storage_driver *d = &state->drivers[i];

                if (*d->id_other)
                        ow_buffer_printf(&reason, "; %s takes the controller before %s", d->id_other, d->service);
                else if (d->needed && d->in_box && look->database && !d->id_known && *d->id)
                        ow_buffer_printf(&reason, "; the driver database of SYSTEM does not name %s for %s",
                                         d->service, d->id);
        }
        state->reason = ow_buffer_take_text(&reason);
        return state->reason ? 0 : ow_fail_nomem(err);
}

static void state_done(ow_storage_state *state)
{
        for (size_t i = 0; i < state->n_drivers; i++)
                driver_done(&state->drivers[i]);
        ow_free(state->drivers);
        ow_free(state->reason);
}

static int state_read(const struct look *look, const ow_storage_target *target, ow_storage_state *state,
                      ow_error *err)
{
        size_t n = 0;
        int r = 0;

        *state = (ow_storage_state){ .target = target };
        while (target->drivers[n].service)
                n++;
        state->drivers = ow_calloc(n, sizeof *state->drivers);
        if (!state->drivers)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < n && r == 0; i++) {
                if (!storage_applies(&target->drivers[i], look->windows))
                        continue;
                r = driver_read(look, &target->drivers[i], &state->drivers[state->n_drivers], err);
                state->n_drivers += r == 0;
        }
        return r < 0 ? r : state_judge(look, state, err);
}

static int look_begin(ow_guest *guest, struct look *look, ow_error *err)
{
        int r;

        *look = (struct look){ .guest = guest, .windows = ow_guest_windows(guest) };
        look->ids = storage_version(look->windows) >= 0x0500;
        look->overrides = storage_version(look->windows) >= 0x0602;
        r = storage_has_driver_database(guest, err);
        if (r < 0)
                return r;
        look->database = r > 0;
        return ow_registry_expand(guest, "HKLM\\SYSTEM\\CurrentControlSet", &look->sets, &look->n_sets, err);
}

static int look_all(const struct look *look, ow_storage_report *report, ow_error *err)
{
        int r = 0;

        report->states = ow_calloc(ow_storage_target_count(), sizeof *report->states);
        if (!report->states)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < ow_storage_target_count() && r == 0; i++, report->n_states++)
                r = state_read(look, ow_storage_target_get(i), &report->states[i], err);
        return r < 0 ? r : storage_look_filters(look->guest, report, err);
}

int ow_storage_look(ow_guest *guest, ow_storage_report *ret, ow_error *err)
{
        ow_storage_report report = { NULL, 0, NULL, 0, NULL, 0 };
        struct look look;
        int r;

        r = look_begin(guest, &look, err);
        if (r == 0)
                r = look_all(&look, &report, err);
        ow_registry_paths_free(look.sets, look.n_sets);
        if (r < 0)
                ow_storage_report_done(&report);
        else
                *ret = report;
        return r;
}

void ow_storage_report_done(ow_storage_report *report)
{
        for (size_t i = 0; i < report->n_states; i++)
                state_done(&report->states[i]);
        for (size_t i = 0; i < report->n_filters; i++) {
                ow_free(report->filters[i].where);
                ow_free(report->filters[i].service);
                ow_free(report->filters[i].problem);
        }
        for (size_t i = 0; i < report->n_warnings; i++)
                ow_free(report->warnings[i]);
        ow_free(report->states);
        ow_free(report->filters);
        ow_free(report->warnings);
        *report = (ow_storage_report){ NULL, 0, NULL, 0, NULL, 0 };
}

/* ---- the plan ---- */

static int refuse(ow_guest *guest, const ow_storage_state *state, ow_error *err)
{
        bool vendor = state->n_drivers == 0;

        for (size_t i = 0; i < state->n_drivers; i++)
                vendor = vendor || (state->drivers[i].needed && !state->drivers[i].in_box);
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "%s cannot be made to start on %s: %s; %s", ow_guest_id(guest),
                       state->target->name, state->reason,
                       vendor ? "bring a driver in first (offwin drv inject DISK FOLDER)"
                              : "repair this Windows' own driver first, or choose another controller (offwin boot "
                                "storage DISK)");
}

static int plan_driver(struct fix_job *job, const struct look *look, const struct storage_driver *from,
                       const ow_storage_driver *driver, ow_error *err)
{
        struct storage_entry entry = {
                .service = from->service, .class_guid = from->class_guid, .group = from->group, .ids = from->missing
        };
        OW_AUTO_FREE char *file = ow_strndup(from->file, strcspn(from->file, ","));
        int r;

        if (!file)
                return ow_fail_nomem(err);
        if (!driver->file_there || !(driver->service_there || driver->in_box))
                return 0; /* one that only helps */
        entry.file = file;
        while (entry.n_ids < STORAGE_IDS_MAX && from->missing[entry.n_ids])
                entry.n_ids++;
        r = storage_plan_service(job, &entry, err);
        if (r == 0 && look->ids && !look->database && !driver->id_known)
                r = storage_plan_critical(job, &entry, err);
        return r;
}

static int plan_state(ow_plan *plan, const struct look *look, const ow_storage_state *state, ow_error *err)
{
        OW_AUTO_FREE char *title = ow_asprintf("Find the disk on %s: %s", state->target->name, state->target->title);
        const struct fix_action action = { .name = "boot-storage",
                                           .title = title,
                                           .why = "Windows starts its disk with drivers that are loaded at boot." };
        struct fix_job job;
        size_t at = 0;
        int r;

        if (!title)
                return ow_fail_nomem(err);
        if (state->verdict == OW_STORAGE_NO_DRIVER)
                return refuse(look->guest, state, err);
        r = fix_action_begin(&job, plan, look->guest, &action, err);
        if (r < 0)
                return r;
        for (const struct storage_driver *from = state->target->drivers; from->service && r == 0; from++)
                if (storage_applies(from, look->windows))
                        r = plan_driver(&job, look, from, &state->drivers[at++], err);
        if (r == 0 && job.differing == 0)
                r = plan_skip(plan, job.fix, OW_FIX_DONE, err, "%s: %s", state->target->name, state->reason);
        fix_action_done(&job);
        return r;
}

int ow_plan_boot_storage(ow_plan *plan, ow_guest *guest, const ow_storage_target *target, ow_error *err)
{
        ow_storage_state state = { 0 };
        struct look look;
        int r;

        if (ow_guest_windows(guest)->major == 0)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "the version of %s is not known, and with it which drivers it "
                               "needs",
                               ow_guest_id(guest));
        r = look_begin(guest, &look, err);
        if (r == 0)
                r = state_read(&look, target, &state, err);
        if (r == 0)
                r = plan_state(plan, &look, &state, err);
        state_done(&state);
        ow_registry_paths_free(look.sets, look.n_sets);
        return r;
}
