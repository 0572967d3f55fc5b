/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reg-hive.h"

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"

struct rows {
        struct target_hives hives;
        struct hive_row *items;         /* one per hive */
        size_t n;
        size_t n_changed, n_found;
};

static void rows_done(struct rows *rows)
{
        for (size_t i = 0; i < rows->n; i++) {
                free(rows->items[i].done);
                ow_report_faults_done(&rows->items[i].faults);
        }
        free(rows->items);
        target_hives_done(&rows->hives);
}

/* A hive that cannot be loaded is a row as well; only what keeps all of them from being looked at is an error. */
static int fill(const struct hive_job *job, struct target *target, struct rows *rows, ow_error *err)
{
        rows->items = calloc(rows->hives.count + 1, sizeof *rows->items);
        if (!rows->items)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < rows->hives.count; i++) {
                struct hive_row *row = &rows->items[i];
                int r;

                rows->n++;
                r = rows->hives.items[i].hive ? job->run(target, &rows->hives.items[i], row, err) : 0;

                if (r < 0)
                        return ow_wrap(err, r, "%s", rows->hives.items[i].place);
                rows->n_changed += row->changed;
                rows->n_found += row->found || !rows->hives.items[i].hive;
        }
        return 0;
}

static int show(const struct hive_job *job, const struct target *target, const struct rows *rows,
                enum ow_plan_outcome outcome, const ow_commit_result *commit)
{
        const struct arguments *arguments = target->arguments;
        ow_report_options options = report_options(arguments);
        ow_report_hive *shown = calloc(rows->hives.count + 1, sizeof *shown);
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;
        size_t n = 0;
        int r;

        if (!shown)
                return out_of_memory();
        for (size_t i = 0; i < rows->hives.count; i++) {
                const struct target_hive *h = &rows->hives.items[i];
                const struct hive_row *row = &rows->items[i];

                if (job->kind != OW_HIVES_WORK || row->done || !h->hive)
                        shown[n++] = (ow_report_hive){ h->place, h->file, h->file_size, h->hive, h->stale, &h->error,
                                                       row->counted ? &row->report : NULL, &row->faults, row->done };
        }
        r = ow_report_hives(job->kind, shown, n, n ? NULL : job->nothing, outcome, commit, &options, &text, &err);
        free(shown);
        return r < 0 ? fail(arguments, &err) : print_report(arguments, text);
}

static int commit_and_tell(const struct hive_job *job, struct target *target, struct rows *rows)
{
        const struct arguments *arguments = target->arguments;
        ow_report_options options = report_options(arguments);
        ow_commit_result commit = { 0 };
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;
        int r, code;

        r = target_commit(target, job->title, &commit, &err);
        if (r < 0) {
                code = fail(arguments, &err);
        } else if (has(arguments, OPTION_JSON)) {
                code = show(job, target, rows, OW_PLAN_APPLIED, &commit);
        } else {
                r = target_report_changes(target, NULL, 0, NULL, OW_PLAN_DONE, &commit, &options, &text, &err);
                code = r < 0 ? fail(arguments, &err) : print_report(arguments, text);
        }
        /* The rows are of the hives before; what is on the disk now has to load as well. */
        target_hives_done(&rows->hives);
        if (code == 0 && target_reload(target, &err) < 0) {
                (void)ow_wrap(&err, err.code, "the change is written, but reading it back failed (`offwin undo` takes "
                              "it back)");
                code = fail(arguments, &err);
        }
        ow_commit_result_done(&commit);
        return code;
}

static int show_and_commit(const struct hive_job *job, struct target *target, struct rows *rows)
{
        const struct arguments *arguments = target->arguments;
        bool found = rows->n_found > 0;
        int code;

        if (rows->n_changed == 0 || has(arguments, OPTION_DRY_RUN)) {
                code = show(job, target, rows, rows->n_changed ? OW_PLAN_DRY_RUN : OW_PLAN_NOTHING_TO_DO, NULL);
                return code ? code : found ? EXIT_TO_DO : EXIT_DONE;
        }
        if (!has(arguments, OPTION_JSON)) {
                code = show(job, target, rows, OW_PLAN_PROPOSED, NULL);
                if (code)
                        return code;
        }
        if (!confirm(arguments, target->file ? "Write this to the file?" : "Write this to the image?")) {
                note(arguments, "nothing was written");
                return EXIT_FAILED;
        }
        code = commit_and_tell(job, target, rows);
        return code ? code : found ? EXIT_TO_DO : EXIT_DONE;
}

int hive_job_run(const struct arguments *arguments, const struct hive_job *job)
{
        const struct text_list *words = &arguments->operands;
        AUTO_TARGET target = { 0 };
        struct rows rows = { .items = NULL };
        ow_error err = OW_ERROR_INIT;
        int r, code;

        r = target_open(arguments, words->items[0], job->writes && !has(arguments, OPTION_DRY_RUN), &target, &err);
        if (r == 0 && target.file && words->count > 1)
                return usage_error(arguments->command, "'%s' is a hive file: there is no other hive in it",
                                   words->items[0]);
        if (r == 0 && job->writes)
                target_warn_dry_run(&target);
        if (r == 0)
                r = target_hives(&target, words->count > 1 ? words->items[1] : NULL, &rows.hives, &err);
        if (r == 0)
                r = fill(job, &target, &rows, &err);
        code = r < 0 ? fail(arguments, &err) : show_and_commit(job, &target, &rows);
        rows_done(&rows);
        return code;
}
