/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON through jansson, with one failure flag: build everything, look once, in report_json_take(). Texts of a guest
 * may hold lone surrogates or bad bytes; they become U+FFFD so that the document stays valid.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <offwin/error.h>
#include <offwin/fix.h>
#include <offwin/guest.h>

#include "base/macros.h"

struct report_json {
        json_t *root;
        bool failed;
};

void report_json_done(struct report_json *json);
#define REPORT_AUTO_JSON __attribute__((cleanup(report_json_done))) struct report_json

/* {"report": what, "version": 1}: how each document starts. */
struct report_json report_json_new(const char *what);
/* The document, with a newline at its end; the caller's. */
int report_json_take(struct report_json *json, char **ret, ow_error *err);

/* These make a member of object; object may be NULL after an earlier failure. */
json_t *report_json_object(struct report_json *json, json_t *object, const char *key);
json_t *report_json_array(struct report_json *json, json_t *object, const char *key);
void report_json_text(struct report_json *json, json_t *object, const char *key, const char *guest);
void report_json_number(struct report_json *json, json_t *object, const char *key, uint64_t value);
void report_json_bool(struct report_json *json, json_t *object, const char *key, bool value);
void report_json_null(struct report_json *json, json_t *object, const char *key);
/* A FILETIME as "2015-11-02T09:30:00Z", or null for 0. */
void report_json_time(struct report_json *json, json_t *object, const char *key, uint64_t filetime);
void report_json_guid(struct report_json *json, json_t *object, const char *key, const uint8_t guid[16]);
void report_json_hex(struct report_json *json, json_t *object, const char *key, const void *bytes, size_t size);
void report_json_error(struct report_json *json, json_t *object, const char *key, const ow_error *err);

/* These add an element to array. */
json_t *report_json_add_object(struct report_json *json, json_t *array);
void report_json_add_text(struct report_json *json, json_t *array, const char *guest);

/* Registry data: "type", "type_number", "size", "value" where the type has a readable one, and "hex". */
void report_json_datum(struct report_json *json, json_t *object, uint32_t type, const void *data, size_t size);

/* "installation": where the guest lies and which Windows it is. */
void report_json_installation(struct report_json *json, json_t *object, const ow_guest *guest);
/* "hive_file": path and prefix. */
void report_json_hive_file(struct report_json *json, json_t *object, const char *file, const char *prefix);
void report_json_windows(struct report_json *json, json_t *object, const ow_windows *windows);

#endif
