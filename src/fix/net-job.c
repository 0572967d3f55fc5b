/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways to write values of one adapter of one control set, and to visit it in each of them. */
#include "fix/net.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/le.h"
#include "base/upcase.h"
#include "base/utf16.h"

/* ---- which control sets ---- */

/* Past 7 nobody has seen a static address in the store; rows that are there show that this machine keeps them. */
static bool store_told(const ow_network *network)
{
        for (size_t i = 0; i < network->n_adapters; i++)
                for (size_t k = 0; k < network->adapters[i].n_rows; k++)
                        if (network->adapters[i].rows[k].kind == OW_NSI_ROW_UNICAST &&
                            network->adapters[i].rows[k].understood)
                                return true;
        return false;
}

void net_job_init(struct net_job *nj)
{
        const ow_windows *windows = ow_guest_windows(nj->job->guest);

        nj->adapter = &nj->network->adapters[nj->index];
        nj->major = windows->major;
        nj->minor = windows->minor;
        nj->store = NET_STORE_NONE;
        if (!nj->adapter->has_luid || nj->major != 6)
                return;
        if (nj->minor == 1)
                nj->store = NET_STORE_KNOWN;
        else if (nj->minor == 0 || store_told(nj->network))
                nj->store = NET_STORE_TOLD;
}

bool net_counterpart(const ow_network *network, const ow_adapter *adapter, size_t *ret_index)
{
        bool by_guid = adapter->guid[0] != '\0';

        for (size_t i = 0; i < network->n_adapters; i++) {
                const ow_adapter *a = &network->adapters[i];

                if (by_guid ? ow_name_compare(a->guid, adapter->guid) != 0
                            : !adapter->service[0] || ow_name_compare(a->service, adapter->service) != 0)
                        continue;
                *ret_index = i;
                return true;
        }
        return false;
}

static int in_other_set(struct fix_job *job, unsigned control_set, net_network_fn fn, void *state, ow_error *err)
{
        ow_network *network = NULL;
        int r;

        r = ow_network_load(job->guest, control_set, &network, err);
        if (r == OW_E_ABSENT)
                return 0;
        if (r == 0)
                r = fn(job, network, state, err);
        ow_network_free(network);
        return r;
}

int net_each_network(struct fix_job *job, net_network_fn fn, void *state, ow_error *err)
{
        const ow_control_sets *sets = ow_guest_control_sets(job->guest);
        const ow_network *network;
        int r;

        r = ow_guest_network(job->guest, &network, err);
        for (size_t i = 0; i < sets->n_edit && r == 0; i++)
                r = sets->edit[i] == network->control_set ? fn(job, network, state, err)
                                                          : in_other_set(job, sets->edit[i], fn, state, err);
        return r;
}

struct one_adapter {
        const ow_adapter *adapter;
        net_job_fn fn;
        void *state;
};

static int in_set(struct fix_job *job, const ow_network *network, void *state, ow_error *err)
{
        const struct one_adapter *one = state;
        struct net_job nj = { .job = job, .control_set = network->control_set, .network = network };

        if (!net_counterpart(network, one->adapter, &nj.index))
                return 0;
        net_job_init(&nj);
        return one->fn(&nj, one->state, err);
}

int net_each_set(struct fix_job *job, const ow_adapter *adapter, net_job_fn fn, void *state, ow_error *err)
{
        struct one_adapter one = { adapter, fn, state };

        return net_each_network(job, in_set, &one, err);
}

char *net_path(const struct net_job *nj, const char *fmt, ...)
{
        OW_AUTO_BUFFER path = OW_BUFFER_INIT;
        va_list ap;

        ow_buffer_printf(&path, "HKLM\\SYSTEM\\ControlSet%03u\\", nj->control_set);
        va_start(ap, fmt);
        ow_buffer_vprintf(&path, fmt, ap);
        va_end(ap);
        return ow_buffer_take_text(&path);
}

/* ---- values ---- */

static int put_utf16(struct net_job *nj, const char *where, const char *name, uint32_t type, const char *text,
                     size_t size, ow_error *err)
{
        OW_AUTO_BUFFER utf16 = OW_BUFFER_INIT;
        int r;

        r = ow_utf8_to_utf16(text, size, &utf16, err);
        if (r < 0)
                return r;
        if (ow_buffer_failed(&utf16))
                return ow_fail_nomem(err);
        return fix_job_value(nj->job, where, name, type, utf16.p, utf16.len, err);
}

int net_put_text(struct net_job *nj, const char *where, const char *name, const char *text, ow_error *err)
{
        return put_utf16(nj, where, name, OW_REG_SZ, text, strlen(text) + 1, err);
}

/* Of the first size bytes: nothing, or NULs only. */
static bool is_blank(const ow_datum *datum)
{
        for (size_t i = 0; i < datum->data.size; i++)
                if (datum->data.p[i])
                        return false;
        return true;
}

/* 1 when the plan leaves nothing there, or something without content. */
static int nothing_there(struct net_job *nj, const char *where, const char *name, ow_error *err)
{
        ow_datum now = { false, 0, { NULL, 0 } };
        int r;

        r = plan_now(nj->job->plan, nj->job->guest, where, name, &now, err);
        if (r == 0)
                r = !now.present || is_blank(&now);
        ow_blob_done(&now.data);
        return r;
}

int net_put_text_if(struct net_job *nj, const char *where, const char *name, const char *text, ow_error *err)
{
        int r = *text ? 0 : nothing_there(nj, where, name, err);

        return r ? (r < 0 ? r : 0) : net_put_text(nj, where, name, text, err);
}

int net_put_list(struct net_job *nj, const char *where, const char *name, const ow_buffer *texts, ow_error *err)
{
        OW_AUTO_BUFFER list = OW_BUFFER_INIT;
        int r = texts->len ? 0 : nothing_there(nj, where, name, err);

        if (r)
                return r < 0 ? r : 0;
        ow_buffer_put(&list, texts->p, texts->len);
        ow_buffer_put_byte(&list, 0); /* Windows keeps an empty list as one NUL */
        if (ow_buffer_failed(texts) || ow_buffer_failed(&list))
                return ow_fail_nomem(err);
        return put_utf16(nj, where, name, OW_REG_MULTI_SZ, (const char *)list.p, list.len, err);
}

int net_put_number(struct net_job *nj, const char *where, const char *name, uint32_t number, ow_error *err)
{
        return fix_job_dword(nj->job, where, name, number, err);
}

int net_drop(struct net_job *nj, const char *where, const char *name, ow_error *err)
{
        return fix_job_value(nj->job, where, name, 0, NULL, 0, err);
}

int net_drop_all(struct net_job *nj, const char *where, const char *const *names, size_t n, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < n && r == 0; i++)
                r = net_drop(nj, where, names[i], err);
        return r;
}
