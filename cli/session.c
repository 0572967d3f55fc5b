/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/registry.h>

#include "commands.h"
#include "output.h"
#include "privileges.h"
#include "supervise.h"

void session_close(struct session *session)
{
        ow_guest_close(session->guest);
        ow_machine_close(session->machine);
        *session = (struct session){ 0 };
}

int session_open(const struct arguments *arguments, const struct text_list *disks, bool writable, struct session *ret,
                 ow_error *err)
{
        struct privileges privileges = { arguments, disks, writable };
        ow_machine_options options = { .writable = writable,
                                       .accept_dirty = has(arguments, OPTION_ACCEPT_DIRTY),
                                       .discard_hibernation = has(arguments, OPTION_DISCARD_HIBERNATION),
                                       .allow_outside = has(arguments, OPTION_ALLOW_OUTSIDE),
                                       .journal_dir = arguments->journal_dir,
                                       .log = log_for(arguments),
                                       .opened = privileges_drop_at_open,
                                       .opened_state = &privileges };
        size_t count = disks->count + arguments->disks.count;
        const char **names = calloc(count, sizeof *names);
        int r;

        if (!names)
                return ow_fail_nomem(err);
        memcpy(names, disks->items, disks->count * sizeof *names);
        if (arguments->disks.count)
                memcpy(names + disks->count, arguments->disks.items, arguments->disks.count * sizeof *names);
        r = ow_machine_open(names, count, &options, &ret->machine, err);
        free(names);
        return r;
}

int session_open_guest(const struct arguments *arguments, struct session *session, ow_error *err)
{
        int r;

        r = ow_machine_find_guest(session->machine, arguments->root, &session->guest_index, err);
        if (r < 0)
                return r;
        return ow_guest_open(session->machine, session->guest_index, &session->guest, err);
}

static void expect_file(ow_guest *guest, const char *folder, const char *below)
{
        const uint64_t largest_hive = UINT64_C(1) << 31;
        char path[1024];
        ow_volume *volume;
        ow_stat stat;
        char *inside;

        (void)snprintf(path, sizeof path, "%s\\%s", folder, below);
        if (ow_guest_resolve_path(guest, path, &volume, &inside, NULL) < 0)
                return;
        if (ow_volume_stat(volume, inside, &stat, NULL) > 0)
                supervise_expect(stat.size < largest_hive ? stat.size : largest_hive);
        ow_text_free(inside);
}

void session_expect_hives(ow_guest *guest)
{
        static const char *const machine[] = { "SYSTEM",  "SOFTWARE",   "SAM",    "SECURITY",
                                               "DEFAULT", "COMPONENTS", "DRIVERS" };

        for (size_t i = 0; i < sizeof machine / sizeof machine[0]; i++)
                expect_file(guest, "%SystemRoot%\\System32\\config", machine[i]);
        for (size_t i = 0; i < ow_guest_user_count(guest); i++) {
                const char *profile = ow_guest_user(guest, i)->profile;

                expect_file(guest, profile, "NTUSER.DAT");
                expect_file(guest, profile, "AppData\\Local\\Microsoft\\Windows\\UsrClass.dat");
        }
}

int session_reload(struct session *session, ow_error *err)
{
        char *id = strdup(ow_guest_id(session->guest));
        int r;

        if (!id)
                return ow_fail_nomem(err);
        session->guest = NULL; /* closed with the machine's old state */
        r = ow_machine_reload(session->machine, err);
        if (r == 0)
                r = ow_machine_find_guest(session->machine, id, &session->guest_index, err);
        if (r == 0)
                r = ow_guest_open(session->machine, session->guest_index, &session->guest, err);
        free(id);
        return r;
}

/* ---- plans ---- */

/*
 * Half a fix list on a damaged guest is not what anybody asked for: all can be judged, or nothing is written. Settle
 * gives back what it can; its entries name no fix.
 */
static int refuse_unjudged(const ow_plan *plan, ow_error *err)
{
        const ow_skipped *first = NULL;
        size_t n_failed = 0;

        for (size_t i = 0; i < ow_plan_skipped_count(plan); i++) {
                const ow_skipped *skipped = ow_plan_skipped(plan, i);

                if (skipped->fix && skipped->status == OW_FIX_FAILED && n_failed++ == 0)
                        first = skipped;
        }
        if (!first)
                return 0;
        if (n_failed == 1)
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE,
                               "cannot judge fix '%s', so nothing was written (other "
                               "fixes can be named one by one): %s",
                               ow_fix_name(first->fix), first->reason);
        return ow_fail(
                err, OW_E_CORRUPT, OW_NOWHERE,
                "cannot judge fix '%s' and %zu more, so nothing was written (other fixes can be named one by one): "
                "%s",
                ow_fix_name(first->fix), n_failed - 1, first->reason);
}

/*
 * A damaged SYSTEM or SOFTWARE hive only narrows what inspect and doctor can say, but a Windows that has one does not
 * boot: before anything is changed, that is the thing to say. A SOFTWARE hive that is not there is another matter.
 */
static int need_machine_hives(ow_guest *guest, ow_error *err)
{
        ow_regkey ignored;
        int r;

        r = ow_registry_find(guest, "HKLM\\SYSTEM\\Select", &ignored, err);
        if (r == 0)
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE,
                               "the SYSTEM hive of %s has no key Select: this Windows "
                               "cannot boot, and nothing was changed",
                               ow_guest_id(guest));
        if (r > 0)
                r = ow_registry_find(guest, "HKLM\\SOFTWARE", &ignored, err);
        return r < 0 ? ow_wrap(err, r, "nothing was changed") : 0;
}

static int make_in_parts(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        int r = ow_plan_begin(&state->plan, err);

        if (r == 0)
                r = state->add(state, guest, err);
        return r == 0 ? ow_plan_finish(state->plan, guest, err) : r;
}

static int make(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        int r = state->files_only ? 0 : need_machine_hives(guest, err);

        if (r == 0 && state->make)
                r = state->make(guest, &state->plan, err);
        else if (r == 0)
                r = make_in_parts(state, guest, err);
        return r == 0 && !state->dry ? refuse_unjudged(state->plan, err) : r;
}

static int show(const struct arguments *arguments, const struct plan_state *state, ow_guest *guest,
                enum ow_plan_outcome outcome, const ow_commit_result *commit)
{
        ow_report_options options = report_options(arguments);
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;

        if (ow_report_plan(guest, state->plan, outcome, commit, &options, &text, &err) < 0)
                return fail(arguments, &err);
        return print_report(arguments, text);
}

/* Reads the image anew, so that what is told about it is what is on it. */
static int verify(const struct plan_state *state, struct session *session, ow_error *err)
{
        int r = session_reload(session, err);

        if (r == 0)
                r = ow_plan_verify(state->plan, session->guest, err);
        if (r < 0)
                return ow_wrap(err, r,
                               "the change is on the image, but reading it back failed (`offwin undo` takes it "
                               "back)");
        return 0;
}

static int commit_and_verify(const struct arguments *arguments, const char *title, const struct plan_state *state,
                             struct session *session)
{
        bool json = has(arguments, OPTION_JSON);
        ow_commit_result commit = { 0 };
        ow_error err = OW_ERROR_INIT;
        int r, code;

        supervise_stage(STAGE_WRITING);
        r = ow_machine_commit(session->machine, title, &commit, &err);
        supervise_stage(r == 0 ? STAGE_WRITTEN : STAGE_READING);
        if (r == 0)
                r = verify(state, session, &err);
        if (r < 0)
                code = fail(arguments, &err);
        else
                code = show(arguments, state, session->guest, json ? OW_PLAN_APPLIED : OW_PLAN_DONE, &commit);
        ow_commit_result_done(&commit);
        return code;
}

static int show_and_commit(const struct arguments *arguments, const char *title, const struct plan_state *state,
                           struct session *session)
{
        ow_error err = OW_ERROR_INIT;
        int code;

        if (ow_plan_change_count(state->plan) == 0)
                return show(arguments, state, session->guest, OW_PLAN_NOTHING_TO_DO, NULL);
        if (state->dry) {
                code = show(arguments, state, session->guest, OW_PLAN_DRY_RUN, NULL);
                return code ? code : has(arguments, OPTION_CHECK) ? EXIT_TO_DO : EXIT_DONE;
        }
        /* In memory: what cannot be done is found before anybody is asked. */
        if (ow_plan_apply(state->plan, session->guest, &err) < 0)
                return fail(arguments, &err);
        if (!has(arguments, OPTION_JSON)) {
                code = show(arguments, state, session->guest, OW_PLAN_PROPOSED, NULL);
                if (code)
                        return code;
        }
        if (!confirm(arguments, "Write this to the image?")) {
                note(arguments, "nothing was written");
                return EXIT_FAILED;
        }
        return commit_and_verify(arguments, title, state, session);
}

int run_plan(const struct arguments *arguments, const struct text_list *disks, const char *title,
             struct plan_state *state)
{
        AUTO_SESSION session = { 0 };
        ow_error err = OW_ERROR_INIT;
        int r, code;

        state->dry = has(arguments, OPTION_DRY_RUN) || has(arguments, OPTION_CHECK);
        r = session_open(arguments, disks, !state->dry, &session, &err);
        if (r == 0)
                r = session_open_guest(arguments, &session, &err);
        if (r == 0)
                r = make(state, session.guest, &err);
        code = r < 0 ? fail(arguments, &err) : show_and_commit(arguments, title, state, &session);
        ow_plan_free(state->plan);
        state->plan = NULL;
        return code;
}
