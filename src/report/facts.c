/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/guid.h"

void report_windows_name(const ow_windows *windows, ow_buffer *out)
{
        ow_buffer_put_text(out, windows->name[0] ? windows->name : "Windows of unknown name");
        if (windows->release[0])
                ow_buffer_printf(out, " %s", windows->release);
        if (windows->service_pack)
                ow_buffer_printf(out, ", Service Pack %u", windows->service_pack);
        if (windows->installation_type[0] && strcmp(windows->installation_type, "Client") != 0 &&
            strcmp(windows->installation_type, "Server") != 0)
                ow_buffer_printf(out, ", %s", windows->installation_type);
}

void report_windows_version(const ow_windows *windows, ow_buffer *out)
{
        if (windows->major == 0 && windows->minor == 0) {
                ow_buffer_put_text(out, "version not known");
        } else {
                ow_buffer_printf(out, "%u.%u", windows->major, windows->minor);
                if (windows->build)
                        ow_buffer_printf(out, ".%u", windows->build);
                if (windows->build && windows->revision)
                        ow_buffer_printf(out, ".%u", windows->revision);
        }
        if (windows->arch != OW_ARCH_UNKNOWN)
                ow_buffer_printf(out, ", %s", ow_arch_name(windows->arch));
        if (windows->product != OW_PRODUCT_UNKNOWN)
                ow_buffer_printf(out, ", %s", ow_product_type_name(windows->product));
}

void report_put_heading(struct report_page *page, ow_guest *guest)
{
        const ow_windows *windows = ow_guest_windows(guest);
        OW_AUTO_BUFFER first = OW_BUFFER_INIT;
        OW_AUTO_BUFFER second = OW_BUFFER_INIT;
        ow_machine *machine = ow_guest_machine(guest);

        if (windows->computer_name[0])
                ow_buffer_printf(&first, "%s: ", windows->computer_name);
        report_windows_name(windows, &first);
        report_put_style(page, REPORT_BOLD);
        report_put_line(page, 0, &first);
        report_put_style(page, REPORT_PLAIN);

        report_windows_version(windows, &second);
        ow_buffer_printf(&second, "; %s of", ow_guest_id(guest));
        for (size_t i = 0; i < ow_machine_disk_count(machine); i++)
                ow_buffer_printf(&second, "%s %s", i ? "," : "", ow_disk_name(ow_machine_disk(machine, i)));
        report_put_style(page, REPORT_DIM);
        report_put_line(page, 0, &second);
        report_put_style(page, REPORT_PLAIN);
}

void report_put_hive_heading(struct report_page *page, const char *file, const char *prefix)
{
        report_put_styled(page, REPORT_BOLD, file);
        report_put(page, "\n");
        report_put_style(page, REPORT_DIM);
        report_put(page, "registry hive, ");
        report_put_guest(page, prefix);
        report_put_style(page, REPORT_PLAIN);
        report_put(page, "\n");
}

void report_put_disk_words(ow_buffer *out, ow_machine *machine, const ow_guest *guest)
{
        for (size_t i = 0; i < ow_machine_disk_count(machine); i++) {
                ow_buffer_put_byte(out, ' ');
                report_put_shell_word(out, ow_disk_name(ow_machine_disk(machine, i)));
        }
        if (guest && ow_machine_guest_count(machine) > 1) {
                ow_buffer_put_text(out, " --root ");
                report_put_shell_word(out, ow_guest_id(guest));
        }
}

const char *report_scheme_name(enum ow_partition_scheme scheme)
{
        switch (scheme) {
        case OW_SCHEME_NONE:
                return "none";
        case OW_SCHEME_MBR:
                return "MBR";
        case OW_SCHEME_GPT:
                return "GPT";
        }
        return "none";
}

const char *report_user_kind_name(enum ow_user_kind kind)
{
        switch (kind) {
        case OW_USER_PERSON:
                return "person";
        case OW_USER_DEFAULT:
                return "default";
        case OW_USER_SYSTEM:
                return "system";
        case OW_USER_SERVICE:
                return "service";
        }
        return "person";
}

void report_partition_type(const ow_partition_table *table, const ow_partition *partition,
                           char text[REPORT_PARTITION_TEXT])
{
        /* Microsoft Learn: PARTITION_INFORMATION_GPT; UEFI specification 5.3.3 */
        static const struct { const char *guid, *name; } types[] = {
                { "{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}", "EFI system" },
                { "{e3c9e316-0b5c-4db8-817d-f92df00215ae}", "Microsoft reserved" },
                { "{ebd0a0a2-b9e5-4433-87c0-68b6b72699c7}", "basic data" },
                { "{de94bba4-06d1-4d40-a16a-bfd50179d6ac}", "recovery" },
                { "{5808c8aa-7e8f-42e0-85d2-e1e90434cfb3}", "LDM metadata" },
                { "{af9b60a0-1431-4f62-bc68-3311714a69ad}", "LDM data" },
                { "{e75caf8f-f680-4cee-afa3-b001e56efc2d}", "Storage Spaces" },
        };
        char id[OW_GUID_TEXT];
        ow_guid guid;

        text[0] = '\0';
        if (table->scheme == OW_SCHEME_MBR)
                snprintf(text, REPORT_PARTITION_TEXT, "0x%02x", partition->mbr_type);
        if (table->scheme != OW_SCHEME_GPT)
                return;
        memcpy(guid.b, partition->gpt_type, sizeof guid.b);
        ow_guid_format(&guid, id);
        for (size_t i = 0; i < OW_COUNT(types); i++)
                if (strcmp(types[i].guid, id) == 0)
                        snprintf(text, REPORT_PARTITION_TEXT, "%s", types[i].name);
        if (!text[0])
                snprintf(text, REPORT_PARTITION_TEXT, "%s", id);
}

/* ---- findings ---- */

const char *report_status_name(enum ow_fix_status status)
{
        switch (status) {
        case OW_FIX_NEEDED:
                return "needed";
        case OW_FIX_DONE:
                return "done";
        case OW_FIX_NOT_FOR_THIS:
                return "not-for-this";
        case OW_FIX_NEEDS_PARAMETER:
                return "needs-parameter";
        case OW_FIX_FAILED:
                return "failed";
        case OW_FIX_LEFT:
                return "left";
        }
        return "failed";
}

bool report_finding_is_open(const ow_finding *finding)
{
        return finding->status == OW_FIX_NEEDED && finding->fix && ow_fix_in_all(finding->fix);
}

/* To fix, to fix by name, to know, and then what is open for other reasons, fine, not for this. */
static int rank(const ow_finding *finding)
{
        switch (finding->status) {
        case OW_FIX_NEEDED:
                return report_finding_is_open(finding) ? 0 : finding->fix ? 1 : 2;
        case OW_FIX_NEEDS_PARAMETER:
                return 3;
        case OW_FIX_FAILED:
                return 4;
        case OW_FIX_DONE:
                return 5;
        case OW_FIX_LEFT:
        case OW_FIX_NOT_FOR_THIS:
                return 6;
        }
        return 6;
}

/* By what there is to do, then by the delay it takes part in, then by name. */
static int compare(const ow_finding *a, const ow_finding *b)
{
        int by_rank = rank(a) - rank(b);

        if (by_rank)
                return by_rank;
        if (a->delay_before_s != b->delay_before_s)
                return a->delay_before_s > b->delay_before_s ? -1 : 1;
        return strcmp(a->id, b->id);
}

static int compare_slots(const void *a, const void *b)
{
        return compare(*(const ow_finding *const *)a, *(const ow_finding *const *)b);
}

const ow_finding **report_findings_sorted(const ow_diagnosis *diagnosis)
{
        const ow_finding **sorted = ow_calloc(diagnosis->n_findings + 1, sizeof *sorted);

        if (!sorted)
                return NULL;
        for (size_t i = 0; i < diagnosis->n_findings; i++)
                sorted[i] = &diagnosis->findings[i];
        qsort(sorted, diagnosis->n_findings, sizeof *sorted, compare_slots);
        return sorted;
}
