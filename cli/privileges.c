/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "privileges.h"

#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/reg.h>
#include <offwin/sandbox.h>

#include "output.h"
#include "sanitizer.h"

static unsigned n_expected = 1;
static const char *made_below;          /* or NULL */
static const struct text_list *read_too;        /* or NULL */
static ow_reg_codepage *converter;      /* loaded while code can still be loaded; until the end */
static locale_t characters;             /* what the library's expressions know of letters; likewise */

void privileges_expect(unsigned n_opened)
{
        n_expected = n_opened;
}

void privileges_make_below(const char *folder)
{
        made_below = folder;
}

void privileges_read_too(const struct text_list *files)
{
        read_too = files;
}

struct paths {
        char **items;
        size_t count;
};

static void paths_done(struct paths *paths)
{
        for (size_t i = 0; i < paths->count; i++)
                free(paths->items[i]);
        free(paths->items);
}

/* Takes path over, which may be NULL when there was no memory for it. */
static bool add(struct paths *paths, char *path)
{
        char **grown = path ? realloc(paths->items, (paths->count + 1) * sizeof *grown) : NULL;

        if (!grown) {
                free(path);
                return false;
        }
        paths->items = grown;
        grown[paths->count++] = path;
        return true;
}

/* The folder that path is in, where it really is. */
static char *folder_of(const char *path)
{
        char real[PATH_MAX];
        const char *whole = realpath(path, real) ? real : path;
        const char *slash = strrchr(whole, '/');

        if (!slash)
                return strdup(".");
        return strndup(whole, slash == whole ? 1 : (size_t)(slash - whole));
}

static bool add_folder(struct paths *paths, const char *file)
{
        return !file || add(paths, folder_of(file));
}

/* The folders of the disks hold the undo records; those are read by every command. */
static bool collect(const struct privileges *p, struct paths *readable, struct paths *writable)
{
        const struct arguments *a = p->arguments;
        const struct text_list *named[] = { &a->operands, &a->disks, &a->fix_dirs }, *disks[] = { p->disks, &a->disks };
        struct paths *records = p->writable ? writable : readable;
        bool ok = true;

        for (size_t k = 0; k < sizeof named / sizeof named[0]; k++)
                for (size_t i = 0; i < named[k]->count; i++)
                        ok = ok && add(readable, strdup(named[k]->items[i]));
        for (size_t i = 0; read_too && i < read_too->count; i++)
                ok = ok && add(readable, strdup(read_too->items[i]));
        for (size_t k = 0; k < sizeof disks / sizeof disks[0] && !a->journal_dir; k++)
                for (size_t i = 0; i < disks[k]->count; i++)
                        ok = ok && add_folder(records, disks[k]->items[i]);
        if (a->journal_dir)
                ok = ok && add(records, strdup(a->journal_dir));
        if (made_below)
                ok = ok && add(writable, strdup(made_below));
        return ok && add_folder(writable, a->output) && add_folder(writable, a->html);
}

static int enter(const struct paths *readable, const struct paths *writable, const ow_log *log, ow_error *err)
{
        ow_sandbox_options options = { .flags = (SANITIZED ? OW_SANDBOX_GENTLE : 0u) |
                                                 (made_below ? OW_SANDBOX_FOLDERS : 0u),
                                       .readable = (const char *const *)readable->items,
                                       .n_readable = readable->count,
                                       .writable = (const char *const *)writable->items,
                                       .n_writable = writable->count };
        ow_sandbox_status status = { 0 };
        int r = ow_sandbox_enter(&options, &status, err);

        if (r == 0 && log->fn && !status.landlock)
                log->fn(log->state, OW_LOG_INFO, "this kernel has no Landlock: files are not closed off");
        if (r == 0 && log->fn && !status.seccomp)
                log->fn(log->state, OW_LOG_INFO, "this kernel has no seccomp: system calls are not filtered");
        return r;
}

/* Files of the C library that are opened late. It keeps what is in use, and takes it from there the next time. What is
 * wrong with one is told by whoever needs it. */
static void load_late_files(const struct arguments *arguments)
{
        unsigned number;

        if (arguments->codepage && !converter && ow_reg_codepage_parse(arguments->codepage, &number))
                (void)!ow_reg_codepage_open(number, &converter, NULL);
        if (has(arguments, OPTION_REGEX) && !characters)
                characters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

int privileges_drop(const struct privileges *privileges, ow_error *err)
{
        struct paths readable = { 0 }, writable = { 0 };
        ow_log log = log_for(privileges->arguments);
        int r;

        if (n_expected > 1) {
                n_expected--;
                return 0;
        }
        load_late_files(privileges->arguments);
        if (collect(privileges, &readable, &writable))
                r = enter(&readable, &writable, &log, err);
        else
                r = ow_fail_nomem(err);
        paths_done(&readable);
        paths_done(&writable);
        return r;
}

int privileges_drop_at_open(void *state, ow_error *err)
{
        return privileges_drop(state, err);
}
