/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan file as read: texts and words as they stand in it, nothing looked up yet (docs/plan.md is the format).
 * The structs have the shape that libcyaml fills and writes: lists are an array and NAME_count, a text, word or
 * number that is not given is NULL.
 */
#ifndef FIX_PLANFILE_H
#define FIX_PLANFILE_H

#include <offwin/planfile.h>

#include "base/alloc.h"
#include "base/buffer.h"

enum planfile_choice { PLANFILE_NO, PLANFILE_YES };

struct planfile_machine {
        char *name, *domain, *windows;
};

struct planfile_parameter {
        char *name, *value;
};

struct planfile_fixes {
        enum planfile_choice *all;
        char **names, **except;
        struct planfile_parameter *parameters;
        unsigned names_count, except_count, parameters_count;
};

struct planfile_vendors {
        char **disable, **remove;
        unsigned disable_count, remove_count;
        enum planfile_choice *files, *uninstall;
};

struct planfile_service {
        char *name, *start; /* a start type, or "enable", "park" */
        enum planfile_choice *force;
};

struct planfile_route {
        char *to;         /* "none", without the others: no routes */
        char *via;        /* NULL: none */
        uint32_t *metric; /* 0: automatic */
};

/* All texts as `offwin net set` takes them. */
struct planfile_adapter {
        char *adapter; /* which one of this installation; NULL with nic: auto */
        char *nic;     /* MAC of the virtual card that takes over, or NULL: set in place */
        char *name;    /* connection name */
        enum planfile_choice *dhcp, *register_addresses, *register_suffix;
        char **addresses, **gateways, **dns, **wins;
        unsigned addresses_count, gateways_count, dns_count, wins_count;
        char *suffix, *netbios;
        uint32_t *mtu, *metric; /* metric 0: automatic */
        struct planfile_route *routes;
        unsigned routes_count;
};

struct planfile_reip {
        char *from, *to;
};

/* Of every card that is not gone; settings as `offwin net tune` takes them. */
struct planfile_tune {
        enum planfile_choice *safe;
        struct planfile_parameter *set, *tcp;
        unsigned set_count, tcp_count;
};

struct planfile_network {
        struct planfile_reip *re_ip;
        struct planfile_adapter *adapters;
        unsigned re_ip_count, adapters_count;
        struct planfile_tune *tune;
        enum planfile_choice *unteam, *clean, *remove;
        char *not_in; /* a machine by name, "qemu": with remove, cards that it does not have too */
};

struct planfile_file {
        char *from, *to;
};

struct planfile {
        uint32_t version;
        struct planfile_machine *machine;
        struct planfile_fixes *fixes;
        struct planfile_vendors *vendors;
        struct planfile_service *services;
        struct planfile_network *network;
        struct planfile_file *files;
        char **scripts;
        unsigned services_count, files_count, scripts_count;
};

struct ow_planfile {
        struct planfile *content;
        char *text; /* the file, for line numbers of what turns out wrong later */
        char *label;
};

enum { PLANFILE_MAX = 1 << 20, PLANFILE_LIST_MAX = 1024 };

static inline bool planfile_yes(const enum planfile_choice *choice)
{
        return choice && *choice == PLANFILE_YES;
}

/* The only line of text that holds value, from 1; 0 when none or several do. */
unsigned planfile_line(const char *text, const char *value);

/* OW_E_INVAL with "label:line: what is wrong". *ret: planfile_done(). */
int planfile_read(const char *label, const char *text, size_t size, struct planfile **ret, ow_error *err);
/* YAML that planfile_read() takes. */
int planfile_write(const struct planfile *content, ow_buffer *out, ow_error *err);
void planfile_done(struct planfile *content);

/* OW_E_INVAL about what stands in the file as value: "label:line: ..." when that stands in one line only. */
int planfile_fail(const ow_planfile *file, const char *value, ow_error *err, const char *fmt, ...) OW_PRINTF(4, 5);

/* The same about network.adapters[index]: the line of value, or of what names that adapter when it (NULL) has none.
 */
int planfile_fail_adapter(const ow_planfile *file, unsigned index, const char *value, ow_error *err, const char *fmt,
                          ...) OW_PRINTF(5, 6);
/* The line that names network.adapters[index], or 0. */
unsigned planfile_adapter_line(const ow_planfile *file, unsigned index);

#endif
