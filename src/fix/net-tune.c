/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keywords of adapters, set in every control set that the next boot may use. A card reads them when it starts. */
#include "fix/net-tune.h"

#include <string.h>

#include "base/upcase.h"
#include "fix/net.h"

static const struct fix_action tune_action = {
        .name = "network-tune",
        .title = "Set what the drivers of network cards do",
        .why = "It was asked for.",
};

struct request {
        const ow_network *current; /* of the current control set */
        const ow_tuning_edit *edits;
        size_t n_edits;
        unsigned flags;
        bool *hit; /* of each edit: some adapter has it */
};

/* ---- one keyword ---- */

static int put(struct net_job *nj, const struct request *request, const char *where, const char *name,
               const char *text, ow_error *err)
{
        size_t differing = nj->job->differing;
        int r = text[0] ? net_put_text(nj, where, name, text, err) : net_drop(nj, where, name, err);

        if (r < 0 || nj->job->differing == differing || nj->network != request->current)
                return r;
        return net_setting_add(nj->job->plan, net_shown(nj->adapter), name, text[0] ? text : "none",
                               OW_EFFECT_OFFLINE, err);
}

/* What is in the class key and is no setting says what the card is. */
static int refuse_identity(struct net_job *nj, const char *where, const char *name, ow_error *err)
{
        ow_datum now = { false, 0, { NULL, 0 } };
        int r = plan_read(nj->job->guest, where, name, &now, err);

        ow_blob_done(&now.data);
        if (r < 0 || !now.present)
                return r;
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' of '%s' says what the card is; it is no setting", name,
                       net_shown(nj->adapter));
}

static int set_one(struct net_job *nj, const struct request *request, const char *where,
                   const struct tune_target *target, const char *value, ow_error *err)
{
        bool forced = request->flags & OW_TUNE_FORCE;
        OW_AUTO_FREE char *text = NULL;
        const ow_keyword *k = target->keyword;
        int r = 0;

        if (!k)
                r = refuse_identity(nj, where, target->name, err);
        else if (k->set && !k->declared && !target->rule && k->type != OW_REG_SZ)
                r = ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                            "'%s' of '%s' is no text: nothing tells what the driver wants there (`offwin reg set` "
                            "writes any value)",
                            k->name, net_shown(nj->adapter));
        if (r == 0)
                r = tune_value(target, value, forced, &text, err);
        return r == 0 ? put(nj, request, where, target->name, text, err) : r;
}

/* ---- one edit on one adapter ---- */

static bool is_meant(const ow_keyword_rule *rule, const char *name)
{
        return ow_name_compare(rule->word, name) == 0 || ow_name_compare(rule->name, name) == 0;
}

static bool is_known(const char *name)
{
        for (size_t i = 0; i < ow_keyword_rule_count(); i++)
                if (is_meant(ow_keyword_rule_get(i), name))
                        return true;
        return false;
}

/* Every keyword that the rules lead to. all: those too that the adapter does not have. */
static int set_by_rule(struct net_job *nj, const struct request *request, const char *where, const ow_tuning *tuning,
                       const ow_tuning_edit *edit, bool all, bool *hit, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < ow_keyword_rule_count() && r == 0; i++) {
                const ow_keyword_rule *rule = ow_keyword_rule_get(i);
                const ow_keyword *k = ow_tuning_find(tuning, rule->name);
                struct tune_target target = { k ? k->name : rule->name, k, rule };

                if (!is_meant(rule, edit->name))
                        continue;
                /* An address that nobody set by hand is as asked for. */
                *hit = *hit || k || all || strcmp(rule->name, TUNE_FORCED_MAC) == 0;
                if (k || all || strcmp(rule->name, TUNE_FORCED_MAC) == 0)
                        r = set_one(nj, request, where, &target, edit->value, err);
        }
        return r;
}

static int apply_edit(struct net_job *nj, const struct request *request, const char *where, const ow_tuning *tuning,
                      size_t index, ow_error *err)
{
        const ow_tuning_edit *edit = &request->edits[index];
        const ow_keyword *k = ow_tuning_find(tuning, edit->name);
        struct tune_target target = { k ? k->name : edit->name, k, NULL };
        bool forced = request->flags & OW_TUNE_FORCE, hit = false;
        int r;

        if (is_known(edit->name)) {
                r = set_by_rule(nj, request, where, tuning, edit, false, &hit, err);
                if (r == 0 && !hit && forced)
                        r = set_by_rule(nj, request, where, tuning, edit, true, &hit, err);
        } else {
                hit = k || forced;
                r = hit ? set_one(nj, request, where, &target, edit->value, err) : 0;
        }
        request->hit[index] = request->hit[index] || hit;
        return r;
}

static bool is_named(const struct request *request, const char *name)
{
        const ow_keyword_rule *rule = ow_keyword_rule_find(name);

        for (size_t i = 0; i < request->n_edits; i++)
                if (rule ? is_meant(rule, request->edits[i].name)
                         : ow_name_compare(request->edits[i].name, name) == 0)
                        return true;
        return false;
}

static int apply_safe(struct net_job *nj, const struct request *request, const char *where, const ow_tuning *tuning,
                      ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < tuning->n_keywords && r == 0; i++) {
                const ow_keyword *k = &tuning->keywords[i];
                const char *safe = ow_keyword_safe(k);

                if (safe && !is_named(request, k->name))
                        r = put(nj, request, where, k->name, safe, err);
        }
        return r;
}

static int tune_set(struct net_job *nj, void *state, ow_error *err)
{
        const struct request *request = state;
        OW_AUTO_FREE char *where = NULL;
        ow_tuning *tuning = NULL;
        int r;

        r = ow_tuning_load(nj->job->guest, nj->network, nj->index, &tuning, err);
        if (r < 0)
                return r;
        where = net_path(nj, "%s", tuning->key);
        if (!where)
                r = ow_fail_nomem(err);
        for (size_t i = 0; i < request->n_edits && r == 0 && tuning->key[0]; i++)
                r = apply_edit(nj, request, where, tuning, i, err);
        if (r == 0 && tuning->key[0] && (request->flags & OW_TUNE_SAFE))
                r = apply_safe(nj, request, where, tuning, err);
        ow_tuning_free(tuning);
        return r;
}

/* ---- which adapters ---- */

static bool is_card(const ow_adapter *a)
{
        return a->hardware_device && a->verdict.presence != OW_PRESENCE_GHOST && ow_adapter_place(a, OW_PLACE_CLASS);
}

static int tune_named(struct fix_job *job, struct request *request, const size_t *indices, size_t n, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < n && r == 0; i++) {
                const ow_adapter *a = &request->current->adapters[indices[i]];

                if (!ow_adapter_place(a, OW_PLACE_CLASS))
                        r = ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                                    "of '%s' only settings of TCP/IP are left: there is no driver to set anything of",
                                    net_shown(a));
                else
                        r = net_each_set(job, a, tune_set, request, err);
        }
        return r;
}

static int tune_cards(struct fix_job *job, struct request *request, ow_error *err)
{
        size_t n = 0;
        int r = 0;

        for (size_t i = 0; i < request->current->n_adapters && r == 0; i++) {
                if (!is_card(&request->current->adapters[i]))
                        continue;
                n++;
                r = net_each_set(job, &request->current->adapters[i], tune_set, request, err);
        }
        return r < 0 || n || request->n_edits == 0 ? r
                                                   : ow_fail(err, OW_E_ABSENT, OW_NOWHERE,
                                                             "no card was there when this Windows last ran: name an "
                                                             "adapter (`offwin net show` lists them)");
}

/* ---- edits that met nothing ---- */

static int unknown_name(const char *name, ow_error *err)
{
        OW_AUTO_BUFFER words = OW_BUFFER_INIT;
        const char *last = "";

        for (size_t i = 0; i < ow_keyword_rule_count(); i++) {
                const ow_keyword_rule *rule = ow_keyword_rule_get(i);

                if (strcmp(rule->word, last) != 0)
                        ow_buffer_printf(&words, "%s%s", words.len ? ", " : "", rule->word);
                last = rule->word;
        }
        ow_buffer_put_byte(&words, 0);
        if (ow_buffer_failed(&words))
                return ow_fail_nomem(err);
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                       "no card here has a setting '%.60s' (`offwin net tune DISK` lists them); words for the usual "
                       "ones: %s",
                       name, (const char *)words.p);
}

static int check_hits(const struct request *request, ow_error *err)
{
        for (size_t i = 0; i < request->n_edits; i++) {
                if (request->hit[i])
                        continue;
                if (!is_known(request->edits[i].name))
                        return unknown_name(request->edits[i].name, err);
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE,
                               "no driver of these cards has or declares '%.60s', so that it would have no effect; "
                               "--force writes it all the same",
                               request->edits[i].name);
        }
        return 0;
}

int ow_plan_tune_adapters(ow_plan *plan, ow_guest *guest, const size_t *indices, size_t n_indices,
                          const ow_tuning_edit *edits, size_t n_edits, unsigned flags, ow_error *err)
{
        OW_AUTO_FREE bool *hit = ow_calloc(n_edits + 1, sizeof *hit);
        struct request request = { .edits = edits, .n_edits = n_edits, .flags = flags, .hit = hit };
        struct fix_job job;
        int r;

        if (!hit)
                return ow_fail_nomem(err);
        r = ow_guest_network(guest, &request.current, err);
        if (r == 0 && request.current->old_layout)
                r = ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                            "Windows NT 4 has no standard settings of network cards: each driver has its own, in "
                            "Services\\<card>\\Parameters (`offwin reg set`)");
        if (r == 0)
                r = fix_action_begin(&job, plan, guest, &tune_action, err);
        if (r < 0)
                return r;
        r = indices ? tune_named(&job, &request, indices, n_indices, err) : tune_cards(&job, &request, err);
        if (r == 0)
                r = check_hits(&request, err);
        fix_action_done(&job);
        return r;
}
