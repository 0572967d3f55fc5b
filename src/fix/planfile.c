/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan file in hand: what its shape must be beyond the schema, and where in it something stands. */
#include "fix/planfile.h"

#include <stdarg.h>
#include <string.h>

#include "base/macros.h"
#include "base/upcase.h"
#include "base/utf16.h"

enum { VERSION = 1 };

void ow_planfile_free(ow_planfile *file)
{
        if (!file)
                return;
        planfile_done(file->content);
        ow_free(file->text);
        ow_free(file->label);
        ow_free(file);
}

OW_DEFINE_AUTO(ow_planfile, ow_planfile_free);

/* Whether value stands in a line by itself: "LAN 1" not in "LAN 10" or "LAN 1 old". */
static bool stands_in(const char *line, size_t size, const char *value)
{
        size_t n = strlen(value);

        for (const char *hit = strstr(line, value); hit && hit + n <= line + size; hit = strstr(hit + 1, value)) {
                const char *end = hit + n;

                while (end < line + size && *end == ' ')
                        end++;
                if (value[n - 1] == ':' || end == line + size || strchr("\r#,]}\"'", *end))
                        return true;
        }
        return false;
}

unsigned planfile_line(const char *text, const char *value)
{
        unsigned line = 1, found = 0;

        if (!value[0])
                return 0;
        for (const char *at = text; *at; line++) {
                size_t size = strcspn(at, "\n");

                if (stands_in(at, size, value)) {
                        if (found)
                                return 0;
                        found = line;
                }
                at += size + (at[size] == '\n');
        }
        return found;
}

/* The line that gives key this value for the nth time (from 0); 0 unless as many lines give it as should. */
static unsigned nth_line(const char *text, const char *key, const char *value, unsigned nth, unsigned count)
{
        static const char *const quotes[] = { "", "'", "\"" };
        unsigned line = 1, found = 0, n = 0;

        for (const char *at = text; *at; line++) {
                size_t size = strcspn(at, "\n");
                bool here = false;

                for (size_t i = 0; i < OW_COUNT(quotes) && !here; i++) {
                        OW_AUTO_FREE char *given = ow_asprintf("%s: %s%s", key, quotes[i], value);

                        here = given && stands_in(at, size, given);
                }
                if (here && n++ == nth)
                        found = line;
                at += size + (at[size] == '\n');
        }
        return n == count ? found : 0;
}

/* What names an entry, and which key has it. */
static const char *entry_value(const struct planfile_adapter *a, const char **ret_key)
{
        *ret_key = a->nic ? "nic" : "adapter";
        return a->nic ? a->nic : a->adapter;
}

unsigned planfile_adapter_line(const ow_planfile *file, unsigned index)
{
        const struct planfile_network *network = file->content->network;
        unsigned nth = 0, count = 0, line;
        const char *key, *value = entry_value(&network->adapters[index], &key);

        if (!value)
                return 0;
        for (unsigned i = 0; i < network->adapters_count; i++) {
                const struct planfile_adapter *a = &network->adapters[i];
                const char *other = strcmp(key, "nic") == 0 ? a->nic : a->adapter;

                if (!other || strcmp(other, value) != 0)
                        continue;
                count++;
                nth += i < index;
        }
        line = nth_line(file->text, key, value, nth, count);
        return line ? line : planfile_line(file->text, value);
}

static int fail_at(const ow_planfile *file, unsigned line, ow_error *err, const char *fmt, va_list ap)
        OW_PRINTF(4, 0);
static int fail_at(const ow_planfile *file, unsigned line, ow_error *err, const char *fmt, va_list ap)
{
        (void)ow_vfail(err, OW_E_INVAL, line ? line : OW_NOWHERE, fmt, ap);
        if (line)
                return ow_wrap(err, OW_E_INVAL, "%s:%u", file->label, line);
        return ow_wrap(err, OW_E_INVAL, "%s", file->label);
}

int planfile_fail(const ow_planfile *file, const char *value, ow_error *err, const char *fmt, ...)
{
        va_list ap;

        va_start(ap, fmt);
        (void)fail_at(file, planfile_line(file->text, value), err, fmt, ap);
        va_end(ap);
        return OW_E_INVAL;
}

int planfile_fail_adapter(const ow_planfile *file, unsigned index, const char *value, ow_error *err, const char *fmt,
                          ...)
{
        unsigned line = value ? planfile_line(file->text, value) : 0;
        va_list ap;

        va_start(ap, fmt);
        (void)fail_at(file, line ? line : planfile_adapter_line(file, index), err, fmt, ap);
        va_end(ap);
        return OW_E_INVAL;
}

/* IPv6 addresses go along with DHCP, which is IPv4's. */
static const char *ipv4_of(const struct planfile_adapter *a)
{
        for (unsigned i = 0; i < a->addresses_count; i++)
                if (!strchr(a->addresses[i], ':') && strcmp(a->addresses[i], "none") != 0)
                        return a->addresses[i];
        return NULL;
}

/* A route has a gateway, but for a single "to: none", which has nothing else. */
static int routes_check(const ow_planfile *file, unsigned index, ow_error *err)
{
        const struct planfile_adapter *a = &file->content->network->adapters[index];

        for (unsigned i = 0; i < a->routes_count; i++) {
                const struct planfile_route *route = &a->routes[i];
                bool none = strcmp(route->to, "none") == 0;

                if (none && (a->routes_count > 1 || route->via || route->metric))
                        return planfile_fail_adapter(file, index, "to: none", err,
                                                     "network.adapters[%u].routes: 'to: none', which empties the "
                                                     "list, stands alone",
                                                     index);
                if (!none && !route->via)
                        return planfile_fail_adapter(file, index, route->to, err,
                                                     "network.adapters[%u].routes: the way to '%s' has no 'via'",
                                                     index, route->to);
        }
        return 0;
}

static int adapter_check(const ow_planfile *file, unsigned index, ow_error *err)
{
        const struct planfile_network *network = file->content->network;
        const struct planfile_adapter *a = &network->adapters[index];

        if (!a->adapter && !a->nic)
                return planfile_fail(file, a->name ? a->name : "adapters:", err,
                                     "network.adapters[%u] names neither 'adapter' nor 'nic'", index);
        if (planfile_yes(a->dhcp) && ipv4_of(a))
                return planfile_fail_adapter(file, index, ipv4_of(a), err,
                                             "network.adapters[%u] has addresses and 'dhcp: yes'", index);
        for (unsigned i = 0; i < index && a->name; i++)
                if (network->adapters[i].name && ow_name_compare(network->adapters[i].name, a->name) == 0)
                        return planfile_fail_adapter(file, index, NULL, err, "two adapters would be called '%s'",
                                                     a->name);
        return routes_check(file, index, err);
}

static int adapters_check(const ow_planfile *file, const struct planfile_network *network, ow_error *err)
{
        int r = 0;

        for (unsigned i = 0; i < network->adapters_count && r == 0; i++)
                r = adapter_check(file, i, err);
        return r;
}

static int check(const ow_planfile *file, ow_error *err)
{
        const struct planfile *c = file->content;

        if (c->version != VERSION)
                return planfile_fail(file, "offwin:", err, "this is format %u; this program knows format %d",
                                     c->version, VERSION);
        if (c->fixes && c->fixes->except_count && !planfile_yes(c->fixes->all))
                return planfile_fail(file, "except:", err, "fixes.except goes with 'all: yes'");
        return c->network ? adapters_check(file, c->network, err) : 0;
}

int ow_planfile_parse(const char *label, const void *text, size_t size, ow_planfile **ret_file, ow_error *err)
{
        OW_AUTO(ow_planfile) file = ow_calloc(1, sizeof *file);
        int r;

        if (!file)
                return ow_fail_nomem(err);
        file->label = ow_strdup(label);
        file->text = ow_strndup(text, size);
        if (!file->label || !file->text)
                return ow_fail_nomem(err);
        r = planfile_read(label, file->text, size, &file->content, err);
        if (r == 0)
                r = check(file, err);
        if (r < 0)
                return r;
        *ret_file = OW_TAKE(file);
        return 0;
}

size_t ow_planfile_host_count(const ow_planfile *file)
{
        return (size_t)file->content->files_count + file->content->scripts_count;
}

const char *ow_planfile_host_path(const ow_planfile *file, size_t index)
{
        const struct planfile *c = file->content;

        if (index < c->files_count)
                return c->files[index].from;
        index -= c->files_count;
        return index < c->scripts_count ? c->scripts[index] : NULL;
}
