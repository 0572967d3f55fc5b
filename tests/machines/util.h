/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * util.h - what every file of mkmachine needs: growing text, memory that is there or ends the program, sizes, times.
 *
 * mkmachine is a build tool for tests: running out of memory simply ends it.
 */
#ifndef MACHINES_UTIL_H
#define MACHINES_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

void *need_memory(size_t size);                 /* zeroed */
void *need_resize(void *old, size_t size);
char *need_copy(const char *text);
char *need_copy_part(const char *text, size_t size);
char *need_printf(const char *fmt, ...) OW_PRINTF(1, 2);
void free_text(char **slot);                    /* for the cleanup attribute */
void close_descriptor(int *fd);                 /* for the cleanup attribute; < 0 is fine */

#define AUTO_TEXT __attribute__((cleanup(free_text))) char *
#define AUTO_FD   __attribute__((cleanup(close_descriptor))) int

/* Growing bytes; always followed by a NUL that is not counted. */
struct bytes {
        char *p;
        size_t len, cap;
};

void bytes_done(struct bytes *b);
void bytes_put(struct bytes *b, const void *p, size_t size);
void bytes_text(struct bytes *b, const char *text);
void bytes_printf(struct bytes *b, const char *fmt, ...) OW_PRINTF(2, 3);
void bytes_le(struct bytes *b, uint64_t value, unsigned size);  /* the low size bytes, little-endian */

#define AUTO_BYTES __attribute__((cleanup(bytes_done))) struct bytes

void put_le(uint8_t *at, uint64_t value, unsigned size);

/* "100M", "20G", "64K", "63s" (sectors of 512), "4096"; false when it is none of these. */
bool parse_size(const char *text, uint64_t *ret);
bool parse_number(const char *text, uint64_t *ret);             /* decimal or 0x */
bool parse_guid(const char *text, uint8_t ret[16]);             /* as on disk; braces optional */
bool parse_hex(const char *text, struct bytes *out);            /* "68 69 62 72", "68,69", "68696272" */
/* "2011-05-17 09:30:00", UTC, to seconds since 1970. */
bool parse_time(const char *text, int64_t *ret);
uint64_t filetime_of(int64_t unix_seconds);
/* Appends utf8 as UTF-16LE, without a final NUL; false when it is malformed. */
bool bytes_utf16(struct bytes *b, const char *utf8);

char *trim(char *text);                         /* in place */
char *folder_of(const char *path);              /* the caller's; "." when path has none */
char *join_path(const char *folder, const char *name);          /* name when it is absolute */

/* The whole file, or through "xz -dc" when its name ends in .xz. */
int read_host_file(const char *path, struct bytes *ret, ow_error *err);

/* Runs a program to its end; its output is dropped unless it fails, and then becomes part of the error. */
int run_program(const char *const *argv, ow_error *err);

/* A small generator with a fixed seed: the same machine every time. */
struct dice {
        uint64_t state;
};
uint32_t dice_next(struct dice *d);

#endif
