/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What somebody tuned in TCP/IP, back to Windows' defaults: values of Tcpip\Parameters that are documented, with
 * their default (docs/formats/windows-facts.md, TCP/IP). Addresses, servers, routes, names, and everything that says
 * what the machine is rather than how its TCP/IP behaves, stay; what cards do for it is net-tcp.c's and net-tune.c's.
 */
#include <offwin/tuning.h>

#include "fix/action.h"
#include "fix/ledger.h"
#include "fix/service-edit.h"

#define PARAMETERS "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"

static const struct fix_action reset_action = {
        .name = "network-reset",
        .title = "Set TCP/IP back to Windows' defaults",
        .why = "Tuning for the old server's cards and network slows down or breaks the new ones.",
};

/* absent: the default is what holds without the value. */
static const struct setting {
        const char *name;
        bool absent;
        uint32_t standard;
} machine_settings[] = {
        { "ArpCacheLife", true, 0 },
        { "ArpCacheMinReferencedLife", true, 0 },
        { "ArpRetryCount", true, 0 },
        { "DeadGWDetectDefault", false, 1 },
        { "DefaultTTL", true, 0 },
        { "DisableDHCPMediaSense", true, 0 },
        { "EnableDeadGWDetect", false, 1 },
        { "EnablePMTUBHDetect", true, 0 },
        { "EnablePMTUDiscovery", true, 0 },
        { "ForwardBroadcasts", false, 0 },
        { "GlobalMaxTcpWindowSize", true, 0 },
        { "IPAutoconfigurationEnabled", true, 0 },
        { "IPAutoconfigurationMask", true, 0 },
        { "IPAutoconfigurationSeed", true, 0 },
        { "IPAutoconfigurationSubnet", true, 0 },
        { "KeepAliveInterval", true, 0 },
        { "KeepAliveTime", true, 0 },
        { "Tcp1323Opts", true, 0 },
        { "TcpMaxConnectResponseRetransmissions", true, 0 },
        { "TcpMaxConnectRetransmissions", true, 0 },
        { "TcpMaxDataRetransmissions", true, 0 },
        { "TcpTimedWaitDelay", true, 0 },
        { "TcpWindowSize", true, 0 },
}, adapter_settings[] = {
        { "MTU", true, 0 },
        { "TCPNoDelay", true, 0 },
        { "TcpAckFrequency", true, 0 },
        { "TcpWindowSize", true, 0 },
};

/* What a fix set for the first boot alone is settle's to give back. */
static int is_lent(struct fix_job *job, const char *where, const char *name, ow_error *err)
{
        struct ledger ledger = { 0 };
        int r;

        r = ledger_read(job->guest, &ledger, err);
        if (r >= 0)
                r = ledger_find(&ledger, LEDGER_VALUE, where, name) != NULL;
        ledger_done(&ledger);
        return r;
}

static int reset_one(struct fix_job *job, const char *where, const struct setting *setting, ow_error *err)
{
        ow_datum now = { false, 0, { NULL, 0 } };
        int r;

        r = plan_now(job->plan, job->guest, where, setting->name, &now, err);
        ow_blob_done(&now.data);
        if (r < 0 || !now.present)
                return r;
        r = is_lent(job, where, setting->name, err);
        if (r > 0)
                return plan_skip(job->plan, job->fix, OW_FIX_NOT_FOR_THIS, err,
                                 "%s stays: it is set for the first boot, and settle gives it back", setting->name);
        if (r < 0)
                return r;
        return setting->absent ? fix_job_value(job, where, setting->name, 0, NULL, 0, err)
                               : fix_job_dword(job, where, setting->name, setting->standard, err);
}

static int reset_machine(struct fix_job *job, const char *where, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < OW_COUNT(machine_settings) && r == 0; i++)
                r = reset_one(job, where, &machine_settings[i], err);
        return r;
}

static int reset_adapter(struct fix_job *job, const char *where, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < OW_COUNT(adapter_settings) && r == 0; i++)
                r = reset_one(job, where, &adapter_settings[i], err);
        return r;
}

int ow_plan_reset_tcpip(ow_plan *plan, ow_guest *guest, bool adapters, ow_error *err)
{
        struct fix_job job;
        int r;

        r = fix_action_begin(&job, plan, guest, &reset_action, err);
        if (r < 0)
                return r;
        r = fix_job_each(&job, PARAMETERS, reset_machine, err);
        if (r == 0 && adapters)
                r = fix_job_each_below(&job, PARAMETERS "\\Interfaces", reset_adapter, err);
        fix_action_done(&job);
        return r;
}
