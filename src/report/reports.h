/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each report in each format; src/report/report.c chooses. Arguments as in offwin/report.h. */
#ifndef REPORT_REPORTS_H
#define REPORT_REPORTS_H

#include <offwin/report.h>

int report_inspect_text(ow_machine *machine, ow_guest *const *guests, size_t n_guests,
                        const ow_report_options *options, char **ret, ow_error *err);
int report_inspect_json(ow_machine *machine, ow_guest *const *guests, size_t n_guests, bool full, char **ret,
                        ow_error *err);

int report_diagnosis_text(ow_guest *guest, const ow_diagnosis *diagnosis, const ow_report_options *options,
                          char **ret, ow_error *err);
int report_diagnosis_json(ow_guest *guest, const ow_diagnosis *diagnosis, char **ret, ow_error *err);
int report_diagnosis_html(ow_guest *guest, const ow_diagnosis *diagnosis, char **ret, ow_error *err);

int report_vendor_text(ow_guest *guest, const ow_vendor_packs *packs, bool all, const ow_report_options *options,
                       char **ret, ow_error *err);
int report_vendor_json(ow_guest *guest, const ow_vendor_packs *packs, bool all, char **ret, ow_error *err);

/* What a plan and an edit by hand have in common. */
struct report_changes {
        ow_guest *guest;                /* whose they are; NULL: of the hive file */
        const char *file, *prefix;      /* its path, and where Windows shows it */
        const ow_reg_counts *counts;    /* instead of changes, which were too many; or NULL */
        const ow_change *const *changes;
        size_t n_changes, n_listed;
        size_t n_more;                  /* that changes does not hold */
        const ow_skipped *const *skipped;
        size_t n_skipped;
        enum ow_plan_outcome outcome;
        const ow_commit_result *commit; /* or NULL */
        const ow_plan *plan;            /* they are of; or NULL */
};

int report_changes_text(const struct report_changes *what, const ow_report_options *options, char **ret,
                        ow_error *err);
int report_changes_json(const struct report_changes *what, char **ret, ow_error *err);

int report_diff_text(const char *before, const char *after, const struct report_changes *what,
                     const ow_report_options *options, char **ret, ow_error *err);
int report_diff_json(const char *before, const char *after, const struct report_changes *what, char **ret,
                     ow_error *err);

/* "dry-run", "applied", "nothing-to-do" */
const char *report_outcome_name(enum ow_plan_outcome outcome);

struct report_json;
/* "commit": what was written, or null. */
void report_json_commit(struct report_json *json, const ow_commit_result *commit);

#endif
