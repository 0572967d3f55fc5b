/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What no longer starts once a service is disabled: all that names it in DependOnService, and what names those. A
 * dependency on a group is met by any member of it, so the way does not go through groups. The graph is the guest's
 * as it is; what the plan has disabled or removed by now counts for nothing.
 */
#include <stdio.h>
#include <string.h>

#include "base/le.h"
#include "fix/action.h"
#include "fix/guard.h"
#include "fix/service-edit.h"

struct way {
        struct fix_job *job;
        const struct service_at *at;
        const ow_service_graph *graph;
        uint32_t *nodes; /* those that depend on it and start at all, nearest first */
        size_t n;
};

/* True when the service at where starts, by itself or when asked to. 1, 0, < 0. */
static int starts(struct fix_job *job, const char *where, int64_t *ret_start, ow_error *err)
{
        struct service_at at;
        int r;

        r = service_at_read(job->plan, job->guest, where, &at, err);
        if (r <= 0)
                return r;
        *ret_start = at.start;
        r = at.start >= 0 && at.start < START_DISABLED;
        service_at_done(&at);
        return r;
}

/* Where another service of the same control set is. */
static char *beside(const struct way *way, uint32_t node)
{
        return ow_asprintf("%.*s%s", (int)(way->at->name - way->at->where), way->at->where,
                           way->graph->nodes[node].name);
}

static int node_add(struct way *way, bool *seen, uint32_t node, ow_error *err)
{
        OW_AUTO_FREE char *where = NULL;
        int64_t start;
        int r;

        if (seen[node] || way->graph->nodes[node].kind != OW_NODE_SERVICE)
                return 0;
        seen[node] = true;
        where = beside(way, node);
        r = where ? starts(way->job, where, &start, err) : ow_fail_nomem(err);
        if (r > 0)
                way->nodes[way->n++] = node;
        return r < 0 ? r : 0;
}

static int way_walk(struct way *way, uint32_t from, ow_error *err)
{
        OW_AUTO_FREE bool *seen = ow_calloc(way->graph->n_nodes, sizeof *seen);
        int r = 0;

        way->nodes = ow_calloc(way->graph->n_nodes, sizeof *way->nodes);
        if (!seen || !way->nodes)
                return ow_fail_nomem(err);
        seen[from] = true;
        for (size_t next = 0; r == 0; from = way->nodes[next++]) {
                const ow_service_node *node = &way->graph->nodes[from];

                for (size_t i = 0; i < node->n_needed_by && r == 0; i++)
                        r = node_add(way, seen, node->needed_by[i], err);
                if (next == way->n)
                        break;
        }
        return r;
}

/* *ret: ow_free() of nodes, also after a failure. A control set that cannot be read as services has no dependents. */
static int way_find(struct fix_job *job, const struct service_at *at, struct way *ret, ow_error *err)
{
        const ow_service *service;
        uint32_t set = 0;
        int r;

        *ret = (struct way){ .job = job, .at = at };
        (void)sscanf(at->where, "HKLM\\SYSTEM\\ControlSet%3u", &set);
        r = ow_guest_service_find(job->guest, set, at->name, &service, err);
        if (r > 0)
                r = ow_guest_service_graph(job->guest, set, &ret->graph, err);
        if (r < 0 || !ret->graph)
                return r == OW_E_ABSENT ? 0 : r;
        return way_walk(ret, (uint32_t)service->index, err);
}

/* 1 when disabling the service at where is refused even when forced. */
static int is_never_disabled(const char *where, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        uint8_t bytes[4];
        const ow_blob disabled = { bytes, sizeof bytes };
        int r;

        ow_le32_put(bytes, START_DISABLED);
        r = fix_guard_advice(where, "Start", OW_REG_DWORD, &disabled, &why);
        if (r < 0 && r != OW_E_REFUSED && err)
                *err = why;
        return r == OW_E_REFUSED ? 1 : r;
}

int guard_dependent_find(struct fix_job *job, const struct service_at *at, enum guard_dependent kind,
                         const char **ret_name, ow_error *err)
{
        struct way way;
        int r;

        r = way_find(job, at, &way, err);
        for (size_t i = 0; i < way.n && r == 0; i++) {
                OW_AUTO_FREE char *where = beside(&way, way.nodes[i]);
                const char *name = way.graph->nodes[way.nodes[i]].name;
                int64_t start = START_DISABLED;

                r = where ? starts(job, where, &start, err) : ow_fail_nomem(err);
                if (r > 0)
                        r = kind == GUARD_NEVER_DISABLED
                                    ? is_never_disabled(where, err)
                                    : guard_is_vital(name) || (start <= START_AUTO && guard_is_wanted(name));
                if (r > 0)
                        *ret_name = name;
        }
        ow_free(way.nodes);
        return r;
}

int guard_left_behind(struct fix_job *job, const struct service_at *at, ow_buffer *ret, ow_error *err)
{
        struct way way;
        int r;

        r = way_find(job, at, &way, err);
        for (size_t i = 0; i < way.n && r == 0; i++) {
                OW_AUTO_FREE char *where = beside(&way, way.nodes[i]);
                int64_t start = START_DISABLED;

                r = where ? starts(job, where, &start, err) : ow_fail_nomem(err);
                if (r > 0 && start <= START_AUTO)
                        ow_buffer_printf(ret, "%s%s", ret->len ? ", " : "", way.graph->nodes[way.nodes[i]].name);
                r = r < 0 ? r : 0;
        }
        ow_free(way.nodes);
        return r < 0 ? r : ow_buffer_failed(ret) ? ow_fail_nomem(err) : 0;
}
