/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services for people: a list with one line each, a long list, and all of one. */
#include "report/services.h"

#include <stdio.h>
#include <string.h>

#include "report/text.h"

enum { INDENT = 2, LABEL = 14, MIN_NAME = 16, MAX_NAME = 32, MIN_START = 6, MAX_START = 22, MAX_NEIGHBOURS = 60 };

static void put_field(struct report_page *page, const char *label, ow_buffer *line)
{
        report_put_field_line(page, INDENT, LABEL, label, line);
}

/* Of a path that is too wide its end, which tells most, behind "..."; from a '\\' on if one is in reach. */
static void put_path(struct report_page *page, const char *path, size_t width)
{
        const char *at = path, *slash;

        if (report_width(path) <= width) {
                report_put_guest(page, path);
                return;
        }
        while (*at && report_width(at) + 3 > width)
                do
                        at++;
                while (((uint8_t)*at & 0xc0) == 0x80);
        slash = strchr(at, '\\');
        report_put(page, "...");
        report_put_guest(page, slash ? slash : at);
}

/* What stands in the place of a file. */
static const char *no_file(const ow_service *s)
{
        switch (s->image_kind) {
        case OW_IMAGE_NONE:
                return "(no image path)";
        case OW_IMAGE_REMOTE:
                return "(on another machine)";
        case OW_IMAGE_DEVICE:
                return "(a device path)";
        default:
                return "(an odd image path)";
        }
}

/* ---- list ---- */

static size_t clamp(size_t n, size_t low, size_t high)
{
        return n < low ? low : n > high ? high : n;
}

static void put_lines(struct report_page *page, const ow_service_list *list)
{
        size_t name_width = 0, start_width = 0, room;
        char start[REPORT_START_TEXT];

        for (size_t i = 0; i < list->count; i++) {
                size_t width = report_width(list->items[i]->name);

                name_width = width > name_width ? width : name_width;
                report_service_start(list->items[i], start);
                start_width = strlen(start) > start_width ? strlen(start) : start_width;
        }
        name_width = clamp(name_width, MIN_NAME, MAX_NAME);
        start_width = clamp(start_width, MIN_START, MAX_START);
        for (size_t i = 0; i < list->count; i++) {
                const ow_service *s = list->items[i];
                size_t used = report_width(s->name);

                report_service_start(s, start);
                report_put_padded(page, s->name, name_width);
                report_put_spaces(page, 2);
                report_put_padded(page, start, start_width);
                report_put_spaces(page, 2);
                used = (used > name_width ? used : name_width) + 4 +
                       (strlen(start) > start_width ? strlen(start) : start_width);
                room = page->columns > used + 12 ? page->columns - used : 12;
                put_path(page, s->file[0] ? s->file : no_file(s), room);
                report_put(page, "\n");
        }
}

static int put_file(struct report_page *page, ow_guest *guest, const ow_service *s, ow_error *err)
{
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;
        enum ow_service_origin origin;
        const char *evidence;
        ow_service_file file;
        int r = ow_service_file_get(guest, s, &file, err);

        if (r >= 0)
                r = ow_service_origin_get(guest, s, true, &origin, &evidence, err);
        if (r < 0)
                return r;
        ow_buffer_put_text(&line, s->file[0] ? s->file : no_file(s));
        if (file.state == OW_SERVICE_FILE_MISSING)
                ow_buffer_put_text(&line, " (missing)");
        else if (file.state == OW_SERVICE_FILE_UNKNOWN)
                ow_buffer_printf(&line, " (not known: %s)", file.why);
        put_field(page, "File", &line);
        if (file.company[0] || file.version[0]) {
                ow_buffer_printf(&line, "%s%s%s", file.version, file.version[0] && file.product[0] ? " of " : "",
                                 file.product);
                put_field(page, "Version", &line);
                ow_buffer_put_text(&line, file.company);
                put_field(page, "Company", &line);
        } else if (file.state == OW_SERVICE_FILE_THERE && file.why[0]) {
                ow_buffer_printf(&line, "not known: %s", file.why);
                put_field(page, "Version", &line);
        }
        ow_buffer_printf(&line, "%s: %s",
                         origin == OW_ORIGIN_MICROSOFT ? "Microsoft"
                         : origin == OW_ORIGIN_OTHER   ? "not Microsoft"
                                                       : "not known",
                         evidence);
        put_field(page, "Origin", &line);
        return 0;
}

static int put_text(struct report_page *page, ow_guest *guest, const ow_service *s, const char *label,
                    const char *stored, ow_error *err)
{
        const char *text;
        int r = ow_service_text(guest, s, stored, &text, err);

        if (r < 0)
                return r;
        report_put_field(page, INDENT, LABEL, label, text);
        return 0;
}

static void put_kind(struct report_page *page, const ow_service *s)
{
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;
        char start[REPORT_START_TEXT], type[REPORT_TYPE_TEXT];

        report_service_start(s, start);
        report_service_type(s, type);
        ow_buffer_printf(&line, "%s, %s", start, type);
        if (s->account[0])
                ow_buffer_printf(&line, ", as %s", s->account);
        put_field(page, "Start", &line);
        if (s->group[0] && s->tag)
                ow_buffer_printf(&line, "%s, tag %u", s->group, s->tag);
        else
                ow_buffer_put_text(&line, s->group);
        put_field(page, "Group", &line);
}

static void put_needs(struct report_page *page, const ow_service *s)
{
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;

        for (size_t i = 0; s->depends_on[i]; i++) {
                bool group = s->depends_on[i][0] == '+';

                ow_buffer_printf(&line, "%s%s%s", i ? ", " : "", group ? "group " : "", s->depends_on[i] + group);
        }
        put_field(page, "Needs", &line);
}

static int put_verdict(struct report_page *page, ow_guest *guest, const ow_service *s, ow_error *err)
{
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;
        ow_service_verdict verdict;
        int r = ow_service_verdict_get(guest, s, &verdict, err);

        if (r < 0)
                return r;
        ow_buffer_printf(&line, "%s: %s", ow_network_verdict_name(verdict.verdict), verdict.reason);
        put_field(page, "Network", &line);
        if (verdict.parkable)
                ow_buffer_put_text(&line, "can be held back until the network is there");
        else
                ow_buffer_printf(&line, "stays: %s", verdict.objection);
        put_field(page, "First boot", &line);
        return 0;
}

static int put_long(struct report_page *page, ow_guest *guest, const ow_service *s, ow_error *err)
{
        int r;

        report_put_styled(page, REPORT_BOLD, s->name);
        report_put(page, "\n");
        r = put_text(page, guest, s, "Display name", s->display_name, err);
        if (r < 0)
                return r;
        put_kind(page, s);
        r = put_file(page, guest, s, err);
        if (r < 0)
                return r;
        put_needs(page, s);
        return put_verdict(page, guest, s, err);
}

int report_services_text(ow_guest *guest, const ow_service_list *list, const ow_report_options *options, char **ret,
                         ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);

        if (!list->full)
                put_lines(&page, list);
        for (size_t i = 0; list->full && i < list->count; i++) {
                int r = put_long(&page, guest, list->items[i], err);

                if (r < 0)
                        return r;
                report_put(&page, "\n");
        }
        report_put_style(&page, REPORT_DIM);
        if (list->count == list->total)
                report_printf(&page, "%zu in ControlSet%03u\n", list->count, list->control_set);
        else
                report_printf(&page, "%zu of %zu in ControlSet%03u\n", list->count, list->total, list->control_set);
        report_put_style(&page, REPORT_PLAIN);
        return report_page_take(&page, ret, err);
}

/* ---- show ---- */

static void put_image(struct report_page *page, const ow_service *s)
{
        report_put_field(page, INDENT, LABEL, "Image path", s->image_path);
        report_put_field(page, INDENT, LABEL, "Service DLL", s->service_dll);
}

static void put_triggers(struct report_page *page, const ow_service *s)
{
        for (size_t i = 0; i < s->n_triggers; i++) {
                const ow_service_trigger *t = &s->triggers[i];
                OW_AUTO_BUFFER line = OW_BUFFER_INIT;

                ow_buffer_printf(&line, "%s when %s%s%s",
                                 t->action == OW_TRIGGER_STARTS  ? "starts"
                                 : t->action == OW_TRIGGER_STOPS ? "stops"
                                                                 : "does something",
                                 t->what, t->data[0] ? ": " : "", t->data);
                put_field(page, i ? "" : "Triggers", &line);
        }
}

static void put_failures(struct report_page *page, const ow_service *s)
{
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;

        for (size_t i = 0; i < s->n_failures; i++)
                ow_buffer_printf(&line, "%s%s after %u ms", i ? ", then " : "",
                                 report_failure_kind(s->failures[i].kind), s->failures[i].delay_ms);
        if (s->n_failures && s->failure_reset)
                ow_buffer_printf(&line, "; counted anew after %u s", s->failure_reset);
        put_field(page, "On failure", &line);
        report_put_field(page, INDENT, LABEL, "Command", s->failure_command);
        if (s->launch_protected)
                ow_buffer_printf(&line, "LaunchProtected %u", s->launch_protected);
        put_field(page, "Protected", &line);
}

static void put_safe_boot(struct report_page *page, const ow_service *s)
{
        static const char *const how[] = { "", "by its name", "by its file", "by its group" };
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;

        if (s->safe_minimal)
                ow_buffer_printf(&line, "runs in it, %s", how[s->safe_minimal]);
        else if (s->safe_network)
                ow_buffer_printf(&line, "runs in it with networking, %s", how[s->safe_network]);
        put_field(page, "Safe mode", &line);
}

static void put_names(struct report_page *page, const char *label, const ow_service_graph *graph,
                      const uint32_t *nodes, size_t n)
{
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;
        size_t put = 0;

        for (size_t i = 0; i < n; i++) {
                const ow_service_node *node = &graph->nodes[nodes[i]];

                if (node->kind == OW_NODE_GROUP)
                        continue;
                if (put < MAX_NEIGHBOURS)
                        ow_buffer_printf(&line, "%s%s%s", put ? ", " : "", node->name,
                                         node->kind == OW_NODE_MISSING ? " (missing)" : "");
                put++;
        }
        if (put > MAX_NEIGHBOURS)
                ow_buffer_printf(&line, " and %zu more", put - MAX_NEIGHBOURS);
        put_field(page, label, &line);
}

static int put_graph(struct report_page *page, ow_guest *guest, const ow_service *s, ow_error *err)
{
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;
        const ow_service_graph *graph;
        const ow_service_node *node;
        int r = ow_guest_service_graph(guest, s->control_set, &graph, err);

        if (r < 0)
                return r;
        node = &graph->nodes[s->index];
        put_needs(page, s);
        for (size_t i = 0; i < node->n_needs; i++)
                if (ow_service_node_missing(&graph->nodes[node->needs[i]]))
                        ow_buffer_printf(&line, "%s%s%s", line.len ? ", " : "",
                                         graph->nodes[node->needs[i]].kind == OW_NODE_GROUP ? "group " : "",
                                         graph->nodes[node->needs[i]].name);
        put_field(page, "Not there", &line);
        put_names(page, "Needed by", graph, node->needed_by, node->n_needed_by);
        if (node->cycle) {
                for (size_t i = 0; i < graph->n_services; i++)
                        if (graph->nodes[i].cycle == node->cycle && i != s->index)
                                ow_buffer_printf(&line, "%s%s", line.len ? ", " : "", graph->nodes[i].name);
                if (!line.len)
                        ow_buffer_put_text(&line, "itself");
                put_field(page, "Circle with", &line);
        }
        return 0;
}

static int put_filters(struct report_page *page, ow_guest *guest, const ow_service *s, ow_error *err)
{
        const ow_service_filter *filters;
        bool first = true;
        size_t n;
        int r = ow_guest_service_filters(guest, s->control_set, &filters, &n, err);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                OW_AUTO_BUFFER line = OW_BUFFER_INIT;

                if (strcasecmp(filters[i].service, s->name) != 0)
                        continue;
                ow_buffer_printf(&line, "%s of %s %s", filters[i].value,
                                 filters[i].kind == OW_FILTER_NETWORK       ? "network adapter"
                                 : filters[i].kind <= OW_FILTER_CLASS_LOWER ? "class"
                                                                            : "device",
                                 filters[i].what);
                put_field(page, first ? "Filters" : "", &line);
                first = false;
        }
        return r < 0 ? r : 0;
}

int report_service_show_text(ow_guest *guest, const ow_service *s, const ow_report_options *options, char **ret,
                             ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        int r;

        report_put_styled(&page, REPORT_BOLD, s->name);
        report_put(&page, "\n");
        r = put_text(&page, guest, s, "Display name", s->display_name, err);
        if (r >= 0)
                r = put_text(&page, guest, s, "Description", s->description, err);
        if (r < 0)
                return r;
        put_kind(&page, s);
        put_image(&page, s);
        r = put_file(&page, guest, s, err);
        if (r >= 0)
                r = put_graph(&page, guest, s, err);
        if (r < 0)
                return r;
        put_triggers(&page, s);
        put_failures(&page, s);
        put_safe_boot(&page, s);
        r = put_filters(&page, guest, s, err);
        if (r >= 0)
                r = put_verdict(&page, guest, s, err);
        return r < 0 ? r : report_page_take(&page, ret, err);
}
