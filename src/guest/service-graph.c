/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who needs whom. Nodes are the services in their order, then the groups, then the names that are needed and not
 * there. Edges lie in one array per direction, so that everything here is linear but for the look-ups by name, and
 * nothing recurses: dependencies come from a hive and may be cycles ten thousand long.
 */
#include <stdlib.h>
#include <string.h>

#include "base/upcase.h"
#include "guest/services.h"

struct names {
        const char **items;
        size_t n, cap;
};

struct building {
        ow_guest *guest;
        struct guest_service_set *set;
        ow_pool *pool; /* of the set */
        struct names groups, missing;
        ow_service_node *nodes;
        uint32_t n_nodes, n_services;
};

static int compare(const void *a, const void *b)
{
        return ow_name_compare(*(const char *const *)a, *(const char *const *)b);
}

static void add_name(struct building *b, struct names *names, const char *name)
{
        const char **grown = ow_grow(names->items, names->n, &names->cap, sizeof *grown);

        if (!grown) {
                b->pool->failed = true;
                return;
        }
        names->items = grown;
        grown[names->n++] = name;
}

static void sort_unique(struct names *names)
{
        size_t n = 0;

        if (!names->n)
                return;
        qsort(names->items, names->n, sizeof *names->items, compare);
        for (size_t i = 0; i < names->n; i++)
                if (i == 0 || ow_name_compare(names->items[n - 1], names->items[i]) != 0)
                        names->items[n++] = names->items[i];
        names->n = n;
}

/* SIZE_MAX when there is none. */
static size_t find_name(const struct names *names, const char *name)
{
        const char **at = names->n ? bsearch(&name, names->items, names->n, sizeof *names->items, compare) : NULL;

        return at ? (size_t)(at - names->items) : SIZE_MAX;
}

static void collect_names(struct building *b)
{
        for (size_t i = 0; i < b->set->n && !b->pool->failed; i++) {
                const ow_service *s = &b->set->services[i];

                if (s->group[0])
                        add_name(b, &b->groups, s->group);
                for (size_t k = 0; s->depends_on[k]; k++)
                        if (s->depends_on[k][0] == '+')
                                add_name(b, &b->groups, s->depends_on[k] + 1);
                        else if (!guest_service_find(b->set, s->depends_on[k]))
                                add_name(b, &b->missing, s->depends_on[k]);
        }
        sort_unique(&b->groups);
        sort_unique(&b->missing);
}

static uint32_t node_of(const struct building *b, const char *need)
{
        const ow_service *s;

        if (need[0] == '+')
                return b->n_services + (uint32_t)find_name(&b->groups, need + 1);
        s = guest_service_find(b->set, need);
        if (s)
                return (uint32_t)s->index;
        return b->n_services + (uint32_t)b->groups.n + (uint32_t)find_name(&b->missing, need);
}

static bool make_nodes(struct building *b)
{
        size_t n = b->set->n + b->groups.n + b->missing.n;
        ow_service_node *nodes = ow_pool_alloc(b->pool, n, sizeof *nodes);

        if (!nodes)
                return false;
        for (size_t i = 0; i < n; i++) {
                size_t k = i;

                if (k < b->set->n) {
                        nodes[i] = (ow_service_node){ .kind = OW_NODE_SERVICE,
                                                      .name = b->set->services[k].name,
                                                      .service = &b->set->services[k] };
                        continue;
                }
                k -= b->set->n;
                nodes[i].kind = k < b->groups.n ? OW_NODE_GROUP : OW_NODE_MISSING;
                nodes[i].name = k < b->groups.n ? b->groups.items[k] : b->missing.items[k - b->groups.n];
        }
        b->nodes = nodes;
        b->n_nodes = (uint32_t)n;
        b->n_services = (uint32_t)b->set->n;
        return true;
}

/* Calls fn for every edge: a service and what it needs, a group and its members. */
static void each_edge(struct building *b, void (*fn)(struct building *b, uint32_t from, uint32_t to, uint32_t *at),
                      uint32_t *at)
{
        for (uint32_t i = 0; i < b->n_services; i++) {
                const ow_service *s = b->nodes[i].service;

                for (size_t k = 0; s->depends_on[k]; k++)
                        fn(b, i, node_of(b, s->depends_on[k]), at);
                if (s->group[0])
                        fn(b, b->n_services + (uint32_t)find_name(&b->groups, s->group), i, at);
        }
}

static void count_edge(struct building *b, uint32_t from, uint32_t to, uint32_t *at)
{
        b->nodes[from].n_needs++;
        b->nodes[to].n_needed_by++;
}

/* at[node] is how many of its needs are placed, at[n_nodes + node] of those that need it. */
static void place_edge(struct building *b, uint32_t from, uint32_t to, uint32_t *at)
{
        uint32_t *needs = (uint32_t *)(uintptr_t)b->nodes[from].needs;
        uint32_t *needed_by = (uint32_t *)(uintptr_t)b->nodes[to].needed_by;

        needs[at[from]++] = to;
        needed_by[at[b->n_nodes + to]++] = from;
}

static bool make_edges(struct building *b, uint32_t *at, size_t *ret_count)
{
        size_t total = 0, needs = 0, needed_by = 0;
        uint32_t *edges;

        each_edge(b, count_edge, NULL);
        for (uint32_t i = 0; i < b->n_nodes; i++)
                total += b->nodes[i].n_needs;
        edges = ow_pool_alloc(b->pool, total * 2, sizeof *edges);
        if (!edges)
                return false;
        for (uint32_t i = 0; i < b->n_nodes; i++) {
                b->nodes[i].needs = edges + needs;
                b->nodes[i].needed_by = edges + total + needed_by;
                needs += b->nodes[i].n_needs;
                needed_by += b->nodes[i].n_needed_by;
        }
        each_edge(b, place_edge, at);
        *ret_count = total;
        return true;
}

/* ---- cycles: Tarjan's strongly connected components, with a stack of our own ---- */

struct component {
        uint32_t index, low; /* index 0: not visited */
        uint32_t next;       /* need to look at next */
        bool open;           /* on the stack of nodes that have no component yet */
};

struct search {
        struct component *parts;
        uint32_t *path, *open; /* nodes under way; nodes without a component */
        uint32_t n_path, n_open, visited;
};

static void enter(struct search *s, uint32_t node)
{
        s->parts[node] = (struct component){ ++s->visited, s->visited, 0, true };
        s->path[s->n_path++] = node;
        s->open[s->n_open++] = node;
}

static bool needs_itself(const ow_service_node *node, uint32_t index)
{
        for (size_t i = 0; i < node->n_needs; i++)
                if (node->needs[i] == index)
                        return true;
        return false;
}

/* All of node's component leave the open stack; when they are a cycle, they get its number. */
static void close_component(struct building *b, struct search *s, uint32_t node, size_t *n_cycles)
{
        bool cycle = s->open[s->n_open - 1] != node || needs_itself(&b->nodes[node], node);
        uint32_t member;

        *n_cycles += cycle;
        do {
                member = s->open[--s->n_open];
                s->parts[member].open = false;
                b->nodes[member].cycle = cycle ? (uint32_t)*n_cycles : 0;
        } while (member != node);
}

static void step(struct building *b, struct search *s, size_t *n_cycles)
{
        uint32_t node = s->path[s->n_path - 1], need;
        struct component *part = &s->parts[node];

        if (part->next < b->nodes[node].n_needs) {
                need = b->nodes[node].needs[part->next++];
                if (b->nodes[need].kind != OW_NODE_SERVICE)
                        return; /* any member will do for a group: no cycle goes through one */
                if (s->parts[need].index == 0)
                        enter(s, need);
                else if (s->parts[need].open && s->parts[need].index < part->low)
                        part->low = s->parts[need].index;
                return;
        }
        s->n_path--;
        if (s->n_path && part->low < s->parts[s->path[s->n_path - 1]].low)
                s->parts[s->path[s->n_path - 1]].low = part->low;
        if (part->low == part->index)
                close_component(b, s, node, n_cycles);
}

static bool find_cycles(struct building *b, size_t *ret_count)
{
        OW_AUTO_FREE struct component *parts = ow_calloc(b->n_services + 1, sizeof *parts);
        OW_AUTO_FREE uint32_t *path = ow_calloc(b->n_services + 1, sizeof *path);
        OW_AUTO_FREE uint32_t *open = ow_calloc(b->n_services + 1, sizeof *open);
        struct search s = { parts, path, open, 0, 0, 0 };

        if (!parts || !path || !open)
                return false;
        for (uint32_t i = 0; i < b->n_services; i++) {
                if (parts[i].index)
                        continue;
                enter(&s, i);
                while (s.n_path)
                        step(b, &s, ret_count);
        }
        return true;
}

bool ow_service_node_missing(const ow_service_node *node)
{
        return node->kind == OW_NODE_MISSING || (node->kind == OW_NODE_GROUP && node->n_needs == 0);
}

static bool build(struct building *b, ow_service_graph *graph)
{
        OW_AUTO_FREE uint32_t *at = NULL;

        collect_names(b);
        if (b->pool->failed || !make_nodes(b))
                return false;
        at = ow_calloc(2 * (size_t)b->n_nodes + 1, sizeof *at);
        if (!at || !make_edges(b, at, &graph->n_edges) || !find_cycles(b, &graph->n_cycles))
                return false;
        graph->nodes = b->nodes;
        graph->n_nodes = b->n_nodes;
        graph->n_services = b->n_services;
        graph->n_missing = 0;
        for (size_t i = b->n_services; i < b->n_nodes; i++)
                graph->n_missing += ow_service_node_missing(&b->nodes[i]);
        return guest_service_order(b->guest, b->set, b->nodes, graph);
}

int guest_service_graph(ow_guest *guest, struct guest_service_set *set, ow_error *err)
{
        struct building b = { .guest = guest, .set = set, .pool = &set->pool };
        ow_service_graph graph = { .nodes = NULL };
        bool built;

        if (set->graph)
                return 0;
        built = build(&b, &graph);
        ow_free(b.groups.items);
        ow_free(b.missing.items);
        if (built)
                set->graph = ow_pool_alloc(&set->pool, 1, sizeof *set->graph);
        if (!set->graph) {
                set->pool.failed = false;
                return ow_fail_nomem(err);
        }
        *set->graph = graph;
        return 0;
}

int ow_guest_service_graph(ow_guest *guest, uint32_t control_set, const ow_service_graph **ret, ow_error *err)
{
        struct guest_service_set *set;
        int r = guest_service_set(guest, control_set, &set, err);

        if (r >= 0)
                r = guest_service_graph(guest, set, err);
        if (r >= 0)
                *ret = set->graph;
        return r;
}
