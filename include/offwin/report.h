/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/report.h - what was found and what would change, as text for people, JSON for programs, and HTML.
 *
 * Texts are UTF-8 and the caller's: ow_text_free(). Names and data of a guest are hostile: in text every control
 * character is escaped, so nothing of a guest reaches a terminal raw; JSON and HTML are always well formed.
 * The JSON forms are described in docs/man/offwin-json.5.scd.
 */
#ifndef OFFWIN_REPORT_H
#define OFFWIN_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/disk.h>
#include <offwin/error.h>
#include <offwin/firewall.h>
#include <offwin/fix.h>
#include <offwin/device.h>
#include <offwin/guest.h>
#include <offwin/machine.h>
#include <offwin/network.h>
#include <offwin/nla.h>
#include <offwin/reg.h>
#include <offwin/registry.h>
#include <offwin/service.h>
#include <offwin/vendor.h>
#include <offwin/storage.h>
#include <offwin/volume.h>
#include <offwin/winsock.h>

OW_BEGIN_DECLS

enum ow_report_format { OW_REPORT_TEXT, OW_REPORT_JSON, OW_REPORT_HTML };

typedef struct ow_report_options {
        enum ow_report_format format;
        unsigned columns;               /* text: wrap here; 0 is 80, less than 40 is 40 */
        bool colour;                    /* text: terminal colours */
        bool verbose;                   /* doctor: also what is fine or does not apply; plan: why each fix is there */
        bool full;                      /* inspect: also software, hardware and settings; see offwin/system.h */
        size_t max_changes;             /* of an edit by hand: the rest is only counted; 0: all are listed */
        size_t more_changes;            /* of an edit by hand: beside those that are handed over, and only counted */
        const char *journal_dir;        /* as given to the commit, for the undo command that is shown; or NULL */
} ow_report_options;

/* guests may be empty: disks and volumes are still shown. HTML is OW_E_UNSUPPORTED everywhere but for a diagnosis. */
OW_API int ow_report_inspect(ow_machine *machine, ow_guest *const *guests, size_t n_guests,
                             const ow_report_options *options, char **ret, ow_error *err);
OW_API int ow_report_diagnosis(ow_guest *guest, const ow_diagnosis *diagnosis, const ow_report_options *options,
                               char **ret, ow_error *err);

/* What `net export` made: yaml itself, or that it was written to the file at path (NULL: it was not). */
OW_API int ow_report_planfile(const char *yaml, const char *path, const ow_report_options *options, char **ret,
                              ow_error *err);

enum ow_plan_outcome {
        OW_PLAN_DRY_RUN,                /* changes, skipped, and that nothing was written */
        OW_PLAN_APPLIED,                /* changes, skipped, and what the commit did */
        OW_PLAN_NOTHING_TO_DO,          /* skipped, and that there is nothing to change */
        OW_PLAN_PROPOSED,               /* text: changes and skipped without an end: a question or DONE follows */
        OW_PLAN_DONE,                   /* text: only what the commit did, after PROPOSED */
};

/* commit may be NULL (dry run). */
OW_API int ow_report_plan(ow_guest *guest, const ow_plan *plan, enum ow_plan_outcome outcome,
                          const ow_commit_result *commit, const ow_report_options *options, char **ret,
                          ow_error *err);

/* As ow_report_plan() for changes that no plan holds: an edit by hand. */
OW_API int ow_report_changes(ow_guest *guest, const ow_change *changes, size_t n_changes,
                             enum ow_plan_outcome outcome, const ow_commit_result *commit,
                             const ow_report_options *options, char **ret, ow_error *err);

/* The same for a hive file (offwin/hivefile.h), called file; where of a change is a path below its root. counts: what
 * was asked for, when changes were too many to keep; else NULL. */
OW_API int ow_report_hive_changes(const char *file, const char *prefix, const ow_change *changes, size_t n_changes,
                                  const ow_reg_counts *counts, enum ow_plan_outcome outcome,
                                  const ow_commit_result *commit, const ow_report_options *options, char **ret,
                                  ow_error *err);

/* ---- lists ---- */

/* Vendor packs that are installed, and how each was recognised; with all also what else was looked for. */
OW_API int ow_report_vendor(ow_guest *guest, const ow_vendor_packs *packs, bool all,
                            const ow_report_options *options, char **ret, ow_error *err);

/* Every fix of set: name, for which Windows, what it does; with verbose also why and its source. */
OW_API int ow_report_fixes(const ow_fix_set *set, const ow_report_options *options, char **ret, ow_error *err);

/* Undo records of the disk called name, newest first, as ow_undo_list() gives them. */
OW_API int ow_report_undo(const char *name, const ow_undo_record *records, size_t n_records,
                          const ow_report_options *options, char **ret, ow_error *err);

/* What an undo took back; result is NULL for a dry run. */
OW_API int ow_report_undone(const char *name, const ow_undo_record *record, const ow_commit_result *result,
                            const ow_report_options *options, char **ret, ow_error *err);

/* One registry key: its subkeys' names and its values. path is what stands for it. A damaged part is told in its
 * place and the rest goes on. JSON: one object. */
OW_API int ow_report_key(ow_regkey at, const char *path, const ow_report_options *options, char **ret,
                         ow_error *err);

/* One value. Text: only the data, one line per string, numbers decimal, binary as hex. JSON: one object. */
OW_API int ow_report_value(const char *path, const char *name, uint32_t type, const void *data, size_t size,
                           const ow_report_options *options, char **ret, ow_error *err);

/* One find of a search. same_key: the one before was in the same key, so its heading stands. */
OW_API int ow_report_match(const ow_reg_match *match, bool same_key, const ow_report_options *options, char **ret,
                           ow_error *err);

/* What ow_reg_export_rescue() wrote from path into the file called name. */
OW_API int ow_report_exported(const char *path, const char *name, uint64_t bytes, const ow_reg_counts *counts,
                              uint64_t n_lost, const ow_report_options *options, char **ret, ow_error *err);

/* The difference between what is called before and after, as the changes that turn one into the other. */
OW_API int ow_report_diff(const char *before, const char *after, const ow_change *changes, size_t n_changes,
                          const ow_report_options *options, char **ret, ow_error *err);

/* ---- services and drivers ---- */

typedef struct ow_service_list {
        const ow_service *const *items; /* of one control set */
        size_t count, total;            /* shown, and those that were chosen from */
        uint32_t control_set;
        bool full;                      /* also what needs their files to be read */
} ow_service_list;

/* The services of list, one line each; with full all of each. */
OW_API int ow_report_services(ow_guest *guest, const ow_service_list *list, const ow_report_options *options,
                              char **ret, ow_error *err);

/* All that is known of one. */
OW_API int ow_report_service(ow_guest *guest, const ow_service *service, const ow_report_options *options, char **ret,
                             ow_error *err);

enum ow_graph_form {
        OW_GRAPH_TEXT,                  /* what each needs */
        OW_GRAPH_ORDER,                 /* the order in which a boot loads it */
        OW_GRAPH_DOT,                   /* for Graphviz */
};

/* control_set: 0 is the current one. JSON holds what text and order tell. */
OW_API int ow_report_service_graph(ow_guest *guest, uint32_t control_set, enum ow_graph_form form,
                                   const ow_report_options *options, char **ret, ow_error *err);
/* ---- network and devices ---- */

/* The network of a guest. only: one adapter of it, with everything; or NULL. all: also hidden adapters and every
 * detail. */
OW_API int ow_report_network(ow_guest *guest, const ow_network *network, const ow_adapter *only, bool all,
                             const ow_report_options *options, char **ret, ow_error *err);

/* Keywords of adapters of network (offwin/tuning.h); indices NULL: of every card. verbose: also those that are
 * only declared. Then the switches of TCP/IP. */
OW_API int ow_report_tuning(ow_guest *guest, const ow_network *network, const size_t *indices, size_t n_indices,
                            const ow_report_options *options, char **ret, ow_error *err);

/* Winsock providers: those that are layered or not Windows' own; with verbose all of them. */
OW_API int ow_report_winsock(ow_guest *guest, const ow_winsock *winsock, const ow_report_options *options, char **ret,
                             ow_error *err);

/* The firewall: profiles and rules for what is gone; with verbose all rules. */
OW_API int ow_report_firewall(ow_guest *guest, const ow_firewall *firewall, const ow_report_options *options,
                              char **ret, ow_error *err);

/* Remembered networks, and what is set about them and about the probes. */
OW_API int ow_report_nla(ow_guest *guest, const ow_nla *nla, const ow_report_options *options, char **ret,
                         ow_error *err);

/* Devices: a list, or with whole everything that is known of each. */
OW_API int ow_report_devices(ow_guest *guest, const ow_device *const *devices, size_t n_devices, bool whole,
                             const ow_report_options *options, char **ret, ow_error *err);

/* On which controllers the guest finds its disk. */
OW_API int ow_report_storage(ow_guest *guest, const ow_storage_report *report, const ow_report_options *options,
                             char **ret, ow_error *err);

/* ---- whole hives ---- */

/* What ow_hive_check() told, kept. Start with all zero. */
typedef struct ow_report_faults {
        struct ow_report_fault *items;
        size_t count, cap;              /* kept; later ones are only counted by the check */
        bool failed;                    /* memory ran out: the report will say so */
} ow_report_faults;

/* An ow_hive_fault_fn: state is the ow_report_faults. */
OW_APIV void ow_report_faults_add(void *state, const ow_hive_fault *fault);
OW_APIV void ow_report_faults_done(ow_report_faults *faults);

typedef struct ow_report_hive {
        const char *place;              /* "HKLM\\SYSTEM" */
        const char *file;
        uint64_t file_size;
        const ow_hive *hive;            /* NULL: not loaded, see error */
        bool stale;
        const ow_error *error;
        const ow_hive_report *report;   /* or NULL */
        const ow_report_faults *faults; /* or NULL */
        const char *done;               /* what was or would be done, or NULL */
} ow_report_hive;

enum ow_report_hives_kind {
        OW_HIVES_INFO,                  /* what each is */
        OW_HIVES_CHECK,                 /* the faults of each */
        OW_HIVES_WORK,                  /* what is done to each */
};

/* nothing: a sentence for when there is no row, or NULL. commit may be NULL; as JSON only. */
OW_API int ow_report_hives(enum ow_report_hives_kind kind, const ow_report_hive *hives, size_t n_hives,
                           const char *nothing, enum ow_plan_outcome outcome, const ow_commit_result *commit,
                           const ow_report_options *options, char **ret, ow_error *err);

typedef struct ow_folder_entry {
        const char *name;
        ow_stat stat;
} ow_folder_entry;

/* What was copied out of a guest, and what was not. */
typedef struct ow_not_copied {
        char *reason;                   /* a sentence that names it */
} ow_not_copied;

typedef struct ow_report_copied {
        const char *to;                 /* where on the host */
        uint64_t files, folders, bytes;
        ow_not_copied *skipped;
        size_t n_skipped;
} ow_report_copied;

/* Text: what was not copied and why, then the sums. */
OW_API int ow_report_copied_files(const ow_report_copied *copied, const ow_report_options *options, char **ret,
                                  ow_error *err);

/* A folder's entries, in the order given. */
OW_API int ow_report_folder(const char *path, const ow_folder_entry *entries, size_t n_entries,
                            const ow_report_options *options, char **ret, ow_error *err);

/* A file's bytes, in hex, as JSON; text is OW_E_UNSUPPORTED: write the bytes themselves. */
OW_API int ow_report_file(const char *path, const void *data, size_t size, const ow_report_options *options,
                          char **ret, ow_error *err);

/* JSON: {"error": {...}}; text: the error's text, escaped. Never fails but for memory. */
OW_API int ow_report_error(const ow_error *what, const ow_report_options *options, char **ret, ow_error *err);

/* text with every control, direction-changing and malformed part escaped, safe for a terminal. */
OW_API int ow_report_printable(const char *text, char **ret, ow_error *err);

OW_END_DECLS

#endif
