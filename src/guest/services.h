/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files about services share. A set is all services of one control set; everything in it is in its pool. */
#ifndef GUEST_SERVICES_H
#define GUEST_SERVICES_H

#include <offwin/service.h>

#include "base/pool.h"
#include "guest/internal.h"
#include "pe/pe.h"

enum { GUEST_MAX_SERVICES = 20000, GUEST_MAX_DEPENDENCIES = 200 };

/* What was found of a file so far. */
struct guest_service_file {
        bool looked, read;
        ow_service_file file;
};

struct guest_service_set {
        struct guest_service_set *next; /* of the guest */
        uint32_t control_set;
        ow_pool pool;
        ow_service *services; /* by name */
        size_t n, cap;
        ow_service_graph *graph; /* NULL until it was asked for; so are these */
        ow_service_verdict *verdicts;
        ow_service_filter *filters;
        size_t n_filters;
        struct guest_service_file *files; /* one per service */
};

/* The set of control_set (0: the current one), read now if it was not. OW_E_ABSENT. */
int guest_service_set(ow_guest *guest, uint32_t control_set, struct guest_service_set **ret, ow_error *err);

/* By name, whatever its case, or NULL. */
ow_service *guest_service_find(const struct guest_service_set *set, const char *name);

/* What somebody knows of a service besides its registry; of the guest. */
struct guest_service_note {
        struct guest_service_note *next;
        const char *name, *why; /* in text */
        char text[];
};

/* "HKLM\SYSTEM\ControlSetNNN\" and below. False when that is not there. */
bool guest_set_key(ow_guest *guest, uint32_t control_set, const char *below, ow_regkey *ret);

/* service-read.c: every service below the key Services into set, in the hive's order. */
void guest_services_read(ow_guest *guest, ow_regkey services, struct guest_service_set *set);

/* service-image.c: image_kind and file, from the image path, ServiceDll, type and name. */
void guest_service_image(ow_guest *guest, struct guest_service_set *set, ow_service *s);

/* service-trigger.c: raw values of a key below TriggerInfo. */
struct guest_trigger_raw {
        uint32_t kind, action;
        uint8_t subtype[16];
        ow_buffer data; /* strings so far, UTF-8 */
};
void guest_service_trigger(struct guest_service_set *set, const char *key, const struct guest_trigger_raw *raw,
                           ow_service_trigger *ret);
/* FailureActions as stored; what does not fit its own counts is noted and left out. */
void guest_service_failures(ow_guest *guest, struct guest_service_set *set, const ow_blob *blob, ow_service *s);

/* service-safeboot.c: safe_minimal and safe_network of all. */
void guest_services_safe_boot(ow_guest *guest, struct guest_service_set *set);

/* service-graph.c: set->graph, made now if it was not. */
int guest_service_graph(ow_guest *guest, struct guest_service_set *set, ow_error *err);

/* service-order.c: group_rank and tag_rank of nodes, and the order of graph; false: out of memory. */
bool guest_service_order(ow_guest *guest, struct guest_service_set *set, ow_service_node *nodes,
                         ow_service_graph *graph);

/* service-known.c */
enum guest_known_kind {
        GUEST_KNOWN_STACK,
        GUEST_KNOWN_CORE,
        GUEST_KNOWN_CORE_NETWORK, /* core, and what needs it needs the network */
        GUEST_KNOWN_DC,           /* of a domain controller */
        GUEST_KNOWN_NETWORK,      /* needs the network without a dependency */
};
struct guest_known_service {
        const char *name;
        enum guest_known_kind kind;
        const char *what;
};
const struct guest_known_service *guest_service_known(const char *name); /* or NULL */
bool guest_service_network_group(const char *group);

/* service-origin.c: whether it came with Windows, by the registry alone; *ret_evidence may be NULL. */
enum ow_service_origin guest_service_origin(const ow_guest *guest, const ow_service *s, const char **ret_evidence);

/* service-file.c: an open program file. */
struct guest_program {
        ow_file *file;
        ow_source source;
        struct pe_file pe;
};
int guest_service_open_program(ow_guest *guest, const char *path, struct guest_program *ret, ow_error *err);
void guest_service_close_program(struct guest_program *program);

#endif
