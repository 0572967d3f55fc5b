/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drivers of a host folder: its files, which INFs are for a guest, and what they bring. */
#ifndef FIX_DRIVER_H
#define FIX_DRIVER_H

#include <offwin/driver.h>
#include <offwin/inf.h>

#include "fix/action.h"

enum {
        DRIVER_FILES_MAX = 100000, /* names below the folder */
        DRIVER_DEPTH_MAX = 16,
        DRIVER_PATH_MAX = 1024,       /* bytes of a path below the folder */
        DRIVER_FILE_MAX = 64 << 20,   /* bytes of one file that is taken in */
        DRIVER_TOTAL_MAX = 256 << 20, /* bytes of all of them */
        DRIVER_INFS_MAX = 2000,
        DRIVER_IDS_MAX = 256, /* device ids of one driver that are entered for boot */
};

struct driver_file {
        const ow_driver_folder *folder;
        char *path; /* below the folder, '/' between names, as the host has it */
        uint64_t size;
};

struct ow_driver_folder {
        char *path;
        int fd;
        struct driver_file *files; /* sorted as Windows compares names */
        size_t n, cap;
        size_t n_links; /* symbolic links that were passed over */
};

OW_DEFINE_AUTO(ow_driver_folder, ow_driver_folder_close);
OW_DEFINE_AUTO(ow_inf, ow_inf_free);

/* The file at path ('/' or '\' between names, any case), or NULL. */
const struct driver_file *driver_folder_find(const ow_driver_folder *folder, const char *path);

/* All of a file. OW_E_LIMIT when it is larger than limit. *ret: ow_blob_done(). */
int driver_folder_read(const ow_driver_folder *folder, const struct driver_file *file, size_t limit, ow_blob *ret,
                       ow_error *err);

/* The file as what a row of a plan holds; read anew each time, so the folder has to outlive the plan. */
ow_source driver_folder_source(const struct driver_file *file);

/* An INF of the folder as it concerns one guest. */
struct driver_candidate {
        const struct driver_file *file;
        char *name;        /* "viostor": its file name without .inf, lower case; a safe name for a folder */
        char *version;     /* "62.91.104.22400 of 2022-07-18" */
        char *description; /* of the first model */
        char *why;         /* "NTamd64.10.0", or why it is not for this guest */
        bool fits;
        ow_inf_decoration decoration; /* of the models' section */
        uint16_t built_for;           /* Windows that its images are built for: major << 8 | minor; 0 not said */
        uint32_t date;
        uint16_t numbers[4];
};

struct driver_candidates {
        struct driver_candidate *items; /* sorted by name, the best of a name first */
        size_t n, cap;
};

/* What INFs are matched against. OW_E_REFUSED when the guest's version or architecture is not known. */
int driver_target_get(ow_guest *guest, ow_inf_target *ret, ow_error *err);

/* Judges every INF of folder. *ret: driver_candidates_done(). */
int driver_candidates_get(const ow_driver_folder *folder, const ow_inf_target *target, struct driver_candidates *ret,
                          ow_error *err);
void driver_candidates_done(struct driver_candidates *candidates);

/* Reads and parses the INF of a candidate. */
int driver_inf_read(const ow_driver_folder *folder, const struct driver_file *file, ow_inf **ret, ow_error *err);

/* The file that INF file inf names, in folder below it. NULL: not there. < 0 error. */
int driver_beside(const ow_driver_folder *folder, const struct driver_file *inf, const char *below, const char *name,
                  const struct driver_file **ret, ow_error *err);

/* The last part of a service's image path: "viostor.sys". */
const char *driver_base_name(const char *path);

/* True when name is one that a file of a package may have: no path, no stream, nothing that Windows forbids. */
bool driver_name_ok(const char *name);

/* Rows that bring candidate into the guest of job. *total: bytes so far. */
int driver_plan(struct fix_job *job, const ow_driver_folder *folder, const struct driver_candidate *candidate,
                const ow_inf_target *target, uint64_t *total, ow_error *err);

#endif
