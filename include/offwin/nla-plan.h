/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/nla-plan.h - changing how Windows judges networks (offwin/nla.h), for good, as part of a plan. For the first
 * boot alone there are the fixes unidentified-networks-private, ncsi-active-off and nla-expect-dc-off.
 */
#ifndef OFFWIN_NLA_PLAN_H
#define OFFWIN_NLA_PLAN_H

#include <stddef.h>

#include <offwin/error.h>
#include <offwin/fix.h>

OW_BEGIN_DECLS

typedef struct ow_nla_edit {
        const char *name, *value; /* see ow_plan_set_nla() */
} ow_nla_edit;

/**
 * ow_plan_set_nla - rows for
 *
 *   unidentified  public, private, default   category of networks that are not recognised (policy; 7 and newer)
 *   category      NETWORK=public|private     of a remembered one, by its name or GUID
 *   active-probe  on                         the Internet probe, where it was turned off
 *   expect-dc     off                        no waiting without limit for a domain controller
 *   dns-retry     SECONDS, default           how long a name that DNS did not know is not asked for again
 *   dc-retry      SECONDS, default           how long a domain without a controller is not searched again
 *
 * What a temporary fix lent in such a place is no longer lent.
 *
 * Return: 0; OW_E_INVAL unknown name or value; OW_E_ABSENT no such network, or a hive that is not there; OW_E_REFUSED
 *         expect-dc on, and networks of a domain, which only a domain controller can vouch for; OW_E_UNSUPPORTED this
 *         Windows does not have it; OW_E_CONFLICT; OW_E_NOMEM.
 */
OW_API int ow_plan_set_nla(ow_plan *plan, ow_guest *guest, const ow_nla_edit *edits, size_t n_edits, ow_error *err);

OW_END_DECLS

#endif
