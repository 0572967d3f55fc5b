/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder of drivers as a part of a plan: which are chosen, what is left out, and where Plug and Play looks. */
#include <string.h>

#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/driver.h"
#include "fix/storage.h"

#define CURRENT_VERSION "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion"

enum { MAX_TOLD = 20 }; /* INFs of one name that are named as passed over */

struct inject {
        ow_plan *plan;
        ow_guest *guest;
        const ow_driver_folder *folder;
        ow_inf_target target;
        ow_buffer device_path; /* ";folder" for each driver */
        uint64_t total;
        size_t n_taken;
};

/* Why this one, and what was passed over. */
static void tell(const struct driver_candidate *all, size_t n, ow_buffer *why)
{
        size_t told = 0;

        ow_buffer_printf(why, "%s says %s", all[0].file->path, all[0].why);
        if (all[0].built_for)
                ow_buffer_printf(why, ", its driver is built for Windows %u.%u", all[0].built_for >> 8,
                                 all[0].built_for & 0xff);
        ow_buffer_put_text(why, ".");
        for (size_t i = 1; i < n && told < MAX_TOLD; i++, told++)
                ow_buffer_printf(why, " %s: %s%s.", all[i].file->path, all[i].fits ? "farther or older: " : "",
                                 all[i].why);
        if (n > MAX_TOLD + 1)
                ow_buffer_printf(why, " And %zu more.", n - MAX_TOLD - 1);
}

static int take_best(struct inject *in, const struct driver_candidate *all, size_t n, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        OW_AUTO_FREE char *title =
                ow_asprintf("Bring in %s %s, from %s", all->description, all->version, all->file->path);
        OW_AUTO_FREE char *why = NULL;
        struct fix_action action = { .name = all->name, .title = title };
        struct fix_job job;
        int r;

        tell(all, n, &text);
        action.why = why = ow_buffer_take_text(&text);
        if (!title || !why)
                return ow_fail_nomem(err);
        r = fix_action_begin(&job, in->plan, in->guest, &action, err);
        if (r < 0)
                return r;
        r = driver_plan(&job, in->folder, all, &in->target, &in->total, err);
        if (r == 0 && job.left_out)
                r = ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "driver %s: %.*s", all->name, (int)job.left_reason.len,
                            (const char *)job.left_reason.p);
        if (r == 0 && job.differing == 0)
                r = plan_skip(in->plan, job.fix, OW_FIX_DONE, err, "%s is in place", all->version);
        fix_action_done(&job);
        ow_buffer_printf(&in->device_path, ";%%SystemRoot%%\\Drivers\\offwin\\%s", all->name);
        in->n_taken++;
        return r;
}

/* A name of which no INF fits: the first says why. */
static int leave_out(struct inject *in, const struct driver_candidate *all, size_t n, ow_error *err)
{
        struct fix_action action = { .name = all->name, .title = "Bring in a driver", .why = "" };
        struct fix_job job;
        int r;

        r = fix_action_begin(&job, in->plan, in->guest, &action, err);
        if (r < 0)
                return r;
        if (n == 1)
                r = plan_skip(in->plan, job.fix, OW_FIX_NOT_FOR_THIS, err, "%s: %s", all->file->path, all->why);
        else
                r = plan_skip(in->plan, job.fix, OW_FIX_NOT_FOR_THIS, err, "%s: %s (and %zu more)", all->file->path,
                              all->why, n - 1);
        fix_action_done(&job);
        return r;
}

static int take_all(struct inject *in, const struct driver_candidates *list, ow_error *err)
{
        int r = 0;

        for (size_t i = 0, n; i < list->n && r == 0; i += n) {
                for (n = 1; i + n < list->n && strcmp(list->items[i].name, list->items[i + n].name) == 0; n++)
                        ;
                r = list->items[i].fits ? take_best(in, &list->items[i], n, err)
                                        : leave_out(in, &list->items[i], n, err);
        }
        if (r == 0 && in->n_taken == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE,
                               "no driver in '%s' is for this Windows (%u.%u.%u, %s): %s: %s", in->folder->path,
                               in->target.major, in->target.minor, in->target.build,
                               ow_inf_arch_name(in->target.arch), list->items[0].file->path, list->items[0].why);
        return r;
}

/* ---- DevicePath ---- */

static bool holds(const char *list, const char *folder, size_t size)
{
        for (;;) {
                size_t n = strcspn(list, ";");

                if (ow_name_compare_n(list, n, folder, size) == 0)
                        return true;
                if (list[n] == '\0')
                        return false;
                list += n + 1;
        }
}

static int path_now(struct inject *in, char **ret, ow_error *err)
{
        ow_datum now = { false, 0, { NULL, 0 } };
        int r = plan_now(in->plan, in->guest, CURRENT_VERSION, "DevicePath", &now, err);

        if (r < 0)
                return r;
        if (now.present && (now.type == OW_REG_SZ || now.type == OW_REG_EXPAND_SZ))
                *ret = ow_utf16_text((ow_view){ now.data.p, now.data.size });
        else
                *ret = ow_strdup("");
        ow_blob_done(&now.data);
        return *ret ? 0 : ow_fail_nomem(err);
}

/* The folders of all drivers that are not listed yet, after what is. */
static int path_set(struct inject *in, struct fix_job *job, const char *folders, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        OW_AUTO_FREE char *before = NULL;
        OW_AUTO_FREE char *after = NULL;
        int r;

        r = path_now(in, &before, err);
        if (r < 0)
                return r;
        ow_buffer_put_text(&text, *before ? before : "%SystemRoot%\\inf");
        for (const char *p = folders; *p == ';'; p += 1 + strcspn(p + 1, ";"))
                if (!holds(before, p + 1, strcspn(p + 1, ";")))
                        ow_buffer_put(&text, p, 1 + strcspn(p + 1, ";"));
        after = ow_buffer_take_text(&text);
        if (!after)
                return ow_fail_nomem(err);
        if (strcmp(before, after) == 0)
                return 0;
        return storage_plan_text(job, CURRENT_VERSION, "DevicePath", OW_REG_EXPAND_SZ, after, err);
}

static int search_them(struct inject *in, ow_error *err)
{
        const struct fix_action action = { .name = "device-path",
                                           .title = "Have Plug and Play search the folders of these drivers",
                                           .why = "The first boot then installs what the new machine has." };
        OW_AUTO_FREE char *folders = ow_buffer_take_text(&in->device_path);
        ow_regkey key;
        struct fix_job job;
        int r;

        if (!folders)
                return ow_fail_nomem(err);
        r = fix_action_begin(&job, in->plan, in->guest, &action, err);
        if (r < 0)
                return r;
        r = ow_registry_find(in->guest, CURRENT_VERSION, &key, err);
        if (r == 0)
                r = plan_skip(in->plan, job.fix, OW_FIX_NOT_FOR_THIS, err,
                              "%s is not there: the drivers have to be "
                              "installed by hand from Windows\\Drivers\\offwin",
                              CURRENT_VERSION);
        else if (r > 0)
                r = path_set(in, &job, folders, err);
        fix_action_done(&job);
        return r;
}

int ow_plan_inject(ow_plan *plan, ow_guest *guest, ow_driver_folder *folder, ow_error *err)
{
        struct inject in = { .plan = plan, .guest = guest, .folder = folder, .device_path = OW_BUFFER_INIT };
        struct driver_candidates list = { NULL, 0, 0 };
        int r;

        r = driver_target_get(guest, &in.target, err);
        if (r == 0)
                r = driver_candidates_get(folder, &in.target, &list, err);
        if (r == 0)
                r = take_all(&in, &list, err);
        if (r == 0)
                r = search_them(&in, err);
        driver_candidates_done(&list);
        ow_buffer_done(&in.device_path);
        return r;
}
