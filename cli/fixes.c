/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the .fix files are: in the build tree a link beside the program leads to them; installed, they lie in
 * ../share/offwin/fixes as seen from the program, else where the build was told to install.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "session.h"

static bool is_folder(const char *path)
{
        char with_dot[PATH_MAX];
        int n = snprintf(with_dot, sizeof with_dot, "%s/.", path);

        return n > 0 && (size_t)n < sizeof with_dot && access(with_dot, R_OK | X_OK) == 0;
}

/* Writes the first of the candidates that exists, or the installed one (whose absence is then the message). */
static void default_folder(char path[PATH_MAX])
{
        static const char *const beside[] = { "fixes", "../share/offwin/fixes" };
        char program[PATH_MAX / 2];
        ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
        char *slash;

        if (size > 0) {
                program[size] = '\0';
                slash = strrchr(program, '/');
                if (slash)
                        *slash = '\0';
                for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
                        snprintf(path, PATH_MAX, "%s/%s", program, beside[i]);
                        if (is_folder(path))
                                return;
                }
        }
        snprintf(path, PATH_MAX, "%s", OFFWIN_FIX_DIR);
}

int load_fixes(const struct arguments *arguments, ow_fix_set **ret, ow_error *err)
{
        size_t count = arguments->fix_dirs.count + 1;
        const char **folders = calloc(count, sizeof *folders);
        char path[PATH_MAX];
        int r;

        if (!folders)
                return ow_fail_nomem(err);
        default_folder(path);
        folders[0] = path;
        for (size_t i = 0; i < arguments->fix_dirs.count; i++)
                folders[i + 1] = arguments->fix_dirs.items[i];
        r = ow_fix_set_load(folders, count, ret, err);
        free(folders);
        return r;
}
