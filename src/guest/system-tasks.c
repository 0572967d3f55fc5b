/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each scheduled task runs, when, and whether that is there: read from the task's own file. */
#include "guest/system.h"

#include <string.h>

#include <offwin/software.h>
#include <offwin/volume.h>

#include "guest/task-settings.h"

enum { FILE_MAX = 1 << 20, FILES_MAX = 64 << 20 }; /* bytes: of one, of all */

const char *ow_trigger_name(unsigned trigger)
{
        static const char *const names[] = { "boot", "logon",        "time",    "calendar", "event",
                                             "idle", "registration", "session", "other" };

        for (size_t i = 0; i < OW_COUNT(names); i++)
                if (trigger == 1U << i)
                        return names[i];
        return "?";
}

/* 1 and its bytes, 0 not there; OW_E_*. */
static int file_read(ow_guest *guest, const char *path, size_t *left, ow_blob *ret, ow_error *err)
{
        OW_AUTO_FREE char *inside = NULL;
        OW_AUTO(ow_file) file = NULL;
        ow_volume *volume;
        ow_stat stat;
        int r;

        r = ow_guest_resolve_path(guest, path, &volume, &inside, err);
        if (r == 0)
                r = ow_volume_stat(volume, inside, &stat, err);
        if (r <= 0 || stat.attributes & OW_ATTR_DIRECTORY)
                return r < 0 ? r : 0;
        if (stat.size > FILE_MAX || stat.size > *left)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "%llu bytes; %d are read of a task, %d of all",
                               (unsigned long long)stat.size, FILE_MAX, FILES_MAX);
        *left -= (size_t)stat.size;
        *ret = (ow_blob){ ow_calloc((size_t)stat.size + 1, 1), (size_t)stat.size };
        if (!ret->p)
                return ow_fail_nomem(err);
        r = ow_file_open(volume, inside, 0, &file, err);
        if (r == 0)
                r = ow_file_read(file, 0, ret->p, ret->size, err);
        return r < 0 ? r : 1;
}

/* A command is the path of a program, blanks and all; some are whole command lines. */
static enum ow_autorun_file program_look(ow_guest *guest, const char *command, char *buf, size_t size)
{
        enum ow_autorun_file state = system_program(guest, command, buf, size);
        OW_AUTO_FREE char *quoted = NULL;

        if (state == OW_AUTORUN_FILE_THERE || command[0] == '"')
                return state;
        quoted = ow_asprintf("\"%s\"", command);
        if (quoted)
                return system_program(guest, quoted, buf, size);
        guest->out_of_memory = true;
        return OW_AUTORUN_FILE_UNKNOWN;
}

static void programs_take(ow_guest *guest, struct guest_system *s, const struct task_settings *settings,
                          ow_scheduled_task *task)
{
        ow_task_program programs[TASK_PROGRAMS_MAX];
        char file[600];

        for (size_t i = 0; i < settings->n_programs; i++) {
                const char *command = settings->programs[i].command ? settings->programs[i].command : "";
                const char *arguments = settings->programs[i].arguments ? settings->programs[i].arguments : "";
                enum ow_autorun_file state = program_look(guest, command, file, sizeof file);

                programs[i] = (ow_task_program){ system_text(s, command), system_text(s, arguments),
                                                 system_text(s, file), state };
                task->missing |= state == OW_AUTORUN_FILE_MISSING;
        }
        task->programs = guest_pool_copy(&s->extra.pool, programs, settings->n_programs, sizeof *programs);
        task->n_programs = task->programs ? settings->n_programs : 0;
}

static void settings_read(ow_guest *guest, struct guest_system *s, size_t *left, ow_scheduled_task *task)
{
        OW_AUTO_BLOB blob = { 0 };
        ow_error err = OW_ERROR_INIT;
        size_t n = strlen(task->file);
        bool job = n > 4 && guest_text_equal(task->file + n - 4, ".job") &&
                   !guest_text_contains(task->file, "\\System32\\Tasks\\");
        struct task_settings settings;
        int r;

        r = file_read(guest, task->file, left, &blob, &err);
        if (r == 0)
                return;
        if (r < 0) {
                guest_note_error(guest, &err, task->file);
                return;
        }
        r = (job ? task_job_read : task_xml_read)((ow_view){ blob.p, blob.size }, &settings, &err);
        if (r < 0) {
                guest_note_error(guest, &err, task->file);
        } else {
                task->known = true;
                task->disabled = settings.disabled;
                task->triggers = settings.triggers;
                programs_take(guest, s, &settings, task);
        }
        task_settings_done(&settings);
}

void system_read_tasks(ow_guest *guest, struct guest_system *s)
{
        const ow_task *tasks;
        ow_error err = OW_ERROR_INIT;
        size_t n = 0, left = FILES_MAX;

        if (ow_guest_tasks(guest, &tasks, &n, &err) < 0)
                guest_note_error(guest, &err, "scheduled tasks");
        for (size_t i = 0; i < n && !guest->out_of_memory; i++) {
                ow_scheduled_task *task = system_add(s, &s->tasks, sizeof *task);

                if (!task)
                        return;
                task->path = system_text(s, tasks[i].path);
                task->file = system_text(s, tasks[i].file);
                settings_read(guest, s, &left, task);
        }
}
