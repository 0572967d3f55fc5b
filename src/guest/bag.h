/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All values of one key, read in one walk and then asked for by name; and those that nobody asked for. */
#ifndef GUEST_BAG_H
#define GUEST_BAG_H

#include <offwin/network.h>

#include "guest/pool.h"

struct bag_value {
        char *name;
        uint32_t type;
        ow_blob blob;
        bool taken; /* asked for */
};

struct guest_bag {
        ow_guest *guest;
        const char *where;        /* path of the key, for notes */
        struct guest_list values; /* struct bag_value */
};

#define GUEST_AUTO_BAG __attribute__((cleanup(guest_bag_done))) struct guest_bag

/* where must outlive the bag. */
void guest_bag_load(ow_guest *guest, ow_regkey key, const char *where, struct guest_bag *ret);
void guest_bag_done(struct guest_bag *bag);

/* The value called name, taken; NULL: absent. */
const struct bag_value *guest_bag_find(struct guest_bag *bag, const char *name);

/* These note what is of an odd type, with its place, and are then as if it were absent. */
const char *guest_bag_text(struct guest_bag *bag, const char *name, struct guest_pool *pool);
ow_setting guest_bag_number(struct guest_bag *bag, const char *name);
/* FILETIME of a DWORD of seconds since 1970; 0 absent. */
uint64_t guest_bag_unix_time(struct guest_bag *bag, const char *name);
/* Each string, empty ones too, of a REG_MULTI_SZ; a single string that is due to be a list is noted, and taken. */
void guest_bag_each(struct guest_bag *bag, const char *name, void (*fn)(void *state, const char *text), void *state);
ow_texts guest_bag_texts(struct guest_bag *bag, const char *name, struct guest_pool *pool);
/* The words of one string, which commas or spaces divide; also of each string of a list. */
void guest_bag_each_word(struct guest_bag *bag, const char *name, void (*fn)(void *state, const char *text),
                         void *state);

/* Values that nobody took, as texts. */
ow_named_values guest_bag_rest(struct guest_bag *bag, struct guest_pool *pool);

#endif
