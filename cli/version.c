/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin version; with --verbose also what this kernel lets us give up before bytes of a guest are read. */
#include <stdio.h>

#include <offwin/sandbox.h>

#include "commands.h"
#include "output.h"
#include "sanitizer.h"

static void print_json(const struct arguments *arguments)
{
        ow_sandbox_status status;

        printf("{\n  \"report\": \"version\",\n  \"version\": 1,\n  \"offwin\": \"%s\"", OFFWIN_VERSION);
        if (has(arguments, OPTION_VERBOSE)) {
                ow_sandbox_probe(&status);
                printf(",\n  \"sandbox\": {\n    \"landlock\": %d,\n    \"seccomp\": %s,\n    \"gentle\": %s\n  }",
                       status.landlock_version, status.seccomp_available ? "true" : "false",
                       SANITIZED ? "true" : "false");
        }
        fputs("\n}\n", stdout);
}

static void print_text(const struct arguments *arguments)
{
        ow_sandbox_status status;

        printf("offwin %s\n", OFFWIN_VERSION);
        if (!has(arguments, OPTION_VERBOSE))
                return;
        ow_sandbox_probe(&status);
        fputs("While it reads an image, offwin works in a process of its own and gives up:\n", stdout);
        if (status.landlock_version)
                printf("  files     all but those it was given, by Landlock (version %d)%s\n", status.landlock_version,
                       SANITIZED ? "; reading stays free in this sanitizer build" : "");
        else
                fputs("  files     nothing: this kernel has no Landlock\n", stdout);
        if (status.seccomp_available)
                printf("  programs, sockets and other system calls, by seccomp%s\n",
                       SANITIZED ? "; a shorter list in this sanitizer build" : "");
        else
                fputs("  programs  nothing: this kernel has no seccomp filters\n", stdout);
}

int run_version(const struct arguments *arguments)
{
        if (has(arguments, OPTION_JSON))
                print_json(arguments);
        else
                print_text(arguments);
        return flush_out();
}
