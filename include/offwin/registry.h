/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/registry.h - the registry of a guest: Windows paths onto its hives.
 *
 * Hives are opened when a path first needs them and stay open. "HKLM\SYSTEM\CurrentControlSet" leads through
 * Select, "HKU\<who>\Software\Classes" to "HKU\<who>_Classes". HKCU and CurrentControlSet can stand for several
 * places: ow_registry_expand() names them all. Below HKU go SIDs, profile names, ".DEFAULT", "offwin-default" (the
 * profile that new users get) and, when SOFTWARE is missing and no SID is known, "offwin-user-<folder>".
 *
 * A dirty hive whose logs do not complete it can be read (ow_guest_problem() says so) but not edited, unless the
 * machine was opened with accept_dirty.
 */
#ifndef OFFWIN_REGISTRY_H
#define OFFWIN_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/hive.h>
#include <offwin/machine.h>

OW_BEGIN_DECLS

/* A key of an open hive. */
typedef struct ow_regkey {
        ow_hive *hive;
        ow_key key;
} ow_regkey;

/* 1 found, 0 absent (also when its hive is not there), < 0 error. HKCU is OW_E_INVAL here: expand it first. */
OW_API int ow_registry_find(ow_guest *guest, const char *path, ow_regkey *ret, ow_error *err);

/* As ow_registry_find(), and makes what is missing. OW_E_ABSENT when its hive is not there; OW_E_REFUSED
 * Software\\Classes of a user without UsrClass.dat. */
OW_API int ow_registry_create(ow_guest *guest, const char *path, ow_regkey *ret, ow_error *err);

/* One value by key path and name. 1 found, 0 absent, < 0 error. */
OW_API int ow_registry_get(ow_guest *guest, const char *path, const char *name, uint32_t *ret_type, ow_blob *ret,
                           ow_error *err);

/* 0 when what lies at path may be edited. OW_E_DIRTY: its hive was not closed, no log completes it, and that was not
 * accepted (see accept_dirty); OW_E_ABSENT: no such hive; the volume's refusal. ow_registry_create() checks it too. */
OW_API int ow_registry_editable(ow_guest *guest, const char *path, ow_error *err);

/* The hive that a path lies in and what is left of the path, for reg commands. 1 found, 0 hive not there. *ret_rest
 * is the guest's and lives until the next call. */
OW_API int ow_registry_hive(ow_guest *guest, const char *path, ow_hive **ret_hive, const char **ret_rest,
                            ow_error *err);

/**
 * ow_registry_expand - all concrete paths that path stands for
 *
 * CurrentControlSet becomes each control set that the next boot may use (ow_control_sets.edit); HKCU becomes
 * HKU\<SID> of every profile whose hive is there, the default profile (HKU\offwin-default) and HKU\.DEFAULT;
 * HKU\<user name> becomes HKU\<SID>. Everything else stands for itself. HKEY_CURRENT_CONFIG becomes the hardware
 * profile that IDConfigDB of each control set names (OW_E_REFUSED: it names none). HKCU\Software\Classes leaves out who
 * has no UsrClass.dat, where Windows keeps classes alone: a problem of the guest names them; OW_E_REFUSED: nobody is
 * left.
 * *ret is an array of *ret_count texts, the caller's: ow_registry_paths_free().
 */
OW_API int ow_registry_expand(ow_guest *guest, const char *path, char ***ret, size_t *ret_count, ow_error *err);
OW_APIV void ow_registry_paths_free(char **paths, size_t count);

/* ---- whole hives ---- */

/* One hive of a guest. Texts and hive are the guest's. */
typedef struct ow_registry_entry {
        const char *place;              /* "HKLM\\SYSTEM", "HKU\\S-1-5-21-..." */
        const char *file;               /* its path on the volume */
        uint64_t file_size;             /* bytes */
        ow_hive *hive;                  /* NULL: it cannot be loaded, see error */
        bool stale;                     /* it was not closed, and no log completes it */
        ow_error error;
} ow_registry_entry;

/* Every hive of the guest that is there, loaded: the machine's, then those of the profiles. *ret is the caller's:
 * ow_registry_list_free(). */
OW_API int ow_registry_list(ow_guest *guest, ow_registry_entry **ret, size_t *ret_count, ow_error *err);
OW_APIV void ow_registry_list_free(ow_registry_entry *entries, size_t count);

/* The next save writes the hive at place also when its logs were replayed and nothing else changed. OW_E_ABSENT. */
OW_API int ow_registry_recover(ow_guest *guest, const char *place, ow_error *err);

/* Puts hive (see ow_hive_compact()) in the stead of the one at place, which is closed; the next save writes all of it
 * into the file and cuts the file to its size. Takes hive over, not on failure. OW_E_ABSENT; see
 * ow_registry_editable(). */
OW_API int ow_registry_replace(ow_guest *guest, const char *place, ow_hive *hive, ow_error *err);

/* Saves every edited hive into its file in the overlay and makes its logs invalid (their first sector is zeroed; see
 * docs/formats/windows-facts.md). ow_machine_commit() does it too. OW_E_READONLY on a machine opened read-only. */
OW_API int ow_registry_save(ow_guest *guest, uint64_t now, ow_error *err);

OW_END_DECLS

#endif
