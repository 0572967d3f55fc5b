/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where .reg text goes: standard output, or a file that is there whole or not at all. */
#ifndef CLI_REG_OUTPUT_H
#define CLI_REG_OUTPUT_H

#include <stdint.h>

#include <offwin/io.h>

#include "host-output.h"
#include "options.h"

struct reg_output {
        const char *name;               /* NULL: standard output */
        struct host_output file;        /* when it is one */
        uint64_t size;                  /* bytes written */
        ow_sink sink;                   /* points back here: the struct must not move */
};

#define AUTO_REG_OUTPUT __attribute__((cleanup(reg_output_close))) struct reg_output

/* -o; a file that is there is only overwritten with --yes, and never the one that is read. */
int reg_output_open(const struct arguments *arguments, struct reg_output *ret, ow_error *err);
int reg_output_finish(struct reg_output *out, ow_error *err);
void reg_output_close(struct reg_output *out);

#endif
