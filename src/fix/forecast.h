/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model behind the delays that doctor shows; docs/forecast.md explains it and lists the constants. */
#ifndef FIX_FORECAST_H
#define FIX_FORECAST_H

#include "fix/delay.h"
#include "fix/plan.h"

/* A guest as it is (plan NULL), or as it would be once plan is applied. */
struct fix_view {
        ow_guest *guest;
        const ow_plan *plan;
};

/* 1 found, 0 absent or no DWORD, < 0. path may name CurrentControlSet: the first set that may boot counts. */
int fix_view_dword(const struct fix_view *view, const char *path, const char *name, uint32_t *ret, ow_error *err);

/* What the model needs of a guest. All seconds unless the name says otherwise. */
struct fix_facts {
        uint32_t major, minor;
        bool member;                    /* of a domain */
        bool apipa;                     /* automatic private addresses are on */
        bool probing;                   /* NCSI probes actively */
        bool expects_dc;                /* AlwaysExpectDomainController */
        bool gpo_sync;                  /* the logon waits for the network by policy */
        bool revocation;                /* some profile checks publishers */
        bool roots;                     /* root certificates update themselves */
        bool wpad;                      /* someone looks for a proxy */
        bool updates;                   /* Windows Update runs by itself */
        bool drivers;                   /* drivers are looked up on Windows Update */
        uint32_t web_timeout_s;         /* NCSI's own */
        uint32_t gpo_wait_s;
        uint32_t dc_extra_s;            /* ExpectedDialupDelay */
        uint32_t crl_total_ms, crl_one_ms;
        uint32_t service_timeout_ms;    /* ServicesPipeTimeout */
        uint32_t vendor_services;       /* auto-start, not Windows' own */
        uint32_t vendor_chain;          /* longest chain of them that depends on the network */
};

int fix_facts_read(const struct fix_view *view, struct fix_facts *ret, ow_error *err);

struct fix_line {
        uint32_t seconds;
        char *model;                    /* how it came about; the caller's: ow_free() */
};

/* The modelled seconds of one line. */
int fix_forecast_line(const struct fix_facts *facts, enum fix_delay delay, struct fix_line *ret, ow_error *err);

/* Title of a line, and whether it runs beside the others. */
const char *fix_forecast_title(enum fix_delay delay);
bool fix_forecast_overlaps(enum fix_delay delay);

/* Counts auto-start services that are not Windows' own, and their longest chain that needs the network. */
int fix_services_count(const struct fix_view *view, uint32_t *ret_vendor, uint32_t *ret_chain, ow_error *err);

#endif
