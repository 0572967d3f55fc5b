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

int fix_apipa_plan(struct fix_job *job, ow_error *err)
{
        return fix_job_each_below(job, INTERFACES, interface_off, err);
}
