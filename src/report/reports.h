/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each report in each format; src/report/report.c chooses. Arguments as in offwin/report.h. */
#ifndef REPORT_REPORTS_H
#define REPORT_REPORTS_H

#include <offwin/report.h>

int report_inspect_text(ow_machine *machine, ow_guest *const *guests, size_t n_guests,
                        const ow_report_options *options, char **ret, ow_error *err);
int report_inspect_json(ow_machine *machine, ow_guest *const *guests, size_t n_guests, char **ret, ow_error *err);

int report_diagnosis_text(ow_guest *guest, const ow_diagnosis *diagnosis, const ow_report_options *options,
                          char **ret, ow_error *err);
int report_diagnosis_json(ow_guest *guest, const ow_diagnosis *diagnosis, char **ret, ow_error *err);
int report_diagnosis_html(ow_guest *guest, const ow_diagnosis *diagnosis, char **ret, ow_error *err);

/* What a plan and an edit by hand have in common. */
struct report_changes {
        const ow_change *const *changes;
        size_t n_changes;
        const ow_skipped *const *skipped;
        size_t n_skipped;
        enum ow_plan_outcome outcome;
        const ow_commit_result *commit; /* or NULL */
};

int report_changes_text(ow_guest *guest, const struct report_changes *what, const ow_report_options *options,
                        char **ret, ow_error *err);
int report_changes_json(ow_guest *guest, const struct report_changes *what, char **ret, ow_error *err);

#endif
