/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole hives for people: what each is, what is wrong in it, what is done to it. */
#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/filetime.h"

#include "report/hives.h"
#include "report/text.h"

enum { MOST_FAULTS = 10000, LABEL = 13 };

/* ---- keeping faults ---- */

void ow_report_faults_add(void *state, const ow_hive_fault *fault)
{
        ow_report_faults *faults = state;
        struct ow_report_fault *grown, *kept;

        if (faults->count >= MOST_FAULTS || faults->failed)
                return;
        grown = ow_grow(faults->items, faults->count, &faults->cap, sizeof *grown);
        if (!grown) {
                faults->failed = true;
                return;
        }
        faults->items = grown;
        kept = &grown[faults->count];
        *kept = (struct ow_report_fault){ fault->offset, ow_strdup(fault->path), ow_strdup(fault->text),
                                          fault->mendable };
        faults->count++;
        faults->failed = !kept->path || !kept->text;
}

void ow_report_faults_done(ow_report_faults *faults)
{
        for (size_t i = 0; i < faults->count; i++) {
                ow_free(faults->items[i].path);
                ow_free(faults->items[i].text);
        }
        ow_free(faults->items);
        *faults = (ow_report_faults){ NULL, 0, 0, false };
}

/* ---- info ---- */

const char *report_hive_state(const ow_report_hive *hive, const ow_hive_info *info)
{
        if (info->truncated)
                return "cut off: the end of the file is lost";
        if (hive->stale || info->replay == OW_REPLAY_NO_LOGS)
                return "not closed, and no log completes it: the last changes are missing";
        return info->replay == OW_REPLAY_DONE ? "not closed, completed by its logs" : "clean";
}

static void put_size(struct report_page *page, const ow_report_hive *hive, const ow_hive_info *info)
{
        char file[REPORT_NUMBER_TEXT], bins[REPORT_NUMBER_TEXT], free_bytes[REPORT_NUMBER_TEXT], line[200];

        report_format_size(hive->file_size, file);
        report_format_size(info->bins_size, bins);
        if (hive->report) {
                report_format_size(hive->report->free_bytes, free_bytes);
                (void)snprintf(line, sizeof line, "%s; %s in bins, of which %s are free", file, bins, free_bytes);
        } else {
                (void)snprintf(line, sizeof line, "%s; %s in bins", file, bins);
        }
        report_put_field(page, 2, LABEL, "Size", line);
}

static void put_state(struct report_page *page, const ow_report_hive *hive, const ow_hive_info *info)
{
        char line[200];

        if (info->replay == OW_REPLAY_DONE)
                (void)snprintf(line, sizeof line, "%s (%u entr%s, %u page%s%s)", report_hive_state(hive, info),
                               info->replayed_entries, info->replayed_entries == 1 ? "y" : "ies",
                               info->replayed_pages, info->replayed_pages == 1 ? "" : "s",
                               info->base_block_rebuilt ? ", base block rebuilt" : "");
        else
                (void)snprintf(line, sizeof line, "%s", report_hive_state(hive, info));
        report_put_field(page, 2, LABEL, "State", line);
        (void)snprintf(line, sizeof line, "%u and %u", info->primary_sequence, info->secondary_sequence);
        report_put_field(page, 2, LABEL, "Sequence", line);
}

static void put_holds(struct report_page *page, const ow_hive_report *report)
{
        char line[200];

        (void)snprintf(line, sizeof line, "%" PRIu64 " key%s, %" PRIu64 " value%s", report->keys,
                       report->keys == 1 ? "" : "s", report->values, report->values == 1 ? "" : "s");
        report_put_field(page, 2, LABEL, "Holds", line);
        if (report->faults == 0)
                return;
        (void)snprintf(line, sizeof line, "%" PRIu64 " (`offwin reg check` lists them)", report->faults);
        report_put_field(page, 2, LABEL, "Faults", line);
}

static void put_info(struct report_page *page, const ow_report_hive *hive)
{
        char time[OW_FILETIME_TEXT], version[24];
        ow_hive_info info;

        ow_hive_info_get(hive->hive, &info);
        ow_filetime_format(info.written, time);
        (void)snprintf(version, sizeof version, "%u.%u", info.major, info.minor);
        report_put_field(page, 2, LABEL, "File", hive->file);
        put_size(page, hive, &info);
        report_put_field(page, 2, LABEL, "Version", version);
        put_state(page, hive, &info);
        report_put_field(page, 2, LABEL, "Written", info.written ? time : "not kept by this version of Windows");
        report_put_field(page, 2, LABEL, "Name inside", info.name);
        if (hive->report)
                put_holds(page, hive->report);
}

/* ---- check ---- */

static const char *mending(const struct report_hives *what, const ow_report_hive *hive,
                           const struct ow_report_fault *fault)
{
        bool done = hive->report->mended > 0 && what->outcome != OW_PLAN_DRY_RUN;

        return !fault->mendable ? "" : done ? " (mended)" : " (can be mended)";
}

static void put_faults(struct report_page *page, const struct report_hives *what, const ow_report_hive *hive)
{
        const ow_report_faults *faults = hive->faults;

        for (size_t i = 0; faults && i < faults->count; i++) {
                const struct ow_report_fault *fault = &faults->items[i];
                OW_AUTO_BUFFER line = OW_BUFFER_INIT;
                OW_AUTO_FREE char *text = NULL;

                report_put_style(page, REPORT_WARN);
                report_printf(page, "  ! 0x%08" PRIx64 "  ", fault->offset);
                report_put_style(page, REPORT_PLAIN);
                report_put_guest(page, *fault->path ? fault->path : "\\");
                report_put(page, "\n");
                ow_buffer_printf(&line, "%s%s", fault->text, mending(what, hive, fault));
                text = ow_buffer_take_text(&line);
                if (!text) {
                        page->text.failed = true;
                        return;
                }
                report_put_spaces(page, 16);
                report_put_wrapped(page, 16, text);
        }
        if (faults && hive->report && faults->count < hive->report->faults)
                report_printf(page, "  ! and %" PRIu64 " more\n", hive->report->faults - faults->count);
}

static uint64_t count_mendable(const ow_report_faults *faults)
{
        uint64_t n = 0;

        for (size_t i = 0; faults && i < faults->count; i++)
                n += faults->items[i].mendable;
        return n;
}

static void put_check(struct report_page *page, const struct report_hives *what, const ow_report_hive *hive)
{
        const ow_hive_report *report = hive->report;
        uint64_t mendable = count_mendable(hive->faults);

        put_faults(page, what, hive);
        report_printf(page, "  %" PRIu64 " key%s, %" PRIu64 " value%s", report->keys, report->keys == 1 ? "" : "s",
                      report->values, report->values == 1 ? "" : "s");
        if (report->lost_cells)
                report_printf(page, "; %" PRIu64 " lost bytes", report->lost_bytes);
        report_put(page, "; ");
        report_put_style(page, report->faults ? REPORT_WARN : REPORT_GOOD);
        if (report->faults == 0)
                report_put(page, "no faults");
        else
                report_printf(page, "%" PRIu64 " fault%s", report->faults, report->faults == 1 ? "" : "s");
        report_put_style(page, REPORT_PLAIN);
        if (report->mended)
                report_printf(page, ", %" PRIu64 " %s, %" PRIu64 " left", report->mended,
                              what->outcome == OW_PLAN_DRY_RUN ? "to mend" : "mended",
                              report->faults - report->mended);
        else if (report->faults)
                report_printf(page, ", --repair%s mends %" PRIu64, hive->stale ? " --accept-dirty" : "", mendable);
        report_put(page, "\n");
}

/* ---- all ---- */

static void put_hive(struct report_page *page, const struct report_hives *what, const ow_report_hive *hive)
{
        report_put_styled(page, REPORT_BOLD, hive->place);
        if (what->kind == OW_HIVES_CHECK) {
                report_put(page, "  ");
                report_put_guest(page, hive->file);
        }
        report_put(page, "\n");
        if (!hive->hive) {
                report_put_style(page, REPORT_BAD);
                report_put(page, "  ! ");
                report_put_style(page, REPORT_PLAIN);
                report_put_wrapped(page, 4, hive->error->text);
        } else if (what->kind == OW_HIVES_INFO) {
                put_info(page, hive);
        } else if (what->kind == OW_HIVES_CHECK && hive->report) {
                put_check(page, what, hive);
        }
        if (hive->done) {
                report_put_spaces(page, 2);
                report_put_wrapped(page, 2, hive->done);
        }
}

static int hives_text(const struct report_hives *what, const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);

        for (size_t i = 0; i < what->n; i++) {
                if (i > 0 && what->kind != OW_HIVES_WORK)
                        report_put(&page, "\n");
                put_hive(&page, what, &what->hives[i]);
                page.text.failed |= what->hives[i].faults && what->hives[i].faults->failed;
        }
        if (what->nothing) {
                report_put(&page, what->nothing);
                report_put(&page, "\n");
        }
        if (what->outcome == OW_PLAN_DRY_RUN)
                report_put(&page, "\nNothing was written: this was a dry run.\n");
        return report_page_take(&page, ret, err);
}

int ow_report_hives(enum ow_report_hives_kind kind, const ow_report_hive *hives, size_t n_hives, const char *nothing,
                    enum ow_plan_outcome outcome, const ow_commit_result *commit, const ow_report_options *options,
                    char **ret, ow_error *err)
{
        struct report_hives what = { kind, hives, n_hives, nothing, outcome, commit };

        switch (options ? options->format : OW_REPORT_TEXT) {
        case OW_REPORT_TEXT:
                return hives_text(&what, options, ret, err);
        case OW_REPORT_JSON:
                return report_hives_json(&what, ret, err);
        case OW_REPORT_HTML:
                break;
        }
        return report_no_html(err);
}
