/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An INF: comes from a driver folder that somebody downloaded. Capped by OW_INF_MAX_BYTES and the limits in
 * inf/inf.h. Byte 0 picks the Windows and the language, byte 1 the failing allocation (0: none), the rest is the
 * text. Everything that an answer points to is read; answers agree with the lines that they are about.
 */
#include <stdlib.h>
#include <string.h>

#include <offwin/inf.h>

#include "base/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t sink;

static void check(int ok)
{
        if (!ok)
                abort();
}

static void see(const char *text)
{
        check(text != NULL);
        sink += strlen(text);
}

static void see_services(const ow_inf *inf, const ow_inf_section *install)
{
        ow_inf_services services;

        if (ow_inf_services_get(inf, install, &services, NULL) < 0)
                return;
        for (size_t i = 0; i < services.count; i++) {
                const ow_inf_service *s = &services.items[i];

                check(*s->name != 0);
                see(s->display_name);
                see(s->group);
                see(s->dependencies);
                see(s->binary);
                for (size_t k = 0; k < s->n_registry; k++) {
                        see(s->registry[k].root);
                        see(s->registry[k].subkey);
                        see(s->registry[k].name);
                        if (s->registry[k].data.size)
                                sink += s->registry[k].data.p[s->registry[k].data.size - 1];
                }
        }
        ow_inf_services_done(&services);
}

static void see_files(ow_inf_files *files)
{
        for (size_t i = 0; i < files->count; i++) {
                see(files->items[i].name);
                see(files->items[i].folder);
                see(files->items[i].target);
                see(files->items[i].subfolder);
        }
        ow_inf_files_done(files);
}

static void see_lines(const ow_inf *inf)
{
        size_t lines = 0;

        for (size_t i = 0; i < ow_inf_section_count(inf); i++) {
                ow_inf_section section = ow_inf_section_get(inf, i), found;

                check(ow_inf_find(inf, section.name, &found) && found.first == section.first);
                for (uint32_t k = 0; k < section.count; k++) {
                        uint32_t line = section.first + k;

                        check(ow_inf_field_count(inf, line) > 0 && ow_inf_line_number(inf, line) > 0);
                        for (uint32_t f = 0; f < ow_inf_field_count(inf, line); f++)
                                see(ow_inf_field(inf, line, f));
                }
                lines += section.count;
        }
        check(ow_inf_field_count(inf, (uint32_t)lines) == 0);
}

static void see_models(const ow_inf *inf, const ow_inf_target *target)
{
        ow_inf_version version;
        ow_inf_models models;
        ow_inf_files files;
        char offers[100];

        ow_inf_version_get(inf, target, &version);
        see(version.catalog);
        ow_inf_offers(inf, offers, sizeof offers);
        see(offers);
        if (ow_inf_package_get(inf, target, &files, NULL) == 0)
                see_files(&files);
        if (ow_inf_models_get(inf, target, &models, NULL) < 0)
                return;
        for (size_t i = 0; i < models.count && i < 50; i++) {
                ow_inf_section install;

                check(ow_inf_decoration_matches(&models.items[i].decoration, target));
                see(models.items[i].manufacturer);
                see(models.items[i].description);
                if (!ow_inf_install_find(inf, models.items[i].install, target, &install))
                        continue;
                see_services(inf, &install);
                if (ow_inf_files_get(inf, &install, target, &files, NULL) == 0)
                        see_files(&files);
        }
        ow_inf_models_done(&models);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const ow_inf_target targets[] = {
                { 5, 1, 2600, OW_INF_X86, 1, 0 },
                { 6, 1, 7601, OW_INF_AMD64, 3, 0x80 },
                { 10, 0, 19045, OW_INF_AMD64, 1, 0 },
                { 10, 0, 22631, OW_INF_ARM64, 1, 0 },
        };
        ow_error err = OW_ERROR_INIT;
        ow_inf *inf = NULL;
        int r;

        if (size < 2)
                return 0;
        ow_alloc_fail_from(data[1]);
        r = ow_inf_parse(data + 2, size - 2, data[0] & 4 ? 0x407 : 0, &inf, &err);
        if (r == 0)
                see_models(inf, &targets[data[0] & 3]);
        ow_alloc_fail_from(0);
        check(r <= 0 && (r == 0 || (err.code == r && err.text[0] && !inf)));
        if (r == 0)
                see_lines(inf);
        ow_inf_free(inf);
        return 0;
}
