/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin file put|rm|mkdir: plans of files, on the way that every plan takes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "host-files.h"
#include "output.h"
#include "session.h"
#include "supervise.h"

enum {
        MAX_DEPTH = 128,        /* folders in each other */
        TREE_BYTES = 128 << 20, /* what a tree of many files is worth in memory and time, beside their contents */
};

struct request {
        const struct arguments *arguments;
        struct host_files files;
        ow_plan *plan;
        ow_guest *guest;
};

static struct text_list disk_of(const struct arguments *arguments)
{
        return (struct text_list){ arguments->operands.items, 1 };
}

static int run(const struct arguments *arguments, const char *title,
               int (*add)(struct plan_state *state, ow_guest *guest, ow_error *err))
{
        struct request request = { .arguments = arguments };
        struct plan_state state = { .add = add, .more = &request, .files_only = true };
        struct text_list disk = disk_of(arguments);
        int code;

        if (has(arguments, OPTION_TREE))
                supervise_expect(TREE_BYTES);
        code = run_plan(arguments, &disk, title, &state);

        host_files_done(&request.files);
        return code;
}

/* Calls one for every operand behind the disk. */
static int add_each(struct plan_state *state, ow_guest *guest,
                    int (*one)(struct request *request, const char *path, ow_error *err), ow_error *err)
{
        struct request *request = state->more;
        const struct text_list *operands = &request->arguments->operands;
        int r = 0;

        request->plan = state->plan;
        request->guest = guest;
        for (size_t i = 1; r == 0 && i < operands->count; i++)
                r = one(request, operands->items[i], err);
        return r;
}

/* ---- rm, mkdir ---- */

static int remove_one(struct request *request, const char *path, ow_error *err)
{
        return ow_plan_remove(request->plan, request->guest, path, has(request->arguments, OPTION_TREE), err);
}

static int add_rm(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        return add_each(state, guest, remove_one, err);
}

int run_file_rm(const struct arguments *arguments)
{
        return run(arguments, "offwin file rm", add_rm);
}

static int make_one_folder(struct request *request, const char *path, ow_error *err)
{
        int r = ow_plan_make_folder(request->plan, request->guest, path, err);

        return r < 0 ? r : 0;
}

static int add_mkdir(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        return add_each(state, guest, make_one_folder, err);
}

int run_file_mkdir(const struct arguments *arguments)
{
        return run(arguments, "offwin file mkdir", add_mkdir);
}

/* ---- put ---- */

static int put(struct request *request, const char *from, const char *to, unsigned depth, ow_error *err);

/* A name with a backslash would be two names in the guest. */
static int put_entry(struct request *request, const char *from, const char *to, const char *name, unsigned depth,
                     ow_error *err)
{
        char *below_from = NULL, *below_to = NULL;
        int r;

        if (strchr(name, '\\'))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s/%s': Windows does not allow '\\' in a name", from,
                               name);
        if (asprintf(&below_from, "%s/%s", from, name) < 0)
                below_from = NULL;
        if (asprintf(&below_to, "%s\\%s", to, name) < 0)
                below_to = NULL;
        r = below_from && below_to ? put(request, below_from, below_to, depth + 1, err) : ow_fail_nomem(err);
        free(below_from);
        free(below_to);
        return r;
}

static int put_folder(struct request *request, const char *from, const char *to, unsigned depth, ow_error *err)
{
        char **names = NULL;
        int r;

        if (depth > MAX_DEPTH)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' is more than %d folders deep", from, MAX_DEPTH);
        r = ow_plan_make_folder(request->plan, request->guest, to, err);
        if (r >= 0)
                r = host_names(from, &names, err);
        for (char **name = names; r == 0 && *name; name++)
                r = put_entry(request, from, to, *name, depth, err);
        host_names_free(names);
        return r < 0 ? r : 0;
}

static int put(struct request *request, const char *from, const char *to, unsigned depth, ow_error *err)
{
        ow_source content;
        int r = host_is_folder(from, depth == 0, err);

        if (r > 0 && !has(request->arguments, OPTION_TREE))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is a folder; -r copies it with all that is in it",
                               from);
        if (r > 0)
                return put_folder(request, from, to, depth, err);
        if (r >= 0)
                r = host_files_add(&request->files, from, depth == 0, &content, err);
        if (r >= 0) {
                supervise_expect(content.size);
                r = ow_plan_put_file(request->plan, request->guest, to, &content, err);
        }
        return r < 0 ? r : 0;
}

/* 1 when what is put goes into the folder to, 0 when to is its new name, < 0. */
static int goes_into(ow_guest *guest, const char *to, size_t n_from, ow_error *err)
{
        size_t size = strlen(to);
        ow_volume *volume;
        ow_stat stat;
        char *inside;
        int r;

        if (size && (to[size - 1] == '\\' || to[size - 1] == '/'))
                return 1;
        r = ow_guest_resolve_path(guest, to, &volume, &inside, err);
        if (r < 0)
                return r;
        r = ow_volume_stat(volume, inside, &stat, err);
        ow_text_free(inside);
        if (r < 0)
                return r;
        if (n_from > 1 && r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE,
                               "several files go into a folder, and '%s' is not there; "
                               "'%s\\' makes it",
                               to, to);
        return r > 0 && (n_from > 1 || (stat.attributes & OW_ATTR_DIRECTORY));
}

/* The last name of a path of the host. *ret is the caller's: free(). */
static int name_of(const char *from, char **ret, ow_error *err)
{
        size_t size = strlen(from), begin;

        while (size > 1 && from[size - 1] == '/')
                size--;
        for (begin = size; begin > 0 && from[begin - 1] != '/';)
                begin--;
        *ret = strndup(from + begin, size - begin);
        if (!*ret)
                return ow_fail_nomem(err);
        if (**ret && strcmp(*ret, ".") != 0 && strcmp(*ret, "..") != 0 && strcmp(*ret, "/") != 0)
                return 0;
        free(*ret);
        *ret = NULL;
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' has no name of its own; name the folder", from);
}

static int put_operand(struct request *request, const char *from, const char *to, bool into, ow_error *err)
{
        char *name = NULL;
        size_t size = strlen(to);
        char *folder;
        int r;

        if (!into)
                return put(request, from, to, 0, err);
        while (size && (to[size - 1] == '\\' || to[size - 1] == '/'))
                size--;
        folder = strndup(to, size);
        r = folder ? name_of(from, &name, err) : ow_fail_nomem(err);
        if (r == 0 && strchr(name, '\\'))
                r = ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s': Windows does not allow '\\' in a name", from);
        if (r == 0) {
                char *whole = NULL;

                if (asprintf(&whole, "%s\\%s", folder, name) < 0)
                        whole = NULL;
                r = whole ? put(request, from, whole, 0, err) : ow_fail_nomem(err);
                free(whole);
        }
        free(folder);
        free(name);
        return r;
}

static int add_put(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        struct request *request = state->more;
        const struct text_list *operands = &request->arguments->operands;
        const char *to = operands->items[operands->count - 1];
        int r, into;

        request->plan = state->plan;
        request->guest = guest;
        r = into = goes_into(guest, to, operands->count - 2, err);
        for (size_t i = 1; r >= 0 && i + 1 < operands->count; i++)
                r = put_operand(request, operands->items[i], to, into, err);
        return r < 0 ? r : 0;
}

int run_file_put(const struct arguments *arguments)
{
        return run(arguments, "offwin file put", add_put);
}
