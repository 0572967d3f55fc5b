/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model of the first boot's waiting, one function per line of the forecast. The scene: the new card has a link, and
 * nobody answers - no DHCP server, no domain controller, no Internet. It is a model: it orders delays and shows what
 * a fix takes away; it does not promise seconds. docs/forecast.md has the reasoning, the constants table its sources.
 */
#include <stdio.h>
#include <string.h>

#include <offwin/fix.h>

#include "fix/constants.h"
#include "fix/forecast.h"

/* NT version as one number: 601 for 6.1. */
static unsigned version_of(const struct fix_facts *f)
{
        return f->major * 100 + f->minor;
}

static uint32_t seconds(uint32_t ms)
{
        return (ms + 999) / 1000;
}

static uint32_t dhcp(const struct fix_facts *f, ow_buffer *model)
{
        uint32_t s;

        if (version_of(f) >= 600)
                s = fix_constant(FIX_C_DHCP_VISTA);
        else if (version_of(f) >= 501)
                s = fix_constant(FIX_C_DHCP_XP);
        else
                s = fix_constant(FIX_C_DHCP_RFC);
        ow_buffer_printf(model, "the new card starts with DHCP whatever the old ones had: %u s until Windows gives up "
                         "for now", s);
        return s;
}

static uint32_t apipa(const struct fix_facts *f, ow_buffer *model)
{
        uint32_t s = fix_constant(FIX_C_APIPA_PROBES);

        if (version_of(f) < 500 || !f->apipa) {
                ow_buffer_put_text(model, version_of(f) < 500 ? "not before Windows 2000" :
                                   "off: no address, nothing to probe");
                return 0;
        }
        ow_buffer_printf(model, "conflict probes for the address that it makes up: %u s", s);
        return s;
}

/* Network location runs once for a network without an address, and again for each address that comes. */
static uint32_t nla(const struct fix_facts *f, ow_buffer *model)
{
        uint32_t one = fix_constant(FIX_C_NLA_PASS), rounds = f->apipa ? 2 : 1, s;

        if (version_of(f) < 600) {
                ow_buffer_put_text(model, "not before Windows Vista");
                return 0;
        }
        if (f->member)
                one += fix_constant(FIX_C_DNS) + fix_constant(FIX_C_DC) + f->dc_extra_s;
        s = one * rounds;
        ow_buffer_printf(model, "%u x %u s%s", rounds, one,
                         f->member ? " (name look-up and search for a domain controller)" : "");
        if (f->expects_dc && f->member) {
                s += fix_constant(FIX_C_NLA_EXPECTS_DC);
                ow_buffer_printf(model, ", and AlwaysExpectDomainController lifts the time limit: %u s stand for it",
                                 fix_constant(FIX_C_NLA_EXPECTS_DC));
        }
        return s;
}

static uint32_t ncsi(const struct fix_facts *f, ow_buffer *model)
{
        uint32_t s = fix_constant(FIX_C_DNS) + f->web_timeout_s;

        if (version_of(f) < 600) {
                ow_buffer_put_text(model, "not before Windows Vista");
                return 0;
        }
        if (!f->probing) {
                ow_buffer_put_text(model, "active probe off");
                return 0;
        }
        ow_buffer_printf(model, "DNS probe %u s + web probe %u s (WebTimeout)", fix_constant(FIX_C_DNS),
                         f->web_timeout_s);
        return s;
}

static uint32_t services(const struct fix_facts *f, ow_buffer *model)
{
        uint32_t s = f->vendor_chain * seconds(f->service_timeout_ms);

        ow_buffer_printf(model, "%u services of others start by themselves; the longest chain that needs the network "
                         "is %u long, %u s each", f->vendor_services, f->vendor_chain,
                         seconds(f->service_timeout_ms));
        return s;
}

static uint32_t gpo(const struct fix_facts *f, ow_buffer *model)
{
        uint32_t s = f->gpo_wait_s;

        if (!f->member || version_of(f) < 500) {
                ow_buffer_put_text(model, f->member ? "not before Windows 2000" : "no domain member");
                return 0;
        }
        if (version_of(f) < 600)
                s = fix_constant(FIX_C_GPO_BEFORE_VISTA);
        ow_buffer_printf(model, "machine policy waits %u s for a network", s);
        if (f->gpo_sync) {
                ow_buffer_printf(model, ", the logon (policy: always wait) %u s more", s);
                s *= 2;
        }
        return s;
}

static uint32_t dc(const struct fix_facts *f, ow_buffer *model)
{
        uint32_t s = fix_constant(FIX_C_DC) + f->dc_extra_s;

        if (!f->member) {
                ow_buffer_put_text(model, "no domain member");
                return 0;
        }
        ow_buffer_printf(model, "Netlogon looks for a domain controller: %u s", s);
        return s;
}

/* One round for services at start, one for the first logon; each ends at the limit of a whole chain. */
static uint32_t crl(const struct fix_facts *f, ow_buffer *model)
{
        uint32_t rounds = (f->vendor_services > 0) + 1u, s = rounds * seconds(f->crl_total_ms);

        if (!f->revocation) {
                ow_buffer_put_text(model, "publisher checks off in every profile");
                return 0;
        }
        ow_buffer_printf(model, "%s%u x %u s per certificate chain", rounds > 1 ? "services, then logon: " : "",
                         rounds, seconds(f->crl_total_ms));
        return s;
}

static uint32_t roots(const struct fix_facts *f, ow_buffer *model)
{
        if (version_of(f) < 501 || !f->roots) {
                ow_buffer_put_text(model, version_of(f) < 501 ? "not before Windows XP" : "off");
                return 0;
        }
        ow_buffer_printf(model, "one fetch: %u s", seconds(f->crl_one_ms));
        return seconds(f->crl_one_ms);
}

static uint32_t wpad(const struct fix_facts *f, ow_buffer *model)
{
        if (!f->wpad) {
                ow_buffer_put_text(model, "off");
                return 0;
        }
        ow_buffer_printf(model, "DNS %u s + broadcast %u s", fix_constant(FIX_C_DNS),
                         fix_constant(FIX_C_NETBIOS));
        return fix_constant(FIX_C_DNS) + fix_constant(FIX_C_NETBIOS);
}

static uint32_t updates(const struct fix_facts *f, ow_buffer *model)
{
        if (version_of(f) < 500 || !f->updates) {
                ow_buffer_put_text(model, version_of(f) < 500 ? "not before Windows 2000" : "off");
                return 0;
        }
        ow_buffer_printf(model, "one connection attempt: %u s", fix_constant(FIX_C_HTTP_CONNECT));
        return fix_constant(FIX_C_HTTP_CONNECT);
}

static uint32_t drivers(const struct fix_facts *f, ow_buffer *model)
{
        if (version_of(f) < 601 || !f->drivers) {
                ow_buffer_put_text(model, version_of(f) < 601 ? "not modelled before Windows 7" : "off");
                return 0;
        }
        ow_buffer_printf(model, "one connection attempt: %u s", fix_constant(FIX_C_HTTP_CONNECT));
        return fix_constant(FIX_C_HTTP_CONNECT);
}

static const struct {
        const char *title;
        bool overlaps;
        uint32_t (*model)(const struct fix_facts *f, ow_buffer *model);
} lines[FIX_DELAY_NONE] = {
        [FIX_DELAY_DHCP] = { "DHCP asks a network that does not answer", false, dhcp },
        [FIX_DELAY_APIPA] = { "An automatic private address is made up and probed", false, apipa },
        [FIX_DELAY_NLA] = { "Network location tries to identify the network", false, nla },
        [FIX_DELAY_NCSI] = { "The Internet probe (NCSI) times out", false, ncsi },
        [FIX_DELAY_SERVICES] = { "Services of other vendors wait for the network", false, services },
        [FIX_DELAY_GPO] = { "Group Policy waits for the network", false, gpo },
        [FIX_DELAY_DC] = { "Netlogon looks for a domain controller", true, dc },
        [FIX_DELAY_CRL] = { "Signed programs ask for revocation lists", false, crl },
        [FIX_DELAY_ROOTS] = { "Root certificates are looked up", true, roots },
        [FIX_DELAY_WPAD] = { "Programs look for a proxy (WPAD)", true, wpad },
        [FIX_DELAY_WU] = { "Windows Update looks for its server", true, updates },
        [FIX_DELAY_DRIVERS] = { "New devices are looked up on Windows Update", true, drivers },
};

const char *fix_forecast_title(enum fix_delay delay)
{
        return lines[delay].title;
}

bool fix_forecast_overlaps(enum fix_delay delay)
{
        return lines[delay].overlaps;
}

int fix_forecast_line(const struct fix_facts *facts, enum fix_delay delay, struct fix_line *ret, ow_error *err)
{
        OW_AUTO_BUFFER model = OW_BUFFER_INIT;
        uint32_t s = lines[delay].model(facts, &model);
        char *text = ow_buffer_take_text(&model);

        if (!text)
                return ow_fail_nomem(err);
        *ret = (struct fix_line){ s, text };
        return 0;
}
