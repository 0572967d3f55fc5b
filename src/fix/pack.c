/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a vendor pack holds, as its reader left it. */
#include "fix/fix.h"

void fix_item_done(struct fix_item *item)
{
        ow_free(item->section);
        ow_free(item->name);
        ow_free(item->company);
        ow_free(item->image);
        ow_free(item->publisher);
        ow_free(item->command);
        ow_free(item->key);
        *item = (struct fix_item){ .section = NULL };
}

static void globs_free(char **list, size_t n)
{
        for (size_t i = 0; i < n; i++)
                ow_free(list[i]);
        ow_free(list);
}

void fix_pack_free(struct fix_pack *pack)
{
        if (!pack)
                return;
        ow_free(pack->name);
        globs_free(pack->companies, pack->n_companies);
        globs_free(pack->publishers, pack->n_publishers);
        for (size_t i = 0; i < pack->n_items; i++)
                fix_item_done(&pack->items[i]);
        ow_free(pack->items);
        ow_free(pack);
}

bool ow_fix_is_pack(const ow_fix *fix)
{
        return fix->pack != NULL;
}

const char *ow_fix_pack_name(const ow_fix *fix)
{
        return fix->pack->name;
}

enum ow_vendor_role ow_fix_pack_role(const ow_fix *fix)
{
        return fix->pack->role;
}

bool ow_fix_pack_report_only(const ow_fix *fix)
{
        return fix->pack->report_only;
}

size_t ow_fix_pack_section_count(const ow_fix *fix)
{
        return fix->pack->n_items;
}

const char *ow_fix_pack_section(const ow_fix *fix, size_t index)
{
        return index < fix->pack->n_items ? fix->pack->items[index].section : NULL;
}

const char *ow_vendor_kind_name(enum ow_vendor_kind kind)
{
        static const char *const names[] = {
                [OW_VENDOR_SERVICE] = "service", [OW_VENDOR_DRIVER] = "driver", [OW_VENDOR_FILTER] = "filter",
                [OW_VENDOR_RUN] = "run",         [OW_VENDOR_TASK] = "task",     [OW_VENDOR_PROGRAM] = "program",
                [OW_VENDOR_FOLDER] = "folder",   [OW_VENDOR_KEY] = "key",
        };

        return names[kind];
}
