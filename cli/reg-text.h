/* SPDX-License-Identifier: GPL-2.0-or-later */
/* .reg files of the host: reading them, and applying them to a target. */
#ifndef CLI_REG_TEXT_H
#define CLI_REG_TEXT_H

#include <offwin/reg.h>

#include "reg-edit.h"

/* An open .reg file; "-" is standard input. */
struct reg_text {
        const char *name;
        int fd;
        void *bytes;                    /* of what cannot be read twice */
        ow_source source;
        ow_reg_text text;
};

#define AUTO_REG_TEXT __attribute__((cleanup(reg_text_close))) struct reg_text

int reg_text_open(const struct arguments *arguments, const char *name, struct reg_text *ret, ow_error *err);
void reg_text_close(struct reg_text *text);

/* The code of a failure that is a text's: whatever is wrong with what the user wrote is OW_E_INVAL (exit 2). */
int reg_text_fault(int r, ow_error *err);

/* 1 the file begins as .reg text does, or is standard input, 0 not. */
int reg_text_detect(const char *name);

/* Makes the keys and values of the named files true in the editor's target, one file after the other. */
struct reg_texts {
        const struct arguments *arguments;
        const char *const *names;
        size_t count;
};
int reg_texts_apply(void *state, struct editor *editor, ow_error *err);

/* Together more text than a person wants to see as changes. */
bool reg_texts_are_bulk(const struct reg_texts *texts);

#endif
