/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan in the making: rows, what was left out, and the job of one fix that adds to it. */
#ifndef FIX_PLAN_H
#define FIX_PLAN_H

#include <offwin/addressing.h>
#include <offwin/fix.h>
#include <offwin/registry.h>

#include "fix/fix.h"

enum {
        PLAN_CHANGES_MAX = 200000,      /* rows of one plan; far above what 4096 profiles give */
};

/* A value that is as asked for already, and is to stay so: what the ledger lends there is no longer lent. */
struct plan_claim {
        const ow_fix *fix;
        char *where, *name;
};

struct ow_plan {
        ow_change *changes;
        size_t n, cap;
        ow_skipped *skipped;
        size_t n_skipped, cap_skipped;
        uint32_t *slots;                /* hash table: row + 1, by place; 0 is free */
        size_t n_slots;                 /* a power of two, or 0 */
        size_t n_key_deletes;           /* rows that remove a key */
        ow_fix **heads;                 /* of parts that no fix file names: fix/action.h */
        size_t n_heads, cap_heads;
        struct plan_claim *claims;
        size_t n_claims, cap_claims;
        struct guard_map *guards;       /* what guards read of the control sets: fix/guard.h */
        ow_plan_setting *settings;      /* of adapters; fix/net.h */
        size_t n_settings, cap_settings;
        struct net_given *given;        /* addresses, and what gets them */
        size_t n_given, cap_given;
        struct net_first_boot *first_boot;      /* addresses that the first boot gives */
        size_t n_first_boot, cap_first_boot;
};

OW_DEFINE_AUTO(ow_plan, ow_plan_free);

int plan_new(ow_plan **ret_plan, ow_error *err);

/*
 * Adds a row and takes what change owns, in any case. A second row for the same place: 0 when it wants the same
 * (the first stays), OW_E_CONFLICT naming both fixes when it does not. Nothing may be put below a key that the plan
 * removes: OW_E_CONFLICT.
 */
int plan_add(ow_plan *plan, ow_change *change, ow_error *err);

/* Drops all rows from index n on. */
int plan_truncate(ow_plan *plan, size_t n, ow_error *err);

/*
 * Drops rows below keys that the plan removes: of parts that came first, and had something to say of what a later one
 * takes away whole.
 */
int plan_drop_moot(ow_plan *plan, ow_error *err);

/* The row for a place (name NULL: the key itself), or NULL. Valid until the next plan_add(). */
const ow_change *plan_find(const ow_plan *plan, const char *where, const char *name);

/* The row for a value, if there is one, gets another "after" (taken; a row that then changes nothing stays). */
bool plan_amend(ow_plan *plan, const char *where, const char *name, ow_datum *after);

/* The row for a value, if there is one, becomes fix's: what an earlier part wanted for a while is now for good. */
void plan_take_over(ow_plan *plan, const ow_fix *fix, const char *where, const char *name);
int plan_claim(ow_plan *plan, const ow_fix *fix, const char *where, const char *name, ow_error *err);

/* 1 when the plan removes where or a key above it, else 0; < 0. */
int plan_key_goes(const ow_plan *plan, const char *where, ow_error *err);

int plan_skip(ow_plan *plan, const ow_fix *fix, enum ow_fix_status status, ow_error *err, const char *fmt, ...)
        OW_PRINTF(5, 6);

void plan_change_done(ow_change *change);

int datum_copy(const ow_datum *from, ow_datum *ret, ow_error *err);
bool datum_equal(const ow_datum *a, const ow_datum *b);

/* What is at a place now; absent (also for a missing key or hive) is not an error. */
int plan_read(ow_guest *guest, const char *where, const char *name, ow_datum *ret, ow_error *err);

/*
 * Rows for key where and every missing key above it. 1 added or there; 0 its hive is not there or does not load,
 * and reason says so.
 */
int plan_need_key(ow_plan *plan, ow_guest *guest, const ow_fix *fix, bool temporary, const char *where,
                  ow_buffer *reason, ow_error *err);

/*
 * Rows for folder where (a Windows path) and every missing folder above it. 1 added or there; 0 its drive is not on
 * the disks given, and reason says so; OW_E_EXISTS a file stands in the way.
 */
int plan_need_folder(ow_plan *plan, ow_guest *guest, const ow_fix *fix, const char *where, ow_buffer *reason,
                     ow_error *err);

/*
 * Rows that make file where hold content, with the folders above it. bytes: content.size of them, when content reads
 * from memory that the row is to own (taken in any case); or NULL. 1 added; 0 it holds that already; else as
 * ow_plan_put_file().
 */
int plan_need_file(ow_plan *plan, ow_guest *guest, const ow_fix *fix, const char *where, ow_source content,
                   uint8_t *bytes, ow_error *err);

/* A source over memory. */
ow_source plan_memory_source(const uint8_t *bytes, size_t size);

/* Rows of files and folders, in memory: what the executor does with them. before: as the plan saw it, else as it
 * wants it. OW_E_CONFLICT with what when it is not so. */
bool plan_is_file_row(const ow_change *change);
int plan_file_check(ow_guest *guest, const ow_change *change, bool before, const char *what, ow_error *err);
int plan_file_apply(ow_guest *guest, const ow_change *change, ow_error *err);

/* A Windows path as rows write it: C:\Windows\offwin. *ret_inside: the same on *ret_volume. Texts: ow_free(). */
int plan_file_place(ow_guest *guest, const char *path, char **ret_where, ow_volume **ret_volume, char **ret_inside,
                    ow_error *err);

/* OW_E_REFUSED for what must not be replaced (a hive that we may hold open) or, with removing, not go. */
int plan_file_guard(ow_guest *guest, ow_volume *volume, const char *inside, const char *where, bool removing,
                    ow_error *err);

/* 1 the file holds just content, 0 not, < 0 error. */
int plan_file_equals(ow_volume *volume, const char *inside, const ow_source *content, ow_error *err);

/* True when where, a key that is there, would hold nothing once plan is applied. < 0 error. */
int plan_empties_key(const ow_plan *plan, ow_guest *guest, const char *where, ow_error *err);

/* ---- one fix at work ---- */

struct fix_job {
        ow_guest *guest;
        const ow_fix *fix;
        ow_plan *plan;
        const ow_fix_parameter *parameters;
        size_t n_parameters;
        bool forced;                    /* past the guards of services; never past advice known to be bad */
        size_t wanted, differing;       /* places asked for; of these, different now */
        size_t left_out;                /* places whose hive is not there */
        ow_buffer left_reason;          /* of the first one */
        ow_buffer detail;               /* first difference, as a person reads it */
};

/* What became of a fix. */
struct fix_outcome {
        enum ow_fix_status status;
        char *reason, *detail;          /* never NULL once filled */
};
void fix_outcome_done(struct fix_outcome *outcome);

/* Judges fix for guest and adds its rows to plan. OW_E_REFUSED, OW_E_CONFLICT, OW_E_NOMEM, OW_E_INVAL (parameter). */
int fix_run(ow_guest *guest, const ow_fix *fix, const ow_fix_parameter *parameters, size_t n_parameters,
            ow_plan *plan, struct fix_outcome *ret, ow_error *err);

/* where is concrete. data NULL: the value is to be absent. */
int fix_job_value(struct fix_job *job, const char *where, const char *name, uint32_t type, const void *data,
                  size_t size, ow_error *err);
int fix_job_dword(struct fix_job *job, const char *where, const char *name, uint32_t number, ow_error *err);

/*
 * A file of the guest is to hold these bytes (copied), or, with data NULL, not to be there. where is a Windows path:
 * C:\..., %SystemRoot%\...; missing folders above it become rows of their own. A drive that is not on the disks given
 * counts as left out. Files are never temporary: settle does not give them back. A new file has its folder's
 * security descriptor; one that is there keeps its own.
 */
int fix_job_file(struct fix_job *job, const char *where, const void *data, size_t size, ow_error *err);

/* The same from a source, read in pieces when the plan is made, applied and verified; its state outlives the plan. */
int fix_job_file_from(struct fix_job *job, const char *where, const ow_source *content, ow_error *err);

/* A folder is to be there, with those above it. */
int fix_job_folder(struct fix_job *job, const char *where, ow_error *err);

/* Calls fn for every concrete place of path (CurrentControlSet, HKCU) until it fails. */
typedef int (*fix_place_fn)(struct fix_job *job, const char *where, ow_error *err);
int fix_job_each(struct fix_job *job, const char *path, fix_place_fn fn, ow_error *err);

/* The same for every key below each concrete place of path. */
int fix_job_each_below(struct fix_job *job, const char *path, fix_place_fn fn, ow_error *err);

/* --set name=value as the caller gave them: OW_E_INVAL for a name that no fix needs and for unusable text. */
int fix_parameters_check(const ow_fix_set *set, const ow_fix_parameter *parameters, size_t n, ow_error *err);

/* The text given with --set, or NULL. */
const char *fix_job_parameter(const struct fix_job *job, const char *name);

#endif
