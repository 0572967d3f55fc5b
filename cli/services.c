/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin svc|drv list|show|graph: services and drivers, chosen by filters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <offwin/service.h>

#include "commands.h"
#include "output.h"
#include "session.h"

/* What a list is to hold; 0 or NULL: whatever. */
struct choice {
        const struct arguments *arguments;
        bool drivers; /* drv; else svc */
        uint32_t control_set;
        uint32_t start; /* UINT32_MAX: any */
        uint32_t type;  /* a bit of Type */
};

struct chosen {
        const ow_service **items;
        size_t count, total;
};

static const struct {
        const char *name;
        uint32_t bit;
} types[] = {
        { "kernel", OW_SERVICE_KERNEL_DRIVER },
        { "fs", OW_SERVICE_FILE_SYSTEM_DRIVER },
        { "recognizer", OW_SERVICE_RECOGNIZER_DRIVER },
        { "adapter", OW_SERVICE_ADAPTER },
        { "own", OW_SERVICE_OWN_PROCESS },
        { "share", OW_SERVICE_SHARE_PROCESS },
        { "user", OW_SERVICE_USER },
        { "interactive", OW_SERVICE_INTERACTIVE },
};

/* 0, or an exit code after a message. */
static int parse_start(const struct arguments *a, uint32_t *ret)
{
        *ret = UINT32_MAX;
        if (!a->start)
                return 0;
        for (uint32_t i = OW_START_BOOT; i <= OW_START_DISABLED; i++)
                if (strcasecmp(a->start, ow_service_start_name(i)) == 0)
                        *ret = i;
        if (*ret != UINT32_MAX || strcasecmp(a->start, "delayed") == 0)
                return 0;
        return usage_error(a->command, "'--start %s' is none of boot, system, auto, delayed, demand, disabled",
                           a->start);
}

static int parse_type(const struct arguments *a, uint32_t *ret)
{
        *ret = 0;
        if (!a->service_type)
                return 0;
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
                if (strcasecmp(a->service_type, types[i].name) == 0)
                        *ret = types[i].bit;
        if (*ret)
                return 0;
        return usage_error(a->command,
                           "'--type %s' is none of kernel, fs, recognizer, adapter, own, share, user, "
                           "interactive",
                           a->service_type);
}

static int parse_control_set(const struct arguments *a, uint32_t *ret)
{
        char *end;
        unsigned long n;

        *ret = 0;
        if (!a->control_set)
                return 0;
        n = strtoul(a->control_set, &end, 10);
        if (end == a->control_set || *end || n == 0 || n > 999)
                return usage_error(a->command, "'--control-set %s' is no number from 1 to 999", a->control_set);
        *ret = (uint32_t)n;
        return 0;
}

static int parse_choice(const struct arguments *a, struct choice *ret)
{
        int code;

        ret->arguments = a;
        ret->drivers = strncmp(a->command->name, "drv", 3) == 0;
        code = parse_start(a, &ret->start);
        if (!code)
                code = parse_type(a, &ret->type);
        return code ? code : parse_control_set(a, &ret->control_set);
}

static bool is_asked_for(const struct choice *c, const ow_service *s)
{
        const char *start = c->arguments->start;

        if (ow_service_is_driver(s) != c->drivers)
                return false;
        if (start && strcasecmp(start, "delayed") == 0 && !(s->effective_start == OW_START_AUTO && s->delayed))
                return false;
        if (c->start != UINT32_MAX && s->effective_start != c->start)
                return false;
        return !c->type || (s->type != UINT32_MAX && (s->type & c->type));
}

static bool contains(const char *text, const char *part)
{
        return strcasestr(text, part) != NULL;
}

/* The filters that look further than the registry. 1 yes, 0 no, < 0 error. */
static int passes(const struct choice *c, ow_guest *guest, const ow_service *s, ow_error *err)
{
        const struct arguments *a = c->arguments;
        enum ow_service_file_state state;
        ow_service_verdict verdict;
        enum ow_service_origin origin;
        const char *evidence;
        ow_service_file file;
        int r = 0;

        if (has(a, OPTION_MISSING)) {
                r = ow_service_file_look(guest, s, &state, err);
                if (r < 0 || state != OW_SERVICE_FILE_MISSING)
                        return r;
        }
        if (a->network) {
                r = ow_service_verdict_get(guest, s, &verdict, err);
                if (r < 0)
                        return r;
                if (strcasecmp(a->network, "parkable") == 0
                            ? !verdict.parkable
                            : strcasecmp(a->network, ow_network_verdict_name(verdict.verdict)) != 0)
                        return 0;
        }
        if (has(a, OPTION_NON_MICROSOFT)) {
                r = ow_service_origin_get(guest, s, true, &origin, &evidence, err);
                if (r < 0 || origin == OW_ORIGIN_MICROSOFT)
                        return r;
        }
        if (a->vendor) {
                r = ow_service_file_get(guest, s, &file, err);
                if (r < 0)
                        return r;
                if (!contains(file.company, a->vendor) && !contains(file.product, a->vendor) &&
                    !contains(s->display_name, a->vendor) && !contains(s->file, a->vendor))
                        return 0;
        }
        return 1;
}

static int choose(const struct choice *c, ow_guest *guest, struct chosen *ret, ow_error *err)
{
        const ow_service_filter *filters;
        const ow_service *services;
        size_t n;
        int r = 0;

        if (c->drivers) /* a list of them that is odd is a problem of the machine */
                r = ow_guest_service_filters(guest, c->control_set, &filters, &n, err);
        if (r >= 0)
                r = ow_guest_services_of(guest, c->control_set, &services, &n, err);
        if (r < 0)
                return r;
        ret->items = calloc(n + 1, sizeof *ret->items);
        if (!ret->items)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < n; i++) {
                ret->total += ow_service_is_driver(&services[i]) == c->drivers;
                if (!is_asked_for(c, &services[i]))
                        continue;
                r = passes(c, guest, &services[i], err);
                if (r < 0)
                        return r;
                if (r > 0)
                        ret->items[ret->count++] = &services[i];
        }
        return 0;
}

static int check_network(const struct arguments *a)
{
        if (!a->network || strcasecmp(a->network, "parkable") == 0)
                return 0;
        for (int i = OW_NETWORK_NONE; i <= OW_NETWORK_DC_ROLE; i++)
                if (strcasecmp(a->network, ow_network_verdict_name((enum ow_network_verdict)i)) == 0)
                        return 0;
        return usage_error(a->command,
                           "'--network %s' is none of parkable, none, needs-network, network-stack, core, "
                           "dc-role",
                           a->network);
}

/* The Windows on the disks that are operands from the first on, n of them. */
static int open_guest(const struct arguments *a, size_t n, struct session *session, ow_error *err)
{
        struct text_list disks = { a->operands.items, n };
        int r = session_open(a, &disks, false, session, err);

        return r < 0 ? r : session_open_guest(a, session, err);
}

/* Problems from the first-th on: those that were met since. */
static void note_problems(const struct arguments *a, ow_guest *guest, size_t first)
{
        for (size_t i = first; !has(a, OPTION_JSON) && i < ow_guest_problem_count(guest); i++) {
                ow_error ignored = OW_ERROR_INIT;
                char *text = NULL;

                if (ow_report_printable(ow_guest_problem(guest, i), &text, &ignored) == 0)
                        note(a, "%s", text);
                ow_text_free(text);
        }
}

int run_services_list(const struct arguments *a)
{
        ow_report_options options = report_options(a);
        AUTO_SESSION session = { 0 };
        struct chosen chosen = { 0 };
        struct choice choice = { 0 };
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;
        size_t first = 0;
        int r, code = parse_choice(a, &choice);

        if (!code)
                code = check_network(a);
        if (code)
                return code;
        r = open_guest(a, a->operands.count, &session, &err);
        if (r >= 0)
                first = ow_guest_problem_count(session.guest);
        if (r >= 0)
                r = choose(&choice, session.guest, &chosen, &err);
        if (r >= 0) {
                uint32_t set =
                        choice.control_set ? choice.control_set : ow_guest_control_sets(session.guest)->current;
                ow_service_list list = { chosen.items, chosen.count, chosen.total, set, has(a, OPTION_DETAILS) };

                r = ow_report_services(session.guest, &list, &options, &text, &err);
        }
        free(chosen.items);
        if (r < 0)
                return fail(a, &err);
        note_problems(a, session.guest, first);
        return print_report(a, text);
}

int run_services_show(const struct arguments *a)
{
        const char *name = a->operands.items[a->operands.count - 1];
        ow_report_options options = report_options(a);
        AUTO_SESSION session = { 0 };
        const ow_service *service;
        ow_error err = OW_ERROR_INIT;
        uint32_t control_set;
        char *text = NULL;
        size_t first = 0;
        int r, code = parse_control_set(a, &control_set);

        if (code)
                return code;
        r = open_guest(a, a->operands.count - 1, &session, &err);
        if (r >= 0)
                first = ow_guest_problem_count(session.guest);
        if (r >= 0)
                r = ow_guest_service_find(session.guest, control_set, name, &service, &err);
        if (r == 0)
                r = ow_fail(&err, OW_E_ABSENT, OW_NOWHERE,
                            "there is no service or driver '%s'; `offwin svc list` and `offwin drv list` name them",
                            name);
        if (r >= 0)
                r = ow_report_service(session.guest, service, &options, &text, &err);
        if (r < 0)
                return fail(a, &err);
        note_problems(a, session.guest, first);
        return print_report(a, text);
}

int run_services_graph(const struct arguments *a)
{
        enum ow_graph_form form = has(a, OPTION_DOT)     ? OW_GRAPH_DOT
                                  : has(a, OPTION_ORDER) ? OW_GRAPH_ORDER
                                                         : OW_GRAPH_TEXT;
        ow_report_options options = report_options(a);
        AUTO_SESSION session = { 0 };
        ow_error err = OW_ERROR_INIT;
        uint32_t control_set;
        char *text = NULL;
        int r, code = parse_control_set(a, &control_set);

        if (!code && has(a, OPTION_DOT) && has(a, OPTION_ORDER))
                code = usage_error(a->command, "--dot and --order exclude each other");
        if (!code && has(a, OPTION_DOT) && has(a, OPTION_JSON))
                code = usage_error(a->command, "--dot and --json exclude each other");
        if (code)
                return code;
        r = open_guest(a, a->operands.count, &session, &err);
        if (r >= 0)
                r = ow_report_service_graph(session.guest, control_set, form, &options, &text, &err);
        return r < 0 ? fail(a, &err) : print_report(a, text);
}
