/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/firewall.h - the rules of Windows Firewall, and those that the new machine leaves without an object: for
 * programs that are gone, or only for network adapters that are. Texts are the guest's, UTF-8, never NULL; everything
 * lives as long as the guest.
 *
 * Source: [MS-GPFAS] 2.2.2 for rules of Vista and later, also in the store of the machine; XP's lists as real hives
 * have them.
 */
#ifndef OFFWIN_FIREWALL_H
#define OFFWIN_FIREWALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/machine.h>
#include <offwin/network.h>

OW_BEGIN_DECLS

enum { OW_FIREWALL_ANY_PROTOCOL = 256 };

enum ow_firewall_object {
        OW_FIREWALL_UNKNOWN, /* none is named; no file; its drive is not on the disks given; a rule of Windows itself */
        OW_FIREWALL_THERE,
        OW_FIREWALL_GONE,
};

typedef struct ow_firewall_rule {
        const char *where;    /* registry path of the key that holds it */
        const char *id;       /* the value's name */
        const char *name;     /* as shown; may be "@dll,-number" */
        const char *program;  /* as stored; "" any */
        const char *service;  /* of a svchost; "" any */
        const char *profiles; /* "Domain, Private"; "" all */
        const char *ports;    /* local ones, as stored; "" any */
        ow_texts adapters;    /* GUIDs; empty: all */
        uint32_t protocol;    /* of IP; OW_FIREWALL_ANY_PROTOCOL */
        bool active;
        bool allow;   /* else it blocks */
        bool inbound; /* else outbound */
        bool policy;  /* of Group Policy */
        enum ow_firewall_object program_state;
        enum ow_firewall_object adapter_state; /* GONE: every adapter that it names */
} ow_firewall_rule;

typedef struct ow_firewall_profile {
        const char *name;   /* Domain, Private, Public; on XP Domain, Standard */
        ow_setting enabled; /* not set: Windows' default, on */
        ow_texts off;       /* GUIDs of adapters on which the firewall is off */
} ow_firewall_profile;

typedef struct ow_firewall {
        const ow_firewall_profile *profiles;
        size_t n_profiles;
        const ow_firewall_rule *rules;
        size_t n_rules;
} ow_firewall;

/* The firewall of the current control set and of Group Policy, read on first use. Windows before XP has none. */
OW_API int ow_guest_firewall(ow_guest *guest, const ow_firewall **ret, ow_error *err);

/* True for an active rule whose program is gone, or all of whose adapters are. */
OW_API bool ow_firewall_rule_left_over(const ow_firewall_rule *rule);

OW_END_DECLS

#endif
