/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows ranges of fix files: "6.0-" (and later), "-5.2" (and earlier), "5.1-5.2", "6.1", "10.0.10240-", or several
 * with commas. An upper end without a build covers every build of that version.
 */
#include <string.h>

#include <offwin/fix.h>

#include "fix/fix.h"

static bool number_parse(const char **at, uint32_t *ret)
{
        const char *p = *at;
        uint32_t n = 0;

        for (; *p >= '0' && *p <= '9'; p++) {
                if (n > 99999)
                        return false;
                n = n * 10 + (uint32_t)(*p - '0');
        }
        if (p == *at)
                return false;
        *at = p;
        *ret = n;
        return true;
}

/* major.minor or major.minor.build. */
static bool version_parse(const char **at, struct fix_version *ret)
{
        struct fix_version v = { { 0, 0, 0 }, 0 };

        while (v.n < 3) {
                if (!number_parse(at, &v.part[v.n]))
                        return false;
                v.n++;
                if (**at != '.')
                        break;
                (*at)++;
        }
        *ret = v;
        return v.n >= 2;
}

static void skip_blanks(const char **at)
{
        *at += strspn(*at, " \t");
}

static bool in_order(const struct fix_range *range)
{
        for (unsigned i = 0; i < range->low.n && i < range->high.n; i++)
                if (range->low.part[i] != range->high.part[i])
                        return range->low.part[i] < range->high.part[i];
        return true;
}

static bool range_parse(const char **at, struct fix_range *ret)
{
        struct fix_range range = { { { 0, 0, 0 }, 0 }, { { 0, 0, 0 }, 0 } };
        bool dash;

        skip_blanks(at);
        if (**at != '-' && !version_parse(at, &range.low))
                return false;
        skip_blanks(at);
        dash = **at == '-';
        if (dash) {
                (*at)++;
                skip_blanks(at);
                if (**at >= '0' && **at <= '9' && !version_parse(at, &range.high))
                        return false;
                skip_blanks(at);
        } else {
                range.high = range.low;
        }
        *ret = range;
        return (range.low.n || range.high.n) && in_order(&range);
}

int fix_ranges_parse(const char *text, struct fix_range **ret, size_t *ret_count, ow_error *err)
{
        OW_AUTO_FREE struct fix_range *ranges = NULL;
        size_t n = 0, cap = 0;
        const char *at = text;

        for (;;) {
                struct fix_range range;
                void *grown;

                if (!range_parse(&at, &range) || (*at != '\0' && *at != ','))
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is not a list of Windows versions such as "
                                       "'6.0-', '5.1-5.2' or '10.0.10240-'", text);
                if (n == FIX_LIST_MAX)
                        return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d version ranges", FIX_LIST_MAX);
                grown = ow_grow(ranges, n, &cap, sizeof *ranges);
                if (!grown)
                        return ow_fail_nomem(err);
                ranges = grown;
                ranges[n++] = range;
                if (*at == '\0')
                        break;
                at++;
        }
        *ret = OW_TAKE(ranges);
        *ret_count = n;
        return 0;
}

enum order { BELOW, SAME, ABOVE, UNSURE };

static enum order compare(const ow_windows *windows, const struct fix_version *v)
{
        const uint32_t have[3] = { windows->major, windows->minor, windows->build };

        for (unsigned i = 0; i < v->n; i++) {
                if (i == 2 && windows->build == 0)
                        return UNSURE;
                if (have[i] != v->part[i])
                        return have[i] < v->part[i] ? BELOW : ABOVE;
        }
        return SAME;
}

bool fix_ranges_match(const struct fix_range *ranges, size_t n, const ow_windows *windows)
{
        if (n == 0)
                return true;
        if (windows->major == 0)
                return false;
        for (size_t i = 0; i < n; i++) {
                enum order low = compare(windows, &ranges[i].low);
                enum order high = compare(windows, &ranges[i].high);
                bool low_ok = ranges[i].low.n == 0 || low == SAME || low == ABOVE;
                bool high_ok = ranges[i].high.n == 0 || high == SAME || high == BELOW;

                if (low_ok && high_ok)
                        return true;
        }
        return false;
}
