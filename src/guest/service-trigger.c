/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What starts a service besides SCM, and what SCM does when it fails: the two binary forms among a service's values.
 * Numbers and GUIDs are those of winsvc.h.
 */
#include <string.h>

#include "base/guid.h"
#include "base/le.h"
#include "guest/services.h"

enum { FAILURE_HEAD = 20, MAX_FAILURES = 100 };

static const struct known_trigger {
        const char *guid; /* NULL: any other of this kind */
        uint32_t kind;
        const char *what;
} known[] = {
        { "4f27f2de-14e2-430b-a549-7cd48cbc8245", OW_TRIGGER_IP_ADDRESS, "the first IP address is available" },
        { "cc4ba62a-162e-4648-847a-b6bdf993e335", OW_TRIGGER_IP_ADDRESS, "the last IP address is gone" },
        { "1ce20aba-9851-4421-9430-1ddeb766e809", OW_TRIGGER_DOMAIN_JOIN, "the machine is member of a domain" },
        { "ddaf516e-58c2-4866-9574-c3b615d42ea1", OW_TRIGGER_DOMAIN_JOIN, "the machine is in no domain" },
        { "b7569e07-8421-4ee0-ad10-86915afdad09", OW_TRIGGER_FIREWALL_PORT, "a firewall port opens" },
        { "a144ed38-8e12-4de4-9d96-e64740b1a524", OW_TRIGGER_FIREWALL_PORT, "a firewall port closes" },
        { "659fcae6-5bdb-4da9-b1ff-ca2a178d46e0", OW_TRIGGER_GROUP_POLICY, "the machine's group policy changes" },
        { "54fb46c8-f089-464c-b1fd-59d1b62c3b50", OW_TRIGGER_GROUP_POLICY, "a user's group policy changes" },
        { "bc90d167-9470-4139-a9ba-be0bbbf5b74d", OW_TRIGGER_NETWORK_ENDPOINT, "an RPC interface is called" },
        { "1f81d131-3fac-4537-9e0c-7e7b0c2f4b55", OW_TRIGGER_NETWORK_ENDPOINT, "a named pipe is opened" },
        { NULL, OW_TRIGGER_DEVICE, "a device arrives" },
        { NULL, OW_TRIGGER_IP_ADDRESS, "IP addresses come or go" },
        { NULL, OW_TRIGGER_DOMAIN_JOIN, "the machine joins or leaves a domain" },
        { NULL, OW_TRIGGER_FIREWALL_PORT, "a firewall port opens or closes" },
        { NULL, OW_TRIGGER_GROUP_POLICY, "group policy changes" },
        { NULL, OW_TRIGGER_NETWORK_ENDPOINT, "an RPC interface or a pipe is asked for" },
        { NULL, OW_TRIGGER_SYSTEM_STATE, "a state of the system changes" },
        { NULL, OW_TRIGGER_ETW, "a provider logs an event" },
        { NULL, OW_TRIGGER_AGGREGATE, "several conditions hold" },
};

static const char *what_of(const struct guest_trigger_raw *raw)
{
        for (size_t i = 0; i < OW_COUNT(known); i++) {
                ow_guid guid;

                if (known[i].kind != raw->kind)
                        continue;
                if (!known[i].guid ||
                    (ow_guid_parse(known[i].guid, &guid) && memcmp(guid.b, raw->subtype, sizeof guid.b) == 0))
                        return known[i].what;
        }
        return "something unknown happens";
}

void guest_service_trigger(struct guest_service_set *set, const char *key, const struct guest_trigger_raw *raw,
                           ow_service_trigger *ret)
{
        *ret = (ow_service_trigger){ .key = key, .kind = raw->kind, .action = raw->action, .what = what_of(raw) };
        memcpy(ret->subtype, raw->subtype, sizeof ret->subtype);
        ret->data = ow_pool_text(&set->pool, (const char *)raw->data.p, raw->data.len);
}

void guest_service_failures(ow_guest *guest, struct guest_service_set *set, const ow_blob *blob, ow_service *s)
{
        ow_view all = { blob->p, blob->size }, part;
        ow_service_failure *failures;
        uint32_t count, offset;

        if (all.len < FAILURE_HEAD) {
                if (all.len)
                        guest_note(guest, "service '%s': 'FailureActions' has %zu bytes, needs %d", s->name, all.len,
                                   FAILURE_HEAD);
                return;
        }
        s->failure_reset = ow_le32_at(all.p);
        count = ow_le32_at(all.p + 12);
        offset = ow_le32_at(all.p + 16);
        if (count == 0)
                return;
        /* Setups that store the structure of the API leave a pointer where the offset should be. */
        if (all.len == FAILURE_HEAD + (size_t)count * 8)
                offset = FAILURE_HEAD;
        if (count > MAX_FAILURES || !ow_view_sub(all, offset, (size_t)count * 8, &part)) {
                guest_note(guest, "service '%s': 'FailureActions' claims %u actions at byte %u and has %zu bytes",
                           s->name, count, offset, all.len);
                return;
        }
        failures = ow_pool_alloc(&set->pool, count, sizeof *failures);
        for (uint32_t i = 0; failures && i < count; i++)
                failures[i] = (ow_service_failure){ ow_le32_at(part.p + 8 * i), ow_le32_at(part.p + 8 * i + 4) };
        s->failures = failures;
        s->n_failures = failures ? count : 0;
}
