/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network adapters taken out of what names them beside others: the lists of bindings below Services\*\Linkage, which
 * are parallel (the third of Bind, of Export and of Route are one binding), and keys that name one in a value.
 */
#include "fix/device-remove.h"

#include <string.h>

#include "base/le.h"
#include "fix/net-linkage.h"

enum { GUID_SIZE = 38, AREAS_MAX = 4, DEPTH_MAX = 32, NAME_ROOM = 600, DAMAGED_MAX = 64 };

bool removal_named(const struct removal_set *set, const char *text)
{
        for (size_t i = 0; i < set->network->n_adapters; i++)
                if (set->going[i] && net_linkage_text_names(text, set->network->adapters[i].guid))
                        return true;
        return false;
}

static bool any_going(const struct removal_set *set)
{
        for (size_t i = 0; i < set->network->n_adapters; i++)
                if (set->going[i])
                        return true;
        return false;
}

/* ---- lists ---- */

static bool goes(const void *state, const char *text)
{
        return removal_named(state, text);
}

/* Damaged lists stay as they are: what is left is told of later. */
static int unbind(struct fix_job *job, struct net_linkage *linkage, void *state, ow_error *err)
{
        (void)job, (void)err;
        if (!linkage->fault)
                net_linkage_drop(linkage, goes, state);
        return 0;
}

/* ---- keys ---- */

/* A router's interface, which names its adapter. */
static int router_interface(struct removal_set *set, struct fix_job *job, const char *where, const char *name,
                            ow_error *err)
{
        OW_AUTO_FREE char *text = NULL;
        int r = plan_text_now(job->plan, job->guest, where, "InterfaceName", &text, err);

        if (r == 0 && strlen(text) == GUID_SIZE && removal_named(set, text))
                r = fix_job_remove_key(job, where, err);
        return r;
}

static int bind_path(struct removal_set *set, struct fix_job *job, const char *where, const char *name, ow_error *err)
{
        return removal_named(set, name) ? fix_job_remove_key(job, where, err) : 0;
}

/* What a service keeps for each adapter, in keys by its GUID: filters, Wi-Fi, tunnels. */
static int parameters_at(struct removal_set *set, struct fix_job *job, const char *where, const char *name,
                         ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < set->network->n_adapters && r == 0; i++) {
                const char *guid = set->network->adapters[i].guid;
                OW_AUTO_FREE char *own = set->going[i] && guid[0] ? ow_asprintf("%s\\%s", where, guid) : NULL;

                if (set->going[i] && guid[0])
                        r = own ? fix_job_remove_key(job, own, err) : ow_fail_nomem(err);
        }
        return r;
}

static int service_at(struct removal_set *set, struct fix_job *job, const char *where, const char *name,
                      ow_error *err)
{
        OW_AUTO_FREE char *parameters = ow_asprintf("%s\\Parameters", where);

        (void)name;
        return parameters ? removal_each(set, job, parameters, parameters_at, err) : ow_fail_nomem(err);
}

int removal_bindings(struct removal_set *set, struct fix_job *job, ow_error *err)
{
        const struct {
                const char *path;
                removal_key_fn fn;
        } places[] = { { "Services", service_at },
                       { "Services\\RemoteAccess\\Interfaces", router_interface },
                       { "Control\\NetworkSetup2\\BindPaths", bind_path } };
        int r = 0;

        for (size_t i = 0; i < OW_COUNT(places) && r == 0 && any_going(set); i++) {
                OW_AUTO_FREE char *where = ow_asprintf("%s\\%s", set->path, places[i].path);

                r = where ? removal_each(set, job, where, places[i].fn, err) : ow_fail_nomem(err);
        }
        return r == 0 && any_going(set) ? net_linkage_each(job, set->path, unbind, set, err) : r;
}

/* ---- what is left ---- */

/* Where the walk is: names[1..depth] below the control set. */
struct search {
        struct removal_set *set;
        char names[DEPTH_MAX][NAME_ROOM];
        unsigned depth;
        char *areas[AREAS_MAX]; /* the first places, cut short */
        size_t n_areas, n_places;
};

/* The path below the control set, at most parts names of it; the caller's. */
static char *path_of(const struct search *s, unsigned parts)
{
        OW_AUTO_BUFFER path = OW_BUFFER_INIT;

        for (unsigned i = 1; i <= s->depth && i <= parts; i++)
                ow_buffer_printf(&path, "%s%s", i > 1 ? "\\" : "", s->names[i]);
        return ow_buffer_take_text(&path);
}

static int found(struct search *s, const char *value, ow_error *err)
{
        const ow_plan *plan = s->set->removal->plan;
        OW_AUTO_FREE char *path = path_of(s, DEPTH_MAX);
        OW_AUTO_FREE char *where = path ? ow_asprintf("%s\\%s", s->set->path, path) : NULL;
        OW_AUTO_FREE char *area = path_of(s, DEPTH_MAX / 8);
        int r;

        if (!where || !area)
                return ow_fail_nomem(err);
        r = plan_key_goes(plan, where, err);
        if (r != 0 || (value && plan_find(plan, where, value)))
                return r < 0 ? r : 0;
        s->n_places++;
        for (size_t i = 0; i < s->n_areas; i++)
                if (strcmp(s->areas[i], area) == 0)
                        return 0;
        if (s->n_areas < AREAS_MAX)
                s->areas[s->n_areas++] = OW_TAKE(area);
        return 0;
}

/* A GUID that goes, in UTF-16 among any bytes. */
static bool data_names(const struct removal_set *set, const uint8_t *data, size_t size)
{
        for (size_t at = 0; at + 2 * GUID_SIZE <= size; at++) {
                char text[GUID_SIZE + 1];
                size_t n = 0;

                if (data[at] != '{' || data[at + 1] != 0 || data[at + 2 * GUID_SIZE - 2] != '}')
                        continue;
                while (n < GUID_SIZE && data[at + 2 * n + 1] == 0 && data[at + 2 * n] > ' ' &&
                       data[at + 2 * n] < 0x7f) {
                        text[n] = (char)data[at + 2 * n];
                        n++;
                }
                text[n] = '\0';
                if (n == GUID_SIZE && removal_named(set, text))
                        return true;
        }
        return false;
}

static int key_taken(struct search *s, const ow_hive_item *item, bool *skip, ow_error *err)
{
        char *name = s->names[item->depth];

        if (item->depth == 0 || ow_hive_name_utf8(&item->name, name, NAME_ROOM) >= NAME_ROOM ||
            !removal_named(s->set, name))
                return 0;
        *skip = true;
        return found(s, NULL, err);
}

static int item_taken(struct search *s, const ow_hive_item *item, bool *skip, ow_error *err)
{
        char name[NAME_ROOM];

        *skip = item->depth >= DEPTH_MAX;
        if (*skip)
                return 0;
        s->depth = item->depth;
        if (item->kind == OW_ITEM_KEY)
                return key_taken(s, item, skip, err);
        if (!item->data || !data_names(s->set, item->data, item->size) ||
            ow_hive_name_utf8(&item->name, name, sizeof name) >= sizeof name)
                return 0;
        return found(s, name, err);
}

static int search(struct search *s, ow_regkey key, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        ow_hive_walk *walk;
        unsigned damaged = 0;
        int r;

        r = ow_hive_walk_open(key.hive, key.key, OW_WALK_NO_END, &walk, err);
        if (r < 0)
                return r;
        while (damaged < DAMAGED_MAX) {
                ow_hive_item item;
                bool skip;

                r = ow_hive_walk_next(walk, &item, &why);
                if (r == 0)
                        break;
                if (r < 0) {
                        damaged++;
                        continue;
                }
                r = item_taken(s, &item, &skip, err);
                if (r < 0)
                        break;
                if (skip)
                        ow_hive_walk_skip(walk);
        }
        ow_hive_walk_close(walk);
        return r == OW_E_NOMEM ? r : 0;
}

static int tell(const struct search *s, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        OW_AUTO_FREE char *places = NULL;

        for (size_t i = 0; i < s->n_areas; i++)
                ow_buffer_printf(&text, "%s%s", i ? ", " : "", s->areas[i]);
        places = ow_buffer_take_text(&text);
        if (!places)
                return ow_fail_nomem(err);
        return plan_skip(s->set->removal->plan, NULL, OW_FIX_NOT_FOR_THIS, err,
                         "%s still names an adapter that goes, in %zu %s to Windows: %s%s",
                         strrchr(s->set->path, '\\') + 1, s->n_places,
                         s->n_places == 1 ? "place, which is left" : "places, which are left", places,
                         s->n_areas == AREAS_MAX ? ", ..." : "");
}

int removal_leftovers(struct removal_set *set, ow_error *err)
{
        OW_AUTO_FREE struct search *s = NULL;
        ow_regkey key;
        int r;

        if (!any_going(set))
                return 0;
        s = ow_calloc(1, sizeof *s);
        if (!s)
                return ow_fail_nomem(err);
        s->set = set;
        r = ow_registry_find(set->removal->guest, set->path, &key, err);
        if (r > 0)
                r = search(s, key, err);
        if (r == 0 && s->n_places)
                r = tell(s, err);
        for (size_t i = 0; i < s->n_areas; i++)
                ow_free(s->areas[i]);
        return r;
}
