/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Removing devices, for the commands that do it. */
#ifndef CLI_DEV_RM_H
#define CLI_DEV_RM_H

#include <offwin/device-plan.h>
#include <offwin/network.h>

#include "session.h"

/* net clean --remove: the adapters that were named, or those that are gone. Returns an exit code. */
int remove_adapters(const struct arguments *arguments);

#endif
