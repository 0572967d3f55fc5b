/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Teams and bridges: which adapters are in which. A card in one is bound to the protocol of the teaming software
 * instead of TCP/IP; an intermediate driver keeps, below Services\<protocol>\Parameters\Adapters\{card}, the adapters
 * that it shows upwards ("UpperBindings", the layout of Microsoft's own sample). Where only the first is known, the
 * members go to the one team there is.
 */
#include <string.h>

#include "guest/net.h"

/* Protocols that cards in a team are bound to; in a bridge. */
static const char *const of_hp[] = { "cpqteam" };
static const char *const of_broadcom[] = { "Blfp" };
static const char *const of_intel[] = { "iANSProtocol", "iANSP" };
static const char *const of_lbfo[] = { "NdisImPlatform" };
static const char *const of_bridge[] = { "Bridge", "BridgeMP", "MsBridge" };

static const struct {
        ow_texts services;
        enum ow_team_kind team;
        bool bridge;
} protocols[] = {
        { { of_hp, OW_COUNT(of_hp) }, OW_TEAM_HP, false },
        { { of_broadcom, OW_COUNT(of_broadcom) }, OW_TEAM_BROADCOM, false },
        { { of_intel, OW_COUNT(of_intel) }, OW_TEAM_INTEL, false },
        { { of_lbfo, OW_COUNT(of_lbfo) }, OW_TEAM_LBFO, false },
        { { of_bridge, OW_COUNT(of_bridge) }, OW_TEAM_NONE, true },
};

ow_texts ow_team_protocols(enum ow_team_kind kind)
{
        for (size_t i = 0; i < OW_COUNT(protocols); i++)
                if (!protocols[i].bridge && protocols[i].team == kind)
                        return protocols[i].services;
        return (ow_texts){ NULL, 0 };
}

static bool is_one_of(ow_texts services, const char *name)
{
        for (size_t i = 0; i < services.count; i++)
                if (guest_text_equal(services.items[i], name))
                        return true;
        return false;
}

/* Index into protocols of what the adapter is bound to, and by which service, or -1. */
static int protocol_of(const ow_adapter *a, const char **ret_service)
{
        for (size_t i = 0; i < a->upper.count; i++)
                for (size_t k = 0; k < OW_COUNT(protocols); k++)
                        if (is_one_of(protocols[k].services, a->upper.items[i])) {
                                *ret_service = a->upper.items[i];
                                return (int)k;
                        }
        return -1;
}

static bool is_team_of(const ow_adapter *a, int protocol)
{
        if (protocols[protocol].bridge)
                return a->kind == OW_ADAPTER_BRIDGE;
        return a->kind == OW_ADAPTER_TEAM && a->team == protocols[protocol].team;
}

/* The only team or bridge of this protocol, or OW_NO_ADAPTER. */
static int only_team(const struct net *net, int protocol)
{
        int found = OW_NO_ADAPTER;

        for (size_t i = 0; i < net->adapters.n; i++) {
                if (!is_team_of(&net_adapter_at(net, i)->a, protocol))
                        continue;
                if (found != OW_NO_ADAPTER)
                        return OW_NO_ADAPTER;
                found = (int)i;
        }
        return found;
}

struct search {
        const struct net *net;
        int found;
};

static void take_device(void *state, const char *text)
{
        struct search *search = state;
        const char *guid = strchr(text, '{');
        struct net_adapter *adapter = guid ? net_adapter_by_guid(search->net, guid) : NULL;

        if (adapter && search->found == OW_NO_ADAPTER)
                search->found = net_adapter_index(search->net, adapter);
}

/* The team that the teaming driver itself says the card is in. */
static int told_team(struct net *net, const ow_adapter *card, const char *service)
{
        struct search search = { net, OW_NO_ADAPTER };
        ow_regkey key;

        if (net_key(net, guest_pool_printf(&net->pool, "Services\\%s\\Parameters\\Adapters\\%s", service, card->guid),
                    &key))
                guest_each_text(net->guest, key, "UpperBindings", take_device, &search);
        return search.found;
}

static void join(struct net *net, size_t card, int team)
{
        int *slot =
                guest_list_add(net->guest, &net_adapter_at(net, (size_t)team)->members, sizeof *slot, NET_MAX_LIST);

        net_adapter_at(net, card)->a.team_adapter = team;
        if (slot)
                *slot = (int)card;
}

void net_read_teams(struct net *net)
{
        for (size_t i = 0; i < net->adapters.n; i++) {
                struct net_adapter *card = net_adapter_at(net, i);
                const char *service = "";
                int protocol = protocol_of(&card->a, &service), team;

                if (protocol < 0 || is_team_of(&card->a, protocol))
                        continue;
                card->a.team = protocols[protocol].team;
                team = told_team(net, &card->a, service);
                if (team == OW_NO_ADAPTER || team == (int)i)
                        team = only_team(net, protocol);
                if (team != OW_NO_ADAPTER && team != (int)i)
                        join(net, i, team);
        }
}
