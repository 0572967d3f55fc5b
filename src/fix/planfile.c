/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan file in hand: what its shape must be beyond the schema, and where in it something stands. */
#include "fix/planfile.h"

#include <stdarg.h>
#include <string.h>

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

int planfile_fail(const ow_planfile *file, const char *value, ow_error *err, const char *fmt, ...)
{
        unsigned line = planfile_line(file->text, value);
        va_list ap;

        va_start(ap, fmt);
        (void)ow_vfail(err, OW_E_INVAL, line ? line : OW_NOWHERE, fmt, ap);
        va_end(ap);
        if (line)
                return ow_wrap(err, OW_E_INVAL, "%s:%u", file->label, line);
        return ow_wrap(err, OW_E_INVAL, "%s", file->label);
}

static int adapters_check(const ow_planfile *file, const struct planfile_network *network, ow_error *err)
{
        for (unsigned i = 0; i < network->adapters_count; i++) {
                const struct planfile_adapter *a = &network->adapters[i];

                if (!a->adapter && !a->nic)
                        return planfile_fail(file, a->name ? a->name : "adapters:", err,
                                             "network.adapters[%u] names neither 'adapter' nor 'nic'", i);
                if (planfile_yes(a->dhcp) && a->addresses_count)
                        return planfile_fail(file, a->addresses[0], err,
                                             "network.adapters[%u] has addresses and 'dhcp: yes'", i);
        }
        return 0;
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
