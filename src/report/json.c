/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <offwin/hive.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/filetime.h"
#include "base/guid.h"
#include "base/le.h"
#include "base/utf16.h"

#include "report/datum.h"

void report_json_done(struct report_json *json)
{
        json_decref(json->root);
}

struct report_json report_json_new(const char *what)
{
        struct report_json json = { .root = json_object() };

        json.failed = json.root == NULL;
        report_json_text(&json, json.root, "report", what);
        report_json_number(&json, json.root, "version", 1);
        return json;
}

/* The same document, where what a terminal must not get is escaped: it stands only in strings, and keeps its value.
 */
static void put_safe(ow_view json, ow_buffer *out)
{
        const char *text = (const char *)json.p;
        size_t from = 0, at = 0;

        while (at < json.len) {
                size_t start = at;
                uint32_t c;

                if (json.p[at] < 0x7f || !ow_utf8_next(text, json.len, &at, &c)) {
                        at++;
                        continue;
                }
                if (!ow_text_is_unsafe(c))
                        continue;
                ow_buffer_put(out, text + from, start - from);
                if (c > 0xffff)
                        ow_buffer_printf(out, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
                else
                        ow_buffer_printf(out, "\\u%04x", c);
                from = at;
        }
        ow_buffer_put(out, text + from, json.len - from);
}

static int collect(const char *bytes, size_t size, void *state)
{
        ow_buffer *out = state;

        ow_buffer_put(out, bytes, size);
        return ow_buffer_failed(out) ? -1 : 0;
}

int report_json_take(struct report_json *json, char **ret, ow_error *err)
{
        OW_AUTO_BUFFER dumped = OW_BUFFER_INIT;
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        char *text;

        if (json->failed || json_dump_callback(json->root, collect, &dumped, JSON_INDENT(2)) < 0)
                return ow_fail_nomem(err);
        put_safe(ow_buffer_view(&dumped), &out);
        ow_buffer_put_byte(&out, '\n');
        text = ow_buffer_take_text(&out);
        if (!text)
                return ow_fail_nomem(err);
        *ret = text;
        return 0;
}

/* Takes value over, whatever happens. */
static void set(struct report_json *json, json_t *object, const char *key, json_t *value)
{
        if (!value || !object || json_object_set_new(object, key, value) < 0)
                json->failed = true;
}

static void append(struct report_json *json, json_t *array, json_t *value)
{
        if (!value || !array || json_array_append_new(array, value) < 0)
                json->failed = true;
}

/* A JSON string of a text that may not be UTF-8. */
static json_t *text_of(const char *guest)
{
        static const char replacement[] = "\xef\xbf\xbd";
        OW_AUTO_BUFFER clean = OW_BUFFER_INIT;
        size_t size = strlen(guest);
        size_t at = 0;

        while (at < size) {
                size_t start = at;
                uint32_t c;

                if (!ow_utf8_next(guest, size, &at, &c)) {
                        ow_buffer_put_text(&clean, replacement);
                        at++;
                } else if (c >= 0xd800 && c <= 0xdfff) {
                        ow_buffer_put_text(&clean, replacement);
                } else if (c == 0) {
                        ow_buffer_put_byte(&clean, 0);
                } else {
                        ow_buffer_put(&clean, guest + start, at - start);
                }
        }
        if (ow_buffer_failed(&clean))
                return NULL;
        return json_stringn(clean.p ? (const char *)clean.p : "", clean.len);
}

json_t *report_json_object(struct report_json *json, json_t *object, const char *key)
{
        set(json, object, key, json_object());
        return json_object_get(object, key);
}

json_t *report_json_array(struct report_json *json, json_t *object, const char *key)
{
        set(json, object, key, json_array());
        return json_object_get(object, key);
}

void report_json_text(struct report_json *json, json_t *object, const char *key, const char *guest)
{
        set(json, object, key, text_of(guest));
}

void report_json_number(struct report_json *json, json_t *object, const char *key, uint64_t value)
{
        set(json, object, key, json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value));
}

void report_json_bool(struct report_json *json, json_t *object, const char *key, bool value)
{
        set(json, object, key, json_boolean(value));
}

void report_json_null(struct report_json *json, json_t *object, const char *key)
{
        set(json, object, key, json_null());
}

void report_json_time(struct report_json *json, json_t *object, const char *key, uint64_t filetime)
{
        char text[OW_FILETIME_TEXT];

        if (filetime == 0) {
                report_json_null(json, object, key);
                return;
        }
        ow_filetime_format(filetime, text);
        report_json_text(json, object, key, text);
}

void report_json_guid(struct report_json *json, json_t *object, const char *key, const uint8_t bytes[16])
{
        char text[OW_GUID_TEXT];
        ow_guid guid;

        memcpy(guid.b, bytes, sizeof guid.b);
        ow_guid_format(&guid, text);
        report_json_text(json, object, key, text);
}

void report_json_hex(struct report_json *json, json_t *object, const char *key, const void *bytes, size_t size)
{
        static const char digits[] = "0123456789abcdef";
        const uint8_t *p = bytes;
        OW_AUTO_BUFFER hex = OW_BUFFER_INIT;

        for (size_t i = 0; i < size; i++) {
                ow_buffer_put_byte(&hex, (uint8_t)digits[p[i] >> 4]);
                ow_buffer_put_byte(&hex, (uint8_t)digits[p[i] & 15]);
        }
        if (ow_buffer_failed(&hex))
                json->failed = true;
        else
                set(json, object, key, json_stringn(hex.p ? (const char *)hex.p : "", hex.len));
}

void report_json_error(struct report_json *json, json_t *object, const char *key, const ow_error *err)
{
        json_t *error = report_json_object(json, object, key);

        report_json_text(json, error, "code", ow_error_name(err->code));
        report_json_text(json, error, "text", err->text);
        if (err->where != OW_NOWHERE)
                report_json_number(json, error, "where", err->where);
        if (err->sys > 0)
                report_json_number(json, error, "errno", (uint64_t)err->sys);
}

json_t *report_json_add_object(struct report_json *json, json_t *array)
{
        size_t index = json_array_size(array);

        append(json, array, json_object());
        return json_array_get(array, index);
}

void report_json_add_text(struct report_json *json, json_t *array, const char *guest)
{
        append(json, array, text_of(guest));
}

/* ---- registry data ---- */

static void put_string(struct report_json *json, json_t *object, ow_view data)
{
        OW_AUTO_FREE char *text = report_string_text(data);

        if (text)
                report_json_text(json, object, "value", text);
        else
                json->failed = true;
}

static void put_strings(struct report_json *json, json_t *object, ow_view data)
{
        json_t *array = report_json_array(json, object, "value");
        ow_view one, rest = ow_utf16_list(data);

        while (!json->failed && ow_utf16_next_string(&rest, &one)) {
                OW_AUTO_FREE char *text = report_string_text(one);

                if (text)
                        report_json_add_text(json, array, text);
                else
                        json->failed = true;
        }
}

/* jansson's integers are signed; a larger number becomes its decimal text rather than a wrong number. */
static void put_qword(struct report_json *json, json_t *object, uint64_t value)
{
        char text[24];

        if (value <= INT64_MAX) {
                report_json_number(json, object, "value", value);
                return;
        }
        snprintf(text, sizeof text, "%" PRIu64, value);
        report_json_text(json, object, "value", text);
}

void report_json_datum(struct report_json *json, json_t *object, uint32_t type, const void *data, size_t size)
{
        const char *name = ow_reg_type_name(type);
        ow_view view = { data, size };

        if (name)
                report_json_text(json, object, "type", name);
        else
                report_json_null(json, object, "type");
        report_json_number(json, object, "type_number", type);
        report_json_number(json, object, "size", size);
        if ((type == OW_REG_SZ || type == OW_REG_EXPAND_SZ || type == OW_REG_LINK) && size % 2 == 0)
                put_string(json, object, view);
        else if (type == OW_REG_MULTI_SZ && size % 2 == 0)
                put_strings(json, object, view);
        else if (type == OW_REG_DWORD && size == 4)
                report_json_number(json, object, "value", ow_le32_at(view.p));
        else if (type == OW_REG_DWORD_BIG_ENDIAN && size == 4)
                report_json_number(json, object, "value", __builtin_bswap32(ow_le32_at(view.p)));
        else if (type == OW_REG_QWORD && size == 8)
                put_qword(json, object, ow_le64_at(view.p));
        report_json_hex(json, object, "hex", data, size);
}

/* ---- what every report about a guest shares ---- */

void report_json_windows(struct report_json *json, json_t *object, const ow_windows *windows)
{
        json_t *w = report_json_object(json, object, "windows");

        report_json_text(json, w, "name", windows->name);
        report_json_text(json, w, "edition", windows->edition);
        report_json_text(json, w, "release", windows->release);
        report_json_text(json, w, "installation_type", windows->installation_type);
        report_json_number(json, w, "major", windows->major);
        report_json_number(json, w, "minor", windows->minor);
        report_json_number(json, w, "build", windows->build);
        report_json_number(json, w, "revision", windows->revision);
        report_json_number(json, w, "service_pack", windows->service_pack);
        report_json_text(json, w, "product", ow_product_type_name(windows->product));
        report_json_text(json, w, "arch", ow_arch_name(windows->arch));
        report_json_text(json, w, "computer_name", windows->computer_name);
        report_json_text(json, w, "domain", windows->domain);
        report_json_bool(json, w, "domain_member", windows->domain_member);
        report_json_time(json, w, "installed", windows->installed);
        report_json_time(json, w, "last_shutdown", windows->last_shutdown);
        report_json_bool(json, w, "from_fallback", windows->from_fallback);
}

void report_json_installation(struct report_json *json, json_t *object, const ow_guest *guest)
{
        json_t *installation = report_json_object(json, object, "installation");

        report_json_text(json, installation, "id", ow_guest_id(guest));
        report_json_text(json, installation, "root", ow_guest_root(guest));
        report_json_windows(json, installation, ow_guest_windows(guest));
}

void report_json_hive_file(struct report_json *json, json_t *object, const char *file, const char *prefix)
{
        json_t *o = report_json_object(json, object, "hive_file");

        report_json_text(json, o, "path", file);
        report_json_text(json, o, "prefix", prefix);
}
