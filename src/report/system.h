/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of `inspect --full` that Computer Management's user looks for. */
#ifndef REPORT_SYSTEM_H
#define REPORT_SYSTEM_H

#include "report/json.h"
#include "report/text.h"

int report_put_system(struct report_page *page, ow_guest *guest, ow_error *err);
/* Members "hardware", "settings", "hotfixes", "programs", "event_logs", "tasks" and "autoruns" of object. */
int report_json_system(struct report_json *json, json_t *object, ow_guest *guest, ow_error *err);

#endif
