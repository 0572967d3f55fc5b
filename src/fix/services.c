/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which services a first boot waits for: those that start by themselves, did not come with Windows, and need the
 * network. The order of a boot has what is needed first, so one pass over it finds the longest chain of them.
 */
#include <offwin/guest.h>
#include <offwin/service.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "fix/forecast.h"

/* A program that the service manager starts at boot and that did not come with Windows. */
static int is_vendor(ow_guest *guest, const ow_service *s, bool *ret, ow_error *err)
{
        enum ow_service_origin origin;
        const char *evidence;
        int r;

        *ret = false;
        if (!ow_service_is_win32(s) || s->effective_start != OW_START_AUTO)
                return 0;
        r = ow_service_origin_get(guest, s, false, &origin, &evidence, err);
        *ret = r >= 0 && origin != OW_ORIGIN_MICROSOFT;
        return r;
}

int fix_services_count(ow_guest *guest, uint32_t *ret_vendor, uint32_t *ret_chain, ow_error *err)
{
        OW_AUTO_FREE uint32_t *chains = NULL;
        const ow_service_graph *graph;
        uint32_t vendors = 0, longest = 0;
        int r;

        r = ow_guest_service_graph(guest, 0, &graph, err);
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

                r = ow_service_verdict_get(guest, node->service, &verdict, err);
                if (r >= 0)
                        r = is_vendor(guest, node->service, &vendor, err);
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
