/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c - child programs (mkntfs, mkfs.fat, xz) and whole files of the host. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixedtime.h"
#include "util.h"

static int read_all(int fd, const char *name, struct bytes *ret, ow_error *err)
{
        for (;;) {
                char part[65536];
                ssize_t n = read(fd, part, sizeof part);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return ow_fail_sys(err, errno, "read '%s'", name);
                if (n == 0)
                        return 0;
                bytes_put(ret, part, (size_t)n);
        }
}

/* In the child: never returns. Both outputs go to out, or only the results when errors_too is false. */
static void become(const char *const *argv, int out, bool errors_too)
{
        /* execvp() takes char *const[] for history's sake and changes nothing. */
        union { const char *const *in; char *const *out; } args = { .in = argv };
        int none = open("/dev/null", O_RDONLY);

        if (none >= 0)
                (void)dup2(none, STDIN_FILENO);
        (void)dup2(out, STDOUT_FILENO);
        if (errors_too)
                (void)dup2(out, STDERR_FILENO);
        fixedtime_for_child();
        execvp(argv[0], args.out);
        fprintf(stderr, "cannot run '%s': %s\n", argv[0], strerror(errno));
        _exit(127);
}

static int run(const char *const *argv, bool errors_too, struct bytes *output, int *ret_status, ow_error *err)
{
        int ends[2], r;
        AUTO_FD from = -1;
        pid_t child;

        if (pipe2(ends, O_CLOEXEC) < 0)
                return ow_fail_sys(err, errno, "make a pipe");
        from = ends[0];
        child = fork();
        if (child == 0)
                become(argv, ends[1], errors_too);
        (void)close(ends[1]);
        if (child < 0)
                return ow_fail_sys(err, errno, "start '%s'", argv[0]);
        r = read_all(from, argv[0], output, err);
        while (waitpid(child, ret_status, 0) < 0)
                if (errno != EINTR)
                        return ow_fail_sys(err, errno, "wait for '%s'", argv[0]);
        return r;
}

int run_program(const char *const *argv, ow_error *err)
{
        AUTO_BYTES output = { 0 };
        int status = 0, r;

        r = run(argv, true, &output, &status, err);
        if (r < 0)
                return r;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
                for (char *p = output.p; p && *p; p++)
                        if (*p == '\n')
                                *p = ' ';
                return ow_fail(err, OW_E_IO, OW_NOWHERE, "%s failed: %s", argv[0], output.len ? output.p : "no output");
        }
        return 0;
}

int read_host_file(const char *path, struct bytes *ret, ow_error *err)
{
        size_t len = strlen(path);
        AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
        int status = 0, r;

        if (fd < 0)
                return ow_fail_sys(err, errno, "open '%s'", path);
        if (len < 3 || strcmp(path + len - 3, ".xz") != 0)
                return read_all(fd, path, ret, err);
        r = run((const char *const[]){ "xz", "-dc", "--", path, NULL }, false, ret, &status, err);
        if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
                r = ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "xz cannot unpack '%s'", path);
        return r;
}
