/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin undo: works on disks alone, so it also helps when nothing on them can be read any more. */
#include <stdio.h>
#include <stdlib.h>

#include <offwin/disk.h>
#include <offwin/hivefile.h>

#include "commands.h"
#include "output.h"
#include "privileges.h"
#include "supervise.h"

struct disks {
        ow_disk **items;                /* borrowed from the two below */
        size_t count;
        ow_disk **opened;
        size_t n_opened;
        ow_hivefile **files;            /* hive files bring their logs along */
        size_t n_files;
};

static void disks_close(struct disks *disks)
{
        for (size_t i = 0; i < disks->n_opened; i++)
                ow_disk_close(disks->opened[i]);
        for (size_t i = 0; i < disks->n_files; i++)
                ow_hivefile_close(disks->files[i]);
        free(disks->opened);
        free(disks->files);
        free(disks->items);
}

static int open_hive_file(const struct arguments *arguments, const char *name, bool writable, struct disks *disks,
                          ow_error *err)
{
        ow_hivefile_options options = { .writable = writable, .disks_only = true,
                                        .journal_dir = arguments->journal_dir, .log = log_for(arguments) };
        ow_disk *const *of_file;
        ow_disk **grown;
        size_t n = 0;
        int r = ow_hivefile_open(name, &options, &disks->files[disks->n_files], err);

        if (r < 0)
                return r;
        of_file = ow_hivefile_disks(disks->files[disks->n_files++], &n);
        grown = realloc(disks->items, (disks->count + n + arguments->operands.count) * sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        disks->items = grown;
        for (size_t i = 0; i < n; i++)
                disks->items[disks->count++] = of_file[i];
        return 0;
}

static int disks_open(const struct arguments *arguments, bool writable, struct disks *disks, ow_error *err)
{
        const struct text_list *names = &arguments->operands;
        ow_disk_options options = { .flags = (writable ? OW_DISK_WRITABLE : 0u) |
                                             (has(arguments, OPTION_ALLOW_OUTSIDE) ? OW_DISK_ALLOW_OUTSIDE : 0u) |
                                             (has(arguments, OPTION_FORGET) ? OW_DISK_FORGET : 0u),
                                    .journal_dir = arguments->journal_dir,
                                    .log = log_for(arguments),
                                    .companions = (const char *const *)names->items,
                                    .n_companions = names->count };

        disks->items = calloc(names->count, sizeof *disks->items);
        disks->opened = calloc(names->count, sizeof *disks->opened);
        disks->files = calloc(names->count, sizeof *disks->files);
        if (!disks->items || !disks->opened || !disks->files)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < names->count; i++) {
                /* What a cut-off change was about does not matter to --forget. */
                int hive = has(arguments, OPTION_FORGET) ? 0 : ow_hivefile_detect(names->items[i], err);
                int r = hive;

                if (hive > 0)
                        r = open_hive_file(arguments, names->items[i], writable, disks, err);
                else if (hive == 0)
                        r = ow_disk_open(names->items[i], &options, &disks->opened[disks->n_opened], err);
                if (r < 0)
                        return r;
                if (hive == 0)
                        disks->items[disks->count++] = disks->opened[disks->n_opened++];
        }
        return privileges_drop(&(struct privileges){ arguments, names, writable }, err);
}

static int list(const struct arguments *arguments, const struct disks *disks)
{
        ow_report_options options = report_options(arguments);
        int code = 0;

        for (size_t i = 0; i < disks->count && code == 0; i++) {
                ow_undo_record *records = NULL;
                ow_error err = OW_ERROR_INIT;
                char *text = NULL;
                size_t count = 0;
                int r;

                r = ow_undo_list(disks->items[i], &records, &count, &err);
                if (r == 0)
                        r = ow_report_undo(ow_disk_name(disks->items[i]), records, count, &options, &text, &err);
                code = r < 0 ? fail(arguments, &err) : print_report(arguments, text);
                ow_undo_list_free(records, count);
        }
        return code;
}

static int show(const struct arguments *arguments, const struct disks *disks, const ow_undo_record *record,
                const ow_commit_result *result)
{
        ow_report_options options = report_options(arguments);
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;

        if (ow_report_undone(ow_disk_name(disks->items[0]), record, result, &options, &text, &err) < 0)
                return fail(arguments, &err);
        return print_report(arguments, text);
}

/* Where the disks are not what the change left there; on stderr, before the reason. False: nowhere. */
static bool show_differences(const struct arguments *arguments, const struct disks *disks)
{
        enum { SHOWN = 10 };
        bool any = false;

        for (size_t i = 0; i < disks->count; i++) {
                ow_undo_difference *differences = NULL;
                size_t count = 0;

                if (ow_undo_differences(disks->items[i], &differences, &count, NULL) < 0)
                        continue;
                for (size_t k = 0; k < count && k < SHOWN; k++) {
                        const ow_undo_difference *d = &differences[k];
                        char place[80] = "";

                        if (d->partition)
                                (void)snprintf(place, sizeof place, ", in partition %u at byte %llu", d->partition,
                                               (unsigned long long)d->partition_offset);
                        note(arguments, "'%s' differs at byte %llu, %llu bytes%s", ow_disk_name(disks->items[i]),
                             (unsigned long long)d->offset, (unsigned long long)d->size, place);
                }
                if (count > SHOWN)
                        note(arguments, "'%s' differs in %zu more places", ow_disk_name(disks->items[i]),
                             count - SHOWN);
                any = any || count > 0;
                ow_undo_differences_free(differences);
        }
        return any;
}

static int undo(const struct arguments *arguments, const struct disks *disks, const ow_undo_record *record)
{
        bool json = has(arguments, OPTION_JSON);
        ow_commit_result result = { 0 };
        ow_error err = OW_ERROR_INIT;
        int code = 0;

        if (has(arguments, OPTION_DRY_RUN) || !json)
                code = show(arguments, disks, record, NULL);
        if (code || has(arguments, OPTION_DRY_RUN))
                return code;
        if (!confirm(arguments, "Put it back?")) {
                note(arguments, "nothing was written");
                return EXIT_FAILED;
        }
        supervise_stage(STAGE_WRITING);
        if (ow_transaction_undo(disks->items, disks->count, &result, &err) < 0) {
                if (err.code == OW_E_CONFLICT && show_differences(arguments, disks) && disks->n_files == 0)
                        (void)ow_wrap(&err, err.code, "nothing was put back (`offwin settle` gives back what was for "
                                      "the first boot only)");
                code = fail(arguments, &err);
        } else {
                code = show(arguments, disks, record, &result);
        }
        ow_commit_result_done(&result);
        return code;
}

static int undo_newest(const struct arguments *arguments, const struct disks *disks)
{
        ow_undo_record *records = NULL;
        ow_error err = OW_ERROR_INIT;
        size_t count = 0;
        int code;

        if (ow_undo_list(disks->items[0], &records, &count, &err) < 0)
                return fail(arguments, &err);
        if (count == 0) {
                (void)ow_fail(&err, OW_E_ABSENT, OW_NOWHERE,
                              "no undo record for '%s' %s%s%s (--journal-dir says where to look)",
                              ow_disk_name(disks->items[0]), arguments->journal_dir ? "in '" : "beside it",
                              arguments->journal_dir ? arguments->journal_dir : "", arguments->journal_dir ? "'" : "");
                code = fail(arguments, &err);
        } else {
                code = undo(arguments, disks, &records[0]);
        }
        ow_undo_list_free(records, count);
        return code;
}

int run_undo(const struct arguments *arguments)
{
        bool forget = has(arguments, OPTION_FORGET);
        bool writable = !has(arguments, OPTION_LIST) && !has(arguments, OPTION_DRY_RUN);
        struct disks disks = { 0 };
        ow_error err = OW_ERROR_INIT;
        int code;

        if (forget && !writable)
                return usage_error(arguments->command, "--forget with --list or --dry-run");
        if (forget && !confirm(arguments, "Keep the image as it is, whatever part of a change is on it?")) {
                note(arguments, "nothing was written");
                return EXIT_FAILED;
        }
        if (disks_open(arguments, writable, &disks, &err) < 0)
                code = fail(arguments, &err);
        else if (has(arguments, OPTION_LIST))
                code = list(arguments, &disks);
        else if (forget)
                code = 0;       /* opening has done it, and said so */
        else
                code = undo_newest(arguments, &disks);
        disks_close(&disks);
        return code;
}
