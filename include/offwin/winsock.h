/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/winsock.h - the Winsock catalogues: which providers a program's network calls go through, and which of them
 * are not Windows' own. Texts are the guest's, UTF-8, never NULL; everything lives as long as the guest.
 */
#ifndef OFFWIN_WINSOCK_H
#define OFFWIN_WINSOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/fix.h>
#include <offwin/machine.h>

OW_BEGIN_DECLS

enum {
        OW_WINSOCK_ITEM_SIZE = 888, /* bytes of PackedCatalogItem */
        OW_WINSOCK_CHAIN = 7,
};

enum ow_winsock_library {
        OW_WINSOCK_LIBRARY_UNKNOWN, /* Windows' own; or its drive is not on the disks given, or its path is none */
        OW_WINSOCK_LIBRARY_THERE,
        OW_WINSOCK_LIBRARY_MISSING,
};

/* A transport provider, or a layer upon others (LSP). */
typedef struct ow_winsock_protocol {
        const char *key;       /* below the control set, to the entry: "...\\Catalog_Entries\\000000000001" */
        bool understood;       /* its data has the length that is known */
        const char *path;      /* of its DLL, as stored */
        const char *name;      /* szProtocol */
        uint8_t provider[16];  /* GUID as on disk */
        uint32_t id;           /* CatalogEntryId */
        uint32_t chain_length; /* 0 a layer by itself, 1 a base provider, more: a chain */
        uint32_t chain[OW_WINSOCK_CHAIN]; /* ids from the top down; chain_length of them */
        uint32_t family, socket_type, protocol;
        uint32_t service_flags, provider_flags;
        bool layered; /* chain_length is not 1 */
        bool foreign; /* its DLL is none that Windows or a hypervisor's tools bring */
        enum ow_winsock_library library; /* is its DLL where programs of this catalogue look for it? */
} ow_winsock_protocol;

/* A provider of names: DNS, NLA, ... */
typedef struct ow_winsock_namespace {
        const char *key;
        const char *path; /* LibraryPath */
        const char *name; /* DisplayString */
        uint8_t provider[16];
        uint32_t name_space; /* 12 DNS, 15 NLA, 16 Bluetooth, 32 NTDS, 37 e-mail, 38 and 39 PNRP */
        bool enabled;
        bool foreign;
        enum ow_winsock_library library;
} ow_winsock_namespace;

/* One catalogue: of 32-bit or of 64-bit programs. */
typedef struct ow_winsock_catalog {
        const char *protocols_key; /* Catalog_Entries or Catalog_Entries64; "" when there is none */
        const char *namespaces_key;
        bool wide; /* of 64-bit programs on a 64-bit Windows */
        uint32_t protocols_told,
                namespaces_told; /* how many the catalogue says that it holds; UINT32_MAX: not told */
        const ow_winsock_protocol *protocols;
        size_t n_protocols;
        const ow_winsock_namespace *namespaces;
        size_t n_namespaces;
} ow_winsock_catalog;

typedef struct ow_winsock {
        ow_winsock_catalog catalogs[2]; /* the one that every Windows has, and that of 64-bit programs */
        size_t n_catalogs;
} ow_winsock;

/* The catalogues of the current control set, read on first use. */
OW_API int ow_guest_winsock(ow_guest *guest, const ow_winsock **ret, ow_error *err);

/* Those of any control set, read now; empty when there is no such set. *ret is the caller's: ow_winsock_free(). */
OW_API int ow_winsock_load(ow_guest *guest, uint32_t control_set, ow_winsock **ret, ow_error *err);
OW_APIV void ow_winsock_free(ow_winsock *winsock); /* NULL is fine */

enum ow_winsock_repair_flags {
        OW_WINSOCK_REPAIR_ALL = 1 << 0,        /* every provider that is not Windows' own */
        OW_WINSOCK_REPAIR_NAMESPACES = 1 << 1, /* providers of names too */
        OW_WINSOCK_REPAIR_RESET = 1 << 2,      /* `netsh winsock reset` is laid down for the first boot too */
};

/**
 * ow_plan_repair_winsock - rows that take providers of others out of the catalogues, in every control set that the
 * next boot may use
 * @names: providers, libraries or their paths, also with * and ?, beside those whose library is not there
 * @flags: OW_WINSOCK_REPAIR_*
 *
 * With a provider go the chains through it, and chains through what is not in the catalogue. Entries that stay keep
 * their order and ids and are numbered without a gap; the catalogue's counts are made to agree, and its serial number
 * goes up. What is left and why stands among what the plan skips.
 *
 * Return: 0; OW_E_ABSENT nobody is called so; OW_E_REFUSED Windows' own are named, or no base provider would be left
 *         (with OW_WINSOCK_REPAIR_RESET that catalogue is left as it is); OW_E_UNSUPPORTED, OW_E_LIMIT a catalogue
 *         that is none; OW_E_UNSUPPORTED a Windows without that command; OW_E_NOMEM.
 */
OW_API int ow_plan_repair_winsock(ow_plan *plan, ow_guest *guest, const char *const *names, size_t n_names,
                                  unsigned flags, ow_error *err);

/* Whether that script lies in the guest. */
OW_API int ow_winsock_reset_waits(ow_guest *guest, bool *ret, ow_error *err);

OW_END_DECLS

#endif
