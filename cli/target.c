/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <offwin/reg.h>

#include "commands.h"
#include "output.h"
#include "privileges.h"
#include "supervise.h"

/* ---- opening ---- */

static int open_file(const struct arguments *arguments, bool writable, struct target *target, ow_error *err)
{
        struct text_list file = { &target->name, 1 };
        struct privileges privileges = { arguments, &file, writable };
        ow_hivefile_options options = { .writable = writable,
                                        .accept_dirty = has(arguments, OPTION_ACCEPT_DIRTY),
                                        .journal_dir = arguments->journal_dir,
                                        .log = log_for(arguments),
                                        .opened = privileges_drop_at_open,
                                        .opened_state = &privileges };
        int r;

        if (arguments->disks.count || arguments->root)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is a hive file: --disk and --root do not go with it",
                               target->name);
        r = ow_hivefile_open(target->name, &options, &target->file, err);
        if (r == 0 && arguments->prefix)
                r = ow_hivefile_set_prefix(target->file, arguments->prefix, err);
        if (r == 0 && ow_hivefile_stale(target->file))
                note(arguments, "warning: '%s' was not closed and no log beside it completes it: its last changes are "
                     "missing", target->name);
        return r;
}

static int open_disks(const struct arguments *arguments, bool writable, struct target *target, ow_error *err)
{
        struct text_list disk = { &target->name, 1 };
        int r;

        if (arguments->prefix)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is no hive file: --prefix does not go with it",
                               target->name);
        r = session_open(arguments, &disk, writable, &target->session, err);
        if (r == 0)
                r = session_open_guest(arguments, &target->session, err);
        if (r == 0)
                session_expect_hives(target->session.guest);
        return r;
}

int target_open(const struct arguments *arguments, const char *operand, bool writable, struct target *ret,
                ow_error *err)
{
        int r = ow_hivefile_detect(operand, err);

        *ret = (struct target){ .arguments = arguments, .name = operand };
        if (r < 0)
                return r;
        return r > 0 ? open_file(arguments, writable, ret, err) : open_disks(arguments, writable, ret, err);
}

void target_warn_dry_run(const struct target *target)
{
        const struct arguments *arguments = target->arguments;
        const ow_guest_state *state;

        if (target->file || !has(arguments, OPTION_DRY_RUN))
                return;
        state = ow_guest_state_get(target->session.guest);
        if (state->hibernated && !has(arguments, OPTION_DISCARD_HIBERNATION))
                note(arguments, "warning: without --dry-run this is refused: Windows is hibernated, or was shut down "
                     "by fast startup (--discard-hibernation gives its session up)");
        if (state->unclean_journal)
                note(arguments, "warning: without --dry-run this is refused: the file system was not closed");
}

void target_close(struct target *target)
{
        ow_hivefile_close(target->file);
        session_close(&target->session);
        target->file = NULL;
}

/* ---- places ---- */

void places_done(struct places *places)
{
        ow_registry_paths_free(places->items, places->count);
        *places = (struct places){ NULL, 0 };
}

/* Takes path over; NULL is out of memory. */
static int only(char *path, struct places *ret, ow_error *err)
{
        char **items = path ? malloc(sizeof *items) : NULL;

        if (!items) {
                ow_text_free(path);
                return ow_fail_nomem(err);
        }
        items[0] = path;
        *ret = (struct places){ items, 1 };
        return 0;
}

int target_places_to_read(struct target *target, const char *path, struct places *ret, ow_error *err)
{
        ow_reg_path parsed;
        bool machine;
        size_t size;
        char *place;
        int r;

        if (target->file) {
                r = ow_hivefile_resolve(target->file, path, &place, err);
                return r < 0 ? r : only(place, ret, err);
        }
        r = ow_reg_path_parse(path, &parsed, err);
        if (r < 0)
                return r;
        machine = parsed.root == OW_ROOT_HKLM;
        ow_reg_path_done(&parsed);
        if (!machine)
                return target_places_to_edit(target, path, ret, err);
        size = strlen(path);
        return only(strndup(path, size - (path[size - 1] == '\\')), ret, err);
}

int target_place_to_read(struct target *target, const char *path, struct places *ret, ow_error *err)
{
        int r = target_places_to_read(target, path, ret, err);

        if (r == 0 && ret->count != 1)
                r = ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' stands for %zu keys: name one of them below HKU", path,
                            ret->count);
        return r;
}

/* Who is left out becomes a problem of the guest. */
static int expand(struct target *target, const char *path, struct places *ret, ow_error *err)
{
        ow_guest *guest = target->session.guest;
        size_t first = ow_guest_problem_count(guest);
        int r = ow_registry_expand(guest, path, &ret->items, &ret->count, err);

        for (size_t i = first; i < ow_guest_problem_count(guest); i++)
                note(target->arguments, "warning: %s", ow_guest_problem(guest, i));
        return r;
}

int target_places_to_edit(struct target *target, const char *path, struct places *ret, ow_error *err)
{
        if (target->file)
                return ow_hivefile_expand(target->file, path, &ret->items, &ret->count, err);
        return expand(target, path, ret, err);
}

const char *place_shown(const char *place)
{
        return *place ? place : "\\";
}

char *place_in_windows(const struct target *target, const char *place)
{
        char *path = NULL;

        if (!target->file)
                return strdup(place);
        if (asprintf(&path, "%s%s%s", ow_hivefile_prefix(target->file), *place ? "\\" : "", place) < 0)
                return NULL;
        return path;
}

char *key_in_text(const struct target *target, const char *path, const char *place)
{
        ow_reg_path parsed = { 0 };
        char *prefix = NULL;
        int r;

        if (target->file)
                return place_in_windows(target, place);
        if (ow_reg_path_parse(path, &parsed, NULL) < 0)
                return NULL;
        r = asprintf(&prefix, "%s\\%s", ow_reg_root_name(parsed.root), parsed.rest);
        ow_reg_path_done(&parsed);
        return r < 0 ? NULL : prefix;
}

int target_find(struct target *target, const char *place, ow_regkey *ret, ow_error *err)
{
        ow_hive *hive;

        if (!target->file)
                return ow_registry_find(target->session.guest, place, ret, err);
        hive = ow_hivefile_hive(target->file);
        ret->hive = hive;
        return ow_hive_find(hive, ow_hive_root(hive), place, &ret->key, err);
}

/* Names the part of a path that is there, for the person who mistyped the rest. */
static int no_such_key(struct target *target, const char *place, ow_error *err)
{
        char *parent = strdup(place);
        char *slash;

        while (parent && (slash = strrchr(parent, '\\'))) {
                ow_regkey ignored;

                *slash = '\0';
                if (target_find(target, parent, &ignored, NULL) > 0) {
                        (void)ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no key '%s' (there is '%s')", place, parent);
                        free(parent);
                        return OW_E_ABSENT;
                }
        }
        free(parent);
        if (target->file)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no key '%s' in '%s', which Windows shows as %s", place,
                               target->name, ow_hivefile_prefix(target->file));
        return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no key '%s': its hive is not there", place);
}

int target_need(struct target *target, const char *place, ow_regkey *ret, ow_error *err)
{
        int r = target_find(target, place, ret, err);

        return r == 0 ? no_such_key(target, place, err) : r < 0 ? r : 0;
}

int target_editable(struct target *target, const char *place, ow_error *err)
{
        return target->file ? ow_hivefile_editable(target->file, err)
                            : ow_registry_editable(target->session.guest, place, err);
}

int target_refuse_link(ow_regkey at, const char *place, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        char *to = NULL;
        int r = ow_hive_link_target(at.hive, at.key, &to, &why);

        if (r > 0)
                r = ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' lies at or below a link to '%s', which Windows opens "
                            "in its stead: edit that", place_shown(place), to);
        else if (r < 0 && err)
                *err = why;
        ow_text_free(to);
        return r == OW_E_CORRUPT ? 0 : r;       /* without a target it leads nowhere */
}

int target_refuse_links_above(ow_regkey at, const char *place, ow_error *err)
{
        int r;

        while ((r = ow_hive_parent(at.hive, at.key, &at.key, err)) > 0) {
                r = target_refuse_link(at, place, err);
                if (r < 0)
                        return r;
        }
        return r;
}

static int create(struct target *target, const char *place, ow_regkey *ret, ow_error *err)
{
        ow_hive *hive;
        int r;

        if (!target->file)
                return ow_registry_create(target->session.guest, place, ret, err);
        r = ow_hivefile_editable(target->file, err);
        if (r == 0)
                r = ow_hivefile_lasts(target->file, place, err);
        if (r < 0)
                return r;
        hive = ow_hivefile_hive(target->file);
        *ret = (ow_regkey){ hive, ow_hive_root(hive) };
        r = *place ? ow_hive_create_key(hive, ret->key, place, &ret->key, NULL, err) : 0;
        return r < 0 ? ow_wrap(err, r, "'%s'", place) : 0;
}

int target_create(struct target *target, const char *place, ow_regkey *ret, ow_error *err)
{
        int r = create(target, place, ret, err);

        return r < 0 ? r : target_refuse_links_above(*ret, place, err);
}

/* ---- whole hives ---- */

void target_hives_done(struct target_hives *hives)
{
        for (size_t i = 0; i < hives->count; i++)
                free(hives->items[i].place);
        free(hives->items);
        *hives = (struct target_hives){ NULL, 0 };
}

static int hive_of_file(struct target *target, struct target_hives *ret, ow_error *err)
{
        struct target_hive *h = calloc(1, sizeof *h);

        *ret = (struct target_hives){ h, h ? 1 : 0 };
        if (!h)
                return ow_fail_nomem(err);
        *h = (struct target_hive){ .place = strdup(ow_hivefile_prefix(target->file)), .file = target->name,
                                   .file_size = ow_hivefile_size(target->file),
                                   .hive = ow_hivefile_hive(target->file), .stale = ow_hivefile_stale(target->file) };
        return h->place ? 0 : ow_fail_nomem(err);
}

static int hives_of_guest(const ow_registry_entry *entries, size_t n, const ow_hive *only, struct target_hives *ret,
                          ow_error *err)
{
        ret->items = calloc(n + 1, sizeof *ret->items);
        if (!ret->items)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < n; i++) {
                const ow_registry_entry *e = &entries[i];
                struct target_hive *h = &ret->items[ret->count];

                if (only && e->hive != only)
                        continue;
                *h = (struct target_hive){ strdup(e->place), e->file, e->file_size, e->hive, e->stale, e->error };
                ret->count++;
                if (!h->place)
                        return ow_fail_nomem(err);
        }
        return 0;
}

int target_hives(struct target *target, const char *path, struct target_hives *ret, ow_error *err)
{
        ow_registry_entry *entries = NULL;
        ow_hive *only = NULL;
        const char *rest;
        size_t n = 0;
        int r = 1;

        if (target->file)
                return hive_of_file(target, ret, err);
        if (path)
                r = ow_registry_hive(target->session.guest, path, &only, &rest, err);
        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no hive for '%s'", path);
        if (r > 0)
                r = ow_registry_list(target->session.guest, &entries, &n, err);
        if (r >= 0)
                r = hives_of_guest(entries, n, only, ret, err);
        ow_registry_list_free(entries, n);
        return r;
}

int target_replace(struct target *target, const char *place, ow_hive *hive, ow_error *err)
{
        int r;

        if (!target->file)
                return ow_registry_replace(target->session.guest, place, hive, err);
        r = ow_hivefile_editable(target->file, err);
        if (r == 0)
                ow_hivefile_replace(target->file, hive);
        return r;
}

int target_recover(struct target *target, const char *place, ow_error *err)
{
        return target->file ? ow_hivefile_editable(target->file, err)
                            : ow_registry_recover(target->session.guest, place, err);
}

/* ---- writing ---- */

uint64_t filetime_now(void)
{
        const uint64_t seconds_1601_to_1970 = UINT64_C(11644473600);
        struct timespec now;

        (void)clock_gettime(CLOCK_REALTIME, &now);
        return ((uint64_t)now.tv_sec + seconds_1601_to_1970) * 10000000u + (uint64_t)now.tv_nsec / 100u;
}

int target_commit(struct target *target, const char *title, ow_commit_result *ret, ow_error *err)
{
        int r;

        supervise_stage(STAGE_WRITING);
        r = target->file ? ow_hivefile_commit(target->file, title, filetime_now(), ret, err)
                         : ow_machine_commit(target->session.machine, title, ret, err);
        supervise_stage(r == 0 ? STAGE_WRITTEN : STAGE_READING);
        return r;
}

int target_reload(struct target *target, ow_error *err)
{
        return target->file ? ow_hivefile_reload(target->file, err) : session_reload(&target->session, err);
}

int target_report_changes(struct target *target, const ow_change *changes, size_t n_changes,
                          const ow_reg_counts *counts, enum ow_plan_outcome outcome, const ow_commit_result *commit,
                          const ow_report_options *options, char **ret, ow_error *err)
{
        if (target->file)
                return ow_report_hive_changes(target->name, ow_hivefile_prefix(target->file), changes, n_changes,
                                              counts, outcome, commit, options, ret, err);
        return ow_report_changes(target->session.guest, changes, n_changes, outcome, commit, options, ret, err);
}
