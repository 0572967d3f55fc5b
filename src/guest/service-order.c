/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In which order a boot loads what: boot drivers, system drivers, then what SCM starts by itself, each by
 * Control\ServiceGroupOrder, in a group by its tags in Control\GroupOrderList, then by name. What SCM starts comes
 * behind what it needs, and pulls that in even when it would not start by itself; delayed services come last. Windows
 * does not document the order of drivers with equal group and tag; here it is that of their names.
 */
#include <stdlib.h>
#include <string.h>

#include "base/le.h"
#include "base/upcase.h"
#include "guest/services.h"

enum { MAX_ORDER = 2000, MAX_TAGS = 4096, DELAYED = OW_START_AUTO + 1 };

struct rank {
        const char *name; /* the pool's */
        uint32_t rank;
};

struct ranks {
        ow_guest *guest;
        ow_pool *pool;
        struct rank *items;
        size_t n, cap;
};

struct entry {
        uint32_t node, phase, group, tag;
        const char *name;
};

static int by_rank_name(const void *a, const void *b)
{
        const struct rank *x = a, *y = b;
        int order = ow_name_compare(x->name, y->name);

        return order ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

static void add_rank(void *state, const char *text)
{
        struct ranks *ranks = state;
        struct rank *grown;

        if (ranks->n == MAX_ORDER)
                return;
        grown = ow_grow(ranks->items, ranks->n, &ranks->cap, sizeof *grown);
        if (!grown) {
                ranks->pool->failed = true;
                return;
        }
        ranks->items = grown;
        grown[ranks->n] = (struct rank){ ow_pool_text(ranks->pool, text, strlen(text)), (uint32_t)ranks->n };
        if (grown[ranks->n].name)
                ranks->n++;
}

/* The place of group in ServiceGroupOrder; behind all of it when it is not there. */
static uint32_t rank_of(const struct ranks *ranks, const char *group)
{
        size_t low = 0, high = ranks->n;

        while (low < high) {
                size_t mid = (low + high) / 2;

                if (ow_name_compare(ranks->items[mid].name, group) < 0)
                        low = mid + 1;
                else
                        high = mid;
        }
        return low < ranks->n && ow_name_compare(ranks->items[low].name, group) == 0 ? ranks->items[low].rank
                                                                                     : UINT32_MAX;
}

/* The tags of one group: a count, then as many numbers; what is not stored is not there. */
static uint32_t tag_rank(const ow_blob *tags, uint32_t tag)
{
        size_t stored = tags->size >= 4 ? (tags->size - 4) / 4 : 0;
        uint32_t count = tags->size >= 4 ? ow_le32_at(tags->p) : 0;

        for (uint32_t i = 0; tag && i < count && i < stored && i < MAX_TAGS; i++)
                if (ow_le32_at(tags->p + 4 + 4 * (size_t)i) == tag)
                        return i;
        return UINT32_MAX;
}

static void rank_tags(ow_guest *guest, ow_regkey list, ow_service_node *group, ow_service_node *nodes)
{
        OW_AUTO_BLOB tags = { 0 };
        uint32_t type;
        bool known = guest_blob(guest, list, group->name, &type, &tags);

        if (known && type != OW_REG_BINARY)
                guest_note(guest, "GroupOrderList: '%s' should be binary", group->name);
        for (size_t i = 0; i < group->n_needs; i++)
                nodes[group->needs[i]].tag_rank =
                        known ? tag_rank(&tags, nodes[group->needs[i]].service->tag) : UINT32_MAX;
}

static void rank_groups(ow_guest *guest, struct guest_service_set *set, ow_service_node *nodes,
                        const ow_service_graph *graph)
{
        struct ranks ranks = { .guest = guest, .pool = &set->pool };
        ow_regkey key, list;
        bool has_list = guest_set_key(guest, set->control_set, "Control\\GroupOrderList", &list);

        if (guest_set_key(guest, set->control_set, "Control\\ServiceGroupOrder", &key))
                guest_each_text(guest, key, "List", add_rank, &ranks);
        if (ranks.n)
                qsort(ranks.items, ranks.n, sizeof *ranks.items, by_rank_name);
        for (size_t i = 0; i < graph->n_nodes; i++) {
                ow_service_node *node = &nodes[i];

                node->group_rank = node->tag_rank = UINT32_MAX;
        }
        for (size_t i = graph->n_services; i < graph->n_nodes; i++) {
                ow_service_node *node = &nodes[i];

                if (node->kind != OW_NODE_GROUP)
                        continue;
                node->group_rank = rank_of(&ranks, node->name);
                for (size_t k = 0; k < node->n_needs; k++)
                        nodes[node->needs[k]].group_rank = node->group_rank;
                if (has_list)
                        rank_tags(guest, list, node, nodes);
        }
        ow_free(ranks.items);
}

static int by_order(const void *a, const void *b)
{
        const struct entry *x = a, *y = b;

        if (x->phase != y->phase)
                return x->phase < y->phase ? -1 : 1;
        if (x->group != y->group)
                return x->group < y->group ? -1 : 1;
        if (x->tag != y->tag)
                return x->tag < y->tag ? -1 : 1;
        return ow_name_compare(x->name, y->name);
}

static size_t collect(const ow_service_graph *graph, const ow_service_node *nodes, struct entry *entries)
{
        size_t n = 0;

        for (uint32_t i = 0; i < graph->n_services; i++) {
                const ow_service *s = nodes[i].service;
                uint32_t phase = s->effective_start;

                if (phase > OW_START_AUTO)
                        continue;
                if (phase == OW_START_AUTO && s->delayed)
                        phase = DELAYED;
                entries[n++] = (struct entry){ i, phase, nodes[i].group_rank, nodes[i].tag_rank, s->name };
        }
        return n;
}

/* A walk down the needs of one service; next[node] is the need to look at next, UINT32_MAX once it is placed. */
struct placing {
        const ow_service_node *nodes;
        uint32_t *next, *stack, *order;
        size_t n_stack, n_order;
};

static bool can_start(const ow_service_node *node)
{
        return node->kind == OW_NODE_SERVICE && node->service->effective_start < OW_START_DISABLED;
}

static void place(struct placing *p, uint32_t first)
{
        p->stack[p->n_stack++] = first;
        while (p->n_stack) {
                uint32_t at = p->stack[p->n_stack - 1];

                if (p->next[at] == UINT32_MAX) {
                        p->n_stack--;
                } else if (p->next[at] == p->nodes[at].n_needs) {
                        p->next[at] = UINT32_MAX;
                        p->order[p->n_order++] = at;
                        p->n_stack--;
                } else {
                        uint32_t need = p->nodes[at].needs[p->next[at]++];

                        if (can_start(&p->nodes[need]) && p->next[need] == 0)
                                p->stack[p->n_stack++] = need;
                }
        }
}

bool guest_service_order(ow_guest *guest, struct guest_service_set *set, ow_service_node *nodes,
                         ow_service_graph *graph)
{
        OW_AUTO_FREE struct entry *entries = ow_calloc(graph->n_services + 1, sizeof *entries);
        OW_AUTO_FREE uint32_t *next = ow_calloc(graph->n_services + 1, sizeof *next);
        OW_AUTO_FREE uint32_t *stack = ow_calloc(graph->n_edges + graph->n_services + 1, sizeof *stack);
        uint32_t *order = ow_pool_alloc(&set->pool, graph->n_services, sizeof *order);
        struct placing p = { nodes, next, stack, order, 0, 0 };
        size_t n;

        if (!entries || !next || !stack || !order)
                return false;
        rank_groups(guest, set, nodes, graph);
        n = collect(graph, nodes, entries);
        qsort(entries, n, sizeof *entries, by_order);
        for (size_t i = 0; i < n; i++) {
                uint32_t node = entries[i].node;

                if (entries[i].phase >= OW_START_AUTO) {
                        place(&p, node);
                } else if (next[node] == 0) {
                        next[node] = UINT32_MAX;
                        order[p.n_order++] = node;
                }
        }
        graph->order = order;
        graph->n_order = p.n_order;
        return !set->pool.failed && !guest->out_of_memory;
}
