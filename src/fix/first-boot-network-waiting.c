/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What waits in C:\Windows\offwin\network.json, read back. */
#include "fix/first-boot-network-json.h"

#include <string.h>

#include "base/upcase.h"
#include "fix/net.h"

enum {
        FILE_MAX = 1 << 20, /* bytes of a file that is there */
        ENTRIES_MAX = 256,
};

bool first_boot_entry_is(const json_t *object, const char *key, const char *text)
{
        const char *there = json_string_value(json_object_get(object, key));

        return there && text && ow_name_compare(there, text) == 0;
}

int first_boot_network_parse(const void *bytes, size_t size, const char *machine, json_t **ret_adapters,
                             ow_error *err)
{
        json_error_t error;
        AUTO_JSON root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);
        json_t *adapters = json_object_get(root, "adapters");

        if (!root)
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "'%s' of the guest is no JSON: line %d: %s",
                               FIRST_BOOT_NETWORK_FILE, error.line, error.text);
        if (json_integer_value(json_object_get(root, "offwin")) != FIRST_BOOT_NETWORK_FORMAT ||
            !json_is_array(adapters))
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' of the guest is of another format",
                               FIRST_BOOT_NETWORK_FILE);
        if (json_array_size(adapters) > ENTRIES_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' of the guest has more than %d entries",
                               FIRST_BOOT_NETWORK_FILE, ENTRIES_MAX);
        if (!first_boot_entry_is(root, "machine", machine)) { /* of the machine that this one was copied from */
                *ret_adapters = json_array();
                return *ret_adapters ? 0 : ow_fail_nomem(err);
        }
        *ret_adapters = json_incref(adapters);
        return 0;
}

int first_boot_network_load(ow_guest *guest, json_t **ret, ow_error *err)
{
        OW_AUTO_FREE char *where = NULL, *inside = NULL;
        ow_blob bytes = { NULL, 0 };
        ow_volume *volume;
        ow_stat stat;
        int r;

        r = plan_file_place(guest, FIRST_BOOT_NETWORK_FILE, &where, &volume, &inside, err);
        if (r == 0)
                r = ow_volume_stat(volume, inside, &stat, err);
        if (r <= 0)
                return r;
        r = ow_volume_read_file(volume, inside, FILE_MAX, &bytes, err);
        if (r == 0)
                r = first_boot_network_parse(bytes.p, bytes.size, ow_guest_windows(guest)->computer_name, ret, err);
        ow_blob_done(&bytes);
        return r < 0 ? ow_wrap(err, r, "offwin file rm takes it away") : 0;
}

/* ---- what an entry gives ---- */

/* Lists that are given become texts of ow_addressing_set(). */
static int take_list(const json_t *entry, const char *key, const char *word, ow_addressing *a, ow_error *err)
{
        const json_t *list = json_object_get(entry, key);
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        OW_AUTO_FREE char *all = NULL;

        if (!list)
                return 0;
        ow_buffer_put_text(&text, "none");
        for (size_t i = 0; i < json_array_size(list); i++) {
                const char *one = json_string_value(json_array_get(list, i));

                ow_buffer_printf(&text, ",%s", one ? one : "?");
        }
        all = ow_buffer_take_text(&text);
        return all ? ow_addressing_set(a, word, all, err) : ow_fail_nomem(err);
}

static int take_text(const json_t *entry, const char *word, ow_addressing *a, ow_error *err)
{
        const json_t *value = json_object_get(entry, word);
        char number[32];

        if (!value)
                return 0;
        if (json_is_string(value))
                return ow_addressing_set(a, word, json_string_value(value), err);
        if (json_is_boolean(value))
                return ow_addressing_set(a, word, json_is_true(value) ? "yes" : "no", err);
        (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        return ow_addressing_set(a, word, number, err);
}

static int take_all(const json_t *entry, ow_addressing *a, ow_error *err)
{
        static const char *const lists[][2] = { { "addresses", "address" },
                                                { "gateways", "gateway" },
                                                { "dns", "dns" },
                                                { "wins", "wins" },
                                                { "routes", "route" } };
        static const char *const words[] = { "name", "suffix", "netbios", "register", "register-suffix",
                                             "mtu",  "metric" };
        int r = 0;

        for (size_t i = 0; i < OW_COUNT(lists) && r == 0; i++)
                r = take_list(entry, lists[i][0], lists[i][1], a, err);
        for (size_t i = 0; i < OW_COUNT(words) && r == 0; i++)
                r = take_text(entry, words[i], a, err);
        return r;
}

int first_boot_entry_parse(const json_t *entry, ow_addressing *ret, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        ow_addressing a;
        int r;

        ow_addressing_init(&a);
        r = take_all(entry, &a, &why);
        if (r < 0) {
                ow_addressing_done(&a);
                return r == OW_E_NOMEM ? ow_fail_nomem(err)
                                       : ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "'%s' of the guest: %s",
                                                 FIRST_BOOT_NETWORK_FILE, why.text);
        }
        *ret = a;
        return 0;
}

int ow_addressing_waiting(ow_guest *guest, const char *guid, ow_addressing *ret, ow_error *err)
{
        AUTO_JSON entries = NULL;
        int r;

        r = guid[0] ? first_boot_network_load(guest, &entries, err) : 0;
        for (size_t i = 0; r == 0 && i < json_array_size(entries); i++) {
                const json_t *entry = json_array_get(entries, i);

                if (!first_boot_entry_is(entry, "guid", guid))
                        continue;
                r = first_boot_entry_parse(entry, ret, err);
                return r < 0 ? r : 1;
        }
        return r;
}

int ow_addressing_load(ow_guest *guest, size_t index, ow_addressing *ret, ow_error *err)
{
        ow_addressing waiting, have;
        const ow_network *network;
        int r;

        r = ow_guest_network(guest, &network, err);
        if (r == 0)
                r = ow_addressing_from_adapter(network, index, &have, err);
        if (r < 0)
                return r;
        r = ow_addressing_waiting(guest, network->adapters[index].guid, &waiting, err);
        if (r > 0 && !waiting.name)
                r = have.name ? ow_addressing_set_name(&waiting, have.name, err) : 0;
        else if (r > 0)
                r = 0;
        else if (r == 0) {
                *ret = have;
                return 0;
        }
        ow_addressing_done(&have);
        if (r == 0)
                *ret = waiting;
        return r;
}

/* ---- a card to come ---- */

/* An entry for the card of this MAC; without one, for whichever card comes. */
static bool is_for(const json_t *entry, const ow_mac *mac)
{
        const json_t *text = json_object_get(entry, "mac");
        ow_mac have;

        if (!mac)
                return !text && !json_object_get(entry, "guid");
        return json_is_string(text) && ow_mac_parse(json_string_value(text), &have) && ow_mac_equal(&have, mac);
}

int net_first_boot_waits(ow_guest *guest, const ow_mac *mac, ow_addressing *ret_want, char **ret_from, ow_error *err)
{
        AUTO_JSON entries = NULL;
        int r;

        r = first_boot_network_load(guest, &entries, err);
        for (size_t i = 0; r == 0 && i < json_array_size(entries); i++) {
                const json_t *entry = json_array_get(entries, i);
                const char *from = json_string_value(json_object_get(entry, "from"));

                if (!is_for(entry, mac))
                        continue;
                r = first_boot_entry_parse(entry, ret_want, err);
                if (r < 0)
                        return r;
                *ret_from = from ? ow_strdup(from) : NULL;
                if (!from || *ret_from)
                        return 1;
                ow_addressing_done(ret_want);
                return ow_fail_nomem(err);
        }
        return r;
}

/* ---- who else is to get an address ---- */

static bool has_address(const ow_addressing *a, const ow_address *address)
{
        for (size_t i = 0; i < a->n_addresses; i++)
                if (ow_address_equal(&a->addresses[i].address, address))
                        return true;
        return false;
}

static int compare(const json_t *entry, const ow_addressing *want, ow_error *err)
{
        const char *mac = json_string_value(json_object_get(entry, "mac"));
        const char *guid = json_string_value(json_object_get(entry, "guid"));
        char text[OW_ADDRESS_TEXT];
        ow_addressing other;
        int r = first_boot_entry_parse(entry, &other, err);

        if (r < 0)
                return r;
        for (size_t i = 0; r == 0 && i < want->n_addresses; i++) {
                const ow_address *address = &want->addresses[i].address;

                if (ow_address_is_link_local(address) || !has_address(&other, address))
                        continue;
                ow_address_format(address, text);
                r = ow_fail(
                        err, OW_E_INVAL, OW_NOWHERE,
                        "address %s waits for %s %s, which gets it at the first boot (offwin undo takes that back)",
                        text,
                        mac    ? "the card"
                        : guid ? "the adapter"
                               : "the new card",
                        mac    ? mac
                        : guid ? guid
                               : "that comes");
        }
        ow_addressing_done(&other);
        return r;
}

/* Of an adapter that the plan sets too: what waited for it is written anew. */
static bool is_changing(const json_t *entry, const ow_network *network, const struct net_users *users)
{
        for (size_t i = 0; i < network->n_adapters && users->changing; i++)
                if (users->changing[i] && first_boot_entry_is(entry, "guid", network->adapters[i].guid))
                        return true;
        return false;
}

int net_first_boot_check(ow_guest *guest, const ow_addressing *want, const char *guid, const struct net_users *users,
                         ow_error *err)
{
        AUTO_JSON entries = NULL;
        const ow_network *network;
        char mac[OW_MAC_TEXT];
        int r;

        ow_mac_format(&want->mac, mac);
        r = ow_guest_network(guest, &network, err);
        if (r == 0)
                r = first_boot_network_load(guest, &entries, err);
        for (size_t i = 0; r == 0 && i < json_array_size(entries); i++) {
                const json_t *entry = json_array_get(entries, i);

                if (first_boot_entry_is(entry, "guid", guid) || first_boot_entry_is(entry, "from", guid) ||
                    (want->has_mac && first_boot_entry_is(entry, "mac", mac)) || is_changing(entry, network, users))
                        continue;
                r = compare(entry, want, err);
        }
        return r;
}
