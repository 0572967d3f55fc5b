/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which services a first boot waits for: those that start by themselves, are not Windows' own, and depend on the
 * network, directly or through others. Only DependOnService counts, and a group dependency on NetworkProvider or
 * TDI; a service that uses the network without saying so is not seen.
 */
#include <stdlib.h>
#include <string.h>

#include <offwin/guest.h>

#include "base/upcase.h"
#include "fix/forecast.h"

enum {
        SERVICES_MAX = 65536,
        VISIT_BUDGET = 1 << 20,         /* dependency edges followed in one guest */
};

/* A service that needs one of these needs the network. */
static const char *const network_roots[] = {
        "Tcpip", "Tcpip6", "Afd", "Tdx", "NetBT", "NSI", "Dhcp", "Dnscache", "NlaSvc", "netprofm", "Netlogon",
        "LanmanWorkstation", "LanmanServer", "lmhosts", "W32Time", "WinHttpAutoProxySvc", "iphlpsvc", "RemoteAccess",
        "RasMan", "+NetworkProvider", "+TDI", "+PNP_TDI", "+NetDDEGroup", "+NDIS",
};

enum mark { UNSEEN, OPEN, CLOSED };

struct node {
        const ow_service *service;
        enum mark mark;
        bool network;                   /* needs the network */
        uint32_t chain;                 /* vendor services on the longest path that ends here */
};

struct graph {
        struct node *nodes;             /* sorted by name */
        size_t n;
        uint32_t budget;
};

static int by_name(const void *a, const void *b)
{
        const struct node *l = a, *r = b;

        return ow_name_compare(l->service->name, r->service->name);
}

static struct node *find(const struct graph *g, const char *name)
{
        size_t low = 0, high = g->n;

        while (low < high) {
                size_t mid = (low + high) / 2;
                int order = ow_name_compare(g->nodes[mid].service->name, name);

                if (order == 0)
                        return &g->nodes[mid];
                if (order < 0)
                        low = mid + 1;
                else
                        high = mid;
        }
        return NULL;
}

static bool is_network_root(const char *name)
{
        for (size_t i = 0; i < OW_COUNT(network_roots); i++)
                if (ow_name_compare(network_roots[i], name) == 0)
                        return true;
        return false;
}

static bool is_windows_own(const char *image)
{
        static const char *const places[] = {
                "%SystemRoot%\\", "\\SystemRoot\\", "system32\\", "%windir%\\", "C:\\Windows\\", "C:\\WINNT\\",
                "\"%SystemRoot%\\", "\"%windir%\\", "\"C:\\Windows\\", "\"C:\\WINNT\\",
        };

        for (size_t i = 0; i < OW_COUNT(places); i++) {
                size_t n = strlen(places[i]);

                if (strlen(image) >= n && ow_name_compare_n(image, n, places[i], n) == 0)
                        return true;
        }
        return image[0] == '\0';
}

/* A program that the service manager starts at boot and that did not come with Windows. */
static bool is_vendor(const ow_service *s)
{
        return s->start == 2 && (s->type & 0x30) && !is_windows_own(s->image_path);
}

/* Depth is bounded by the dependency chains of services; the budget bounds everything else. */
static void visit(struct graph *g, struct node *node, unsigned depth)
{
        uint32_t longest = 0;

        if (node->mark != UNSEEN || depth > 64)
                return;
        node->mark = OPEN;
        for (size_t i = 0; node->service->depends_on && node->service->depends_on[i] && g->budget; i++) {
                const char *name = node->service->depends_on[i];
                struct node *need = name[0] == '+' ? NULL : find(g, name);

                g->budget--;
                node->network |= is_network_root(name);
                if (!need)
                        continue;
                visit(g, need, depth + 1);
                node->network |= need->network;
                if (need->mark == CLOSED && need->chain > longest)
                        longest = need->chain;
        }
        node->chain = longest + (node->network && is_vendor(node->service));
        node->mark = CLOSED;
}

int fix_services_count(ow_guest *guest, uint32_t *ret_vendor, uint32_t *ret_chain, ow_error *err)
{
        struct graph g = { NULL, 0, VISIT_BUDGET };
        OW_AUTO_FREE struct node *nodes = NULL;
        const ow_service *services;
        uint32_t vendor = 0, chain = 0;
        size_t n;
        int r;

        r = ow_guest_services(guest, &services, &n, err);
        if (r < 0)
                return r;
        if (n > SERVICES_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "%zu services, limit %d", n, SERVICES_MAX);
        nodes = ow_calloc(n, sizeof *nodes);
        if (!nodes)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < n; i++)
                nodes[i].service = &services[i];
        if (n)
                qsort(nodes, n, sizeof *nodes, by_name);
        g.nodes = nodes;
        g.n = n;
        for (size_t i = 0; i < n; i++) {
                visit(&g, &nodes[i], 0);
                vendor += is_vendor(nodes[i].service);
                if (nodes[i].chain > chain)
                        chain = nodes[i].chain;
        }
        *ret_vendor = vendor;
        *ret_chain = chain;
        return 0;
}
