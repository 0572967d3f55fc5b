/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names with '*' (any run of characters) and '?' (one character), compared as Windows compares names. */
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* True when all of text, UTF-8, fits glob. Takes at most strlen(glob) * strlen(text) steps. */
bool ow_glob_match(const char *glob, const char *text);

/* Bytes of glob in front of its first '*' or '?': what every match begins with. All of it for a plain name. */
size_t ow_glob_prefix(const char *glob);

/* False for a plain name, which only fits itself. */
bool ow_glob_is(const char *glob);

#endif
