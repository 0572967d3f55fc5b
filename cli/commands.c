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

/* How many words name has when words begin with them all, else 0. */
static size_t words_of(const char *name, char *const *words, size_t n_words)
{
        for (size_t n = 0; n < n_words; n++) {
                size_t size = strcspn(name, " ");

                if (strlen(words[n]) != size || strncmp(words[n], name, size) != 0)
                        return 0;
                if (name[size] == '\0')
                        return n + 1;
                name += size + 1;
        }
        return 0;
}

const struct command *command_find(char *const *words, size_t n_words, size_t *ret_used)
{
        const struct command *c, *found = NULL;

        *ret_used = 0;
        for (size_t i = 0; (c = command_at(i)); i++) {
                size_t used = words_of(c->name, words, n_words);

                if (used > *ret_used) {
                        *ret_used = used;
                        found = c;
                }
        }
        return found;
}

option_set command_options(const struct command *command)
{
        return command->options | EVERY;
}
