/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a driver's service is one that Windows starts at boot, and making it one. */
#include <stdlib.h>
#include <string.h>

#include <offwin/registry.h>
#include <offwin/service.h>

#include "base/upcase.h"
#include "fix/storage.h"

static int file_there(ow_guest *guest, const char *path, ow_error *err)
{
        OW_AUTO_FREE char *inside = NULL;
        ow_error why = OW_ERROR_INIT;
        ow_volume *volume;
        ow_stat stat;
        int r;

        r = ow_guest_resolve_path(guest, path, &volume, &inside, &why);
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        if (r < 0)
                return 0;
        r = ow_volume_stat(volume, inside, &stat, err);
        return r <= 0 ? r : stat.size > 0;
}

int storage_image_other(ow_guest *guest, const char *set, const char *name, const char *file, char **ret,
                        ow_error *err)
{
        const char *digits = set + strcspn(set, "0123456789"), *last;
        OW_AUTO_FREE char *usual = ow_asprintf("%%SystemRoot%%\\System32\\drivers\\%s", file);
        OW_AUTO_FREE char *there = NULL;
        const ow_service *service;
        ow_volume *volume;
        bool right;
        int r;

        if (!usual)
                return ow_fail_nomem(err);
        r = ow_guest_service_find(guest, (uint32_t)strtoul(digits, NULL, 10), name, &service, err);
        if (r > 0)
                r = ow_guest_resolve_path(guest, usual, &volume, &there, err);
        else if (r == 0)
                return (*ret = ow_strdup("")) ? 0 : ow_fail_nomem(err);
        if (r < 0)
                return r;
        last = strrchr(service->file, '\\');
        right = service->image_kind == OW_IMAGE_FILE && last && ow_name_compare(last + 1, file) == 0;
        if (right && strlen(service->file) > 3 && ow_name_compare(service->file + 3, there) != 0) {
                r = file_there(guest, service->file, err);
                right = r > 0;
        }
        if (r < 0)
                return r;
        *ret = ow_strdup(right ? "" : service->image_kind == OW_IMAGE_FILE ? service->file : service->image_path);
        return *ret ? 0 : ow_fail_nomem(err);
}

int storage_service_problem(ow_guest *guest, const char *set, const char *name, char **ret, ow_error *err)
{
        const char *digits = set + strcspn(set, "0123456789");
        const ow_service *service;
        int r;

        r = ow_guest_service_find(guest, (uint32_t)strtoul(digits, NULL, 10), name, &service, err);
        if (r < 0)
                return r;
        if (r == 0)
                *ret = ow_strdup("it has no service");
        else if (service->start == OW_START_DISABLED)
                *ret = ow_strdup("it is disabled");
        else if (service->image_kind != OW_IMAGE_FILE)
                *ret = ow_asprintf("its file %s is not looked for", service->image_path);
        else if ((r = file_there(guest, service->file, err)) < 0)
                return r;
        else
                *ret = r ? ow_strdup("") : ow_asprintf("its file %s is not there", service->file);
        return *ret ? 0 : ow_fail_nomem(err);
}

/* ---- making it one ---- */

static int service_at(struct fix_job *job, const char *where, const struct storage_entry *entry, ow_error *err)
{
        OW_AUTO_FREE char *image = ow_asprintf("system32\\drivers\\%s", entry->file);
        OW_AUTO_FREE char *override = ow_asprintf("%s\\StartOverride", where);
        OW_AUTO_FREE char *other = NULL;
        ow_datum key, type = { false, 0, { NULL, 0 } };
        bool complete;
        int r;

        if (!image || !override)
                return ow_fail_nomem(err);
        r = plan_now(job->plan, job->guest, where, "Type", &type, err);
        complete = type.present;
        ow_blob_done(&type.data);
        if (r == 0)
                r = storage_image_other(job->guest, where, entry->service, entry->file, &other, err);
        if (r == 0)
                r = fix_job_dword(job, where, "Start", 0, err);
        if (r == 0 && complete && *other)
                r = storage_plan_text(job, where, "ImagePath", OW_REG_EXPAND_SZ, image, err);
        if (r == 0 && !complete) {
                r = fix_job_dword(job, where, "Type", 1, err);
                if (r == 0)
                        r = fix_job_dword(job, where, "ErrorControl", 1, err);
                if (r == 0)
                        r = storage_plan_text(job, where, "Group", OW_REG_SZ, entry->group, err);
                if (r == 0)
                        r = storage_plan_text(job, where, "ImagePath", OW_REG_EXPAND_SZ, image, err);
        }
        if (r == 0)
                r = plan_read(job->guest, override, NULL, &key, err);
        return r < 0 || !key.present ? r : fix_job_remove_key(job, override, err);
}

int storage_plan_service(struct fix_job *job, const struct storage_entry *entry, ow_error *err)
{
        OW_AUTO_FREE char *path = ow_asprintf(STORAGE_SET "Services\\%s", entry->service);
        char **places = NULL;
        size_t n = 0;
        int r;

        r = path ? ow_registry_expand(job->guest, path, &places, &n, err) : ow_fail_nomem(err);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = service_at(job, places[i], entry, err);
        ow_registry_paths_free(places, n);
        return r < 0 ? r : 0;
}
