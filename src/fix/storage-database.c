/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which driver Windows starts a boot device with, before Plug and Play runs: Control\CriticalDeviceDatabase up to
 * Windows 7, SYSTEM\DriverDatabase since. Facts: docs/formats/windows-facts.md 11.
 */
#include <string.h>

#include <offwin/registry.h>

#include "base/guid.h"
#include "base/utf16.h"
#include "fix/storage.h"

#define DATABASE "HKLM\\SYSTEM\\DriverDatabase\\"

enum { MAX_INFS = 16 }; /* that name one device id */

int storage_has_driver_database(ow_guest *guest, ow_error *err)
{
        ow_regkey key;

        return ow_registry_find(guest, DATABASE "DeviceIds", &key, err);
}

/* The text of a value; 1, or 0 when it is not there, no text, or empty. */
static int text_get(ow_guest *guest, const char *where, const char *name, char **ret, ow_error *err)
{
        ow_blob data = { NULL, 0 };
        uint32_t type;
        char *text;
        int r;

        r = ow_registry_get(guest, where, name, &type, &data, err);
        if (r <= 0)
                return r;
        text = type == OW_REG_SZ || type == OW_REG_EXPAND_SZ ? ow_utf16_text((ow_view){ data.p, data.size })
                                                             : ow_strdup("");
        ow_blob_done(&data);
        if (!text)
                return ow_fail_nomem(err);
        if (!*text) {
                ow_free(text);
                return 0;
        }
        *ret = text;
        return 1;
}

static int find_critical(ow_guest *guest, const char *set, const char *id, char **ret, ow_error *err)
{
        OW_AUTO_FREE char *where = ow_asprintf("%s\\Control\\CriticalDeviceDatabase\\%s", set, id);

        if (!where)
                return ow_fail_nomem(err);
        for (char *p = where + strlen(where) - strlen(id); *p; p++)
                if (*p == '\\')
                        *p = '#';
        return text_get(guest, where, "Service", ret, err);
}

/* What the package of inf starts id with. 1, 0, < 0. */
static int find_in_package(ow_guest *guest, const char *inf, const char *id, char **ret, ow_error *err)
{
        OW_AUTO_FREE char *place = ow_asprintf(DATABASE "DriverInfFiles\\%s", inf);
        OW_AUTO_FREE char *package = NULL;
        OW_AUTO_FREE char *descriptor = NULL;
        OW_AUTO_FREE char *configuration = NULL;
        OW_AUTO_FREE char *where = NULL;
        int r;

        if (!place)
                return ow_fail_nomem(err);
        r = text_get(guest, place, "Active", &package, err);
        if (r <= 0)
                return r;
        descriptor = ow_asprintf(DATABASE "DriverPackages\\%s\\Descriptors\\%s", package, id);
        r = descriptor ? text_get(guest, descriptor, "Configuration", &configuration, err) : ow_fail_nomem(err);
        if (r <= 0)
                return r;
        where = ow_asprintf(DATABASE "DriverPackages\\%s\\Configurations\\%s", package, configuration);
        return where ? text_get(guest, where, "Service", ret, err) : ow_fail_nomem(err);
}

static int find_in_database(ow_guest *guest, const char *id, char **ret, ow_error *err)
{
        OW_AUTO_FREE char *where = ow_asprintf(DATABASE "DeviceIds\\%s", id);
        uint32_t index = 0;
        ow_regkey key;
        ow_value value;
        int r;

        r = where ? ow_registry_find(guest, where, &key, err) : ow_fail_nomem(err);
        for (size_t n = 0; r > 0 && n < MAX_INFS; n++) {
                ow_value_info info;

                r = ow_hive_next_value(key.hive, key.key, &index, &value, err);
                if (r <= 0)
                        return r;
                r = ow_hive_value_info(key.hive, value, &info, err);
                if (r < 0)
                        return r;
                r = find_in_package(guest, info.name, id, ret, err);
                ow_value_info_done(&info);
                if (r != 0)
                        return r;
                r = 1;
        }
        return r < 0 ? r : 0;
}

int storage_id_find(ow_guest *guest, const char *set, const char *id, char **ret_service, ow_error *err)
{
        int r = storage_has_driver_database(guest, err);

        if (r < 0)
                return r;
        return r ? find_in_database(guest, id, ret_service, err) : find_critical(guest, set, id, ret_service, err);
}

/* ---- entries ---- */

int storage_plan_text(struct fix_job *job, const char *where, const char *name, uint32_t type, const char *text,
                      ow_error *err)
{
        OW_AUTO_BUFFER utf16 = OW_BUFFER_INIT;
        int r;

        r = ow_utf8_to_utf16(text, strlen(text), &utf16, err);
        if (r < 0)
                return r;
        ow_buffer_put(&utf16, "\0\0\0", type == OW_REG_MULTI_SZ ? 4 : 2);
        if (ow_buffer_failed(&utf16))
                return ow_fail_nomem(err);
        return fix_job_value(job, where, name, type, utf16.p, utf16.len, err);
}

static int critical_at(struct fix_job *job, const char *base, const struct storage_entry *entry, ow_error *err)
{
        for (size_t i = 0; i < entry->n_ids; i++) {
                OW_AUTO_FREE char *where = ow_asprintf("%s\\%s", base, entry->ids[i]);
                int r;

                if (!where)
                        return ow_fail_nomem(err);
                for (char *p = where + strlen(base) + 1; *p; p++)
                        if (*p == '\\')
                                *p = '#';
                r = storage_plan_text(job, where, "Service", OW_REG_SZ, entry->service, err);
                if (r == 0)
                        r = storage_plan_text(job, where, "ClassGUID", OW_REG_SZ, entry->class_guid, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

int storage_plan_critical(struct fix_job *job, const struct storage_entry *entry, ow_error *err)
{
        char **bases = NULL;
        size_t n = 0;
        int r;

        r = ow_registry_expand(job->guest, STORAGE_SET "Control\\CriticalDeviceDatabase", &bases, &n, err);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = critical_at(job, bases[i], entry, err);
        ow_registry_paths_free(bases, n);
        return r < 0 ? r : 0;
}

/*
 * The least that Windows 8 to 10 is known to start a disk's controller with: what virt-v2v writes. Version holds the
 * class; its date and version stay zero, so that the package itself, once installed, wins.
 */
static int version_put(struct fix_job *job, const char *where, const char *class_guid, ow_error *err)
{
        uint8_t version[48] = { 0x00, 0xff, 0x09, 0x00 };
        ow_guid guid;

        if (!ow_guid_parse(class_guid, &guid))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%.60s' is no device class", class_guid);
        memcpy(version + 8, guid.b, sizeof guid.b);
        return fix_job_value(job, where, "Version", OW_REG_BINARY, version, sizeof version, err);
}

struct package {
        const char *inf;
        char *label;         /* "offwin-viostor.inf_amd64_0000000000000000" */
        char *configuration; /* "viostor_conf" */
};

static int package_ids(struct fix_job *job, const struct storage_entry *entry, const struct package *package,
                       ow_error *err)
{
        static const uint8_t rank[4] = { 0x01, 0xff, 0x00, 0x00 };

        for (size_t i = 0; i < entry->n_ids; i++) {
                OW_AUTO_FREE char *ids = ow_asprintf(DATABASE "DeviceIds\\%s", entry->ids[i]);
                OW_AUTO_FREE char *descriptor =
                        ow_asprintf(DATABASE "DriverPackages\\%s\\Descriptors\\%s", package->label, entry->ids[i]);
                int r;

                if (!ids || !descriptor)
                        return ow_fail_nomem(err);
                r = fix_job_value(job, ids, package->inf, OW_REG_BINARY, rank, sizeof rank, err);
                if (r == 0)
                        r = storage_plan_text(job, descriptor, "Configuration", OW_REG_SZ, package->configuration,
                                              err);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int package_itself(struct fix_job *job, const struct storage_entry *entry, const struct package *package,
                          ow_error *err)
{
        OW_AUTO_FREE char *inf = ow_asprintf(DATABASE "DriverInfFiles\\%s", package->inf);
        OW_AUTO_FREE char *where = ow_asprintf(DATABASE "DriverPackages\\%s", package->label);
        OW_AUTO_FREE char *configuration = ow_asprintf(DATABASE "DriverPackages\\%s\\Configurations\\%s",
                                                       package->label, package->configuration);
        int r;

        if (!inf || !where || !configuration)
                return ow_fail_nomem(err);
        r = storage_plan_text(job, inf, "", OW_REG_MULTI_SZ, package->label, err);
        if (r == 0)
                r = storage_plan_text(job, inf, "Active", OW_REG_SZ, package->label, err);
        if (r == 0)
                r = storage_plan_text(job, inf, "Configurations", OW_REG_MULTI_SZ, package->configuration, err);
        if (r == 0)
                r = version_put(job, where, entry->class_guid, err);
        if (r == 0)
                r = fix_job_dword(job, configuration, "ConfigFlags", 0, err);
        if (r == 0)
                r = storage_plan_text(job, configuration, "Service", OW_REG_SZ, entry->service, err);
        return r;
}

static const char *arch_of(const ow_windows *windows)
{
        return windows->arch == OW_ARCH_X86 ? "x86" : windows->arch == OW_ARCH_ARM64 ? "arm64" : "amd64";
}

int storage_plan_database(struct fix_job *job, const struct storage_entry *entry, const char *inf, ow_error *err)
{
        OW_AUTO_FREE char *label = ow_asprintf("%s_%s_0000000000000000", inf, arch_of(ow_guest_windows(job->guest)));
        OW_AUTO_FREE char *configuration = ow_asprintf("%s_conf", entry->service);
        struct package package = { inf, label, configuration };
        int r;

        if (!label || !configuration)
                return ow_fail_nomem(err);
        r = package_itself(job, entry, &package, err);
        return r < 0 ? r : package_ids(job, entry, &package, err);
}
