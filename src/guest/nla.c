/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network location awareness: NetworkList of SOFTWARE, NlaSvc, and the policies about both. */
#include <string.h>

#include <offwin/nla.h>

#include "base/le.h"
#include "guest/bag.h"
#include "guest/extra.h"
#include "guest/version.h"

#define NETWORK_LIST "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\NetworkList"
#define POLICIES     "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows"

/* The signature of every network that is not recognised, in the policy about it. */
#define UNIDENTIFIED                                                                                                 \
        POLICIES " NT\\CurrentVersion\\NetworkList\\Signatures\\"                                                    \
                 "010103000F0000F0010000000F0000F0C967A3643C3AD745950DA7859209176EF5B87C875FA20DF21951640E807D7C24"

enum { MAX_NETWORKS = 5000, SYSTEMTIME_SIZE = 16 };

struct nla {
        struct guest_extra extra; /* first */
        ow_nla facts;
};

const char *ow_network_category_name(uint32_t category)
{
        static const char *const names[] = {
                [OW_CATEGORY_PUBLIC] = "public", [OW_CATEGORY_PRIVATE] = "private", [OW_CATEGORY_DOMAIN] = "domain"
        };

        return category < OW_COUNT(names) ? names[category] : "?";
}

static ow_local_time local_time(struct guest_bag *bag, const char *name)
{
        const struct bag_value *v = guest_bag_find(bag, name);
        ow_local_time time = { 0 };

        if (!v)
                return time;
        if (v->blob.size != SYSTEMTIME_SIZE) {
                guest_note(bag->guest, "%s: %s has %zu bytes, a time has %d", bag->where, name, v->blob.size,
                           SYSTEMTIME_SIZE);
                return time;
        }
        time.year = ow_le16_at(v->blob.p);
        time.month = ow_le16_at(v->blob.p + 2); /* then the day of the week */
        time.day = ow_le16_at(v->blob.p + 6);
        time.hour = ow_le16_at(v->blob.p + 8);
        time.minute = ow_le16_at(v->blob.p + 10);
        time.second = ow_le16_at(v->blob.p + 12);
        return time;
}

static void read_profile(struct guest_pool *pool, ow_regkey key, const char *guid, ow_network_profile *p)
{
        GUEST_AUTO_BAG bag = { 0 };

        p->key = guest_pool_printf(pool, NETWORK_LIST "\\Profiles\\%s", guid);
        p->guid = guest_pool_text(pool, guid);
        guest_bag_load(pool->guest, key, p->key, &bag);
        p->name = guest_bag_text(&bag, "ProfileName", pool);
        p->description = guest_bag_text(&bag, "Description", pool);
        p->category = guest_bag_number(&bag, "Category");
        p->managed = guest_bag_number(&bag, "Managed");
        p->name_type = guest_bag_number(&bag, "NameType");
        p->created = local_time(&bag, "DateCreated");
        p->last_connected = local_time(&bag, "DateLastConnected");
}

static void read_profiles(struct guest_pool *pool, ow_nla *facts)
{
        GUEST_AUTO_LIST list = { 0 };
        ow_subkey_iter iter = { 0 };
        ow_regkey profiles, key;
        char *name;

        if (!guest_key(pool->guest, NETWORK_LIST "\\Profiles", &profiles))
                return;
        while (guest_next_subkey(pool->guest, profiles, &iter, &key, &name)) {
                OW_AUTO_FREE char *owned = name;
                ow_network_profile *p = guest_list_add(pool->guest, &list, sizeof *p, MAX_NETWORKS);

                if (!p)
                        break;
                read_profile(pool, key, owned, p);
        }
        facts->profiles = guest_pool_copy(pool, list.items, list.n, sizeof *facts->profiles);
        facts->n_profiles = facts->profiles ? list.n : 0;
}

static void read_signature(struct guest_pool *pool, ow_regkey key, const char *kind, const char *name,
                           ow_network_signature *s)
{
        const struct bag_value *mac;
        GUEST_AUTO_BAG bag = { 0 };

        s->key = guest_pool_printf(pool, NETWORK_LIST "\\Signatures\\%s\\%s", kind, name);
        s->name = guest_pool_text(pool, name);
        s->managed = guest_text_equal(kind, "Managed");
        guest_bag_load(pool->guest, key, s->key, &bag);
        s->profile = guest_bag_text(&bag, "ProfileGuid", pool);
        s->description = guest_bag_text(&bag, "Description", pool);
        s->first_network = guest_bag_text(&bag, "FirstNetwork", pool);
        s->dns_suffix = guest_bag_text(&bag, "DnsSuffix", pool);
        s->source = guest_bag_number(&bag, "Source");
        mac = guest_bag_find(&bag, "DefaultGatewayMac");
        s->has_gateway_mac = mac && mac->blob.size == sizeof s->gateway_mac.b;
        if (s->has_gateway_mac)
                memcpy(s->gateway_mac.b, mac->blob.p, sizeof s->gateway_mac.b);
        else if (mac && mac->blob.size)
                guest_note(pool->guest, "%s: DefaultGatewayMac has %zu bytes", s->key, mac->blob.size);
}

static void read_signatures(struct guest_pool *pool, ow_nla *facts)
{
        static const char *const kinds[] = { "Managed", "Unmanaged" };
        GUEST_AUTO_LIST list = { 0 };

        for (size_t i = 0; i < OW_COUNT(kinds); i++) {
                ow_subkey_iter iter = { 0 };
                ow_regkey signatures, key;
                char *name;

                if (!guest_key(pool->guest, guest_pool_printf(pool, NETWORK_LIST "\\Signatures\\%s", kinds[i]),
                               &signatures))
                        continue;
                while (guest_next_subkey(pool->guest, signatures, &iter, &key, &name)) {
                        OW_AUTO_FREE char *owned = name;
                        ow_network_signature *s = guest_list_add(pool->guest, &list, sizeof *s, MAX_NETWORKS);

                        if (!s)
                                break;
                        read_signature(pool, key, kinds[i], owned, s);
                }
        }
        facts->signatures = guest_pool_copy(pool, list.items, list.n, sizeof *facts->signatures);
        facts->n_signatures = facts->signatures ? list.n : 0;
}

static ow_named_values all_of(struct guest_pool *pool, ow_regkey key, const char *where)
{
        GUEST_AUTO_BAG bag = { 0 };

        guest_bag_load(pool->guest, key, where, &bag);
        return guest_bag_rest(&bag, pool);
}

static ow_setting number(struct guest_pool *pool, ow_regkey key, const char *where, const char *name)
{
        GUEST_AUTO_BAG bag = { 0 };

        guest_bag_load(pool->guest, key, where, &bag);
        return guest_bag_number(&bag, name);
}

static void read_settings(struct guest_pool *pool, ow_nla *facts)
{
        static const char probes[] = "Services\\NlaSvc\\Parameters\\Internet", nla[] = "Services\\NlaSvc\\Parameters";
        static const char dns[] = "Services\\Dnscache\\Parameters", netlogon[] = "Services\\Netlogon\\Parameters";
        static const char policy[] = POLICIES "\\NetworkConnectivityStatusIndicator";
        ow_guest *guest = pool->guest;
        ow_regkey key;

        if (guest_ccs_key(guest, probes, &key))
                facts->probes = all_of(pool, key, probes);
        if (guest_ccs_key(guest, nla, &key))
                facts->parameters = all_of(pool, key, nla);
        if (guest_ccs_key(guest, dns, &key))
                facts->negative_dns_cache = number(pool, key, dns, "MaxNegativeCacheTtl");
        if (guest_ccs_key(guest, netlogon, &key))
                facts->negative_dc_cache = number(pool, key, netlogon, "NegativeCachePeriod");
        if (guest_key(guest, policy, &key))
                facts->probe_policies = all_of(pool, key, policy);
        if (guest_key(guest, UNIDENTIFIED, &key))
                facts->unidentified = number(pool, key, "policy for unidentified networks", "Category");
        facts->window_off = guest_ccs_key(guest, "Control\\Network\\NewNetworkWindowOff", &key);
}

static void read_nla(struct guest_extra *extra)
{
        ow_nla *facts = &((struct nla *)extra)->facts;

        read_profiles(&extra->pool, facts);
        read_signatures(&extra->pool, facts);
        read_settings(&extra->pool, facts);
}

int ow_guest_nla(ow_guest *guest, const ow_nla **ret, ow_error *err)
{
        int r = guest_extra_load(guest, &guest->nla, sizeof(struct nla), read_nla, err);

        if (r == 0)
                *ret = &((struct nla *)guest->nla)->facts;
        return r;
}
