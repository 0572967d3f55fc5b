/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/inf.h - driver information files (INF): what is in one, and which part of it a given Windows would use.
 *
 * Texts belong to the ow_inf and live as long as it does; they are UTF-8, quotes resolved, %token% replaced. Names of
 * sections, keys and tokens are compared as Windows does, case-blind. Rules: docs/formats/inf.md.
 */
#ifndef OFFWIN_INF_H
#define OFFWIN_INF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/io.h>

OW_BEGIN_DECLS

typedef struct ow_inf ow_inf;

enum { OW_INF_MAX_BYTES = 4 << 20 }; /* of one INF file */

/**
 * ow_inf_parse - read the text of an INF
 * @bytes: UTF-16LE or UTF-8 with or without byte order mark, else taken as Windows-1252
 * @language: LANGID whose [Strings.LANGID] comes before [Strings]; 0: only [Strings]
 * @ret: the caller's: ow_inf_free()
 *
 * Return: 0; OW_E_FORMAT not an INF (no [Version] with a known Signature, binary, big-endian UTF-16);
 *         OW_E_LIMIT; OW_E_NOMEM.
 */
OW_API int ow_inf_parse(const void *bytes, size_t size, uint16_t language, ow_inf **ret, ow_error *err);
OW_APIV void ow_inf_free(ow_inf *inf);

/* ---- sections and lines ---- */

typedef struct ow_inf_section {
        const char *name;      /* as the INF first wrote it */
        uint32_t first, count; /* its lines, all parts of it merged; the numbers are for the calls below */
} ow_inf_section;

/* False when inf has no such section. */
OW_APIV bool ow_inf_find(const ow_inf *inf, const char *name, ow_inf_section *ret);
OW_APIV size_t ow_inf_section_count(const ow_inf *inf);
OW_APIV ow_inf_section ow_inf_section_get(const ow_inf *inf, size_t index);

/* "key = field, field"; a line without '=' has fields only, and NULL as its key. "" for a field past the last. */
OW_APIV const char *ow_inf_key(const ow_inf *inf, uint32_t line);
OW_APIV uint32_t ow_inf_field_count(const ow_inf *inf, uint32_t line);
OW_APIV const char *ow_inf_field(const ow_inf *inf, uint32_t line, uint32_t index);
OW_APIV uint32_t ow_inf_line_number(const ow_inf *inf, uint32_t line); /* in the text, from 1 */

/* The first line of section with this key; false: none. */
OW_APIV bool ow_inf_line_find(const ow_inf *inf, const ow_inf_section *section, const char *key, uint32_t *ret);

/* Decimal or 0x... as INFs write numbers; false when text is something else, or nothing. */
OW_APIV bool ow_inf_number(const char *text, uint32_t *ret);

/* ---- which Windows ---- */

enum ow_inf_arch { OW_INF_ANY, OW_INF_X86, OW_INF_AMD64, OW_INF_IA64, OW_INF_ARM, OW_INF_ARM64 };

typedef struct ow_inf_target {
        uint32_t major, minor, build;
        enum ow_inf_arch arch;
        uint32_t product; /* 1 workstation, 2 domain controller, 3 server; 0 not known */
        uint32_t suites;  /* VER_SUITE_* bits */
} ow_inf_target;

/* "amd64", ... as decorations write it; "any". Static storage. */
OW_APIV const char *ow_inf_arch_name(enum ow_inf_arch arch);

/* What "NTamd64.10.0...17763" says; 0 is "not said", arch OW_INF_ANY likewise. */
typedef struct ow_inf_decoration {
        uint32_t major, minor, product, suites, build;
        enum ow_inf_arch arch;
} ow_inf_decoration;

/* Without the leading '.'; "" is no decoration at all. False: not one that Windows knows. */
OW_APIV bool ow_inf_decoration_parse(const char *text, ow_inf_decoration *ret);
OW_APIV bool ow_inf_decoration_matches(const ow_inf_decoration *decoration, const ow_inf_target *target);

/* > 0 when Windows prefers a to b, both matching; 0: it has no preference. */
OW_APIV int ow_inf_decoration_compare(const ow_inf_decoration *a, const ow_inf_decoration *b);

/* ---- what it says ---- */

typedef struct ow_inf_version {
        const char *signature, *class_name, *class_guid, *provider;
        const char *catalog; /* file name for the target's architecture, or "" */
        uint32_t date;       /* of DriverVer, 20220718; 0 none */
        uint16_t numbers[4]; /* of DriverVer, 62.91.104.22400 */
} ow_inf_version;

/* Parts that the INF does not say are "" and 0. */
OW_APIV void ow_inf_version_get(const ow_inf *inf, const ow_inf_target *target, ow_inf_version *ret);

typedef struct ow_inf_model {
        const char *manufacturer, *description;
        const char *install;          /* name of its install section, without decoration */
        uint32_t line;                /* its ids are the fields from 1 on: a hardware id, then compatible ones */
        ow_inf_decoration decoration; /* of the section that it stands in */
        const char *section;          /* the name of that */
} ow_inf_model;

typedef struct ow_inf_models {
        ow_inf_model *items;
        size_t count;
} ow_inf_models;

/* The models of the sections that Windows would choose for target, one section for each manufacturer. An empty answer
 * is no error. *ret: ow_inf_models_done(). OW_E_LIMIT, OW_E_NOMEM. */
OW_API int ow_inf_models_get(const ow_inf *inf, const ow_inf_target *target, ow_inf_models *ret, ow_error *err);
OW_APIV void ow_inf_models_done(ow_inf_models *models);

/* "NTx86.6.1, NTamd64.6.1": every decoration that [Manufacturer] lists, for a message. Cut to fit. */
OW_APIV void ow_inf_offers(const ow_inf *inf, char *buf, size_t size);

/* The install section for target: install.NTamd64, install.NT, install. False: none is there. */
OW_APIV bool ow_inf_install_find(const ow_inf *inf, const char *install, const ow_inf_target *target,
                                 ow_inf_section *ret);

typedef struct ow_inf_reg {
        const char *root; /* "HKR", "HKLM" */
        const char *subkey, *name;
        uint32_t flags; /* FLG_ADDREG_* as written */
        bool key_only;  /* only the key is wanted */
        uint32_t type;  /* REG_* */
        ow_blob data;
} ow_inf_reg;

typedef struct ow_inf_service {
        const char *name;
        const char *display_name, *group, *dependencies;
        const char *binary;   /* "%SystemRoot%\System32\drivers\x.sys"; "%13%\x.sys": in the driver store */
        bool function_driver; /* the device's own driver (SPSVCINST_ASSOCSERVICE) */
        uint32_t type, start, error_control; /* UINT32_MAX: not said, or no number */
        ow_inf_reg *registry;                /* of AddReg; HKR is the service's key */
        size_t n_registry;
} ow_inf_service;

typedef struct ow_inf_services {
        ow_inf_service *items;
        size_t count;
} ow_inf_services;

/* AddService lines of install's .Services section. *ret: ow_inf_services_done(). OW_E_LIMIT, OW_E_NOMEM. */
OW_API int ow_inf_services_get(const ow_inf *inf, const ow_inf_section *install, ow_inf_services *ret, ow_error *err);
OW_APIV void ow_inf_services_done(ow_inf_services *services);

typedef struct ow_inf_file {
        const char *name;      /* on the source */
        char *folder;          /* on the source, from where the INF is: "" or "amd64\x" */
        const char *target;    /* name that it gets; "" for a file that CopyFiles does not name */
        uint32_t dirid;        /* of the folder that it goes to; 0 with target "" */
        const char *subfolder; /* below that, or "" */
} ow_inf_file;

typedef struct ow_inf_files {
        ow_inf_file *items;
        size_t count;
} ow_inf_files;

/* What CopyFiles of install and of its .CoInstallers copy. *ret: ow_inf_files_done(). OW_E_LIMIT, OW_E_NOMEM. */
OW_API int ow_inf_files_get(const ow_inf *inf, const ow_inf_section *install, const ow_inf_target *target,
                            ow_inf_files *ret, ow_error *err);

/* Every file of the package for target: what [SourceDisksFiles] and its decorated forms list. As above. */
OW_API int ow_inf_package_get(const ow_inf *inf, const ow_inf_target *target, ow_inf_files *ret, ow_error *err);
OW_APIV void ow_inf_files_done(ow_inf_files *files);

/* "%SystemRoot%\System32\drivers" for 12; NULL for a dirid without a fixed place. Static storage. */
OW_APIV const char *ow_inf_dirid(uint32_t dirid);

OW_END_DECLS

#endif
