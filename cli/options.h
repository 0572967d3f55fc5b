/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every option there is, and what the command line said. Which command takes which: cli/commands.c. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/fix.h>

/* One bit each, so that a command can list the ones it takes. Sets of them are option_set. */
__extension__ typedef unsigned __int128 option_set;

#define OPTION(bit) ((option_set)1 << (bit))

#define OPTION_HELP                OPTION(0)
#define OPTION_JSON                OPTION(1)
#define OPTION_QUIET               OPTION(2)
#define OPTION_VERBOSE             OPTION(3)
#define OPTION_NO_COLOUR           OPTION(4)
#define OPTION_DISK                OPTION(5)
#define OPTION_ALLOW_OUTSIDE       OPTION(6)
#define OPTION_ROOT                OPTION(7)
#define OPTION_JOURNAL_DIR         OPTION(8)
#define OPTION_ACCEPT_DIRTY        OPTION(9)
#define OPTION_DISCARD_HIBERNATION OPTION(10)
#define OPTION_FIX_DIR             OPTION(11)
#define OPTION_SET                 OPTION(12)
#define OPTION_CHECK               OPTION(13)
#define OPTION_DRY_RUN             OPTION(14)
#define OPTION_YES                 OPTION(15)
#define OPTION_ALL                 OPTION(16)
#define OPTION_LIST                OPTION(17)
#define OPTION_HTML                OPTION(18)
#define OPTION_RECURSIVE           OPTION(19)
#define OPTION_RAW                 OPTION(20)
#define OPTION_TREE                OPTION(21)
#define OPTION_PREFIX              OPTION(22)
#define OPTION_OUTPUT              OPTION(23)
#define OPTION_CODEPAGE            OPTION(24)
#define OPTION_REPAIR              OPTION(25)
#define OPTION_UTF8                OPTION(26)
#define OPTION_REGEX               OPTION(27)
#define OPTION_KEYS                OPTION(28)
#define OPTION_NAMES               OPTION(29)
#define OPTION_DATA                OPTION(30)
#define OPTION_TYPE                OPTION(31)
#define OPTION_CASE                OPTION(32)
#define OPTION_WHOLE               OPTION(33)
#define OPTION_MAX                 OPTION(34)
#define OPTION_MINOR               OPTION(35)
#define OPTION_SKIP_DAMAGED        OPTION(36)
#define OPTION_LONG                OPTION(37)
#define OPTION_FORGET              OPTION(38)
#define OPTION_NIC                 OPTION(39)
#define OPTION_RE_IP               OPTION(40)
#define OPTION_ADAPTER             OPTION(41)
#define OPTION_ADDRESSING          OPTION(42)      /* every setting of an adapter: ow_addressing_word */
#define OPTION_PLAN                OPTION(43)
#define OPTION_FULL                OPTION(44)
#define OPTION_START               OPTION(45)
#define OPTION_SERVICE_TYPE        OPTION(46)
#define OPTION_VENDOR              OPTION(47)
#define OPTION_MISSING             OPTION(48)
#define OPTION_NON_MICROSOFT       OPTION(49)
#define OPTION_NETWORK             OPTION(50)
#define OPTION_DOT                 OPTION(51)
#define OPTION_ORDER               OPTION(52)
#define OPTION_CONTROL_SET         OPTION(53)
#define OPTION_DETAILS             OPTION(54)
#define OPTION_EVERYTHING          OPTION(55)
#define OPTION_CLASS               OPTION(56)
#define OPTION_BUS                 OPTION(57)
#define OPTION_DRIVER              OPTION(58)
#define OPTION_GHOSTS              OPTION(59)
#define OPTION_FORCE               OPTION(60)
#define OPTION_FILES               OPTION(61)
#define OPTION_UNINSTALL           OPTION(62)
#define OPTION_TARGET              OPTION(63)
#define OPTION_TUNE                OPTION(64)
#define OPTION_SAFE                OPTION(65)
#define OPTION_TCP                 OPTION(66)
#define OPTION_NLA                 OPTION(67)      /* every setting of network location */
#define OPTION_DROP_ADDRESS        OPTION(68)
#define OPTION_REMOVE              OPTION(69)
#define OPTION_NOT_IN              OPTION(70)
#define OPTION_DEVICE_VENDOR       OPTION(71)
#define OPTION_PROVIDERS           OPTION(72)      /* --all of Winsock providers */
#define OPTION_NAMESPACE           OPTION(73)
#define OPTION_INTERFACES          OPTION(74)
#define OPTION_RESET               OPTION(75)

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
        const char *device_vendor;      /* --vendor of a device */
        const char *not_in;
        const char *driver_service;     /* --service */
        const char *plan;
        const char *target;
        struct text_list disks;         /* --disk */
        struct text_list fix_dirs;      /* --fix-dir */
        struct text_list sets;          /* --set NAME=VALUE */
        struct text_list tcp;           /* --tcp NAME=VALUE */
        struct text_list types;         /* --type */
        struct text_list nics;          /* --nic MAC[=OLD] */
        struct text_list re_ips;        /* --re-ip OLD=NEW */
        struct text_list adapters;      /* --adapter */
        struct text_list settings;      /* of an adapter or network location: option name and value, by turns */
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

/*
 * NAME=VALUE of list, what --option gave, split; an entry without name ends it. *ret is the caller's:
 * parameters_free(). Return: 0, or an exit code after a message.
 */
int pairs_of(const struct arguments *arguments, const struct text_list *list, const char *option,
             ow_fix_parameter **ret);

/* --set NAME=VALUE, split. *ret is the caller's: parameters_free(). Return: 0, or an exit code after a message. */
int parameters_of(const struct arguments *arguments, ow_fix_parameter **ret);
void parameters_free(ow_fix_parameter **parameters);

#endif
