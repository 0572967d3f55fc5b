/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of the host that is there whole or not at all: written beside its place, then renamed to it. */
#ifndef CLI_HOST_OUTPUT_H
#define CLI_HOST_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <offwin/error.h>

struct host_output {
        int folder;       /* what name is below: an open folder, or AT_FDCWD */
        const char *name; /* the caller's */
        char *part;       /* what the file is called until it is complete; NULL: not open */
        int fd;
        bool replace;
};

#define AUTO_HOST_OUTPUT __attribute__((cleanup(host_output_close))) struct host_output

/* What is there already is replaced in the end, or (replace false) OW_E_EXISTS. */
int host_output_open(int folder, const char *name, bool replace, struct host_output *ret, ow_error *err);
int host_output_write(struct host_output *out, const void *bytes, size_t size, ow_error *err);
/* Puts it in its place. */
int host_output_finish(struct host_output *out, ow_error *err);
/* Without a finish before, nothing stays. */
void host_output_close(struct host_output *out);

#endif
