/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/le.h"
#include "base/upcase.h"
#include "base/utf16.h"
#include "reg/item.h"
#include "reg/pattern.h"
#include "reg/text-lex.h"
#include "reg/widen.h"

enum { REGEX_UNITS = 64 << 10 };        /* of one string that an expression looks at: its cost may grow faster */

void reg_pattern_done(struct reg_pattern *p)
{
        if (p->regex)
                regfree(&p->compiled);
        if (p->locale)
                freelocale(p->locale);
        ow_buffer_done(&p->units);
        ow_buffer_done(&p->bytes);
        ow_buffer_done(&p->text);
}

static uint16_t fold(const struct reg_pattern *p, uint16_t c)
{
        if (!p->fold)
                return c;
        if (c < 0x80)
                return c >= 'a' && c <= 'z' ? (uint16_t)(c - 0x20) : c;
        return ow_upcase(c);
}

static int compile(struct reg_pattern *p, const char *pattern, ow_error *err)
{
        char text[160];
        locale_t before;
        int r;

        p->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
        if (!p->locale)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "expressions need the locale C.UTF-8 of the C library, which cannot be loaded: %s",
                               strerror(errno));
        /* The library must not touch the locale of the process; a thread's own can be switched and put back. */
        before = uselocale(p->locale);
        r = regcomp(&p->compiled, pattern, REG_EXTENDED | (p->fold ? REG_ICASE : 0));
        (void)uselocale(before);
        if (r == REG_ESPACE)
                return ow_fail_nomem(err);
        if (r != 0) {
                (void)regerror(r, &p->compiled, text, sizeof text);
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "expression '%.200s': %s", pattern, text);
        }
        p->regex = true;
        return 0;
}

/* "00 ff", "00,FF" and "00ff" are bytes; anything else leaves p->bytes empty. */
static void take_bytes(struct reg_pattern *p, const char *text)
{
        for (;;) {
                int high, low;

                text += strspn(text, " ,\t");
                if (!*text)
                        return;
                high = reg_hex_digit(text[0]);
                low = high < 0 ? -1 : reg_hex_digit(text[1]);
                if (low < 0) {
                        p->bytes.len = 0;
                        return;
                }
                ow_buffer_put_byte(&p->bytes, (uint8_t)(high << 4 | low));
                text += 2;
        }
}

int reg_pattern_init(struct reg_pattern *p, const char *pattern, unsigned flags, ow_error *err)
{
        int r;

        p->all = !pattern;
        p->whole = flags & OW_REG_FIND_WHOLE;
        p->fold = !(flags & OW_REG_FIND_CASE);
        if (p->all)
                return 0;
        r = reg_put_utf16((ow_view){ (const uint8_t *)pattern, strlen(pattern) }, &p->units, err);
        if (r < 0)
                return ow_wrap(err, r, "pattern '%.200s'", pattern);
        if (flags & OW_REG_FIND_REGEX)
                return compile(p, pattern, err);
        for (size_t i = 0; i < p->units.len; i += 2)
                ow_le16_put(p->units.p + i, fold(p, ow_le16_at(p->units.p + i)));
        take_bytes(p, pattern);
        return ow_buffer_failed(&p->units) || ow_buffer_failed(&p->bytes) ? ow_fail_nomem(err) : 0;
}

/* ---- plain ---- */

/* Text as a hive has it. */
struct text {
        const uint8_t *p;
        size_t n;                       /* characters */
        bool latin1;
};

static uint16_t unit_at(const struct text *t, size_t i)
{
        return t->latin1 ? t->p[i] : ow_le16_at(t->p + 2 * i);
}

static bool matches_at(const struct reg_pattern *p, const struct text *t, size_t at)
{
        for (size_t i = 0; i < p->units.len / 2; i++) {
                if (fold(p, unit_at(t, at + i)) != ow_le16_at(p->units.p + 2 * i))
                        return false;
        }
        return true;
}

static bool match_plain(const struct reg_pattern *p, const struct text *t)
{
        size_t n = p->units.len / 2;

        if (p->whole ? n != t->n : n > t->n)
                return false;
        for (size_t at = 0; at + n <= t->n; at++) {
                if (matches_at(p, t, at))
                        return true;
        }
        return false;
}

/* ---- expressions ---- */

static int match_regex(struct reg_pattern *p, const struct text *t, ow_error *err)
{
        size_t n = t->n < REGEX_UNITS ? t->n : REGEX_UNITS;
        regmatch_t where;
        locale_t before;
        int r;

        p->text.len = 0;
        if (!reg_put_name(&p->text, &(ow_hive_name){ t->p, (uint32_t)(t->latin1 ? n : 2 * n), t->latin1 }))
                return ow_fail_nomem(err);
        before = uselocale(p->locale);
        r = regexec(&p->compiled, (const char *)p->text.p, 1, &where, 0);
        (void)uselocale(before);
        if (r == REG_ESPACE)
                return ow_fail_nomem(err);
        if (r != 0)
                return 0;
        return !p->whole || (where.rm_so == 0 && (size_t)where.rm_eo == strlen((const char *)p->text.p));
}

static int match(struct reg_pattern *p, const struct text *t, ow_error *err)
{
        return p->regex ? match_regex(p, t, err) : match_plain(p, t);
}

/* Each piece between NULs by itself, without those at the end. */
static int match_strings(struct reg_pattern *p, ow_view utf16, ow_error *err)
{
        size_t units = utf16.len / 2, at = 0;
        int r = 0;

        while (units > 0 && ow_le16_at(utf16.p + 2 * units - 2) == 0)
                units--;
        do {
                struct text piece = { .p = utf16.p ? utf16.p + 2 * at : NULL };

                while (at + piece.n < units && ow_le16_at(piece.p + 2 * piece.n) != 0)
                        piece.n++;
                r = match(p, &piece, err);
                at += piece.n + 1;
        } while (r == 0 && at < units);
        return r;
}

static int match_ascii(struct reg_pattern *p, const char *text, ow_error *err)
{
        return match(p, &(struct text){ (const uint8_t *)text, strlen(text), true }, err);
}

static int match_number(struct reg_pattern *p, uint64_t n, int digits, ow_error *err)
{
        char text[32];
        int r;

        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)n);
        r = match_ascii(p, text, err);
        if (r != 0)
                return r;
        (void)snprintf(text, sizeof text, "0x%llx", (unsigned long long)n);
        r = match_ascii(p, text, err);
        if (r != 0)
                return r;
        (void)snprintf(text, sizeof text, "0x%0*llx", digits, (unsigned long long)n);
        return match_ascii(p, text, err);
}

static int match_hex(struct reg_pattern *p, ow_view data, ow_error *err)
{
        static const char digits[] = "0123456789abcdef";
        char text[2 * 4096];
        size_t n = data.len < sizeof text / 2 ? data.len : sizeof text / 2;

        if (!p->regex) {
                if (p->bytes.len == 0 || (p->whole && p->bytes.len != data.len) || data.len < p->bytes.len)
                        return 0;
                return memmem(data.p, data.len, p->bytes.p, p->bytes.len) != NULL;
        }
        for (size_t i = 0; i < n; i++) {
                text[2 * i] = digits[data.p[i] >> 4];
                text[2 * i + 1] = digits[data.p[i] & 15];
        }
        return match(p, &(struct text){ (const uint8_t *)text, 2 * n, true }, err);
}

int reg_pattern_name(struct reg_pattern *p, const ow_hive_name *name, ow_error *err)
{
        const struct text text = { name->p, name->latin1 ? name->size : name->size / 2, name->latin1 };

        return p->all ? 1 : match(p, &text, err);
}

int reg_pattern_data(struct reg_pattern *p, uint32_t type, ow_view data, ow_error *err)
{
        int r;

        if (p->all)
                return 1;
        if (type == OW_REG_SZ || type == OW_REG_EXPAND_SZ || type == OW_REG_LINK || type == OW_REG_MULTI_SZ)
                return match_strings(p, data, err);
        if (type == OW_REG_DWORD && data.len == 4)
                return match_number(p, ow_le32_at(data.p), 8, err);
        if (type == OW_REG_DWORD_BIG_ENDIAN && data.len == 4)
                return match_number(p, __builtin_bswap32(ow_le32_at(data.p)), 8, err);
        if (type == OW_REG_QWORD && data.len == 8)
                return match_number(p, ow_le64_at(data.p), 16, err);
        r = match_hex(p, data, err);
        return r == 0 && data.len != 1 ? match_strings(p, data, err) : r;
}
