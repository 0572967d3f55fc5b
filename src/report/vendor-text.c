/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `offwin vendor list` for people: what is installed, pack by pack, each with the signs it was recognised by; then
 * what is only possible. With all: what is not there, and every section that found nothing.
 */
#include "report/reports.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/buffer.h"

#include "report/facts.h"
#include "report/text.h"

enum { KIND_COLUMN = 10, NAME_COLUMN = 24 };

static const char *start_of(const ow_vendor_sign *sign)
{
        static const char *const names[] = { "boot", "system", "auto", "demand", "disabled" };

        return sign->start < sizeof names / sizeof names[0] ? names[sign->start] : "";
}

/* What a thing says of itself, how it starts, and what is done with it; the caller's. NULL: no memory. */
static char *remark_of(const struct report_page *page, const ow_vendor_sign *sign)
{
        OW_AUTO_BUFFER remark = OW_BUFFER_INIT;

        ow_buffer_put_text(&remark, sign->detail);
        if (start_of(sign)[0])
                ow_buffer_printf(&remark, "%s%s", remark.len ? "; " : "", start_of(sign));
        if (sign->keep)
                ow_buffer_printf(&remark, "%sleft as it is", remark.len ? "; " : "");
        if (page->verbose && sign->command[0])
                ow_buffer_printf(&remark, "%suninstall%s: %s", remark.len ? "; " : "", sign->quiet ? "" : " (asks)",
                                 sign->command);
        if (page->verbose)
                ow_buffer_printf(&remark, "%s%s%s", remark.len ? "; " : "", sign->where,
                                 sign->counts ? "" : "; does not count");
        return ow_buffer_take_text(&remark);
}

static int put_sign(struct report_page *page, const ow_vendor_sign *sign, ow_error *err)
{
        size_t indent = 2 + KIND_COLUMN + 2;
        OW_AUTO_FREE char *text = NULL;

        report_put_spaces(page, 2);
        report_put_padded(page, ow_vendor_kind_name(sign->kind), KIND_COLUMN);
        report_put_spaces(page, 2);
        text = remark_of(page, sign);
        if (!text)
                return ow_fail_nomem(err);
        if (report_width(sign->name) <= NAME_COLUMN && text[0]) {
                report_put_padded(page, sign->name, NAME_COLUMN + 2);
                indent += NAME_COLUMN + 2;
        } else {
                report_put_wrapped(page, indent, sign->name);
                report_put_spaces(page, text[0] ? indent + 2 : 0);
                indent += 2;
        }
        report_put_style(page, REPORT_DIM);
        if (text[0])
                report_put_wrapped(page, indent, text);
        report_put_style(page, REPORT_PLAIN);
        return 0;
}

static void put_unseen(struct report_page *page, const ow_vendor_pack *pack)
{
        for (size_t s = 0; s < ow_fix_pack_section_count(pack->fix); s++) {
                size_t i = 0;

                while (i < pack->n_signs && pack->signs[i].section != s)
                        i++;
                if (i < pack->n_signs)
                        continue;
                report_put_style(page, REPORT_DIM);
                report_put(page, "  not seen    ");
                report_put_guest(page, ow_fix_pack_section(pack->fix, s));
                report_put(page, "\n");
                report_put_style(page, REPORT_PLAIN);
        }
}

static int put_pack(struct report_page *page, const ow_vendor_pack *pack, bool all, ow_error *err)
{
        char seen[80];
        int r = 0;

        report_put(page, "\n");
        report_put_styled(page, pack->state == OW_VENDOR_PRESENT ? REPORT_WARN : REPORT_BOLD, ow_fix_name(pack->fix));
        report_put(page, "  ");
        report_put_guest(page, ow_fix_pack_name(pack->fix));
        (void)snprintf(seen, sizeof seen, "\n  %s, %zu sign%s of %zu needed",
                       ow_vendor_role_name(ow_fix_pack_role(pack->fix)), pack->seen, pack->seen == 1 ? "" : "s",
                       pack->needed);
        report_put(page, seen);
        report_put(page, ow_fix_pack_report_only(pack->fix) ? "; reported only\n"
                         : ow_fix_in_all(pack->fix)         ? "; part of `fix --all`\n"
                                                            : "; acted on when named\n");
        for (size_t i = 0; i < pack->n_signs && r == 0; i++)
                r = put_sign(page, &pack->signs[i], err);
        if (all)
                put_unseen(page, pack);
        return r;
}

static int put_state(struct report_page *page, const ow_vendor_packs *packs, enum ow_vendor_state state, bool all,
                     ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < packs->count && r == 0; i++)
                if (packs->items[i].state == state)
                        r = put_pack(page, &packs->items[i], all, err);
        return r;
}

static size_t count_of(const ow_vendor_packs *packs, enum ow_vendor_state state)
{
        size_t n = 0;

        for (size_t i = 0; i < packs->count; i++)
                n += packs->items[i].state == state;
        return n;
}

int report_vendor_text(ow_guest *guest, const ow_vendor_packs *packs, bool all, const ow_report_options *options,
                       char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        size_t present = count_of(packs, OW_VENDOR_PRESENT), possible = count_of(packs, OW_VENDOR_POSSIBLE);
        int r;

        report_put_heading(&page, guest);
        report_printf(&page, "\nVendor software: %zu installed", present);
        if (possible)
                report_printf(&page, ", %zu possible", possible);
        report_printf(&page, "; %zu packs looked for\n", packs->count);
        r = put_state(&page, packs, OW_VENDOR_PRESENT, all, err);
        if (r == 0 && possible)
                report_put(&page, "\nToo few signs, told and not acted on:\n");
        if (r == 0)
                r = put_state(&page, packs, OW_VENDOR_POSSIBLE, all, err);
        if (r == 0 && all)
                report_put(&page, "\nNot installed:\n");
        if (r == 0 && all)
                r = put_state(&page, packs, OW_VENDOR_ABSENT, all, err);
        return r < 0 ? r : report_page_take(&page, ret, err);
}
