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
#include <offwin/machine.h>

OW_BEGIN_DECLS

enum {
        OW_WINSOCK_ITEM_SIZE = 888, /* bytes of PackedCatalogItem */
        OW_WINSOCK_CHAIN = 7,
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

OW_END_DECLS

#endif
