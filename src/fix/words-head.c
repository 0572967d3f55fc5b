/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of [Fix]: what each means and takes. A new one is one row; docs/fixes.md is written from the rows. */
#include <string.h>

#include <offwin/fix.h>

#include "fix/words.h"

static int set_title(const struct fix_place *at, const char *value, ow_error *err)
{
        return fix_set_text(&at->fix->title, value, err);
}

static int set_why(const struct fix_place *at, const char *value, ow_error *err)
{
        return fix_set_text(&at->fix->why, value, err);
}

static int set_source(const struct fix_place *at, const char *value, ow_error *err)
{
        return fix_set_text(&at->fix->source, value, err);
}

static int set_note(const struct fix_place *at, const char *value, ow_error *err)
{
        return fix_set_text(&at->fix->note, value, err);
}

static int set_windows(const struct fix_place *at, const char *value, ow_error *err)
{
        int r = fix_ranges_parse(value, &at->fix->ranges, &at->fix->n_ranges, err);

        return r < 0 ? r : fix_set_text(&at->fix->windows, value, err);
}

static int set_temporary(const struct fix_place *at, const char *value, ow_error *err)
{
        return fix_set_flag(&at->fix->temporary, value, err);
}

static int set_all(const struct fix_place *at, const char *value, ow_error *err)
{
        return fix_set_flag(&at->fix->in_all, value, err);
}

static int set_delay(const struct fix_place *at, const char *value, ow_error *err)
{
        OW_AUTO_BUFFER list = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;

        for (unsigned i = 0; i < FIX_DELAY_NONE; i++) {
                if (strcmp(value, fix_delay_name(i)) == 0) {
                        at->fix->delay = i;
                        return 0;
                }
                ow_buffer_printf(&list, "%s%s", i ? ", " : "", fix_delay_name(i));
        }
        text = ow_buffer_take_text(&list);
        if (!text)
                return ow_fail_nomem(err);
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s'; allowed: %s", value, text);
}

/* The next element of a comma list, blanks around it dropped; false at the end. */
static bool next_element(const char **at, const char **ret, size_t *ret_size)
{
        const char *end;

        if (!*at)
                return false;
        *at += strspn(*at, " \t");
        end = strchr(*at, ',');
        *ret = *at;
        *ret_size = end ? (size_t)(end - *at) : strlen(*at);
        while (*ret_size && strchr(" \t", (*ret)[*ret_size - 1]))
                (*ret_size)--;
        *at = end ? end + 1 : NULL;
        return true;
}

static int set_product(const struct fix_place *at, const char *value, ow_error *err)
{
        static const struct {
                const char *name;
                unsigned product;
        } names[] = {
                { "client", OW_PRODUCT_CLIENT },
                { "server", OW_PRODUCT_SERVER },
                { "dc", OW_PRODUCT_DOMAIN_CONTROLLER },
        };
        const char *name;
        size_t size;

        for (const char *rest = value; next_element(&rest, &name, &size);) {
                size_t i = 0;

                while (i < OW_COUNT(names) && (strlen(names[i].name) != size || memcmp(names[i].name, name, size)))
                        i++;
                if (i == OW_COUNT(names))
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%.*s'; allowed: client, server, dc", (int)size,
                                       name);
                at->fix->products |= 1U << names[i].product;
        }
        return 0;
}

bool fix_name_ok(const char *name)
{
        size_t n = strlen(name);

        return n > 0 && n <= FIX_NAME_MAX && name[0] >= 'a' && name[0] <= 'z' &&
               strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

/* NAME: what it is. One parameter per line. */
static int set_needs(const struct fix_place *at, const char *value, ow_error *err)
{
        ow_fix *fix = at->fix;
        const char *colon = strchr(value, ':');
        OW_AUTO_FREE char *name = colon ? ow_strndup(value, (size_t)(colon - value)) : ow_strdup(value);
        OW_AUTO_FREE char *help = NULL;
        char **names, **helps;

        if (!name)
                return ow_fail_nomem(err);
        if (!colon || !fix_name_ok(name) || colon[1 + strspn(colon + 1, " ")] == '\0')
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s'; it takes 'name: what it is'", value);
        if (fix->n_parameters == FIX_LIST_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d parameters", FIX_LIST_MAX);
        help = ow_strdup(colon + 1 + strspn(colon + 1, " "));
        names = ow_realloc_array(fix->parameters, fix->n_parameters + 2, sizeof *names);
        if (names)
                fix->parameters = names;
        helps = ow_realloc_array(fix->parameter_help, fix->n_parameters + 1, sizeof *helps);
        if (helps)
                fix->parameter_help = helps;
        if (!help || !names || !helps)
                return ow_fail_nomem(err);
        fix->parameters[fix->n_parameters] = OW_TAKE(name);
        fix->parameters[fix->n_parameters + 1] = NULL;
        fix->parameter_help[fix->n_parameters++] = OW_TAKE(help);
        return 0;
}

static int add_condition(ow_fix *fix, const char *value, bool unless, ow_error *err)
{
        struct fix_condition *grown;
        int r;

        if (fix->n_conditions == FIX_LIST_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d conditions", FIX_LIST_MAX);
        grown = ow_realloc_array(fix->conditions, fix->n_conditions + 1, sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        fix->conditions = grown;
        r = fix_condition_parse(value, &grown[fix->n_conditions], err);
        if (r < 0)
                return r;
        grown[fix->n_conditions++].unless = unless;
        return 0;
}

static int set_requires(const struct fix_place *at, const char *value, ow_error *err)
{
        return add_condition(at->fix, value, false, err);
}

static int set_unless(const struct fix_place *at, const char *value, ow_error *err)
{
        return add_condition(at->fix, value, true, err);
}

const struct fix_word fix_head_words[] = {
        { { "Fix", "Title", "one line", "what the fix does, as an order" }, true, false, set_title },
        { { "Fix", "Why", "text", "what hurts the first boot without it" }, true, false, set_why },
        { { "Fix", "Windows", "version ranges", "the NT versions it is for; all when absent" },
          false,
          false,
          set_windows },
        { { "Fix", "Product", "client, server, dc",
            "the products it is for, with commas; all when absent. A domain "
            "controller is `dc`, not `server`" },
          false,
          false,
          set_product },
        { { "Fix", "Delay", "a forecast line", "the line of the forecast it takes part in" },
          false,
          false,
          set_delay },
        { { "Fix", "Temporary", "yes or no",
            "yes: the change goes into the guest's ledger and `settle` gives it "
            "back; no when absent" },
          false,
          false,
          set_temporary },
        { { "Fix", "All", "yes or no", "no: only when asked for by name; yes when absent" }, false, false, set_all },
        { { "Fix", "Needs", "name: what it is",
            "a parameter that the user gives with `--set name=value`; may "
            "repeat" },
          false,
          true,
          set_needs },
        { { "Fix", "Requires", "a condition",
            "must hold, else there is nothing to fix; may repeat, then all must "
            "hold" },
          false,
          true,
          set_requires },
        { { "Fix", "Unless", "a condition", "must not hold; may repeat" }, false, true, set_unless },
        { { "Fix", "Source", "text", "the public document it comes from" }, true, false, set_source },
        { { "Fix", "Note", "text", "side effects and limits" }, false, false, set_note },
};
const size_t fix_n_head_words = OW_COUNT(fix_head_words);
