/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which way each setting takes effect. Where it is seen or documented that this Windows version takes it from where
 * it is written, it is written and that is all; where it is not, the first boot gets it too, or alone.
 */
#include "fix/net.h"

#include <string.h>

#include "base/macros.h"

const char *ow_effect_name(enum ow_effect effect)
{
        static const char *const names[] = {
                [OW_EFFECT_OFFLINE] = "offline", [OW_EFFECT_FIRST_BOOT] = "first boot", [OW_EFFECT_BOTH] = "both"
        };

        return (size_t)effect < OW_COUNT(names) ? names[effect] : "";
}

/* Addresses and routes. */
static enum ow_effect effect_in_store(const struct net_job *nj, uint8_t family)
{
        if (family == OW_FAMILY_IPV6) /* only the store has them, and no machine was seen with one */
                return nj->store == NET_STORE_NONE ? OW_EFFECT_FIRST_BOOT : OW_EFFECT_BOTH;
        return nj->major <= 5 || nj->store == NET_STORE_KNOWN ? OW_EFFECT_OFFLINE : OW_EFFECT_BOTH;
}

enum ow_effect net_effect(const struct net_job *nj, const char *word, uint8_t family)
{
        static const char *const in_store[] = { "dhcp", "address", "gateway", "route" };

        for (size_t i = 0; i < OW_COUNT(in_store); i++)
                if (strcmp(word, in_store[i]) == 0)
                        return effect_in_store(nj, family);
        if (nj->major <= 5)
                return family == OW_FAMILY_IPV6 ? OW_EFFECT_FIRST_BOOT : OW_EFFECT_OFFLINE;
        if (strcmp(word, "mtu") == 0 || strcmp(word, "metric") == 0) /* Vista and newer keep them in the store too */
                return OW_EFFECT_BOTH;
        if (strcmp(word, "name") == 0)
                return nj->major == 6 && nj->minor <= 1 ? OW_EFFECT_OFFLINE : OW_EFFECT_BOTH;
        return OW_EFFECT_OFFLINE;
}

/* ---- settings of a plan ---- */

int net_setting_add(ow_plan *plan, const char *adapter, const char *word, const char *text, enum ow_effect effect,
                    ow_error *err)
{
        OW_AUTO_FREE char *adapter_copy = ow_strdup(adapter);
        OW_AUTO_FREE char *word_copy = ow_strdup(word);
        OW_AUTO_FREE char *text_copy = ow_strdup(text);
        void *grown = ow_grow(plan->settings, plan->n_settings, &plan->cap_settings, sizeof *plan->settings);

        if (grown)
                plan->settings = grown;
        if (!adapter_copy || !word_copy || !text_copy || !grown)
                return ow_fail_nomem(err);
        plan->settings[plan->n_settings++] =
                (ow_plan_setting){ OW_TAKE(adapter_copy), OW_TAKE(word_copy), OW_TAKE(text_copy), effect };
        return 0;
}

size_t ow_plan_setting_count(const ow_plan *plan)
{
        return plan->n_settings;
}

const ow_plan_setting *ow_plan_setting_get(const ow_plan *plan, size_t index)
{
        return index < plan->n_settings ? &plan->settings[index] : NULL;
}

void net_settings_done(ow_plan *plan)
{
        for (size_t i = 0; i < plan->n_settings; i++) {
                ow_free((char *)(uintptr_t)plan->settings[i].adapter);
                ow_free((char *)(uintptr_t)plan->settings[i].name);
                ow_free((char *)(uintptr_t)plan->settings[i].value);
        }
        ow_free(plan->settings);
}
