/* SPDX-License-Identifier: GPL-2.0-or-later */
/* build.h - filling the volumes of a machine through the library, as a user of its public headers would. */
#ifndef MACHINES_BUILD_H
#define MACHINES_BUILD_H

#include <offwin/hive.h>
#include <offwin/volume.h>

#include "plan.h"
#include "regtext.h"

struct build {
        const char *data;               /* folder of given data (--data), or NULL */
        const char *texts;              /* folder for the plain .reg of each hive (--texts), or NULL */
        int64_t now;                    /* the moment of the build, seconds since 1970 */
        bool lacks_data;                /* set when a recipe wants data that is not there */
        unsigned n_texts;
        const char *image;              /* where contents go right now: for the index beside the texts */
        const struct partition *partition;
};

/* texts.c: with --texts, keeps what a hive was made from, and an index of the hives for check-recipes.sh. */
int texts_keep(struct build *build, const char *name, const struct bytes *plain, struct bytes *names, ow_error *err);
int texts_index(const struct build *build, const struct section *s, const char *path, const char *prefix,
                const char *names, ow_error *err);
int texts_given(const struct build *build, const char *path, const char *data, ow_error *err);

/* content.c */
int build_folder(ow_volume *volume, const char *path, ow_error *err);   /* with its parents; fine when it is there */
int build_file(ow_volume *volume, const char *path, const void *p, size_t size, uint64_t attributes, ow_error *err);
int build_contents(struct build *build, const struct partition *p, ow_volume *volume, ow_error *err);
int attributes_parse(const struct section *s, uint32_t *ret, ow_error *err);

/* hives.c: makes the hive of a [hive] section and puts it, its logs and its binaries on the volume. */
int build_hive(struct build *build, const struct section *s, ow_volume *volume, ow_error *err);

/* filler.c: realistic keys until the hive is as large as asked. kind: "software" or "system". */
int fill_hive(ow_hive *hive, const char *kind, uint64_t size, ow_error *err);

/* pe.c: a small program file that says of itself what it is. */
struct pe {
        const char *machine;            /* "x64" or "x86" */
        bool driver;
        const char *description, *company, *product, *version, *file_name;
};
int pe_make(const struct pe *pe, struct bytes *out, ow_error *err);

#endif
