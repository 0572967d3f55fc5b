/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin reg ls|get: one key, one value, or a whole tree, by Windows registry paths. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/reg.h>
#include <offwin/registry.h>

#include "commands.h"
#include "output.h"
#include "reg.h"
#include "session.h"

enum { MAX_DEPTH = 512 };                       /* Windows' own limit for key nesting */

/* All places that a path stands for. */
struct paths {
        char **items;                           /* NULL: single */
        const char *single;
        size_t count;
};

static int open_guest(const struct arguments *arguments, struct session *session, ow_error *err)
{
        struct text_list disk = { arguments->operands.items, 1 };
        int r = session_open(arguments, &disk, false, session, err);

        return r < 0 ? r : session_open_guest(arguments, session, err);
}

/* For reading, CurrentControlSet is the one that Select names; HKU and HKCU may stand for several profiles. */
static int paths_to_read(ow_guest *guest, const char *path, struct paths *ret, ow_error *err)
{
        ow_reg_path parsed;
        bool machine;
        int r;

        r = ow_reg_path_parse(path, &parsed, err);
        if (r < 0)
                return r;
        machine = parsed.root == OW_ROOT_HKLM;
        ow_reg_path_done(&parsed);
        if (!machine)
                return ow_registry_expand(guest, path, &ret->items, &ret->count, err);
        ret->single = path;
        ret->count = 1;
        return 0;
}

static const char *path_at(const struct paths *paths, size_t index)
{
        return paths->items ? paths->items[index] : paths->single;
}

static void paths_done(struct paths *paths)
{
        if (paths->items)
                ow_registry_paths_free(paths->items, paths->count);
}

/* Names the part of a path that is there, for the person who mistyped the rest. */
static int no_such_key(ow_guest *guest, const char *path, ow_error *err)
{
        char *parent = strdup(path);
        char *slash;

        while (parent && (slash = strrchr(parent, '\\'))) {
                ow_regkey ignored;

                *slash = '\0';
                if (ow_registry_find(guest, parent, &ignored, NULL) > 0) {
                        (void)ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no key '%s' (there is '%s')", path, parent);
                        free(parent);
                        return OW_E_ABSENT;
                }
        }
        free(parent);
        return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no key '%s': its hive is not there", path);
}

static int find_key(ow_guest *guest, const char *path, ow_regkey *ret, ow_error *err)
{
        int r = ow_registry_find(guest, path, ret, err);

        return r == 0 ? no_such_key(guest, path, err) : r < 0 ? r : 0;
}

/* ---- printing one thing after the other, with JSON as one array when there may be several ---- */

struct printer {
        const struct arguments *arguments;
        ow_report_options options;
        bool array;                             /* JSON: several objects in [] */
        size_t n_printed;
};

static struct printer printer_new(const struct arguments *arguments, bool several)
{
        struct printer p = { arguments, report_options(arguments), false, 0 };

        p.array = several && p.options.format == OW_REPORT_JSON;
        return p;
}

static int print_heading(const char *path)
{
        char *printable = NULL;
        int code;

        if (ow_report_printable(path, &printable, NULL) < 0)
                return out_of_memory();
        code = write_out("[", 1);
        if (code == 0)
                code = write_out(printable, strlen(printable));
        ow_text_free(printable);
        return code ? code : write_out("]\n", 2);
}

/* heading: a path above the text, or NULL. Takes text over. Returns an exit code. */
static int print_one(struct printer *p, const char *heading, char *text)
{
        bool as_text = p->options.format == OW_REPORT_TEXT;
        int code = 0;

        if (!has(p->arguments, OPTION_QUIET)) {
                if (p->array)
                        code = write_out(p->n_printed ? ",\n" : "[\n", 2);
                else if (p->n_printed)
                        code = write_out("\n", 1);
                if (code == 0 && heading && as_text)
                        code = print_heading(heading);
                if (code == 0)
                        code = write_out(text, strlen(text));
        }
        p->n_printed++;
        ow_text_free(text);
        return code;
}

static int printer_end(struct printer *p)
{
        if (p->array && !has(p->arguments, OPTION_QUIET)) {
                int code = p->n_printed ? write_out("]\n", 2) : write_out("[]\n", 3);

                if (code)
                        return code;
        }
        return flush_out();
}

/* Not every profile has every key: absence is an error only when none has it. */
static bool may_be_absent(const struct paths *paths, size_t index, const struct printer *p, const ow_error *err)
{
        return err->code == OW_E_ABSENT && (index + 1 < paths->count || p->n_printed > 0);
}

/* ---- ls ---- */

static int print_key(struct printer *p, ow_regkey at, const char *path)
{
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;

        if (ow_report_key(at, path, &p->options, &text, &err) < 0)
                return fail(p->arguments, &err);
        return print_one(p, NULL, text);
}

static char *join(const char *path, const char *name)
{
        char *joined = NULL;

        return asprintf(&joined, "%s\\%s", path, name) < 0 ? NULL : joined;
}

static int print_tree(struct printer *p, ow_regkey at, const char *path, unsigned depth);

static int print_subtree(struct printer *p, ow_regkey at, ow_key key, const char *path, unsigned depth)
{
        ow_key_info info = { 0 };
        ow_error err = OW_ERROR_INIT;
        char *joined;
        int code;

        if (ow_hive_key_info(at.hive, key, &info, &err) < 0)
                return EXIT_DONE;               /* told as a problem of the parent already */
        joined = join(path, info.name);
        code = joined ? print_tree(p, (ow_regkey){ at.hive, key }, joined, depth + 1) : out_of_memory();
        free(joined);
        ow_key_info_done(&info);
        return code;
}

static int print_tree(struct printer *p, ow_regkey at, const char *path, unsigned depth)
{
        ow_subkey_iter iter = { 0 };
        ow_key_info info = { 0 };
        uint32_t budget;
        int code = print_key(p, at, path);

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
                        code = print_subtree(p, at, key, path, depth);
        }
        return code;
}

static int ls(const struct arguments *arguments, ow_guest *guest, const struct paths *paths)
{
        bool recursive = has(arguments, OPTION_RECURSIVE);
        struct printer p = printer_new(arguments, recursive || paths->items);
        int code = 0;

        for (size_t i = 0; i < paths->count && code == 0; i++) {
                const char *path = path_at(paths, i);
                ow_error err = OW_ERROR_INIT;
                ow_regkey at;

                if (find_key(guest, path, &at, &err) < 0) {
                        if (may_be_absent(paths, i, &p, &err))
                                continue;
                        return fail(arguments, &err);
                }
                code = recursive ? print_tree(&p, at, path, 0) : print_key(&p, at, path);
        }
        return code ? code : printer_end(&p);
}

/* ---- get ---- */

/* 0, or an OW_E_*. */
static int read_value(ow_guest *guest, const char *path, const char *name, uint32_t *type, ow_blob *data,
                      ow_error *err)
{
        ow_regkey at;
        int r;

        r = find_key(guest, path, &at, err);
        if (r < 0)
                return r;
        r = ow_hive_get_value(at.hive, at.key, name, type, data, err);
        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no value '%s' in '%s'", *name ? name : "@", path);
        return r < 0 ? r : 0;
}

static int print_value(struct printer *p, const char *path, const char *name, uint32_t type, const ow_blob *data,
                       bool with_path)
{
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;

        if (has(p->arguments, OPTION_RAW)) {
                p->n_printed++;
                return write_out(data->p, data->size);
        }
        if (ow_report_value(path, name, type, data->p, data->size, &p->options, &text, &err) < 0)
                return fail(p->arguments, &err);
        return print_one(p, with_path ? path : NULL, text);
}

static int get(const struct arguments *arguments, ow_guest *guest, const struct paths *paths)
{
        const char *name = reg_value_name(arguments->operands.items[2]);
        struct printer p = printer_new(arguments, paths->items != NULL);
        int code = 0;

        for (size_t i = 0; i < paths->count && code == 0; i++) {
                ow_error err = OW_ERROR_INIT;
                ow_blob data = { 0 };
                uint32_t type;

                if (read_value(guest, path_at(paths, i), name, &type, &data, &err) == 0)
                        code = print_value(&p, path_at(paths, i), name, type, &data, paths->count > 1);
                else if (!may_be_absent(paths, i, &p, &err))
                        code = fail(arguments, &err);
                ow_blob_done(&data);
        }
        return code ? code : printer_end(&p);
}

static int run_read(const struct arguments *arguments,
                    int (*run)(const struct arguments *, ow_guest *, const struct paths *))
{
        AUTO_SESSION session = { 0 };
        struct paths paths = { 0 };
        ow_error err = OW_ERROR_INIT;
        int r, code;

        r = open_guest(arguments, &session, &err);
        if (r == 0)
                r = paths_to_read(session.guest, arguments->operands.items[1], &paths, &err);
        code = r < 0 ? fail(arguments, &err) : run(arguments, session.guest, &paths);
        paths_done(&paths);
        return code;
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
