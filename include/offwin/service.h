/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/service.h - services and drivers of a Windows: what the registry says of each, its file, who needs whom, and
 * which of them wait for the network.
 *
 * Texts are the guest's, UTF-8, "" when not known; everything handed out lives as long as the guest. A control set is
 * read once, on first use; later edits of its registry are not seen. Odd values are told by ow_guest_problem().
 */
#ifndef OFFWIN_SERVICE_H
#define OFFWIN_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/machine.h>

OW_BEGIN_DECLS

enum ow_service_type {                  /* bits of Type */
        OW_SERVICE_KERNEL_DRIVER = 0x1,
        OW_SERVICE_FILE_SYSTEM_DRIVER = 0x2,
        OW_SERVICE_ADAPTER = 0x4,
        OW_SERVICE_RECOGNIZER_DRIVER = 0x8,
        OW_SERVICE_DRIVER = 0xf,        /* any of the above */
        OW_SERVICE_OWN_PROCESS = 0x10,
        OW_SERVICE_SHARE_PROCESS = 0x20,
        OW_SERVICE_WIN32 = 0x30,        /* either */
        OW_SERVICE_USER = 0x40,         /* template: each user gets a copy */
        OW_SERVICE_USER_INSTANCE = 0x80,
        OW_SERVICE_INTERACTIVE = 0x100,
};

enum ow_service_start { OW_START_BOOT, OW_START_SYSTEM, OW_START_AUTO, OW_START_DEMAND, OW_START_DISABLED };

/* "boot", "system", "auto", "demand", "disabled", or "?" for any other number. Static storage. */
OW_APIV const char *ow_service_start_name(uint32_t start);

enum ow_trigger_kind {                  /* as Windows numbers them; any other number may come too */
        OW_TRIGGER_DEVICE = 1,          /* a device interface arrives */
        OW_TRIGGER_IP_ADDRESS = 2,      /* the first IP address comes, or the last one goes */
        OW_TRIGGER_DOMAIN_JOIN = 3,     /* the machine is, or becomes, member of a domain, or leaves it */
        OW_TRIGGER_FIREWALL_PORT = 4,
        OW_TRIGGER_GROUP_POLICY = 5,
        OW_TRIGGER_NETWORK_ENDPOINT = 6,        /* somebody calls an RPC interface or opens a pipe, mostly locally */
        OW_TRIGGER_SYSTEM_STATE = 7,    /* a WNF state changes */
        OW_TRIGGER_ETW = 20,            /* an event of a provider */
        OW_TRIGGER_AGGREGATE = 30,
};

enum ow_trigger_action { OW_TRIGGER_STARTS = 1, OW_TRIGGER_STOPS = 2 };

typedef struct ow_service_trigger {
        const char *key;                /* name of its subkey of TriggerInfo */
        uint32_t kind;                  /* enum ow_trigger_kind; UINT32_MAX when absent */
        uint32_t action;                /* enum ow_trigger_action; UINT32_MAX when absent */
        uint8_t subtype[16];            /* GUID as stored; zeros when absent */
        const char *what;               /* "the first IP address is available" */
        const char *data;               /* its strings, ", " between them, or "" */
} ow_service_trigger;

enum ow_failure_kind { OW_FAILURE_NONE, OW_FAILURE_RESTART, OW_FAILURE_REBOOT, OW_FAILURE_COMMAND };

typedef struct ow_service_failure {
        uint32_t kind;                  /* enum ow_failure_kind, or any other number */
        uint32_t delay_ms;
} ow_service_failure;

/* What the image path leads to. */
enum ow_image_kind {
        OW_IMAGE_NONE,                  /* no image path, and Windows supplies none: not a driver */
        OW_IMAGE_FILE,                  /* ow_service.file is its path on a drive */
        OW_IMAGE_REMOTE,                /* on another machine (UNC): not looked for */
        OW_IMAGE_DEVICE,                /* a device path without a drive letter: not looked for */
        OW_IMAGE_ODD,                   /* '..', a stream, a variable that is not known, too long: not looked for */
};

/* How SafeBoot\Minimal or SafeBoot\Network lets a service start. */
enum ow_safe_boot { OW_SAFE_BOOT_NO, OW_SAFE_BOOT_NAME, OW_SAFE_BOOT_FILE, OW_SAFE_BOOT_GROUP };

typedef struct ow_service {
        const char *name;
        const char *display_name;       /* as stored */
        const char *description;        /* as stored */
        const char *image_path;         /* as stored */
        const char *service_dll;        /* Parameters\ServiceDll of a service that svchost hosts, as stored */
        const char *file;               /* the one that counts (of svchost, the DLL) as C:\..., when OW_IMAGE_FILE */
        const char *group;
        const char *owner;              /* the INF that installed it (first of Owners, 8 and newer): "oem4.inf" */
        const char *account;            /* ObjectName: "LocalSystem", "NT AUTHORITY\LocalService" */
        uint32_t type, start, error_control;    /* UINT32_MAX when absent; start: enum ow_service_start */
        uint32_t effective_start;       /* start, or what StartOverride says for this hardware */
        uint32_t tag;                   /* order in its group; 0 when absent */
        uint32_t sid_type, launch_protected;    /* 0 when absent */
        bool delayed;                   /* DelayedAutostart */
        bool trigger_start;             /* has TriggerInfo */
        bool network_trigger;           /* an IP address or a domain starts it */
        bool has_override;              /* has StartOverride */
        enum ow_image_kind image_kind;
        enum ow_safe_boot safe_minimal, safe_network;
        const char *const *depends_on;  /* service names, then groups with a leading '+'; NULL-terminated */
        const ow_service_trigger *triggers;
        size_t n_triggers;
        const ow_service_failure *failures;
        size_t n_failures;
        uint32_t failure_reset;         /* seconds without failure until counting starts anew */
        bool failure_on_error;          /* also when it stops with an error (FailureActionsOnNonCrashFailures) */
        const char *failure_command;
        uint32_t control_set;           /* 1 is ControlSet001 */
        size_t index;                   /* in its control set */
} ow_service;

/* Services and drivers of the current control set, in the order of their names. */
OW_API int ow_guest_services(ow_guest *guest, const ow_service **ret, size_t *ret_count, ow_error *err);

/* The same of control set number control_set (1 is ControlSet001); 0 is the current one. OW_E_ABSENT: no such set. */
OW_API int ow_guest_services_of(ow_guest *guest, uint32_t control_set, const ow_service **ret, size_t *ret_count,
                                ow_error *err);

/* The service called name (whatever its case) of a control set, 0 the current one. 1 found, 0 absent, < 0 error. */
OW_API int ow_guest_service_find(ow_guest *guest, uint32_t control_set, const char *name, const ow_service **ret,
                                 ow_error *err);

/* A driver of any kind; a Win32 service. Both false when Type is missing or odd. */
OW_APIV bool ow_service_is_driver(const ow_service *service);
OW_APIV bool ow_service_is_win32(const ow_service *service);

/* ---- whose it is ---- */

enum ow_service_origin { OW_ORIGIN_UNKNOWN, OW_ORIGIN_MICROSOFT, OW_ORIGIN_OTHER };

/* "unknown", "microsoft", "other". Static storage. */
OW_APIV const char *ow_service_origin_name(enum ow_service_origin origin);

/* Whose a service is and what tells so, a phrase: the INF that installed it, where its file and texts lie, its name.
 * With read_file the company in its file comes first, which costs opening it. */
OW_API int ow_service_origin_get(ow_guest *guest, const ow_service *service, bool read_file,
                                 enum ow_service_origin *ret, const char **ret_evidence, ow_error *err);

enum ow_service_file_state {
        OW_SERVICE_FILE_NONE,           /* its image path leads to no file: see ow_service.image_kind */
        OW_SERVICE_FILE_THERE,
        OW_SERVICE_FILE_MISSING,
        OW_SERVICE_FILE_UNKNOWN,        /* not on the disks given, or the folder cannot be read */
};

typedef struct ow_service_file {
        enum ow_service_file_state state;
        uint64_t size;                  /* bytes */
        bool program;                   /* it is a PE image */
        uint16_t machine;               /* of a program, as the PE format numbers them: 0x14c x86, 0x8664 x64 */
        const char *company, *product, *description, *original_name;    /* of its version resource */
        const char *version;            /* "6.1.7601.17514" */
        const char *version_text, *product_version;     /* as its makers wrote them */
        const char *why;                /* why something of this is not known */
} ow_service_file;

/* Whether its file is on the volume. Looked up once. */
OW_API int ow_service_file_look(ow_guest *guest, const ow_service *service, enum ow_service_file_state *ret,
                                ow_error *err);

/* The same with what the file says of itself. Read once. */
OW_API int ow_service_file_get(ow_guest *guest, const ow_service *service, ow_service_file *ret, ow_error *err);

/* The text that stored (a display name or description of service) stands for: "@path,-id" is looked up in that file or
 * the .mui beside it, "@x.inf,%token%;text" is text. What cannot be found is stored itself. */
OW_API int ow_service_text(ow_guest *guest, const ow_service *service, const char *stored, const char **ret,
                           ow_error *err);

/* ---- filter lists ---- */

enum ow_filter_kind {
        OW_FILTER_CLASS_UPPER, OW_FILTER_CLASS_LOWER,   /* of a device class */
        OW_FILTER_DEVICE_UPPER, OW_FILTER_DEVICE_LOWER, /* of one device */
        OW_FILTER_NETWORK,              /* FilterList of a network adapter */
};

/* "class-upper", "class-lower", "device-upper", "device-lower", "network". Static storage. */
OW_APIV const char *ow_filter_kind_name(enum ow_filter_kind kind);

/* One entry of one list. The service that it names may not be there. */
typedef struct ow_service_filter {
        enum ow_filter_kind kind;
        const char *service;            /* "" for a network filter whose component is not known */
        const char *entry;              /* as stored; of OW_FILTER_NETWORK "{adapter}-{component}-0000" */
        const char *key, *value;        /* the list: "HKLM\\SYSTEM\\ControlSet001\\...", "UpperFilters" */
        const char *what;               /* "DiskDrive", a device's instance, or an adapter's number in its class */
        uint32_t position;              /* in the list, from 0 */
} ow_service_filter;

/* Every entry of every filter list of a control set, 0 the current one: classes, adapters, then devices. */
OW_API int ow_guest_service_filters(ow_guest *guest, uint32_t control_set, const ow_service_filter **ret,
                                    size_t *ret_count, ow_error *err);

/* ---- who needs whom ---- */

enum ow_node_kind { OW_NODE_SERVICE, OW_NODE_GROUP, OW_NODE_MISSING };

/* Nodes are named by their index in ow_service_graph.nodes. */
typedef struct ow_service_node {
        enum ow_node_kind kind;
        const char *name;               /* of a group without '+' */
        const ow_service *service;      /* NULL unless it is one */
        const uint32_t *needs;          /* services, groups and names that are not there; of a group: its members */
        const uint32_t *needed_by;
        size_t n_needs, n_needed_by;
        uint32_t cycle;                 /* number of the circle of services that it is in, from 1; 0: none */
        uint32_t group_rank;            /* place of its group in ServiceGroupOrder; UINT32_MAX: not listed */
        uint32_t tag_rank;              /* place of its tag in GroupOrderList; UINT32_MAX: none */
} ow_service_node;

typedef struct ow_service_graph {
        const ow_service_node *nodes;   /* the services in their order, then groups, then what is missing */
        size_t n_nodes, n_services, n_edges, n_cycles;
        size_t n_missing;               /* also groups that nobody is in */
        const uint32_t *order;          /* what starts at boot, in the order in which Windows loads it */
        size_t n_order;
} ow_service_graph;

/* What is needed and not there: no such service, or a group that nobody is in. */
OW_APIV bool ow_service_node_missing(const ow_service_node *node);

/* The graph of a control set, 0 the current one. A group is needed when one of its members will do. */
OW_API int ow_guest_service_graph(ow_guest *guest, uint32_t control_set, const ow_service_graph **ret,
                                  ow_error *err);

/* ---- who waits for the network ---- */

enum ow_network_verdict {
        OW_NETWORK_NONE,                /* nothing says that it needs the network */
        OW_NETWORK_NEEDED,
        OW_NETWORK_STACK,               /* it is part of what makes the network */
        OW_NETWORK_CORE,                /* Windows needs it to start, log on or install devices */
        OW_NETWORK_DC_ROLE,             /* this is a domain controller, and it is what makes it one */
};

/* "none", "needs-network", "network-stack", "core", "dc-role". Static storage. */
OW_APIV const char *ow_network_verdict_name(enum ow_network_verdict verdict);

typedef struct ow_service_verdict {
        enum ow_network_verdict verdict;
        const char *reason;             /* "needs LanmanWorkstation, the client for Windows shares" */
        bool parkable;                  /* a first boot without network may hold it back and loses nothing by it */
        const char *objection;          /* why it is not parkable, "it is disabled"; "" when it is */
} ow_service_verdict;

/* The verdict on a service of ow_guest_services(), ..._of() or ..._find(). All of its control set are judged at once,
 * by dependencies (with the groups in them), triggers, SafeBoot entries and what is known of Windows' own services. */
OW_API int ow_service_verdict_get(ow_guest *guest, const ow_service *service, ow_service_verdict *ret, ow_error *err);

/* Tells what the registry does not: the service called name waits for the network, because of why ("it reports to its
 * console"). What needs it then does too. Counts for control sets that were not judged yet. */
OW_API int ow_guest_service_note(ow_guest *guest, const char *name, const char *why, ow_error *err);

OW_END_DECLS

#endif
