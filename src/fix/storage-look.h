/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot storage: what a look at a guest has found so far, and one driver of it. */
#ifndef FIX_STORAGE_LOOK_H
#define FIX_STORAGE_LOOK_H

#include "fix/storage.h"

struct storage_look {
        ow_guest *guest;
        const ow_windows *windows;
        char **sets; /* HKLM\SYSTEM\ControlSet001, ... */
        size_t n_sets;
        bool ids;       /* this Windows looks for devices by id: 2000 and newer */
        bool overrides; /* it has StartOverride */
        bool database;  /* and DriverDatabase */
        const struct storage_driver *stack[STORAGE_STACK_MAX]; /* of storage_stack, what has a problem */
        size_t n_stack;
};

/* Everything of one driver, and what is wrong with it. *ret: storage_driver_done(). */
int storage_driver_read(const struct storage_look *look, const struct storage_driver *from, ow_storage_driver *ret,
                        ow_error *err);
void storage_driver_done(ow_storage_driver *driver);

#endif
