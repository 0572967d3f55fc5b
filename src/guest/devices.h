/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of devices as the guest holds it. */
#ifndef GUEST_DEVICES_H
#define GUEST_DEVICES_H

struct guest_devices;

void guest_devices_free(struct guest_devices *devices); /* NULL is fine */

#endif
