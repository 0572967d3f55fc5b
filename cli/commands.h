/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of commands: it drives parsing, help and usage errors. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stddef.h>

#include "options.h"

enum command_flags {
        COMMAND_READS = 1 << 0,         /* opens images, and writes nothing */
        COMMAND_WRITES = 1 << 1,        /* may change images: plan, show, confirm, apply */
        COMMAND_BOUNDED = 1 << 2,       /* has limits of memory and time (supervise.h); more is a damaged image */
        COMMAND_HIVES = 1 << 3,         /* its first operand may be a hive file, and nothing else then an image */
        COMMAND_OTHER = 1 << 4,         /* ... but the operand behind the required ones, which may be either */
};

struct command {
        const char *name;               /* "fix", "reg get" */
        const char *operands;           /* "DISK... [FIX...]" */
        const char *summary;            /* one line */
        const char *about;              /* paragraphs for --help */
        const char *examples;           /* one per line, for --help */
        option_set options;             /* OPTION_*, besides the ones that every command takes */
        unsigned flags;                 /* COMMAND_* */
        size_t min_operands, max_operands;
        int (*run)(const struct arguments *arguments);  /* returns an exit code */
};

/* Every command, in the order of the help; NULL: index is past the last. */
const struct command *command_at(size_t index);

/* The command that the first one or two of the words name, and how many words that took; NULL: none. */
const struct command *command_find(char *const *words, size_t n_words, size_t *ret_used);

/* Every option that command takes, by id. */
option_set command_options(const struct command *command);

int run_inspect(const struct arguments *arguments);
int run_doctor(const struct arguments *arguments);
int run_fix(const struct arguments *arguments);
int run_undo(const struct arguments *arguments);
int run_settle(const struct arguments *arguments);
int run_service_set(const struct arguments *arguments);
int run_service_disable(const struct arguments *arguments);
int run_service_enable(const struct arguments *arguments);
int run_svc_park(const struct arguments *arguments);
int run_svc_unpark(const struct arguments *arguments);
int run_boot_storage(const struct arguments *arguments);
int run_drv_inject(const struct arguments *arguments);
int run_reg_ls(const struct arguments *arguments);
int run_reg_get(const struct arguments *arguments);
int run_reg_set(const struct arguments *arguments);
int run_reg_rm(const struct arguments *arguments);
int run_reg_mv(const struct arguments *arguments);
int run_reg_cp(const struct arguments *arguments);
int run_reg_find(const struct arguments *arguments);
int run_reg_export(const struct arguments *arguments);
int run_reg_import(const struct arguments *arguments);
int run_reg_diff(const struct arguments *arguments);
int run_reg_info(const struct arguments *arguments);
int run_reg_check(const struct arguments *arguments);
int run_reg_recover(const struct arguments *arguments);
int run_reg_compact(const struct arguments *arguments);
int run_reg_new(const struct arguments *arguments);
int run_file_ls(const struct arguments *arguments);
int run_file_cat(const struct arguments *arguments);
int run_net_set(const struct arguments *arguments);
int run_net_clean(const struct arguments *arguments);
int run_net_handover(const struct arguments *arguments);
int run_net_tune(const struct arguments *arguments);
int run_net_reset(const struct arguments *arguments);
int run_net_winsock_repair(const struct arguments *arguments);
int run_net_unteam(const struct arguments *arguments);
int run_file_get(const struct arguments *arguments);
int run_file_put(const struct arguments *arguments);
int run_file_rm(const struct arguments *arguments);
int run_file_mkdir(const struct arguments *arguments);
int run_services_list(const struct arguments *arguments);
int run_services_show(const struct arguments *arguments);
int run_services_graph(const struct arguments *arguments);
int run_net_show(const struct arguments *arguments);
int run_net_firewall(const struct arguments *arguments);
int run_net_winsock(const struct arguments *arguments);
int run_net_nla(const struct arguments *arguments);
int run_dev_list(const struct arguments *arguments);
int run_dev_rm(const struct arguments *arguments);
int run_dev_show(const struct arguments *arguments);
int run_net_export(const struct arguments *arguments);
int run_vendor_list(const struct arguments *arguments);
int run_vendor_disable(const struct arguments *arguments);
int run_vendor_remove(const struct arguments *arguments);
int run_version(const struct arguments *arguments);

#endif
