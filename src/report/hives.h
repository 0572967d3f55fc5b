/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both forms of a report on hives share. */
#ifndef REPORT_HIVES_H
#define REPORT_HIVES_H

#include <offwin/report.h>

struct ow_report_fault {
        uint64_t offset;
        char *path, *text;
        bool mendable;
};

struct report_hives {
        enum ow_report_hives_kind kind;
        const ow_report_hive *hives;
        size_t n;
        const char *nothing;
        enum ow_plan_outcome outcome;
        const ow_commit_result *commit;
};

/* "clean", "completed by its logs", ...: of a hive that is loaded. */
const char *report_hive_state(const ow_report_hive *hive, const ow_hive_info *info);

int report_hives_json(const struct report_hives *what, char **ret, ow_error *err);

#endif
