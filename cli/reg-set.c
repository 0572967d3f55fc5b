/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin reg set|rm: one value or one key, in every place that the path stands for. */
#include <stdlib.h>

#include "commands.h"
#include "output.h"
#include "reg.h"
#include "reg-edit.h"

struct request {
        const char *path;
        const char *name;               /* NULL: the key itself */
        uint32_t type;
        uint32_t form;                  /* the type that DATA is typed as */
        ow_blob data;
        bool recursive;
};

/* ---- set ---- */

static int make_set(void *state, struct editor *editor, ow_error *err)
{
        const struct request *request = state;
        AUTO_PLACES places = { 0 };
        int r = target_places_to_edit(editor->target, request->path, &places, err);

        for (size_t i = 0; r == 0 && i < places.count; i++) {
                ow_regkey at;

                r = editor_key(editor, places.items[i], &at, err);
                if (r == 0 && request->name)
                        r = editor_set(editor, places.items[i], at, request->name, request->type, request->data.p,
                                       request->data.size, err);
        }
        return r;
}

/* DATA, of which binary types need none. */
static int parse_data(const struct arguments *arguments, struct request *request, ow_error *err)
{
        static const char *const empty[] = { "" };
        const char *const *texts = arguments->operands.items + 4;
        size_t count = arguments->operands.count - 4;

        if (count == 0 && (request->form == OW_REG_NONE || request->form == OW_REG_BINARY))
                return ow_reg_parse_data(request->form, empty, 1, &request->data, err);
        return ow_reg_parse_data(request->form, texts, count, &request->data, err);
}

int run_reg_set(const struct arguments *arguments)
{
        const char **words = arguments->operands.items;
        size_t count = arguments->operands.count;
        struct request request = { .path = words[1], .name = count > 2 ? reg_value_name(words[2]) : NULL };
        struct reg_edit edit = { .title = "offwin reg set", .state = &request, .make = make_set };
        ow_error err = OW_ERROR_INIT;
        int code;

        if (count == 3)
                return usage_error(arguments->command, "'%s' needs a TYPE and its DATA", words[2]);
        if (count > 3 && !ow_reg_type_parse(words[3], &request.type, &request.form))
                return usage_error(arguments->command, "'%s' is not a registry type", words[3]);
        if (count > 3 && parse_data(arguments, &request, &err) < 0)
                return fail(arguments, &err);
        code = reg_edit_run(arguments, words[0], &edit);
        ow_blob_done(&request.data);
        return code;
}

/* ---- rm ---- */

static int has_subkeys(ow_regkey at, ow_error *err)
{
        ow_key_info info = { 0 };
        int r = ow_hive_key_info(at.hive, at.key, &info, err);

        if (r == 0)
                r = info.n_subkeys > 0;
        ow_key_info_done(&info);
        return r;
}

/* 1 it was there, 0 not, < 0 error. */
static int remove_from(const struct request *request, struct editor *editor, const char *place, ow_error *err)
{
        size_t before = editor->rows.count;
        ow_regkey at;
        int r = target_find(editor->target, place, &at, err);

        if (r <= 0)
                return r;
        if (request->name) {
                r = target_editable(editor->target, place, err);
                if (r == 0)
                        r = editor_remove_value(editor, place, at, request->name, err);
                return r < 0 ? r : editor->rows.count > before;
        }
        r = request->recursive ? 0 : has_subkeys(at, err);
        if (r > 0)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' has subkeys: -r removes them too",
                               place_shown(place));
        if (r == 0)
                r = editor_remove_key(editor, place, err);
        return r < 0 ? r : 1;
}

/* What a user names has to be there, in one of the places at least. */
static int make_rm(void *state, struct editor *editor, ow_error *err)
{
        const struct request *request = state;
        AUTO_PLACES places = { 0 };
        bool found = false;
        ow_regkey at;
        int r = target_places_to_edit(editor->target, request->path, &places, err);

        for (size_t i = 0; r >= 0 && i < places.count; i++) {
                r = remove_from(request, editor, places.items[i], err);
                found |= r > 0;
        }
        if (r < 0 || found)
                return r < 0 ? r : 0;
        for (size_t i = 0; r >= 0 && i < places.count; i++)
                r = target_need(editor->target, places.items[i], &at, err);
        if (r < 0)
                return r;
        return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no value '%s' in '%s'",
                       request->name && *request->name ? request->name : "@", request->path);
}

int run_reg_rm(const struct arguments *arguments)
{
        const char **words = arguments->operands.items;
        struct request request = { .path = words[1], .recursive = has(arguments, OPTION_TREE),
                                   .name = arguments->operands.count > 2 ? reg_value_name(words[2]) : NULL };
        struct reg_edit edit = { .title = "offwin reg rm", .brief = true, .state = &request, .make = make_rm };

        return reg_edit_run(arguments, words[0], &edit);
}
