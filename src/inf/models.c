/* SPDX-License-Identifier: GPL-2.0-or-later */
/* [Version], [Manufacturer] and the sections of models that it leads to. docs/formats/inf.md 4. */
#include <stdio.h>
#include <string.h>

#include "inf/inf.h"

/* ---- [Version] ---- */

/* "07/18/2022" and "62.91.104.22400"; what is no date or number stays 0. */
static uint32_t date_of(const char *text)
{
        unsigned month, day, year;
        char rest;

        if (sscanf(text, "%2u/%2u/%4u%c", &month, &day, &year, &rest) != 3 &&
            sscanf(text, "%2u-%2u-%4u%c", &month, &day, &year, &rest) != 3)
                return 0;
        if (month < 1 || month > 12 || day < 1 || day > 31 || year < 1980)
                return 0;
        return year * 10000 + month * 100 + day;
}

static void numbers_of(const char *text, uint16_t ret[4])
{
        for (size_t i = 0; i < 4; i++) {
                uint32_t number = 0;
                size_t digits = strspn(text, "0123456789");

                for (size_t k = 0; k < digits && number <= UINT16_MAX; k++)
                        number = number * 10 + (uint32_t)(text[k] - '0');
                ret[i] = number > UINT16_MAX ? UINT16_MAX : (uint16_t)number;
                if (text[digits] != '.')
                        return;
                text += digits + 1;
        }
}

static const char *catalog_of(const ow_inf *inf, const ow_inf_section *version, const ow_inf_target *target)
{
        char key[32];
        const char *name;

        (void)snprintf(key, sizeof key, "CatalogFile.NT%s",
                       target->arch == OW_INF_ANY ? "" : ow_inf_arch_name(target->arch));
        name = inf_value(inf, version, key);
        if (!*name)
                name = inf_value(inf, version, "CatalogFile.NT");
        return *name ? name : inf_value(inf, version, "CatalogFile");
}

void ow_inf_version_get(const ow_inf *inf, const ow_inf_target *target, ow_inf_version *ret)
{
        ow_inf_section section = { "", 0, 0 };
        uint32_t line;

        (void)ow_inf_find(inf, "Version", &section);
        *ret = (ow_inf_version){ .signature = inf_value(inf, &section, "Signature"),
                                 .class_name = inf_value(inf, &section, "Class"),
                                 .class_guid = inf_value(inf, &section, "ClassGUID"),
                                 .provider = inf_value(inf, &section, "Provider"),
                                 .catalog = catalog_of(inf, &section, target) };
        if (ow_inf_line_find(inf, &section, "DriverVer", &line)) {
                ret->date = date_of(ow_inf_field(inf, line, 0));
                numbers_of(ow_inf_field(inf, line, 1), ret->numbers);
        }
}

/* ---- [Manufacturer] ---- */

struct choice {
        bool made;
        ow_inf_decoration decoration;
        const char *text; /* "NTamd64.6.1", or "" */
};

static void consider(struct choice *choice, const char *text, const ow_inf_target *target)
{
        ow_inf_decoration d;

        if (!ow_inf_decoration_parse(text, &d) || !ow_inf_decoration_matches(&d, target))
                return;
        if (!choice->made || ow_inf_decoration_compare(&d, &choice->decoration) > 0)
                *choice = (struct choice){ true, d, text };
}

/* The section of models that one line of [Manufacturer] means for target. 1, 0 none, < 0. */
static int section_of(const ow_inf *inf, uint32_t line, const ow_inf_target *target, struct choice *choice,
                      ow_inf_section *ret, ow_error *err)
{
        const char *base = ow_inf_field(inf, line, 0);

        consider(choice, "", target);
        for (uint32_t i = 1; i < ow_inf_field_count(inf, line); i++)
                if (*ow_inf_field(inf, line, i))
                        consider(choice, ow_inf_field(inf, line, i), target);
        if (!choice->made)
                return 0;
        if (*choice->text)
                return inf_find_joined(inf, base, choice->text, ret, err);
        return ow_inf_find(inf, base, ret);
}

static int models_add(const ow_inf *inf, uint32_t manufacturer, const ow_inf_section *section,
                      const struct choice *choice, ow_inf_models *models, size_t *cap, ow_error *err)
{
        const char *name = ow_inf_key(inf, manufacturer);

        for (uint32_t i = 0; i < section->count; i++) {
                uint32_t line = section->first + i;
                void *grown;

                if (!ow_inf_key(inf, line) || !*ow_inf_field(inf, line, 0))
                        continue;
                if (models->count == INF_MAX_ITEMS)
                        return ow_fail(err, OW_E_LIMIT, ow_inf_line_number(inf, line), "more than %d models",
                                       INF_MAX_ITEMS);
                grown = ow_grow(models->items, models->count, cap, sizeof *models->items);
                if (!grown)
                        return ow_fail_nomem(err);
                models->items = grown;
                models->items[models->count++] = (ow_inf_model){
                        .manufacturer = name ? name : ow_inf_field(inf, manufacturer, 0),
                        .description = ow_inf_key(inf, line),
                        .install = ow_inf_field(inf, line, 0),
                        .line = line,
                        .decoration = choice->decoration,
                        .section = section->name,
                };
        }
        return 0;
}

int ow_inf_models_get(const ow_inf *inf, const ow_inf_target *target, ow_inf_models *ret, ow_error *err)
{
        ow_inf_models models = { NULL, 0 };
        ow_inf_section makers;
        size_t cap = 0, looked = 0;
        int r = 0;

        if (!ow_inf_find(inf, "Manufacturer", &makers))
                makers.count = 0;
        for (uint32_t i = 0; i < makers.count && r >= 0; i++) {
                struct choice choice = { .made = false };
                ow_inf_section section;

                r = section_of(inf, makers.first + i, target, &choice, &section, err);
                if (r <= 0)
                        continue;
                /* Many makers of one section without models would cost makers times lines. */
                looked += section.count;
                if (looked > 10 * (size_t)INF_MAX_ITEMS)
                        r = ow_fail(err, OW_E_LIMIT, ow_inf_line_number(inf, makers.first + i),
                                    "[Manufacturer] leads to more than %d lines", 10 * INF_MAX_ITEMS);
                else
                        r = models_add(inf, makers.first + i, &section, &choice, &models, &cap, err);
        }
        if (r < 0) {
                ow_inf_models_done(&models);
                return r;
        }
        *ret = models;
        return 0;
}

void ow_inf_models_done(ow_inf_models *models)
{
        ow_free(models->items);
        *models = (ow_inf_models){ NULL, 0 };
}

void ow_inf_offers(const ow_inf *inf, char *buf, size_t size)
{
        ow_inf_section makers;
        size_t at = 0;

        if (size)
                buf[0] = '\0';
        if (!ow_inf_find(inf, "Manufacturer", &makers))
                return;
        for (uint32_t i = 0; i < makers.count; i++) {
                uint32_t line = makers.first + i, n = ow_inf_field_count(inf, line);

                for (uint32_t f = n > 1 ? 1 : 0; f < n; f++) {
                        const char *text = f ? ow_inf_field(inf, line, f) : "no decoration";
                        size_t length = strlen(text);

                        if (!length || length > 40 || at + length + 3 > size)
                                continue;
                        at += (size_t)snprintf(buf + at, size - at, "%s%s", at ? ", " : "", text);
                }
        }
}
