/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requires= and Unless= of fix files:
 *   domain-member               the machine belongs to a domain
 *   HKLM\...\key                the key exists
 *   HKLM\...\key!Name           the value exists
 *   HKLM\...\key!Name=dword:1   the value is just this (any .reg value)
 * A path that stands for several places holds when one of them does.
 */
#include <string.h>

#include <offwin/fix.h>
#include <offwin/guest.h>
#include <offwin/registry.h>

#include "fix/fix.h"

void fix_condition_done(struct fix_condition *condition)
{
        ow_free(condition->path);
        ow_free(condition->name);
        ow_blob_done(&condition->data);
        *condition = (struct fix_condition){ .path = NULL };
}

/* Name=value in .reg syntax is read by the .reg parser itself, as the only value of a key. */
static int data_parse(struct fix_condition *c, const char *value, ow_error *err)
{
        OW_AUTO_FREE char *text = ow_asprintf("[HKEY_LOCAL_MACHINE\\SYSTEM\\x]\n\"x\"=%s\n", value);
        ow_reg_document document = { NULL, 0 };
        int r;

        if (!text)
                return ow_fail_nomem(err);
        r = ow_reg_parse(text, strlen(text), OW_REG_NO_HEADER | OW_REG_EXTENDED, &document, err);
        if (r < 0)
                return ow_wrap(err, r, "'%s'", value);
        if (document.n_keys == 1 && document.keys[0].n_values == 1 && !document.keys[0].values[0].remove) {
                c->has_data = true;
                c->type = document.keys[0].values[0].type;
                c->data = document.keys[0].values[0].data;
                document.keys[0].values[0].data = (ow_blob){ NULL, 0 };
        } else {
                r = ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is not one .reg value", value);
        }
        ow_reg_document_done(&document);
        return r;
}

static int registry_parse(const char *text, struct fix_condition *c, ow_error *err)
{
        const char *bang = strchr(text, '!');
        const char *equals = bang ? strchr(bang, '=') : NULL;
        OW_AUTO_FREE char *path = ow_strndup(text, bang ? (size_t)(bang - text) : strlen(text));
        int r;

        if (!path)
                return ow_fail_nomem(err);
        r = fix_path_parse(path, &c->path, err);
        if (r < 0 || !bang)
                return r;
        c->name = equals ? ow_strndup(bang + 1, (size_t)(equals - bang - 1)) : ow_strdup(bang + 1);
        if (!c->name)
                return ow_fail_nomem(err);
        return equals ? data_parse(c, equals + 1, err) : 0;
}

int fix_condition_parse(const char *text, struct fix_condition *ret, ow_error *err)
{
        struct fix_condition c = { .path = NULL };
        int r;

        if (strcmp(text, "domain-member") == 0) {
                c.domain_member = true;
                *ret = c;
                return 0;
        }
        if (!strchr(text, '\\'))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is no condition; allowed: domain-member, a key "
                               "path, or key path!value name, with =value in .reg syntax", text);
        r = registry_parse(text, &c, err);
        if (r < 0) {
                fix_condition_done(&c);
                return r;
        }
        *ret = c;
        return 0;
}

/* 1 holds at this concrete path, 0 not. A hive that is not there or does not load holds nothing. */
static int holds_at(ow_guest *guest, const struct fix_condition *c, const char *path, ow_error *err)
{
        ow_regkey key;
        ow_blob data = { NULL, 0 };
        uint32_t type;
        int r;

        if (!c->name) {
                r = ow_registry_find(guest, path, &key, err);
                return r == OW_E_NOMEM ? r : r > 0;
        }
        r = ow_registry_get(guest, path, c->name, &type, &data, err);
        if (r <= 0)
                return r == OW_E_NOMEM ? r : 0;
        if (c->has_data)
                r = type == c->type && ow_view_equal((ow_view){ data.p, data.size },
                                                     (ow_view){ c->data.p, c->data.size });
        ow_blob_done(&data);
        return r;
}

static int holds(ow_guest *guest, const struct fix_condition *c, ow_error *err)
{
        char **paths = NULL;
        size_t n = 0;
        int r;

        if (c->domain_member)
                return ow_guest_windows(guest)->domain_member;
        r = ow_registry_expand(guest, c->path, &paths, &n, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n && r == 0; i++)
                r = holds_at(guest, c, paths[i], err);
        ow_registry_paths_free(paths, n);
        return r;
}

static const char *state(const struct fix_condition *c)
{
        if (c->has_data)
                return c->unless ? "as it must be for this to be left alone" : "not what this is about";
        return c->unless ? "set" : "not set";
}

static void explain(const struct fix_condition *c, ow_buffer *reason)
{
        if (c->domain_member)
                ow_buffer_put_text(reason, c->unless ? "it is a domain member" : "it is not a domain member");
        else if (!c->name)
                ow_buffer_printf(reason, "%s%s", c->unless ? "present: " : "not present: ", c->path);
        else
                ow_buffer_printf(reason, "%s in %s is %s", c->name, c->path, state(c));
}

int fix_condition_test(ow_guest *guest, const struct fix_condition *condition, ow_buffer *reason, ow_error *err)
{
        int r = holds(guest, condition, err);

        if (r < 0)
                return r;
        if ((r > 0) != condition->unless)
                return 1;
        explain(condition, reason);
        return 0;
}
