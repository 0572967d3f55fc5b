/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings of one adapter's driver: values of its class key that tune, and what the driver declares below
 * Ndi\Params (docs/formats/windows-facts.md, network). Read for one adapter at a time, because few commands ask.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/keyword.h>

#include "guest/net.h"

#define FORCED_MAC "NetworkAddress"

enum { MAX_KEYWORDS = 1000, MAX_CHOICES = 256 };

struct tuning {
        ow_tuning facts; /* first: what is handed out */
        struct guest_pool pool;
        struct guest_list keywords; /* ow_keyword */
};

static ow_keyword *keyword_find(const struct guest_list *list, const char *name)
{
        ow_keyword *items = list->items;

        for (size_t i = 0; i < list->n; i++)
                if (guest_text_equal(items[i].name, name))
                        return &items[i];
        return NULL;
}

/* The keyword called name, added when it is new; NULL: no room. */
static ow_keyword *keyword_get(struct tuning *t, const char *name)
{
        ow_keyword *keyword = keyword_find(&t->keywords, name);

        if (keyword)
                return keyword;
        keyword = guest_list_add(t->pool.guest, &t->keywords, sizeof *keyword, MAX_KEYWORDS);
        if (!keyword)
                return NULL;
        *keyword = (ow_keyword){
                .name = guest_pool_text(&t->pool, name), .value = "", .description = "", .kind = "", .normal = ""
        };
        return keyword;
}

static void take_value(struct tuning *t, const ow_named_value *value)
{
        ow_keyword *keyword = keyword_get(t, value->name);

        if (!keyword)
                return;
        keyword->set = true;
        keyword->type = value->type;
        keyword->value = guest_pool_text(&t->pool, value->text);
}

/* The one that the adapter's record keeps as an address, as it is stored. */
static void take_forced_mac(struct tuning *t, ow_regkey class_key, const char *where)
{
        GUEST_AUTO_BAG bag = { 0 };
        ow_named_values all;

        guest_bag_load(t->pool.guest, class_key, where, &bag);
        all = guest_bag_rest(&bag, &t->pool);
        for (size_t i = 0; i < all.count; i++)
                if (guest_text_equal(all.items[i].name, FORCED_MAC))
                        take_value(t, &all.items[i]);
}

/* ---- what the driver declares ---- */

static bool number(struct guest_bag *bag, const char *name, struct guest_pool *pool, int64_t *ret)
{
        const char *text = guest_bag_text(bag, name, pool);
        char *end;

        errno = 0;
        *ret = strtoll(text, &end, 10);
        return text[0] && !*end && errno == 0;
}

static void read_choices(struct tuning *t, ow_regkey param, const char *where, ow_keyword *keyword)
{
        GUEST_AUTO_LIST list = { 0 };
        GUEST_AUTO_BAG bag = { 0 };
        ow_named_values all;
        ow_regkey key;

        if (!guest_subkey(t->pool.guest, param, "Enum", &key))
                return;
        guest_bag_load(t->pool.guest, key, where, &bag);
        all = guest_bag_rest(&bag, &t->pool);
        for (size_t i = 0; i < all.count; i++) {
                ow_keyword_choice *choice = guest_list_add(t->pool.guest, &list, sizeof *choice, MAX_CHOICES);

                if (!choice)
                        break;
                *choice = (ow_keyword_choice){ all.items[i].name, all.items[i].text };
        }
        keyword->choices = guest_pool_copy(&t->pool, list.items, list.n, sizeof *keyword->choices);
        keyword->n_choices = keyword->choices ? list.n : 0;
}

static void read_param(struct tuning *t, ow_regkey param, const char *where, const char *name)
{
        ow_keyword *keyword = keyword_get(t, name);
        GUEST_AUTO_BAG bag = { 0 };

        if (!keyword)
                return;
        guest_bag_load(t->pool.guest, param, where, &bag);
        keyword->declared = true;
        keyword->description = guest_bag_text(&bag, "ParamDesc", &t->pool);
        keyword->kind = guest_bag_text(&bag, "type", &t->pool);
        keyword->normal = guest_bag_text(&bag, "default", &t->pool);
        keyword->has_range = number(&bag, "min", &t->pool, &keyword->min) &&
                             number(&bag, "max", &t->pool, &keyword->max) && keyword->min <= keyword->max;
        if (keyword->has_range && (!number(&bag, "step", &t->pool, &keyword->step) || keyword->step < 0))
                keyword->step = 0;
        read_choices(t, param, where, keyword);
}

static void read_params(struct tuning *t, ow_regkey class_key, const char *where)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey params, param;
        char *name;

        if (!guest_subkey(t->pool.guest, class_key, "Ndi\\Params", &params))
                return;
        while (guest_next_subkey(t->pool.guest, params, &iter, &param, &name)) {
                OW_AUTO_FREE char *owned = name;

                read_param(t, param, guest_pool_printf(&t->pool, "%s\\Ndi\\Params\\%s", where, owned), owned);
        }
}

/* ---- all of it ---- */

static void read_adapter(struct tuning *t, const ow_network *network, const ow_adapter *a)
{
        const char *place = ow_adapter_place(a, OW_PLACE_CLASS);
        OW_AUTO_FREE char *path = NULL;
        ow_regkey key;

        t->facts.key = place ? guest_pool_text(&t->pool, place) : "";
        if (!place)
                return;
        path = ow_asprintf("HKLM\\SYSTEM\\ControlSet%03u\\%s", network->control_set, place);
        if (!path) {
                t->pool.guest->out_of_memory = true;
                return;
        }
        for (size_t i = 0; i < a->keywords.count; i++)
                take_value(t, &a->keywords.items[i]);
        if (!guest_key(t->pool.guest, path, &key))
                return;
        take_forced_mac(t, key, t->facts.key);
        read_params(t, key, t->facts.key);
}

void ow_tuning_free(ow_tuning *tuning)
{
        struct tuning *t = (struct tuning *)tuning;

        if (!t)
                return;
        guest_list_done(&t->keywords);
        guest_pool_done(&t->pool);
        ow_free(t);
}

int ow_tuning_load(ow_guest *guest, const ow_network *network, size_t index, ow_tuning **ret, ow_error *err)
{
        struct tuning *t = ow_calloc(1, sizeof *t);

        if (!t)
                return ow_fail_nomem(err);
        t->pool.guest = guest;
        read_adapter(t, network, &network->adapters[index]);
        t->facts.keywords = t->keywords.items;
        t->facts.n_keywords = t->keywords.n;
        if (guest->out_of_memory) {
                guest->out_of_memory = false;
                ow_tuning_free(&t->facts);
                return ow_fail_nomem(err);
        }
        *ret = &t->facts;
        return 0;
}

const ow_keyword *ow_tuning_find(const ow_tuning *tuning, const char *name)
{
        return keyword_find(&((const struct tuning *)tuning)->keywords, name);
}

const char *ow_keyword_choice_text(const ow_keyword *keyword)
{
        for (size_t i = 0; i < keyword->n_choices && keyword->set; i++)
                if (guest_text_equal(keyword->choices[i].value, keyword->value))
                        return keyword->choices[i].text;
        return "";
}
