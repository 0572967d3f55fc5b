/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/glob.h"

#include <string.h>

#include "base/upcase.h"
#include "base/utf16.h"

/* The character at *at, upcased, and *at behind it; 0 at the end. A bad byte stands for itself. */
static uint32_t next(const char *text, size_t size, size_t *at)
{
        uint32_t c;

        if (*at >= size)
                return 0;
        if (!ow_utf8_next(text, size, at, &c))
                return (uint8_t)text[(*at)++];
        return c < 0x10000 ? ow_upcase((uint16_t)c) : c;
}

bool ow_glob_match(const char *glob, const char *text)
{
        size_t glob_size = strlen(glob), text_size = strlen(text);
        size_t g = 0, t = 0;
        size_t star = SIZE_MAX, resume = 0; /* behind the last '*', and where its run may end next */

        while (t < text_size) {
                size_t after = t;
                uint32_t c = next(text, text_size, &after);

                if (g < glob_size && glob[g] == '*') {
                        star = ++g;
                        resume = t;
                } else if (g < glob_size && glob[g] == '?') {
                        g++;
                        t = after;
                } else if (g < glob_size && next(glob, glob_size, &g) == c) {
                        t = after;
                } else if (star != SIZE_MAX) {
                        (void)next(text, text_size, &resume);
                        t = resume;
                        g = star;
                } else {
                        return false;
                }
        }
        while (g < glob_size && glob[g] == '*')
                g++;
        return g == glob_size;
}

size_t ow_glob_prefix(const char *glob)
{
        return strcspn(glob, "*?");
}

bool ow_glob_is(const char *glob)
{
        return glob[ow_glob_prefix(glob)] != '\0';
}
