/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * regtext.h - texts that become plain .reg text (version 5): .reg with readable forms for what regedit can only say
 * in hex, tables of services, and tables of devices. The formats are in docs/machines.md.
 */
#ifndef MACHINES_REGTEXT_H
#define MACHINES_REGTEXT_H

#include "recipe.h"

/* Appends the plain form of text; the line numbers of file stay the same in the output. */
int regtext_expand(const struct variables *variables, const char *file, char *text, struct bytes *out, ow_error *err);

/* A list of host-side names: image paths of services and drivers, as the tables give them. */
struct images {
        struct image {
                char *path;             /* as in ImagePath or ServiceDll */
                char *description;
                char *company;          /* of the row; "" when none was given */
        } *list;
        size_t count;
};

void images_done(struct images *images);

/* Both append .reg text in the readable form, to be given to regtext_expand(). */
int services_to_reg(const char *file, char *text, struct bytes *out, struct images *images, ow_error *err);
int devices_to_reg(const struct variables *variables, const char *file, char *text, struct bytes *out, ow_error *err);

/* One line of a table, cut at '|' and trimmed. Columns that are not there are "". */
enum { MAX_COLUMNS = 12 };
struct row {
        const char *file;
        unsigned line;
        char *columns[MAX_COLUMNS];
};
int row_fail(const struct row *row, ow_error *err, const char *what, const char *word);

/* Calls fn for every line that is neither empty nor a comment. */
typedef int (*row_fn)(void *state, struct row *row, ow_error *err);
int table_rows(const char *file, char *text, row_fn fn, void *state, ow_error *err);

/* "key=value; key=value": the value of key, the caller's, or NULL. */
char *extra_get(const char *extras, const char *key);

/* Appends "..." with \ and " escaped as .reg wants it. */
void put_quoted(struct bytes *out, const char *text);
/* Appends the comma-separated items of list as "a","b". */
void put_quoted_list(struct bytes *out, const char *list);

#endif
