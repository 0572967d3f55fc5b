/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reg-output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A sink is written to in file order. */
static int write_file(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct reg_output *out = state;

        (void)offset;
        out->size += size;
        return host_output_write(&out->file, buf, size, err);
}

int reg_output_open(const struct arguments *arguments, struct reg_output *ret, ow_error *err)
{
        const char *name = arguments->output && strcmp(arguments->output, "-") != 0 ? arguments->output : NULL;

        *ret = (struct reg_output){ .name = name, .file = { .name = "standard output", .fd = STDOUT_FILENO } };
        ret->sink = (ow_sink){ ret, write_file, NULL };
        for (size_t i = 0; name && i < arguments->operands.count; i++) {
                struct stat a, b;

                if (stat(name, &b) == 0 && S_ISDIR(b.st_mode))
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is a folder: name a file in it", name);
                if (stat(arguments->operands.items[i], &a) == 0 && stat(name, &b) == 0 && a.st_ino == b.st_ino &&
                    a.st_dev == b.st_dev)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is what is read", name);
        }
        return name ? host_output_open(AT_FDCWD, name, has(arguments, OPTION_YES), &ret->file, err) : 0;
}

int reg_output_finish(struct reg_output *out, ow_error *err)
{
        return out->name ? host_output_finish(&out->file, err) : 0;
}

void reg_output_close(struct reg_output *out)
{
        host_output_close(&out->file);
}
