/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin reg find: keys and values by name, data and type. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/reg.h>

#include "commands.h"
#include "output.h"
#include "reg.h"
#include "target.h"

struct search {
        struct printer printer;
        ow_reg_query query;
        uint32_t *types;
        char *last_path;                /* of the match before: values of one key share its heading */
        uint64_t n_found;
        int code;                       /* of a print that failed */
};

static int on_match(void *state, const ow_reg_match *match, ow_error *err)
{
        struct search *search = state;
        bool same_key = search->last_path && strcmp(search->last_path, match->path) == 0;
        char *text = NULL;
        int r;

        r = ow_report_match(match, same_key, &search->printer.options, &text, err);
        if (r < 0)
                return r;
        if (!same_key) {
                free(search->last_path);
                search->last_path = strdup(match->path);
                if (!search->last_path) {
                        ow_text_free(text);
                        return ow_fail_nomem(err);
                }
        }
        search->code = print_one(&search->printer, NULL, text);
        search->n_found++;
        return search->code ? ow_fail(err, OW_E_CANCELLED, OW_NOWHERE, "output ended") : 0;
}

static void on_lost(void *state, const char *path, const ow_error *why)
{
        struct search *search = state;

        note(search->printer.arguments, "damaged in '%s': %s", path, why->text);
}

static int search_in(struct search *search, ow_regkey at, const char *prefix, ow_error *err)
{
        ow_reg_query query = search->query;
        int r;

        if (query.max_matches && search->n_found >= query.max_matches)
                return 0;
        query.max_matches -= query.max_matches ? search->n_found : 0;
        r = ow_reg_find(at.hive, at.key, prefix, &query, on_match, on_lost, search, err);
        return search->code ? 0 : r;
}

static int search_key(struct search *search, struct target *target, const char *place, ow_error *err)
{
        char *prefix;
        ow_regkey at;
        int r = target_need(target, place, &at, err);

        if (r < 0)
                return r;
        prefix = place_in_windows(target, place);
        if (!prefix)
                return ow_fail_nomem(err);
        r = search_in(search, at, prefix, err);
        free(prefix);
        return r;
}

static int search_hives(struct search *search, struct target *target, ow_error *err)
{
        AUTO_HIVES hives = { NULL, 0 };
        int r = target_hives(target, NULL, &hives, err);

        for (size_t i = 0; r == 0 && search->code == 0 && i < hives.count; i++) {
                const struct target_hive *h = &hives.items[i];

                if (h->hive)
                        r = search_in(search, (ow_regkey){ h->hive, ow_hive_root(h->hive) }, h->place, err);
                else
                        note(target->arguments, "left out: %s", h->error.text);
        }
        return r;
}

static int search_path(struct search *search, struct target *target, const char *path, ow_error *err)
{
        AUTO_PLACES places = { NULL, 0 };
        size_t n_absent = 0;
        int r = target_places_to_read(target, path, &places, err);

        for (size_t i = 0; r == 0 && search->code == 0 && i < places.count; i++) {
                r = search_key(search, target, places.items[i], err);
                if (r == OW_E_ABSENT && ++n_absent < places.count)
                        r = 0;
        }
        return r;
}

static bool read_count(const char *text, uint64_t *ret)
{
        if (!*text || text[strspn(text, "0123456789")])
                return false;
        errno = 0;
        *ret = strtoull(text, NULL, 10);
        return errno == 0 && *ret > 0;
}

static int read_query(const struct arguments *arguments, struct search *search)
{
        static const struct { option_set option; unsigned flag; } flags[] = {
                { OPTION_KEYS, OW_REG_FIND_KEYS }, { OPTION_NAMES, OW_REG_FIND_NAMES },
                { OPTION_DATA, OW_REG_FIND_DATA }, { OPTION_CASE, OW_REG_FIND_CASE },
                { OPTION_WHOLE, OW_REG_FIND_WHOLE }, { OPTION_REGEX, OW_REG_FIND_REGEX },
        };
        const struct text_list *words = &arguments->operands;

        search->query.pattern = words->count > 1 ? words->items[words->count - 1] : NULL;
        for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
                search->query.flags |= has(arguments, flags[i].option) ? flags[i].flag : 0u;
        if (arguments->max && !read_count(arguments->max, &search->query.max_matches))
                return usage_error(arguments->command, "'--max %s' is not a number from 1", arguments->max);
        search->types = calloc(arguments->types.count + 1, sizeof *search->types);
        if (!search->types)
                return out_of_memory();
        for (size_t i = 0; i < arguments->types.count; i++)
                if (!ow_reg_type_parse(arguments->types.items[i], &search->types[i], NULL))
                        return usage_error(arguments->command, "'%s' is not a registry type",
                                           arguments->types.items[i]);
        search->query.types = arguments->types.count ? search->types : NULL;
        search->query.n_types = arguments->types.count;
        if (!search->query.pattern && !search->query.types)
                return usage_error(arguments->command, "a PATTERN is needed, or --type");
        return 0;
}

static int run(const struct arguments *arguments, struct search *search)
{
        const struct text_list *words = &arguments->operands;
        AUTO_TARGET target = { 0 };
        ow_error err = OW_ERROR_INIT;
        int r, code;

        r = target_open(arguments, words->items[0], false, &target, &err);
        if (r == 0)
                r = words->count > 2 ? search_path(search, &target, words->items[1], &err)
                                     : search_hives(search, &target, &err);
        if (r < 0)
                return fail(arguments, &err);
        code = search->code ? search->code : printer_end(&search->printer);
        return code ? code : search->n_found ? EXIT_DONE : EXIT_FAILED;
}

int run_reg_find(const struct arguments *arguments)
{
        struct search search = { .printer = printer_new(arguments, true) };
        int code = read_query(arguments, &search);

        search.printer.close = true;
        if (code == 0)
                code = run(arguments, &search);
        free(search.types);
        free(search.last_path);
        return code;
}
