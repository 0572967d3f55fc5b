/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/planfile.h - a whole migration in one YAML file: fixes, vendor software, services, addresses, files and
 * first-boot scripts. docs/plan.md is the format.
 */
#ifndef OFFWIN_PLANFILE_H
#define OFFWIN_PLANFILE_H

#include <stddef.h>

#include <offwin/error.h>
#include <offwin/fix.h>
#include <offwin/guest.h>
#include <offwin/io.h>

OW_BEGIN_DECLS

typedef struct ow_planfile ow_planfile;

/**
 * ow_planfile_parse - read the text of a plan file
 * @label: what errors call it: its path
 * @text:  UTF-8, at most 1 MiB
 *
 * Checks the shape of it all: keys, kinds of values, what excludes what. Names and addresses are looked at by
 * ow_plan_add_planfile(), which knows the machine.
 * Return: 0; OW_E_INVAL with "label:line: what is wrong", err->where is the line when it is known; OW_E_LIMIT;
 *         OW_E_NOMEM. *ret_file: ow_planfile_free().
 */
OW_API int ow_planfile_parse(const char *label, const void *text, size_t size, ow_planfile **ret_file, ow_error *err);
OW_APIV void ow_planfile_free(ow_planfile *file); /* NULL is fine */

/* Files of the host that the plan puts into the guest: index below the count; paths as written in it. */
OW_APIV size_t ow_planfile_host_count(const ow_planfile *file);
OW_APIV const char *ow_planfile_host_path(const ow_planfile *file, size_t index);

/**
 * ow_plan_add_planfile - rows for everything that a plan file asks for
 * @set:  the known fixes
 * @host: one content for each of ow_planfile_host_path(), in that order; what is behind it outlives @plan
 *
 * Return: 0; OW_E_INVAL something in the file is not right for this machine (text: "label:line: ..." where it can be
 *         told); OW_E_REFUSED the file is for another machine, or what the areas refuse; OW_E_CONFLICT; OW_E_NOMEM.
 */
OW_API int ow_plan_add_planfile(ow_plan *plan, ow_guest *guest, const ow_fix_set *set, const ow_planfile *file,
                                const ow_source *host, ow_error *err);

/**
 * ow_planfile_export - the addressing of guest as a plan file, to be edited and given back
 * @ret_text: YAML, the caller's: ow_text_free()
 */
OW_API int ow_planfile_export(ow_guest *guest, char **ret_text, ow_error *err);

OW_END_DECLS

#endif
