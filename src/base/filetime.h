/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FILETIME: 100 ns units since 1601-01-01 UTC. */
#ifndef BASE_FILETIME_H
#define BASE_FILETIME_H

#include <stdint.h>

enum { OW_FILETIME_TEXT = 32 };

/* "2015-11-02T09:30:00Z"; "never" for 0; years past 9999 as "far future". */
void ow_filetime_format(uint64_t filetime, char text[OW_FILETIME_TEXT]);

/* Seconds since 1970, saturated to the range of FILETIME. */
uint64_t ow_filetime_of_unix(int64_t seconds);

uint64_t ow_filetime_now(void);

#endif
