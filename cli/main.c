/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The offwin program: finds the command in the table, reads its options, runs it. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <offwin/hivefile.h>

#include "commands.h"
#include "help.h"
#include "options.h"
#include "output.h"
#include "supervise.h"

/* Not on hive files: no foreign code reads them. */
static bool needs_supervision(const struct arguments *arguments)
{
        unsigned flags = arguments->command->flags;
        size_t other = (size_t)arguments->command->min_operands;

        if (!(flags & (COMMAND_READS | COMMAND_WRITES)))
                return false;
        if (!(flags & COMMAND_HIVES) || ow_hivefile_detect(arguments->operands.items[0], NULL) <= 0)
                return true;
        return flags & COMMAND_OTHER && arguments->operands.count > other &&
               ow_hivefile_detect(arguments->operands.items[other], NULL) <= 0;
}

static int run_command(const struct command *command, int argc, char **argv)
{
        struct arguments arguments;
        int code = arguments_parse(command, argc, argv, &arguments);

        if (code == 0 && has(&arguments, OPTION_HELP)) {
                print_help(command, stdout);
                code = flush_out();
        } else if (code == 0) {
                code = needs_supervision(&arguments) ? supervise(&arguments) : command->run(&arguments);
        }
        arguments_done(&arguments);
        return code;
}

static int no_command(const char *word, const char *next)
{
        const struct command *c;

        for (size_t i = 0; (c = command_at(i)); i++) {
                size_t size = strlen(word);

                if (strncmp(c->name, word, size) != 0 || c->name[size] != ' ')
                        continue;
                if (next && next[0] != '-')
                        return usage_error(NULL, "no command '%s %s'", word, next);
                return usage_error(NULL, "'%s' needs one more word: %s", word, c->name);
        }
        return usage_error(NULL, "no command '%s'", word);
}

int main(int argc, char **argv)
{
        const struct command *command;
        char version[] = "version";
        size_t used = 0;

        /* A reader that goes away (`| head`) shows as a failed write, never in the middle of a commit. */
        (void)signal(SIGPIPE, SIG_IGN);
        if (argc < 2) {
                print_overview(stderr);
                return EXIT_USAGE;
        }
        if (strcmp(argv[1], "help") == 0)
                return run_help(argc - 2, argv + 2);
        if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
                return run_help(0, NULL);
        if (strcmp(argv[1], "--version") == 0)
                argv[1] = version;
        command = command_find(argv + 1, (size_t)argc - 1, &used);
        if (!command && argc > 2 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0))
                return run_help(1, argv + 1);
        if (!command)
                return no_command(argv[1], argv[2]);
        return run_command(command, argc - 1 - (int)used, argv + 1 + used);
}
