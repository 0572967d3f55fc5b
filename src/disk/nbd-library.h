/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libnbd, loaded when the first image needs it. Together with what it needs itself (TLS, XML, Unicode data) it takes
 * longer to link at the start of a program than a raw image takes to be examined and fixed.
 */
#ifndef DISK_NBD_LIBRARY_H
#define DISK_NBD_LIBRARY_H

#include <libnbd.h>

#include <offwin/error.h>

/* Every function of libnbd that src/disk calls, by the name it has there without "nbd_". */
#define NBD_FUNCTIONS(F)                                                                                       \
        F(create) F(close) F(get_error) F(get_errno) F(connect_uri) F(connect_socket)                         \
        F(get_size) F(get_block_size) F(is_read_only) F(can_flush) F(poll) F(aio_pread) F(aio_pwrite)         \
        F(aio_flush) F(aio_command_completed) F(aio_is_dead)

struct nbd_library {
#define NBD_POINTER(name) __typeof__(nbd_##name) *name;
        NBD_FUNCTIONS(NBD_POINTER)
#undef NBD_POINTER
};

/* The same table at each call, which lives as long as the program. NULL, and err, when libnbd is not installed. */
const struct nbd_library *nbd_library(ow_error *err);

#endif
