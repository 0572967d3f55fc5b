/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the changes of a plan mean for network adapters, and which way each setting takes effect. */
#include <string.h>

#include <offwin/addressing.h>

#include "report/changes.h"
#include "report/json.h"
#include "report/text.h"

static const char *effect_text(enum ow_effect effect)
{
        switch (effect) {
        case OW_EFFECT_OFFLINE:
                return "offline";
        case OW_EFFECT_FIRST_BOOT:
                return "at the first boot";
        case OW_EFFECT_BOTH:
                return "offline, and again at the first boot";
        }
        return "";
}

void report_put_settings(struct report_page *page, const ow_plan *plan)
{
        size_t n = plan ? ow_plan_setting_count(plan) : 0, width = 0;

        for (size_t i = 0; i < n; i++) {
                const ow_plan_setting *s = ow_plan_setting_get(plan, i);
                size_t w = report_width(s->name) + 1 + report_width(s->value);

                width = w > width && w <= 48 ? w : width;
        }
        for (size_t i = 0; i < n; i++) {
                const ow_plan_setting *s = ow_plan_setting_get(plan, i);
                const ow_plan_setting *last = i ? ow_plan_setting_get(plan, i - 1) : NULL;
                size_t w = report_width(s->name) + 1 + report_width(s->value);

                if (!last || strcmp(last->adapter, s->adapter) != 0) {
                        report_put(page, "\n");
                        report_put_styled(page, REPORT_BOLD, s->adapter);
                        report_put(page, "\n");
                }
                report_put_spaces(page, 4);
                report_put_guest(page, s->name);
                report_put_spaces(page, 1);
                report_put_guest(page, s->value);
                report_put_spaces(page, 2 + (w < width ? width - w : 0));
                report_put(page, effect_text(s->effect));
                report_put(page, "\n");
        }
}

void report_json_settings(struct report_json *json, const ow_plan *plan)
{
        size_t n = plan ? ow_plan_setting_count(plan) : 0;
        json_t *array;

        if (!plan)
                return;
        array = report_json_array(json, json->root, "settings");
        for (size_t i = 0; i < n; i++) {
                const ow_plan_setting *s = ow_plan_setting_get(plan, i);
                json_t *o = report_json_add_object(json, array);

                report_json_text(json, o, "adapter", s->adapter);
                report_json_text(json, o, "name", s->name);
                report_json_text(json, o, "value", s->value);
                report_json_text(json, o, "effect", ow_effect_name(s->effect));
        }
}
