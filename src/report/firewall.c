/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `offwin net firewall`: profiles, and the rules that the new machine leaves without an object. */
#include <stdio.h>

#include <offwin/firewall.h>

#include "base/buffer.h"

#include "report/facts.h"
#include "report/network.h"

enum { LABEL = 10, INDENT = 2 };

/* ---- JSON ---- */

/* null: it cannot be told. */
static void json_gone(struct report_json *json, json_t *object, const char *key, enum ow_firewall_object state)
{
        if (state == OW_FIREWALL_UNKNOWN)
                report_json_null(json, object, key);
        else
                report_json_bool(json, object, key, state == OW_FIREWALL_GONE);
}

static void json_rule(struct report_json *json, json_t *array, const ow_firewall_rule *rule)
{
        json_t *o = report_json_add_object(json, array);

        report_json_text(json, o, "key", rule->where);
        report_json_text(json, o, "id", rule->id);
        report_json_text(json, o, "name", rule->name);
        report_json_bool(json, o, "active", rule->active);
        report_json_bool(json, o, "allow", rule->allow);
        report_json_bool(json, o, "inbound", rule->inbound);
        report_json_bool(json, o, "policy", rule->policy);
        report_json_text(json, o, "program", rule->program);
        report_json_text(json, o, "service", rule->service);
        report_json_text(json, o, "profiles", rule->profiles);
        if (rule->protocol == OW_FIREWALL_ANY_PROTOCOL)
                report_json_null(json, o, "protocol");
        else
                report_json_number(json, o, "protocol", rule->protocol);
        report_json_text(json, o, "ports", rule->ports);
        report_json_texts(json, o, "adapters", rule->adapters);
        json_gone(json, o, "program_gone", rule->program_state);
        json_gone(json, o, "adapters_gone", rule->adapter_state);
        report_json_bool(json, o, "left_over", ow_firewall_rule_left_over(rule));
}

static int firewall_json(ow_guest *guest, const ow_firewall *firewall, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("firewall");
        json_t *array;

        report_json_installation(&json, json.root, guest);
        array = report_json_array(&json, json.root, "profiles");
        for (size_t i = 0; i < firewall->n_profiles; i++) {
                json_t *o = report_json_add_object(&json, array);

                report_json_text(&json, o, "name", firewall->profiles[i].name);
                report_json_setting(&json, o, "enabled", firewall->profiles[i].enabled);
                report_json_texts(&json, o, "off_for", firewall->profiles[i].off);
        }
        array = report_json_array(&json, json.root, "rules");
        for (size_t i = 0; i < firewall->n_rules; i++)
                json_rule(&json, array, &firewall->rules[i]);
        return report_json_take(&json, ret, err);
}

/* ---- text ---- */

static void put_texts(ow_buffer *line, ow_texts list)
{
        for (size_t i = 0; i < list.count; i++)
                ow_buffer_printf(line, "%s%s", i ? " " : "", list.items[i]);
}

static void put_rule(struct report_page *page, const ow_firewall_rule *rule)
{
        bool gone = rule->program_state == OW_FIREWALL_GONE;
        ow_buffer line = OW_BUFFER_INIT;

        ow_buffer_printf(&line, "%s: %s, %s%s%s%s%s%s%s", rule->name, rule->allow ? "allow" : "block",
                         rule->inbound ? "in" : "out", rule->ports[0] ? ", port " : "", rule->ports,
                         rule->profiles[0] ? ", " : "", rule->profiles, rule->policy ? ", Group Policy" : "",
                         rule->active ? "" : " (off)");
        report_put_spaces(page, INDENT);
        report_put_line(page, INDENT, &line);
        if (gone || rule->adapter_state == OW_FIREWALL_GONE)
                report_put_style(page, REPORT_WARN);
        if (rule->program[0]) {
                ow_buffer_printf(&line, "%s%s", rule->program, gone ? ": not there" : "");
                report_put_spaces(page, 2 * INDENT);
                report_put_line(page, 2 * INDENT, &line);
        }
        if (rule->adapters.count) {
                ow_buffer_put_text(&line, "only on ");
                put_texts(&line, rule->adapters);
                ow_buffer_put_text(&line, rule->adapter_state == OW_FIREWALL_GONE ? ": gone" : "");
                report_put_spaces(page, 2 * INDENT);
                report_put_line(page, 2 * INDENT, &line);
        }
        report_put_style(page, REPORT_PLAIN);
}

static void put_profiles(struct report_page *page, const ow_firewall *firewall)
{
        for (size_t i = 0; i < firewall->n_profiles; i++) {
                const ow_firewall_profile *profile = &firewall->profiles[i];
                ow_buffer line = OW_BUFFER_INIT;

                ow_buffer_put_text(&line, profile->enabled.set && !profile->enabled.value ? "off" : "on");
                if (profile->off.count)
                        ow_buffer_put_text(&line, ", but off on ");
                put_texts(&line, profile->off);
                report_put_field_line(page, INDENT, LABEL, profile->name, &line);
        }
}

static int firewall_text(ow_guest *guest, const ow_firewall *firewall, const ow_report_options *options, char **ret,
                         ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        size_t n_active = 0, n_left = 0;

        report_put_heading(&page, guest);
        report_put(&page, "\n");
        report_put_styled(&page, REPORT_BOLD, "Windows Firewall");
        report_put(&page, firewall->n_profiles ? "\n" : "\n  This Windows has none.\n");
        put_profiles(&page, firewall);
        for (size_t i = 0; i < firewall->n_rules; i++) {
                n_active += firewall->rules[i].active;
                n_left += ow_firewall_rule_left_over(&firewall->rules[i]);
        }
        if (firewall->n_rules)
                report_printf(&page,
                              "\n  %zu rules, %zu of them active; %zu of these for programs or adapters that are "
                              "gone\n",
                              firewall->n_rules, n_active, n_left);
        if (n_left || page.verbose)
                report_put(&page, "\n");
        for (size_t i = 0; i < firewall->n_rules; i++)
                if (page.verbose || ow_firewall_rule_left_over(&firewall->rules[i]))
                        put_rule(&page, &firewall->rules[i]);
        if (firewall->n_rules && !page.verbose)
                report_put(&page, "  All rules: -v\n");
        return report_page_take(&page, ret, err);
}

int ow_report_firewall(ow_guest *guest, const ow_firewall *firewall, const ow_report_options *options, char **ret,
                       ow_error *err)
{
        if (options && options->format == OW_REPORT_HTML)
                return report_no_html(err);
        if (options && options->format == OW_REPORT_JSON)
                return firewall_json(guest, firewall, ret, err);
        return firewall_text(guest, firewall, options, ret, err);
}
