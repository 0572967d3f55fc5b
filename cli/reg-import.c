/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin reg import: .reg files, all of them or nothing. */
#include "commands.h"
#include "reg-text.h"

int run_reg_import(const struct arguments *arguments)
{
        struct reg_texts texts = { arguments, arguments->operands.items + 1, arguments->operands.count - 1 };
        struct reg_edit edit = { .title = "offwin reg import", .counting = reg_texts_are_bulk(&texts), .net = true,
                                 .state = &texts, .make = reg_texts_apply };

        return reg_edit_run(arguments, arguments->operands.items[0], &edit);
}
