/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network in the format asked for; the Winsock catalogues; remembered networks. */
#include "report/network.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"

#include "report/facts.h"

enum { LABEL = 20, INDENT = 2 };

/* 1 JSON, 0 text, or an error. */
static int format(const ow_report_options *options, ow_error *err)
{
        if (options && options->format == OW_REPORT_HTML)
                return report_no_html(err);
        return options && options->format == OW_REPORT_JSON;
}

int ow_report_network(ow_guest *guest, const ow_network *network, const ow_adapter *only, bool all,
                      const ow_report_options *options, char **ret, ow_error *err)
{
        int r = format(options, err);

        if (r < 0)
                return r;
        return r ? report_network_json(guest, network, only, ret, err)
                 : report_network_text(guest, network, only, all, options, ret, err);
}

static void put_buffer(struct report_page *page, size_t indent, ow_buffer *line)
{
        report_put_spaces(page, indent);
        report_put_line(page, indent, line);
}

/* ---- Winsock ---- */

static void winsock_json_protocol(struct report_json *json, json_t *array, const ow_winsock_protocol *p)
{
        json_t *o = report_json_add_object(json, array);
        json_t *chain;

        report_json_text(json, o, "key", p->key);
        report_json_bool(json, o, "understood", p->understood);
        report_json_text(json, o, "path", p->path);
        report_json_text(json, o, "name", p->name);
        report_json_guid(json, o, "provider", p->provider);
        report_json_number(json, o, "id", p->id);
        chain = report_json_array(json, o, "chain");
        for (size_t i = 0; i < p->chain_length && p->chain_length > 1; i++) {
                char number[16];

                (void)snprintf(number, sizeof number, "%u", p->chain[i]);
                report_json_add_text(json, chain, number);
        }
        report_json_number(json, o, "chain_length", p->chain_length);
        report_json_number(json, o, "family", p->family);
        report_json_number(json, o, "socket_type", p->socket_type);
        report_json_number(json, o, "protocol", p->protocol);
        report_json_bool(json, o, "layered", p->layered);
        report_json_bool(json, o, "foreign", p->foreign);
        report_json_bool(json, o, "missing", p->library == OW_WINSOCK_LIBRARY_MISSING);
}

static int winsock_json(ow_guest *guest, const ow_winsock *winsock, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("winsock");
        json_t *catalogs;
        bool reset;
        int r;

        report_json_installation(&json, json.root, guest);
        r = ow_winsock_reset_waits(guest, &reset, err);
        if (r < 0)
                return r;
        report_json_bool(&json, json.root, "reset_waits", reset);
        catalogs = report_json_array(&json, json.root, "catalogs");
        for (size_t i = 0; i < winsock->n_catalogs; i++) {
                const ow_winsock_catalog *c = &winsock->catalogs[i];
                json_t *o = report_json_add_object(&json, catalogs);
                json_t *protocols, *namespaces;

                report_json_bool(&json, o, "wide", c->wide);
                protocols = report_json_array(&json, o, "protocols");
                for (size_t k = 0; k < c->n_protocols; k++)
                        winsock_json_protocol(&json, protocols, &c->protocols[k]);
                namespaces = report_json_array(&json, o, "namespaces");
                for (size_t k = 0; k < c->n_namespaces; k++) {
                        const ow_winsock_namespace *n = &c->namespaces[k];
                        json_t *one = report_json_add_object(&json, namespaces);

                        report_json_text(&json, one, "key", n->key);
                        report_json_text(&json, one, "path", n->path);
                        report_json_text(&json, one, "name", n->name);
                        report_json_guid(&json, one, "provider", n->provider);
                        report_json_number(&json, one, "name_space", n->name_space);
                        report_json_bool(&json, one, "enabled", n->enabled);
                        report_json_bool(&json, one, "foreign", n->foreign);
                        report_json_bool(&json, one, "missing", n->library == OW_WINSOCK_LIBRARY_MISSING);
                }
        }
        return report_json_take(&json, ret, err);
}

/* The path of a library, and what is odd about it. */
static void put_library(struct report_page *page, const char *path, bool foreign, enum ow_winsock_library library)
{
        bool missing = library == OW_WINSOCK_LIBRARY_MISSING;
        ow_buffer line = OW_BUFFER_INIT;

        if (!path[0])
                return;
        if (foreign)
                report_put_style(page, REPORT_WARN);
        ow_buffer_printf(&line, "%s%s%s", path, foreign ? "  not Windows' own" : "",
                         missing && foreign ? ", and not there"
                         : missing          ? "  not there"
                                            : "");
        put_buffer(page, 2 * INDENT + 4, &line);
        report_put_style(page, REPORT_PLAIN);
}

static void put_protocol(struct report_page *page, const ow_winsock_protocol *p)
{
        ow_buffer line = OW_BUFFER_INIT;

        ow_buffer_printf(&line, "%u  %s", p->id, p->understood ? p->name : "not understood");
        if (p->chain_length > 1) {
                ow_buffer_put_text(&line, "; chain");
                for (size_t i = 0; i < p->chain_length; i++)
                        ow_buffer_printf(&line, " %u", p->chain[i]);
        } else if (p->layered && p->understood) {
                ow_buffer_put_text(&line, "; a layer (LSP)");
        }
        put_buffer(page, INDENT, &line);
        put_library(page, p->path, p->foreign, p->library);
}

static void put_catalog(struct report_page *page, const ow_winsock_catalog *c, bool two)
{
        ow_buffer line = OW_BUFFER_INIT;
        size_t odd = 0;

        for (size_t i = 0; i < c->n_protocols; i++)
                odd += c->protocols[i].layered || c->protocols[i].foreign;
        for (size_t i = 0; i < c->n_namespaces; i++)
                odd += c->namespaces[i].foreign;
        report_put(page, "\n");
        report_put_styled(page, REPORT_BOLD,
                          !two      ? "Winsock catalogue"
                          : c->wide ? "Winsock catalogue, 64-bit programs"
                                    : "Winsock catalogue, 32-bit programs");
        report_printf(page, "\n  %zu transport providers, %zu name providers, %zu of them layered or of others\n\n",
                      c->n_protocols, c->n_namespaces, odd);
        for (size_t i = 0; i < c->n_protocols; i++)
                if (page->verbose || c->protocols[i].layered || c->protocols[i].foreign ||
                    !c->protocols[i].understood)
                        put_protocol(page, &c->protocols[i]);
        for (size_t i = 0; i < c->n_namespaces; i++) {
                const ow_winsock_namespace *n = &c->namespaces[i];

                if (!page->verbose && !n->foreign)
                        continue;
                ow_buffer_printf(&line, "names: %s%s", n->name, n->enabled ? "" : " (switched off)");
                put_buffer(page, INDENT, &line);
                put_library(page, n->path, n->foreign, n->library);
        }
        if (odd == 0 && !page->verbose)
                report_put(page, "  Nothing stands between programs and Windows' own providers. All of them: -v\n");
}

int ow_report_winsock(ow_guest *guest, const ow_winsock *winsock, const ow_report_options *options, char **ret,
                      ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        int r = format(options, err);
        bool reset;

        if (r < 0)
                return r;
        if (r)
                return winsock_json(guest, winsock, ret, err);
        report_put_heading(&page, guest);
        for (size_t i = 0; i < winsock->n_catalogs; i++)
                put_catalog(&page, &winsock->catalogs[i], winsock->n_catalogs > 1);
        if (winsock->n_catalogs == 0)
                report_put(&page, "\nThere is no Winsock 2 catalogue.\n");
        r = ow_winsock_reset_waits(guest, &reset, err);
        if (r < 0)
                return r;
        if (reset)
                report_put(&page, "\nAt the first boot: netsh winsock reset\n");
        return report_page_take(&page, ret, err);
}

/* ---- remembered networks ---- */

static void local_time_text(const ow_local_time *t, char text[40])
{
        text[0] = '\0';
        if (t->year)
                (void)snprintf(text, 40, "%04u-%02u-%02u %02u:%02u:%02u", t->year, t->month, t->day, t->hour,
                               t->minute, t->second);
}

static void nla_json_networks(struct report_json *json, const ow_nla *nla)
{
        json_t *array = report_json_array(json, json->root, "profiles");
        char time[40];

        for (size_t i = 0; i < nla->n_profiles; i++) {
                const ow_network_profile *p = &nla->profiles[i];
                json_t *o = report_json_add_object(json, array);

                report_json_text(json, o, "guid", p->guid);
                report_json_text(json, o, "name", p->name);
                report_json_text(json, o, "description", p->description);
                report_json_setting(json, o, "category", p->category);
                report_json_setting(json, o, "managed", p->managed);
                report_json_setting(json, o, "name_type", p->name_type);
                local_time_text(&p->created, time);
                report_json_text(json, o, "created_local", time);
                local_time_text(&p->last_connected, time);
                report_json_text(json, o, "last_connected_local", time);
        }
        array = report_json_array(json, json->root, "signatures");
        for (size_t i = 0; i < nla->n_signatures; i++) {
                const ow_network_signature *s = &nla->signatures[i];
                json_t *o = report_json_add_object(json, array);

                report_json_text(json, o, "name", s->name);
                report_json_bool(json, o, "managed", s->managed);
                report_json_text(json, o, "profile", s->profile);
                report_json_text(json, o, "description", s->description);
                report_json_text(json, o, "first_network", s->first_network);
                report_json_text(json, o, "dns_suffix", s->dns_suffix);
                report_json_mac(json, o, "gateway_mac", s->has_gateway_mac, &s->gateway_mac);
        }
}

static int nla_json(ow_guest *guest, const ow_nla *nla, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("nla");

        report_json_installation(&json, json.root, guest);
        nla_json_networks(&json, nla);
        report_json_named(&json, json.root, "probes", nla->probes);
        report_json_named(&json, json.root, "parameters", nla->parameters);
        report_json_named(&json, json.root, "probe_policies", nla->probe_policies);
        report_json_setting(&json, json.root, "unidentified_category", nla->unidentified);
        report_json_setting(&json, json.root, "negative_dns_cache", nla->negative_dns_cache);
        report_json_setting(&json, json.root, "negative_dc_cache", nla->negative_dc_cache);
        report_json_bool(&json, json.root, "window_off", nla->window_off);
        return report_json_take(&json, ret, err);
}

static void put_named(struct report_page *page, const char *title, ow_named_values list)
{
        if (list.count == 0)
                return;
        report_put(page, "\n");
        report_put_styled(page, REPORT_BOLD, title);
        report_put(page, "\n");
        for (size_t i = 0; i < list.count; i++)
                report_put_field(page, INDENT, 28, list.items[i].name,
                                 list.items[i].text[0] ? list.items[i].text : "\"\"");
}

static void put_profile(struct report_page *page, const ow_nla *nla, const ow_network_profile *p)
{
        char created[40], last[40], mac[OW_MAC_TEXT];
        ow_buffer line = OW_BUFFER_INIT;

        local_time_text(&p->created, created);
        local_time_text(&p->last_connected, last);
        ow_buffer_printf(&line, "%s (%s%s)", p->name,
                         p->category.set ? ow_network_category_name(p->category.value) : "category not set",
                         p->managed.value ? ", of a domain" : "");
        put_buffer(page, INDENT, &line);
        if (created[0])
                ow_buffer_printf(&line, "first met %s", created);
        if (last[0])
                ow_buffer_printf(&line, "%slast connected %s, local time", line.len ? ", " : "", last);
        if (line.len)
                put_buffer(page, 2 * INDENT, &line);
        else
                ow_buffer_done(&line);
        for (size_t i = 0; i < nla->n_signatures; i++) {
                const ow_network_signature *s = &nla->signatures[i];

                if (strcasecmp(s->profile, p->guid) != 0)
                        continue;
                ow_mac_format(&s->gateway_mac, mac);
                ow_buffer_printf(&line, "known by %s%s%s%s%s", s->has_gateway_mac ? "gateway " : "its name",
                                 s->has_gateway_mac ? mac : "", s->dns_suffix[0] ? ", suffix " : "", s->dns_suffix,
                                 s->managed ? ", managed" : "");
                put_buffer(page, 2 * INDENT, &line);
        }
}

static void put_setting(struct report_page *page, const char *label, ow_setting setting, const char *unset)
{
        char number[24];

        (void)snprintf(number, sizeof number, "%u s", setting.value);
        report_put_field(page, INDENT, LABEL, label, setting.set ? number : unset);
}

int ow_report_nla(ow_guest *guest, const ow_nla *nla, const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        int r = format(options, err);

        if (r < 0)
                return r;
        if (r)
                return nla_json(guest, nla, ret, err);
        report_put_heading(&page, guest);
        report_put(&page, "\n");
        report_put_styled(&page, REPORT_BOLD, "Networks that it remembers");
        report_put(&page, nla->n_profiles ? "\n" : "\n  none\n");
        for (size_t i = 0; i < nla->n_profiles; i++)
                put_profile(&page, nla, &nla->profiles[i]);
        report_put(&page, "\n");
        report_put_styled(&page, REPORT_BOLD, "Networks that it does not know");
        report_put(&page, "\n");
        report_put_field(&page, INDENT, LABEL, "Unidentified",
                         nla->unidentified.set ? ow_network_category_name(nla->unidentified.value)
                                               : "no policy: public");
        report_put_field(&page, INDENT, LABEL, "Asks the user", nla->window_off ? "no" : "yes");
        put_setting(&page, "DNS remembers no", nla->negative_dns_cache, "not set");
        put_setting(&page, "Netlogon does", nla->negative_dc_cache, "not set");
        put_named(&page, "Network location (NlaSvc)", nla->parameters);
        put_named(&page, "Internet probe (NCSI)", nla->probes);
        put_named(&page, "Policies about the probe", nla->probe_policies);
        return report_page_take(&page, ret, err);
}
