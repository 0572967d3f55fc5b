/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that tell network adapters. */
#ifndef GUEST_ADAPTERS_H
#define GUEST_ADAPTERS_H

#include "guest/internal.h"

/* Address settings from a key that holds them: Interfaces\{GUID}, or Parameters\Tcpip of NT 4. */
void guest_adapter_addresses(ow_guest *guest, ow_regkey key, ow_adapter *adapter);

/* What a class key says beside names: collected while its values are walked. */
struct adapter_class {
        uint32_t characteristics;       /* NCF_*, when has_characteristics */
        bool has_characteristics;
        char component[200];            /* "pci\ven_8086&dev_100f", "ms_ndiswanip" */
        char network_address[32];       /* the MAC that an administrator forced on the card */
};

/*
 * From instance, class key and device entry: physical, team, mac and why the hardware is likely to be gone.
 * started_known: this hive still tells which devices ran in the last session (windows.md 4.6).
 */
void guest_adapter_hardware(ow_guest *guest, const struct adapter_class *c, bool started_known,
                            ow_adapter *adapter);

/* True when some PCI device carries the mark of having been started, so that its absence means something. */
bool guest_adapter_started_known(ow_guest *guest);

/* The instance whose Driver is {4d36e972-...}\NNNN, for class keys that do not name theirs (XP, 2003). */
void guest_adapter_find_instance(ow_guest *guest, const char *number, ow_adapter *adapter);

#endif
