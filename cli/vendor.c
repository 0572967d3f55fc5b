/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin vendor list|disable|remove: software of hardware and hypervisor vendors in a guest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/vendor.h>

#include "commands.h"
#include "output.h"
#include "session.h"

/* ---- list ---- */

static int report(const struct arguments *arguments, ow_guest *guest, const ow_fix_set *set, char **ret,
                  ow_error *err)
{
        ow_report_options options = report_options(arguments);
        ow_vendor_packs packs;
        int r;

        r = ow_vendor_find(guest, set, &packs, err);
        if (r < 0)
                return r;
        r = ow_report_vendor(guest, &packs, has(arguments, OPTION_ALL), &options, ret, err);
        ow_vendor_packs_done(&packs);
        return r;
}

int run_vendor_list(const struct arguments *arguments)
{
        AUTO_SESSION session = { 0 };
        AUTO_FIXES set = NULL;
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;
        int r;

        r = load_fixes(arguments, &set, &err);
        if (r == 0)
                r = session_open(arguments, &arguments->operands, false, &session, &err);
        if (r == 0)
                r = session_open_guest(arguments, &session, &err);
        if (r == 0)
                r = report(arguments, session.guest, set, &text, &err);
        return r < 0 ? fail(arguments, &err) : print_report(arguments, text);
}

/* ---- disable, remove ---- */

struct request {
        const ow_fix_set *set;
        struct text_list disks, names;
        unsigned flags; /* OW_VENDOR_* */
};

static bool is_pack(const ow_fix_set *set, const char *word)
{
        const ow_fix *fix = ow_fix_set_find(set, word);

        return fix && ow_fix_is_pack(fix);
}

/* An operand that is the name of a pack is that pack; the others are DISKs. Both arrays have room for everything. */
static int sort_operands(const struct arguments *arguments, struct request *request)
{
        for (size_t i = 0; i < arguments->operands.count; i++) {
                const char *word = arguments->operands.items[i];
                struct text_list *list = is_pack(request->set, word) ? &request->names : &request->disks;

                list->items[list->count++] = word;
        }
        if (request->disks.count == 0)
                return usage_error(arguments->command, "no DISK: offwin %s %s", arguments->command->name,
                                   arguments->command->operands);
        if (request->names.count == 0 && request->disks.count > 1)
                return usage_error(arguments->command, "'%s' is no vendor pack (offwin vendor list --all)",
                                   request->disks.items[request->disks.count - 1]);
        if (request->names.count == 0)
                return usage_error(arguments->command, "which packs? name them (offwin vendor list %s)",
                                   request->disks.items[0]);
        return 0;
}

static int add(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        const struct request *request = state->more;

        return ow_plan_vendor(state->plan, guest, request->set, request->names.items, request->names.count,
                              request->flags, err);
}

static int run(const struct arguments *arguments, struct request *request)
{
        struct plan_state state = { .add = add, .more = request };
        char title[200];
        int code = sort_operands(arguments, request);

        if (code)
                return code;
        (void)snprintf(title, sizeof title, "offwin %s", arguments->command->name);
        for (size_t i = 0; i < request->names.count; i++)
                (void)snprintf(title + strlen(title), sizeof title - strlen(title), " %s", request->names.items[i]);
        return run_plan(arguments, &request->disks, title, &state);
}

static int act(const struct arguments *arguments, unsigned flags)
{
        AUTO_FIXES set = NULL;
        struct request request = { .flags = flags };
        ow_error err = OW_ERROR_INIT;
        int code;

        if (load_fixes(arguments, &set, &err) < 0)
                return fail(arguments, &err);
        request.set = set;
        request.disks.items = calloc(arguments->operands.count + 1, sizeof *request.disks.items);
        request.names.items = calloc(arguments->operands.count + 1, sizeof *request.names.items);
        code = request.disks.items && request.names.items ? run(arguments, &request) : out_of_memory();
        free(request.disks.items);
        free(request.names.items);
        return code;
}

int run_vendor_disable(const struct arguments *arguments)
{
        return act(arguments, (has(arguments, OPTION_FORCE) ? OW_VENDOR_FORCE : 0) |
                                      (has(arguments, OPTION_UNINSTALL) ? OW_VENDOR_UNINSTALL : 0));
}

int run_vendor_remove(const struct arguments *arguments)
{
        return act(arguments, OW_VENDOR_REMOVE | (has(arguments, OPTION_FORCE) ? OW_VENDOR_FORCE : 0) |
                                      (has(arguments, OPTION_UNINSTALL) ? OW_VENDOR_UNINSTALL : 0) |
                                      (has(arguments, OPTION_FILES) ? OW_VENDOR_FILES : 0));
}
