/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the reports about services share. */
#ifndef REPORT_SERVICES_H
#define REPORT_SERVICES_H

#include <offwin/report.h>

#include "report/json.h"

enum { REPORT_START_TEXT = 40, REPORT_TYPE_TEXT = 48 };

/* "auto", "auto delayed", "demand trigger", "demand (boot)": what happens at boot, then what is stored. */
void report_service_start(const ow_service *s, char text[REPORT_START_TEXT]);

/* "kernel driver", "own process, interactive", "type 0x8" */
void report_service_type(const ow_service *s, char text[REPORT_TYPE_TEXT]);

/* "on its volume", "missing", ... */
const char *report_service_file_state(enum ow_service_file_state state);
/* "file", "none", "remote", "device", "odd" */
const char *report_image_kind(enum ow_image_kind kind);
const char *report_failure_kind(uint32_t kind);
const char *report_safe_boot(enum ow_safe_boot how);    /* "no", "name", "file", "group" */

/* One service as JSON: what the registry says and the verdict; full: also its file, texts, filters and neighbours. */
int report_service_json(struct report_json *json, json_t *object, ow_guest *guest, const ow_service *s, bool full,
                        ow_error *err);

int report_services_json(ow_guest *guest, const ow_service_list *list, char **ret, ow_error *err);
int report_service_show_json(ow_guest *guest, const ow_service *s, char **ret, ow_error *err);
int report_service_graph_json(ow_guest *guest, uint32_t control_set, char **ret, ow_error *err);

int report_services_text(ow_guest *guest, const ow_service_list *list, const ow_report_options *options, char **ret,
                         ow_error *err);
int report_service_show_text(ow_guest *guest, const ow_service *s, const ow_report_options *options, char **ret,
                             ow_error *err);

#endif
