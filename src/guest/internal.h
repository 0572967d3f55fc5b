/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of this room share: the machine, the guest, its hives, and typed reading of values.
 *
 * Facts are read with a forgiving hand: what is missing or damaged becomes a problem note and a fact less, never a
 * failed call. Only running out of memory ends the reading; it is kept in ow_guest.out_of_memory and checked once.
 */
#ifndef GUEST_INTERNAL_H
#define GUEST_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/guest.h>
#include <offwin/hive.h>
#include <offwin/machine.h>
#include <offwin/reg.h>
#include <offwin/registry.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/macros.h"

OW_DEFINE_AUTO(ow_file, ow_file_close);
OW_DEFINE_AUTO(ow_guest, ow_guest_close);
OW_DEFINE_AUTO(ow_hive, ow_hive_close);
OW_DEFINE_AUTO(ow_machine, ow_machine_close);

#define OW_AUTO_BLOB     __attribute__((cleanup(ow_blob_done))) ow_blob
#define OW_AUTO_KEY_INFO __attribute__((cleanup(ow_key_info_done))) ow_key_info

/* ---- the machine ---- */

struct machine_disk {
        ow_disk *disk;
        ow_partition_table table;
};

struct machine_guest {
        size_t volume;                  /* index */
        char *root;                     /* "Windows" */
        char *id;                       /* "disk1:partition2:Windows" */
};

struct ow_machine {
        bool writable;
        bool allow_outside;
        bool accept_dirty;
        bool discard_hibernation;
        ow_log log;
        char *journal_dir;
        struct machine_disk *disks;
        size_t n_disks;
        ow_machine_volume *volumes;
        size_t n_volumes, cap_volumes;
        struct machine_guest *guests;
        size_t n_guests, cap_guests;
        ow_guest *open_guests;          /* linked by ow_guest.next */
};

/* "disk 1 partition 2", or "disk 1" for a file system without a partition table. */
void machine_volume_text(const ow_machine *machine, size_t volume, char *buf, size_t size);

/* Fills machine->guests from the volumes that can be read. */
int machine_find_installations(ow_machine *machine, ow_error *err);

/* ---- the guest ---- */

enum guest_hive_state { GUEST_HIVE_UNTRIED, GUEST_HIVE_OPEN, GUEST_HIVE_ABSENT, GUEST_HIVE_FAILED };

struct guest_hive {
        char *place;                    /* "HKLM\\SYSTEM", "HKU\\S-1-5-19" */
        char *path;                     /* on its volume */
        size_t volume;                  /* index in the machine's */
        ow_file *file;                  /* outlives hive */
        ow_hive *hive;
        enum guest_hive_state state;
        bool stale;                     /* dirty, no log applied, and nobody said that this is accepted */
        bool recover;                   /* saved also when only its logs changed it */
        ow_error error;                 /* of GUEST_HIVE_FAILED */
};

struct ow_guest {
        ow_machine *machine;
        ow_guest *next;
        size_t volume;                  /* index in the machine's */
        const char *root;
        const char *id;
        bool out_of_memory;

        struct guest_hive **hives;
        size_t n_hives, cap_hives;
        char *rest;                     /* what ow_registry_hive() handed out last */

        char **problems;
        size_t n_problems, cap_problems;

        ow_windows windows;
        ow_control_sets control_sets;
        ow_drive *drives;
        size_t n_drives, cap_drives;
        char system_drive;
        ow_user *users;
        size_t n_users, cap_users;
        ow_guest_state state;
        enum ow_firmware firmware;
        size_t bcd_volume;              /* SIZE_MAX: no store found */
        const char *bcd_path;
        struct ow_network *network;     /* read on first use */
        struct guest_devices *devices;  /* the same */
        struct guest_extra *winsock, *nla, *firewall, *system;
        struct guest_service_set *service_sets;         /* those read so far */
        struct guest_software *software;                /* the same */
        struct guest_service_note *service_notes;
};

/* The order of the calls in ow_guest_open() is the order here: later ones use what earlier ones found. */
void guest_load_control_sets(ow_guest *guest);
void guest_load_version(ow_guest *guest);
void guest_load_drives(ow_guest *guest);
void guest_load_firmware(ow_guest *guest);
void guest_load_users(ow_guest *guest);
void guest_load_state(ow_guest *guest);

void guest_services_done(ow_guest *guest);
void guest_software_free(struct guest_software *software);

/* One sentence for ow_guest_problem(). The same sentence is kept once; past a limit, further ones are dropped. */
void guest_note(ow_guest *guest, const char *fmt, ...) OW_PRINTF(2, 3);

/* Keeps a failed read: notes it, or remembers that memory ran out. context is what was being read. */
void guest_note_error(ow_guest *guest, const ow_error *err, const char *context);

/* ---- hives and paths ---- */

/*
 * The hive called name (name_size bytes: "SYSTEM", a SID, ...) below root, open. 1, or 0 when there is none; a hive
 * that is there and cannot be loaded fails, each time with the same error.
 */
int guest_hive_get(ow_guest *guest, enum ow_reg_root root, const char *name, size_t name_size,
                   struct guest_hive **ret, ow_error *err);
void guest_hive_free(struct guest_hive *hive);

/* OW_E_DIRTY or OW_E_READONLY when hive must not be edited, else 0. */
int guest_hive_editable(const ow_guest *guest, const struct guest_hive *hive, ow_error *err);

/* The hive of a Windows registry path and the rest below it, CurrentControlSet resolved. 1, 0 no such hive, < 0. */
int guest_registry_split(ow_guest *guest, const char *path, struct guest_hive **ret_hive, char **ret_rest,
                         ow_error *err);

/* Would what is made at HKU\<who>\<rest> last? 0: it is below Software\Classes of a person or of the default profile
 * that has no UsrClass.dat, and Windows keeps classes there alone. 1, 0, < 0. */
int guest_classes_last(ow_guest *guest, const char *who, size_t who_size, const char *rest, ow_error *err);

/* The name below HKU by which a user's hive goes: the SID, "offwin-default", or "offwin-user-<folder>". */
void guest_user_place(const ow_user *user, char *buf, size_t size);

/* The user that name (a SID, a place as above, or a profile's name) means, or NULL. */
const ow_user *guest_user_find(const ow_guest *guest, const char *name, size_t name_size);

/* Length of the first part of a registry path; *ret_next is what follows its '\\' or the empty end. */
size_t guest_path_part(const char *path, const char **ret_next);

/* ---- typed, checked reading; false: absent, of an odd type (noted), or damaged (noted) ---- */

bool guest_key(ow_guest *guest, const char *path, ow_regkey *ret);
bool guest_subkey(ow_guest *guest, ow_regkey at, const char *path, ow_regkey *ret);

/* Next subkey and its name, the caller's. Damaged elements are noted and stepped over. */
bool guest_next_subkey(ow_guest *guest, ow_regkey at, ow_subkey_iter *iter, ow_regkey *ret, char **ret_name);

/* Next value: name the caller's, its data not yet read. */
bool guest_next_value(ow_guest *guest, ow_regkey at, uint32_t *index, ow_value *ret, char **ret_name);

bool guest_blob(ow_guest *guest, ow_regkey at, const char *name, uint32_t *ret_type, ow_blob *ret);

/* REG_SZ and REG_EXPAND_SZ, also the first string of a REG_MULTI_SZ. Cut to fit; "" when false. */
bool guest_text(ow_guest *guest, ow_regkey at, const char *name, char *buf, size_t size);
bool guest_dword(ow_guest *guest, ow_regkey at, const char *name, uint32_t *ret);
bool guest_filetime(ow_guest *guest, ow_regkey at, const char *name, uint64_t *ret);    /* QWORD or 8 bytes */

/* REG_MULTI_SZ or a single string: calls fn with each non-empty one. */
void guest_each_text(ow_guest *guest, ow_regkey at, const char *name, void (*fn)(void *state, const char *text),
                     void *state);

/* The same on data in hand; name is for notes. */
bool guest_blob_text(ow_guest *guest, const char *name, uint32_t type, const ow_blob *blob, char *buf, size_t size);
bool guest_blob_dword(ow_guest *guest, const char *name, uint32_t type, const ow_blob *blob, uint32_t *ret);
void guest_blob_each_text(ow_guest *guest, uint32_t type, const ow_blob *blob,
                          void (*fn)(void *state, const char *text), void *state);

/* ---- text ---- */

/* Copies as much of text as fits, whole UTF-8 sequences only. */
void guest_copy(char *buf, size_t size, const char *text);

/* Appends part, with ", " between parts; a part that does not fit is left out whole. */
void guest_append(char *buf, size_t size, const char *part);

/* Case-blind as Windows. */
bool guest_text_equal(const char *a, const char *b);
bool guest_text_begins(const char *text, const char *prefix);
bool guest_text_contains(const char *text, const char *part);   /* ASCII case only */

/* ---- files ---- */

/* Expands %SystemRoot%, %SystemDrive% and the like at the start of path into a drive path ("C:\\Windows\\..."). */
void guest_expand_path(const ow_guest *guest, const char *path, char *buf, size_t size);

/* path as ow_guest_resolve_path() takes it, as "C:\\...", whether that drive is there or not: 0, or OW_E_*. */
int guest_drive_path(const ow_guest *guest, const char *path, char *buf, size_t size, ow_error *err);

/* 1 when a Windows path leads to something, 0 when not, < 0 when nobody can tell. Memory that runs out is noted. */
int guest_path_there(ow_guest *guest, const char *path);

/* The program of a command line into buf, with ".exe" when it has no extension; false when it does not fit. */
bool guest_program_of(const char *line, char *buf, size_t size);

/* 1 a file of at least one byte, 0 not, < 0 never: errors are noted. */
bool guest_file_there(ow_guest *guest, size_t volume, const char *path);

#endif
