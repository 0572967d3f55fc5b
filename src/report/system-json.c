/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System information as members of an installation. Keys are a promise: docs/man/offwin-json.5.scd. */
#include "report/system.h"

#include <offwin/software.h>
#include <offwin/system.h>

static void put_hardware(struct report_json *json, json_t *object, const ow_system *system)
{
        const ow_firmware_strings *f = &system->firmware;
        json_t *parts;

        report_json_text(json, object, "manufacturer", f->manufacturer);
        report_json_text(json, object, "model", f->model);
        report_json_text(json, object, "family", f->family);
        report_json_text(json, object, "board", f->board);
        report_json_text(json, object, "bios_vendor", f->bios_vendor);
        report_json_text(json, object, "bios_version", f->bios_version);
        report_json_text(json, object, "bios_date", f->bios_date);
        report_json_time(json, object, "last_used", f->last_used);
        parts = report_json_array(json, object, "parts");
        for (size_t i = 0; i < system->n_parts; i++) {
                json_t *part = report_json_add_object(json, parts);

                report_json_text(json, part, "kind", system->parts[i].kind);
                report_json_text(json, part, "name", system->parts[i].name);
                report_json_number(json, part, "count", system->parts[i].count);
        }
}

static void put_settings(struct report_json *json, json_t *object, const ow_system *system)
{
        json_t *files = report_json_array(json, object, "page_files");

        for (size_t i = 0; i < system->n_page_files; i++)
                report_json_add_text(json, files, system->page_files[i]);
        report_json_text(json, object, "crash_dump", ow_crash_dump_name(system->crash_dump));
        report_json_text(json, object, "dump_file", system->dump_file);
        if (system->auto_restart_known)
                report_json_bool(json, object, "auto_restart", system->auto_restart);
        else
                report_json_null(json, object, "auto_restart");
}

static void put_hotfixes(struct report_json *json, json_t *array, const ow_system *system)
{
        for (size_t i = 0; i < system->n_hotfixes; i++) {
                json_t *fix = report_json_add_object(json, array);

                report_json_text(json, fix, "id", system->hotfixes[i].id);
                report_json_text(json, fix, "version", system->hotfixes[i].version);
        }
}

static void put_event_logs(struct report_json *json, json_t *array, const ow_system *system)
{
        for (size_t i = 0; i < system->n_event_logs; i++) {
                json_t *log = report_json_add_object(json, array);

                report_json_text(json, log, "path", system->event_logs[i].path);
                report_json_number(json, log, "size", system->event_logs[i].size);
                report_json_time(json, log, "modified", system->event_logs[i].modified);
        }
}

static void put_presence(struct report_json *json, json_t *object, enum ow_autorun_file state)
{
        if (state == OW_AUTORUN_FILE_UNKNOWN)
                report_json_null(json, object, "file_present");
        else
                report_json_bool(json, object, "file_present", state == OW_AUTORUN_FILE_THERE);
}

static void put_autoruns(struct report_json *json, json_t *array, const ow_system *system)
{
        for (size_t i = 0; i < system->n_autoruns; i++) {
                const ow_autorun *a = &system->autoruns[i];
                json_t *object = report_json_add_object(json, array);

                report_json_text(json, object, "kind", a->kind);
                report_json_text(json, object, "key", a->place);
                report_json_text(json, object, "name", a->name);
                report_json_text(json, object, "command", a->command);
                report_json_text(json, object, "file", a->file);
                put_presence(json, object, a->state);
        }
}

static int put_programs(struct report_json *json, json_t *array, ow_guest *guest, ow_error *err)
{
        const ow_program *programs;
        size_t n;
        int r;

        r = ow_guest_programs(guest, &programs, &n, err);
        for (size_t i = 0; r == 0 && i < n; i++) {
                const ow_program *p = &programs[i];
                json_t *object = report_json_add_object(json, array);

                report_json_text(json, object, "key", p->place);
                report_json_text(json, object, "name", p->name);
                report_json_text(json, object, "version", p->version);
                report_json_text(json, object, "publisher", p->publisher);
                report_json_text(json, object, "folder", p->folder);
                report_json_text(json, object, "uninstall", p->uninstall);
                report_json_text(json, object, "quiet_uninstall", p->quiet_uninstall);
                report_json_bool(json, object, "msi", p->msi);
                report_json_bool(json, object, "for_32_bit", p->wow64);
                report_json_bool(json, object, "system_component", p->system_component);
        }
        return r;
}

static void put_tasks(struct report_json *json, json_t *array, const ow_system *system)
{
        for (size_t i = 0; i < system->n_tasks; i++) {
                const ow_scheduled_task *task = &system->tasks[i];
                json_t *object = report_json_add_object(json, array);
                json_t *triggers, *programs;

                report_json_text(json, object, "path", task->path);
                report_json_text(json, object, "file", task->file);
                if (task->known)
                        report_json_bool(json, object, "disabled", task->disabled);
                else
                        report_json_null(json, object, "disabled");
                triggers = report_json_array(json, object, "triggers");
                for (unsigned bit = 1; bit < OW_TRIGGER_END; bit <<= 1)
                        if (task->triggers & bit)
                                report_json_add_text(json, triggers, ow_trigger_name(bit));
                programs = report_json_array(json, object, "programs");
                for (size_t p = 0; p < task->n_programs; p++) {
                        json_t *program = report_json_add_object(json, programs);

                        report_json_text(json, program, "command", task->programs[p].command);
                        report_json_text(json, program, "arguments", task->programs[p].arguments);
                        report_json_text(json, program, "file", task->programs[p].file);
                        put_presence(json, program, task->programs[p].state);
                }
        }
}

int report_json_system(struct report_json *json, json_t *object, ow_guest *guest, ow_error *err)
{
        const ow_system *system;
        int r;

        r = ow_guest_system(guest, &system, err);
        if (r < 0)
                return r;
        put_hardware(json, report_json_object(json, object, "hardware"), system);
        put_settings(json, report_json_object(json, object, "settings"), system);
        put_hotfixes(json, report_json_array(json, object, "hotfixes"), system);
        put_event_logs(json, report_json_array(json, object, "event_logs"), system);
        put_autoruns(json, report_json_array(json, object, "autoruns"), system);
        put_tasks(json, report_json_array(json, object, "tasks"), system);
        return put_programs(json, report_json_array(json, object, "programs"), guest, err);
}
