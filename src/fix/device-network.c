/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What there is of a network adapter beside its device: settings, name, rows of the network store, its number. */
#include "fix/device-remove.h"

#include <string.h>

#include "fix/net.h"
#include "fix/service-edit.h"

enum { BITMAP_MAX = 1 << 21 }; /* bytes: as many as a LUID can number */

static int remove_places(struct removal_set *set, struct fix_job *job, const ow_adapter *adapter, ow_error *err)
{
        static const char class_path[] = "Control\\Class\\";
        int r = 0;

        for (size_t i = 0; i < adapter->n_places && r == 0; i++) {
                const ow_net_place *place = &adapter->places[i];
                OW_AUTO_FREE char *where = NULL;

                if (place->kind == OW_PLACE_ENUM)
                        continue; /* its device's */
                if (place->kind == OW_PLACE_CLASS && strlen(place->path) > sizeof class_path &&
                    removal_shared(set->removal, place->path + sizeof class_path - 1))
                        continue;
                where = strncmp(place->path, "HKLM\\", 5) == 0 ? ow_strdup(place->path)
                                                               : ow_asprintf("%s\\%s", set->path, place->path);
                r = where ? fix_job_remove_key(job, where, err) : ow_fail_nomem(err);
        }
        return r;
}

/* ---- by LUID ---- */

/* No two adapters have the same LUID, unless somebody made it so: then nothing tells whose the rows are. */
static bool owns_luid(const struct removal_set *set, const ow_adapter *adapter)
{
        if (!adapter->has_luid)
                return false;
        for (size_t i = 0; i < set->network->n_adapters; i++) {
                const ow_adapter *other = &set->network->adapters[i];

                if (other != adapter && !set->going[i] && other->has_luid &&
                    ow_luid_equal(&other->luid, &adapter->luid))
                        return false;
        }
        return true;
}

static int remove_rows(struct removal_set *set, struct fix_job *job, const ow_adapter *adapter, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < adapter->n_rows && r == 0; i++) {
                OW_AUTO_FREE char *where = ow_asprintf("%s\\%s", set->path, adapter->rows[i].key);

                r = where ? service_value(job, where, adapter->rows[i].name, 0, NULL, 0, err) : ow_fail_nomem(err);
        }
        return r;
}

/* NDIS keeps a bitmap of the numbers in use, for each type of interface. */
static int free_number(struct removal_set *set, struct fix_job *job, const ow_adapter *adapter, ow_error *err)
{
        static const char name[] = "IfUsedNetLuidIndices";
        OW_AUTO_FREE char *where = ow_asprintf("%s\\Services\\NDIS\\IfTypes\\%u", set->path, adapter->luid.type);
        ow_datum now = { false, 0, { NULL, 0 } };
        size_t byte = adapter->luid.index / 8;
        uint8_t bit = (uint8_t)(1U << adapter->luid.index % 8);
        int r;

        if (!where)
                return ow_fail_nomem(err);
        r = plan_now(job->plan, job->guest, where, name, &now, err);
        if (r == 0 && now.present && now.type == OW_REG_BINARY && now.data.size <= BITMAP_MAX &&
            byte < now.data.size && now.data.p[byte] & bit) {
                now.data.p[byte] &= (uint8_t)~bit;
                r = service_value(job, where, name, OW_REG_BINARY, now.data.p, now.data.size, err);
        }
        ow_blob_done(&now.data);
        return r;
}

/* ---- the rest ---- */

/* XP and 2003: what DHCP gave last, as a value by the name of the adapter. */
static int remove_dhcp_options(struct removal_set *set, struct fix_job *job, const ow_adapter *adapter, ow_error *err)
{
        OW_AUTO_FREE char *where = ow_asprintf("%s\\Services\\Dhcp\\Parameters", set->path);

        return where ? service_value(job, where, adapter->guid, 0, NULL, 0, err) : ow_fail_nomem(err);
}

static int remove_routes(struct removal_set *set, struct fix_job *job, size_t index, ow_error *err)
{
        const struct net_users users = { .going = set->removal->going };
        struct net_job nj = { .job = job, .control_set = set->number, .network = set->network, .index = index };

        net_job_init(&nj);
        return net_drop_routes(&nj, &users, err);
}

int removal_adapter(struct removal_set *set, struct fix_job *job, size_t index, ow_error *err)
{
        const ow_adapter *adapter = &set->network->adapters[index];
        int r;

        r = remove_routes(set, job, index, err);
        if (r == 0)
                r = remove_places(set, job, adapter, err);
        if (r == 0 && owns_luid(set, adapter))
                r = remove_rows(set, job, adapter, err);
        if (r == 0 && owns_luid(set, adapter))
                r = free_number(set, job, adapter, err);
        return r == 0 && adapter->guid[0] ? remove_dhcp_options(set, job, adapter, err) : r;
}
