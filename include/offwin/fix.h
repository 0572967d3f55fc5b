/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/fix.h - findings, fixes, plans and the ledger.
 *
 * A fix is data (fixes/<area>/<name>.fix, see docs/fixes.md) or built in. The same definition answers "does this
 * guest need it" (finding) and "what would change" (plan). A plan is a list of changes, each with its before and
 * its after; only ow_plan_apply() writes, and it stops when a "before" is not what it finds.
 */
#ifndef OFFWIN_FIX_H
#define OFFWIN_FIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/device.h>
#include <offwin/error.h>
#include <offwin/guest.h>
#include <offwin/io.h>

OW_BEGIN_DECLS

typedef struct ow_fix ow_fix;
typedef struct ow_fix_set ow_fix_set;
typedef struct ow_plan ow_plan;

/* ---- definitions ---- */

/**
 * ow_fix_set_load - built-in fixes plus every .fix file below the given folders, sorted by name
 * @dirs: later folders win over earlier ones for the same name
 *
 * Return: 0; OW_E_INVAL a bad file (text: file, line, what is wrong); OW_E_REFUSED a file that asks for something
 *         known to be harmful (docs/fixes.md, Guards); OW_E_ABSENT a folder is not there; OW_E_LIMIT; OW_E_IO.
 */
OW_API int ow_fix_set_load(const char *const *dirs, size_t n_dirs, ow_fix_set **ret_set, ow_error *err);
OW_APIV void ow_fix_set_free(ow_fix_set *set);
OW_APIV size_t ow_fix_set_count(const ow_fix_set *set);
OW_APIV const ow_fix *ow_fix_set_get(const ow_fix_set *set, size_t index);
OW_APIV const ow_fix *ow_fix_set_find(const ow_fix_set *set, const char *name);         /* NULL when unknown */

OW_APIV const char *ow_fix_name(const ow_fix *fix);             /* "ncsi-off" */
OW_APIV const char *ow_fix_area(const ow_fix *fix);             /* "network": its folder */
OW_APIV const char *ow_fix_title(const ow_fix *fix);            /* one line, what it does */
OW_APIV const char *ow_fix_why(const ow_fix *fix);              /* what happens at the first boot without it */
OW_APIV const char *ow_fix_source(const ow_fix *fix);           /* who says so, in public */
OW_APIV const char *ow_fix_note(const ow_fix *fix);             /* side effects and limits, or "" */
OW_APIV const char *ow_fix_windows(const ow_fix *fix);          /* "6.0-", "5.1-5.2", "" for all */
OW_APIV bool ow_fix_temporary(const ow_fix *fix);               /* given back by settle or the first boot */
OW_APIV bool ow_fix_in_all(const ow_fix *fix);                  /* part of --all (the others are asked for by name) */
/* NULL-terminated names of the parameters it needs ("wsus"); empty for most. */
OW_APIV const char *const *ow_fix_parameters(const ow_fix *fix);
/* What the parameter is, for a person ("URL of the WSUS server"); NULL when fix does not need it. */
OW_APIV const char *ow_fix_parameter_help(const ow_fix *fix, const char *parameter);
OW_APIV bool ow_fix_built_in(const ow_fix *fix);                /* not from a file */
/* Stands for what a command was asked for ("services"); found in plans only, never in a set. */
OW_APIV bool ow_fix_is_action(const ow_fix *fix);

/* The vocabulary of fix files, for help: see docs/fixes.md. */
typedef struct ow_fix_section {
        const char *title;              /* "Fix", "Service NAME" */
        const char *meaning;
} ow_fix_section;

/* Index below the count; static storage. */
OW_APIV size_t ow_fix_section_count(void);
OW_APIV const ow_fix_section *ow_fix_section_get(size_t index);

typedef struct ow_fix_word {
        const char *section;            /* title of its section */
        const char *key;
        const char *takes;
        const char *meaning;
} ow_fix_word;

/* Index below the count; static storage. */
OW_APIV size_t ow_fix_word_count(void);
OW_APIV const ow_fix_word *ow_fix_word_get(size_t index);

/* ---- parameters: --set name=value ---- */

typedef struct ow_fix_parameter {
        const char *name;
        const char *value;
} ow_fix_parameter;

/* ---- findings: doctor ---- */

enum ow_fix_status {
        OW_FIX_NEEDED,                  /* applies, and something would change */
        OW_FIX_DONE,                    /* applies, and everything is as the fix wants it */
        OW_FIX_NOT_FOR_THIS,            /* wrong Windows, or nothing there to fix; reason says which */
        OW_FIX_NEEDS_PARAMETER,         /* reason names --set NAME=... */
        OW_FIX_FAILED,                  /* could not be judged; reason */
        OW_FIX_LEFT,                    /* a part that a fix leaves as it is on purpose; reason. Of plans only */
};

typedef struct ow_finding {
        const ow_fix *fix;              /* NULL: a finding that no fix answers (pending reboot, missing hive) */
        char *id;                       /* the fix's name, or its own: "pending-reboot" */
        char *title;
        enum ow_fix_status status;
        char *reason;                   /* "" or why; one sentence */
        char *detail;                   /* "" or what in this guest shows it ("EnableActiveProbing is 1") */
        char *command;                  /* what ends a finding without fix; DISK stands for the image. NULL: none */
        enum ow_confidence confidence;  /* how sure a finding without fix is; OW_CONFIDENCE_NONE: not judged */
        uint32_t delay_before_s;        /* modelled seconds of first-boot delay that it takes part in; see forecast */
        uint32_t delay_after_s;
} ow_finding;

typedef struct ow_forecast_line {
        char *what;                     /* "DHCP tries on an unplugged or silent network" */
        uint32_t before_s, after_s;
        bool overlaps;                  /* runs beside the others: not added to the total */
        char *model;                    /* how the number came about, one line */
} ow_forecast_line;

typedef struct ow_diagnosis {
        ow_finding *findings;
        size_t n_findings;
        ow_forecast_line *forecast;
        size_t n_forecast;
        uint32_t before_s, after_s;     /* modelled first-boot delay, as the guest is, and after fix --all */
} ow_diagnosis;

/* Everything that may hurt the first boot. Reads only. *ret: ow_diagnosis_done(). docs/forecast.md is the model. */
OW_API int ow_diagnose(ow_guest *guest, const ow_fix_set *set, const ow_fix_parameter *parameters,
                       size_t n_parameters, ow_diagnosis *ret, ow_error *err);
OW_APIV void ow_diagnosis_done(ow_diagnosis *diagnosis);

/* ---- plans ---- */

enum ow_change_kind {
        OW_CHANGE_KEY_CREATE,           /* where: registry path */
        OW_CHANGE_KEY_DELETE,           /* where: registry path; everything below goes too */
        OW_CHANGE_VALUE,                /* where: registry path; name */
        OW_CHANGE_FILE,                 /* where: Windows path; made, replaced or removed: see content */
        OW_CHANGE_FOLDER_CREATE,        /* where: Windows path */
        OW_CHANGE_FOLDER_DELETE,        /* where: Windows path; it is empty when its turn comes */
};

typedef struct ow_datum {
        bool present;
        uint32_t type;                  /* OW_REG_*; 0 for files */
        ow_blob data;                   /* of a file: its bytes when the plan holds them, else empty */
} ow_datum;

typedef struct ow_change {
        enum ow_change_kind kind;
        const ow_fix *fix;              /* whose change it is; NULL: the ledger's (docs/ledger.md), or settle's */
        char *where;                    /* concrete: HKLM\SYSTEM\ControlSet001\..., HKU\S-1-5-..., C:\... */
        char *name;                     /* value name; "" is the default value */
        ow_datum before, after;
        bool temporary;                 /* goes into the ledger, settle gives it back; never of a file or folder */
        bool lasting;                   /* goes into the ledger too, for `svc enable`; settle leaves it */
        /* OW_CHANGE_FILE: what the file is to hold; read is NULL when it is to go. It is read when the plan is made,
         * applied and verified: what stands behind state must live as long as the plan. */
        ow_source content;
        uint64_t size_before;           /* bytes of the file that is there */
        uint64_t modified_before;       /* FILETIME; with the size it tells that the file is still the same */
} ow_change;

/*
 * What was asked for and does not become changes, with its reason. A fix that could be done in part only has rows
 * and stands here too, as OW_FIX_NOT_FOR_THIS.
 */
typedef struct ow_skipped {
        const ow_fix *fix;              /* NULL: settle's; the reason names the place */
        enum ow_fix_status status;
        char *reason;
} ow_skipped;

/**
 * ow_plan_make - what the named fixes would change in guest; reads only
 * @names: fix names; NULL with n_names 0: every fix that is part of --all
 *
 * Return: 0, also for an empty plan; OW_E_INVAL unknown fix or parameter, or a named fix whose parameter was not
 *         given; OW_E_REFUSED known-bad advice; OW_E_CONFLICT two fixes want different things of one place (both
 *         are named); OW_E_LIMIT; OW_E_NOMEM.
 */
OW_API int ow_plan_make(ow_guest *guest, const ow_fix_set *set, const char *const *names, size_t n_names,
                        const ow_fix_parameter *parameters, size_t n_parameters, ow_plan **ret_plan, ow_error *err);

/*
 * A plan in parts: an empty one, then calls that add rows to it (ow_plan_add_fixes() here, those of services,
 * adapters, devices in their headers), then ow_plan_finish(), which adds the ledger's rows. After an error of any of
 * them the plan is only good for ow_plan_free(). ow_plan_add_fixes() takes and returns what ow_plan_make() does.
 */
OW_API int ow_plan_begin(ow_plan **ret_plan, ow_error *err);
OW_API int ow_plan_add_fixes(ow_plan *plan, ow_guest *guest, const ow_fix_set *set, const char *const *names,
                             size_t n_names, const ow_fix_parameter *parameters, size_t n_parameters, ow_error *err);
OW_API int ow_plan_finish(ow_plan *plan, ow_guest *guest, ow_error *err);

/* What gives back everything in the guest's ledger. A value that changed since is left alone and reported skipped. */
OW_API int ow_plan_settle(ow_guest *guest, ow_plan **ret_plan, ow_error *err);

/* Files, as parts of a plan (ow_plan_begin()). What they add is never temporary. */

/**
 * ow_plan_put_file - adds what makes the file at a Windows path hold content, with the folders above it
 * @content: read now, when the plan is applied and when it is verified; its state must outlive the plan
 *
 * A new file gets the security descriptor of its folder; one that is there keeps its own, and its attributes.
 * Return: 1; 0 it holds just that already; OW_E_ABSENT no such drive; OW_E_EXISTS a folder has that name, or a file
 *         the name of a folder above it; OW_E_REFUSED a registry hive of the guest, or content that must not be written
 *         to (EFS, WOF, deduplicated, a link); OW_E_CONFLICT the plan wants something else there; OW_E_INVAL.
 */
OW_API int ow_plan_put_file(ow_plan *plan, ow_guest *guest, const char *path, const ow_source *content,
                            ow_error *err);

/* The same for a folder: 1, or 0 when it is there. */
OW_API int ow_plan_make_folder(ow_plan *plan, ow_guest *guest, const char *path, ow_error *err);

/**
 * ow_plan_remove - adds what removes a file or folder
 * @recursive: a folder goes with everything in it; links in it go, not what they lead to
 *
 * Return: 0; OW_E_ABSENT; OW_E_INVAL a folder that is not empty, without @recursive; OW_E_REFUSED what Windows needs to
 *         start; OW_E_LIMIT more rows than a plan may have.
 */
OW_API int ow_plan_remove(ow_plan *plan, ow_guest *guest, const char *path, bool recursive, ow_error *err);

/* What a plan holds, in the order in which it is applied; index below the count. Rows are the plan's, and die with
 * it. ow_plan_free(): NULL is fine. */
OW_APIV void ow_plan_free(ow_plan *plan);
OW_APIV size_t ow_plan_change_count(const ow_plan *plan);
OW_APIV const ow_change *ow_plan_change(const ow_plan *plan, size_t index);
OW_APIV size_t ow_plan_skipped_count(const ow_plan *plan);
OW_APIV const ow_skipped *ow_plan_skipped(const ow_plan *plan, size_t index);

/**
 * ow_plan_apply - make the changes in the guest's hives and files (in memory), with the ledger kept
 *
 * Re-reads each "before" first. Nothing reaches the image before ow_machine_commit().
 * Return: 0; OW_E_CONFLICT a "before" differs (nothing applied); OW_E_NOSPACE the guest's volume is full; OW_E_DIRTY
 *         or OW_E_REFUSED a hive that must not be edited; else the error of the edit that failed. After any error but
 *         OW_E_CONFLICT the guest is partly changed in memory: close the machine without a commit.
 */
OW_API int ow_plan_apply(ow_plan *plan, ow_guest *guest, ow_error *err);

/* Reads every "after" back from guest, opened anew after the commit. OW_E_CONFLICT names the first that differs. */
OW_API int ow_plan_verify(const ow_plan *plan, ow_guest *guest, ow_error *err);

OW_END_DECLS

#endif
