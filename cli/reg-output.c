/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reg-output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_fd(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct reg_output *out = state;
        const uint8_t *p = buf;

        (void)offset;                   /* a sink is written to in file order */
        out->size += size;
        while (size > 0) {
                ssize_t n = write(out->fd, p, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return ow_fail_sys(err, n < 0 ? errno : EIO, "write %s", out->name ? out->name : "to stdout");
                p += n;
                size -= (size_t)n;
        }
        return 0;
}

int reg_output_open(const struct arguments *arguments, struct reg_output *ret, ow_error *err)
{
        *ret = (struct reg_output){ .name = arguments->output, .fd = STDOUT_FILENO };
        ret->sink = (ow_sink){ ret, write_fd, NULL };
        if (!ret->name || strcmp(ret->name, "-") == 0) {
                ret->name = NULL;
                return 0;
        }
        if (!has(arguments, OPTION_YES) && access(ret->name, F_OK) == 0)
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is there already; -y overwrites it", ret->name);
        for (size_t i = 0; i < arguments->operands.count; i++) {
                struct stat a, b;

                if (stat(arguments->operands.items[i], &a) == 0 && stat(ret->name, &b) == 0 && a.st_ino == b.st_ino &&
                    a.st_dev == b.st_dev)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is what is read", ret->name);
        }
        if (asprintf(&ret->part, "%s.offwin-new-%ld", ret->name, (long)getpid()) < 0) {
                ret->part = NULL;
                return ow_fail_nomem(err);
        }
        ret->fd = open(ret->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        return ret->fd < 0 ? ow_fail_sys(err, errno, "make '%s'", ret->part) : 0;
}

int reg_output_finish(struct reg_output *out, ow_error *err)
{
        int r = 0;

        if (!out->part)
                return 0;
        if (close(out->fd) != 0 || rename(out->part, out->name) != 0)
                r = ow_fail_sys(err, errno, "write '%s'", out->name);
        out->fd = -1;
        if (r == 0) {
                free(out->part);
                out->part = NULL;
        }
        return r;
}

void reg_output_close(struct reg_output *out)
{
        if (out->part) {
                if (out->fd >= 0)
                        (void)close(out->fd);
                (void)unlink(out->part);
                free(out->part);
        }
        out->part = NULL;
}
