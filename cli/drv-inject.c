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

static int make_plan(struct plan_state *state, ow_guest *guest, ow_plan **ret, ow_error *err)
{
        struct request *request = state->more;
        int r;

        r = ow_driver_folder_open(request->path, &request->folder, err);
        if (r == 0)
                r = ow_plan_begin(ret, err);
        if (r == 0)
                r = ow_plan_inject(*ret, guest, request->folder, err);
        return r < 0 ? r : ow_plan_finish(*ret, guest, err);
}

int run_drv_inject(const struct arguments *arguments)
{
        struct text_list disk = { arguments->operands.items, 1 };
        struct request request = { .path = arguments->operands.items[1] };
        struct plan_state state = { .make = make_plan, .more = &request };
        int code = run_plan(arguments, &disk, "offwin drv inject", &state);

        ow_driver_folder_close(request.folder);
        return code;
}
