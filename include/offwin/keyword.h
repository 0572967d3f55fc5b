/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/keyword.h - settings of a card's driver: speed, offloads, queues, a hardware address set by hand.
 *
 * Drivers keep them as text in their class key. Names that begin with "*" are standardised by Microsoft (NDIS 6,
 * Vista and newer); a driver declares those that it knows below Ndi\Params, with the values that it takes. Setting
 * them: offwin/tuning.h.
 */
#ifndef OFFWIN_KEYWORD_H
#define OFFWIN_KEYWORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/guest.h>
#include <offwin/network.h>

OW_BEGIN_DECLS

/* One value that a driver offers, and what it calls it. */
typedef struct ow_keyword_choice {
        const char *value, *text; /* "1514", "Disabled" */
} ow_keyword_choice;

/* Texts are the guest's, never NULL; "" when not told. */
typedef struct ow_keyword {
        const char *name;        /* "*JumboPacket" */
        bool set;                /* it is in the class key */
        uint32_t type;           /* then: OW_REG_*; drivers read OW_REG_SZ */
        const char *value;       /* then: the text, a number in decimal, or hex digits */
        bool declared;           /* by the driver, and what it says of it: */
        const char *description; /* "Jumbo Packet" */
        const char *kind;        /* "enum", "int", "edit", ... */
        const char *normal;      /* its default */
        bool has_range;          /* of a number */
        int64_t min, max, step;  /* step 0: any */
        const ow_keyword_choice *choices;
        size_t n_choices;
} ow_keyword;

typedef struct ow_tuning {
        const char *key; /* below the control set; "" when the adapter has no class key */
        const ow_keyword *keywords;
        size_t n_keywords;
} ow_tuning;

/**
 * ow_tuning_load - the keywords of one adapter, those that are set first
 * @network: any control set's
 * @index:   of the adapter
 * @ret:     the caller's: ow_tuning_free(); lives no longer than @network
 *
 * Return: 0, also when there are none; OW_E_NOMEM.
 */
OW_API int ow_tuning_load(ow_guest *guest, const ow_network *network, size_t index, ow_tuning **ret, ow_error *err);
OW_APIV void ow_tuning_free(ow_tuning *tuning); /* NULL is fine */

/* The keyword of that name, whatever its case, or NULL. */
OW_APIV const ow_keyword *ow_tuning_find(const ow_tuning *tuning, const char *name);
/* What the driver calls the value that is set, or "". */
OW_APIV const char *ow_keyword_choice_text(const ow_keyword *keyword);

OW_END_DECLS

#endif
