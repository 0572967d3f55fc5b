/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `offwin vendor list` for programs: docs/man/offwin-json.5.scd describes it. */
#include "report/reports.h"

#include "report/json.h"

static void put_signs(struct report_json *json, json_t *o, const ow_vendor_pack *pack)
{
        json_t *array = report_json_array(json, o, "signs");

        for (size_t i = 0; i < pack->n_signs; i++) {
                const ow_vendor_sign *sign = &pack->signs[i];
                json_t *s = report_json_add_object(json, array);

                report_json_text(json, s, "kind", ow_vendor_kind_name(sign->kind));
                report_json_text(json, s, "name", sign->name);
                report_json_text(json, s, "where", sign->where);
                report_json_text(json, s, "detail", sign->detail);
                report_json_text(json, s, "section", ow_fix_pack_section(pack->fix, sign->section));
                report_json_bool(json, s, "counts", sign->counts);
                report_json_bool(json, s, "kept", sign->keep);
                if (sign->kind == OW_VENDOR_PROGRAM) {
                        report_json_text(json, s, "uninstall", sign->command);
                        report_json_bool(json, s, "uninstall_quiet", sign->quiet);
                }
                if (sign->start <= 4)
                        report_json_number(json, s, "start", sign->start);
                else
                        report_json_null(json, s, "start");
        }
}

static void put_pack(struct report_json *json, json_t *o, const ow_vendor_pack *pack, bool all)
{
        static const char *const states[] = {
                [OW_VENDOR_ABSENT] = "absent",
                [OW_VENDOR_POSSIBLE] = "possible",
                [OW_VENDOR_PRESENT] = "present",
        };

        report_json_text(json, o, "name", ow_fix_name(pack->fix));
        report_json_text(json, o, "product", ow_fix_pack_name(pack->fix));
        report_json_text(json, o, "kind", ow_vendor_role_name(ow_fix_pack_role(pack->fix)));
        report_json_text(json, o, "state", states[pack->state]);
        report_json_number(json, o, "signs_seen", pack->seen);
        report_json_number(json, o, "signs_needed", pack->needed);
        report_json_bool(json, o, "in_all", ow_fix_in_all(pack->fix));
        report_json_bool(json, o, "report_only", ow_fix_pack_report_only(pack->fix));
        put_signs(json, o, pack);
        if (all) {
                json_t *array = report_json_array(json, o, "looked_for");

                for (size_t i = 0; i < ow_fix_pack_section_count(pack->fix); i++)
                        report_json_add_text(json, array, ow_fix_pack_section(pack->fix, i));
        }
}

int report_vendor_json(ow_guest *guest, const ow_vendor_packs *packs, bool all, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("vendor-software");
        json_t *array;

        report_json_installation(&json, json.root, guest);
        array = report_json_array(&json, json.root, "packs");
        for (size_t i = 0; i < packs->count; i++)
                if (all || packs->items[i].state != OW_VENDOR_ABSENT)
                        put_pack(&json, report_json_add_object(&json, array), &packs->items[i], all);
        return report_json_take(&json, ret, err);
}
