/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All commands: the tables of the areas, in the order of the help. */
#include "commands.h"

#include <string.h>

#include "commands-table.h"

#define EVERY (OPTION_HELP | OPTION_JSON | OPTION_QUIET | OPTION_VERBOSE | OPTION_NO_COLOUR)

static const struct {
        const struct command *rows;
        const size_t *count;
} tables[] = {
        { main_commands, &n_main_commands }, { services_commands, &n_services_commands },
        { net_commands, &n_net_commands },   { reg_commands, &n_reg_commands },
        { file_commands, &n_file_commands },
};

const struct command *command_at(size_t index)
{
        for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
                if (index < *tables[i].count)
                        return &tables[i].rows[index];
                index -= *tables[i].count;
        }
        return NULL;
}

const struct command *command_find(char *const *words, size_t n_words, size_t *ret_used)
{
        const struct command *c;

        for (size_t i = 0; (c = command_at(i)); i++) {
                const char *space = strchr(c->name, ' ');
                size_t first = space ? (size_t)(space - c->name) : strlen(c->name);

                if (n_words < 1 || strlen(words[0]) != first || strncmp(words[0], c->name, first) != 0)
                        continue;
                if (!space || (n_words >= 2 && strcmp(words[1], space + 1) == 0)) {
                        *ret_used = space ? 2 : 1;
                        return c;
                }
        }
        return NULL;
}

option_set command_options(const struct command *command)
{
        return command->options | EVERY;
}
