/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network, devices, providers and remembered networks, each as text and as JSON. */
#ifndef REPORT_NETWORK_H
#define REPORT_NETWORK_H

#include <offwin/network.h>
#include <offwin/nla.h>
#include <offwin/report.h>
#include <offwin/winsock.h>

#include "report/json.h"
#include "report/text.h"

/* only: one adapter of network with everything; NULL: all of it. */
int report_network_text(ow_guest *guest, const ow_network *network, const ow_adapter *only, bool all,
                        const ow_report_options *options, char **ret, ow_error *err);
int report_network_json(ow_guest *guest, const ow_network *network, const ow_adapter *only, char **ret,
                        ow_error *err);

/* "key": [{"name", "value"}, ...] */
void report_json_named(struct report_json *json, json_t *object, const char *key, ow_named_values list);
/* The number, or null when it is not set. */
void report_json_setting(struct report_json *json, json_t *object, const char *key, ow_setting setting);
void report_json_texts(struct report_json *json, json_t *object, const char *key, ow_texts list);
void report_json_mac(struct report_json *json, json_t *object, const char *key, bool known, const ow_mac *mac);

#endif
