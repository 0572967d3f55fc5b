/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a commit asks of the host, in order: the system calls that change files of one folder are caught on their way,
 * done for real, and written down. fsync() is not done, only written down: what it is worth is what this is about.
 */
#ifndef TESTS_CRASH_RECORDER_H
#define TESTS_CRASH_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum op_kind { OP_WRITE, OP_SIZE, OP_FLUSH, OP_CREATE, OP_RENAME, OP_REMOVE, OP_SYNC_FOLDER };

struct op {
        enum op_kind kind;
        uint64_t file;                  /* OP_WRITE, OP_SIZE, OP_FLUSH, OP_CREATE: inode; see scene_follow() */
        uint64_t offset;                /* OP_WRITE; OP_SIZE: the new size */
        uint8_t *bytes;                 /* OP_WRITE */
        size_t size;
        char *from;                     /* OP_RENAME, OP_REMOVE */
        char *name;                     /* OP_CREATE, OP_RENAME */
};

struct ops {
        struct op *items;
        size_t count;
        size_t room;
};

/* From now on what happens to files of folder is added to ops, until record_stop(). */
void record_start(const char *folder, struct ops *ops);
void record_stop(void);
void ops_done(struct ops *ops);

#endif
