/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of [Vendor] and of what a vendor pack looks for. */
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "fix/words.h"

/* ---- [Vendor] ---- */

static const char *const roles[] = {
        [OW_VENDOR_HARDWARE] = "hardware",     [OW_VENDOR_NETWORK] = "network", [OW_VENDOR_MULTIPATH] = "multipath",
        [OW_VENDOR_HYPERVISOR] = "hypervisor", [OW_VENDOR_BACKUP] = "backup",   [OW_VENDOR_ANTIVIRUS] = "antivirus",
        [OW_VENDOR_MANAGEMENT] = "management",
};

const char *ow_vendor_role_name(enum ow_vendor_role role)
{
        return roles[role];
}

static int set_role(const struct fix_place *at, const char *value, ow_error *err)
{
        unsigned role;
        int r = fix_set_choice(roles, OW_COUNT(roles), value, &role, err);

        if (r == 0)
                at->fix->pack->role = role;
        return r;
}

static int set_pack_name(const struct fix_place *at, const char *value, ow_error *err)
{
        return fix_set_text(&at->fix->pack->name, value, err);
}

static int check_glob(const char *value, ow_error *err)
{
        if (strspn(value, "*? ") == strlen(value))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' fits everything", value);
        return 0;
}

static int add_glob(char ***list, size_t *n, const char *value, ow_error *err)
{
        char **grown;
        int r;

        r = check_glob(value, err);
        if (r < 0)
                return r;
        if (*n == FIX_LIST_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d", FIX_LIST_MAX);
        grown = ow_realloc_array(*list, *n + 1, sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        *list = grown;
        grown[*n] = ow_strdup(value);
        if (!grown[*n])
                return ow_fail_nomem(err);
        (*n)++;
        return 0;
}

static int set_pack_company(const struct fix_place *at, const char *value, ow_error *err)
{
        return add_glob(&at->fix->pack->companies, &at->fix->pack->n_companies, value, err);
}

static int set_pack_publisher(const struct fix_place *at, const char *value, ow_error *err)
{
        return add_glob(&at->fix->pack->publishers, &at->fix->pack->n_publishers, value, err);
}

static int set_signs(const struct fix_place *at, const char *value, ow_error *err)
{
        size_t digits = strspn(value, "0123456789");
        unsigned long n = digits > 0 && digits <= 2 && value[digits] == '\0' ? strtoul(value, NULL, 10) : 0;

        if (n < 1 || n > FIX_SIGNS_MAX)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s'; it takes 1 to %d", value, FIX_SIGNS_MAX);
        at->fix->pack->signs = (unsigned)n;
        return 0;
}

static int set_report(const struct fix_place *at, const char *value, ow_error *err)
{
        return fix_set_flag(&at->fix->pack->report_only, value, err);
}

/* ---- what a pack looks for ---- */

static int set_start(const struct fix_place *at, const char *value, ow_error *err)
{
        return fix_start_find(value, &at->item->start, err);
}

static int set_driver(const struct fix_place *at, const char *value, ow_error *err)
{
        static const char *const names[] = {
                [FIX_DRIVER_OTHER] = "other",
                [FIX_DRIVER_STORAGE] = "storage",
                [FIX_DRIVER_NETWORK] = "network",
                [FIX_DRIVER_FILTER] = "filter",
        };
        unsigned kind;
        int r = fix_set_choice(names, OW_COUNT(names), value, &kind, err);

        if (r == 0)
                at->item->driver = kind;
        return r;
}

static int set_glob(char **slot, const char *value, ow_error *err)
{
        int r = check_glob(value, err);

        return r < 0 ? r : fix_set_text(slot, value, err);
}

static int set_company(const struct fix_place *at, const char *value, ow_error *err)
{
        return set_glob(&at->item->company, value, err);
}

static int set_image(const struct fix_place *at, const char *value, ow_error *err)
{
        return set_glob(&at->item->image, value, err);
}

static int set_publisher(const struct fix_place *at, const char *value, ow_error *err)
{
        return set_glob(&at->item->publisher, value, err);
}

static int set_command(const struct fix_place *at, const char *value, ow_error *err)
{
        return set_glob(&at->item->command, value, err);
}

static int set_key(const struct fix_place *at, const char *value, ow_error *err)
{
        return set_glob(&at->item->key, value, err);
}

static int set_sign(const struct fix_place *at, const char *value, ow_error *err)
{
        bool sign = true;
        int r = fix_set_flag(&sign, value, err);

        at->item->weak = !sign;
        return r;
}

static int set_keep(const struct fix_place *at, const char *value, ow_error *err)
{
        return fix_set_flag(&at->item->keep, value, err);
}

#define IMAGE "fits its ImagePath as stored; another service of this name is not meant"
#define COMPANY                                                                                                      \
        "the company that the version resource of its file must name; one of [Vendor] when absent. A file "          \
        "that is not there, or names none, is not judged by it"
#define SIGN "no: shown, but it does not count as a sign; yes when absent"
#define KEEP "yes: shown, but never changed; no when absent"

const struct fix_word fix_item_words[] = {
        { { "Vendor", "Name", "text", "what the software is called" }, true, false, set_pack_name },
        { { "Vendor", "Kind", "hardware, network, multipath, hypervisor, backup, antivirus, management",
            "what the software is for" },
          true,
          false,
          set_role },
        { { "Vendor", "Company", "a glob", "company in the version resource of its files; may repeat" },
          false,
          true,
          set_pack_company },
        { { "Vendor", "Publisher", "a glob", "Publisher of its uninstall entries; may repeat" },
          false,
          true,
          set_pack_publisher },
        { { "Vendor", "Signs", "1 to 20", "so many signs make it present, fewer only possible; 2 when absent" },
          false,
          false,
          set_signs },
        { { "Vendor", "Report", "yes or no", "yes: it is shown and never acted on; no when absent" },
          false,
          false,
          set_report },
        { { "Service NAME", "Start", "boot, system, auto, delayed, demand, disabled",
            "how the service starts; required without [Vendor], and not allowed with it" },
          false,
          false,
          set_start },
        { { "Service NAME", "Image", "a glob", IMAGE }, false, false, set_image },
        { { "Service NAME", "Company", "a glob", COMPANY }, false, false, set_company },
        { { "Service NAME", "Sign", "yes or no", SIGN }, false, false, set_sign },
        { { "Service NAME", "Keep", "yes or no", KEEP }, false, false, set_keep },
        { { "Driver NAME", "Kind", "storage, network, filter, other",
            "a storage driver is only ever disabled, never "
            "removed" },
          true,
          false,
          set_driver },
        { { "Driver NAME", "Image", "a glob", IMAGE }, false, false, set_image },
        { { "Driver NAME", "Company", "a glob", COMPANY }, false, false, set_company },
        { { "Driver NAME", "Sign", "yes or no", SIGN }, false, false, set_sign },
        { { "Driver NAME", "Keep", "yes or no", KEEP }, false, false, set_keep },
        { { "Filter NAME", "Sign", "yes or no", SIGN }, false, false, set_sign },
        { { "Run NAME", "Command", "a glob", "fits its command; another value of this name is not meant" },
          false,
          false,
          set_command },
        { { "Run NAME", "Sign", "yes or no", SIGN }, false, false, set_sign },
        { { "Task PATH", "Sign", "yes or no", SIGN }, false, false, set_sign },
        { { "Task PATH", "Keep", "yes or no", KEEP }, false, false, set_keep },
        { { "Uninstall NAME", "Publisher", "a glob",
            "its Publisher; one of [Vendor] when absent. An entry without a "
            "Publisher is not judged by it" },
          false,
          false,
          set_publisher },
        { { "Uninstall NAME", "Key", "a glob", "the name of its key: `{PRODUCT-CODE}`, or a word" },
          false,
          false,
          set_key },
        { { "Uninstall NAME", "Sign", "yes or no", SIGN }, false, false, set_sign },
        { { "Uninstall NAME", "Keep", "yes or no", KEEP }, false, false, set_keep },
        { { "Folder PATH", "Sign", "yes or no", SIGN }, false, false, set_sign },
        { { "Folder PATH", "Keep", "yes or no", KEEP }, false, false, set_keep },
};
const size_t fix_n_item_words = OW_COUNT(fix_item_words);
