/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apipa-off: interfaces whose own setting overrides the machine's. */
#include <string.h>

#include <offwin/fix.h>
#include <offwin/registry.h>

#include "base/le.h"
#include "fix/builtin.h"
#include "fix/plan.h"

#define AUTOCONFIGURATION "IPAutoconfigurationEnabled"
#define INTERFACES        "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces"

static int interface_off(struct fix_job *job, const char *where, ow_error *err)
{
        ow_datum own;
        int r;

        r = plan_read(job->guest, where, AUTOCONFIGURATION, &own, err);
        if (r < 0)
                return r;
        if (own.present)
                r = fix_job_dword(job, where, AUTOCONFIGURATION, 0, err);
        ow_blob_done(&own.data);
        return r;
}

static int interfaces_off(struct fix_job *job, const char *where, ow_error *err)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey at;
        ow_key subkey;
        int r;

        r = ow_registry_find(job->guest, where, &at, err);
        if (r <= 0)
                return r;
        while ((r = ow_hive_next_subkey(at.hive, at.key, &iter, &subkey, err)) > 0) {
                OW_AUTO_FREE char *path = NULL;
                ow_key_info info;

                r = ow_hive_key_info(at.hive, subkey, &info, err);
                if (r < 0)
                        return r;
                path = ow_asprintf("%s\\%s", where, info.name);
                ow_key_info_done(&info);
                r = path ? interface_off(job, path, err) : ow_fail_nomem(err);
                if (r < 0)
                        return r;
        }
        return r;
}

int fix_apipa_plan(struct fix_job *job, ow_error *err)
{
        return fix_job_each(job, INTERFACES, interfaces_off, err);
}
