/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one chosen driver becomes in the guest: its package in a folder that Plug and Play searches, and for a driver
 * of disk controllers the service, the file in System32\drivers, the catalog, and the entry by which Windows starts
 * it.
 */
#include <stdio.h>
#include <string.h>

#include <offwin/registry.h>

#include "base/upcase.h"
#include "fix/driver.h"
#include "fix/guard.h"
#include "fix/service-edit.h"
#include "fix/storage.h"

#define CATALOGS "%%SystemRoot%%\\System32\\CatRoot\\{F750E6C3-38EE-11D1-85E5-00C04FC295EE}\\"

enum {
        MAX_PACKAGE_FILES = 4096,
        FLAG_NO_CLOBBER = 0x2, /* FLG_ADDREG_NOCLOBBER */
        KERNEL_DRIVER = 1,
        BOOT_START = 0,
};

struct work {
        struct fix_job *job;
        const ow_driver_folder *folder;
        const struct driver_candidate *candidate;
        const ow_inf_target *target;
        const ow_inf *inf;
        ow_inf_version version;
        uint64_t *total;
        size_t n_files;
};

static bool same(const char *a, const char *b)
{
        return ow_name_compare(a, b) == 0;
}

/* ---- files ---- */

static int put_file(struct work *w, const struct driver_file *file, const char *where, ow_error *err)
{
        ow_source content = driver_folder_source(file);

        if (file->size > DRIVER_FILE_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s/%s' holds more than %d bytes", w->folder->path,
                               file->path, DRIVER_FILE_MAX);
        *w->total += file->size;
        if (*w->total > DRIVER_TOTAL_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE,
                               "the drivers of '%s' for this Windows hold more than %d "
                               "bytes; name the folder of one",
                               w->folder->path, DRIVER_TOTAL_MAX);
        if (++w->n_files > MAX_PACKAGE_FILES)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "%s lists more than %d files", w->candidate->file->path,
                               MAX_PACKAGE_FILES);
        return fix_job_file_from(w->job, where, &content, err);
}

/* A folder of an INF below the package's: no way out of it. */
static bool folder_ok(const char *folder)
{
        OW_AUTO_FREE char *copy = ow_strdup(folder);

        if (!copy || strlen(copy) > 200)
                return false;
        for (char *part = copy, *next; part; part = next) {
                next = strpbrk(part, "\\/");
                if (next)
                        *next++ = '\0';
                if (*part && !driver_name_ok(part))
                        return false;
        }
        return true;
}

/* The file that the INF names goes into the package's folder, when it is there. */
static int stage(struct work *w, const char *below, const char *name, ow_error *err)
{
        const struct driver_file *file;
        OW_AUTO_FREE char *where = NULL;
        int r;

        if (!*name || !driver_name_ok(name) || !folder_ok(below))
                return 0;
        r = driver_beside(w->folder, w->candidate->file, below, name, &file, err);
        if (r < 0 || !file)
                return r;
        where = ow_asprintf("%%SystemRoot%%\\Drivers\\offwin\\%s\\%s%s%s", w->candidate->name, below,
                            *below ? "\\" : "", name);
        return where ? put_file(w, file, where, err) : ow_fail_nomem(err);
}

static bool listed(const ow_inf_files *files, const ow_inf_file *file)
{
        for (size_t i = 0; i < files->count; i++)
                if (same(files->items[i].name, file->name) && same(files->items[i].folder, file->folder))
                        return true;
        return false;
}

/* What CopyFiles of install names and the package's own list does not. */
static int stage_copies(struct work *w, const ow_inf_section *install, const ow_inf_files *package, ow_error *err)
{
        ow_inf_files files = { NULL, 0 };
        int r;

        r = ow_inf_files_get(w->inf, install, w->target, &files, err);
        for (size_t i = 0; i < files.count && r == 0; i++)
                if (!listed(package, &files.items[i]))
                        r = stage(w, files.items[i].folder, files.items[i].name, err);
        ow_inf_files_done(&files);
        return r;
}

static int stage_package(struct work *w, const ow_inf_models *models, ow_error *err)
{
        const char *slash = strrchr(w->candidate->file->path, '/');
        const char *name = slash ? slash + 1 : w->candidate->file->path, *last = "";
        ow_inf_files package = { NULL, 0 };
        int r;

        r = stage(w, "", name, err);
        if (r == 0)
                r = stage(w, "", w->version.catalog, err);
        if (r == 0)
                r = ow_inf_package_get(w->inf, w->target, &package, err);
        if (r == 0 && package.count > MAX_PACKAGE_FILES)
                r = ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "%s lists more than %d files", w->candidate->file->path,
                            MAX_PACKAGE_FILES);
        for (size_t i = 0; i < package.count && r == 0; i++)
                r = stage(w, package.items[i].folder, package.items[i].name, err);
        for (size_t i = 0; i < models->count && r == 0; i++) {
                ow_inf_section install;

                if (same(models->items[i].install, last) ||
                    !ow_inf_install_find(w->inf, models->items[i].install, w->target, &install))
                        continue;
                last = models->items[i].install;
                r = stage_copies(w, &install, &package, err);
        }
        ow_inf_files_done(&package);
        return r;
}

/* ---- a boot driver ---- */

/* The package's file that the service runs, into System32\drivers. 1 done; 0 it is not there. */
static int put_image(struct work *w, const ow_inf_section *install, const char *image, ow_error *err)
{
        OW_AUTO_FREE char *where = ow_asprintf("%%SystemRoot%%\\System32\\drivers\\%s", image);
        const struct driver_file *file = NULL;
        ow_inf_files files = { NULL, 0 };
        int r;

        r = where ? ow_inf_files_get(w->inf, install, w->target, &files, err) : ow_fail_nomem(err);
        for (size_t i = 0; i < files.count && r == 0 && !file; i++)
                if (same(files.items[i].target, image))
                        r = driver_beside(w->folder, w->candidate->file, files.items[i].folder, files.items[i].name,
                                          &file, err);
        ow_inf_files_done(&files);
        if (r == 0 && !file)
                r = driver_beside(w->folder, w->candidate->file, "", image, &file, err);
        if (r < 0 || !file)
                return r;
        r = put_file(w, file, where, err);
        return r < 0 ? r : 1;
}

/* Where the signature of the image is looked for when the image itself has none. */
static int put_catalog(struct work *w, ow_error *err)
{
        OW_AUTO_FREE char *where = ow_asprintf(CATALOGS "offwin-%s.cat", w->candidate->name);
        const struct driver_file *file;
        int r;

        if (!where)
                return ow_fail_nomem(err);
        if (!driver_name_ok(w->version.catalog))
                return 0;
        r = driver_beside(w->folder, w->candidate->file, "", w->version.catalog, &file, err);
        return r < 0 || !file ? r : put_file(w, file, where, err);
}

static int put_value(struct work *w, const char *service_key, const ow_inf_reg *row, ow_error *err)
{
        OW_AUTO_FREE char *where = ow_asprintf("%s%s%s", service_key, *row->subkey ? "\\" : "", row->subkey);
        ow_datum there = { false, 0, { NULL, 0 } };
        int r;

        if (!where)
                return ow_fail_nomem(err);
        if (row->key_only || !same(row->root, "HKR") || strlen(row->subkey) > 255 || strlen(row->name) > 255)
                return 0;
        if (row->flags & FLAG_NO_CLOBBER) {
                r = plan_read(w->job->guest, where, row->name, &there, err);
                ow_blob_done(&there.data);
                if (r < 0 || there.present)
                        return r;
        }
        return fix_job_value(w->job, where, row->name, row->type, row->data.p ? (void *)row->data.p : "",
                             row->data.size, err);
}

static int service_at(struct work *w, const char *where, const ow_inf_service *service, const char *image,
                      ow_error *err)
{
        OW_AUTO_FREE char *path = ow_asprintf("system32\\drivers\\%s", image);
        struct fix_job *job = w->job;
        int r;

        if (!path)
                return ow_fail_nomem(err);
        r = fix_job_dword(job, where, "Type", KERNEL_DRIVER, err);
        if (r == 0)
                r = fix_job_dword(job, where, "ErrorControl",
                                  service->error_control <= 3 ? service->error_control : 1, err);
        if (r == 0 && *service->group)
                r = storage_plan_text(job, where, "Group", OW_REG_SZ, service->group, err);
        if (r == 0)
                r = storage_plan_text(job, where, "ImagePath", OW_REG_EXPAND_SZ, path, err);
        if (r == 0 && *service->display_name)
                r = storage_plan_text(job, where, "DisplayName", OW_REG_SZ, service->display_name, err);
        for (size_t i = 0; i < service->n_registry && r == 0; i++)
                r = put_value(w, where, &service->registry[i], err);
        return r;
}

/* OW_E_REFUSED when this Windows needs the service at. */
static int needed_by_windows(struct work *w, const struct service_at *at, const char *image, ow_error *err)
{
        OW_AUTO_BUFFER reason = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;
        int r = guard_service_reason(w->job, at, true, &reason, err);

        if (r <= 0)
                return r;
        text = ow_buffer_take_text(&reason);
        if (!text)
                return ow_fail_nomem(err);
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                       "'%s/%s' would have its %s run for the service '%s', which this Windows has: %s; leave this "
                       "driver out of the folder",
                       w->folder->path, w->candidate->file->path, image, at->name, text);
}

/* A service of the same name that runs the same file is an older version; of any other, Windows may need the driver.
 */
static int may_take_over(struct work *w, const struct service_at *at, const char *image, ow_error *err)
{
        OW_AUTO_FREE char *path = NULL;
        OW_AUTO_FREE char *usual = ow_asprintf("%s.sys", at->name);
        int r;

        if (!usual)
                return ow_fail_nomem(err);
        r = plan_text_now(w->job->plan, w->job->guest, at->where, "ImagePath", &path, err);
        if (r < 0)
                return r;
        if (!guard_is_vital(at->name) && same(driver_base_name(*path ? path : usual), image))
                return 0;
        return needed_by_windows(w, at, image, err);
}

/* Refuses a file that another service, which Windows needs, runs. */
static int may_replace_file(struct work *w, const ow_inf_service *service, const char *image, ow_error *err)
{
        const ow_service *services;
        size_t n;
        int r = ow_guest_services(w->job->guest, &services, &n, err);

        for (size_t i = 0; r == 0 && i < n; i++) {
                const ow_service *s = &services[i];
                OW_AUTO_FREE char *where = NULL;
                struct service_at at;

                if (!ow_service_is_driver(s) || s->image_kind != OW_IMAGE_FILE ||
                    !same(driver_base_name(s->file), image) || same(s->name, service->name))
                        continue;
                where = ow_asprintf("HKLM\\SYSTEM\\ControlSet%03u\\Services\\%s", s->control_set, s->name);
                r = where ? service_at_read(w->job->plan, w->job->guest, where, &at, err) : ow_fail_nomem(err);
                if (r <= 0)
                        continue;
                r = needed_by_windows(w, &at, image, err);
                service_at_done(&at);
        }
        return r == OW_E_ABSENT ? 0 : r;
}

static int put_service(struct work *w, const ow_inf_service *service, const char *image, ow_error *err)
{
        OW_AUTO_FREE char *path = ow_asprintf(STORAGE_SET "Services\\%s", service->name);
        char **places = NULL;
        size_t n = 0;
        int r;

        r = path ? ow_registry_expand(w->job->guest, path, &places, &n, err) : ow_fail_nomem(err);
        for (size_t i = 0; i < n && r >= 0; i++) {
                struct service_at at;

                r = service_at_read(w->job->plan, w->job->guest, places[i], &at, err);
                if (r > 0) {
                        r = may_take_over(w, &at, image, err);
                        service_at_done(&at);
                }
                if (r >= 0)
                        r = service_at(w, places[i], service, image, err);
        }
        ow_registry_paths_free(places, n);
        return r < 0 ? r : 0;
}

/* "PCI\VEN_1AF4&DEV_1001": one bus, one device, plain characters. */
static bool id_ok(const char *id)
{
        const char *slash = strchr(id, '\\');
        size_t n = strlen(id);

        if (!slash || slash == id || slash[1] == '\0' || strchr(slash + 1, '\\') || n > 200)
                return false;
        for (; *id; id++)
                if ((unsigned char)*id <= 0x20 || (unsigned char)*id >= 0x7f || strchr("/#*?\"<>|", *id))
                        return false;
        return true;
}

/* Ids of the models that install names. */
static size_t ids_of(const struct work *w, const ow_inf_models *models, const char *install, const char **ids)
{
        size_t n = 0;

        for (size_t i = 0; i < models->count; i++) {
                uint32_t line = models->items[i].line;

                if (!same(models->items[i].install, install))
                        continue;
                for (uint32_t f = 1; f < ow_inf_field_count(w->inf, line) && n < DRIVER_IDS_MAX; f++)
                        if (id_ok(ow_inf_field(w->inf, line, f)))
                                ids[n++] = ow_inf_field(w->inf, line, f);
        }
        return n;
}

static int register_ids(struct work *w, const struct storage_entry *entry, ow_error *err)
{
        OW_AUTO_FREE char *inf = ow_asprintf("offwin-%s.inf", w->candidate->name);
        int r = storage_has_driver_database(w->job->guest, err);

        if (r < 0 || !inf)
                return r < 0 ? r : ow_fail_nomem(err);
        return r ? storage_plan_database(w->job, entry, inf, err) : storage_plan_critical(w->job, entry, err);
}

static bool starts_at_boot(const ow_inf_service *service)
{
        return service->function_driver && service->type == KERNEL_DRIVER && service->start == BOOT_START;
}

static int no_boot_driver(struct work *w, const char *what, const char *why, ow_error *err)
{
        return plan_skip(w->job->plan, w->job->fix, OW_FIX_NOT_FOR_THIS, err, "%s: '%.60s' %s: it is no boot driver",
                         w->candidate->file->path, what, why);
}

static int boot_driver(struct work *w, const ow_inf_models *models, const char *install_name,
                       const ow_inf_section *install, const ow_inf_service *service, ow_error *err)
{
        const char *image = driver_base_name(service->binary), *ids[DRIVER_IDS_MAX];
        struct storage_entry entry = { .service = service->name,
                                       .file = image,
                                       .group = service->group,
                                       .class_guid = w->version.class_guid,
                                       .ids = ids };
        int r;

        if (!driver_name_ok(service->name))
                return no_boot_driver(w, service->name, "is no name of a service", err);
        if (!driver_name_ok(image))
                return no_boot_driver(w, service->binary, "is no name of a file", err);
        entry.n_ids = ids_of(w, models, install_name, ids);
        r = may_replace_file(w, service, image, err);
        if (r < 0)
                return r;
        r = put_image(w, install, image, err);
        if (r <= 0)
                return r < 0 ? r : no_boot_driver(w, image, "is not in the folder", err);
        r = put_catalog(w, err);
        if (r == 0)
                r = put_service(w, service, image, err);
        if (r == 0)
                r = storage_plan_service(w->job, &entry, err);
        return r < 0 ? r : register_ids(w, &entry, err);
}

static int boot_drivers(struct work *w, const ow_inf_models *models, ow_error *err)
{
        const char *last = "";
        int r = 0;

        if (!same(w->version.class_guid, STORAGE_CLASS_SCSI) && !same(w->version.class_guid, STORAGE_CLASS_HDC))
                return 0;
        for (size_t i = 0; i < models->count && r == 0; i++) {
                ow_inf_services services = { NULL, 0 };
                ow_inf_section install;

                if (same(models->items[i].install, last) ||
                    !ow_inf_install_find(w->inf, models->items[i].install, w->target, &install))
                        continue;
                last = models->items[i].install;
                r = ow_inf_services_get(w->inf, &install, &services, err);
                for (size_t s = 0; s < services.count && r == 0; s++)
                        if (starts_at_boot(&services.items[s]))
                                r = boot_driver(w, models, last, &install, &services.items[s], err);
                ow_inf_services_done(&services);
        }
        return r;
}

int driver_plan(struct fix_job *job, const ow_driver_folder *folder, const struct driver_candidate *candidate,
                const ow_inf_target *target, uint64_t *total, ow_error *err)
{
        OW_AUTO(ow_inf) inf = NULL;
        struct work w = { .job = job, .folder = folder, .candidate = candidate, .target = target, .total = total };
        ow_inf_models models = { NULL, 0 };
        int r;

        r = driver_inf_read(folder, candidate->file, &inf, err);
        if (r == 0)
                r = ow_inf_models_get(inf, target, &models, err);
        if (r < 0)
                return r;
        w.inf = inf;
        ow_inf_version_get(inf, target, &w.version);
        r = boot_drivers(&w, &models, err);
        if (r == 0)
                r = stage_package(&w, &models, err);
        ow_inf_models_done(&models);
        return r;
}
