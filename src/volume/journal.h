/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The restart pages at the start of an NTFS journal ($LogFile): was the volume put away properly? */
#ifndef VOLUME_JOURNAL_H
#define VOLUME_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <offwin/error.h>

#include "base/view.h"

enum {
        JOURNAL_MIN_PAGE = 512,         /* bytes of a restart page; the default is 4096 */
        JOURNAL_MAX_PAGE = 64 << 10,
};

struct journal_restart {
        uint32_t page_size;             /* bytes; the second restart page starts here */
        uint16_t major;                 /* 1; 2 while Windows 8 or newer has the volume in use */
        uint16_t minor;
        uint64_t lsn;                   /* the higher one of the two pages counts */
        bool clean;                     /* closed, or marked clean */
};

/* Page size that the page states, from its first 512 bytes: OW_E_FORMAT not a restart page, OW_E_CORRUPT. */
int journal_page_size(ow_view start, uint32_t *ret, ow_error *err);

/* page: exactly one restart page, as on disk. Its fixups are checked and undone in memory that it allocates. */
int journal_restart_decode(ow_view page, struct journal_restart *ret, ow_error *err);

#endif
