/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of keywords: what a typed one means, and whether the driver takes it. */
#include "fix/net-tune.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "base/upcase.h"

enum { NUMBER_MAX = 11, TEXT_MAX = 255, LISTED_MAX = 12 };

/* ---- what it takes, for messages ---- */

static void put_choices(const ow_keyword *keyword, ow_buffer *out)
{
        for (size_t i = 0; i < keyword->n_choices && i < LISTED_MAX; i++)
                ow_buffer_printf(out, "%s%.40s (%.40s)", i ? ", " : "", keyword->choices[i].value,
                                 keyword->choices[i].text);
        if (keyword->n_choices > LISTED_MAX)
                ow_buffer_printf(out, " and %zu more", keyword->n_choices - LISTED_MAX);
}

static void put_takes(const struct tune_target *t, bool forced, ow_buffer *out)
{
        bool asked = t->keyword && t->keyword->declared && !forced;

        if (asked && t->keyword->n_choices)
                put_choices(t->keyword, out);
        else if (asked && t->keyword->has_range)
                ow_buffer_printf(out, "%" PRId64 " to %" PRId64, t->keyword->min, t->keyword->max);
        else if (t->rule && t->rule->max)
                ow_buffer_printf(out, "%" PRId64 " to %" PRId64, t->rule->min, t->rule->max);
        else
                ow_buffer_put_text(out, "a number");
        if (asked && t->keyword->has_range && t->keyword->step > 1)
                ow_buffer_printf(out, " in steps of %" PRId64, t->keyword->step);
        if (t->rule && t->rule->words[0])
                ow_buffer_printf(out, "; by name: %s", t->rule->words);
}

static int does_not_take(const struct tune_target *t, const char *value, bool forced, ow_error *err)
{
        OW_AUTO_BUFFER takes = OW_BUFFER_INIT;

        put_takes(t, forced, &takes);
        ow_buffer_put_byte(&takes, 0);
        if (ow_buffer_failed(&takes))
                return ow_fail_nomem(err);
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%s does not take '%.60s': %s", t->name, value,
                       (const char *)takes.p);
}

/* ---- what is meant ---- */

/* "off=1514 on=9014": the text behind value, in *ret with its size. */
static bool word_value(const char *words, const char *value, const char **ret, size_t *ret_size)
{
        size_t n = strlen(value);

        for (const char *at = words; *at; at += strspn(at, " ")) {
                size_t size = strcspn(at, " "), name = strcspn(at, "=");

                if (name == n && ow_name_compare_n(at, name, value, n) == 0) {
                        *ret = at + name + 1;
                        *ret_size = size - name - 1;
                        return true;
                }
                at += size;
        }
        return false;
}

/* The value by default; NULL: nobody says. */
static const char *normal_of(const struct tune_target *t)
{
        if (t->keyword && t->keyword->normal[0])
                return t->keyword->normal;
        return t->rule && t->rule->normal[0] ? t->rule->normal : NULL;
}

static const char *called_by_driver(const ow_keyword *keyword, const char *value)
{
        for (size_t i = 0; keyword && i < keyword->n_choices; i++)
                if (ow_name_compare(keyword->choices[i].text, value) == 0)
                        return keyword->choices[i].value;
        return value;
}

static char *meant(const struct tune_target *t, const char *value)
{
        const char *text;
        size_t size;

        if (t->rule && word_value(t->rule->words, value, &text, &size))
                return ow_strndup(text, size);
        return ow_strdup(called_by_driver(t->keyword, value));
}

/* ---- is it taken? ---- */

static bool number_of(const char *text, int64_t *ret)
{
        size_t sign = text[0] == '-', digits = strspn(text + sign, "0123456789");

        if (digits == 0 || text[sign + digits] || sign + digits > NUMBER_MAX || (text[sign] == '0' && digits > 1))
                return false;
        *ret = strtoll(text, NULL, 10);
        return true;
}

/* A setting that the driver says is free text, or that nobody knows anything of. */
static bool is_free(const struct tune_target *t, bool forced)
{
        if (t->rule)
                return false;
        return t->keyword && t->keyword->declared ? ow_name_compare(t->keyword->kind, "edit") == 0 : forced;
}

static bool text_ok(const char *text)
{
        for (const char *p = text; *p; p++)
                if ((unsigned char)*p < 0x20 || *p == 0x7f)
                        return false;
        return strlen(text) <= TEXT_MAX;
}

static bool driver_takes(const ow_keyword *keyword, const char *text, int64_t n)
{
        for (size_t i = 0; i < keyword->n_choices; i++)
                if (ow_name_compare(keyword->choices[i].value, text) == 0)
                        return true;
        if (keyword->n_choices || !keyword->has_range)
                return keyword->n_choices == 0;
        if (n < keyword->min || n > keyword->max)
                return false;
        /* Both are signed 64-bit numbers of the guest: the distance may need 64 bits without a sign. */
        return keyword->step <= 1 || ((uint64_t)n - (uint64_t)keyword->min) % (uint64_t)keyword->step == 0;
}

static bool is_taken(const struct tune_target *t, const char *text, bool forced)
{
        int64_t n = 0;

        if (is_free(t, forced))
                return text_ok(text);
        if (!number_of(text, &n))
                return t->keyword && t->keyword->n_choices && !forced && text_ok(text) &&
                       driver_takes(t->keyword, text, 0);
        if (t->keyword && t->keyword->declared && !forced && (t->keyword->n_choices || t->keyword->has_range))
                return driver_takes(t->keyword, text, n);
        return !t->rule || t->rule->max == 0 || (n >= t->rule->min && n <= t->rule->max);
}

int tune_value(const struct tune_target *target, const char *value, bool forced, char **ret, ow_error *err)
{
        bool normal = ow_name_compare(value, "default") == 0;
        OW_AUTO_FREE char *text = NULL;

        if (ow_name_compare(target->name, TUNE_FORCED_MAC) == 0) {
                if (ow_name_compare(value, "none") != 0)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                                       "mac takes only `none`: a card of a virtual machine has the address that its "
                                       "definition gives it");
                value = "";
        } else if (normal && !normal_of(target)) {
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "neither the driver nor Microsoft names a default of %s",
                               target->name);
        }
        text = value[0] ? meant(target, normal ? normal_of(target) : value) : ow_strdup("");
        if (!text)
                return ow_fail_nomem(err);
        if (ow_name_compare(target->name, TUNE_FORCED_MAC) != 0 && !is_taken(target, text, forced))
                return does_not_take(target, value, forced, err);
        *ret = OW_TAKE(text);
        return 0;
}

const char *ow_keyword_safe(const ow_keyword *keyword)
{
        const ow_keyword_rule *rule = ow_keyword_rule_find(keyword->name);
        struct tune_target target = { keyword->name, keyword, rule };

        if (!rule || !rule->safe || !keyword->set)
                return NULL;
        if (strcmp(keyword->value, rule->safe) == 0 && (keyword->type == OW_REG_SZ || !rule->safe[0]))
                return NULL;
        return !rule->safe[0] || is_taken(&target, rule->safe, false) ? rule->safe : NULL;
}
