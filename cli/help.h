/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help, made from the table of commands. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "commands.h"

void print_overview(FILE *out);
void print_help(const struct command *command, FILE *out);

/* offwin help [COMMAND]: all commands, one, or one group ("reg"). Returns an exit code. */
int run_help(int argc, char **argv);

#endif
