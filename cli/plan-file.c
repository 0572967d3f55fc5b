/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan-file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "privileges.h"
#include "supervise.h"

enum { PLAN_BYTES = 1 << 20 };

void plan_file_done(struct plan_file *plan)
{
        for (size_t i = 0; i < plan->paths.count; i++)
                free((char *)(uintptr_t)plan->paths.items[i]);
        free(plan->paths.items);
        free(plan->contents);
        host_files_done(&plan->host);
        ow_planfile_free(plan->file);
        *plan = (struct plan_file){ 0 };
}

static int read_text(const char *path, char **ret, size_t *ret_size, ow_error *err)
{
        FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
        char *text = malloc(PLAN_BYTES + 1);
        int r = 0;

        if (!f)
                r = ow_fail_sys(err, errno, "read '%s'", path);
        else if (!text)
                r = ow_fail_nomem(err);
        if (r == 0) {
                *ret_size = fread(text, 1, PLAN_BYTES + 1, f);
                if (ferror(f))
                        r = ow_fail_sys(err, errno, "read '%s'", path);
        }
        if (f && f != stdin)
                (void)fclose(f);
        if (r < 0) {
                free(text);
                return r;
        }
        *ret = text;
        return 0;
}

/* The folder of the plan file, where it really is. */
static int folder_of(const char *path, char folder[PATH_MAX], ow_error *err)
{
        char *slash;

        if (!realpath(strcmp(path, "-") == 0 ? "." : path, folder))
                return ow_fail_sys(err, errno, "find '%s'", path);
        slash = strrchr(folder, '/');
        if (slash && strcmp(path, "-") != 0)
                slash[slash == folder] = '\0';
        return 0;
}

/* A plan may come from somebody else: it reaches no file outside of its own folder, links followed. */
static int find(const char *folder, const char *name, char real[PATH_MAX], ow_error *err)
{
        size_t size = strlen(folder);
        char *path = NULL;
        int r = 0;

        if (name[0] == '/')
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "the plan names '%s', which is not below its folder",
                               name);
        if (asprintf(&path, "%s/%s", folder, name) < 0)
                return ow_fail_nomem(err);
        if (!realpath(path, real))
                r = ow_fail_sys(err, errno, "find '%s', which the plan names", path);
        else if (strncmp(real, folder, size) != 0 || (real[size] != '/' && size > 1))
                r = ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "the plan names '%s', which is not below its folder",
                            name);
        free(path);
        return r;
}

static int add(struct plan_file *plan, const char *folder, const char *name, size_t index, ow_error *err)
{
        char real[PATH_MAX];
        int r = find(folder, name, real, err);

        if (r < 0)
                return r;
        plan->paths.items[index] = strdup(real);
        if (!plan->paths.items[index])
                return ow_fail_nomem(err);
        plan->paths.count++;
        r = host_files_add(&plan->host, real, false, &plan->contents[index], err);
        if (r == 0)
                supervise_expect(plan->contents[index].size);
        return r;
}

static int add_all(struct plan_file *plan, const char *path, ow_error *err)
{
        size_t n = ow_planfile_host_count(plan->file);
        char folder[PATH_MAX];
        int r = folder_of(path, folder, err);

        plan->contents = calloc(n + 1, sizeof *plan->contents);
        plan->paths.items = calloc(n + 1, sizeof *plan->paths.items);
        if (r == 0 && (!plan->contents || !plan->paths.items))
                r = ow_fail_nomem(err);
        for (size_t i = 0; i < n && r == 0; i++)
                r = add(plan, folder, ow_planfile_host_path(plan->file, i), i, err);
        return r;
}

int plan_file_load(const struct arguments *arguments, struct plan_file *ret, ow_error *err)
{
        size_t size = 0;
        char *text = NULL;
        int r;

        if (!arguments->plan)
                return 0;
        r = read_text(arguments->plan, &text, &size, err);
        if (r == 0)
                r = ow_planfile_parse(arguments->plan, text, size, &ret->file, err);
        free(text);
        if (r == 0)
                r = add_all(ret, arguments->plan, err);
        if (r == 0)
                privileges_read_too(&ret->paths);
        return r;
}
