/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin reg check|info: is a hive what the format says, and what is it? */
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "output.h"
#include "reg-hive.h"

static int look(struct target *target, struct target_hive *hive, struct hive_row *row, ow_error *err)
{
        int r = ow_hive_check(hive->hive, &row->report, ow_report_faults_add, &row->faults, err);

        (void)target;
        row->counted = r == 0;
        row->found = row->report.faults > 0;
        return r;
}

static int mend(struct target *target, struct target_hive *hive, struct hive_row *row, ow_error *err)
{
        int r = look(target, hive, row, err);

        if (r < 0 || !row->found)
                return r;
        r = target_editable(target, target->file ? "" : hive->place, err);
        if (r < 0)
                return r;
        ow_report_faults_done(&row->faults);
        r = ow_hive_repair(hive->hive, &row->report, ow_report_faults_add, &row->faults, err);
        if (r < 0)
                return r;
        row->changed = row->report.mended > 0;
        row->found = row->report.faults > row->report.mended;
        return 0;
}

int run_reg_check(const struct arguments *arguments)
{
        static const struct hive_job check = { .title = "offwin reg check", .kind = OW_HIVES_CHECK, .run = look };
        static const struct hive_job repair = { .title = "offwin reg check --repair", .writes = true,
                                                .kind = OW_HIVES_CHECK, .run = mend };

        if (!has(arguments, OPTION_REPAIR) && has(arguments, OPTION_DRY_RUN))
                return usage_error(arguments->command, "-n goes with --repair: without it nothing is written");
        return hive_job_run(arguments, has(arguments, OPTION_REPAIR) ? &repair : &check);
}

static int count(struct target *target, struct target_hive *hive, struct hive_row *row, ow_error *err)
{
        (void)target;
        row->counted = ow_hive_check(hive->hive, &row->report, NULL, NULL, err) == 0;
        return row->counted ? 0 : err->code;
}

static int leave(struct target *target, struct target_hive *hive, struct hive_row *row, ow_error *err)
{
        (void)target;
        (void)hive;
        (void)row;
        (void)err;
        return 0;
}

int reg_tell_new(const struct arguments *arguments, const char *path)
{
        static const struct hive_job brief = { .kind = OW_HIVES_INFO, .run = leave };
        struct arguments again = *arguments;
        const char *words[] = { path };

        again.operands = (struct text_list){ words, 1 };
        return hive_job_run(&again, &brief);
}

int run_reg_info(const struct arguments *arguments)
{
        static const struct hive_job info = { .kind = OW_HIVES_INFO, .run = count };

        return hive_job_run(arguments, &info);
}
