/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every option there is, and what the command line said. Which command takes which: cli/commands.c. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/fix.h>

/* One bit each, so that a command can list the ones it takes. */
enum option {
        OPTION_HELP = 1 << 0,
        OPTION_JSON = 1 << 1,
        OPTION_QUIET = 1 << 2,
        OPTION_VERBOSE = 1 << 3,
        OPTION_NO_COLOUR = 1 << 4,
        OPTION_DISK = 1 << 5,
        OPTION_ROOT = 1 << 6,
        OPTION_JOURNAL_DIR = 1 << 7,
        OPTION_ACCEPT_DIRTY = 1 << 8,
        OPTION_FIX_DIR = 1 << 9,
        OPTION_SET = 1 << 10,
        OPTION_CHECK = 1 << 11,
        OPTION_DRY_RUN = 1 << 12,
        OPTION_YES = 1 << 13,
        OPTION_ALL = 1 << 14,
        OPTION_LIST = 1 << 15,
        OPTION_HTML = 1 << 16,
        OPTION_RECURSIVE = 1 << 17,
        OPTION_RAW = 1 << 18,
        OPTION_ALLOW_OUTSIDE = 1 << 30,
};

struct option_spec {
        enum option id;
        char letter;                    /* 0: none */
        const char *name;
        const char *argument;           /* NULL: takes none */
        const char *help;
};

extern const struct option_spec option_specs[];
extern const size_t n_option_specs;

struct text_list {
        const char **items;             /* borrowed from the command line; the array is freed */
        size_t count;
};

/* Pointers are into argv. */
struct arguments {
        const struct command *command;
        unsigned given;                 /* OPTION_* */
        const char *root;
        const char *journal_dir;
        const char *html;
        struct text_list disks;         /* --disk */
        struct text_list fix_dirs;      /* --fix-dir */
        struct text_list sets;          /* --set NAME=VALUE */
        struct text_list operands;
};

static inline bool has(const struct arguments *arguments, enum option option)
{
        return (arguments->given & option) != 0;
}

/*
 * Reads argv (without the command's own words). Options and operands may be mixed; "--" ends the options.
 * Return: 0, or an exit code after a message.
 */
int arguments_parse(const struct command *command, int argc, char **argv, struct arguments *ret);
void arguments_done(struct arguments *arguments);

/* --set NAME=VALUE, split. *ret is the caller's: parameters_free(). Return: 0, or an exit code after a message. */
int parameters_of(const struct arguments *arguments, ow_fix_parameter **ret);
void parameters_free(ow_fix_parameter **parameters);

#endif
