/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a fix says of itself. */
#include <string.h>

#include <offwin/fix.h>

#include "fix/fix.h"

static const char *or_empty(const char *text)
{
        return text ? text : "";
}

const char *ow_fix_name(const ow_fix *fix)
{
        return fix->name;
}

const char *ow_fix_area(const ow_fix *fix)
{
        return fix->area;
}

const char *ow_fix_title(const ow_fix *fix)
{
        return or_empty(fix->title);
}

const char *ow_fix_why(const ow_fix *fix)
{
        return or_empty(fix->why);
}

const char *ow_fix_source(const ow_fix *fix)
{
        return or_empty(fix->source);
}

const char *ow_fix_note(const ow_fix *fix)
{
        return or_empty(fix->note);
}

const char *ow_fix_windows(const ow_fix *fix)
{
        return or_empty(fix->windows);
}

bool ow_fix_temporary(const ow_fix *fix)
{
        return fix->temporary;
}

bool ow_fix_in_all(const ow_fix *fix)
{
        return fix->in_all;
}

bool ow_fix_built_in(const ow_fix *fix)
{
        return fix->built_in;
}

bool ow_fix_is_action(const ow_fix *fix)
{
        return fix->action;
}

const char *const *ow_fix_parameters(const ow_fix *fix)
{
        static const char *const none[] = { NULL };

        return fix->parameters ? (const char *const *)fix->parameters : none;
}

const char *ow_fix_parameter_help(const ow_fix *fix, const char *parameter)
{
        for (size_t i = 0; i < fix->n_parameters; i++)
                if (strcmp(fix->parameters[i], parameter) == 0)
                        return fix->parameter_help[i];
        return NULL;
}
