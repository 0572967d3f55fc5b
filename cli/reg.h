/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the reg commands share: names of values, and printing one thing after the other. */
#ifndef CLI_REG_H
#define CLI_REG_H

#include <stdbool.h>
#include <string.h>

#include <offwin/report.h>

#include "options.h"

/* What the library calls the value: "@" on the command line is the default value, "". */
static inline const char *reg_value_name(const char *word)
{
        return strcmp(word, "@") == 0 ? "" : word;
}

/* Results one by one: text as it comes, JSON as one array when there may be several. */
struct printer {
        const struct arguments *arguments;
        ow_report_options options;
        bool array;                     /* JSON: several objects in [] */
        bool close;                     /* text: no empty line between results */
        size_t n_printed;
};

struct printer printer_new(const struct arguments *arguments, bool several);

/* heading: a path above the text, or NULL. Takes text over. Returns 0 or an exit code. */
int print_one(struct printer *printer, const char *heading, char *text);
int printer_end(struct printer *printer);

#endif
