/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recipe.h - the text of a recipe as sections of "key = value" entries: docs/machines.md.
 *
 * [set], [default] and [include] are worked off while reading; everything else is kept in order. Every complaint
 * names the file and the line.
 */
#ifndef MACHINES_RECIPE_H
#define MACHINES_RECIPE_H

#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>

#include "util.h"

struct entry {
        char *key, *value;              /* value with ${names} filled in */
        unsigned line;
};

struct variables {
        struct variable {
                char *name, *value;
        } *list;
        size_t count;
};

struct section {
        char *kind;                     /* "disk", "partition", "file", ... */
        char *file;                     /* the recipe it stands in; relative names in it start at its folder */
        unsigned line;
        struct entry *entries;
        size_t n_entries;
        struct variables variables;     /* as they stood where the section begins: for the texts it names */
};

struct recipe {
        struct section *sections;
        size_t n_sections;
        struct variables variables;     /* while reading: what is set so far */
};

int recipe_load(const char *path, struct recipe *ret, ow_error *err);
void recipe_done(struct recipe *recipe);

void variables_set(struct variables *variables, const char *name, const char *value);
const char *variables_get(const struct variables *variables, const char *name);  /* NULL: not set */

/* text with ${names} filled in, the caller's; OW_E_INVAL for a name that is not set. */
int variables_expand(const struct variables *variables, const char *text, const char *file, unsigned line, char **ret,
                     ow_error *err);

/* The last value of key, or fallback. */
const char *section_get(const struct section *s, const char *key, const char *fallback);
int section_fail(const struct section *s, const char *key, ow_error *err, const char *what);    /* OW_E_INVAL */
int section_need(const struct section *s, const char *key, const char **ret, ow_error *err);
/* *ret keeps its value when the key is not there. */
int section_size(const struct section *s, const char *key, uint64_t *ret, ow_error *err);
int section_number(const struct section *s, const char *key, uint64_t *ret, ow_error *err);
int section_guid(const struct section *s, const char *key, uint8_t ret[16], ow_error *err);

#endif
