/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin reg export: a key and all below it as .reg text, as regedit writes it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/reg.h>

#include "commands.h"
#include "output.h"
#include "reg-output.h"
#include "target.h"

struct export {
        const struct arguments *arguments;
        uint64_t n_lost;
};

static void on_lost(void *state, const char *path, const ow_error *why)
{
        struct export *export = state;

        export->n_lost++;
        note(export->arguments, "left out in '%s': %s", path, why->text);
}

static int export_key(struct export *export, struct target *target, const char *path, const char *place,
                      struct reg_output *out, ow_reg_counts *counts, ow_error *err)
{
        unsigned flags = (has(export->arguments, OPTION_UTF8) ? 0u : OW_REG_EXPORT_UTF16) |
                         (has(export->arguments, OPTION_SKIP_DAMAGED) ? OW_REG_EXPORT_SKIP_DAMAGED : 0u);
        char *prefix = key_in_text(target, path, place);
        ow_regkey at;
        int r;

        if (!prefix)
                return ow_fail_nomem(err);
        r = target_need(target, place, &at, err);
        if (r == 0)
                r = ow_reg_export_rescue(at.hive, at.key, prefix, flags, &out->sink, on_lost, export, counts, err);
        free(prefix);
        if (r == OW_E_CORRUPT && !has(export->arguments, OPTION_SKIP_DAMAGED))
                return ow_wrap(err, r, "damaged (--skip-damaged leaves it out)");
        return r;
}

static int tell(const struct export *export, const char *path, const struct reg_output *out,
                const ow_reg_counts *counts)
{
        ow_report_options options = report_options(export->arguments);
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;

        if (!out->name)
                return 0;
        if (ow_report_exported(path, out->name, out->size, counts, export->n_lost, &options, &text, &err) < 0)
                return fail(export->arguments, &err);
        return print_report(export->arguments, text);
}

int run_reg_export(const struct arguments *arguments)
{
        const struct text_list *words = &arguments->operands;
        const char *path = words->count > 1 ? words->items[1] : "";
        struct export export = { arguments, 0 };
        AUTO_REG_OUTPUT out = { .name = NULL };
        AUTO_TARGET target = { 0 };
        AUTO_PLACES places = { 0 };
        ow_reg_counts counts = { 0 };
        ow_error err = OW_ERROR_INIT;
        int r, code;

        if (has(arguments, OPTION_JSON) && !arguments->output)
                return usage_error(arguments->command, "--json needs -o FILE, for the text to go to");
        r = target_open(arguments, words->items[0], false, &target, &err);
        if (r == 0 && words->count < 2 && !target.file)
                return usage_error(arguments->command, "'%s' is no hive file: a PATH is needed", words->items[0]);
        if (r == 0)
                r = target_place_to_read(&target, path, &places, &err);
        if (r == 0)
                r = reg_output_open(arguments, &out, &err);
        if (r == 0)
                r = export_key(&export, &target, path, places.items[0], &out, &counts, &err);
        if (r == 0)
                r = reg_output_finish(&out, &err);
        code = r < 0 ? fail(arguments, &err) : tell(&export, *path ? path : "\\", &out, &counts);
        return code == 0 && export.n_lost ? EXIT_TO_DO : code;
}
