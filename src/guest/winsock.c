/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * WinSock2\Parameters: Protocol_Catalog9 holds one entry per provider, PackedCatalogItem, a path of 260 bytes and a
 * WSAPROTOCOL_INFOW of 628; NameSpace_Catalog5 holds plain values. 64-bit Windows has both twice.
 */
#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <offwin/winsock.h>

#include "base/le.h"
#include "base/upcase.h"
#include "base/utf16.h"
#include "guest/bag.h"
#include "guest/extra.h"
#include "guest/version.h"

#define PARAMETERS "Services\\WinSock2\\Parameters"

enum { MAX_ENTRIES = 2000, PATH_SIZE = 260, NAME_UNITS = 256 };

struct item_disk {
        uint8_t path[PATH_SIZE];         /* 0x000 code page text, garbage behind its NUL */
        ow_le32 service_flags[4];        /* 0x104 */
        ow_le32 provider_flags;          /* 0x114 */
        uint8_t provider[16];            /* 0x118 */
        ow_le32 id;                      /* 0x128 */
        ow_le32 chain_length;            /* 0x12c */
        ow_le32 chain[OW_WINSOCK_CHAIN]; /* 0x130 */
        ow_le32 version;                 /* 0x14c */
        ow_le32 family;                  /* 0x150 */
        ow_le32 address_sizes[2];        /* 0x154 */
        ow_le32 socket_type;             /* 0x15c */
        ow_le32 protocol;                /* 0x160 */
        ow_le32 rest[5];                 /* 0x164 */
        uint8_t name[2 * NAME_UNITS];    /* 0x178 */
};
static_assert(sizeof(struct item_disk) == OW_WINSOCK_ITEM_SIZE, "catalogue item");
static_assert(offsetof(struct item_disk, name) == 260 + 116, "catalogue item");

/* What Windows itself registers, and what the tools of hypervisors add for a reason. */
static const char *const known_libraries[] = {
        "mswsock.dll", "rsvpsp.dll",   "msafd.dll",   "winrnr.dll",   "nlaapi.dll",
        "napinsp.dll", "pnrpnsp.dll",  "wshbth.dll",  "wshqos.dll",   "wsock32.dll",
        "rnr20.dll",   "nwprovau.dll", "wshirda.dll", "vsocklib.dll", "vmhgfs.dll",
        "viosocklib.dll",
};

static bool is_foreign(const char *path)
{
        const char *slash = strrchr(path, '\\');
        const char *file = slash ? slash + 1 : path;

        for (size_t i = 0; i < OW_COUNT(known_libraries); i++)
                if (guest_text_equal(file, known_libraries[i]))
                        return false;
        return true;
}

struct winsock {
        struct guest_extra extra; /* first */
        ow_winsock facts;
        ow_regkey set; /* the control set, when there is one */
        bool has_set;
};

static bool winsock_key(const struct guest_pool *pool, const char *path, ow_regkey *ret)
{
        const struct winsock *winsock = (const struct winsock *)(const void *)pool;

        return winsock->has_set && guest_subkey(pool->guest, winsock->set, path, ret);
}

/* ---- libraries ---- */

/* Where programs of this catalogue find it: those of 32 bits on a 64-bit Windows look into another folder. */
static const char *library_path(struct guest_pool *pool, const char *path, bool narrow)
{
        static const char folder[] = "system32\\";
        size_t size = sizeof folder - 1;

        if (!strchr(path, '\\'))
                return guest_pool_printf(pool, "%s%s", narrow ? "SysWOW64\\" : folder, path);
        for (const char *p = path; narrow && (p = strchr(p, '\\')); p++)
                if (ow_name_compare_n(p + 1, strnlen(p + 1, size), folder, size) == 0)
                        return guest_pool_printf(pool, "%.*s\\SysWOW64\\%s", (int)(p - path), path, p + 1 + size);
        return path;
}

static enum ow_winsock_library look_for(struct guest_pool *pool, const char *path, bool narrow)
{
        int r;

        if (!path[0])
                return OW_WINSOCK_LIBRARY_UNKNOWN;
        r = guest_path_there(pool->guest, library_path(pool, path, narrow));
        if (r < 0)
                return OW_WINSOCK_LIBRARY_UNKNOWN;
        return r > 0 ? OW_WINSOCK_LIBRARY_THERE : OW_WINSOCK_LIBRARY_MISSING;
}

static bool is_narrow(const struct guest_pool *pool, const ow_winsock_catalog *catalog)
{
        enum ow_arch arch = pool->guest->windows.arch;

        return !catalog->wide && (arch == OW_ARCH_X64 || arch == OW_ARCH_ARM64);
}

static const char *ansi(struct guest_pool *pool, const uint8_t *bytes, size_t size)
{
        size_t len = strnlen((const char *)bytes, size);
        OW_AUTO_FREE char *text = ow_latin1_text((ow_view){ bytes, len });

        if (!text)
                pool->guest->out_of_memory = true;
        return text ? guest_pool_text(pool, text) : "";
}

static const char *wide_text(struct guest_pool *pool, const uint8_t *bytes, size_t size)
{
        size_t end = 0;
        OW_AUTO_FREE char *text = NULL;

        while (end + 2 <= size && ow_le16_at(bytes + end) != 0)
                end += 2;
        text = ow_utf16_text((ow_view){ bytes, end });
        if (!text)
                pool->guest->out_of_memory = true;
        return text ? guest_pool_text(pool, text) : "";
}

static void decode(struct guest_pool *pool, const ow_blob *blob, ow_winsock_protocol *p)
{
        struct item_disk d;

        if (blob->size != sizeof d) {
                guest_note(pool->guest, "%s: PackedCatalogItem has %zu bytes, only items of %zu are known", p->key,
                           blob->size, sizeof d);
                return;
        }
        memcpy(&d, blob->p, sizeof d);
        p->understood = true;
        p->path = ansi(pool, d.path, sizeof d.path);
        p->name = wide_text(pool, d.name, sizeof d.name);
        memcpy(p->provider, d.provider, sizeof p->provider);
        p->id = ow_le32_get(d.id);
        p->chain_length = ow_le32_get(d.chain_length);
        for (size_t i = 0; i < OW_WINSOCK_CHAIN; i++)
                p->chain[i] = ow_le32_get(d.chain[i]);
        if (p->chain_length > OW_WINSOCK_CHAIN) {
                guest_note(pool->guest, "%s: a chain of %u providers, which has room for %d", p->key, p->chain_length,
                           OW_WINSOCK_CHAIN);
                p->chain_length = OW_WINSOCK_CHAIN;
        }
        p->family = ow_le32_get(d.family);
        p->socket_type = ow_le32_get(d.socket_type);
        p->protocol = ow_le32_get(d.protocol);
        p->service_flags = ow_le32_get(d.service_flags[0]);
        p->provider_flags = ow_le32_get(d.provider_flags);
        p->layered = p->chain_length != 1;
        p->foreign = is_foreign(p->path);
}

static void read_protocols(struct guest_pool *pool, ow_winsock_catalog *catalog, ow_regkey entries)
{
        GUEST_AUTO_LIST list = { 0 };
        ow_subkey_iter iter = { 0 };
        ow_regkey entry;
        char *name;

        while (guest_next_subkey(pool->guest, entries, &iter, &entry, &name)) {
                OW_AUTO_FREE char *owned = name;
                OW_AUTO_BLOB blob = { 0 };
                ow_winsock_protocol *p = guest_list_add(pool->guest, &list, sizeof *p, MAX_ENTRIES);
                uint32_t type;

                if (!p)
                        break;
                p->key = guest_pool_printf(pool, "%s\\%s", catalog->protocols_key, owned);
                p->path = p->name = "";
                p->chain_length = 1;
                if (guest_blob(pool->guest, entry, "PackedCatalogItem", &type, &blob))
                        decode(pool, &blob, p);
                else
                        guest_note(pool->guest, "%s: no PackedCatalogItem", p->key);
                if (p->layered || p->foreign) /* what Windows itself has costs a look for each entry */
                        p->library = look_for(pool, p->path, is_narrow(pool, catalog));
        }
        catalog->protocols = guest_pool_copy(pool, list.items, list.n, sizeof *catalog->protocols);
        catalog->n_protocols = catalog->protocols ? list.n : 0;
}

static void read_namespaces(struct guest_pool *pool, ow_winsock_catalog *catalog, ow_regkey entries)
{
        GUEST_AUTO_LIST list = { 0 };
        ow_subkey_iter iter = { 0 };
        ow_regkey entry;
        char *name;

        while (guest_next_subkey(pool->guest, entries, &iter, &entry, &name)) {
                OW_AUTO_FREE char *owned = name;
                GUEST_AUTO_BAG bag = { 0 };
                ow_winsock_namespace *p = guest_list_add(pool->guest, &list, sizeof *p, MAX_ENTRIES);
                const struct bag_value *id;

                if (!p)
                        break;
                p->key = guest_pool_printf(pool, "%s\\%s", catalog->namespaces_key, owned);
                guest_bag_load(pool->guest, entry, p->key, &bag);
                p->path = guest_bag_text(&bag, "LibraryPath", pool);
                p->name = guest_bag_text(&bag, "DisplayString", pool);
                p->name_space = guest_bag_number(&bag, "SupportedNameSpace").value;
                p->enabled = guest_bag_number(&bag, "Enabled").value != 0;
                id = guest_bag_find(&bag, "ProviderId");
                if (id && id->blob.size == sizeof p->provider)
                        memcpy(p->provider, id->blob.p, sizeof p->provider);
                p->foreign = is_foreign(p->path);
                if (p->foreign)
                        p->library = look_for(pool, p->path, is_narrow(pool, catalog));
        }
        catalog->namespaces = guest_pool_copy(pool, list.items, list.n, sizeof *catalog->namespaces);
        catalog->n_namespaces = catalog->namespaces ? list.n : 0;
}

static uint32_t told(struct guest_pool *pool, const char *path, const char *name)
{
        ow_regkey key;
        uint32_t n;

        return winsock_key(pool, path, &key) && guest_dword(pool->guest, key, name, &n) ? n : UINT32_MAX;
}

/* The catalogue's own name is in a value, which nearly always says the same. */
static const char *catalog_name(struct guest_pool *pool, const char *value, const char *usual)
{
        char name[64] = "";
        ow_regkey key;

        if (winsock_key(pool, PARAMETERS, &key))
                (void)guest_text(pool->guest, key, value, name, sizeof name);
        return name[0] && !strchr(name, '\\') ? guest_pool_text(pool, name) : usual;
}

static void read_catalog(struct guest_pool *pool, ow_winsock *facts, bool wide)
{
        const char *suffix = wide ? "64" : "";
        const char *protocols = catalog_name(pool, "Current_Protocol_Catalog", "Protocol_Catalog9");
        const char *namespaces = catalog_name(pool, "Current_NameSpace_Catalog", "NameSpace_Catalog5");
        ow_winsock_catalog *catalog = &facts->catalogs[facts->n_catalogs];
        const char *parent, *count = guest_pool_printf(pool, "Num_Catalog_Entries%s", suffix);
        ow_regkey key;

        *catalog = (ow_winsock_catalog){ .wide = wide, .protocols_key = "", .namespaces_key = "" };
        catalog->protocols_told = catalog->namespaces_told = UINT32_MAX;
        parent = guest_pool_printf(pool, PARAMETERS "\\%s", protocols);
        catalog->protocols_key = guest_pool_printf(pool, "%s\\Catalog_Entries%s", parent, suffix);
        if (winsock_key(pool, catalog->protocols_key, &key)) {
                catalog->protocols_told = told(pool, parent, count);
                read_protocols(pool, catalog, key);
        } else {
                catalog->protocols_key = "";
        }
        parent = guest_pool_printf(pool, PARAMETERS "\\%s", namespaces);
        catalog->namespaces_key = guest_pool_printf(pool, "%s\\Catalog_Entries%s", parent, suffix);
        if (winsock_key(pool, catalog->namespaces_key, &key)) {
                catalog->namespaces_told = told(pool, parent, count);
                read_namespaces(pool, catalog, key);
        } else {
                catalog->namespaces_key = "";
        }
        if (catalog->protocols_key[0] || catalog->namespaces_key[0])
                facts->n_catalogs++;
        if (catalog->protocols_told != UINT32_MAX && catalog->protocols_told != catalog->n_protocols)
                guest_note(pool->guest, "%s holds %zu entries and says %u", catalog->protocols_key,
                           catalog->n_protocols, catalog->protocols_told);
}

static void read_set(struct winsock *winsock, uint32_t control_set)
{
        char path[40];

        (void)snprintf(path, sizeof path, "HKLM\\SYSTEM\\ControlSet%03u", control_set);
        winsock->has_set = guest_key(winsock->extra.pool.guest, path, &winsock->set);
        read_catalog(&winsock->extra.pool, &winsock->facts, false);
        read_catalog(&winsock->extra.pool, &winsock->facts, true);
}

static void read_winsock(struct guest_extra *extra)
{
        read_set((struct winsock *)extra, ow_guest_control_sets(extra->pool.guest)->current);
}

int ow_guest_winsock(ow_guest *guest, const ow_winsock **ret, ow_error *err)
{
        int r = guest_extra_load(guest, &guest->winsock, sizeof(struct winsock), read_winsock, err);

        if (r == 0)
                *ret = &((struct winsock *)guest->winsock)->facts;
        return r;
}

int ow_winsock_load(ow_guest *guest, uint32_t control_set, ow_winsock **ret, ow_error *err)
{
        struct winsock *winsock = ow_calloc(1, sizeof *winsock);

        if (!winsock)
                return ow_fail_nomem(err);
        winsock->extra.pool.guest = guest;
        read_set(winsock, control_set);
        *ret = &winsock->facts;
        if (!guest->out_of_memory)
                return 0;
        guest->out_of_memory = false;
        ow_winsock_free(*ret);
        return ow_fail_nomem(err);
}

void ow_winsock_free(ow_winsock *winsock)
{
        if (winsock)
                guest_extra_free(
                        (struct guest_extra *)(void *)((char *)winsock - offsetof(struct winsock, facts)));
}
