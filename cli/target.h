/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a reg command works on: the registry of one Windows on its disks, or a hive file by itself. Only target.c
 * tells them apart. Places are concrete paths: "HKLM\SYSTEM\ControlSet001\..." of a Windows, and paths below the
 * root, "" being the root itself, of a hive file.
 */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include <offwin/hivefile.h>
#include <offwin/reg.h>
#include <offwin/registry.h>

#include "session.h"

struct target {
        const struct arguments *arguments;
        const char *name;               /* the operand */
        struct session session;         /* of disks */
        ow_hivefile *file;              /* or a hive file */
};

#define AUTO_TARGET __attribute__((cleanup(target_close))) struct target

/* Opens what operand names; a warning on stderr when a hive file is not up to date. */
int target_open(const struct arguments *arguments, const char *operand, bool writable, struct target *ret,
                ow_error *err);

/* For a dry run, which opens for reading only: a warning when the file system is one that nothing is written to. */
void target_warn_dry_run(const struct target *target);

void target_close(struct target *target);

/* ---- places ---- */

struct places {
        char **items;
        size_t count;
};

#define AUTO_PLACES __attribute__((cleanup(places_done))) struct places

void places_done(struct places *places);

/* For reading, CurrentControlSet is the one that Select names; HKU and HKCU may stand for several profiles. */
int target_places_to_read(struct target *target, const char *path, struct places *ret, ow_error *err);

/* The same for a path that has to stand for one key; *ret has one item. */
int target_place_to_read(struct target *target, const char *path, struct places *ret, ow_error *err);

/* For writing, also every control set that the next boot may use. */
int target_places_to_edit(struct target *target, const char *path, struct places *ret, ow_error *err);

/* How a place is shown to a person: as it is, and "\" for the root of a hive file. */
const char *place_shown(const char *place);

/* Where Windows shows place, a hive file being where its prefix says. free(); NULL: no memory. */
char *place_in_windows(const struct target *target, const char *place);

/*
 * The key as .reg text names it, with the full name of its root: of a hive file where Windows shows it, of a DISK what
 * the user wrote. free(); NULL: no memory.
 */
char *key_in_text(const struct target *target, const char *path, const char *place);

/* 1 found, 0 absent, < 0 error. */
int target_find(struct target *target, const char *place, ow_regkey *ret, ow_error *err);

/* As target_find(), but absence is an error that names the part of the path that is there. */
int target_need(struct target *target, const char *place, ow_regkey *ret, ow_error *err);

/* OW_E_REFUSED: at is a symbolic link, or a key above it is one, so Windows would not see what is edited there. */
int target_refuse_link(ow_regkey at, const char *place, ow_error *err);
int target_refuse_links_above(ow_regkey at, const char *place, ow_error *err);

/* Finds or makes the key, in a hive that may be edited and not below a link. */
int target_create(struct target *target, const char *place, ow_regkey *ret, ow_error *err);

/* 0 when what lies at place may be edited. */
int target_editable(struct target *target, const char *place, ow_error *err);

/* ---- whole hives ---- */

struct target_hive {
        char *place;                    /* "HKLM\SYSTEM"; of a hive file its prefix */
        const char *file;               /* path on the volume, or of the file */
        uint64_t file_size;
        ow_hive *hive;                  /* NULL: cannot be loaded, see error */
        bool stale;
        ow_error error;
};

struct target_hives {
        struct target_hive *items;
        size_t count;
};

#define AUTO_HIVES __attribute__((cleanup(target_hives_done))) struct target_hives

/* Every hive; or, with path, the one that it lies in. */
int target_hives(struct target *target, const char *path, struct target_hives *ret, ow_error *err);
void target_hives_done(struct target_hives *hives);

/* Puts compacted in the stead of the hive at place; takes it over, not on failure. */
int target_replace(struct target *target, const char *place, ow_hive *hive, ow_error *err);

/* The next commit writes the hive at place also when only its logs changed it. */
int target_recover(struct target *target, const char *place, ow_error *err);

/* ---- writing ---- */

int target_commit(struct target *target, const char *title, ow_commit_result *ret, ow_error *err);

/* Reads everything anew, so that what is told about it is what is on it. */
int target_reload(struct target *target, ow_error *err);

/* ow_report_changes() for either kind. counts: of a hive file, instead of changes too many to show; or NULL. */
int target_report_changes(struct target *target, const ow_change *changes, size_t n_changes,
                          const ow_reg_counts *counts, enum ow_plan_outcome outcome, const ow_commit_result *commit,
                          const ow_report_options *options, char **ret, ow_error *err);

uint64_t filetime_now(void);

#endif
