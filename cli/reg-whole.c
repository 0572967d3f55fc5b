/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin reg recover|compact|new: hives brought up to date, made smaller, made. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"
#include "reg-hive.h"
#include "reg-text.h"

/* ---- recover ---- */

static int recover(struct target *target, struct target_hive *hive, struct hive_row *row, ow_error *err)
{
        ow_hive_info info;
        int r;

        ow_hive_info_get(hive->hive, &info);
        if (info.replay == OW_REPLAY_NO_LOGS) {
                r = target->file ? target_editable(target, "", err) : 0;
                if (r < 0)
                        return r;
                row->found = true;
                row->done = strdup("was not closed, and no log completes it: left as it is");
                return row->done ? 0 : ow_fail_nomem(err);
        }
        if (info.replay != OW_REPLAY_DONE)
                return 0;
        r = target_recover(target, hive->place, err);
        if (r < 0)
                return r;
        row->changed = true;
        if (asprintf(&row->done, "%" PRIu32 " log entr%s, %" PRIu32 " page%s%s", info.replayed_entries,
                     info.replayed_entries == 1 ? "y" : "ies", info.replayed_pages, info.replayed_pages == 1 ? "" : "s",
                     info.base_block_rebuilt ? ", base block rebuilt" : "") < 0) {
                row->done = NULL;
                return ow_fail_nomem(err);
        }
        return 0;
}

int run_reg_recover(const struct arguments *arguments)
{
        static const struct hive_job job = { .title = "offwin reg recover", .kind = OW_HIVES_WORK, .writes = true,
                                             .run = recover,
                                             .nothing = "Nothing to recover: every hive was closed properly." };

        return hive_job_run(arguments, &job);
}

/* ---- compact ---- */

static int on_difference(void *state, const ow_reg_row *row, ow_error *err)
{
        (void)state;
        return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "the compacted hive differs in '%s': nothing was changed",
                       row->path);
}

static void on_lost(void *state, const char *path, const ow_error *why)
{
        (void)path;
        (void)why;
        *(bool *)state = true;
}

/* A copy that is equal in every respect, or an error. */
static int make_compact(ow_hive *hive, ow_hive **ret, ow_error *err)
{
        ow_hive *made = NULL;
        bool lost = false;
        int r = ow_hive_compact(hive, &made, err);

        if (r == OW_E_CORRUPT)
                return ow_wrap(err, r, "cannot be compacted without loss (`offwin reg check` lists what is damaged, "
                               "with --repair it mends what has one right answer)");
        if (r < 0)
                return r;
        r = ow_reg_diff(hive, ow_hive_root(hive), made, ow_hive_root(made), "HKEY_LOCAL_MACHINE",
                        OW_REG_DIFF_TIMES | OW_REG_DIFF_CLASSES | OW_REG_DIFF_SECURITY, on_difference, on_lost, &lost,
                        err);
        if (r == 0 && lost)
                r = ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "the hive is damaged: `offwin reg check` says where");
        if (r < 0)
                ow_hive_close(made);
        else
                *ret = made;
        return r;
}

static uint64_t size_when_saved(const ow_hive *hive)
{
        ow_hive_info info;

        ow_hive_info_get(hive, &info);
        return 4096 + (uint64_t)info.bins_size;
}

static int compact(struct target *target, struct target_hive *hive, struct hive_row *row, ow_error *err)
{
        ow_hive *made = NULL;
        uint64_t size;
        int r;

        r = target_editable(target, target->file ? "" : hive->place, err);
        if (r == 0)
                r = make_compact(hive->hive, &made, err);
        if (r < 0)
                return r;
        size = size_when_saved(made);
        if (size >= hive->file_size) {
                ow_hive_close(made);
                return 0;
        }
        if (asprintf(&row->done, "%" PRIu64 " bytes become %" PRIu64, hive->file_size, size) < 0) {
                row->done = NULL;
                ow_hive_close(made);
                return ow_fail_nomem(err);
        }
        row->changed = true;
        r = target_replace(target, hive->place, made, err);
        if (r < 0)
                ow_hive_close(made);
        else
                hive->hive = made;      /* the old one is closed */
        return r;
}

static int compact_into_file(const struct arguments *arguments)
{
        AUTO_TARGET target = { 0 };
        AUTO_HIVES hives = { NULL, 0 };
        ow_hive *made = NULL;
        ow_error err = OW_ERROR_INIT;
        int r;

        r = target_open(arguments, arguments->operands.items[0], false, &target, &err);
        if (r == 0 && !target.file && arguments->operands.count < 2)
                return usage_error(arguments->command, "-o takes one hive: name its PATH");
        if (r == 0)
                r = target_hives(&target, target.file ? NULL : arguments->operands.items[1], &hives, &err);
        if (r == 0)
                r = target_editable(&target, target.file ? "" : hives.items[0].place, &err);
        if (r == 0)
                r = make_compact(hives.items[0].hive, &made, &err);
        if (r == 0)
                r = ow_hivefile_create(arguments->output, made, filetime_now(), &err);
        ow_hive_close(made);
        return r < 0 ? fail(arguments, &err) : reg_tell_new(arguments, arguments->output);
}

int run_reg_compact(const struct arguments *arguments)
{
        static const struct hive_job job = { .title = "offwin reg compact", .kind = OW_HIVES_WORK, .writes = true,
                                             .run = compact,
                                             .nothing = "Nothing to gain: no hive would become smaller." };

        if (arguments->output && has(arguments, OPTION_DRY_RUN))
                return usage_error(arguments->command, "-o makes a new file: -n does not go with it");
        return arguments->output ? compact_into_file(arguments) : hive_job_run(arguments, &job);
}

/* ---- new ---- */

static int import(const struct arguments *arguments, ow_hive *hive, const char *prefix, ow_error *err)
{
        for (size_t i = 1; i < arguments->operands.count; i++) {
                AUTO_REG_TEXT text;
                int r = reg_text_open(arguments, arguments->operands.items[i], &text, err);

                if (r == 0) {
                        text.text.flags |= OW_REG_AT_ONCE;      /* after an error there is no new hive */
                        r = ow_reg_import_text(hive, ow_hive_root(hive), prefix, &text.text, NULL, err);
                        if (r < 0)
                                r = ow_wrap(err, r, "'%s'", arguments->operands.items[i]);
                }
                if (r == OW_E_INVAL && !arguments->prefix)
                        return ow_wrap(err, r, "taken for %s (--prefix says otherwise)", prefix);
                if (r < 0)
                        return reg_text_fault(r, err);
        }
        return 0;
}

/* The name inside, by which the hive is known later: that of a hive of the machine, else that of the file. */
static int new_hive(const struct arguments *arguments, uint32_t minor, ow_hive **ret, ow_error *err)
{
        const char *path = arguments->operands.items[0];
        const char *slash = strrchr(path, '/');
        const char *name = slash ? slash + 1 : path;
        ow_reg_path prefix = { OW_ROOT_HKU, NULL };
        int r = arguments->prefix ? ow_reg_path_parse(arguments->prefix, &prefix, err) : 0;

        if (r < 0)
                return r;
        if (prefix.root == OW_ROOT_HKLM && *prefix.rest && !strchr(prefix.rest, '\\'))
                name = prefix.rest;
        r = ow_hive_new(minor, name, NULL, 0, ret, err);
        ow_reg_path_done(&prefix);
        return r;
}

int run_reg_new(const struct arguments *arguments)
{
        const char *path = arguments->operands.items[0];
        const char *version = arguments->minor ? arguments->minor : "1.5";
        ow_error err = OW_ERROR_INIT;
        ow_hive *hive = NULL;
        char *prefix = NULL;
        int r;

        if (strncmp(version, "1.", 2) != 0 || version[2] < '3' || version[2] > '6' || version[3])
                return usage_error(arguments->command, "'--hive-version %s' is not one from 1.3 to 1.6", version);
        r = new_hive(arguments, (uint32_t)(version[2] - '0'), &hive, &err);
        if (r == 0)
                r = arguments->prefix ? 0 : ow_hivefile_guess_prefix(path, hive, &prefix, &err);
        if (r == 0)
                r = import(arguments, hive, arguments->prefix ? arguments->prefix : prefix, &err);
        if (r == 0)
                r = ow_hivefile_create(path, hive, filetime_now(), &err);
        ow_hive_close(hive);
        ow_text_free(prefix);
        return r < 0 ? fail(arguments, &err) : reg_tell_new(arguments, path);
}
