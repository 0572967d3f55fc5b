/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin/io.h - small things that many calls share: where bytes come from and go to, owned bytes, log and progress. */
#ifndef OFFWIN_IO_H
#define OFFWIN_IO_H

#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>

OW_BEGIN_DECLS

/* Where bytes come from: a file, a guest's file, memory. read() fills buf with size bytes at offset, or fails. */
typedef struct ow_source {
        uint64_t size;                  /* bytes; read() is never asked for more */
        void *state;
        int (*read)(void *state, uint64_t offset, void *buf, size_t size, ow_error *err);
} ow_source;

/* Where bytes go. write() takes all or fails. set_size() may be NULL when the target cannot change its size. */
typedef struct ow_sink {
        void *state;
        int (*write)(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err);
        int (*set_size)(void *state, uint64_t size_bytes, ow_error *err);
} ow_sink;

/* Bytes that the holder owns. */
typedef struct ow_blob {
        uint8_t *p;
        size_t size;
} ow_blob;

/* Frees the bytes and leaves an empty blob, for which it does nothing. */
OW_APIV void ow_blob_done(ow_blob *blob);

/* ow_text_free - frees a text that a call handed over as "the caller's". NULL is fine. */
OW_APIV void ow_text_free(char *text);

enum ow_log_level { OW_LOG_DEBUG, OW_LOG_INFO, OW_LOG_WARNING };

/* The library never prints. It tells what may interest a person here; fn may be NULL. */
typedef struct ow_log {
        void *state;
        void (*fn)(void *state, enum ow_log_level level, const char *text);
} ow_log;

OW_END_DECLS

#endif
