/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decorations: "NTamd64.10.0...17763" is nt[arch][.major[.minor[.product[.suites[.build]]]]], each part may be empty.
 * Which of several Windows takes: docs/formats/inf.md 4.
 */
#include <string.h>

#include "inf/inf.h"

enum { BUILDS_SINCE = 14310 }; /* the first build of Windows 10 that reads a build number in a decoration */

static const char *const arch_names[] = {
        [OW_INF_ANY] = "any",   [OW_INF_X86] = "x86", [OW_INF_AMD64] = "amd64",
        [OW_INF_IA64] = "ia64", [OW_INF_ARM] = "arm", [OW_INF_ARM64] = "arm64",
};

const char *ow_inf_arch_name(enum ow_inf_arch arch)
{
        return (size_t)arch < OW_COUNT(arch_names) ? arch_names[arch] : "any";
}

static bool is_text(const char *part, size_t size, const char *text)
{
        return ow_name_compare_n(part, size, text, strlen(text)) == 0;
}

static bool arch_parse(const char *part, size_t size, enum ow_inf_arch *ret)
{
        if (size == 0) {
                *ret = OW_INF_ANY;
                return true;
        }
        for (size_t i = OW_INF_X86; i < OW_COUNT(arch_names); i++) {
                if (is_text(part, size, arch_names[i])) {
                        *ret = (enum ow_inf_arch)i;
                        return true;
                }
        }
        return false;
}

static bool number_parse(const char *part, size_t size, uint32_t *ret)
{
        char digits[16];

        if (size == 0)
                return true;
        if (size >= sizeof digits)
                return false;
        memcpy(digits, part, size);
        digits[size] = '\0';
        return ow_inf_number(digits, ret);
}

bool ow_inf_decoration_parse(const char *text, ow_inf_decoration *ret)
{
        ow_inf_decoration d = { 0 };
        uint32_t *const numbers[] = { &d.major, &d.minor, &d.product, &d.suites, &d.build };
        size_t size = strcspn(text, "."), at = 0;

        if (*text == '\0') {
                *ret = d;
                return true;
        }
        if (size < 2 || !is_text(text, 2, "nt") || !arch_parse(text + 2, size - 2, &d.arch))
                return false;
        for (text += size; *text == '.'; text += size) {
                text++;
                size = strcspn(text, ".");
                if (at == OW_COUNT(numbers) || !number_parse(text, size, numbers[at++]))
                        return false;
        }
        *ret = d;
        return true;
}

bool ow_inf_decoration_matches(const ow_inf_decoration *d, const ow_inf_target *target)
{
        bool same;

        /* Since Server 2003 SP1 what names no architecture is for x86; what came before it was x86, or ia64. */
        if (d->arch == OW_INF_ANY ? target->arch != OW_INF_X86 : d->arch != target->arch)
                return false;
        if (d->major > target->major || (d->major == target->major && d->minor > target->minor))
                return false;
        same = d->major == target->major && d->minor == target->minor;
        if (d->build && (target->major < 10 || (target->major == 10 && target->build < BUILDS_SINCE)))
                return false;
        if (d->build && same && d->build > target->build)
                return false;
        if (d->product && d->product != target->product)
                return false;
        return (d->suites & ~target->suites) == 0;
}

static int number_compare(uint32_t a, uint32_t b)
{
        return a < b ? -1 : a > b;
}

int ow_inf_decoration_compare(const ow_inf_decoration *a, const ow_inf_decoration *b)
{
        const int orders[] = {
                number_compare(a->major, b->major),
                number_compare(a->minor, b->minor),
                number_compare(a->build, b->build),
                number_compare(a->product != 0, b->product != 0),
                number_compare((uint32_t)__builtin_popcount(a->suites), (uint32_t)__builtin_popcount(b->suites)),
                number_compare(a->arch != OW_INF_ANY, b->arch != OW_INF_ANY),
        };

        for (size_t i = 0; i < OW_COUNT(orders); i++)
                if (orders[i])
                        return orders[i];
        return 0;
}

bool ow_inf_install_find(const ow_inf *inf, const char *install, const ow_inf_target *target, ow_inf_section *ret)
{
        char suffix[16] = "NT";
        int r;

        strcat(suffix, target->arch == OW_INF_ANY ? "" : ow_inf_arch_name(target->arch));
        r = inf_find_joined(inf, install, suffix, ret, NULL);
        if (r == 0)
                r = inf_find_joined(inf, install, "NT", ret, NULL);
        return r > 0 || (r == 0 && ow_inf_find(inf, install, ret));
}
