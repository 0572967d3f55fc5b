/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes out what is not a service: scheduled tasks with their cache, uninstall entries with what Windows Installer
 * keeps of the product, and folders, as far as they are a vendor's own.
 */
#include "fix/vendor-plan.h"

#include <string.h>

#include "base/glob.h"
#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/service-edit.h"

#define TASK_CACHE "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\"

void vendor_work_done(struct vendor_work *w)
{
        ow_buffer_done(&w->uninstall);
}

/* "{8-4-4-4-12}": what goes into a registry path must be nothing else. */
static bool is_guid(const char *text)
{
        static const char form[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";

        if (strlen(text) != sizeof form - 1)
                return false;
        for (size_t i = 0; form[i]; i++)
                if (form[i] == 'x' ? !strchr("0123456789abcdefABCDEF", text[i]) : form[i] != text[i])
                        return false;
        return true;
}

static int key_remove(struct vendor_work *w, const char *path, const char *name, ow_error *err)
{
        OW_AUTO_FREE char *where = ow_asprintf("%s%s", path, name);

        return where ? fix_job_remove_key(w->job, where, err) : ow_fail_nomem(err);
}

/* ---- network providers ---- */

/* list, texts with commas between them, without name; false when it does not name it. */
static bool list_without(const char *list, const char *name, ow_buffer *out)
{
        bool found = false;

        while (*list) {
                size_t n = strcspn(list, ","), from = strspn(list, " "), to = n;

                while (to > from && list[to - 1] == ' ')
                        to--;
                if (from < to && ow_name_compare_n(list + from, to - from, name, strlen(name)) == 0) {
                        found = true;
                } else {
                        ow_buffer_printf(out, "%s", out->len ? "," : "");
                        ow_buffer_put(out, list, n);
                }
                list += n + (list[n] == ',');
        }
        return found;
}

static int provider_remove(struct vendor_work *w, const char *where, const char *name, ow_error *err)
{
        ow_datum now = { false, 0, { NULL, 0 } };
        OW_AUTO_BUFFER kept = OW_BUFFER_INIT;
        OW_AUTO_BUFFER data = OW_BUFFER_INIT;
        OW_AUTO_FREE char *list = NULL;
        uint32_t type;
        bool found;
        int r;

        r = plan_now(w->plan, w->guest, where, "ProviderOrder", &now, err);
        type = now.type;
        if (r < 0 || !now.present || (type != OW_REG_SZ && type != OW_REG_EXPAND_SZ)) {
                ow_blob_done(&now.data);
                return r;
        }
        list = ow_utf16_text((ow_view){ now.data.p, now.data.size });
        ow_blob_done(&now.data);
        if (!list)
                return ow_fail_nomem(err);
        found = list_without(list, name, &kept);
        ow_buffer_put_byte(&kept, '\0');
        if (ow_buffer_failed(&kept))
                return ow_fail_nomem(err);
        if (!found)
                return 0;
        r = ow_utf8_to_utf16((const char *)kept.p, kept.len, &data, err);
        if (r < 0 || ow_buffer_failed(&data))
                return r < 0 ? r : ow_fail_nomem(err);
        return service_value(w->job, where, "ProviderOrder", type, data.p, data.len, err);
}

int vendor_leave_providers(struct vendor_work *w, const char *where, const char *name, ow_error *err)
{
        static const char *const keys[] = { "Order", "HwOrder" };
        const char *services = strstr(where, "\\Services\\");
        int r = 0;

        for (size_t i = 0; services && i < OW_COUNT(keys) && r == 0; i++) {
                OW_AUTO_FREE char *list =
                        ow_asprintf("%.*s\\Control\\NetworkProvider\\%s", (int)(services - where), where, keys[i]);

                r = list ? provider_remove(w, list, name, err) : ow_fail_nomem(err);
        }
        return r;
}

/* ---- scheduled tasks ---- */

static const ow_task *task_of(const ow_task *tasks, size_t n, const char *path)
{
        for (size_t i = 0; i < n; i++)
                if (ow_name_compare(tasks[i].path, path) == 0)
                        return &tasks[i];
        return NULL;
}

/* The key of a task can be the folder of others. */
static bool holds_others(const ow_task *tasks, size_t n, const ow_task *task)
{
        size_t size = strlen(task->path);

        for (size_t i = 0; i < n; i++)
                if (strlen(tasks[i].path) > size && tasks[i].path[size] == '\\' &&
                    ow_name_compare_n(tasks[i].path, size, task->path, size) == 0)
                        return true;
        return false;
}

static int task_keys_remove(struct vendor_work *w, const ow_task *task, ow_error *err)
{
        static const char *const lists[] = { "Tasks\\", "Boot\\", "Logon\\", "Plain\\", "Maintenance\\" };
        int r;

        r = fix_job_remove_key(w->job, task->place, err);
        for (size_t i = 0; i < OW_COUNT(lists) && r == 0 && is_guid(task->id); i++) {
                OW_AUTO_FREE char *path = ow_asprintf("%s%s", TASK_CACHE, lists[i]);

                r = path ? key_remove(w, path, task->id, err) : ow_fail_nomem(err);
        }
        return r;
}

int vendor_remove_task(struct vendor_work *w, const ow_vendor_sign *sign, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        const ow_task *tasks, *task;
        size_t n, rows;
        int r;

        r = ow_guest_tasks(w->guest, &tasks, &n, err);
        task = r == 0 ? task_of(tasks, n, sign->name) : NULL;
        if (!task)
                return r;
        if (task->place[0] && holds_others(tasks, n, task))
                return plan_skip(w->plan, w->job->fix, OW_FIX_NOT_FOR_THIS, err,
                                 "scheduled task %s stays: other tasks lie below it", task->path);
        if (task->place[0])
                r = task_keys_remove(w, task, err);
        if (r < 0)
                return r;
        rows = w->plan->n;
        r = ow_plan_remove(w->plan, w->guest, task->file, false, &why);
        vendor_own_rows(w, rows);
        if (r == OW_E_ABSENT)
                return 0;
        if (r < 0 && err)
                *err = why;
        return r;
}

/* ---- uninstall entries ---- */

/* A product code as Windows Installer writes it in key names: each part turned round, the last two byte by byte. */
static void pack_guid(const char *guid, char packed[33])
{
        static const uint8_t from[32] = { 8,  7,  6,  5,  4,  3,  2,  1,  13, 12, 11, 10, 18, 17, 16, 15,
                                          21, 20, 23, 22, 26, 25, 28, 27, 30, 29, 32, 31, 34, 33, 36, 35 };

        for (size_t i = 0; i < sizeof from; i++)
                packed[i] = guid[from[i]];
        packed[32] = '\0';
}

int vendor_remove_program(struct vendor_work *w, const ow_vendor_sign *sign, ow_error *err)
{
        static const char *const places[] = {
                "HKLM\\SOFTWARE\\Classes\\Installer\\Products\\",
                "HKLM\\SOFTWARE\\Classes\\Installer\\Features\\",
                "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18\\Products\\",
        };
        const char *key = strrchr(sign->where, '\\') + 1;
        char packed[33];
        int r;

        r = fix_job_remove_key(w->job, sign->where, err);
        if (r < 0 || !is_guid(key))
                return r;
        pack_guid(key, packed);
        for (size_t i = 0; i < OW_COUNT(places) && r == 0; i++)
                r = key_remove(w, places[i], packed, err);
        return r;
}

/* ---- folders ---- */

/* The names of a path below its drive: how many, and the first two. */
static size_t names_of(const char *path, const char **first, const char **second)
{
        size_t n = 0;

        *first = *second = "";
        for (const char *p = strchr(path, '\\'); p && p[1]; p = strchr(p + 1, '\\')) {
                if (++n == 1)
                        *first = p + 1;
                else if (n == 2)
                        *second = p + 1;
        }
        return n;
}

static bool name_fits(const char *glob, const char *name)
{
        char only[256];
        size_t n = strcspn(name, "\\");

        if (n >= sizeof only)
                return false;
        memcpy(only, name, n);
        only[n] = '\0';
        return ow_glob_match(glob, only);
}

/* Folders of Windows, or of many vendors. */
static bool is_shared(const ow_guest *guest, const char *path)
{
        static const struct {
                const char *first, *second;
                size_t least;
        } shared[] = {
                { "Program Files*", "Common Files", 4 },
                { "Program Files*", "Windows*", 99 },
                { "Program Files*", "Internet Explorer", 99 },
                { "Program Files*", "Microsoft*", 99 },
                { "Program Files*", "*", 2 },
                { "ProgramData", "Microsoft*", 99 },
                { "ProgramData", "*", 2 },
                { "Users", "*", 99 },
                { "Documents and Settings", "*", 99 },
                { "Boot", "*", 99 },
                { "EFI", "*", 99 },
                { "Recovery", "*", 99 },
                { "System Volume Information", "*", 99 },
                { "$*", "*", 99 },
        };
        const char *first, *second;
        size_t n = names_of(path, &first, &second);

        if (n == 0 || name_fits("*..*", first))
                return true;
        if (name_fits(ow_guest_root(guest), first))
                return n < 3;
        for (size_t i = 0; i < OW_COUNT(shared); i++)
                if (name_fits(shared[i].first, first) && name_fits(shared[i].second, second))
                        return n < shared[i].least;
        return false;
}

int vendor_remove_folder(struct vendor_work *w, const ow_vendor_sign *sign, ow_error *err)
{
        size_t rows = w->plan->n;
        int r;

        if (is_shared(w->guest, sign->where))
                return plan_skip(w->plan, w->job->fix, OW_FIX_NOT_FOR_THIS, err,
                                 "folder %s stays: it is not this vendor's alone", sign->where);
        r = ow_plan_remove(w->plan, w->guest, sign->where, true, err);
        vendor_own_rows(w, rows);
        return r;
}
