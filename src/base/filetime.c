/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <time.h>

#include "base/filetime.h"

#define UNITS_PER_SECOND 10000000u
#define SECONDS_1601_TO_1970 11644473600

/* Civil date of a day count, by 400-year eras that begin on 1 March of year 0. */
static void civil_of_days(int64_t days_since_1970, int64_t *year, unsigned *month, unsigned *day)
{
        int64_t z = days_since_1970 + 719468;
        int64_t era = (z >= 0 ? z : z - 146096) / 146097;
        unsigned doe = (unsigned)(z - era * 146097);
        unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
        unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        unsigned mp = (5 * doy + 2) / 153;

        *day = doy - (153 * mp + 2) / 5 + 1;
        *month = mp < 10 ? mp + 3 : mp - 9;
        *year = (int64_t)yoe + era * 400 + (*month <= 2);
}

void ow_filetime_format(uint64_t filetime, char text[OW_FILETIME_TEXT])
{
        int64_t seconds = (int64_t)(filetime / UNITS_PER_SECOND) - SECONDS_1601_TO_1970;
        int64_t days = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400;
        unsigned rest = (unsigned)(seconds - days * 86400);
        unsigned month, day;
        int64_t year;

        civil_of_days(days, &year, &month, &day);
        if (filetime == 0)
                (void)snprintf(text, OW_FILETIME_TEXT, "never");
        else if (year > 9999)
                (void)snprintf(text, OW_FILETIME_TEXT, "far future");
        else
                (void)snprintf(text, OW_FILETIME_TEXT, "%04d-%02u-%02uT%02u:%02u:%02uZ", (int)year, month, day,
                               rest / 3600, rest / 60 % 60, rest % 60);
}

uint64_t ow_filetime_of_unix(int64_t seconds)
{
        if (seconds < -SECONDS_1601_TO_1970)
                return 0;
        if (seconds > (int64_t)(UINT64_MAX / UNITS_PER_SECOND) - SECONDS_1601_TO_1970)
                return UINT64_MAX;
        return (uint64_t)(seconds + SECONDS_1601_TO_1970) * UNITS_PER_SECOND;
}

uint64_t ow_filetime_now(void)
{
        struct timespec now;

        if (clock_gettime(CLOCK_REALTIME, &now) != 0)
                return 0;
        return ow_filetime_of_unix(now.tv_sec) + (uint64_t)now.tv_nsec / 100;
}
