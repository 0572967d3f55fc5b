/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Setting and stripping adapters, and looking at what is where then: for the tests of both. */
#ifndef TESTS_FIX_NET_H
#define TESTS_FIX_NET_H

#include "fix-fixture.h"

#include <offwin/addressing.h>

#define NSI4   CS1 OW_NSI_IPV4 "\\"
#define NSI6   CS1 OW_NSI_IPV6 "\\"
#define ROUTES CS1 "Services\\Tcpip\\Parameters\\PersistentRoutes"
#define IPV4   CS1 "Services\\Tcpip\\Parameters\\Interfaces\\"
#define IPV6   CS1 "Services\\Tcpip6\\Parameters\\Interfaces\\"
#define NETBT  CS1 "Services\\NetBT\\Parameters\\Interfaces\\Tcpip_"

/* Windows 7: index 7, 10.3.58.5, and index 6, 192.168.1.123. */
#define FIRST  "{698E50A9-4F58-4D86-B61D-F42E58DCACF6}"
#define SECOND "{6AAFC9A9-0542-4DB2-8760-CCFFA953737C}"

static MAYBE_UNUSED size_t index_of(ow_guest *guest, const char *what)
{
        const ow_network *network = network_of(guest);
        size_t index = SIZE_MAX;

        for (size_t i = 0; i < network->n_adapters && network->old_layout; i++)
                if (strcmp(network->adapters[i].service, what) == 0)
                        return i;
        assert_ok(ow_network_find(network, what, &index, &err));
        return index;
}

/* ---- plans ---- */

/* Sets what settings (pairs, NULL at the end) say; 0 or the error. */
static MAYBE_UNUSED int plan_set(ow_guest *guest, const char *what, const char *const *settings, ow_plan **ret,
                                 ow_error *why)
{
        size_t index = index_of(guest, what);
        ow_addressing a;
        int r = 0;

        assert_ok(ow_plan_begin(ret, &err));
        assert_ok(ow_addressing_load(guest, index, &a, &err));
        for (; settings[0] && r == 0; settings += 2)
                r = ow_addressing_set(&a, settings[0], settings[1], why);
        if (r == 0)
                r = ow_plan_set_adapter(*ret, guest, index, &a, why);
        ow_addressing_done(&a);
        return r < 0 ? r : ow_plan_finish(*ret, guest, why);
}

/* Applies and frees plan; the number of its rows. */
static MAYBE_UNUSED size_t carry_out(ow_guest *guest, ow_plan *plan)
{
        size_t n = ow_plan_change_count(plan);

        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        ow_plan_free(plan);
        ow_network_forget(guest);
        return n;
}

static MAYBE_UNUSED size_t set(ow_guest *guest, const char *what, const char *const *settings)
{
        ow_plan *plan = NULL;

        assert_ok(plan_set(guest, what, settings, &plan, &err));
        return carry_out(guest, plan);
}

static MAYBE_UNUSED void refuses(ow_guest *guest, const char *what, const char *const *settings, int code,
                                 const char *says)
{
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;

        assert_int_equal(plan_set(guest, what, settings, &plan, &why), code);
        if (!strstr(why.text, says))
                fail_msg("'%s' does not say '%s'", why.text, says);
        ow_plan_free(plan);
}

static MAYBE_UNUSED size_t strip(ow_guest *guest, const char *what)
{
        ow_plan *plan = NULL;

        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_strip_adapter(plan, guest, index_of(guest, what), &err));
        assert_ok(ow_plan_finish(plan, guest, &err));
        return carry_out(guest, plan);
}

/* ---- places ---- */

/* A value as text: of lists with '|' between, of binary as hex, of numbers in decimal; "-" when it is not there. */
static MAYBE_UNUSED const char *value(ow_guest *guest, const char *where, const char *name)
{
        static char text[4][400];
        static unsigned turn;
        char *out = text[turn++ % 4];
        ow_blob data = { NULL, 0 };
        uint32_t type = 0;
        size_t n = 0;

        (void)snprintf(out, sizeof text[0], "-");
        if (ow_registry_get(guest, where, name, &type, &data, NULL) <= 0)
                return out;
        out[0] = '\0';
        for (size_t i = 0; i < data.size && type == OW_REG_BINARY; i++)
                n += (size_t)snprintf(out + n, sizeof text[0] - n, "%02x", data.p[i]);
        if (type == OW_REG_DWORD && data.size == 4)
                (void)snprintf(out, sizeof text[0], "%u", ow_le32_at(data.p));
        for (size_t i = 0; i + 3 < data.size && (type == OW_REG_SZ || type == OW_REG_MULTI_SZ); i += 2)
                out[n++] = (char)(data.p[i] ? data.p[i] : '|');
        while (n && type == OW_REG_MULTI_SZ && out[n - 1] == '|')
                n--;
        if (type == OW_REG_SZ || type == OW_REG_MULTI_SZ)
                out[n] = '\0';
        ow_blob_done(&data);
        return out;
}

#define assert_value(guest, where, name, want) assert_string_equal(value(guest, where, name), want)

#endif
