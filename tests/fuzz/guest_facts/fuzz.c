/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts of a guest, what is found wrong with its network, and plans that edit lists and catalogues of it, from a
 * registry that whoever filled the image controls.
 * The input is .reg text; it becomes a hive that stands for SYSTEM and for SOFTWARE alike, so that values of any type
 * and length reach every reader of facts.
 * Damage of the hive itself is the matter of the hive targets. Caps: the hive's size, and the limits of each list.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/addressing.h>
#include <offwin/device.h>
#include <offwin/keyword.h>
#include <offwin/network.h>
#include <offwin/nla.h>
#include <offwin/software.h>
#include <offwin/winsock.h>

#include <offwin/tuning.h>

#include "fix/findings.h"
#include "guest/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool put_hive(ow_guest *guest, const char *place, const ow_reg_document *document)
{
        struct guest_hive **grown = ow_grow(guest->hives, guest->n_hives, &guest->cap_hives, sizeof(*grown));
        struct guest_hive *h = ow_calloc(1, sizeof *h);

        if (!grown || !h)
                abort();
        guest->hives = grown;
        grown[guest->n_hives++] = h;
        h->place = ow_strdup(place);
        h->path = ow_strdup("config\\HIVE");
        h->state = GUEST_HIVE_OPEN;
        return ow_hive_new(5, "fuzz", NULL, 0, &h->hive, NULL) >= 0 &&
               ow_reg_import(h->hive, ow_hive_root(h->hive), "HKEY_LOCAL_MACHINE", document, NULL) >= 0;
}

static int reset(ow_plan *plan, ow_guest *guest, ow_error *err)
{
        return ow_plan_reset_tcpip(plan, guest, true, err);
}

static int unteam(ow_plan *plan, ow_guest *guest, ow_error *err)
{
        return ow_plan_unteam(plan, guest, NULL, 0, OW_UNTEAM_DROP_ADDRESSES, err);
}

static int repair_winsock(ow_plan *plan, ow_guest *guest, ow_error *err)
{
        return ow_plan_repair_winsock(plan, guest, NULL, 0, OW_WINSOCK_REPAIR_ALL | OW_WINSOCK_REPAIR_NAMESPACES,
                                      err);
}

/* Each is refused with a reason, or can be carried out. */
static void plan(ow_guest *guest)
{
        static int (*const parts[])(ow_plan *plan, ow_guest *guest, ow_error *err) = { unteam, repair_winsock, reset };

        for (size_t i = 0; i < OW_COUNT(parts); i++) {
                ow_error err = OW_ERROR_INIT;
                ow_plan *one = NULL;
                int r = ow_plan_begin(&one, &err);

                if (r == 0)
                        r = parts[i](one, guest, &err);
                if (r == 0)
                        r = ow_plan_apply(one, guest, &err);
                if (r < 0 && !err.text[0])
                        abort();
                ow_plan_free(one);
        }
}

static void use(ow_guest *guest)
{
        struct fix_findings findings = { .list = NULL };
        const ow_service_filter *filters;
        const ow_service *services;
        const ow_autostart *autostarts;
        const ow_network *network;
        const ow_winsock *winsock;
        const ow_device *devices;
        const ow_nla *nla;
        ow_service_verdict verdict;
        enum ow_service_origin origin;
        const char *text;
        const ow_program *programs;
        const ow_task *tasks;
        char **paths;
        ow_regkey key;
        size_t n;

        guest_load_control_sets(guest);
        guest_load_version(guest);
        guest_load_drives(guest);
        guest_load_firmware(guest);
        if (guest_key(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList", &key))
                guest_load_users(guest);        /* without it, the folders of a volume would be listed */
        if (ow_guest_network(guest, &network, NULL) < 0 || ow_guest_devices(guest, &devices, &n, NULL) < 0 ||
            ow_guest_winsock(guest, &winsock, NULL) < 0 || ow_guest_nla(guest, &nla, NULL) < 0)
                abort();
        if (ow_network_find(network, "auto", &n, NULL) == 0 && n >= network->n_adapters)
                abort();
        for (size_t i = 0; i < network->n_adapters; i++) {
                ow_tuning *tuning;

                if (ow_tuning_load(guest, network, i, &tuning, NULL) < 0)
                        abort();
                for (size_t k = 0; k < tuning->n_keywords; k++)
                        (void)ow_keyword_safe(&tuning->keywords[k]);
                ow_tuning_free(tuning);
        }
        if (fix_findings_network(&findings, guest, NULL) < 0 || fix_findings_internet(&findings, guest, NULL) < 0 ||
            fix_findings_filters(&findings, guest, NULL) < 0)
                abort();
        fix_findings_done(&findings);
        if (ow_guest_services(guest, &services, &n, NULL) < 0)
                abort();
        for (size_t i = 0; i < n; i++)
                if (ow_service_verdict_get(guest, &services[i], &verdict, NULL) < 0 ||
                    ow_service_origin_get(guest, &services[i], false, &origin, &text, NULL) < 0)
                        abort();
        if (ow_guest_service_filters(guest, 0, &filters, &n, NULL) < 0)
                abort();
        if (ow_guest_programs(guest, &programs, &n, NULL) < 0)
                abort();
        if (ow_guest_autostarts(guest, &autostarts, &n, NULL) < 0)
                abort();
        if (ow_guest_tasks(guest, &tasks, &n, NULL) < 0)
                abort();
        plan(guest);
        if (ow_registry_expand(guest, "HKLM\\SYSTEM\\CurrentControlSet\\Services", &paths, &n, NULL) >= 0)
                ow_registry_paths_free(paths, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        ow_partition partition = { .number = 1, .offset = 1 << 20, .size = 1 << 20, .active = true };
        struct machine_disk disk = { .table = { .scheme = OW_SCHEME_MBR, .mbr_signature = 0x5cbea03e,
                                                .partitions = &partition, .n_partitions = 1 } };
        ow_machine_volume volume = { .partition = &partition, .why_not = { .code = OW_E_FORMAT, .text = "none" } };
        ow_machine machine = { .disks = &disk, .n_disks = 1, .volumes = &volume, .n_volumes = 1 };
        ow_reg_document document = { 0 };
        ow_guest *guest;

        if (size > 16384 || ow_reg_parse(data, size, OW_REG_NO_HEADER | OW_REG_EXTENDED, &document, NULL) < 0)
                return 0;
        guest = ow_calloc(1, sizeof *guest);
        if (!guest)
                abort();
        guest->machine = &machine;
        guest->root = guest->id = "Windows";
        guest->system_drive = 'C';
        guest->bcd_volume = SIZE_MAX;
        machine.open_guests = guest;
        if (put_hive(guest, "HKLM\\SYSTEM", &document) && put_hive(guest, "HKLM\\SOFTWARE", &document))
                use(guest);
        ow_guest_close(guest);
        ow_reg_document_done(&document);
        return 0;
}
