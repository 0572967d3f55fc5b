/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks for vendor packs: asks for the signs of each section, counts them, and says what that makes of the pack. */
#include "fix/vendor.h"

#include "base/glob.h"
#include "base/upcase.h"

void vendor_pack_done(ow_vendor_pack *pack)
{
        for (size_t i = 0; i < pack->n_signs; i++) {
                ow_free(pack->signs[i].name);
                ow_free(pack->signs[i].where);
                ow_free(pack->signs[i].detail);
                ow_free(pack->signs[i].command);
        }
        ow_free(pack->signs);
        *pack = (ow_vendor_pack){ .fix = NULL };
}

void ow_vendor_packs_done(ow_vendor_packs *packs)
{
        for (size_t i = 0; i < packs->count; i++)
                vendor_pack_done(&packs->items[i]);
        ow_free(packs->items);
        *packs = (ow_vendor_packs){ NULL, 0 };
}

bool vendor_fits(const char *own, char *const *globs, size_t n_globs, const char *text)
{
        if (text[0] == '\0')
                return true;
        if (own)
                return ow_glob_match(own, text);
        for (size_t i = 0; i < n_globs; i++)
                if (ow_glob_match(globs[i], text))
                        return true;
        return n_globs == 0;
}

/* The sign of the same thing, or NULL. Two Run values lie in one key, so both place and name tell. */
static ow_vendor_sign *sign_there(const ow_vendor_pack *pack, enum ow_vendor_kind kind, const char *name,
                                  const char *where)
{
        for (size_t i = 0; i < pack->n_signs; i++) {
                ow_vendor_sign *sign = &pack->signs[i];

                if (sign->kind == kind && ow_name_compare(sign->where, where) == 0 &&
                    ow_name_compare(sign->name, name) == 0)
                        return sign;
        }
        return NULL;
}

/* A filter list names a driver: what it says is no second sign. */
static bool same_kind(enum ow_vendor_kind a, enum ow_vendor_kind b)
{
        return a == b || (a <= OW_VENDOR_FILTER && b <= OW_VENDOR_FILTER);
}

/* The same name in both views, in two control sets or of five users is one sign. */
static bool counted(const ow_vendor_pack *pack, enum ow_vendor_kind kind, const char *name)
{
        for (size_t i = 0; i < pack->n_signs; i++)
                if (same_kind(pack->signs[i].kind, kind) && pack->signs[i].counts &&
                    ow_name_compare(pack->signs[i].name, name) == 0)
                        return true;
        return false;
}

int vendor_sign_add(struct vendor_search *s, size_t section, const char *name, const char *where, const char *detail,
                    uint32_t start, ow_error *err)
{
        const struct fix_item *item = &s->fix->pack->items[section];
        ow_vendor_sign *there = sign_there(s->ret, item->kind, name, where);
        ow_vendor_sign sign = { .kind = item->kind, .section = section, .keep = item->keep, .start = start };
        void *grown;

        sign.counts = !item->weak && !counted(s->ret, item->kind, name);
        s->ret->seen += sign.counts && s->ret->n_signs < VENDOR_SIGNS_MAX;
        if (there) {
                there->counts |= sign.counts;
                there->keep |= sign.keep;
                return 0;
        }
        if (s->ret->n_signs == VENDOR_SIGNS_MAX)
                return 0;
        grown = ow_grow(s->ret->signs, s->ret->n_signs, &s->cap, sizeof sign);
        if (!grown)
                return ow_fail_nomem(err);
        s->ret->signs = grown;
        sign.name = ow_strdup(name);
        sign.where = ow_strdup(where);
        sign.detail = ow_strdup(detail);
        sign.command = ow_strdup("");
        s->ret->signs[s->ret->n_signs++] = sign;
        return sign.name && sign.where && sign.detail && sign.command ? 0 : ow_fail_nomem(err);
}

static int section_find(struct vendor_search *s, size_t section, ow_error *err)
{
        static int (*const finders[])(struct vendor_search *, size_t, ow_error *) = {
                [OW_VENDOR_SERVICE] = vendor_find_service, [OW_VENDOR_DRIVER] = vendor_find_service,
                [OW_VENDOR_FILTER] = vendor_find_filter,   [OW_VENDOR_RUN] = vendor_find_run,
                [OW_VENDOR_TASK] = vendor_find_task,       [OW_VENDOR_PROGRAM] = vendor_find_program,
                [OW_VENDOR_FOLDER] = vendor_find_folder,   [OW_VENDOR_KEY] = vendor_find_key,
        };

        return finders[s->fix->pack->items[section].kind](s, section, err);
}

int vendor_pack_find(ow_guest *guest, const ow_fix *fix, ow_vendor_pack *ret, ow_error *err)
{
        ow_vendor_pack pack = { .fix = fix, .needed = fix->pack->signs };
        struct vendor_search search = { guest, fix, &pack, 0 };
        int r = 0;

        if (!fix_ranges_match(fix->ranges, fix->n_ranges, ow_guest_windows(guest))) {
                *ret = pack;
                return 0;
        }
        for (unsigned kind = 0; kind <= OW_VENDOR_KEY && r == 0; kind++)
                for (size_t i = 0; i < fix->pack->n_items && r == 0; i++)
                        if (fix->pack->items[i].kind == kind)
                                r = section_find(&search, i, err);
        if (r < 0) {
                vendor_pack_done(&pack);
                return r;
        }
        if (pack.seen >= pack.needed)
                pack.state = OW_VENDOR_PRESENT;
        else
                pack.state = pack.seen ? OW_VENDOR_POSSIBLE : OW_VENDOR_ABSENT;
        *ret = pack;
        return 0;
}

int ow_vendor_find(ow_guest *guest, const ow_fix_set *set, ow_vendor_packs *ret, ow_error *err)
{
        ow_vendor_packs packs = { ow_calloc(ow_fix_set_count(set) + 1, sizeof *packs.items), 0 };
        int r = 0;

        if (!packs.items)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < ow_fix_set_count(set) && r == 0; i++) {
                const ow_fix *fix = ow_fix_set_get(set, i);

                if (!fix->pack)
                        continue;
                r = vendor_pack_find(guest, fix, &packs.items[packs.count], err);
                packs.count += r == 0;
        }
        if (r < 0) {
                ow_vendor_packs_done(&packs);
                return r;
        }
        *ret = packs;
        return 0;
}
