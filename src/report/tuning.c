/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the drivers of network cards do, and the switches of TCP/IP, for people and for programs. */
#include <inttypes.h>
#include <stdio.h>

#include <offwin/report.h>
#include <offwin/tuning.h>

#include "base/buffer.h"
#include "report/facts.h"
#include "report/json.h"
#include "report/text.h"

enum { NAME_WIDTH = 27, VALUE_WIDTH = 8, SWITCH_WIDTH = 15 };

/* ---- text ---- */

static void put_range(const ow_keyword *k, ow_buffer *line)
{
        for (size_t i = 0; i < k->n_choices; i++)
                ow_buffer_printf(line, "%s%s %s", i ? ", " : "; takes ", k->choices[i].value, k->choices[i].text);
        if (k->n_choices == 0 && k->has_range)
                ow_buffer_printf(line, "; takes %" PRId64 " to %" PRId64, k->min, k->max);
}

static void put_keyword(struct report_page *page, const ow_keyword *k)
{
        const ow_keyword_rule *rule = ow_keyword_rule_find(k->name);
        const char *safe = ow_keyword_safe(k), *choice = ow_keyword_choice_text(k);
        size_t indent = 2 + NAME_WIDTH + 1 + VALUE_WIDTH + 1;
        ow_buffer line = OW_BUFFER_INIT;

        if (!k->set && !page->verbose)
                return;
        ow_buffer_put_text(&line, k->description[0] ? k->description : rule ? rule->meaning : "");
        if (choice[0])
                ow_buffer_printf(&line, "%s%s", line.len ? ": " : "", choice);
        if (!k->set)
                ow_buffer_printf(&line, "%snot set", line.len ? "; " : "");
        if (k->set && !k->value[0])
                ow_buffer_printf(&line, "%sempty", line.len ? ": " : "");
        if (k->set && k->type != OW_REG_SZ && (rule || k->declared))
                ow_buffer_printf(&line, "%snot text, as drivers read it", line.len ? "; " : "");
        if (page->verbose)
                put_range(k, &line);
        if (safe) {
                ow_buffer_printf(&line, "%s--safe %s%s", line.len ? "; " : "", safe[0] ? "sets " : "removes it",
                                 safe);
                if (page->verbose)
                        ow_buffer_printf(&line, ": %s", rule->reason);
        }
        report_put_spaces(page, 2);
        report_put_padded(page, k->name, NAME_WIDTH);
        report_put_spaces(page, 1);
        if (line.len == 0) {
                report_put_guest(page, k->value);
                report_put(page, "\n");
                return;
        }
        report_put_padded(page, k->set ? k->value : "", VALUE_WIDTH);
        report_put_spaces(page, 1);
        if (safe)
                report_put_style(page, REPORT_WARN);
        report_put_line(page, indent, &line);
        report_put_style(page, REPORT_PLAIN);
}

static int put_adapter(struct report_page *page, ow_guest *guest, const ow_network *network, size_t index,
                       ow_error *err)
{
        const ow_adapter *a = &network->adapters[index];
        ow_tuning *tuning = NULL;
        size_t n_set = 0;
        int r = ow_tuning_load(guest, network, index, &tuning, err);

        if (r < 0)
                return r;
        report_put(page, "\n");
        report_put_styled(page, REPORT_BOLD, a->name[0] ? a->name : a->guid);
        if (a->verdict.presence == OW_PRESENCE_GHOST)
                report_put(page, "  (ghost: set only by its name)");
        report_put(page, "\n  ");
        report_put_wrapped(page, 2, a->description);
        for (size_t i = 0; i < tuning->n_keywords; i++) {
                put_keyword(page, &tuning->keywords[i]);
                n_set += tuning->keywords[i].set;
        }
        if (n_set == 0)
                report_put(page, tuning->n_keywords ? "  Nothing is set; -v lists what the driver declares.\n"
                                                    : "  Nothing is set, and its driver declares nothing.\n");
        ow_tuning_free(tuning);
        return 0;
}

static int put_switches(struct report_page *page, ow_guest *guest, ow_error *err)
{
        report_put(page, "\n");
        report_put_styled(page, REPORT_BOLD, "TCP/IP, for all cards");
        report_put(page, "\n");
        for (size_t i = 0; i < ow_tcp_switch_count(); i++) {
                ow_buffer line = OW_BUFFER_INIT;
                ow_tcp_switch s;
                int r = ow_tcp_switch_get(guest, i, &s, err);

                if (r < 0)
                        return r;
                if (s.place == OW_TCP_ABSENT)
                        continue;
                if (s.place == OW_TCP_OFFLINE)
                        ow_buffer_printf(&line, "%s; %s", s.on.set ? s.on.value ? "on" : "off" : "Windows' default",
                                         s.meaning);
                else if (s.waiting[0])
                        ow_buffer_printf(&line, "%s at the first boot; %s", s.waiting, s.meaning);
                else
                        ow_buffer_printf(&line, "not read offline; %s", s.meaning);
                report_put_spaces(page, 2);
                report_put_padded(page, s.name, SWITCH_WIDTH);
                report_put_line(page, 2 + SWITCH_WIDTH, &line);
        }
        return 0;
}

/* ---- JSON ---- */

static void json_keyword(struct report_json *json, json_t *array, const ow_keyword *k)
{
        const ow_keyword_rule *rule = ow_keyword_rule_find(k->name);
        const char *safe = ow_keyword_safe(k);
        json_t *o = report_json_add_object(json, array), *choices;

        report_json_text(json, o, "name", k->name);
        if (rule)
                report_json_text(json, o, "word", rule->word);
        else
                report_json_null(json, o, "word");
        if (k->set)
                report_json_text(json, o, "value", k->value);
        else
                report_json_null(json, o, "value");
        report_json_bool(json, o, "declared", k->declared);
        report_json_text(json, o, "description", k->description);
        report_json_text(json, o, "default", k->normal);
        choices = report_json_array(json, o, "choices");
        for (size_t i = 0; i < k->n_choices; i++) {
                json_t *one = report_json_add_object(json, choices);

                report_json_text(json, one, "value", k->choices[i].value);
                report_json_text(json, one, "text", k->choices[i].text);
        }
        if (safe) {
                report_json_text(json, o, "safe", safe);
                report_json_text(json, o, "safe_reason", rule->reason);
        } else {
                report_json_null(json, o, "safe");
        }
}

static int json_adapter(struct report_json *json, json_t *array, ow_guest *guest, const ow_network *network,
                        size_t index, ow_error *err)
{
        const ow_adapter *a = &network->adapters[index];
        ow_tuning *tuning = NULL;
        json_t *o, *keywords;
        int r = ow_tuning_load(guest, network, index, &tuning, err);

        if (r < 0)
                return r;
        o = report_json_add_object(json, array);
        report_json_text(json, o, "name", a->name);
        report_json_text(json, o, "guid", a->guid);
        report_json_text(json, o, "description", a->description);
        report_json_text(json, o, "presence", ow_presence_name(a->verdict.presence));
        report_json_text(json, o, "key", tuning->key);
        keywords = report_json_array(json, o, "keywords");
        for (size_t i = 0; i < tuning->n_keywords; i++)
                json_keyword(json, keywords, &tuning->keywords[i]);
        ow_tuning_free(tuning);
        return 0;
}

static int json_switches(struct report_json *json, ow_guest *guest, ow_error *err)
{
        static const char *const places[] = {
                [OW_TCP_OFFLINE] = "offline", [OW_TCP_FIRST_BOOT] = "first boot", [OW_TCP_ABSENT] = "absent"
        };
        json_t *array = report_json_array(json, json->root, "tcp");

        for (size_t i = 0; i < ow_tcp_switch_count(); i++) {
                json_t *o = report_json_add_object(json, array);
                ow_tcp_switch s;
                int r = ow_tcp_switch_get(guest, i, &s, err);

                if (r < 0)
                        return r;
                report_json_text(json, o, "name", s.name);
                report_json_text(json, o, "meaning", s.meaning);
                report_json_text(json, o, "place", places[s.place]);
                if (s.on.set)
                        report_json_bool(json, o, "on", s.on.value);
                else
                        report_json_null(json, o, "on");
                if (s.waiting[0])
                        report_json_text(json, o, "waiting", s.waiting);
                else
                        report_json_null(json, o, "waiting");
        }
        return 0;
}

/* ---- both ---- */

typedef int (*each_fn)(void *state, size_t index, ow_error *err);

static int each(const ow_network *network, const size_t *indices, size_t n_indices, each_fn fn, void *state,
                ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < n_indices && indices && r == 0; i++)
                r = fn(state, indices[i], err);
        for (size_t i = 0; i < network->n_adapters && !indices && r == 0; i++)
                if (network->adapters[i].hardware_device)
                        r = fn(state, i, err);
        return r;
}

struct text_state {
        struct report_page *page;
        ow_guest *guest;
        const ow_network *network;
};

static int text_one(void *state, size_t index, ow_error *err)
{
        struct text_state *s = state;

        return put_adapter(s->page, s->guest, s->network, index, err);
}

struct json_state {
        struct report_json *json;
        json_t *array;
        ow_guest *guest;
        const ow_network *network;
};

static int json_one(void *state, size_t index, ow_error *err)
{
        struct json_state *s = state;

        return json_adapter(s->json, s->array, s->guest, s->network, index, err);
}

static int tuning_json(ow_guest *guest, const ow_network *network, const size_t *indices, size_t n_indices,
                       char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("tuning");
        struct json_state state = { &json, NULL, guest, network };
        int r;

        report_json_installation(&json, json.root, guest);
        state.array = report_json_array(&json, json.root, "adapters");
        r = each(network, indices, n_indices, json_one, &state, err);
        if (r == 0)
                r = json_switches(&json, guest, err);
        return r < 0 ? r : report_json_take(&json, ret, err);
}

int ow_report_tuning(ow_guest *guest, const ow_network *network, const size_t *indices, size_t n_indices,
                     const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        struct text_state state = { &page, guest, network };
        int r;

        if (options && options->format == OW_REPORT_HTML)
                return report_no_html(err);
        if (options && options->format == OW_REPORT_JSON)
                return tuning_json(guest, network, indices, n_indices, ret, err);
        report_put_heading(&page, guest);
        if (network->old_layout)
                report_put(&page, "\nWindows NT 4 has no standard settings of network cards: each driver has its\n"
                                  "own, in Services\\<card>\\Parameters.\n");
        r = network->old_layout ? 0 : each(network, indices, n_indices, text_one, &state, err);
        if (r == 0 && !network->old_layout)
                r = put_switches(&page, guest, err);
        return r < 0 ? r : report_page_take(&page, ret, err);
}
