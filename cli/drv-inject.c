/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin drv inject: drivers from a folder of the host into a Windows. */
#include <stdio.h>

#include <offwin/driver.h>

#include "commands.h"
#include "output.h"
#include "session.h"

struct request {
        const char *path;
        ow_driver_folder *folder; /* outlives the plan */
};

static int add(struct plan_state *state, ow_guest *guest, ow_error *err)
{
        struct request *request = state->more;
        int r = ow_driver_folder_open(request->path, &request->folder, err);

        return r == 0 ? ow_plan_inject(state->plan, guest, request->folder, err) : r;
}

int run_drv_inject(const struct arguments *arguments)
{
        struct text_list disk = { arguments->operands.items, 1 };
        struct request request = { .path = arguments->operands.items[1] };
        struct plan_state state = { .add = add, .more = &request };
        int code = run_plan(arguments, &disk, "offwin drv inject", &state);

        ow_driver_folder_close(request.folder);
        return code;
}
