/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --plan FILE: a plan file and the files of the host that it names, found before the right to open files is given up.
 */
#ifndef CLI_PLAN_FILE_H
#define CLI_PLAN_FILE_H

#include <offwin/planfile.h>

#include "host-files.h"
#include "options.h"

struct plan_file {
        ow_planfile *file; /* NULL: no --plan */
        struct host_files host;
        ow_source *contents;    /* of ow_planfile_host_path(), in its order */
        struct text_list paths; /* theirs; the texts are this struct's */
};

/*
 * Reads FILE of --plan and finds what it names, which must lie in or below its folder. Tells privileges.h about it.
 * 0, also without --plan; an OW_E_*.
 */
int plan_file_load(const struct arguments *arguments, struct plan_file *ret, ow_error *err);
void plan_file_done(struct plan_file *plan);

#endif
