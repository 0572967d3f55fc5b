/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System information for people: one block for each thing to look up, empty ones left out. */
#include "report/system.h"

#include <string.h>

#include <offwin/software.h>
#include <offwin/system.h>

#include "base/alloc.h"
#include "base/filetime.h"

enum { INDENT = 4, LABEL = 20, NAME = 44 };

static void put_heading(struct report_page *page, const char *title, size_t count)
{
        report_put(page, "\n  ");
        report_put_style(page, REPORT_DIM);
        report_put(page, title);
        if (count)
                report_printf(page, " (%zu)", count);
        report_put_style(page, REPORT_PLAIN);
        report_put(page, "\n");
}

/* ---- hardware and settings ---- */

static void put_two(struct report_page *page, const char *label, const char *a, const char *b, const char *c)
{
        OW_AUTO_FREE char *text =
                ow_asprintf("%s%s%s%s%s", a, a[0] && b[0] ? " " : "", b, (a[0] || b[0]) && c[0] ? ", " : "", c);

        if (text)
                report_put_field(page, INDENT, LABEL, label, text);
        else
                page->text.failed = true;
}

static void put_hardware(struct report_page *page, const ow_system *system)
{
        const ow_firmware_strings *f = &system->firmware;
        char time[OW_FILETIME_TEXT] = "";

        if (!f->manufacturer[0] && !f->model[0] && system->n_parts == 0)
                return;
        put_heading(page, "Hardware that it last ran on", 0);
        put_two(page, "Machine", f->manufacturer, f->model, "");
        put_two(page, "Firmware", f->bios_vendor, f->bios_version, f->bios_date);
        if (f->last_used)
                ow_filetime_format(f->last_used, time);
        report_put_field(page, INDENT, LABEL, "Last seen", time);
        for (size_t i = 0; i < system->n_parts; i++) {
                const ow_hardware_part *part = &system->parts[i];
                bool again = i > 0 && strcmp(part[-1].kind, part->kind) == 0;
                OW_AUTO_FREE char *count = part->count > 1 ? ow_asprintf("%u x ", part->count) : ow_strdup("");
                OW_AUTO_FREE char *text = count ? ow_asprintf("%s%s", count, part->name) : NULL;
                char kind[24];

                (void)snprintf(kind, sizeof kind, "%c%s",
                               again ? ' ' : part->kind[0] - ('a' <= part->kind[0] ? 32 : 0),
                               again ? "" : part->kind + 1);
                if (text)
                        report_put_field(page, INDENT, LABEL, kind, text);
                else
                        page->text.failed = true;
        }
}

static void put_settings(struct report_page *page, const ow_system *system)
{
        put_heading(page, "Page file and stop errors", 0);
        if (system->n_page_files == 0)
                report_put_field(page, INDENT, LABEL, "Page file", "none");
        for (size_t i = 0; i < system->n_page_files; i++)
                report_put_field(page, INDENT, LABEL, i ? "" : "Page file",
                                 strncmp(system->page_files[i], "?:", 2) == 0 ? "as Windows chooses"
                                                                              : system->page_files[i]);
        put_two(page, "Memory dump", ow_crash_dump_name(system->crash_dump), "", system->dump_file);
        if (system->auto_restart_known)
                report_put_field(page, INDENT, LABEL, "After a stop error",
                                 system->auto_restart ? "restarts" : "stays");
}

/* ---- software ---- */

static int put_programs(struct report_page *page, ow_guest *guest, ow_error *err)
{
        const ow_program *programs;
        size_t n, shown = 0;
        int r;

        r = ow_guest_programs(guest, &programs, &n, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++)
                shown += programs[i].name[0] && !programs[i].system_component;
        if (shown == 0)
                return 0;
        put_heading(page, "Installed programs", shown);
        for (size_t i = 0; i < n; i++) {
                const ow_program *p = &programs[i];

                if (!p->name[0] || p->system_component)
                        continue;
                report_put_spaces(page, INDENT);
                report_put_padded(page, p->name, NAME);
                report_put(page, "  ");
                report_put_guest(page, p->version);
                report_put(page, "\n");
        }
        return 0;
}

static void put_hotfixes(struct report_page *page, const ow_system *system)
{
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;

        if (system->n_hotfixes == 0)
                return;
        put_heading(page, "Hotfixes", system->n_hotfixes);
        for (size_t i = 0; i < system->n_hotfixes; i++)
                ow_buffer_printf(&line, "%s%s", i ? " " : "", system->hotfixes[i].id);
        text = ow_buffer_take_text(&line);
        if (!text) {
                page->text.failed = true;
                return;
        }
        report_put_spaces(page, INDENT);
        report_put_wrapped(page, INDENT, text);
}

static void put_event_logs(struct report_page *page, const ow_system *system)
{
        if (system->n_event_logs == 0)
                return;
        put_heading(page, "Event logs", system->n_event_logs);
        for (size_t i = 0; i < system->n_event_logs; i++) {
                const ow_event_log *log = &system->event_logs[i];
                const char *name = strrchr(log->path, '\\');
                char size[REPORT_NUMBER_TEXT], time[OW_FILETIME_TEXT];

                report_format_size(log->size, size);
                ow_filetime_format(log->modified, time);
                report_put_spaces(page, INDENT);
                report_put(page, time);
                report_put_right(page, size, 12);
                report_put(page, "  ");
                report_put_guest(page, name ? name + 1 : log->path);
                report_put(page, "\n");
        }
}

/* "\\Vendor\\Update  (disabled; at boot, calendar)" */
static void put_task(struct report_page *page, const ow_scheduled_task *task)
{
        report_put_spaces(page, INDENT - 2);
        report_put_style(page, task->missing ? REPORT_WARN : REPORT_PLAIN);
        report_put(page, task->missing ? "! " : "  ");
        report_put_style(page, REPORT_PLAIN);
        report_put_guest(page, task->path);
        if (task->disabled)
                report_put(page, "  disabled");
        for (unsigned bit = 1, n = 0; bit < OW_TRIGGER_END; bit <<= 1)
                if (task->triggers & bit)
                        report_printf(page, "%s%s%s", n++ ? ", " : "  ",
                                      bit & (OW_TRIGGER_BOOT | OW_TRIGGER_LOGON) ? "at " : "", ow_trigger_name(bit));
        if (task->missing)
                report_put(page, "  (its file is not there)");
        report_put(page, "\n");
        for (size_t i = 0; i < task->n_programs; i++) {
                const ow_task_program *p = &task->programs[i];
                OW_AUTO_FREE char *line = ow_asprintf("%s%s%s", p->command, p->arguments[0] ? " " : "", p->arguments);

                if (line) {
                        report_put_spaces(page, INDENT + 12);
                        report_put_wrapped(page, INDENT + 12, line);
                } else {
                        page->text.failed = true;
                }
        }
}

static void put_tasks(struct report_page *page, const ow_system *system)
{
        size_t others = 0;

        if (system->n_tasks == 0)
                return;
        put_heading(page, "Scheduled tasks", system->n_tasks);
        for (size_t i = 0; i < system->n_tasks; i++) {
                const ow_scheduled_task *task = &system->tasks[i];

                if (strncmp(task->path, "\\Microsoft\\", 11) == 0 && !task->missing && !page->verbose)
                        others++;
                else
                        put_task(page, task);
        }
        if (others)
                report_printf(page, "    and %zu of Windows' own (--verbose lists them)\n", others);
}

static void put_autoruns(struct report_page *page, const ow_system *system)
{
        if (system->n_autoruns == 0)
                return;
        put_heading(page, "Starts by itself", system->n_autoruns);
        for (size_t i = 0; i < system->n_autoruns; i++) {
                const ow_autorun *a = &system->autoruns[i];
                bool missing = a->state == OW_AUTORUN_FILE_MISSING;

                report_put_spaces(page, INDENT - 2);
                report_put_style(page, missing ? REPORT_WARN : REPORT_PLAIN);
                report_put(page, missing ? "! " : "  ");
                report_put_style(page, REPORT_PLAIN);
                report_put_padded(page, a->kind, 12);
                report_put_guest(page, a->name);
                if (missing)
                        report_put(page, "  (its file is not there)");
                report_put(page, "\n");
                report_put_spaces(page, INDENT + 12);
                report_put_wrapped(page, INDENT + 12, a->command);
                if (page->verbose)
                        report_put_field(page, INDENT + 12, 0, "", a->place);
        }
}

int report_put_system(struct report_page *page, ow_guest *guest, ow_error *err)
{
        const ow_system *system;
        int r;

        r = ow_guest_system(guest, &system, err);
        if (r < 0)
                return r;
        put_hardware(page, system);
        put_settings(page, system);
        put_hotfixes(page, system);
        r = put_programs(page, guest, err);
        if (r < 0)
                return r;
        put_tasks(page, system);
        put_autoruns(page, system);
        put_event_logs(page, system);
        return 0;
}
