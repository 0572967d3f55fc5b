/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/driver.h - bringing drivers from a folder of the host into a Windows: a virtio-win tree, what was on a CD,
 * or one driver. docs/boot-storage.md says what is done with them.
 */
#ifndef OFFWIN_DRIVER_H
#define OFFWIN_DRIVER_H

#include <offwin/error.h>
#include <offwin/fix.h>
#include <offwin/guest.h>

OW_BEGIN_DECLS

typedef struct ow_driver_folder ow_driver_folder;

/**
 * ow_driver_folder_open - list the files below a folder
 * @ret: the caller's: ow_driver_folder_close(), after the plan that it was given to
 *
 * Symbolic links are not followed, anywhere below @path. Names are found whatever their case, as Windows would.
 * Return: 0; OW_E_ABSENT no such folder, or no INF in it; OW_E_LIMIT; OW_E_IO; OW_E_NOMEM.
 */
OW_API int ow_driver_folder_open(const char *path, ow_driver_folder **ret, ow_error *err);
OW_APIV void ow_driver_folder_close(ow_driver_folder *folder);

/**
 * ow_plan_inject - adds what brings the drivers of folder that are for this Windows into it
 *
 * Of several INFs of one name, the one that is nearest to this Windows is taken. Its package goes into a folder that
 * Plug and Play searches at the first boot; a driver of a disk controller also becomes a boot driver. What is left
 * out, and why, is in the plan (ow_plan_skipped()). Return: 0; OW_E_ABSENT none of them is for this Windows: the text
 * says why; OW_E_REFUSED its version or architecture is not known; OW_E_LIMIT; OW_E_IO; OW_E_NOMEM.
 */
OW_API int ow_plan_inject(ow_plan *plan, ow_guest *guest, ow_driver_folder *folder, ow_error *err);

OW_END_DECLS

#endif
