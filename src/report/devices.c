/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices: a list of two lines each, or everything that is known of one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <offwin/report.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/filetime.h"

#include "report/facts.h"
#include "report/json.h"
#include "report/text.h"

enum { INDENT = 2, LABEL = 16 };

static void put_ids(struct report_json *json, json_t *object, const char *key, const char *const *ids)
{
        json_t *array = report_json_array(json, object, key);

        for (; *ids; ids++)
                report_json_add_text(json, array, *ids);
}

static void put_object(struct report_json *json, json_t *array, const ow_device *d)
{
        json_t *o = report_json_add_object(json, array);

        report_json_text(json, o, "instance", d->instance);
        report_json_text(json, o, "bus", d->bus);
        put_ids(json, o, "hardware_ids", d->hardware_ids);
        put_ids(json, o, "compatible_ids", d->compatible_ids);
        report_json_text(json, o, "class", d->class_name);
        report_json_text(json, o, "class_guid", d->class_guid);
        report_json_text(json, o, "service", d->service);
        report_json_text(json, o, "driver", d->driver);
        report_json_text(json, o, "description", d->description);
        report_json_text(json, o, "friendly_name", d->friendly_name);
        report_json_text(json, o, "manufacturer", d->manufacturer);
        report_json_text(json, o, "location", d->location);
        report_json_text(json, o, "container", d->container);
        report_json_number(json, o, "config_flags", d->config_flags);
        report_json_number(json, o, "capabilities", d->capabilities);
        report_json_bool(json, o, "software", d->software);
        report_json_number(json, o, "volatile_subkeys", d->n_volatile);
        report_json_time(json, o, "written", d->written);
        report_json_time(json, o, "installed", d->installed);
        report_json_time(json, o, "first_installed", d->first_installed);
        report_json_time(json, o, "last_arrival", d->last_arrival);
        report_json_time(json, o, "last_removal", d->last_removal);
        report_json_text(json, o, "presence", ow_presence_name(d->verdict.presence));
        report_json_text(json, o, "confidence", ow_confidence_name(d->verdict.confidence));
        report_json_text(json, o, "reason", d->verdict.reason);
}

static int devices_json(ow_guest *guest, const ow_device *const *devices, size_t n, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("devices");
        json_t *array;

        report_json_installation(&json, json.root, guest);
        array = report_json_array(&json, json.root, "devices");
        for (size_t i = 0; i < n; i++)
                put_object(&json, array, devices[i]);
        return report_json_take(&json, ret, err);
}

static const char *called(const ow_device *d)
{
        return d->friendly_name[0] ? d->friendly_name : d->description[0] ? d->description : "(without a name)";
}

static void put_row(struct report_page *page, const ow_device *d)
{
        bool ghost = d->verdict.presence == OW_PRESENCE_GHOST;

        report_put_padded(page, d->class_name[0] ? d->class_name : "-", 12);
        report_put(page, " ");
        report_put_style(page, ghost ? REPORT_WARN : REPORT_PLAIN);
        report_put_wrapped(page, 13, called(d));
        report_put_style(page, REPORT_DIM);
        report_put_spaces(page, 13);
        report_put_guest(page, d->instance);
        report_put(page, "\n");
        report_put_style(page, REPORT_PLAIN);
        if (ghost) {
                report_put_spaces(page, 13);
                report_put(page, "ghost: ");
                report_put_wrapped(page, 20, d->verdict.reason);
        }
}

static void put_time(struct report_page *page, const char *label, uint64_t filetime)
{
        char text[OW_FILETIME_TEXT] = "";

        if (filetime)
                ow_filetime_format(filetime, text);
        report_put_field(page, INDENT, LABEL, label, text);
}

static void put_list(struct report_page *page, const char *label, const char *const *ids)
{
        for (size_t i = 0; ids[i]; i++)
                report_put_field(page, INDENT, LABEL, i ? "" : label, ids[i]);
}

static void put_number(struct report_page *page, const char *label, uint32_t number)
{
        char text[16];

        (void)snprintf(text, sizeof text, "0x%x", number);
        if (number)
                report_put_field(page, INDENT, LABEL, label, text);
}

static void put_whole(struct report_page *page, const ow_device *d)
{
        ow_buffer line = OW_BUFFER_INIT;
        OW_AUTO_FREE char *verdict = NULL;

        ow_buffer_printf(&line, "%s: %s (confidence %s)", ow_presence_name(d->verdict.presence), d->verdict.reason,
                         ow_confidence_name(d->verdict.confidence));
        verdict = ow_buffer_take_text(&line);
        report_put(page, "\n");
        report_put_styled(page, REPORT_BOLD, called(d));
        report_put(page, "\n");
        report_put_field(page, INDENT, LABEL, "Instance", d->instance);
        report_put_field(page, INDENT, LABEL, "Description", d->description);
        report_put_field(page, INDENT, LABEL, "Manufacturer", d->manufacturer);
        report_put_field(page, INDENT, LABEL, "Class", d->class_name);
        report_put_field(page, INDENT, LABEL, "Class GUID", d->class_guid);
        report_put_field(page, INDENT, LABEL, "Service", d->service);
        report_put_field(page, INDENT, LABEL, "Driver key", d->driver);
        report_put_field(page, INDENT, LABEL, "Location", d->location);
        report_put_field(page, INDENT, LABEL, "Container", d->container);
        put_list(page, "Hardware ids", d->hardware_ids);
        put_list(page, "Compatible ids", d->compatible_ids);
        put_number(page, "Config flags", d->config_flags);
        put_number(page, "Capabilities", d->capabilities);
        put_time(page, "First installed", d->first_installed);
        put_time(page, "Installed", d->installed);
        put_time(page, "Last arrival", d->last_arrival);
        put_time(page, "Last removal", d->last_removal);
        put_time(page, "Key written", d->written);
        report_put_field(page, INDENT, LABEL, "Was it there", verdict ? verdict : "");
}

int ow_report_devices(ow_guest *guest, const ow_device *const *devices, size_t n, bool whole,
                      const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        size_t present = 0, ghosts = 0;

        if (options && options->format == OW_REPORT_HTML)
                return report_no_html(err);
        if (options && options->format == OW_REPORT_JSON)
                return devices_json(guest, devices, n, ret, err);
        for (size_t i = 0; i < n; i++) {
                present += devices[i]->verdict.presence == OW_PRESENCE_PRESENT;
                ghosts += devices[i]->verdict.presence == OW_PRESENCE_GHOST;
                if (whole)
                        put_whole(&page, devices[i]);
                else
                        put_row(&page, devices[i]);
        }
        if (!whole)
                report_printf(&page, "%s%zu device%s: %zu were there, %zu were not, of %zu nothing tells\n",
                              n ? "\n" : "", n, n == 1 ? "" : "s", present, ghosts, n - present - ghosts);
        return report_page_take(&page, ret, err);
}
