/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin reg ls|get: one key, one value, or a whole tree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"
#include "reg.h"
#include "target.h"

enum { MAX_DEPTH = 512 };                       /* Windows' own limit for key nesting */

/* Not every profile has every key: absence is an error only when none has it. */
static bool may_be_absent(const struct places *places, size_t index, const struct printer *p, const ow_error *err)
{
        return err->code == OW_E_ABSENT && (index + 1 < places->count || p->n_printed > 0);
}

/* ---- ls ---- */

static int print_key(struct printer *p, ow_regkey at, const char *place)
{
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;

        if (ow_report_key(at, place_shown(place), &p->options, &text, &err) < 0)
                return fail(p->arguments, &err);
        return print_one(p, NULL, text);
}

static int print_tree(struct printer *p, ow_regkey at, const char *place, unsigned depth);

static int print_subtree(struct printer *p, ow_regkey at, ow_key key, const char *place, unsigned depth)
{
        ow_key_info info = { 0 };
        ow_error err = OW_ERROR_INIT;
        char *joined = NULL;
        int code;

        if (ow_hive_key_info(at.hive, key, &info, &err) < 0)
                return EXIT_DONE;               /* told as a problem of the parent already */
        if (asprintf(&joined, "%s%s%s", place, *place ? "\\" : "", info.name) < 0)
                code = out_of_memory();
        else
                code = print_tree(p, (ow_regkey){ at.hive, key }, joined, depth + 1);
        free(joined);
        ow_key_info_done(&info);
        return code;
}

static int print_tree(struct printer *p, ow_regkey at, const char *place, unsigned depth)
{
        ow_subkey_iter iter = { 0 };
        ow_key_info info = { 0 };
        uint32_t budget;
        int code = print_key(p, at, place);

        if (code || depth >= MAX_DEPTH || ow_hive_key_info(at.hive, at.key, &info, NULL) < 0)
                return code;
        budget = info.n_subkeys;
        ow_key_info_done(&info);
        for (uint32_t seen = 0; seen <= budget && code == 0; seen++) {
                ow_key key;
                int r = ow_hive_next_subkey(at.hive, at.key, &iter, &key, NULL);

                if (r == 0)
                        break;
                if (r > 0)
                        code = print_subtree(p, at, key, place, depth);
        }
        return code;
}

static int ls(struct target *target, const struct places *places)
{
        const struct arguments *arguments = target->arguments;
        bool recursive = has(arguments, OPTION_RECURSIVE);
        struct printer p = printer_new(arguments, recursive || places->count != 1);
        int code = 0;

        p.options.verbose |= has(arguments, OPTION_LONG);
        for (size_t i = 0; i < places->count && code == 0; i++) {
                ow_error err = OW_ERROR_INIT;
                ow_regkey at;

                if (target_need(target, places->items[i], &at, &err) < 0) {
                        if (may_be_absent(places, i, &p, &err))
                                continue;
                        return fail(arguments, &err);
                }
                code = recursive ? print_tree(&p, at, places->items[i], 0) : print_key(&p, at, places->items[i]);
        }
        return code ? code : printer_end(&p);
}

/* ---- get ---- */

/* 0, or an OW_E_*. */
static int read_value(struct target *target, const char *place, const char *name, uint32_t *type, ow_blob *data,
                      ow_error *err)
{
        ow_regkey at;
        int r;

        r = target_need(target, place, &at, err);
        if (r < 0)
                return r;
        r = ow_hive_get_value(at.hive, at.key, name, type, data, err);
        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no value '%s' in '%s'", *name ? name : "@",
                               place_shown(place));
        return r < 0 ? r : 0;
}

static int print_value(struct printer *p, const char *place, const char *name, uint32_t type, const ow_blob *data,
                       bool with_path)
{
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;

        if (has(p->arguments, OPTION_RAW)) {
                p->n_printed++;
                return write_out(data->p, data->size);
        }
        if (ow_report_value(place_shown(place), name, type, data->p, data->size, &p->options, &text, &err) < 0)
                return fail(p->arguments, &err);
        return print_one(p, with_path ? place : NULL, text);
}

static int get(struct target *target, const struct places *places)
{
        const char *name = reg_value_name(target->arguments->operands.items[2]);
        struct printer p = printer_new(target->arguments, places->count != 1);
        int code = 0;

        for (size_t i = 0; i < places->count && code == 0; i++) {
                ow_error err = OW_ERROR_INIT;
                ow_blob data = { 0 };
                uint32_t type;

                if (read_value(target, places->items[i], name, &type, &data, &err) == 0)
                        code = print_value(&p, places->items[i], name, type, &data, places->count > 1);
                else if (!may_be_absent(places, i, &p, &err))
                        code = fail(target->arguments, &err);
                ow_blob_done(&data);
        }
        return code ? code : printer_end(&p);
}

static int run_read(const struct arguments *arguments, int (*run)(struct target *, const struct places *))
{
        const struct text_list *words = &arguments->operands;
        AUTO_TARGET target = { 0 };
        AUTO_PLACES places = { 0 };
        ow_error err = OW_ERROR_INIT;
        int r;

        r = target_open(arguments, words->items[0], false, &target, &err);
        if (r == 0 && words->count < 2 && !target.file)
                return usage_error(arguments->command, "'%s' is no hive file: a PATH is needed", words->items[0]);
        if (r == 0)
                r = target_places_to_read(&target, words->count < 2 ? "" : words->items[1], &places, &err);
        return r < 0 ? fail(arguments, &err) : run(&target, &places);
}

int run_reg_ls(const struct arguments *arguments)
{
        return run_read(arguments, ls);
}

int run_reg_get(const struct arguments *arguments)
{
        if (arguments->operands.count == 2 && has(arguments, OPTION_RAW))
                return usage_error(arguments->command, "--raw needs a NAME");
        return run_read(arguments, arguments->operands.count == 2 ? ls : get);
}
