/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that work on whole hives: one row per hive, and one transaction for those that change. */
#ifndef CLI_REG_HIVE_H
#define CLI_REG_HIVE_H

#include "target.h"

/* What became of one hive. */
struct hive_row {
        bool changed;                   /* the commit is to write it */
        bool found;                     /* check: there are faults left */
        char *done;                     /* what was or would be done, one line; NULL: nothing. free() */
        ow_hive_report report;
        bool counted;                   /* report is filled */
        ow_report_faults faults;        /* check */
};

/* One command. Each call looks at one hive, edits it in memory if need be, and fills its row. */
struct hive_job {
        const char *title;              /* kept with the undo record */
        const char *nothing;            /* text for when no hive changes; NULL: the rows say enough */
        enum ow_report_hives_kind kind;
        bool writes;
        int (*run)(struct target *target, struct target_hive *hive, struct hive_row *row, ow_error *err);
};

/* operands: DISK or HIVE-FILE, and on a DISK the PATH of one hive. Returns an exit code: 3 when a row found faults. */
int hive_job_run(const struct arguments *arguments, const struct hive_job *job);

/* What the hive file that was just made is, without counting what is in it. */
int reg_tell_new(const struct arguments *arguments, const char *path);

#endif
