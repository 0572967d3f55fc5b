/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin dev list|show: the devices that an installation knows. */
#include <stdlib.h>

#include <offwin/device.h>

#include "commands.h"
#include "output.h"
#include "session.h"

/* The devices that fit filter; free(). *ret_count of them. */
static int choose(ow_guest *guest, const ow_device_filter *filter, const ow_device ***ret, size_t *ret_count,
                  ow_error *err)
{
        const ow_device *all, **chosen;
        size_t n;
        int r = ow_guest_devices(guest, &all, &n, err);

        if (r < 0)
                return r;
        chosen = calloc(n + 1, sizeof *chosen);
        if (!chosen)
                return ow_fail_nomem(err);
        *ret_count = 0;
        for (size_t i = 0; i < n; i++)
                if (ow_device_fits(&all[i], filter))
                        chosen[(*ret_count)++] = &all[i];
        *ret = chosen;
        return 0;
}

static int report(const struct arguments *arguments, bool whole, char **ret, ow_error *err)
{
        struct text_list disk = { arguments->operands.items, 1 };
        ow_device_filter filter = { .class_name = arguments->device_class,
                                    .bus = arguments->bus,
                                    .service = arguments->driver_service,
                                    .vendor = arguments->device_vendor,
                                    .ghosts = has(arguments, OPTION_GHOSTS) };
        ow_report_options options = report_options(arguments);
        AUTO_SESSION session = { 0 };
        const ow_device **chosen = NULL;
        size_t n = 0;
        int r;

        if (arguments->operands.count > 1)
                filter.pattern = arguments->operands.items[1];
        r = session_open(arguments, &disk, false, &session, err);
        if (r == 0)
                r = session_open_guest(arguments, &session, err);
        if (r == 0)
                r = choose(session.guest, &filter, &chosen, &n, err);
        if (r == 0 && whole && n == 0)
                r = ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no device fits '%s'; `offwin dev list` shows them all",
                            filter.pattern);
        if (r == 0)
                r = ow_report_devices(session.guest, chosen, n, whole, &options, ret, err);
        free(chosen);
        return r;
}

int run_dev_list(const struct arguments *arguments)
{
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;

        return report(arguments, false, &text, &err) < 0 ? fail(arguments, &err) : print_report(arguments, text);
}

int run_dev_show(const struct arguments *arguments)
{
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;

        return report(arguments, true, &text, &err) < 0 ? fail(arguments, &err) : print_report(arguments, text);
}
