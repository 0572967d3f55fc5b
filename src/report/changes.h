/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the writers of a difference share. */
#ifndef REPORT_CHANGES_H
#define REPORT_CHANGES_H

#include <offwin/fix.h>

#include "report/text.h"

/* text as lines with a mark, '+' or '-', before each. */
void report_put_marked(struct report_page *page, char mark, const char *text);

/* What the changes mean for network adapters; nothing when plan is NULL or sets none. */
void report_put_settings(struct report_page *page, const ow_plan *plan);
struct report_json;
void report_json_settings(struct report_json *json, const ow_plan *plan);

bool report_is_file_change(const ow_change *change);
void report_put_file_change(struct report_page *page, const ow_change *change);

#endif
