/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a search looks for, and whether a piece of text has it. Rules: docs/formats/reg-text.md 4. */
#ifndef REG_PATTERN_H
#define REG_PATTERN_H

#include <locale.h>
#include <regex.h>
#include <stdbool.h>

#include <offwin/reg.h>

#include "base/buffer.h"
#include "base/view.h"

struct reg_pattern {
        bool all;                       /* matches everything */
        bool whole, fold;
        bool regex;
        regex_t compiled;               /* with regex */
        locale_t locale;                /* in which it is used: UTF-8, whatever the caller's is; 0: none */
        ow_buffer units;                /* plain: UTF-16LE, upper case with fold */
        ow_buffer bytes;                /* plain, when it can be read as bytes in hex; else empty */
        ow_buffer text;                 /* scratch of regex */
};

#define REG_PATTERN_INIT { .units = OW_BUFFER_INIT, .bytes = OW_BUFFER_INIT, .text = OW_BUFFER_INIT }

int reg_pattern_init(struct reg_pattern *p, const char *pattern, unsigned flags, ow_error *err);
void reg_pattern_done(struct reg_pattern *p);

/* All of these: 1 it matches, 0 not, < 0 error. */
int reg_pattern_name(struct reg_pattern *p, const ow_hive_name *name, ow_error *err);
int reg_pattern_data(struct reg_pattern *p, uint32_t type, ow_view data, ow_error *err);

#endif
