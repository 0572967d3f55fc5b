/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cards of a team bound as cards by themselves. What they are bound to then is what the team was bound to on this
 * very machine, in every list that names it; else what another card has; else what this Windows version was seen to
 * give any card (docs/formats/windows-facts.md).
 */
#include "fix/net-unteam.h"

#include <string.h>

#include "base/upcase.h"
#include "fix/net-linkage.h"
#include "fix/service-edit.h"

enum { CONFIGFLAG_DISABLED = 1 };

struct rebind {
        struct net_job *nj;
        char *set;               /* HKLM\SYSTEM\ControlSet001 */
        const ow_adapter *team;  /* NULL: a card without one */
        const ow_adapter *model; /* whose bindings the cards get; NULL: those of the version */
        enum ow_team_kind kind;
        const ow_adapter *cards[256];
        size_t n_cards;
        struct text_list upper; /* what a card is to be bound to */
};

static bool is_protocol(enum ow_team_kind kind, const char *service)
{
        ow_texts protocols = ow_team_protocols(kind);

        for (size_t i = 0; i < protocols.count; i++)
                if (ow_name_compare(protocols.items[i], service) == 0)
                        return true;
        return false;
}

const char *net_team_protocol(const ow_adapter *card, enum ow_team_kind kind)
{
        for (size_t i = 0; i < card->upper.count; i++)
                if (is_protocol(kind, card->upper.items[i]))
                        return card->upper.items[i];
        return NULL;
}

bool net_has_tcpip(const ow_adapter *adapter)
{
        for (size_t i = 0; i < adapter->upper.count; i++)
                if (ow_name_compare(adapter->upper.items[i], "Tcpip") == 0 ||
                    ow_name_compare(adapter->upper.items[i], "Tcpip6") == 0)
                        return true;
        return false;
}

/* ---- what a card is bound to ---- */

/* As every card of these versions was seen to have it. */
static const char *const *usual_bindings(const struct net_job *nj)
{
        static const char *const of_7[] = { "Ndisuio", "RasPppoe", "rspndr", "lltdio", "Tcpip", "Tcpip6", NULL };
        static const char *const of_8[] = { "Tcpip",  "Tcpip6", "RDMANDK", "RasPppoe", "rspndr",
                                            "lltdio", "MsLldp", "Ndisuio", NULL };
        static const char *const of_10[] = { "lltdio", "MsLldp", "Ndisuio", "RasPppoe", "RDMANDK",
                                             "rspndr", "Tcpip",  "Tcpip6",  NULL };

        if (nj->major == 6 && nj->minor == 1)
                return of_7;
        if (nj->major == 6 && nj->minor == 3)
                return of_8;
        return nj->major == 10 ? of_10 : NULL;
}

/* Another card that no team has, one that is there before ghosts; NULL. */
static const ow_adapter *other_card(const struct net_job *nj)
{
        const ow_adapter *found = NULL;

        for (size_t i = 0; i < nj->network->n_adapters; i++) {
                const ow_adapter *a = &nj->network->adapters[i];

                if (a->kind != OW_ADAPTER_ETHERNET || !a->hardware_device || a->team != OW_TEAM_NONE ||
                    !net_has_tcpip(a))
                        continue;
                if (!found ||
                    (found->verdict.presence == OW_PRESENCE_GHOST && a->verdict.presence != OW_PRESENCE_GHOST))
                        found = a;
        }
        return found;
}

static int take_upper(struct rebind *rb, ow_texts upper, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < upper.count && r == 0; i++)
                if (!is_protocol(rb->kind, upper.items[i]))
                        r = text_list_insert(&rb->upper, rb->upper.n, upper.items[i], err);
        return r;
}

/* Those that are installed here and not disabled. */
static int take_usual(struct rebind *rb, const char *const *usual, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; usual[i] && r == 0; i++) {
                OW_AUTO_FREE char *where = ow_asprintf("%s\\Services\\%s", rb->set, usual[i]);
                uint32_t start;

                r = where ? service_dword(rb->nj->job->plan, rb->nj->job->guest, where, "Start", &start, err)
                          : ow_fail_nomem(err);
                if (r > 0)
                        r = start < START_DISABLED ? text_list_insert(&rb->upper, rb->upper.n, usual[i], err) : 0;
        }
        return r;
}

static int choose(struct rebind *rb, ow_error *err)
{
        const ow_adapter *a = rb->nj->adapter;
        const char *const *usual = usual_bindings(rb->nj);
        int r;

        rb->model = rb->team && net_has_tcpip(rb->team) ? rb->team : other_card(rb->nj);
        if (rb->n_cards == 0)
                return 0;
        if (rb->team && rb->team->upper.count && rb->model != rb->team)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "'%s' is not bound to TCP/IP but to '%s': what stands upon it has to be taken away "
                               "first",
                               a->name, rb->team->upper.items[0]);
        r = rb->model ? take_upper(rb, rb->model->upper, err) : usual ? take_usual(rb, usual, err) : 0;
        if (r == 0 && text_list_find(&rb->upper, "Tcpip") == rb->upper.n &&
            text_list_find(&rb->upper, "Tcpip6") == rb->upper.n)
                r = ow_fail(
                        err, OW_E_REFUSED, OW_NOWHERE,
                        "the cards of '%s' would be left without TCP/IP: neither it nor another card shows what a "
                        "card of this Windows is bound to",
                        a->name[0] ? a->name : a->description);
        return r;
}

/* ---- cards ---- */

static int write_upper(struct rebind *rb, const ow_adapter *card, ow_error *err)
{
        const char *place = ow_adapter_place(card, OW_PLACE_CLASS);
        OW_AUTO_FREE char *where = place ? net_path(rb->nj, "%s\\Linkage", place) : NULL;
        ow_datum now = { false, 0, { NULL, 0 } };
        AUTO_TEXT_LIST old = { 0 };
        AUTO_TEXT_LIST new = { 0 };
        OW_AUTO_BUFFER data = OW_BUFFER_INIT;
        int r;

        if (!where)
                return place ? ow_fail_nomem(err) : 0;
        r = plan_now(rb->nj->job->plan, rb->nj->job->guest, where, "UpperBind", &now, err);
        if (r == 0)
                r = text_list_read(&now, "UpperBind", &old, err);
        ow_blob_done(&now.data);
        for (size_t i = 0; i < rb->upper.n && r == 0; i++)
                r = text_list_insert(&new, new.n, rb->upper.items[i], err);
        for (size_t i = 0; i < old.n && r == 0; i++)
                if (!is_protocol(rb->kind, old.items[i]) && text_list_find(&new, old.items[i]) == new.n)
                        r = text_list_insert(&new, new.n, old.items[i], err);
        if (r == 0)
                r = text_list_encode(&new, &data, err);
        return r == 0 ? service_value(rb->nj->job, where, "UpperBind", OW_REG_MULTI_SZ, data.p, data.len, err) : r;
}

/* Settings that TCP/IP looks for, of a card that it was never bound to: DHCP, as any new card has it. */
static int write_settings(struct rebind *rb, const ow_adapter *card, ow_error *err)
{
        OW_AUTO_FREE char *interface = net_path(rb->nj, "Services\\Tcpip\\Parameters\\Interfaces\\%s", card->guid);
        OW_AUTO_FREE char *adapter = net_path(rb->nj, "Services\\Tcpip\\Parameters\\Adapters\\%s", card->guid);
        OW_AUTO_FREE char *config = ow_asprintf("Tcpip\\Parameters\\Interfaces\\%s", card->guid);
        OW_AUTO_BUFFER list = OW_BUFFER_INIT;
        int r = 0;

        if (!interface || !adapter || !config)
                return ow_fail_nomem(err);
        if (!card->ipv4.key[0])
                r = net_put_number(rb->nj, interface, "EnableDHCP", 1, err);
        if (r < 0 || !rb->model || !ow_adapter_place(rb->model, OW_PLACE_TCPIP_ADAPTER) ||
            ow_adapter_place(card, OW_PLACE_TCPIP_ADAPTER))
                return r;
        ow_buffer_put(&list, config, strlen(config) + 1);
        r = net_put_text(rb->nj, adapter, "LLInterface", "", err);
        return r == 0 ? net_put_list(rb->nj, adapter, "IpConfig", &list, err) : r;
}

/* ---- services ---- */

static int bind_cards(struct rebind *rb, struct net_linkage *linkage, ow_error *err)
{
        bool direct = text_list_find(&rb->upper, linkage->service) < rb->upper.n;
        int r = 0;

        /* Copies come to stand right behind the model's: the last card first. */
        for (size_t i = rb->n_cards; i-- > 0 && r == 0 && rb->model;)
                r = net_linkage_copy(linkage, rb->model->guid, rb->cards[i]->guid, err);
        for (size_t i = 0; i < rb->n_cards && r == 0 && !rb->model && direct; i++)
                r = net_linkage_bind(linkage, rb->cards[i]->guid, err);
        return r;
}

static int relink(struct fix_job *job, struct net_linkage *linkage, void *state, ow_error *err)
{
        struct rebind *rb = state;
        int r = 0;

        (void)job;
        if (is_protocol(rb->kind, linkage->service))
                for (size_t i = 0; i < rb->n_cards; i++)
                        net_linkage_drop_adapter(linkage, rb->cards[i]->guid);
        else if (!linkage->disabled)
                r = bind_cards(rb, linkage, err);
        if (rb->team)
                net_linkage_drop_adapter(linkage, rb->team->guid);
        return r;
}

/* ---- the team's own adapter ---- */

static int unbind_team(struct rebind *rb, ow_error *err)
{
        static const ow_buffer nothing = OW_BUFFER_INIT;
        const char *place = ow_adapter_place(rb->team, OW_PLACE_CLASS);
        OW_AUTO_FREE char *where = place ? net_path(rb->nj, "%s\\Linkage", place) : NULL;

        if (!rb->team->upper.count || !place)
                return 0;
        return where ? net_put_list(rb->nj, where, "UpperBind", &nothing, err) : ow_fail_nomem(err);
}

/* Its device does not start. */
static int put_out(struct rebind *rb, ow_error *err)
{
        struct net_job *nj = rb->nj;
        OW_AUTO_FREE char *device = net_path(nj, "Enum\\%s", rb->team->instance);
        uint32_t flags = 0;
        ow_datum key;
        int r;

        if (!device)
                return ow_fail_nomem(err);
        if (!rb->team->instance[0])
                return 0;
        r = plan_now(nj->job->plan, nj->job->guest, device, NULL, &key, err);
        if (r < 0 || !key.present)
                return r;
        r = service_dword(nj->job->plan, nj->job->guest, device, "ConfigFlags", &flags, err);
        return r < 0 ? r : net_put_number(nj, device, "ConfigFlags", flags | CONFIGFLAG_DISABLED, err);
}

static void take_cards(struct rebind *rb)
{
        const ow_adapter *a = rb->nj->adapter;

        if (!rb->team) {
                rb->cards[rb->n_cards++] = a;
                return;
        }
        for (size_t i = 0; i < a->n_members && rb->n_cards < OW_COUNT(rb->cards); i++)
                rb->cards[rb->n_cards++] = &rb->nj->network->adapters[a->members[i]];
}

static int rebind(struct rebind *rb, ow_error *err)
{
        int r = choose(rb, err);

        for (size_t i = 0; i < rb->n_cards && r == 0; i++) {
                r = write_settings(rb, rb->cards[i], err);
                if (r == 0)
                        r = write_upper(rb, rb->cards[i], err);
        }
        if (r == 0)
                r = net_linkage_each(rb->nj->job, rb->set, relink, rb, err);
        if (r == 0 && rb->team)
                r = unbind_team(rb, err);
        return r == 0 && rb->team ? put_out(rb, err) : r;
}

int net_rebind(struct net_job *nj, void *state, ow_error *err)
{
        struct rebind rb = { .nj = nj, .kind = nj->adapter->team };
        int r;

        (void)state;
        rb.team = nj->adapter->kind == OW_ADAPTER_TEAM ? nj->adapter : NULL;
        rb.set = ow_asprintf("HKLM\\SYSTEM\\ControlSet%03u", nj->control_set);
        if (!rb.set)
                return ow_fail_nomem(err);
        take_cards(&rb);
        r = rebind(&rb, err);
        text_list_done(&rb.upper);
        ow_free(rb.set);
        return r;
}
