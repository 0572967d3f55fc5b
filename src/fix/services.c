/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which services a first boot waits for: those that start by themselves, did not come with Windows, and need the
 * network. The order of a boot has what is needed first, so one pass over it finds the longest chain of them.
 */
#include <offwin/guest.h>
#include <offwin/hive.h>
#include <offwin/service.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/macros.h"
#include "fix/forecast.h"
#include "fix/plan.h"

/* Its start as the guest has it, or as the plan of the view makes it. */
static int start_of(const struct fix_view *view, const ow_service *s, uint32_t *ret, ow_error *err)
{
        OW_AUTO_FREE char *where = NULL;
        const ow_change *row;

        *ret = s->effective_start;
        if (!view->plan)
                return 0;
        where = ow_asprintf("HKLM\\SYSTEM\\ControlSet%03u\\Services\\%s", s->control_set, s->name);
        if (!where)
                return ow_fail_nomem(err);
        row = plan_find(view->plan, where, "Start");
        if (row && row->after.present && row->after.data.size == 4)
                *ret = ow_le32_at(row->after.data.p);
        return 0;
}

/* A program that the service manager starts at boot and that did not come with Windows. */
static int is_vendor(const struct fix_view *view, const ow_service *s, bool *ret, ow_error *err)
{
        enum ow_service_origin origin;
        const char *evidence;
        uint32_t start;
        int r;

        *ret = false;
        r = start_of(view, s, &start, err);
        if (r < 0 || !ow_service_is_win32(s) || start != OW_START_AUTO)
                return r;
        r = ow_service_origin_get(view->guest, s, false, &origin, &evidence, err);
        *ret = r >= 0 && origin != OW_ORIGIN_MICROSOFT;
        return r;
}

int fix_services_count(const struct fix_view *view, uint32_t *ret_vendor, uint32_t *ret_chain, ow_error *err)
{
        OW_AUTO_FREE uint32_t *chains = NULL;
        const ow_service_graph *graph;
        uint32_t vendors = 0, longest = 0;
        int r;

        r = ow_guest_service_graph(view->guest, 0, &graph, err);
        if (r < 0)
                return r;
        chains = ow_calloc(graph->n_nodes + 1, sizeof *chains);
        if (!chains)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < graph->n_order; i++) {
                const ow_service_node *node = &graph->nodes[graph->order[i]];
                uint32_t *chain = &chains[graph->order[i]];
                ow_service_verdict verdict;
                bool vendor;

                r = ow_service_verdict_get(view->guest, node->service, &verdict, err);
                if (r >= 0)
                        r = is_vendor(view, node->service, &vendor, err);
                if (r < 0)
                        return r;
                for (size_t k = 0; k < node->n_needs; k++)
                        if (chains[node->needs[k]] > *chain)
                                *chain = chains[node->needs[k]];
                *chain += vendor && verdict.verdict == OW_NETWORK_NEEDED;
                vendors += vendor;
                if (*chain > longest)
                        longest = *chain;
        }
        *ret_vendor = vendors;
        *ret_chain = longest;
        return 0;
}
