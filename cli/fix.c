/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin fix: which of the operands are fixes and which are disks, then the way of every plan. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "handover.h"
#include "output.h"
#include "plan-file.h"
#include "session.h"

struct request {
        const ow_fix_set *set;
        struct text_list disks;
        struct text_list names; /* empty with all: every fix that is part of --all */
        ow_fix_parameter *parameters;
        size_t n_parameters;
        bool fixes; /* any at all: --nic may stand alone */
        bool all;   /* --all: also teams that lose their addresses are taken apart */
        struct handovers handovers;
        struct plan_file plan;
};

static void request_done(struct request *request)
{
        free(request->disks.items);
        free(request->names.items);
        parameters_free(&request->parameters);
        handovers_done(&request->handovers);
        plan_file_done(&request->plan);
}

static int list_fixes(const struct arguments *arguments, const ow_fix_set *set)
{
        ow_report_options options = report_options(arguments);
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;

        if (ow_report_fixes(set, &options, &text, &err) < 0)
                return fail(arguments, &err);
        return print_report(arguments, text);
}

/* Words that are neither a fix nor anything openable are typing errors: better told before a disk is opened. */
static bool may_be_disk(const char *word)
{
        return strncmp(word, "nbd", 3) == 0 || strchr(word, '/') || access(word, F_OK) == 0 || errno != ENOENT;
}

/* Sorts the operands into disks and fixes. Both arrays have room for everything. */
static int sort_operands(const struct arguments *arguments, struct request *request)
{
        for (size_t i = 0; i < arguments->operands.count; i++) {
                const char *word = arguments->operands.items[i];

                if (ow_fix_set_find(request->set, word))
                        request->names.items[request->names.count++] = word;
                else if (i == 0 || may_be_disk(word))
                        request->disks.items[request->disks.count++] = word;
                else
                        return usage_error(arguments->command,
                                           "'%s' is neither a file nor a known fix (offwin fix "
                                           "--list)",
                                           word);
        }
        if (request->disks.count == 0)
                return usage_error(arguments->command, "no DISK: offwin fix %s", arguments->command->operands);
        request->all = has(arguments, OPTION_ALL);
        request->fixes = request->names.count > 0 || request->all;
        if (!request->fixes && !has(arguments, OPTION_NIC) && !has(arguments, OPTION_PLAN))
                return usage_error(arguments->command, "which fixes? name them, or --all, or --plan FILE (offwin fix "
                                                       "--list)");
        return 0;
}

/* --all together with names: the names of all, then the others. */
static void add_all(struct request *request)
{
        size_t n_asked = request->names.count;

        for (size_t i = 0; i < ow_fix_set_count(request->set); i++) {
                const ow_fix *fix = ow_fix_set_get(request->set, i);
                bool asked = false;

                for (size_t j = 0; j < n_asked; j++)
                        asked = asked || strcmp(request->names.items[j], ow_fix_name(fix)) == 0;
                if (ow_fix_in_all(fix) && !asked)
                        request->names.items[request->names.count++] = ow_fix_name(fix);
        }
}

static int read_request(const struct arguments *arguments, struct request *request)
{
        size_t room = arguments->operands.count + ow_fix_set_count(request->set) + 1;
        int code;

        request->disks.items = calloc(room, sizeof *request->disks.items);
        request->names.items = calloc(room, sizeof *request->names.items);
        if (!request->disks.items || !request->names.items)
                return out_of_memory();
        code = parameters_of(arguments, &request->parameters);
        if (code)
                return code;
        request->n_parameters = arguments->sets.count;
        code = handovers_of(arguments, &request->handovers);
        if (code)
                return code;
        code = sort_operands(arguments, request);
        if (code)
                return code;
        if (has(arguments, OPTION_ALL) && request->names.count > 0)
                add_all(request);
        return 0;
}

static int add(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        const struct request *request = state->more;
        size_t count = request->names.count;
        int r = 0;

        if (request->fixes)
                r = ow_plan_add_fixes(state->plan, guest, request->set, count ? request->names.items : NULL, count,
                                      request->parameters, request->n_parameters, err);
        if (r == 0 && request->plan.file)
                r = ow_plan_add_planfile(state->plan, guest, request->set, request->plan.file, request->plan.contents,
                                         err);
        if (r == 0)
                r = handovers_plan(&request->handovers, state->plan, guest, err);
        if (r == 0 && request->all && request->handovers.n_nics)
                r = ow_plan_unteam(state->plan, guest, NULL, 0, OW_UNTEAM_ONLY_FREED, err);
        return r;
}

int run_fix(const struct arguments *arguments)
{
        AUTO_FIXES set = NULL;
        struct request request = { 0 };
        struct plan_state state = { .add = add, .more = &request };
        ow_error err = OW_ERROR_INIT;
        char title[200] = "offwin fix";
        int code;

        if (load_fixes(arguments, &set, &err) < 0) {
                (void)fail(arguments, &err);
                return EXIT_FAILED;
        }
        if (has(arguments, OPTION_LIST))
                return list_fixes(arguments, set);
        request.set = set;
        code = read_request(arguments, &request);
        if (code == 0 && plan_file_load(arguments, &request.plan, &err) < 0)
                code = fail(arguments, &err);
        if (code == 0) {
                if (arguments->plan)
                        snprintf(title, sizeof title, "offwin fix --plan %.100s", arguments->plan);
                else if (has(arguments, OPTION_ALL))
                        snprintf(title, sizeof title, "offwin fix --all");
                for (size_t i = 0; i < request.names.count && !has(arguments, OPTION_ALL) && !arguments->plan; i++)
                        snprintf(title + strlen(title), sizeof title - strlen(title), " %s", request.names.items[i]);
                code = run_plan(arguments, &request.disks, title, &state);
        }
        request_done(&request);
        return code;
}
