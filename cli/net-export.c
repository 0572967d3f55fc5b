/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin net export: the addresses of a machine as a plan file. */
#include <fcntl.h>
#include <string.h>

#include <offwin/planfile.h>

#include "commands.h"
#include "host-output.h"
#include "output.h"
#include "session.h"

static int write_file(const char *path, const char *text, ow_error *err)
{
        AUTO_HOST_OUTPUT out = { .part = NULL };
        int r = host_output_open(AT_FDCWD, path, true, &out, err);

        if (r == 0)
                r = host_output_write(&out, text, strlen(text), err);
        return r == 0 ? host_output_finish(&out, err) : r;
}

int run_net_export(const struct arguments *arguments)
{
        ow_report_options options = report_options(arguments);
        AUTO_SESSION session = { 0 };
        ow_error err = OW_ERROR_INIT;
        char *yaml = NULL, *text = NULL;
        int r;

        r = session_open(arguments, &arguments->operands, false, &session, &err);
        if (r == 0)
                r = session_open_guest(arguments, &session, &err);
        if (r == 0)
                r = ow_planfile_export(session.guest, &yaml, &err);
        if (r == 0 && arguments->output)
                r = write_file(arguments->output, yaml, &err);
        if (r == 0)
                r = ow_report_planfile(yaml, arguments->output, &options, &text, &err);
        ow_text_free(yaml);
        return r < 0 ? fail(arguments, &err) : print_report(arguments, text);
}
