/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/nla.h - network location: the networks that Windows remembers, how it recognises them, its probes of the
 * Internet, and the settings that decide how long it looks for a domain. Texts are the guest's, UTF-8, never NULL;
 * everything lives as long as the guest.
 */
#ifndef OFFWIN_NLA_H
#define OFFWIN_NLA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/machine.h>
#include <offwin/network.h>

OW_BEGIN_DECLS

enum ow_network_category { OW_CATEGORY_PUBLIC, OW_CATEGORY_PRIVATE, OW_CATEGORY_DOMAIN };

/* "public", "private", "domain"; "?" for any other number. */
OW_APIV const char *ow_network_category_name(uint32_t category);

/* Date and time as Windows stores them here: local time. */
typedef struct ow_local_time {
        uint16_t year, month, day, hour, minute, second; /* all 0: not told */
} ow_local_time;

typedef struct ow_network_profile {
        const char *key; /* "HKLM\\SOFTWARE\\...\\Profiles\\{GUID}" */
        const char *guid;
        const char *name, *description;
        ow_setting category; /* enum ow_network_category */
        ow_setting managed;
        ow_setting name_type; /* 6 wired, 0x47 wireless, 0x17 VPN */
        ow_local_time created, last_connected;
} ow_network_profile;

typedef struct ow_network_signature {
        const char *key;
        bool managed;        /* of a domain */
        const char *name;    /* of its key: long hex */
        const char *profile; /* GUID of the profile it leads to */
        const char *description, *first_network, *dns_suffix;
        bool has_gateway_mac;
        ow_mac gateway_mac; /* of the gateway that makes the network known again */
        ow_setting source;
} ow_network_signature;

typedef struct ow_nla {
        const ow_network_profile *profiles;
        size_t n_profiles;
        const ow_network_signature *signatures;
        size_t n_signatures;
        ow_named_values probes;         /* NlaSvc\Parameters\Internet */
        ow_named_values parameters;     /* NlaSvc\Parameters: AlwaysExpectDomainController, ... */
        ow_named_values probe_policies; /* policies of the connectivity status indicator */
        ow_setting unidentified;        /* policy: category of networks that are not recognised */
        ow_setting negative_dns_cache;  /* Dnscache\Parameters MaxNegativeCacheTtl, seconds */
        ow_setting negative_dc_cache;   /* Netlogon\Parameters NegativeCachePeriod, seconds */
        bool window_off;                /* Control\Network\NewNetworkWindowOff is there */
} ow_nla;

/* Read on first use, from the current control set and SOFTWARE. */
OW_API int ow_guest_nla(ow_guest *guest, const ow_nla **ret, ow_error *err);

OW_END_DECLS

#endif
