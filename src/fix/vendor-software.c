/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signs of a pack among Run values, scheduled tasks, uninstall entries and registry keys. */
#include "fix/vendor.h"

#include <stdio.h>
#include <string.h>

#include <offwin/registry.h>

#include "base/glob.h"

int vendor_find_run(struct vendor_search *s, size_t section, ow_error *err)
{
        const struct fix_item *item = &s->fix->pack->items[section];
        const ow_autostart *autostarts;
        size_t n;
        int r;

        r = ow_guest_autostarts(s->guest, &autostarts, &n, err);
        for (size_t i = 0; r == 0 && i < n; i++)
                if (ow_glob_match(item->name, autostarts[i].name) &&
                    (!item->command || ow_glob_match(item->command, autostarts[i].command)))
                        r = vendor_sign_add(s, section, autostarts[i].name, autostarts[i].place,
                                            autostarts[i].command, UINT32_MAX, err);
        return r;
}

int vendor_find_task(struct vendor_search *s, size_t section, ow_error *err)
{
        const struct fix_item *item = &s->fix->pack->items[section];
        const ow_task *tasks;
        size_t n;
        int r;

        r = ow_guest_tasks(s->guest, &tasks, &n, err);
        for (size_t i = 0; r == 0 && i < n; i++)
                if (ow_glob_match(item->name, tasks[i].path))
                        r = vendor_sign_add(s, section, tasks[i].path,
                                            tasks[i].place[0] ? tasks[i].place : tasks[i].file, "", UINT32_MAX, err);
        return r;
}

/* The command goes to the sign that was just added for the program. */
static int command_put(struct vendor_search *s, const ow_program *program, ow_error *err)
{
        ow_vendor_sign *sign = s->ret->n_signs ? &s->ret->signs[s->ret->n_signs - 1] : NULL;

        if (!sign || strcmp(sign->where, program->place) != 0)
                return 0;
        ow_free(sign->command);
        sign->command = vendor_uninstall_command(program, &sign->quiet);
        return sign->command ? 0 : ow_fail_nomem(err);
}

int vendor_find_program(struct vendor_search *s, size_t section, ow_error *err)
{
        const struct fix_pack *pack = s->fix->pack;
        const struct fix_item *item = &pack->items[section];
        const ow_program *programs;
        size_t n;
        int r;

        r = ow_guest_programs(s->guest, &programs, &n, err);
        for (size_t i = 0; r == 0 && i < n; i++) {
                char detail[400];

                if (!ow_glob_match(item->name, programs[i].name) ||
                    (item->key && !ow_glob_match(item->key, programs[i].key)) ||
                    !vendor_fits(item->publisher, pack->publishers, pack->n_publishers, programs[i].publisher))
                        continue;
                (void)snprintf(detail, sizeof detail, "%s%s%s", programs[i].version,
                               programs[i].version[0] && programs[i].publisher[0] ? ", " : "", programs[i].publisher);
                r = vendor_sign_add(s, section, programs[i].name, programs[i].place, detail, UINT32_MAX, err);
                if (r == 0)
                        r = command_put(s, &programs[i], err);
        }
        return r;
}

int vendor_find_key(struct vendor_search *s, size_t section, ow_error *err)
{
        const struct fix_item *item = &s->fix->pack->items[section];
        char **places = NULL;
        size_t n = 0;
        int r;

        r = ow_registry_expand(s->guest, item->name, &places, &n, err);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                ow_error why = OW_ERROR_INIT;
                ow_regkey key;

                /* A damaged or missing hive shows no key; the guest's problems tell of it. */
                if (ow_registry_find(s->guest, places[i], &key, &why) <= 0)
                        r = why.code == OW_E_NOMEM ? ow_fail_nomem(err) : 0;
                else
                        r = vendor_sign_add(s, section, item->name, places[i], "", UINT32_MAX, err);
        }
        ow_registry_paths_free(places, n);
        return r < 0 ? r : 0;
}
