/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One driver of a disk: its service, file and entry in every control set that counts, and what is wrong with it. */
#include <string.h>

#include <offwin/registry.h>

#include "base/le.h"
#include "base/upcase.h"
#include "fix/storage-look.h"
#include "pe/pe.h"

static bool same(const char *a, const char *b)
{
        return ow_name_compare(a, b) == 0;
}

/* The DWORD at a place, UINT32_MAX when it is not there or none. */
static int number_at(ow_guest *guest, const char *where, const char *name, uint32_t *ret, ow_error *err)
{
        ow_datum datum = { false, 0, { NULL, 0 } };
        int r = plan_read(guest, where, name, &datum, err);

        if (r == 0)
                *ret = datum.present && datum.type == OW_REG_DWORD && datum.data.size == 4 ? ow_le32_at(datum.data.p)
                                                                                           : UINT32_MAX;
        ow_blob_done(&datum.data);
        return r;
}

/* The greatest number in the key; *ret stays when there is no key. */
static int override_at(ow_guest *guest, const char *where, uint32_t *ret, ow_error *err)
{
        uint32_t index = 0;
        ow_regkey key;
        ow_value value;
        int r;

        r = ow_registry_find(guest, where, &key, err);
        while (r > 0 && (r = ow_hive_next_value(key.hive, key.key, &index, &value, err)) > 0) {
                ow_blob data = { NULL, 0 };
                uint32_t type;

                r = ow_hive_read_value(key.hive, value, &type, &data, err);
                if (r == 0 && data.size == 4 && (*ret == UINT32_MAX || ow_le32_at(data.p) > *ret))
                        *ret = ow_le32_at(data.p);
                ow_blob_done(&data);
                r = r < 0 ? r : 1;
        }
        return r < 0 ? r : 0;
}

/* The first of the control sets whose image path leads elsewhere. */
static int read_image(const struct storage_look *look, const char *list, ow_storage_driver *driver, ow_error *err)
{
        OW_AUTO_FREE char *file = ow_strndup(list, strcspn(list, ","));
        int r = 0;

        if (!file)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < look->n_sets && r == 0 && (!driver->image_other || !*driver->image_other); i++) {
                ow_free(driver->image_other);
                driver->image_other = NULL;
                r = storage_image_other(look->guest, look->sets[i], driver->service, file, &driver->image_other, err);
        }
        if (r == 0 && !driver->image_other)
                driver->image_other = ow_strdup("");
        return r < 0 ? r : driver->image_other ? 0 : ow_fail_nomem(err);
}

static int read_service(const struct storage_look *look, ow_storage_driver *driver, ow_error *err)
{
        driver->service_there = look->n_sets > 0;
        driver->start = driver->override = UINT32_MAX;
        for (size_t i = 0; i < look->n_sets; i++) {
                OW_AUTO_FREE char *where = ow_asprintf("%s\\Services\\%s", look->sets[i], driver->service);
                OW_AUTO_FREE char *override =
                        ow_asprintf("%s\\Services\\%s\\StartOverride", look->sets[i], driver->service);
                uint32_t start;
                ow_datum key;
                int r;

                if (!where || !override)
                        return ow_fail_nomem(err);
                r = plan_read(look->guest, where, NULL, &key, err);
                if (r == 0)
                        r = number_at(look->guest, where, "Start", &start, err);
                if (r == 0 && look->overrides)
                        r = override_at(look->guest, override, &driver->override, err);
                if (r < 0)
                        return r;
                driver->service_there = driver->service_there && key.present;
                if (i == 0 || start > driver->start)
                        driver->start = start;
        }
        return 0;
}

/* 1 when the file is as long as its headers say, or no program; what cannot be opened is not judged here. */
static int is_whole(ow_volume *volume, const char *path, ow_error *err)
{
        ow_file *file = NULL;
        ow_error why = OW_ERROR_INIT;
        struct pe_file pe;
        ow_source source;
        int r;

        r = ow_file_open(volume, path, 0, &file, &why);
        if (r == 0) {
                source = ow_file_source(file);
                r = pe_load(&source, &pe, &why);
        }
        if (r == 0)
                r = pe_check_whole(&pe, &why);
        ow_file_close(file);
        return r == OW_E_NOMEM ? ow_fail_nomem(err) : r != OW_E_CORRUPT;
}

/* All of the comma list in System32\drivers; driver->file is the first that has a problem, or the first of all. */
static int read_files(const struct storage_look *look, const char *list, ow_storage_driver *driver, ow_error *err)
{
        driver->file_there = driver->file_whole = true;
        for (const char *name = list; name; name = strchr(name, ',') ? strchr(name, ',') + 1 : NULL) {
                OW_AUTO_FREE char *path =
                        ow_asprintf("%%SystemRoot%%\\System32\\drivers\\%.*s", (int)strcspn(name, ","), name);
                OW_AUTO_FREE char *inside = NULL;
                ow_volume *volume;
                ow_stat stat = { 0 };
                bool there, whole = true;
                int r;

                r = path ? ow_guest_resolve_path(look->guest, path, &volume, &inside, err) : ow_fail_nomem(err);
                if (r == 0)
                        r = ow_volume_stat(volume, inside, &stat, err);
                there = r > 0 && stat.size > 0;
                if (there) {
                        r = is_whole(volume, inside, err);
                        whole = r != 0;
                }
                if (r < 0)
                        return r;
                if (there && whole && name != list)
                        continue;
                ow_free(driver->file);
                driver->file = ow_asprintf("%c:\\%s", ow_guest_system_drive(look->guest), inside);
                if (!driver->file)
                        return ow_fail_nomem(err);
                driver->file_there = there;
                driver->file_whole = whole;
                if (!there || !whole)
                        return 0;
        }
        return 0;
}

/* 1 when every control set leads from id to service, or, with other, what one of them leads to instead. */
static int id_leads(const struct storage_look *look, const char *id, const char *service, char **other, ow_error *err)
{
        bool all = look->n_sets > 0;

        for (size_t i = 0; i < look->n_sets; i++) {
                OW_AUTO_FREE char *found = NULL;
                int r = storage_id_find(look->guest, look->sets[i], id, &found, err);

                if (r < 0)
                        return r;
                all = all && r > 0 && same(found, service);
                if (r > 0 && !same(found, service) && other && !*other)
                        *other = OW_TAKE(found);
        }
        return all;
}

/* True when id is covering or a longer form of it. */
static bool covers(const char *id, const char *covering)
{
        return strlen(id) >= strlen(covering) &&
               ow_name_compare_n(id, strlen(covering), covering, strlen(covering)) == 0;
}

/* 1 when wanted, or a longer form of it among the ids of the controller, leads to the driver. */
static int is_covered(const struct storage_look *look, const struct storage_driver *from, const char *wanted,
                      ow_error *err)
{
        int r = id_leads(look, wanted, from->service, NULL, err);

        for (size_t i = 0; i < STORAGE_IDS_MAX && from->ids[i] && r == 0; i++)
                if (covers(from->ids[i], wanted))
                        r = id_leads(look, from->ids[i], from->service, NULL, err);
        return r;
}

static int read_ids(const struct storage_look *look, const struct storage_driver *from, ow_storage_driver *driver,
                    ow_error *err)
{
        int r = 0;

        driver->id = from->missing[0] ? from->missing[0] : from->ids[0] ? from->ids[0] : "";
        driver->id_known = true;
        for (size_t i = 0; i < STORAGE_IDS_MAX && from->missing[i] && r >= 0; i++) {
                r = is_covered(look, from, from->missing[i], err);
                driver->id_known = driver->id_known && r > 0;
        }
        if (!from->missing[0] && from->ids[0])
                driver->id_known = false;
        for (size_t i = 0; i < STORAGE_IDS_MAX && from->ids[i] && r >= 0; i++) {
                r = id_leads(look, from->ids[i], from->service, &driver->id_other, err);
                if (r > 0 && !from->missing[0])
                        driver->id_known = true;
                if (r > 0 || driver->id_other)
                        break;
        }
        if (r >= 0 && !driver->id_other)
                driver->id_other = ow_strdup("");
        return r < 0 ? r : driver->id_other ? 0 : ow_fail_nomem(err);
}

/* What is wrong, worst first. 1 there is something. */
static int judge(const struct storage_look *look, ow_storage_driver *driver, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;

        if (!driver->file_there)
                ow_buffer_printf(&text, "%s is not in System32\\drivers%s", strrchr(driver->file, '\\') + 1,
                                 driver->service_there && driver->start == 4 ? ", and its service never starts" : "");
        else if (!driver->file_whole)
                ow_buffer_printf(&text, "%s in System32\\drivers is cut off", strrchr(driver->file, '\\') + 1);
        else if (!driver->service_there)
                ow_buffer_printf(&text, "service %s is not there", driver->service);
        else if (driver->start != 0)
                ow_buffer_printf(&text,
                                 driver->start == UINT32_MAX ? "%s has no start type" : "%s starts %s, not at boot",
                                 driver->service, driver->start == 4 ? "never" : "later");
        else if (*driver->image_other)
                ow_buffer_printf(&text, "%s runs %s, not %s", driver->service, driver->image_other,
                                 strrchr(driver->file, '\\') + 1);
        else if (driver->override != UINT32_MAX && driver->override != 0)
                ow_buffer_printf(&text, "StartOverride keeps %s from starting at boot", driver->service);
        else if (!driver->id_known && *driver->id && look->ids && !(driver->in_box && look->database))
                ow_buffer_printf(&text, "the %s does not lead from %s to %s",
                                 look->database ? "driver database" : "critical device database", driver->id,
                                 driver->service);
        driver->problem = ow_buffer_take_text(&text);
        return driver->problem ? 0 : ow_fail_nomem(err);
}

void storage_driver_done(ow_storage_driver *driver)
{
        ow_free(driver->file);
        ow_free(driver->id_other);
        ow_free(driver->image_other);
        ow_free(driver->problem);
}

int storage_driver_read(const struct storage_look *look, const struct storage_driver *from, ow_storage_driver *ret,
                        ow_error *err)
{
        uint16_t version = storage_version(look->windows);
        ow_storage_driver driver = { .service = from->service,
                                     .needed = !from->helps,
                                     .in_box = version >= from->in_box_from && version <= from->in_box_to };
        int r;

        r = read_service(look, &driver, err);
        if (r == 0)
                r = read_files(look, from->file, &driver, err);
        if (r == 0)
                r = read_image(look, from->file, &driver, err);
        if (r == 0)
                r = read_ids(look, from, &driver, err);
        if (r == 0)
                r = judge(look, &driver, err);
        if (r < 0)
                storage_driver_done(&driver);
        else
                *ret = driver;
        return r;
}
