/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin/guest.h - facts about one Windows installation. Strings are the guest's, UTF-8, "" when not known. */
#ifndef OFFWIN_GUEST_H
#define OFFWIN_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/io.h>
#include <offwin/machine.h>
#include <offwin/service.h>
#include <offwin/volume.h>

OW_BEGIN_DECLS

enum ow_product_type { OW_PRODUCT_UNKNOWN, OW_PRODUCT_CLIENT, OW_PRODUCT_SERVER, OW_PRODUCT_DOMAIN_CONTROLLER };
enum ow_arch { OW_ARCH_UNKNOWN, OW_ARCH_X86, OW_ARCH_X64, OW_ARCH_ARM64, OW_ARCH_IA64, OW_ARCH_ALPHA, OW_ARCH_OTHER };
enum ow_firmware { OW_FIRMWARE_UNKNOWN, OW_FIRMWARE_BIOS, OW_FIRMWARE_UEFI };

typedef struct ow_windows {
        uint32_t major, minor;          /* NT version, e.g. 6.1; 0.0 when not known */
        uint32_t build;                 /* 0 when not known */
        uint32_t revision;              /* UBR, 0 when not known */
        uint32_t service_pack;          /* 0 when none or not known */
        char name[128];                 /* "Windows Server 2008 R2 Standard" */
        char edition[64];               /* EditionID, or "" */
        char release[32];               /* "1709", "22H2", or "" */
        char installation_type[32];     /* "Server Core", ... or "" */
        enum ow_product_type product;
        enum ow_arch arch;
        char computer_name[64];
        char domain[256];               /* DNS name of the domain it belongs to, or "" */
        bool domain_member;
        uint64_t installed;             /* FILETIME or 0 */
        uint64_t last_shutdown;         /* FILETIME or 0 */
        bool from_fallback;             /* the SOFTWARE hive was not there: version told by SYSTEM alone */
} ow_windows;

/* Which Windows it is, as far as its hives tell. The names of the numbers: static storage. */
OW_APIV const ow_windows *ow_guest_windows(const ow_guest *guest);
OW_APIV const char *ow_product_type_name(enum ow_product_type product);
OW_APIV const char *ow_arch_name(enum ow_arch arch);

/* Control sets. current and default_ are numbers as in Select; edit lists those the next boot may use, no doubles. */
typedef struct ow_control_sets {
        uint32_t current, default_, failed, last_known_good;
        uint32_t edit[2];
        size_t n_edit;
} ow_control_sets;

/* What Select says; all 0 when there is no SYSTEM hive. */
OW_APIV const ow_control_sets *ow_guest_control_sets(const ow_guest *guest);

typedef struct ow_drive {
        char letter;                    /* 'C' */
        size_t volume;                  /* index in the machine's volumes, or SIZE_MAX: not on the disks given */
        char what[160];                 /* "disk 1 partition 2", or the device it names, or why it is not found */
} ow_drive;

/* Drive letters, index below the count. */
OW_APIV size_t ow_guest_drive_count(const ow_guest *guest);
OW_APIV const ow_drive *ow_guest_drive(const ow_guest *guest, size_t index);
/* The letter that Windows itself runs from ('C' nearly always), or 0. */
OW_APIV char ow_guest_system_drive(const ow_guest *guest);

/**
 * ow_guest_resolve_path - a Windows path to a volume and a path on it
 * @path: C:\..., \..., %SystemRoot%\..., \SystemRoot\..., \??\C:\..., system32\... (below the system root)
 * @ret_path: the caller's: ow_text_free()
 *
 * Return: 0; OW_E_ABSENT no such drive on the disks given; OW_E_UNSUPPORTED UNC and device paths; OW_E_INVAL.
 */
OW_API int ow_guest_resolve_path(ow_guest *guest, const char *path, ow_volume **ret_volume, char **ret_path,
                                 ow_error *err);

enum ow_user_kind { OW_USER_PERSON, OW_USER_DEFAULT, OW_USER_SYSTEM, OW_USER_SERVICE };

typedef struct ow_user {
        enum ow_user_kind kind;
        char sid[192];                  /* "" for the default profile, or when not known (no SOFTWARE) */
        char name[260];                 /* last part of the profile path */
        char profile[520];              /* ProfileImagePath, resolved: C:\Users\... */
        bool hive_present;              /* its NTUSER.DAT is on the disks given */
} ow_user;

/* Profiles, index below the count. */
OW_APIV size_t ow_guest_user_count(const ow_guest *guest);
OW_APIV const ow_user *ow_guest_user(const ow_guest *guest, size_t index);

typedef struct ow_guest_state {
        bool setup_in_progress;         /* Setup\SystemSetupInProgress, or SetupType set */
        bool oobe_in_progress;
        bool sysprep_generalized;
        bool pending_renames;           /* Session Manager\PendingFileRenameOperations */
        bool pending_cbs;               /* Component Based Servicing\RebootPending */
        bool pending_update;            /* WindowsUpdate\Auto Update\RebootRequired */
        bool fast_startup;              /* HiberbootEnabled */
        bool hibernated;                /* hiberfil.sys holds a session */
        bool volume_dirty;              /* chkdsk runs at the next boot */
        bool unclean_journal;           /* $LogFile was not closed: crashed, lost power, or still running */
} ow_guest_state;

/* What the last session left behind, and what firmware the installation boots from. */
OW_APIV const ow_guest_state *ow_guest_state_get(const ow_guest *guest);
OW_APIV enum ow_firmware ow_guest_firmware(const ow_guest *guest);
OW_APIV const char *ow_firmware_name(enum ow_firmware firmware);

/* Problems met while reading (missing or damaged hive, odd values), one sentence each. */
OW_APIV size_t ow_guest_problem_count(const ow_guest *guest);
OW_APIV const char *ow_guest_problem(const ow_guest *guest, size_t index);

/* Where the guest was opened from, and what it is called there (see ow_machine_guest_id()). */
OW_APIV ow_machine *ow_guest_machine(const ow_guest *guest);
OW_APIV ow_volume *ow_guest_volume(const ow_guest *guest);        /* the one with the system root */
OW_APIV const char *ow_guest_root(const ow_guest *guest);         /* "Windows" */
OW_APIV const char *ow_guest_id(const ow_guest *guest);

OW_END_DECLS

#endif
