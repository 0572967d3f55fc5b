/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of records, and listing them. Source: docs/formats/journal.md 1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "disk/record.h"

enum { MAX_RECORDS = 100000 };

static const char *const suffixes[RECORD_STATES] = {
        [RECORD_PARTIAL] = "partial",
        [RECORD_PENDING] = "pending",
        [RECORD_DONE] = "journal",
        [RECORD_UNDOING] = "undoing",
        [RECORD_POINTER_PENDING] = "pending-pointer",
        [RECORD_POINTER] = "pointer",
        [RECORD_FORGOTTEN] = "forgotten",
};

char *record_name(const char *base, struct record record)
{
        return ow_asprintf("%s.offwin-%04u.%s", base, record.sequence, suffixes[record.state]);
}

bool record_parse(const char *base, const char *name, struct record *ret)
{
        static const char middle[] = ".offwin-";
        size_t base_size = strlen(base);
        struct record record = { 0, RECORD_PARTIAL };
        unsigned digits = 0;

        if (strncmp(name, base, base_size) != 0 || strncmp(name + base_size, middle, sizeof middle - 1) != 0)
                return false;
        for (name += base_size + sizeof middle - 1; *name >= '0' && *name <= '9' && digits < 9; name++, digits++)
                record.sequence = record.sequence * 10 + (uint32_t)(*name - '0');
        if (digits < 4 || record.sequence == 0 || *name != '.')
                return false;
        for (unsigned state = 0; state < RECORD_STATES; state++) {
                if (strcmp(name + 1, suffixes[state]) != 0)
                        continue;
                record.state = (enum record_state)state;
                *ret = record;
                return true;
        }
        return false;
}

struct listing {
        const char *base;
        struct record *records;
        size_t count;
        size_t cap;
};

static int collect(void *state, const char *name, ow_error *err)
{
        struct listing *listing = state;
        struct record *records, record;

        if (!record_parse(listing->base, name, &record))
                return 0;
        if (listing->count == MAX_RECORDS)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d journals of '%s'", MAX_RECORDS,
                               listing->base);
        records = ow_grow(listing->records, listing->count, &listing->cap, sizeof *records);
        if (!records)
                return ow_fail_nomem(err);
        listing->records = records;
        records[listing->count++] = record;
        return 0;
}

static int by_sequence(const void *a, const void *b)
{
        const struct record *x = a, *y = b;

        if (x->sequence != y->sequence)
                return x->sequence < y->sequence ? -1 : 1;
        return x->state < y->state ? -1 : x->state > y->state;
}

int record_list(struct folder *folder, const char *base, struct record **ret, size_t *ret_count, ow_error *err)
{
        struct listing listing = { .base = base };
        int r = folder->ops->list(folder, collect, &listing, err);

        if (r < 0) {
                ow_free(listing.records);
                return r;
        }
        if (listing.count > 1)
                qsort(listing.records, listing.count, sizeof *listing.records, by_sequence);
        *ret = listing.records;
        *ret_count = listing.count;
        return 0;
}

int record_change(struct folder *folder, const char *base, struct record *record, enum record_state state, bool sync,
                  ow_error *err)
{
        struct record wanted = { record->sequence, state };
        OW_AUTO_FREE char *from = record_name(base, *record);
        OW_AUTO_FREE char *to = record_name(base, wanted);
        int r;

        if (!from || !to)
                return ow_fail_nomem(err);
        r = folder->ops->rename(folder, from, to, err);
        if (r < 0)
                return r;
        *record = wanted;
        return sync ? folder->ops->sync(folder, err) : 0;
}

int record_remove(struct folder *folder, const char *base, struct record record, bool sync, ow_error *err)
{
        OW_AUTO_FREE char *name = record_name(base, record);
        int r;

        if (!name)
                return ow_fail_nomem(err);
        r = folder->ops->remove(folder, name, err);
        return r == 0 && sync ? folder->ops->sync(folder, err) : r;
}
