/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings of what programs and services expect beyond the network card: an update server, a proxy, layers between
 * them and TCP/IP.
 */
#include <string.h>

#include <offwin/guest.h>
#include <offwin/registry.h>
#include <offwin/winsock.h>

#include "base/le.h"
#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/builtin.h"
#include "fix/findings.h"
#include "fix/forecast.h"

#define UPDATE   "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate"
#define INTERNET "Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"

enum { TEXT_MAX = 200, SHOWN_MAX = 4, PROFILES_MAX = 64 };

/* ---- Windows Update ---- */

/* The text at a place, "" when there is none; cut. OW_E_NOMEM. */
static int text_at(ow_guest *guest, const char *where, const char *name, char text[TEXT_MAX], ow_error *err)
{
        OW_AUTO_FREE char *whole = NULL;
        ow_error why = OW_ERROR_INIT;
        ow_datum datum;
        int r = plan_read(guest, where, name, &datum, &why);

        text[0] = '\0';
        if (r < 0)
                return r == OW_E_NOMEM ? ow_fail_nomem(err) : 0; /* a damaged hive is told elsewhere */
        if (datum.present && (datum.type == OW_REG_SZ || datum.type == OW_REG_EXPAND_SZ))
                whole = ow_utf16_text((ow_view){ datum.data.p, datum.data.size });
        ow_blob_done(&datum.data);
        if (whole && strlen(whole) < TEXT_MAX)
                strcpy(text, whole);
        else if (whole)
                (void)strncat(text, whole, TEXT_MAX / 2); /* no URL: a few of its bytes are enough to tell */
        return 0;
}

/* The host of a URL; its size. */
static const char *host_of(const char *url, size_t *ret_size)
{
        const char *slashes = strstr(url, "://"), *host = slashes ? slashes + 3 : url;

        *ret_size = strcspn(host, ":/?#");
        return host;
}

static bool is_private(const char *host, size_t size)
{
        static const char *const networks[] = { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16" };
        char text[OW_ADDRESS_TEXT];
        ow_address address;
        ow_prefix network;

        if (size >= sizeof text)
                return false;
        memcpy(text, host, size);
        text[size] = '\0';
        for (size_t i = 0; i < OW_COUNT(networks); i++)
                if (ow_address_parse(text, &address) && ow_prefix_parse(networks[i], &network) &&
                    ow_prefix_contains(&network, &address))
                        return true;
        return false;
}

/* A host that only a network of one's own knows: without a dot, of the machine's domain, or a private address. */
static bool is_internal(ow_guest *guest, const char *host, size_t size)
{
        const char *domain = ow_guest_windows(guest)->domain;
        size_t tail = strlen(domain);

        if (!memchr(host, '.', size) || is_private(host, size))
                return true;
        return tail && size > tail && host[size - tail - 1] == '.' &&
               ow_name_compare_n(host + size - tail, tail, domain, tail) == 0;
}

static int update_server(struct fix_findings *findings, ow_guest *guest, ow_error *err)
{
        struct fix_note note = {
                .id = "wsus-policy",
                .title = "Windows Update asks a server of the old network",
                .reason = "when that is out of reach, every search for updates runs into its time limits, and no "
                          "update "
                          "comes",
                .command = "offwin fix DISK windows-update-wsus --set wsus=URL",
        };
        const struct fix_view view = { guest, NULL };
        OW_AUTO_BUFFER detail = OW_BUFFER_INIT;
        char server[TEXT_MAX];
        uint32_t used = 0;
        const char *host;
        size_t size;
        int r;

        r = fix_view_dword(&view, UPDATE "\\AU", "UseWUServer", &used, err);
        if (r <= 0 || used == 0)
                return r < 0 ? r : 0;
        r = text_at(guest, UPDATE, "WUServer", server, err);
        if (r < 0 || !server[0])
                return r;
        host = host_of(server, &size);
        note.confidence = is_internal(guest, host, size) ? OW_CONFIDENCE_HIGH : OW_CONFIDENCE_FAIR;
        ow_buffer_printf(&detail, "WUServer is %s", server);
        return fix_findings_note(findings, &note, &detail, err);
}

/* ---- proxies ---- */

static void put_proxy(struct fix_listing *l, const char *who, const char *proxy)
{
        if (fix_listing_next(l))
                ow_buffer_printf(&l->text, "%s: %s", who, proxy);
}

static int services_proxy(struct fix_listing *l, ow_guest *guest, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        char proxy[TEXT_MAX];
        ow_datum datum;
        int r;

        r = plan_read(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\Connections",
                      "WinHttpSettings", &datum, &why);
        if (r < 0)
                return r == OW_E_NOMEM ? ow_fail_nomem(err) : 0;
        if (datum.present && fix_proxy_of(datum.data.p, datum.data.size, proxy, sizeof proxy))
                put_proxy(l, "services", proxy);
        ow_blob_done(&datum.data);
        return 0;
}

static int user_proxy(struct fix_listing *l, ow_guest *guest, const char *where, ow_error *err)
{
        const struct fix_view view = { guest, NULL };
        char text[TEXT_MAX];
        uint32_t enabled = 0;
        int r;

        r = fix_view_dword(&view, where, "ProxyEnable", &enabled, err);
        if (r > 0 && enabled) {
                r = text_at(guest, where, "ProxyServer", text, err);
                if (r == 0 && text[0])
                        put_proxy(l, "a user", text);
        }
        if (r < 0)
                return r;
        r = text_at(guest, where, "AutoConfigURL", text, err);
        if (r == 0 && text[0])
                put_proxy(l, "a user, by script", text);
        return r;
}

static int proxies(struct fix_findings *findings, ow_guest *guest, ow_error *err)
{
        struct fix_note note = {
                .id = "proxy-set",
                .title = "Programs go through a proxy of the old network",
                .reason = "when it is out of reach, they reach nothing",
                .command = "offwin fix DISK proxy --set proxy=HOST:PORT",
                .confidence = OW_CONFIDENCE_FAIR,
        };
        struct fix_listing l = { .most = SHOWN_MAX };
        char **paths = NULL;
        size_t n = 0;
        int r;

        r = services_proxy(&l, guest, err);
        if (l.n == 0)
                note.command = "offwin reg set DISK 'HKCU\\" INTERNET "' ProxyEnable dword 0";
        if (r == 0)
                r = ow_registry_expand(guest, "HKCU\\" INTERNET, &paths, &n, err);
        for (size_t i = 0; i < n && i < PROFILES_MAX && r >= 0; i++)
                r = user_proxy(&l, guest, paths[i], err);
        ow_registry_paths_free(paths, n);
        return fix_listing_tell(&l, findings, &note, r < 0 ? r : 0, err);
}

/* ---- Winsock ---- */

struct layers {
        struct fix_listing list;
        bool missing;
        char last[TEXT_MAX]; /* path told last: a layer has many entries */
};

static void look_at(struct layers *l, const ow_winsock_protocol *p)
{
        bool missing = p->library == OW_WINSOCK_LIBRARY_MISSING;

        if (!p->understood || (!p->layered && !p->foreign) || strncmp(l->last, p->path, TEXT_MAX - 1) == 0)
                return;
        l->last[0] = '\0';
        (void)strncat(l->last, p->path, TEXT_MAX - 1);
        l->missing = l->missing || missing;
        if (fix_listing_next(&l->list))
                ow_buffer_printf(&l->list.text, "%.60s (%.120s%s)", p->name, p->path,
                                 missing ? ", which is missing" : "");
}

static int winsock_layers(struct fix_findings *findings, ow_guest *guest, ow_error *err)
{
        struct fix_note note = {
                .id = "winsock-layers",
                .title = "Layers of others stand between programs and TCP/IP",
                .reason = "one whose library is missing or fails takes every connection along",
                .command = "offwin net winsock repair DISK",
        };
        struct layers l = { .list.most = SHOWN_MAX };
        const ow_winsock *winsock;
        int r;

        r = ow_guest_winsock(guest, &winsock, err);
        for (size_t i = 0; r == 0 && i < winsock->n_catalogs; i++)
                for (size_t k = 0; k < winsock->catalogs[i].n_protocols; k++)
                        look_at(&l, &winsock->catalogs[i].protocols[k]);
        note.confidence = l.missing ? OW_CONFIDENCE_HIGH : OW_CONFIDENCE_LOW;
        return fix_listing_tell(&l.list, findings, &note, r, err);
}

int fix_findings_internet(struct fix_findings *findings, ow_guest *guest, ow_error *err)
{
        int r;

        r = update_server(findings, guest, err);
        if (r == 0)
                r = proxies(findings, guest, err);
        return r == 0 ? winsock_layers(findings, guest, err) : r;
}
