/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks on image files, understood by qemu: each permission that a process uses is a shared lock on one byte, each
 * permission that it does not grant to others a shared lock on another byte. Nobody needs to wait; one looks
 * whether the bytes that would hurt are locked. See docs/formats/journal.md, "Who may have the image open".
 */
#ifndef DISK_LOCK_H
#define DISK_LOCK_H

#include <stdbool.h>

#include <offwin/io.h>

/*
 * Registers fd as a writer that tolerates readers only; lasts until fd is closed. OW_E_DIRTY when another writer, or
 * a reader that tolerates no writer, is there. Where locks are not supported this is logged, and is no error.
 */
int lock_take_writer(int fd, const char *path, const ow_log *log, ow_error *err);

/* True when somebody has the file open for writing. Takes nothing. */
bool lock_has_writer(int fd);

#endif
