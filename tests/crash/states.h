/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a folder can look like after a power cut: the images, of which only the sectors are kept that a run touches,
 * and the records beside them. A state is laid into the real folder before offwin is let loose on it.
 */
#ifndef TESTS_CRASH_STATES_H
#define TESTS_CRASH_STATES_H

#include "recorder.h"

enum { MAX_IMAGES = 4, MAX_FILES = 16, MAX_NAMES = 16, NAME_BYTES = 128, SECTOR = 512 };

struct content {
        uint64_t size;
        uint8_t *bytes;                 /* a sector for each slot of its file */
};

struct state {
        struct content files[MAX_FILES];
        struct { char name[NAME_BYTES]; unsigned file; } names[MAX_NAMES];      /* of records */
        size_t n_names;
};

/* The images come first, records behind them. */
struct scene {
        char folder[64];
        char paths[MAX_IMAGES][NAME_BYTES];
        size_t n_images;
        size_t n_files;
        ino_t inodes[MAX_FILES];        /* as the files are in the folder now */
        uint64_t *sectors[MAX_FILES];   /* number of the sector in each slot, rising; NULL: slot and number agree */
        size_t n_slots[MAX_FILES];
        struct content there[MAX_IMAGES];       /* what the images in the folder hold now */
        struct content refs[2][MAX_IMAGES];     /* before and after the commit */
};

void fail_hard(const char *what, const char *detail);

/* Slot of a sector; fails hard when the sector is not one that the commit touched. */
size_t slot_of(const struct scene *scene, unsigned file, uint64_t sector);

struct content content_copy(const struct scene *scene, unsigned file, const struct content *from);
bool content_equal(const struct scene *scene, unsigned file, const struct content *a, const struct content *b);
void content_resize(const struct scene *scene, unsigned file, struct content *content, uint64_t size);
/* The part of op's bytes that lies in the sector of that number. */
void content_write(const struct scene *scene, unsigned file, struct content *content, const struct op *op,
                   uint64_t sector);

struct state state_copy(const struct scene *scene, const struct state *from);
/* to has the memory of an earlier copy, or none. */
void state_assign(const struct scene *scene, struct state *to, const struct state *from);
void state_done(struct state *state);
uint64_t state_hash(const struct scene *scene, const struct state *state);
bool state_has_name(const struct state *state, const char *part);
void state_rename(struct state *state, const char *from, const char *to);       /* to NULL: remove */

/* Which sectors of the images ops touch; reads refs[0] from the sources and refs[1] and there from the folder. */
void scene_learn(struct scene *scene, const char *const *sources, const struct ops *ops);
void scene_done(struct scene *scene);

ino_t scene_inode(const char *path);
/* Index of the file; fails hard for an unknown one. */
unsigned scene_file(struct scene *scene, ino_t inode);
void scene_add_records(struct scene *scene, const struct ops *ops);

/* What is in the folder now. */
struct state scene_look(struct scene *scene);
size_t scene_count(struct scene *scene, const char *part);      /* records with it in their names */
void scene_lay(struct scene *scene, const struct state *state);

/* After ops were done to the folder: ops name files by index from now on, and scene->there is true again. */
void scene_follow(struct scene *scene, struct ops *ops);

#endif
