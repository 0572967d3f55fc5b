/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signs of a pack among services and drivers, and in the filter lists of device classes. Both are looked for in the
 * control set that Windows uses next; acting on them edits every one that it may use.
 */
#include "fix/vendor.h"

#include <string.h>

#include <offwin/hive.h>
#include <offwin/registry.h>
#include <offwin/service.h>

#include "base/glob.h"
#include "base/upcase.h"
#include "base/utf16.h"

#define CLASSES "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class"

enum { CLASSES_MAX = 4096 };

/* The first service that is not before the first size bytes of name; services are sorted by name. */
static size_t first_of(const ow_service *services, size_t n, const char *name, size_t size)
{
        size_t low = 0, high = n;

        while (low < high) {
                size_t mid = (low + high) / 2;

                if (ow_name_compare_n(services[mid].name, strlen(services[mid].name), name, size) < 0)
                        low = mid + 1;
                else
                        high = mid;
        }
        return low;
}

static bool begins(const char *name, const char *with, size_t size)
{
        return strlen(name) >= size && ow_name_compare_n(name, size, with, size) == 0;
}

/* A driver section means drivers, a service section programs; a Type that is missing or odd is no reason either way.
 */
static bool is_kind(const ow_service *service, enum ow_vendor_kind kind)
{
        if (!ow_service_is_driver(service) && !ow_service_is_win32(service))
                return true;
        return kind == OW_VENDOR_DRIVER ? ow_service_is_driver(service) : ow_service_is_win32(service);
}

static bool fits(const struct fix_item *item, const ow_service *service)
{
        return is_kind(service, item->kind) && ow_glob_match(item->name, service->name) &&
               (!item->image || service->image_path[0] == '\0' || ow_glob_match(item->image, service->image_path));
}

/* Programs of Windows that run what others bring: whose they are says nothing of the service. */
static bool is_host(const char *file)
{
        static const char *const hosts[] = { "dllhost.exe", "svchost.exe", "rundll32.exe", "msiexec.exe",
                                             "srvany.exe",  "cmd.exe",     "cscript.exe",  "wscript.exe" };
        const char *last = strrchr(file, '\\');

        for (size_t i = 0; last && i < OW_COUNT(hosts); i++)
                if (ow_name_compare(last + 1, hosts[i]) == 0)
                        return true;
        return false;
}

/* 1 when the service may be of this vendor: the company in its file fits, and it is no part of Windows, which a
 * section shows only where it keeps it; 0, < 0. */
static int is_vendors(struct vendor_search *s, const struct fix_item *item, const ow_service *service, ow_error *err)
{
        const struct fix_pack *pack = s->fix->pack;
        bool own_file = !is_host(service->file);
        enum ow_service_origin origin;
        const char *evidence;
        ow_service_file file;
        int r;

        if (own_file) {
                r = ow_service_file_get(s->guest, service, &file, err);
                if (r < 0)
                        return r;
                if (!vendor_fits(item->company, pack->companies, pack->n_companies, file.company))
                        return 0;
        }
        if (item->keep)
                return 1;
        r = ow_service_origin_get(s->guest, service, own_file, &origin, &evidence, err);
        return r < 0 ? r : origin != OW_ORIGIN_MICROSOFT;
}

static int service_add(struct vendor_search *s, size_t section, const ow_service *service, ow_error *err)
{
        OW_AUTO_FREE char *where = ow_asprintf("HKLM\\SYSTEM\\CurrentControlSet\\Services\\%s", service->name);

        if (!where)
                return ow_fail_nomem(err);
        return vendor_sign_add(s, section, service->name, where,
                               service->display_name[0] ? service->display_name : service->image_path, service->start,
                               err);
}

int vendor_find_service(struct vendor_search *s, size_t section, ow_error *err)
{
        const struct fix_item *item = &s->fix->pack->items[section];
        size_t prefix = ow_glob_prefix(item->name);
        const ow_service *services;
        size_t n;
        int r;

        r = ow_guest_services(s->guest, &services, &n, err);
        if (r < 0)
                return r;
        for (size_t i = first_of(services, n, item->name, prefix); i < n; i++) {
                if (!begins(services[i].name, item->name, prefix))
                        break;
                if (!fits(item, &services[i]))
                        continue;
                r = is_vendors(s, item, &services[i], err);
                if (r > 0)
                        r = service_add(s, section, &services[i], err);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- filter lists of device classes ---- */

/* Names of a REG_MULTI_SZ (also one without its last NUL), or of a REG_SZ, that fit. */
static int list_look(struct vendor_search *s, size_t section, const char *where, const char *list, ow_regkey key,
                     ow_error *err)
{
        const struct fix_item *item = &s->fix->pack->items[section];
        OW_AUTO_BUFFER names = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;
        ow_blob data;
        uint32_t type;
        size_t size;
        int r;

        r = ow_hive_get_value(key.hive, key.key, list, &type, &data, err);
        if (r <= 0)
                return r;
        if (type == OW_REG_MULTI_SZ || type == OW_REG_SZ || type == OW_REG_EXPAND_SZ)
                ow_utf16_to_utf8((ow_view){ data.p, data.size }, &names);
        ow_blob_done(&data);
        size = names.len;
        text = ow_buffer_take_text(&names);
        if (!text)
                return ow_fail_nomem(err);
        for (size_t at = 0; at < size; at += strlen(text + at) + 1) {
                if (text[at] == '\0' || !ow_glob_match(item->name, text + at))
                        continue;
                r = vendor_sign_add(s, section, text + at, where, list, UINT32_MAX, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int class_look(struct vendor_search *s, size_t section, ow_regkey key, ow_error *err)
{
        static const char *const lists[] = { "UpperFilters", "LowerFilters" };
        OW_AUTO_FREE char *where = NULL;
        ow_key_info info;
        int r;

        r = ow_hive_key_info(key.hive, key.key, &info, err);
        if (r < 0)
                return r;
        where = ow_asprintf("%s\\%s", CLASSES, info.name);
        ow_key_info_done(&info);
        if (!where)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < OW_COUNT(lists) && r >= 0; i++)
                r = list_look(s, section, where, lists[i], key, err);
        return r;
}

int vendor_find_filter(struct vendor_search *s, size_t section, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        ow_subkey_iter iter = { 0 };
        ow_regkey classes;
        size_t n = 0;
        int r;

        r = ow_registry_find(s->guest, CLASSES, &classes, &why);
        while (r > 0 && n++ < CLASSES_MAX) {
                ow_regkey key = classes;

                r = ow_hive_next_subkey(classes.hive, classes.key, &iter, &key.key, &why);
                if (r > 0 && class_look(s, section, key, &why) == OW_E_NOMEM)
                        r = OW_E_NOMEM;
        }
        return why.code == OW_E_NOMEM ? ow_fail_nomem(err) : 0;
}
