/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that a commit leaves beside an image, by name: <base>.offwin-<sequence>.<state>. The state of a commit is
 * in the name, so that it changes by one rename and is never half changed. docs/formats/journal.md 1.
 */
#ifndef DISK_RECORD_H
#define DISK_RECORD_H

#include "disk/folder.h"
#include "disk/journal.h"

enum record_state {
        RECORD_PARTIAL,         /* journal or pointer being written; the images are untouched */
        RECORD_PENDING,         /* journal complete; the images are being written */
        RECORD_DONE,            /* the images hold it; it is an undo record now */
        RECORD_UNDOING,         /* the images are being put back */
        RECORD_POINTER_PENDING, /* the journal is beside another image and may be pending or being undone */
        RECORD_POINTER,         /* the journal is beside another image and is done */
        RECORD_FORGOTTEN,       /* a journal that was given up; kept for people */
        RECORD_STATES
};

struct record {
        uint32_t sequence;      /* 1, 2, ... per image */
        enum record_state state;
};

/* The caller's (ow_free); NULL: no memory. */
char *record_name(const char *base, struct record record);

/* False when name is not a record of base. */
bool record_parse(const char *base, const char *name, struct record *ret);

/* By sequence, lowest first. *ret is the caller's (ow_free). */
int record_list(struct folder *folder, const char *base, struct record **ret, size_t *ret_count, ow_error *err);

/* Renames a record to another state. With sync the change survives a power cut on return. */
int record_change(struct folder *folder, const char *base, struct record *record, enum record_state state, bool sync,
                  ow_error *err);
int record_remove(struct folder *folder, const char *base, struct record record, bool sync, ow_error *err);

/* ---- what a pointer file holds ---- */

struct pointer {
        uint8_t id[JOURNAL_ID];         /* of the journal */
        uint32_t sequence;              /* of the journal, in its folder */
        char *base;                     /* of the journal */
        char *folder;                   /* of the journal; absolute path */
        char *own_folder;               /* of this file when it was written */
};

void pointer_done(struct pointer *pointer);

/* Makes the file and flushes it; its name survives a power cut only after folder's sync(). */
int pointer_write(struct folder *folder, const char *name, const struct pointer *pointer, ow_error *err);
int pointer_load(struct folder *folder, const char *name, struct pointer *ret, ow_error *err);

#endif
