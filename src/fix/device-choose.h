/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Choosing devices: what is meant (device-choose.c), and what of it has to stay (device-stay.c). */
#ifndef FIX_DEVICE_CHOOSE_H
#define FIX_DEVICE_CHOOSE_H

#include "base/upcase.h"
#include "fix/device-remove.h"

/* Why a device stays; the first that holds counts. */
enum stay { GOES, SOFTWARE, DISK_PATH, THERE, NOT_TOLD, CONTROLLER, NOT_SURE, LAST_CARD, N_STAYS };

struct choosing {
        const ow_device_choice *choice;
        const ow_device *all;
        size_t n;
        const ow_network *network;
        bool *wanted;     /* by index in all */
        enum stay *stays; /* the same */
        bool *disk_path;  /* the same */
        bool *loose;      /* by index of adapters: goes without a device */
};

/* Names, whatever their case. */
static inline bool choosing_same(const char *a, const char *b)
{
        return ow_name_compare(a, b) == 0;
}

/* A network adapter that is hardware, real or emulated. */
bool choosing_is_card(const struct choosing *c, const ow_device *device);

/* Fills in stays of all that is wanted. */
int choosing_judge(struct choosing *c, struct removal *removal, ow_error *err);

/* Why device stays, as the end of a sentence; the caller's. */
char *choosing_stay_text(const ow_device *device, enum stay stay);

#endif
