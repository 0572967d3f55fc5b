/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin reg set: one value, in every place that the path stands for. The same way as a fix: shown first, written as
 * one transaction, read back.
 */
#include <stdlib.h>
#include <string.h>

#include <offwin/reg.h>
#include <offwin/registry.h>

#include "commands.h"
#include "output.h"
#include "reg.h"
#include "session.h"

struct request {
        const char *path, *name;
        uint32_t type;
        ow_blob data;
        ow_change *changes;             /* places where something changes; a new key is a change before its value */
        size_t n_changes;
};

static void request_done(struct request *request)
{
        for (size_t i = 0; i < request->n_changes; i++) {
                free(request->changes[i].where);
                ow_blob_done(&request->changes[i].before.data);
        }
        free(request->changes);
        ow_blob_done(&request->data);
}

/* after.data is the request's and not freed with the change. */
static int add_change(struct request *request, enum ow_change_kind kind, const char *where, ow_datum *before,
                      ow_error *err)
{
        ow_change *changes = realloc(request->changes, (request->n_changes + 1) * sizeof *changes);
        ow_change *change;
        char *copy;

        if (!changes)
                return ow_fail_nomem(err);
        request->changes = changes;
        copy = strdup(where);
        if (!copy)
                return ow_fail_nomem(err);
        change = &changes[request->n_changes++];
        *change = (ow_change){ .kind = kind, .where = copy, .name = (char *)(uintptr_t)request->name };
        if (kind == OW_CHANGE_VALUE) {
                change->after = (ow_datum){ true, request->type, request->data };
                change->before = *before;
                *before = (ow_datum){ 0 };
        }
        return 0;
}

static bool same(const ow_datum *before, const struct request *request)
{
        return before->present && before->type == request->type && before->data.size == request->data.size &&
               (request->data.size == 0 || memcmp(before->data.p, request->data.p, request->data.size) == 0);
}

static int plan_place(struct request *request, ow_guest *guest, const char *path, ow_error *err)
{
        ow_datum before = { 0 };
        ow_regkey at;
        int r;

        r = ow_registry_find(guest, path, &at, err);
        if (r < 0)
                return r;
        if (r == 0)
                r = add_change(request, OW_CHANGE_KEY_CREATE, path, NULL, err);
        else
                r = ow_hive_get_value(at.hive, at.key, request->name, &before.type, &before.data, err);
        if (r < 0)
                return r;
        before.present = r > 0;
        r = same(&before, request) ? 0 : add_change(request, OW_CHANGE_VALUE, path, &before, err);
        ow_blob_done(&before.data);
        return r;
}

static int plan(void *state, ow_guest *guest, size_t *ret_changes, ow_error *err)
{
        struct request *request = state;
        char **paths;
        size_t count;
        int r;

        r = ow_registry_expand(guest, request->path, &paths, &count, err);
        if (r < 0)
                return r;
        for (size_t i = 0; r == 0 && i < count; i++)
                r = plan_place(request, guest, paths[i], err);
        ow_registry_paths_free(paths, count);
        *ret_changes = request->n_changes;
        return r;
}

static int report(void *state, ow_guest *guest, enum ow_plan_outcome outcome, const ow_commit_result *commit,
                  const ow_report_options *options, char **ret, ow_error *err)
{
        const struct request *request = state;

        return ow_report_changes(guest, request->changes, request->n_changes, outcome, commit, options, ret, err);
}

static int apply(void *state, ow_guest *guest, ow_error *err)
{
        const struct request *request = state;

        for (size_t i = 0; i < request->n_changes; i++) {
                const ow_change *change = &request->changes[i];
                ow_regkey at;
                int r;

                r = ow_registry_create(guest, change->where, &at, err);
                if (r == 0 && change->kind == OW_CHANGE_VALUE)
                        r = ow_hive_set_value(at.hive, at.key, change->name, change->after.type,
                                              change->after.data.p, change->after.data.size, err);
                if (r < 0)
                        return ow_wrap(err, r, "set '%s' of '%s'", change->name, change->where);
        }
        return 0;
}

static int verify(void *state, ow_guest *guest, ow_error *err)
{
        const struct request *request = state;

        for (size_t i = 0; i < request->n_changes; i++) {
                const ow_change *change = &request->changes[i];
                ow_datum found = { 0 };
                bool equal;
                int r;

                if (change->kind != OW_CHANGE_VALUE)
                        continue;
                r = ow_registry_get(guest, change->where, change->name, &found.type, &found.data, err);
                if (r < 0)
                        return r;
                found.present = r > 0;
                equal = same(&found, request);
                ow_blob_done(&found.data);
                if (!equal)
                        return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "'%s' of '%s' reads back differently",
                                       change->name, change->where);
        }
        return 0;
}

int run_reg_set(const struct arguments *arguments)
{
        const char **words = arguments->operands.items;
        struct text_list disk = { words, 1 };
        struct request request = { .path = words[1], .name = reg_value_name(words[2]) };
        struct edit edit = { "offwin reg set", &request, plan, report, apply, verify };
        ow_error err = OW_ERROR_INIT;
        int code;

        if (!ow_reg_type_parse(words[3], &request.type))
                return usage_error(arguments->command, "'%s' is not a registry type", words[3]);
        if (ow_reg_parse_data(request.type, words + 4, arguments->operands.count - 4, &request.data, &err) < 0)
                return fail(arguments, &err);
        code = run_edit(arguments, &disk, &edit);
        request_done(&request);
        return code;
}
