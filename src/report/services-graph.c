/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who needs whom, for people, for Graphviz, and the order in which a boot loads it all. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "report/services.h"
#include "report/text.h"

enum { MAX_LISTED = 200 };

static const char *mark_of(const ow_service_node *node)
{
        return node->kind == OW_NODE_GROUP ? "group " : "";
}

static void put_needs(struct report_page *page, const ow_service_graph *graph, const ow_service_node *node)
{
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;

        ow_buffer_printf(&line, "%s needs ", node->name);
        for (size_t i = 0; i < node->n_needs; i++) {
                const ow_service_node *need = &graph->nodes[node->needs[i]];

                ow_buffer_printf(&line, "%s%s%s%s", i ? ", " : "", mark_of(need), need->name,
                                 ow_service_node_missing(need) ? " (missing)" : "");
        }
        text = ow_buffer_take_text(&line);
        if (text)
                report_put_wrapped(page, 8, text);
        else
                page->text.failed = true;
}

static void put_cycles(struct report_page *page, const ow_service_graph *graph)
{
        for (size_t cycle = 1; cycle <= graph->n_cycles && cycle <= MAX_LISTED; cycle++) {
                OW_AUTO_BUFFER line = OW_BUFFER_INIT;
                OW_AUTO_FREE char *text = NULL;
                size_t n = 0;

                for (size_t i = 0; i < graph->n_services; i++) {
                        if (graph->nodes[i].cycle != cycle)
                                continue;
                        if (n < MAX_LISTED)
                                ow_buffer_printf(&line, "%s%s", n ? ", " : "! need each other, so none starts: ",
                                                 graph->nodes[i].name);
                        n++;
                }
                if (n > MAX_LISTED)
                        ow_buffer_printf(&line, " and %zu more", n - MAX_LISTED);
                text = ow_buffer_take_text(&line);
                if (text)
                        report_put_wrapped(page, 2, text);
                else
                        page->text.failed = true;
        }
}

static int graph_text(const ow_service_graph *graph, const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);

        for (size_t i = 0; i < graph->n_services; i++)
                if (graph->nodes[i].n_needs)
                        put_needs(&page, graph, &graph->nodes[i]);
        put_cycles(&page, graph);
        report_put_style(&page, REPORT_DIM);
        report_printf(&page, "%zu services and drivers, %zu needs, %zu missing, %zu %s\n", graph->n_services,
                      graph->n_edges, graph->n_missing, graph->n_cycles, graph->n_cycles == 1 ? "circle" : "circles");
        report_put_style(&page, REPORT_PLAIN);
        return report_page_take(&page, ret, err);
}

/* ---- load order ---- */

static int order_text(const ow_service_graph *graph, const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);

        for (size_t i = 0; i < graph->n_order; i++) {
                const ow_service *s = graph->nodes[graph->order[i]].service;
                char number[REPORT_NUMBER_TEXT], start[REPORT_START_TEXT];

                (void)snprintf(number, sizeof number, "%zu", i + 1);
                report_service_start(s, start);
                report_put_right(&page, number, 5);
                report_put_spaces(&page, 2);
                report_put_padded(&page, s->name, 30);
                report_put_spaces(&page, 2);
                report_put_padded(&page, start, s->group[0] ? 16 : 0);
                if (s->group[0]) {
                        report_put_spaces(&page, 2);
                        report_put_guest(&page, s->group);
                }
                report_put(&page, "\n");
        }
        return report_page_take(&page, ret, err);
}

/* ---- Graphviz ---- */

/* A quoted DOT name: report_escape() takes control characters, '"' and '\' are ours to escape. */
static void put_name(struct report_page *page, const ow_service_node *node)
{
        OW_AUTO_BUFFER plain = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;

        if (node->kind == OW_NODE_GROUP)
                ow_buffer_put_byte(&plain, '+');
        report_escape(node->name, &plain);
        text = ow_buffer_take_text(&plain);
        page->text.failed |= !text;
        report_put(page, "\"");
        for (const char *c = text; c && *c; c++) {
                if (*c == '"' || *c == '\\')
                        report_put(page, "\\");
                ow_buffer_put_byte(&page->text, (uint8_t)*c);
        }
        report_put(page, "\"");
}

static const char *shape_of(const ow_service_node *node)
{
        if (node->kind == OW_NODE_GROUP)
                return ow_service_node_missing(node) ? "shape=folder, style=dashed, color=red" : "shape=folder";
        if (node->kind == OW_NODE_MISSING)
                return "shape=box, style=dashed, color=red";
        if (node->cycle)
                return "shape=box, color=red";
        return ow_service_is_driver(node->service) ? "shape=ellipse" : "shape=box";
}

static int graph_dot(const ow_service_graph *graph, const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);

        report_put(&page, "digraph services {\n        rankdir=LR;\n");
        for (size_t i = 0; i < graph->n_nodes; i++) {
                const ow_service_node *node = &graph->nodes[i];

                if (!node->n_needs && !node->n_needed_by)
                        continue;
                report_put_spaces(&page, 8);
                put_name(&page, node);
                report_printf(&page, " [%s];\n", shape_of(node));
                for (size_t k = 0; k < node->n_needs; k++) {
                        report_put_spaces(&page, 8);
                        put_name(&page, node);
                        report_put(&page, " -> ");
                        put_name(&page, &graph->nodes[node->needs[k]]);
                        report_put(&page, node->kind == OW_NODE_GROUP ? " [style=dotted];\n" : ";\n");
                }
        }
        report_put(&page, "}\n");
        return report_page_take(&page, ret, err);
}

int ow_report_service_graph(ow_guest *guest, uint32_t control_set, enum ow_graph_form form,
                            const ow_report_options *options, char **ret, ow_error *err)
{
        const ow_service_graph *graph;
        int r;

        if (options && options->format == OW_REPORT_HTML)
                return report_no_html(err);
        if (form != OW_GRAPH_DOT && options && options->format == OW_REPORT_JSON)
                return report_service_graph_json(guest, control_set, ret, err);
        r = ow_guest_service_graph(guest, control_set, &graph, err);
        if (r < 0)
                return r;
        if (form == OW_GRAPH_DOT)
                return graph_dot(graph, options, ret, err);
        return form == OW_GRAPH_ORDER ? order_text(graph, options, ret, err) : graph_text(graph, options, ret, err);
}
