/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole hives as JSON. Keys are a promise: docs/man/offwin-json.5.scd. */
#include "report/hives.h"

#include <stdio.h>

#include "report/json.h"
#include "report/reports.h"

static void put_info(struct report_json *json, json_t *o, const ow_report_hive *hive)
{
        ow_hive_info info;
        char version[24];

        ow_hive_info_get(hive->hive, &info);
        (void)snprintf(version, sizeof version, "%u.%u", info.major, info.minor);
        report_json_text(json, o, "version", version);
        report_json_text(json, o, "state", report_hive_state(hive, &info));
        report_json_bool(json, o, "clean", info.replay == OW_REPLAY_NOT_NEEDED);
        report_json_bool(json, o, "complete", !hive->stale && !info.truncated);
        report_json_number(json, o, "primary_sequence", info.primary_sequence);
        report_json_number(json, o, "secondary_sequence", info.secondary_sequence);
        report_json_number(json, o, "replayed_entries", info.replayed_entries);
        report_json_number(json, o, "replayed_pages", info.replayed_pages);
        report_json_bool(json, o, "base_block_rebuilt", info.base_block_rebuilt);
        report_json_bool(json, o, "truncated", info.truncated);
        report_json_number(json, o, "bins_size", info.bins_size);
        report_json_time(json, o, "written", info.written);
        report_json_text(json, o, "name", info.name);
}

static void put_counts(struct report_json *json, json_t *o, const ow_hive_report *report)
{
        report_json_number(json, o, "keys", report->keys);
        report_json_number(json, o, "values", report->values);
        report_json_number(json, o, "free_bytes", report->free_bytes);
        report_json_number(json, o, "lost_cells", report->lost_cells);
        report_json_number(json, o, "lost_bytes", report->lost_bytes);
        report_json_number(json, o, "faults", report->faults);
        report_json_number(json, o, "mended", report->mended);
}

static void put_faults(struct report_json *json, json_t *o, const ow_report_faults *faults)
{
        json_t *array = report_json_array(json, o, "fault_list");

        for (size_t i = 0; i < faults->count; i++) {
                const struct ow_report_fault *fault = &faults->items[i];
                json_t *f = report_json_add_object(json, array);

                report_json_number(json, f, "offset", fault->offset);
                report_json_text(json, f, "key", fault->path);
                report_json_text(json, f, "text", fault->text);
                report_json_bool(json, f, "mendable", fault->mendable);
        }
}

int report_hives_json(const struct report_hives *what, char **ret, ow_error *err)
{
        static const char *const names[] = { [OW_HIVES_INFO] = "hives", [OW_HIVES_CHECK] = "hive-check",
                                             [OW_HIVES_WORK] = "hive-work" };
        REPORT_AUTO_JSON json = report_json_new(names[what->kind]);
        json_t *array;

        if (what->kind != OW_HIVES_INFO)
                report_json_text(&json, json.root, "outcome", report_outcome_name(what->outcome));
        array = report_json_array(&json, json.root, "hives");
        for (size_t i = 0; i < what->n; i++) {
                const ow_report_hive *hive = &what->hives[i];
                json_t *o = report_json_add_object(&json, array);

                report_json_text(&json, o, "place", hive->place);
                report_json_text(&json, o, "file", hive->file);
                report_json_number(&json, o, "file_size", hive->file_size);
                if (hive->hive)
                        put_info(&json, o, hive);
                else
                        report_json_error(&json, o, "error", hive->error);
                if (hive->report)
                        put_counts(&json, o, hive->report);
                if (hive->faults && what->kind == OW_HIVES_CHECK)
                        put_faults(&json, o, hive->faults);
                if (hive->done)
                        report_json_text(&json, o, "done", hive->done);
        }
        if (what->kind != OW_HIVES_INFO)
                report_json_commit(&json, what->commit);
        return report_json_take(&json, ret, err);
}
