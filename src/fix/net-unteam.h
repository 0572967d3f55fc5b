/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking teams of network cards apart: what the decision (net-unteam.c) and the bindings (net-rebind.c) share. */
#ifndef FIX_NET_UNTEAM_H
#define FIX_NET_UNTEAM_H

#include "fix/net.h"

/* True for a card or team that carries TCP/IP itself, IPv4 or IPv6. */
bool net_has_tcpip(const ow_adapter *adapter);

/* The service of this team's protocol that the card is bound to, or NULL. */
const char *net_team_protocol(const ow_adapter *card, enum ow_team_kind kind);

/*
 * 1 and a reason when service is the protocol of a team or drives one, and a card, no ghost, would be left without
 * TCP/IP if it were disabled. What the plan has unbound already counts. 0 else, < 0.
 */
int net_team_needs(const ow_plan *plan, ow_guest *guest, const char *service, ow_buffer *reason, ow_error *err);

/*
 * For net_each_set(): nj's adapter is a team, whose cards get its bindings, while it gets none and its device is
 * disabled; or a card that is bound to a team's protocol although there is no team. First the cards are bound to
 * TCP/IP, then the team's protocol is taken away. OW_E_REFUSED when nothing tells what a card by itself is bound to.
 */
int net_rebind(struct net_job *nj, void *state, ow_error *err);

#endif
