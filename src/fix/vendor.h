/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One vendor pack in one guest: its signs, found by kind. vendor-find.c asks the others and judges; vendor-plan.c and
 * its neighbours act on what was found.
 */
#ifndef FIX_VENDOR_H
#define FIX_VENDOR_H

#include <offwin/software.h>
#include <offwin/vendor.h>

#include "fix/fix.h"

enum { VENDOR_SIGNS_MAX = 4096 }; /* of one pack */

/* A pack at work. */
struct vendor_search {
        ow_guest *guest;
        const ow_fix *fix;
        ow_vendor_pack *ret;
        size_t cap;
};

/*
 * Adds a sign of fix->pack->items[section]. Texts are copied. A thing that an earlier section has shown already is
 * not shown again, but counts when this section does.
 */
int vendor_sign_add(struct vendor_search *s, size_t section, const char *name, const char *where, const char *detail,
                    uint32_t start, ow_error *err);

/* Each looks for one section of its kind. */
int vendor_find_service(struct vendor_search *s, size_t section, ow_error *err); /* also drivers */
int vendor_find_filter(struct vendor_search *s, size_t section, ow_error *err);
int vendor_find_run(struct vendor_search *s, size_t section, ow_error *err);
int vendor_find_task(struct vendor_search *s, size_t section, ow_error *err);
int vendor_find_program(struct vendor_search *s, size_t section, ow_error *err);
int vendor_find_folder(struct vendor_search *s, size_t section, ow_error *err);
int vendor_find_key(struct vendor_search *s, size_t section, ow_error *err);

/* True when text fits the glob of an item or, without one, one of the pack's; also when there are none, or text is
 * empty: what is not known is not held against it. */
bool vendor_fits(const char *own, char *const *globs, size_t n_globs, const char *text);

/* What uninstalls program, the caller's ("" when nothing does), and whether it asks nothing. NULL: no memory. */
char *vendor_uninstall_command(const ow_program *program, bool *ret_quiet);

/* One pack, into *ret; the caller's: vendor_pack_done(). */
int vendor_pack_find(ow_guest *guest, const ow_fix *fix, ow_vendor_pack *ret, ow_error *err);
void vendor_pack_done(ow_vendor_pack *pack);

#endif
