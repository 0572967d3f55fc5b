/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A .job file: 68 bytes of numbers, then texts, each a count of UTF-16 units (its NUL too) and these, then triggers.
 * The texts begin where the head says; of triggers the first numbers are looked at.
 */
#include "guest/task-settings.h"

#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"

enum {
        HEAD = 68,
        HEAD_TEXTS = 20, /* where the texts begin: 2 bytes */
        HEAD_TRIGGERS = 22,
        HEAD_FLAGS = 48,
        FLAG_DISABLED = 4, /* of the task, and of a trigger */
        TRIGGER = 48,      /* bytes */
        TRIGGER_FLAGS = 28,
        TRIGGER_KIND = 32,
};

static bool has(ow_view bytes, size_t at, size_t size)
{
        return at <= bytes.len && size <= bytes.len - at;
}

static int corrupt(const char *what, size_t at, ow_error *err)
{
        return ow_fail(err, OW_E_CORRUPT, at, "%s of the .job file leaves it", what);
}

/* The text at *at, and *at behind it. */
static int take_text(ow_view bytes, size_t *at, char **ret, ow_error *err)
{
        size_t units;

        if (!has(bytes, *at, 2))
                return corrupt("a text", *at, err);
        units = ow_le16_at(bytes.p + *at);
        if (!has(bytes, *at + 2, 2 * units))
                return corrupt("a text", *at, err);
        *ret = ow_utf16_text((ow_view){ bytes.p + *at + 2, 2 * units });
        *at += 2 + 2 * units;
        return *ret ? 0 : ow_fail_nomem(err);
}

static unsigned trigger_of(uint32_t kind)
{
        static const unsigned kinds[] = { OW_TRIGGER_TIME,     OW_TRIGGER_CALENDAR, OW_TRIGGER_CALENDAR,
                                          OW_TRIGGER_CALENDAR, OW_TRIGGER_CALENDAR, OW_TRIGGER_IDLE,
                                          OW_TRIGGER_BOOT,     OW_TRIGGER_LOGON };

        return kind < OW_COUNT(kinds) ? kinds[kind] : OW_TRIGGER_OTHER;
}

static int triggers_take(ow_view bytes, unsigned *ret, ow_error *err)
{
        size_t at = ow_le16_at(bytes.p + HEAD_TRIGGERS), n;

        if (!has(bytes, at, 2))
                return corrupt("the list of triggers", at, err);
        n = ow_le16_at(bytes.p + at);
        at += 2;
        if (!has(bytes, at, n * TRIGGER))
                return corrupt("a trigger", at, err);
        for (size_t i = 0; i < n; i++, at += TRIGGER)
                if (!(ow_le32_at(bytes.p + at + TRIGGER_FLAGS) & FLAG_DISABLED))
                        *ret |= trigger_of(ow_le32_at(bytes.p + at + TRIGGER_KIND));
        return 0;
}

int task_job_read(ow_view bytes, struct task_settings *ret, ow_error *err)
{
        size_t at;
        int r;

        *ret = (struct task_settings){ .n_programs = 0 };
        if (bytes.len < HEAD)
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "%zu bytes; a .job file has %d at least", bytes.len,
                               HEAD);
        ret->disabled = ow_le32_at(bytes.p + HEAD_FLAGS) & FLAG_DISABLED;
        ret->n_programs = 1;
        at = ow_le16_at(bytes.p + HEAD_TEXTS);
        r = take_text(bytes, &at, &ret->programs[0].command, err);
        if (r == 0)
                r = take_text(bytes, &at, &ret->programs[0].arguments, err);
        return r < 0 ? r : triggers_take(bytes, &ret->triggers, err);
}
