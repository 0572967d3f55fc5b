/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/report.h - what was found and what would change, as text for people, JSON for programs, and HTML.
 * Texts are UTF-8 and the caller's: ow_text_free().
 */
#ifndef OFFWIN_REPORT_H
#define OFFWIN_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <offwin/error.h>
#include <offwin/fix.h>
#include <offwin/guest.h>
#include <offwin/machine.h>

OW_BEGIN_DECLS

enum ow_report_format { OW_REPORT_TEXT, OW_REPORT_JSON, OW_REPORT_HTML };

typedef struct ow_report_options {
        enum ow_report_format format;
        unsigned columns;               /* text: wrap here; 0 is 80 */
        bool colour;                    /* text: terminal colours */
        bool verbose;                   /* doctor: also what is fine or does not apply */
} ow_report_options;

/* guests may be empty: disks and volumes are still shown. HTML is OW_E_UNSUPPORTED here and for plans. */
OW_API int ow_report_inspect(ow_machine *machine, ow_guest *const *guests, size_t n_guests,
                             const ow_report_options *options, char **ret, ow_error *err);
OW_API int ow_report_diagnosis(ow_guest *guest, const ow_diagnosis *diagnosis, const ow_report_options *options,
                               char **ret, ow_error *err);

enum ow_plan_outcome { OW_PLAN_DRY_RUN, OW_PLAN_APPLIED, OW_PLAN_NOTHING_TO_DO };

/* commit may be NULL (dry run). */
OW_API int ow_report_plan(ow_guest *guest, const ow_plan *plan, enum ow_plan_outcome outcome,
                          const ow_commit_result *commit, const ow_report_options *options, char **ret,
                          ow_error *err);

OW_END_DECLS

#endif
