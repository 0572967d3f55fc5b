/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which INFs of a folder are for a guest, and the nearest of several of one name. Told by what is in them, never by
 * the folder they are in. Order: the models' decoration, as Windows has it; then the Windows that the driver's image
 * was built for, newer first but not newer than the guest, because many INFs name no version; then DriverVer.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/upcase.h"
#include "fix/driver.h"
#include "fix/storage.h"
#include "pe/pe.h"

enum { NAME_MAX_BYTES = 64 };

int driver_target_get(ow_guest *guest, ow_inf_target *ret, ow_error *err)
{
        static const enum ow_inf_arch archs[] = { [OW_ARCH_X86] = OW_INF_X86,
                                                  [OW_ARCH_X64] = OW_INF_AMD64,
                                                  [OW_ARCH_ARM64] = OW_INF_ARM64,
                                                  [OW_ARCH_IA64] = OW_INF_IA64 };
        static const uint32_t products[] = {
                [OW_PRODUCT_CLIENT] = 1, [OW_PRODUCT_DOMAIN_CONTROLLER] = 2, [OW_PRODUCT_SERVER] = 3
        };
        const ow_windows *w = ow_guest_windows(guest);

        *ret = (ow_inf_target){ .major = w->major, .minor = w->minor, .build = w->build };
        if ((size_t)w->arch < OW_COUNT(archs))
                ret->arch = archs[w->arch];
        if ((size_t)w->product < OW_COUNT(products))
                ret->product = products[w->product];
        if (w->major < 5 || ret->arch == OW_INF_ANY)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "drivers for %s cannot be chosen: %s",
                               ow_guest_id(guest),
                               w->major == 0  ? "its version is not known"
                               : w->major < 5 ? "it is older than Windows 2000"
                                              : "its processor is not known");
        return 0;
}

int driver_inf_read(const ow_driver_folder *folder, const struct driver_file *file, ow_inf **ret, ow_error *err)
{
        ow_blob text = { NULL, 0 };
        int r;

        r = driver_folder_read(folder, file, OW_INF_MAX_BYTES, &text, err);
        if (r == 0)
                r = ow_inf_parse(text.p, text.size, 0x0409, ret, err);
        ow_blob_done(&text);
        return r;
}

int driver_beside(const ow_driver_folder *folder, const struct driver_file *inf, const char *below, const char *name,
                  const struct driver_file **ret, ow_error *err)
{
        const char *slash = strrchr(inf->path, '/');
        OW_AUTO_FREE char *path = ow_asprintf("%.*s%s%s%s", slash ? (int)(slash - inf->path) + 1 : 0, inf->path,
                                              below, *below ? "/" : "", name);

        if (!path)
                return ow_fail_nomem(err);
        for (char *p = path; *p; p++)
                if (*p == '\\')
                        *p = '/';
        *ret = driver_folder_find(folder, path);
        return 0;
}

const char *driver_base_name(const char *path)
{
        const char *slash = strrchr(path, '\\');

        return slash ? slash + 1 : path;
}

bool driver_name_ok(const char *name)
{
        size_t n = strlen(name);

        if (n == 0 || n > 128 || name[n - 1] == '.' || name[n - 1] == ' ')
                return false;
        for (; *name; name++)
                if ((unsigned char)*name < 0x20 || strchr("\\/:*?\"<>|", *name))
                        return false;
        return true;
}

/* ---- one INF ---- */

static void candidate_done(struct driver_candidate *c)
{
        ow_free(c->name);
        ow_free(c->version);
        ow_free(c->description);
        ow_free(c->why);
}

/* "viostor" of "w10/amd64/VIOSTOR.inf": what a folder may be called. */
static char *name_of(const char *path)
{
        const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
        size_t n = strlen(base) - 4; /* without ".inf" */
        char *name = ow_strndup(base, n < NAME_MAX_BYTES ? n : NAME_MAX_BYTES);

        for (char *p = name; p && *p; p++)
                *p = isalnum((unsigned char)*p) || *p == '-' || *p == '_' ? (char)tolower((unsigned char)*p) : '-';
        return name;
}

static int set_why(struct driver_candidate *c, ow_error *err, const char *fmt, ...) OW_PRINTF(3, 4);

static int set_why(struct driver_candidate *c, ow_error *err, const char *fmt, ...)
{
        va_list ap;

        ow_free(c->why);
        va_start(ap, fmt);
        c->why = ow_vasprintf(fmt, ap);
        va_end(ap);
        return c->why ? 0 : ow_fail_nomem(err);
}

static uint16_t machine_of(enum ow_inf_arch arch)
{
        static const uint16_t machines[] = { [OW_INF_X86] = PE_MACHINE_X86,
                                             [OW_INF_AMD64] = PE_MACHINE_X64,
                                             [OW_INF_IA64] = PE_MACHINE_IA64,
                                             [OW_INF_ARM] = PE_MACHINE_ARM,
                                             [OW_INF_ARM64] = PE_MACHINE_ARM64 };

        return (size_t)arch < OW_COUNT(machines) ? machines[arch] : 0;
}

/* Sets a reason when a driver's image does not suit target. */
static int image_check(const struct driver_file *file, const ow_inf_target *target, struct driver_candidate *c,
                       ow_error *err)
{
        ow_source source = driver_folder_source(file);
        ow_error why = OW_ERROR_INIT;
        struct pe_file pe;
        uint32_t built;
        int r;

        r = pe_load(&source, &pe, &why);
        if (r == 0)
                r = pe_check_whole(&pe, &why);
        if (r == OW_E_FORMAT || r == OW_E_CORRUPT || r == OW_E_LIMIT)
                return set_why(c, err, "%s is no driver: %s", file->path, why.text);
        if (r < 0) {
                if (err)
                        *err = why;
                return r;
        }
        if (pe.machine != machine_of(target->arch))
                return set_why(c, err, "%s is for another processor", file->path);
        built = (uint32_t)pe.windows_major << 8 | (pe.windows_minor & 0xff);
        if (built > (target->major << 8 | target->minor))
                return set_why(c, err, "%s is built for Windows %u.%u and newer", file->path, pe.windows_major,
                               pe.windows_minor);
        if (built > c->built_for)
                c->built_for = (uint16_t)built;
        return 0;
}

/* Sets a reason when the file is not there, or does not suit target. */
static int file_check(const ow_driver_folder *folder, const ow_inf_file *named, const ow_inf_target *target,
                      struct driver_candidate *c, ow_error *err)
{
        const struct driver_file *file;
        size_t n = strlen(named->name);
        int r;

        if (!driver_name_ok(named->name) || !driver_name_ok(named->target))
                return set_why(c, err, "it names a file '%.60s', which no file may be called", named->name);
        r = driver_beside(folder, c->file, named->folder, named->name, &file, err);
        if (r < 0)
                return r;
        if (!file)
                return set_why(c, err, "its file %s is not in the folder", named->name);
        return n > 4 && ow_name_compare(named->name + n - 4, ".sys") == 0 ? image_check(file, target, c, err) : 0;
}

/* 1 all that the install section copies is there and suits target; 0 with a reason. */
static int files_check(const ow_driver_folder *folder, const ow_inf *inf, const ow_inf_section *install,
                       const ow_inf_target *target, struct driver_candidate *c, ow_error *err)
{
        ow_inf_files files = { NULL, 0 };
        int r;

        r = ow_inf_files_get(inf, install, target, &files, err);
        for (size_t i = 0; r >= 0 && !c->why && i < files.count; i++)
                r = file_check(folder, &files.items[i], target, c, err);
        ow_inf_files_done(&files);
        return r < 0 ? r : !c->why;
}

static int models_check(const ow_driver_folder *folder, const ow_inf *inf, const ow_inf_models *models,
                        const ow_inf_target *target, struct driver_candidate *c, ow_error *err)
{
        const char *last = "";
        int r = 1;

        c->decoration = models->items[0].decoration;
        c->description = ow_strdup(models->items[0].description);
        if (!c->description)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < models->count && r > 0; i++) {
                ow_inf_section install;

                if (ow_name_compare(models->items[i].install, last) == 0)
                        continue; /* most INFs have one install section for all models */
                last = models->items[i].install;
                if (!ow_inf_install_find(inf, last, target, &install))
                        return set_why(c, err, "its install section [%.60s] is not there", last);
                r = files_check(folder, inf, &install, target, c, err);
        }
        if (r <= 0)
                return r;
        c->fits = true;
        return set_why(c, err, "[%s]", models->items[0].section);
}

static int version_take(const ow_inf *inf, const ow_inf_target *target, struct driver_candidate *c, ow_error *err)
{
        ow_inf_version v;

        ow_inf_version_get(inf, target, &v);
        c->date = v.date;
        memcpy(c->numbers, v.numbers, sizeof c->numbers);
        c->version = ow_asprintf("%u.%u.%u.%u of %04u-%02u-%02u", v.numbers[0], v.numbers[1], v.numbers[2],
                                 v.numbers[3], v.date / 10000, v.date / 100 % 100, v.date % 100);
        return c->version ? 0 : ow_fail_nomem(err);
}

static int inf_judge(const ow_driver_folder *folder, const ow_inf_target *target, struct driver_candidate *c,
                     ow_error *err)
{
        OW_AUTO(ow_inf) inf = NULL;
        ow_inf_models models = { NULL, 0 };
        ow_error why = OW_ERROR_INIT;
        char offers[160];
        int r;

        r = driver_inf_read(folder, c->file, &inf, &why);
        if (r == OW_E_FORMAT || r == OW_E_LIMIT)
                return set_why(c, err, "%s", why.text);
        if (r < 0) {
                if (err)
                        *err = why;
                return r;
        }
        r = version_take(inf, target, c, err);
        if (r == 0)
                r = ow_inf_models_get(inf, target, &models, err);
        if (r == 0 && models.count == 0) {
                ow_inf_offers(inf, offers, sizeof offers);
                r = *offers ? set_why(c, err, "not for this Windows, but for %s", offers)
                            : set_why(c, err, "it drives no device");
        } else if (r == 0) {
                r = models_check(folder, inf, &models, target, c, err);
        }
        ow_inf_models_done(&models);
        return r == OW_E_LIMIT ? set_why(c, err, "too large to be looked at") : r;
}

/* ---- all of them ---- */

static int by_preference(const void *a, const void *b)
{
        const struct driver_candidate *l = a, *r = b;
        int order = strcmp(l->name, r->name);

        if (order || l->fits != r->fits)
                return order ? order : l->fits ? -1 : 1;
        order = -ow_inf_decoration_compare(&l->decoration, &r->decoration);
        if (order || l->built_for != r->built_for)
                return order ? order : l->built_for > r->built_for ? -1 : 1;
        if (l->date != r->date)
                return l->date > r->date ? -1 : 1;
        for (size_t i = 0; i < 4; i++)
                if (l->numbers[i] != r->numbers[i])
                        return l->numbers[i] > r->numbers[i] ? -1 : 1;
        return strcmp(l->file->path, r->file->path);
}

static int candidate_add(const ow_driver_folder *folder, const struct driver_file *file, const ow_inf_target *target,
                         struct driver_candidates *list, ow_error *err)
{
        struct driver_candidate *c;
        void *grown;

        if (list->n == DRIVER_INFS_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' holds more than %d INFs", folder->path,
                               DRIVER_INFS_MAX);
        grown = ow_grow(list->items, list->n, &list->cap, sizeof *list->items);
        if (!grown)
                return ow_fail_nomem(err);
        list->items = grown;
        c = &list->items[list->n++];
        *c = (struct driver_candidate){ .file = file, .name = name_of(file->path) };
        return c->name ? inf_judge(folder, target, c, err) : ow_fail_nomem(err);
}

int driver_candidates_get(const ow_driver_folder *folder, const ow_inf_target *target, struct driver_candidates *ret,
                          ow_error *err)
{
        struct driver_candidates list = { NULL, 0, 0 };
        int r = 0;

        for (size_t i = 0; i < folder->n && r == 0; i++) {
                size_t n = strlen(folder->files[i].path);

                if (n > 4 && ow_name_compare(folder->files[i].path + n - 4, ".inf") == 0)
                        r = candidate_add(folder, &folder->files[i], target, &list, err);
        }
        if (r < 0) {
                driver_candidates_done(&list);
                return r;
        }
        if (list.n)
                qsort(list.items, list.n, sizeof *list.items, by_preference);
        *ret = list;
        return 0;
}

void driver_candidates_done(struct driver_candidates *candidates)
{
        for (size_t i = 0; i < candidates->n; i++)
                candidate_done(&candidates->items[i]);
        ow_free(candidates->items);
        *candidates = (struct driver_candidates){ NULL, 0, 0 };
}
