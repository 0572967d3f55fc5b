/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "reg/codepage.h"
#include "reg/types.h"

/* What Windows has had as its "language for programs that are not Unicode", and its consoles. */
static const unsigned known[] = {
        437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 865, 866, 869, 874, 932, 936, 949, 950,
        1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, REG_CODEPAGE_UTF8,
};

static bool is_known(uint64_t number)
{
        for (size_t i = 0; i < OW_COUNT(known); i++) {
                if (known[i] == number)
                        return true;
        }
        return false;
}

int ow_reg_codepage_parse(const char *name, unsigned *ret)
{
        static const char *const prefixes[] = { "windows-", "cp", "ibm" };
        uint64_t number;

        if (strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0) {
                *ret = REG_CODEPAGE_UTF8;
                return 1;
        }
        for (size_t i = 0; i < OW_COUNT(prefixes); i++) {
                size_t size = strlen(prefixes[i]);

                if (strncasecmp(name, prefixes[i], size) == 0) {
                        name += size;
                        break;
                }
        }
        if (strspn(name, "0123456789") != strlen(name) || !reg_parse_number(name, UINT16_MAX, &number) ||
            !is_known(number))
                return 0;
        *ret = (unsigned)number;
        return 1;
}

int reg_codepage_open(struct reg_codepage *cp, unsigned number, bool to_utf16, ow_error *err)
{
        char name[16];
        iconv_t converter;

        if (!is_known(number))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%u is not a code page of text that offwin knows", number);
        (void)snprintf(name, sizeof name, number == REG_CODEPAGE_UTF8 ? "UTF-8" : "CP%u", number);
        converter = iconv_open(to_utf16 ? "UTF-16LE" : "UTF-8", name);
        if (converter == (iconv_t)-1 && errno == ENOMEM)
                return ow_fail_nomem(err);
        if (converter == (iconv_t)-1)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "this system's C library has no converter for code page %u", number);
        *cp = (struct reg_codepage){ number, to_utf16, converter };
        return 0;
}

void reg_codepage_close(struct reg_codepage *cp)
{
        if (cp->number)
                (void)iconv_close(cp->converter);
        cp->number = 0;
}

struct ow_reg_codepage {
        struct reg_codepage utf16, utf8;
};

int ow_reg_codepage_open(unsigned codepage, ow_reg_codepage **ret, ow_error *err)
{
        ow_reg_codepage *both = ow_calloc(1, sizeof *both);
        int r;

        if (!both)
                return ow_fail_nomem(err);
        r = reg_codepage_open(&both->utf16, codepage, true, err);
        if (r == 0)
                r = reg_codepage_open(&both->utf8, codepage, false, err);
        if (r < 0) {
                ow_reg_codepage_close(both);
                return r;
        }
        *ret = both;
        return 0;
}

void ow_reg_codepage_close(ow_reg_codepage *codepage)
{
        if (!codepage)
                return;
        reg_codepage_close(&codepage->utf16);
        reg_codepage_close(&codepage->utf8);
        ow_free(codepage);
}

/* Windows takes the bytes that its own code pages leave empty between 0x80 and 0x9f for the C1 character. */
static bool is_c1(const struct reg_codepage *cp, uint8_t byte)
{
        return cp->number >= 1250 && cp->number <= 1258 && byte >= 0x80 && byte < 0xa0;
}

static void put_c1(struct reg_codepage *cp, uint8_t c, ow_buffer *out)
{
        const uint8_t wide[] = { c, 0 }, utf8[] = { 0xc2, c };

        ow_buffer_put(out, cp->to_utf16 ? wide : utf8, 2);
}

/* One step of iconv; text NULL: what it holds back. Some (1255, 1258) do so until they know that no mark follows. */
static bool step(struct reg_codepage *cp, char **text, size_t *left, ow_buffer *out)
{
        char chunk[4096], *to = chunk;
        size_t room = sizeof chunk, lost;

        lost = iconv(cp->converter, text, left, &to, &room);
        ow_buffer_put(out, chunk, sizeof chunk - room);
        return lost != (size_t)-1 || errno == E2BIG;
}

int reg_codepage_convert(struct reg_codepage *cp, ow_view text, ow_buffer *out, size_t *ret_bad, ow_error *err)
{
        char *from = (char *)(uintptr_t)text.p;
        size_t left = text.len;

        (void)iconv(cp->converter, NULL, NULL, NULL, NULL);
        while (left > 0 && !ow_buffer_failed(out)) {
                if (step(cp, &from, &left, out))
                        continue;
                if (!is_c1(cp, (uint8_t)*from)) {
                        *ret_bad = text.len - left;
                        return ow_fail(err, OW_E_INVAL, *ret_bad, "byte 0x%02x means nothing in code page %u",
                                       (unsigned)(uint8_t)*from, cp->number);
                }
                put_c1(cp, (uint8_t)*from++, out);
                left--;
        }
        (void)step(cp, NULL, NULL, out);
        return ow_buffer_failed(out) ? ow_fail_nomem(err) : 0;
}
