/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin inspect: every disk, every volume, every Windows (or the one that --root names). */
#include <stdlib.h>

#include "commands.h"
#include "output.h"
#include "session.h"

struct guests {
        ow_guest **items;
        size_t count;
};

static void guests_close(struct guests *guests)
{
        for (size_t i = 0; i < guests->count; i++)
                ow_guest_close(guests->items[i]);
        free(guests->items);
}

static int open_guests(const struct arguments *arguments, ow_machine *machine, struct guests *guests, ow_error *err)
{
        size_t first = 0, end = ow_machine_guest_count(machine);
        int r;

        if (arguments->root) {
                r = ow_machine_find_guest(machine, arguments->root, &first, err);
                if (r < 0)
                        return r;
                end = first + 1;
        }
        guests->items = calloc(end - first + 1, sizeof *guests->items);
        if (!guests->items)
                return ow_fail_nomem(err);
        for (size_t i = first; i < end; i++) {
                r = ow_guest_open(machine, i, &guests->items[guests->count], err);
                if (r < 0)
                        return ow_wrap(err, r, "%s", ow_machine_guest_id(machine, i));
                guests->count++;
        }
        return 0;
}

int run_inspect(const struct arguments *arguments)
{
        ow_report_options options = report_options(arguments);
        AUTO_SESSION session = { 0 };
        struct guests guests = { 0 };
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;
        int r;

        options.full = has(arguments, OPTION_FULL);
        r = session_open(arguments, &arguments->operands, false, &session, &err);
        if (r == 0)
                r = open_guests(arguments, session.machine, &guests, &err);
        if (r == 0)
                r = ow_report_inspect(session.machine, guests.items, guests.count, &options, &text, &err);
        guests_close(&guests);
        return r < 0 ? fail(arguments, &err) : print_report(arguments, text);
}
