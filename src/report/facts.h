/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts put into words, the same in every report. */
#ifndef REPORT_FACTS_H
#define REPORT_FACTS_H

#include <offwin/disk.h>
#include <offwin/fix.h>
#include <offwin/guest.h>
#include <offwin/machine.h>

#include "base/buffer.h"

#include "report/text.h"

/* "Windows Server 2008 R2 Standard, Service Pack 1" */
void report_windows_name(const ow_windows *windows, ow_buffer *out);
/* "6.1.7601.24545, x64, server" */
void report_windows_version(const ow_windows *windows, ow_buffer *out);

/* Two lines that say which installation a report is about. */
void report_put_heading(struct report_page *page, ow_guest *guest);

/* The same for a hive file: its path, and where Windows shows it. */
void report_put_hive_heading(struct report_page *page, const char *file, const char *prefix);

/* " DISK..." as a shell needs it, with --root when the machine has several installations. guest may be NULL. */
void report_put_disk_words(ow_buffer *out, ow_machine *machine, const ow_guest *guest);

/* "basic data", "EFI system", "0x07", ...: what the partition table says a partition is for. text: 48 bytes. */
enum { REPORT_PARTITION_TEXT = 48 };
void report_partition_type(const ow_partition_table *table, const ow_partition *partition,
                           char text[REPORT_PARTITION_TEXT]);

/* "none", "MBR", "GPT" */
const char *report_scheme_name(enum ow_partition_scheme scheme);

/* "person", "default", "system", "service" */
const char *report_user_kind_name(enum ow_user_kind kind);

/* "needed", "done", "not-for-this", "needs-parameter", "failed" */
const char *report_status_name(enum ow_fix_status status);

/* fix --all would change something for this finding. */
bool report_finding_is_open(const ow_finding *finding);

/* Pointers to all findings, what there is to do first; the caller's (ow_free). NULL: no memory. */
const ow_finding **report_findings_sorted(const ow_diagnosis *diagnosis);

#endif
