/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every option there is, and what the command line said. Which command takes which: cli/commands.c. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/fix.h>

/* One bit each, so that a command can list the ones it takes. Sets of them are option_set. */
typedef uint64_t option_set;

#define OPTION_HELP                (UINT64_C(1) << 0)
#define OPTION_JSON                (UINT64_C(1) << 1)
#define OPTION_QUIET               (UINT64_C(1) << 2)
#define OPTION_VERBOSE             (UINT64_C(1) << 3)
#define OPTION_NO_COLOUR           (UINT64_C(1) << 4)
#define OPTION_DISK                (UINT64_C(1) << 5)
#define OPTION_ALLOW_OUTSIDE       (UINT64_C(1) << 6)
#define OPTION_ROOT                (UINT64_C(1) << 7)
#define OPTION_JOURNAL_DIR         (UINT64_C(1) << 8)
#define OPTION_ACCEPT_DIRTY        (UINT64_C(1) << 9)
#define OPTION_DISCARD_HIBERNATION (UINT64_C(1) << 10)
#define OPTION_FIX_DIR             (UINT64_C(1) << 11)
#define OPTION_SET                 (UINT64_C(1) << 12)
#define OPTION_CHECK               (UINT64_C(1) << 13)
#define OPTION_DRY_RUN             (UINT64_C(1) << 14)
#define OPTION_YES                 (UINT64_C(1) << 15)
#define OPTION_ALL                 (UINT64_C(1) << 16)
#define OPTION_LIST                (UINT64_C(1) << 17)
#define OPTION_HTML                (UINT64_C(1) << 18)
#define OPTION_RECURSIVE           (UINT64_C(1) << 19)
#define OPTION_RAW                 (UINT64_C(1) << 20)
#define OPTION_TREE                (UINT64_C(1) << 21)
#define OPTION_PREFIX              (UINT64_C(1) << 22)
#define OPTION_OUTPUT              (UINT64_C(1) << 23)
#define OPTION_CODEPAGE            (UINT64_C(1) << 24)
#define OPTION_REPAIR              (UINT64_C(1) << 25)
#define OPTION_UTF8                (UINT64_C(1) << 26)
#define OPTION_REGEX               (UINT64_C(1) << 27)
#define OPTION_KEYS                (UINT64_C(1) << 28)
#define OPTION_NAMES               (UINT64_C(1) << 29)
#define OPTION_DATA                (UINT64_C(1) << 30)
#define OPTION_TYPE                (UINT64_C(1) << 31)
#define OPTION_CASE                (UINT64_C(1) << 32)
#define OPTION_WHOLE               (UINT64_C(1) << 33)
#define OPTION_MAX                 (UINT64_C(1) << 34)
#define OPTION_MINOR               (UINT64_C(1) << 35)
#define OPTION_SKIP_DAMAGED        (UINT64_C(1) << 36)
#define OPTION_LONG                (UINT64_C(1) << 37)
#define OPTION_FORGET              (UINT64_C(1) << 38)
#define OPTION_NIC                 (UINT64_C(1) << 39)
#define OPTION_RE_IP               (UINT64_C(1) << 40)
#define OPTION_ADAPTER             (UINT64_C(1) << 41)
#define OPTION_ADDRESSING          (UINT64_C(1) << 42)      /* every setting of an adapter: ow_addressing_word */
#define OPTION_PLAN                (UINT64_C(1) << 43)
#define OPTION_FULL                (UINT64_C(1) << 44)
#define OPTION_START               (UINT64_C(1) << 45)
#define OPTION_SERVICE_TYPE        (UINT64_C(1) << 46)
#define OPTION_VENDOR              (UINT64_C(1) << 47)
#define OPTION_MISSING             (UINT64_C(1) << 48)
#define OPTION_NON_MICROSOFT       (UINT64_C(1) << 49)
#define OPTION_NETWORK             (UINT64_C(1) << 50)
#define OPTION_DOT                 (UINT64_C(1) << 51)
#define OPTION_ORDER               (UINT64_C(1) << 52)
#define OPTION_CONTROL_SET         (UINT64_C(1) << 53)
#define OPTION_DETAILS             (UINT64_C(1) << 54)
#define OPTION_EVERYTHING          (UINT64_C(1) << 55)
#define OPTION_CLASS               (UINT64_C(1) << 56)
#define OPTION_BUS                 (UINT64_C(1) << 57)
#define OPTION_DRIVER              (UINT64_C(1) << 58)
#define OPTION_GHOSTS              (UINT64_C(1) << 59)
#define OPTION_FORCE               (UINT64_C(1) << 60)
#define OPTION_FILES               (UINT64_C(1) << 61)
#define OPTION_UNINSTALL           (UINT64_C(1) << 62)
#define OPTION_TARGET              (UINT64_C(1) << 63)

struct option_spec {
        option_set id;
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
        option_set given;               /* OPTION_* */
        const char *root;
        const char *journal_dir;
        const char *html;
        const char *prefix;
        const char *output;
        const char *codepage;
        const char *minor;              /* --hive-version */
        const char *max;
        const char *start;
        const char *service_type;       /* --type of a service */
        const char *vendor;
        const char *network;
        const char *control_set;
        const char *device_class;       /* --class */
        const char *bus;
        const char *driver_service;     /* --service */
        const char *plan;
        const char *target;
        struct text_list disks;         /* --disk */
        struct text_list fix_dirs;      /* --fix-dir */
        struct text_list sets;          /* --set NAME=VALUE */
        struct text_list types;         /* --type */
        struct text_list nics;          /* --nic MAC[=OLD] */
        struct text_list re_ips;        /* --re-ip OLD=NEW */
        struct text_list adapters;      /* --adapter */
        struct text_list settings;      /* of an adapter: option name and value, by turns */
        struct text_list operands;
};

static inline bool has(const struct arguments *arguments, option_set option)
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
