/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include <offwin/sandbox.h>

#include "base/confine.h"
#include "base/macros.h"
#include "sandbox/filter.h"

void ow_sandbox_probe(ow_sandbox_status *ret_status)
{
        *ret_status = (ow_sandbox_status){
                .landlock_version = confine_version(),
                .seccomp_available = filter_available(),
        };
}

static int allow(int rules, const char *const *paths, size_t n, unsigned rights, ow_error *err)
{
        for (size_t i = 0; i < n; i++) {
                int sys = confine_allow(rules, paths[i], rights);

                if (sys)
                        return ow_fail_sys(err, sys, "keep access to '%s'", paths[i]);
        }
        return 0;
}

/* 1 in force, 0 this kernel has no Landlock, < 0 error. */
static int give_up_files(const ow_sandbox_options *options, ow_error *err)
{
        static const char *const everything[] = { "/" };
        unsigned writing = CONFINE_MAKE | (options->flags & OW_SANDBOX_FOLDERS ? CONFINE_FOLDERS : 0u);
        OW_AUTO_FD rules = confine_new();
        int sys, r = 0;

        if (rules < 0 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EPERM))
                return 0;
        if (rules < 0)
                return ow_fail_sys(err, errno, "give up access to files");
        if (options->flags & OW_SANDBOX_GENTLE)
                r = allow(rules, everything, 1, CONFINE_READ, err);
        if (r == 0)
                r = allow(rules, options->readable, options->n_readable, CONFINE_READ, err);
        if (r == 0)
                r = allow(rules, options->writable, options->n_writable, writing, err);
        if (r < 0)
                return r;
        sys = confine_enter(rules);
        return sys ? ow_fail_sys(err, sys, "give up access to files") : 1;
}

int ow_sandbox_enter(const ow_sandbox_options *options, ow_sandbox_status *ret_status, ow_error *err)
{
        ow_sandbox_status status;
        int r;

        ow_sandbox_probe(&status);
        r = give_up_files(options, err);
        if (r < 0)
                return r;
        status.landlock = r > 0;
        r = filter_enter(options->flags, err);
        if (r < 0)
                return r;
        status.seccomp = r > 0;
        if (ret_status)
                *ret_status = status;
        return 0;
}
