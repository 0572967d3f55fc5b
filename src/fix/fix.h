/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One fix as this room sees it: what its file or built-in text says, and the code that data cannot replace.
 * Every list is owned by its fix; everything dies with ow_fix_free(), that is with its set.
 */
#ifndef FIX_FIX_H
#define FIX_FIX_H

#include <offwin/fix.h>
#include <offwin/reg.h>
#include <offwin/vendor.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "fix/delay.h"

struct fix_job;

enum {
        FIX_FILE_MAX = 1 << 20,         /* bytes of one fix file */
        FIX_LIST_MAX = 64,              /* ranges, parameters or conditions of one fix */
        FIX_NAME_MAX = 64,              /* characters of a fix or parameter name */
        FIX_PARAMETER_MAX = 1024,       /* bytes of what --set gives */
};

struct fix_version {
        uint32_t part[3];               /* major, minor, build */
        unsigned n;                     /* parts that were written; 0: open end */
};

struct fix_range {
        struct fix_version low, high;
};

/* What must hold (or, with unless, must not hold) for the fix to have something to fix. */
struct fix_condition {
        bool unless;
        bool domain_member;             /* the named condition; else a registry one */
        char *path;                     /* canonical: HKLM\..., CurrentControlSet allowed */
        char *name;                     /* NULL: the key must exist */
        bool has_data;                  /* the value must have just this type and data */
        uint32_t type;
        ow_blob data;
};

struct fix_value {
        char *name;
        bool remove;
        bool parametric;                /* holds a ${parameter} */
        uint32_t type;
        ow_blob data;
        uint32_t line;
};

/* One section: a key, and what is to be in it. */
struct fix_edit {
        char *path;                     /* canonical, may name CurrentControlSet and HKCU */
        bool remove;                    /* [-path] */
        bool existing_only;             /* [Service ...]: never makes the key */
        uint32_t line;
        struct fix_value *values;
        size_t n_values;
};

/* ---- vendor packs: [Vendor] and the sections that go with it ---- */

enum fix_driver { FIX_DRIVER_OTHER, FIX_DRIVER_STORAGE, FIX_DRIVER_NETWORK, FIX_DRIVER_FILTER };

enum {
        FIX_ITEMS_MAX = 512,            /* sections of one pack */
        FIX_SIGNS_MAX = 20,             /* what Signs= may ask for */
};

/* What one section looks for. Texts but section are globs; NULL when they were not given. */
struct fix_item {
        enum ow_vendor_kind kind;
        char *section;                  /* as written: "[Service CqMg*]" */
        char *name;
        uint32_t line;
        const struct fix_start *start;  /* [Service] of a plain fix */
        enum fix_driver driver;
        char *company, *image, *publisher, *command, *key;
        bool weak;                      /* Sign=no: does not count */
        bool keep;                      /* Keep=yes: shown, never changed */
};

struct fix_pack {
        char *name;                     /* "HP ProLiant Support Pack" */
        enum ow_vendor_role role;
        char **companies, **publishers; /* globs */
        size_t n_companies, n_publishers;
        unsigned signs;                 /* that make it present */
        bool report_only;
        struct fix_item *items;         /* then, as OW_VENDOR_KEY, the keys that registry sections remove */
        size_t n_items;
};

void fix_item_done(struct fix_item *item);
void fix_pack_free(struct fix_pack *pack);

/* Code of a built-in: asks for values through fix_job_*(). */
typedef int (*fix_plan_fn)(struct fix_job *job, ow_error *err);

struct ow_fix {
        char *name, *area, *title, *why, *source, *note, *windows;
        struct fix_range *ranges;
        size_t n_ranges;
        unsigned products;              /* bits 1 << OW_PRODUCT_*; 0: all */
        enum fix_delay delay;
        bool temporary, in_all;
        bool lasting;                   /* of an action: its value rows are kept in the ledger, see docs/ledger.md */
        char **parameters;              /* NULL-terminated */
        char **parameter_help;          /* beside parameters */
        size_t n_parameters;
        struct fix_condition *conditions;
        size_t n_conditions;
        struct fix_edit *edits;
        size_t n_edits;
        fix_plan_fn plan;               /* NULL for pure data */
        struct fix_pack *pack;          /* NULL: no vendor pack */
        bool built_in;
        bool action;                    /* a head of fix/action.h: stands for what was asked for, in no set */
};

void ow_fix_free(ow_fix *fix);
OW_DEFINE_AUTO(ow_fix, ow_fix_free);

/*
 * Reads the text of one fix. label is what errors begin with ("network/ncsi-off.fix"). OW_E_INVAL with the line in
 * err->where; OW_E_REFUSED when the text asks for what guard.c forbids.
 */
int fix_file_parse(const char *name, const char *area, const char *label, const void *text, size_t size,
                   fix_plan_fn plan, ow_fix **ret_fix, ow_error *err);

/* True for a name that a fix or a parameter may have: a-z, 0-9 and '-', first a letter. */
bool fix_name_ok(const char *name);

/* "6.0-, 5.1-5.2, 10.0.10240-" to ranges; *ret is the caller's. OW_E_INVAL. */
int fix_ranges_parse(const char *text, struct fix_range **ret, size_t *ret_count, ow_error *err);

/* True when windows is surely inside one of ranges (a build that is not known is never sure). No ranges: true. */
bool fix_ranges_match(const struct fix_range *ranges, size_t n, const ow_windows *windows);

/*
 * Canonical form of a key path of a fix file: HKLM\<hive>\..., HKCU\..., HKU\.DEFAULT\..., HKU\S-1-5-19\... .
 * OW_E_INVAL for other roots and for a numbered control set. *ret is the caller's.
 */
int fix_path_parse(const char *text, char **ret, ow_error *err);

int fix_condition_parse(const char *text, struct fix_condition *ret, ow_error *err);
void fix_condition_done(struct fix_condition *condition);
/* 1 the fix applies, 0 it does not (reason gets one sentence), < 0 error. */
int fix_condition_test(ow_guest *guest, const struct fix_condition *condition, ow_buffer *reason, ow_error *err);

/*
 * Refuses advice that is known to be harmful, whoever gives it. data NULL: the value is removed, which is always
 * fine. 0 or OW_E_REFUSED with the reason.
 */
int fix_guard_advice(const char *path, const char *name, uint32_t type, const ow_blob *data, ow_error *err);

/* As above, and disabling what Windows does not come up without, whatever the guest. */
int fix_guard_value(const char *path, const char *name, uint32_t type, const ow_blob *data, ow_error *err);

/* The same for a name, or a glob, that a vendor pack would disable. */
int fix_guard_pack_name(const char *glob, ow_error *err);

#endif
