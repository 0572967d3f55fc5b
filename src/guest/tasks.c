/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scheduled tasks. Vista and later: the tree below TaskCache\Tree, a task being a key with an Id, and the file of the
 * same path below System32\Tasks (docs/formats/windows-facts.md). Files by themselves are looked for in the top
 * folder only; the deeper ones are Windows' own. Before Vista: Tasks\*.job.
 */
#include <string.h>

#include "guest/software.h"

#define TREE "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree"

enum { TASKS_MAX = 50000, DEPTH_MAX = 24, ID_MAX = 64 };

static void task_done(ow_task *t)
{
        ow_free(t->path);
        ow_free(t->place);
        ow_free(t->id);
        ow_free(t->file);
}

void guest_tasks_done(struct guest_software *software)
{
        for (size_t i = 0; i < software->n_tasks; i++)
                task_done(&software->tasks[i]);
        ow_free(software->tasks);
}

/* Takes the texts of task in any case. */
static void task_add(ow_guest *guest, ow_task *task)
{
        struct guest_software *s = guest->software;
        void *grown = NULL;

        if (s->n_tasks == TASKS_MAX)
                guest_note(guest, "more than %d scheduled tasks: the rest is not looked at", TASKS_MAX);
        else if (task->path && task->place && task->id && task->file)
                grown = ow_grow(s->tasks, s->n_tasks, &s->cap_tasks, sizeof *s->tasks);
        if (!grown) {
                guest->out_of_memory |= s->n_tasks < TASKS_MAX;
                task_done(task);
                return;
        }
        s->tasks = grown;
        s->tasks[s->n_tasks++] = *task;
}

static void tree_walk(ow_guest *guest, ow_regkey at, const char *path, unsigned depth)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey key;
        char *name;

        while (!guest->out_of_memory && guest->software->n_tasks < TASKS_MAX &&
               guest_next_subkey(guest, at, &iter, &key, &name)) {
                OW_AUTO_FREE char *owned = name;
                OW_AUTO_FREE char *below = ow_asprintf("%s\\%s", path, owned);
                char id[ID_MAX];

                if (!below) {
                        guest->out_of_memory = true;
                        return;
                }
                if (guest_text(guest, key, "Id", id, sizeof id)) {
                        ow_task task = { ow_strdup(below), ow_asprintf("%s%s", TREE, below), ow_strdup(id),
                                         ow_asprintf("%c:\\%s\\System32\\Tasks%s", guest->system_drive, guest->root,
                                                     below) };

                        task_add(guest, &task);
                }
                if (depth < DEPTH_MAX)
                        tree_walk(guest, key, below, depth + 1);
        }
}

static bool known(const ow_guest *guest, const char *name)
{
        for (size_t i = 0; i < guest->software->n_tasks; i++)
                if (guest_text_equal(guest->software->tasks[i].path + 1, name))
                        return true;
        return false;
}

struct listing {
        ow_guest *guest;
        const char *folder; /* "System32\\Tasks" */
        const char *suffix; /* ".job", or "" */
};

static int task_file(void *state, const char *name, const ow_stat *stat, ow_error *err)
{
        struct listing *l = state;
        size_t n = strlen(name), m = strlen(l->suffix);

        (void)err;
        if (stat->attributes & OW_ATTR_DIRECTORY || n <= m || !guest_text_equal(name + n - m, l->suffix) ||
            known(l->guest, name))
                return 0;
        ow_task task = { ow_asprintf("\\%.*s", (int)(n - m), name), ow_strdup(""), ow_strdup(""),
                         ow_asprintf("%c:\\%s\\%s\\%s", l->guest->system_drive, l->guest->root, l->folder, name) };

        task_add(l->guest, &task);
        return 0;
}

static void files_read(ow_guest *guest, const char *folder, const char *suffix)
{
        OW_AUTO_FREE char *path = ow_asprintf("%s\\%s", guest->root, folder);
        struct listing listing = { guest, folder, suffix };
        ow_volume *volume = ow_guest_volume(guest);
        ow_error err = OW_ERROR_INIT;
        ow_stat stat;
        int r;

        if (!path) {
                guest->out_of_memory = true;
                return;
        }
        if (!volume)
                return;
        r = ow_volume_stat(volume, path, &stat, &err);
        if (r > 0 && stat.attributes & OW_ATTR_DIRECTORY)
                r = ow_volume_list(volume, path, task_file, &listing, &err);
        if (r < 0)
                guest_note_error(guest, &err, path);
}

int ow_guest_tasks(ow_guest *guest, const ow_task **ret, size_t *ret_count, ow_error *err)
{
        struct guest_software *s;
        ow_regkey tree;
        int r;

        r = guest_software_get(guest, &s, err);
        if (r < 0)
                return r;
        if (!s->tasks_read) {
                if (guest_key(guest, TREE, &tree))
                        tree_walk(guest, tree, "", 0);
                files_read(guest, "System32\\Tasks", "");
                files_read(guest, "Tasks", ".job");
        }
        if (guest->out_of_memory) {
                guest->out_of_memory = false;
                guest_software_free(OW_TAKE(guest->software));
                return ow_fail_nomem(err);
        }
        s->tasks_read = true;
        *ret = s->tasks;
        *ret_count = s->n_tasks;
        return 0;
}
