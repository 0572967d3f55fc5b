/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "commands.h"
#include "output.h"

int run_version(const struct arguments *arguments)
{
        if (has(arguments, OPTION_JSON))
                printf("{\n  \"report\": \"version\",\n  \"version\": 1,\n  \"offwin\": \"%s\"\n}\n", OFFWIN_VERSION);
        else
                printf("offwin %s\n", OFFWIN_VERSION);
        return flush_out();
}
