/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin reg export: a key and all below it as .reg text, as regedit writes it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <offwin/reg.h>

#include "commands.h"
#include "output.h"
#include "reg-output.h"
#include "target.h"

/* ---- where the text goes ---- */

static int write_fd(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct reg_output *out = state;
        const uint8_t *p = buf;

        (void)offset;                   /* a sink is written to in file order */
        out->size += size;
        while (size > 0) {
                ssize_t n = write(out->fd, p, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return ow_fail_sys(err, n < 0 ? errno : EIO, "write %s", out->name ? out->name : "to stdout");
                p += n;
                size -= (size_t)n;
        }
        return 0;
}

int reg_output_open(const struct arguments *arguments, struct reg_output *ret, ow_error *err)
{
        *ret = (struct reg_output){ .name = arguments->output, .fd = STDOUT_FILENO };
        ret->sink = (ow_sink){ ret, write_fd, NULL };
        if (!ret->name || strcmp(ret->name, "-") == 0) {
                ret->name = NULL;
                return 0;
        }
        if (!has(arguments, OPTION_YES) && access(ret->name, F_OK) == 0)
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is there already; -y overwrites it", ret->name);
        for (size_t i = 0; i < arguments->operands.count; i++) {
                struct stat a, b;

                if (stat(arguments->operands.items[i], &a) == 0 && stat(ret->name, &b) == 0 && a.st_ino == b.st_ino &&
                    a.st_dev == b.st_dev)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is what is read", ret->name);
        }
        if (asprintf(&ret->part, "%s.offwin-new-%ld", ret->name, (long)getpid()) < 0) {
                ret->part = NULL;
                return ow_fail_nomem(err);
        }
        ret->fd = open(ret->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        return ret->fd < 0 ? ow_fail_sys(err, errno, "make '%s'", ret->part) : 0;
}

int reg_output_finish(struct reg_output *out, ow_error *err)
{
        int r = 0;

        if (!out->part)
                return 0;
        if (close(out->fd) != 0 || rename(out->part, out->name) != 0)
                r = ow_fail_sys(err, errno, "write '%s'", out->name);
        out->fd = -1;
        if (r == 0) {
                free(out->part);
                out->part = NULL;
        }
        return r;
}

void reg_output_close(struct reg_output *out)
{
        if (out->part) {
                if (out->fd >= 0)
                        (void)close(out->fd);
                (void)unlink(out->part);
                free(out->part);
        }
        out->part = NULL;
}

/* ---- export ---- */

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

/* What stands for the key in the text: of a hive file where Windows shows it, of a DISK what the user wrote. */
static char *prefix_of(const struct target *target, const char *path, const char *place)
{
        ow_reg_path parsed = { 0 };
        char *prefix = NULL;
        int r;

        if (target->file)
                r = asprintf(&prefix, "%s%s%s", ow_hivefile_prefix(target->file), *place ? "\\" : "", place);
        else if (ow_reg_path_parse(path, &parsed, NULL) < 0)
                return NULL;
        else
                r = asprintf(&prefix, "%s\\%s", parsed.root == OW_ROOT_HKLM ? "HKEY_LOCAL_MACHINE" :
                             parsed.root == OW_ROOT_HKU ? "HKEY_USERS" : "HKEY_CURRENT_USER", parsed.rest);
        ow_reg_path_done(&parsed);
        return r < 0 ? NULL : prefix;
}

static int export_key(struct export *export, struct target *target, const char *path, const char *place,
                      struct reg_output *out, ow_reg_counts *counts, ow_error *err)
{
        unsigned flags = (has(export->arguments, OPTION_UTF8) ? 0u : OW_REG_EXPORT_UTF16) |
                         (has(export->arguments, OPTION_SKIP_DAMAGED) ? OW_REG_EXPORT_SKIP_DAMAGED : 0u);
        char *prefix = prefix_of(target, path, place);
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
        AUTO_REG_OUTPUT out = { .fd = -1 };
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
                r = target_places_to_read(&target, path, &places, &err);
        if (r == 0 && places.count != 1)
                r = ow_fail(&err, OW_E_INVAL, OW_NOWHERE, "'%s' stands for %zu keys: name one of them below HKU", path,
                            places.count);
        if (r == 0)
                r = reg_output_open(arguments, &out, &err);
        if (r == 0)
                r = export_key(&export, &target, path, places.items[0], &out, &counts, &err);
        if (r == 0)
                r = reg_output_finish(&out, &err);
        code = r < 0 ? fail(arguments, &err) : tell(&export, *path ? path : "\\", &out, &counts);
        return code == 0 && export.n_lost ? EXIT_TO_DO : code;
}
