/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/sandbox.h - give up what a program no longer needs, before it parses bytes of a guest.
 *
 * For front ends; the library never does this by itself, because it changes the calling thread for good: that thread
 * and those it starts later can open only the files named here, start no program, open no socket, and use only the
 * system calls that the library needs. What is open already stays usable. Call it once, when every disk is open
 * (ow_machine_options.opened) and before starting threads.
 */
#ifndef OFFWIN_SANDBOX_H
#define OFFWIN_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include <offwin/error.h>

OW_BEGIN_DECLS

enum ow_sandbox_flags {
        /* Reading stays free, and only what leads out is denied; for programs built with sanitizers, which read
         * their own files and trace themselves. */
        OW_SANDBOX_GENTLE = 1 << 0,
        OW_SANDBOX_FOLDERS = 1 << 1,    /* in the writable folders, folders may be made too */
};

typedef struct ow_sandbox_options {
        unsigned flags;                 /* OW_SANDBOX_* */
        const char *const *readable;    /* files, or folders with all below them; absent ones are no error */
        size_t n_readable;
        const char *const *writable;    /* folders: files in them may be made, changed, renamed and removed */
        size_t n_writable;
} ow_sandbox_options;

typedef struct ow_sandbox_status {
        int landlock_version;           /* of Landlock in this kernel; 0: none */
        bool landlock;                  /* in force: files */
        bool seccomp_available;         /* this kernel can filter system calls */
        bool seccomp;                   /* in force: system calls */
} ow_sandbox_status;

/* What this kernel has; nothing is in force. */
OW_APIV void ow_sandbox_probe(ow_sandbox_status *ret_status);

/**
 * ow_sandbox_enter - confine the calling thread; there is no way back
 * @ret_status: what is in force now; may be NULL
 *
 * What the kernel does not have is left out and is no error.
 * Return: 0; OW_E_IO the kernel has it and refused (in part it may be in force already); OW_E_NOMEM.
 */
OW_API int ow_sandbox_enter(const ow_sandbox_options *options, ow_sandbox_status *ret_status, ow_error *err);

OW_END_DECLS

#endif
