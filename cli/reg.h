/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the reg commands share. */
#ifndef CLI_REG_H
#define CLI_REG_H

#include <string.h>

/* What the library calls the value: "@" on the command line is the default value, "". */
static inline const char *reg_value_name(const char *word)
{
        return strcmp(word, "@") == 0 ? "" : word;
}

#endif
