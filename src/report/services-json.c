/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services as JSON: docs/man/offwin-json.5.scd. */
#include "report/services.h"

#include <string.h>

static void put_number(struct report_json *json, json_t *o, const char *key, uint32_t value)
{
        if (value == UINT32_MAX)
                report_json_null(json, o, key);
        else
                report_json_number(json, o, key, value);
}

static void put_start(struct report_json *json, json_t *o, const char *key, uint32_t start)
{
        if (start == UINT32_MAX)
                report_json_null(json, o, key);
        else
                report_json_text(json, o, key, ow_service_start_name(start));
}

static void put_registry(struct report_json *json, json_t *o, const ow_service *s)
{
        json_t *services, *groups;
        char type[REPORT_TYPE_TEXT];

        report_service_type(s, type);
        report_json_text(json, o, "name", s->name);
        report_json_text(json, o, "display_name", s->display_name);
        report_json_text(json, o, "description", s->description);
        report_json_text(json, o, "kind", type);
        put_number(json, o, "type", s->type);
        put_start(json, o, "start", s->start);
        put_start(json, o, "effective_start", s->effective_start);
        report_json_bool(json, o, "delayed", s->delayed);
        report_json_bool(json, o, "trigger_start", s->trigger_start);
        report_json_bool(json, o, "start_override", s->has_override);
        put_number(json, o, "error_control", s->error_control);
        report_json_text(json, o, "group", s->group);
        put_number(json, o, "tag", s->tag);
        report_json_text(json, o, "account", s->account);
        report_json_text(json, o, "image_path", s->image_path);
        report_json_text(json, o, "service_dll", s->service_dll);
        report_json_text(json, o, "file", s->file);
        report_json_text(json, o, "file_kind", report_image_kind(s->image_kind));
        services = report_json_array(json, o, "depends_on_services");
        groups = report_json_array(json, o, "depends_on_groups");
        for (size_t i = 0; s->depends_on && s->depends_on[i]; i++)
                if (s->depends_on[i][0] == '+')
                        report_json_add_text(json, groups, s->depends_on[i] + 1);
                else
                        report_json_add_text(json, services, s->depends_on[i]);
        report_json_text(json, o, "safe_mode", report_safe_boot(s->safe_minimal));
        report_json_text(json, o, "safe_mode_network", report_safe_boot(s->safe_network));
}

static int put_verdict(struct report_json *json, json_t *o, ow_guest *guest, const ow_service *s, ow_error *err)
{
        ow_service_verdict verdict;
        json_t *network;
        int r = ow_service_verdict_get(guest, s, &verdict, err);

        if (r < 0)
                return r;
        network = report_json_object(json, o, "network");
        report_json_text(json, network, "verdict", ow_network_verdict_name(verdict.verdict));
        report_json_text(json, network, "reason", verdict.reason);
        report_json_bool(json, network, "parkable", verdict.parkable);
        report_json_text(json, network, "objection", verdict.objection);
        return 0;
}

static int put_file(struct report_json *json, json_t *o, ow_guest *guest, const ow_service *s, ow_error *err)
{
        enum ow_service_origin origin;
        const char *evidence;
        ow_service_file file;
        json_t *f;
        int r = ow_service_file_get(guest, s, &file, err);

        if (r >= 0)
                r = ow_service_origin_get(guest, s, true, &origin, &evidence, err);
        if (r < 0)
                return r;
        f = report_json_object(json, o, "file_facts");
        report_json_text(json, f, "state", report_service_file_state(file.state));
        report_json_text(json, f, "why", file.why);
        report_json_number(json, f, "size", file.size);
        report_json_number(json, f, "machine", file.machine);
        report_json_text(json, f, "version", file.version);
        report_json_text(json, f, "version_text", file.version_text);
        report_json_text(json, f, "product_version", file.product_version);
        report_json_text(json, f, "company", file.company);
        report_json_text(json, f, "product", file.product);
        report_json_text(json, f, "description", file.description);
        report_json_text(json, f, "original_name", file.original_name);
        report_json_text(json, o, "origin", ow_service_origin_name(origin));
        report_json_text(json, o, "origin_evidence", evidence);
        return 0;
}

static int put_texts(struct report_json *json, json_t *o, ow_guest *guest, const ow_service *s, ow_error *err)
{
        const char *text;
        int r = ow_service_text(guest, s, s->display_name, &text, err);

        if (r < 0)
                return r;
        report_json_text(json, o, "display_text", text);
        r = ow_service_text(guest, s, s->description, &text, err);
        if (r < 0)
                return r;
        report_json_text(json, o, "description_text", text);
        return 0;
}

static void put_triggers(struct report_json *json, json_t *o, const ow_service *s)
{
        json_t *array = report_json_array(json, o, "triggers"), *failure, *actions;

        for (size_t i = 0; i < s->n_triggers; i++) {
                const ow_service_trigger *t = &s->triggers[i];
                json_t *one = report_json_add_object(json, array);

                put_number(json, one, "kind", t->kind);
                report_json_text(json, one, "action",
                                 t->action == OW_TRIGGER_STARTS  ? "start"
                                 : t->action == OW_TRIGGER_STOPS ? "stop"
                                                                 : "?");
                report_json_guid(json, one, "subtype", t->subtype);
                report_json_text(json, one, "when", t->what);
                report_json_text(json, one, "data", t->data);
        }
        failure = report_json_object(json, o, "failure");
        report_json_number(json, failure, "reset_seconds", s->failure_reset);
        report_json_bool(json, failure, "also_on_error", s->failure_on_error);
        report_json_text(json, failure, "command", s->failure_command);
        actions = report_json_array(json, failure, "actions");
        for (size_t i = 0; i < s->n_failures; i++) {
                json_t *one = report_json_add_object(json, actions);

                report_json_text(json, one, "action", report_failure_kind(s->failures[i].kind));
                report_json_number(json, one, "delay_ms", s->failures[i].delay_ms);
        }
        put_number(json, o, "launch_protected", s->launch_protected);
        put_number(json, o, "sid_type", s->sid_type);
}

static int put_neighbours(struct report_json *json, json_t *o, ow_guest *guest, const ow_service *s, ow_error *err)
{
        const ow_service_filter *filters;
        const ow_service_graph *graph;
        json_t *by, *array;
        size_t n;
        int r = ow_guest_service_graph(guest, s->control_set, &graph, err);

        if (r >= 0)
                r = ow_guest_service_filters(guest, s->control_set, &filters, &n, err);
        if (r < 0)
                return r;
        by = report_json_array(json, o, "needed_by");
        for (size_t i = 0; i < graph->nodes[s->index].n_needed_by; i++) {
                const ow_service_node *node = &graph->nodes[graph->nodes[s->index].needed_by[i]];

                if (node->kind == OW_NODE_SERVICE)
                        report_json_add_text(json, by, node->name);
        }
        array = report_json_array(json, o, "filters");
        for (size_t i = 0; i < n; i++) {
                json_t *one;

                if (strcasecmp(filters[i].service, s->name) != 0)
                        continue;
                one = report_json_add_object(json, array);
                report_json_text(json, one, "kind", ow_filter_kind_name(filters[i].kind));
                report_json_text(json, one, "key", filters[i].key);
                report_json_text(json, one, "value", filters[i].value);
                report_json_text(json, one, "entry", filters[i].entry);
                report_json_text(json, one, "of", filters[i].what);
                report_json_number(json, one, "position", filters[i].position);
        }
        return 0;
}

int report_service_json(struct report_json *json, json_t *object, ow_guest *guest, const ow_service *s, bool full,
                        ow_error *err)
{
        int r;

        put_registry(json, object, s);
        r = put_verdict(json, object, guest, s, err);
        if (r < 0 || !full)
                return r;
        r = put_texts(json, object, guest, s, err);
        if (r >= 0)
                r = put_file(json, object, guest, s, err);
        if (r < 0)
                return r;
        put_triggers(json, object, s);
        return put_neighbours(json, object, guest, s, err);
}

static void put_problems(struct report_json *json, ow_guest *guest)
{
        json_t *problems = report_json_array(json, json->root, "problems");

        for (size_t i = 0; i < ow_guest_problem_count(guest); i++)
                report_json_add_text(json, problems, ow_guest_problem(guest, i));
}

int report_services_json(ow_guest *guest, const ow_service_list *list, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("services");
        json_t *array;

        report_json_installation(&json, json.root, guest);
        report_json_number(&json, json.root, "control_set", list->control_set);
        array = report_json_array(&json, json.root, "services");
        for (size_t i = 0; i < list->count; i++) {
                int r = report_service_json(&json, report_json_add_object(&json, array), guest, list->items[i],
                                            list->full, err);

                if (r < 0)
                        return r;
        }
        put_problems(&json, guest);
        return report_json_take(&json, ret, err);
}

int report_service_show_json(ow_guest *guest, const ow_service *s, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("service");
        json_t *object;
        int r;

        report_json_installation(&json, json.root, guest);
        report_json_number(&json, json.root, "control_set", s->control_set);
        object = report_json_object(&json, json.root, "service");
        r = report_service_json(&json, object, guest, s, true, err);
        if (r < 0)
                return r;
        put_problems(&json, guest);
        return report_json_take(&json, ret, err);
}

/* ---- the graph ---- */

static void put_node(struct report_json *json, json_t *array, const ow_service_graph *graph, size_t i)
{
        static const char *const kinds[] = { "service", "group", "missing" };
        const ow_service_node *node = &graph->nodes[i];
        json_t *o = report_json_add_object(json, array), *needs;

        report_json_text(json, o, "name", node->name);
        report_json_text(json, o, "kind", kinds[node->kind]);
        report_json_number(json, o, "cycle", node->cycle);
        put_number(json, o, "group_rank", node->group_rank);
        put_number(json, o, "tag_rank", node->tag_rank);
        needs = report_json_array(json, o, "needs");
        for (size_t k = 0; k < node->n_needs; k++) {
                json_t *one = report_json_add_object(json, needs);

                report_json_text(json, one, "name", graph->nodes[node->needs[k]].name);
                report_json_text(json, one, "kind", kinds[graph->nodes[node->needs[k]].kind]);
        }
}

int report_service_graph_json(ow_guest *guest, uint32_t control_set, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("service-graph");
        const ow_service_graph *graph;
        json_t *array;
        int r = ow_guest_service_graph(guest, control_set, &graph, err);

        if (r < 0)
                return r;
        report_json_installation(&json, json.root, guest);
        report_json_number(&json, json.root, "n_cycles", graph->n_cycles);
        report_json_number(&json, json.root, "n_missing", graph->n_missing);
        array = report_json_array(&json, json.root, "nodes");
        for (size_t i = 0; i < graph->n_nodes; i++)
                put_node(&json, array, graph, i);
        array = report_json_array(&json, json.root, "order");
        for (size_t i = 0; i < graph->n_order; i++)
                report_json_add_text(&json, array, graph->nodes[graph->order[i]].name);
        return report_json_take(&json, ret, err);
}
