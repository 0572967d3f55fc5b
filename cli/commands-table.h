/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tables of commands share: sets of options that go together. Each table is one file of an area. */
#ifndef CLI_COMMANDS_TABLE_H
#define CLI_COMMANDS_TABLE_H

#include "commands.h"

#define MACHINE  (OPTION_JOURNAL_DIR | OPTION_ROOT | OPTION_ACCEPT_DIRTY | OPTION_ALLOW_OUTSIDE)
#define TARGET   (MACHINE | OPTION_DISK)        /* a DISK or a hive file */
#define WRITING  (OPTION_DRY_RUN | OPTION_YES)
#define CHANGING (WRITING | OPTION_DISCARD_HIBERNATION)
#define TARGETED (MACHINE | CHANGING | OPTION_CHECK | OPTION_DISK)

/* A table, and how many rows it has. */
#define COMMAND_TABLE(area) \
        extern const struct command area##_commands[]; \
        extern const size_t n_##area##_commands

COMMAND_TABLE(main);
COMMAND_TABLE(services);
COMMAND_TABLE(net);
COMMAND_TABLE(reg);
COMMAND_TABLE(file);

#endif
