/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/tuning.h - keywords of cards (offwin/keyword.h) and switches of TCP/IP: what is known of each, what suits a
 * virtual machine, and setting them as part of a plan.
 */
#ifndef OFFWIN_TUNING_H
#define OFFWIN_TUNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/fix.h>
#include <offwin/guest.h>
#include <offwin/keyword.h>
#include <offwin/network.h>

OW_BEGIN_DECLS

/* ---- what is known of keywords ---- */

/* Static storage. Several rules may share a word ("checksum"): it stands for all of them. */
typedef struct ow_keyword_rule {
        const char *name;    /* "*JumboPacket" */
        const char *word;    /* "jumbo" */
        const char *meaning; /* "largest frame in bytes, with its 14 of header" */
        const char *words;   /* values by name: "off=1514"; divided by spaces */
        int64_t min, max;    /* when the driver says nothing; both 0: only the driver knows */
        const char *normal;  /* Microsoft's default, or "" */
        const char *safe;    /* what suits a virtual machine; "" takes it away; NULL: stays as it is */
        const char *reason;  /* why that, or why it stays; "" when there is nothing to say */
} ow_keyword_rule;

/* Index below the count. */
OW_APIV size_t ow_keyword_rule_count(void);
OW_APIV const ow_keyword_rule *ow_keyword_rule_get(size_t index);
/* By the keyword's name, or NULL. */
OW_APIV const ow_keyword_rule *ow_keyword_rule_find(const char *name);

/* What --safe would set this keyword to; NULL: it stays (also when it is so already, or the driver does not offer
 * it). */
OW_APIV const char *ow_keyword_safe(const ow_keyword *keyword);

/* ---- switches of TCP/IP ---- */

enum ow_tcp_place {
        OW_TCP_OFFLINE,    /* a value that this Windows reads when it starts */
        OW_TCP_FIRST_BOOT, /* where it is kept is not known well enough: a command sets it at the first boot */
        OW_TCP_ABSENT,     /* this Windows does not have it */
};

/* One switch on one guest. Texts are static storage. */
typedef struct ow_tcp_switch {
        const char *name;    /* "chimney" */
        const char *meaning; /* "TCP connections handled by the card" */
        enum ow_tcp_place place;
        const char *value;   /* OW_TCP_OFFLINE: its name in Services\Tcpip\Parameters */
        ow_setting on;       /* then: as set there, 1 on; not set: Windows' own default */
        const char *waiting; /* OW_TCP_FIRST_BOOT: "on", "off", "default" when that is laid down for it, else "" */
} ow_tcp_switch;

/* Index below the count. */
OW_APIV size_t ow_tcp_switch_count(void);
OW_API int ow_tcp_switch_get(ow_guest *guest, size_t index, ow_tcp_switch *ret, ow_error *err);

/* ---- plans ---- */

typedef struct ow_tuning_edit {
        const char *name;  /* of a keyword or a word; of a switch */
        const char *value; /* a number, a word of the rule, "default"; mac: "none"; of a switch: on, off, default */
} ow_tuning_edit;

enum ow_tune_flags {
        OW_TUNE_SAFE = 1 << 0, /* also what suits a virtual machine, for everything that no edit names */
        OW_TUNE_FORCE =
                1 << 1, /* also keywords that the driver does not declare, and values that it does not offer */
};

/**
 * ow_plan_tune_adapters - rows that set keywords of adapters, in every control set that the next boot may use
 * @indices: of ow_guest_network(); NULL: every card that is not a ghost
 * @flags:   OW_TUNE_*
 *
 * Return: 0; OW_E_INVAL an unknown name, or a value out of range (the text lists what it takes); OW_E_ABSENT no
 * adapter has the keyword; OW_E_REFUSED a value of the class key that is no setting, or an adapter without one;
 *         OW_E_UNSUPPORTED NT 4; OW_E_CONFLICT; OW_E_NOMEM.
 */
OW_API int ow_plan_tune_adapters(ow_plan *plan, ow_guest *guest, const size_t *indices, size_t n_indices,
                                 const ow_tuning_edit *edits, size_t n_edits, unsigned flags, ow_error *err);

/* Rows that set switches of TCP/IP, or lay down a script for the first boot that does (docs/firstboot.md).
 * OW_E_UNSUPPORTED this Windows does not have it; OW_E_INVAL. */
OW_API int ow_plan_tune_tcp(ow_plan *plan, ow_guest *guest, const ow_tuning_edit *edits, size_t n_edits,
                            ow_error *err);

/**
 * ow_plan_reset_tcpip - rows that set documented tuning of TCP/IP back to Windows' defaults, in every control set that
 * the next boot may use
 * @adapters: also MTU, TcpAckFrequency, TCPNoDelay and TcpWindowSize of every adapter
 *
 * Addresses, servers, routes and names stay, and what ow_plan_tune_tcp() is for. A value that a fix set for the first
 * boot stays too, and the plan says so.
 *
 * Return: 0, also when nothing differs; OW_E_CONFLICT; OW_E_CORRUPT; OW_E_NOMEM.
 */
OW_API int ow_plan_reset_tcpip(ow_plan *plan, ow_guest *guest, bool adapters, ow_error *err);

OW_END_DECLS

#endif
