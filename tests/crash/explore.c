/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which writes survived is decided for each boundary between two operations: what was flushed did, of the rest all,
 * none, the last, some, single sectors, in any combination; names of files likewise, each with what happened to it
 * in order. Bytes that a new file should have and did not get are zeros or rubbish.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum keep { KEEP_NONE, KEEP_ALL, KEEP_LAST, KEEP_ALL_BUT_LAST, TEAR_LAST, TEAR_ALL, KEEP_SOME, TEAR_MOST, TEAR_FEW,
            TEAR_TO_RUBBISH, KEEPS };
enum { MAX_DEEPER = 64, PATIENCE = 12 /* rounds without anything new */ };

struct search {
        struct scene *scene;
        const struct ops *ops;
        struct state durable;
        struct state cut;               /* the one that is being made */
        size_t flushed[MAX_FILES];      /* operations before this one are durable */
        size_t synced;                  /* likewise for names */
        uint64_t luck;
        struct state deeper[MAX_DEEPER];
        size_t n_deeper, deeper_wanted, n_eligible;
};

static uint64_t roll(struct search *s)
{
        s->luck ^= s->luck << 13;
        s->luck ^= s->luck >> 7;
        s->luck ^= s->luck << 17;
        return s->luck;
}

/* True when hash was not there yet. */
static bool remember(struct tally *t, uint64_t hash)
{
        size_t at;

        if (2 * t->n_seen >= t->seen_room) {
                size_t room = t->seen_room ? t->seen_room * 2 : 4096;
                uint64_t *seen = calloc(room, sizeof *seen);

                if (!seen)
                        fail_hard("memory", "none");
                for (size_t i = 0; i < t->seen_room; i++) {
                        if (!t->seen[i])
                                continue;
                        for (at = t->seen[i] & (room - 1); seen[at];)
                                at = (at + 1) & (room - 1);
                        seen[at] = t->seen[i];
                }
                free(t->seen);
                t->seen = seen;
                t->seen_room = room;
        }
        for (at = (hash | 1) & (t->seen_room - 1); t->seen[at]; at = (at + 1) & (t->seen_room - 1))
                if (t->seen[at] == (hash | 1))
                        return false;
        t->seen[at] = hash | 1;
        t->n_seen++;
        return true;
}

/* Applies op to file, all of it or by luck sector by sector: kept with a chance of chance/16. */
static void apply(struct search *s, struct state *state, const struct op *op, unsigned chance, bool rubbish)
{
        unsigned file = (unsigned)op->file;
        struct content *content = &state->files[file];

        if (op->kind == OP_SIZE) {
                if (roll(s) % 16 < chance)
                        content_resize(s->scene, file, content, op->offset);
                return;
        }
        for (uint64_t sector = op->offset / SECTOR; sector <= (op->offset + op->size - 1) / SECTOR; sector++) {
                if (chance >= 16 || roll(s) % 16 < chance) {
                        content_write(s->scene, file, content, op, sector);
                } else if (rubbish && file >= s->scene->n_images) {
                        struct op junk = *op;
                        size_t slot = slot_of(s->scene, file, sector);

                        content_write(s->scene, file, content, &junk, sector);
                        memset(content->bytes + slot * SECTOR, 0xa5, SECTOR);
                }
        }
}

/* The data that reached the files before boundary. */
static void cut_data(struct search *s, struct state *state, size_t boundary, enum keep keep)
{
        size_t last = boundary;

        for (size_t i = 0; i < boundary; i++)
                if (s->ops->items[i].kind == OP_WRITE || s->ops->items[i].kind == OP_SIZE)
                        last = i;
        for (size_t i = 0; i < boundary; i++) {
                const struct op *op = &s->ops->items[i];
                unsigned chance = 16;

                if ((op->kind != OP_WRITE && op->kind != OP_SIZE) || i < s->flushed[op->file])
                        continue;
                switch (keep) {
                case KEEP_NONE: chance = 0; break;
                case KEEP_LAST: chance = i == last ? 16 : 0; break;
                case KEEP_ALL_BUT_LAST: chance = i == last ? 0 : 16; break;
                case TEAR_LAST: chance = i == last ? 8 : 16; break;
                case TEAR_ALL: case TEAR_TO_RUBBISH: chance = 8; break;
                case KEEP_SOME: chance = roll(s) & 1 ? 16 : 0; break;
                case TEAR_MOST: chance = 15; break;
                case TEAR_FEW: chance = 1; break;
                case KEEP_ALL: case KEEPS: break;
                }
                if (chance > 0)
                        apply(s, state, op, chance, keep == TEAR_TO_RUBBISH);
        }
}

static void apply_name(struct state *state, const struct op *op)
{
        if (op->kind == OP_CREATE) {
                if (state->n_names == MAX_NAMES)
                        fail_hard("too many names", op->name);
                (void)snprintf(state->names[state->n_names].name, NAME_BYTES, "%s", op->name);
                state->names[state->n_names++].file = (unsigned)op->file;
        } else if (op->kind == OP_RENAME) {
                state_rename(state, op->from, op->name);
        } else if (op->kind == OP_REMOVE) {
                state_rename(state, op->from, NULL);
        }
}

/* A name that did not appear cannot be renamed later: the chain of its file ends there. */
static void cut_names(struct search *s, struct state *state, size_t boundary, unsigned keep)
{
        bool ended[MAX_FILES] = { false };

        for (size_t i = s->synced; i < boundary; i++) {
                const struct op *op = &s->ops->items[i];
                const char *name = op->kind == OP_CREATE ? op->name : op->from;
                unsigned file = op->kind == OP_CREATE ? (unsigned)op->file : MAX_FILES;

                if (op->kind != OP_CREATE && op->kind != OP_RENAME && op->kind != OP_REMOVE)
                        continue;
                for (size_t n = 0; n < state->n_names && file == MAX_FILES; n++)
                        if (strcmp(state->names[n].name, name) == 0)
                                file = state->names[n].file;
                if (file == MAX_FILES || ended[file])
                        continue;
                if (keep == 0 || (keep == 2 && roll(s) & 1))
                        ended[file] = true;
                else
                        apply_name(state, op);
        }
}

/* Flushes make everything before them on that file, or in the folder, durable. */
static void pass(struct search *s, size_t i)
{
        const struct op *op = &s->ops->items[i];

        if (op->kind == OP_FLUSH) {
                for (size_t k = s->flushed[op->file]; k < i; k++) {
                        const struct op *done = &s->ops->items[k];

                        if (done->file == op->file && (done->kind == OP_WRITE || done->kind == OP_SIZE))
                                apply(s, &s->durable, done, 16, false);
                }
                s->flushed[op->file] = i;
        } else if (op->kind == OP_SYNC_FOLDER) {
                for (size_t k = s->synced; k < i; k++)
                        apply_name(&s->durable, &s->ops->items[k]);
                s->synced = i;
        }
}

/* States whose recovery has work to do, a fair choice of them. */
static void keep_for_deeper(struct search *s, const struct state *state)
{
        size_t at;

        if (s->deeper_wanted == 0 || (!state_has_name(state, ".pending") && !state_has_name(state, ".undoing")))
                return;
        at = s->n_eligible++ < s->deeper_wanted ? s->n_deeper++ : (size_t)(roll(s) % s->n_eligible);
        if (at >= s->deeper_wanted)
                return;
        state_done(&s->deeper[at]);
        s->deeper[at] = state_copy(s->scene, state);
}

static void try_state(struct search *s, const struct state *state, int want, const char *what, struct tally *tally)
{
        struct ops recovery = { NULL, 0, 0 };
        ow_error err = OW_ERROR_INIT;
        int ended = check_state(s->scene, state, roll(s) >> 8, &recovery, &err);

        ops_done(&recovery);
        tally->cases++;
        if (ended >= 0 && (want < 0 || want == ended)) {
                tally->ended[ended]++;
                return;
        }
        if (tally->failed++ < 10)
                printf("# FAILED after %s: %s\n", what, ended < 0 ? err.text : "the other state than was promised");
}

static void begin(struct search *s, const struct state *base)
{
        state_assign(s->scene, &s->durable, base);
        memset(s->flushed, 0, sizeof s->flushed);
        s->synced = 0;
}

/* One state at each boundary. How many were new. */
static size_t run_round(struct search *s, const struct state *base, unsigned round, int told, size_t budget,
                        struct tally *tally, struct tally *all)
{
        enum keep keep = round < 2 * KEEPS ? (enum keep)(round % KEEPS) : (enum keep)(roll(s) % KEEPS);
        unsigned names = round < KEEPS ? round % 2 : 2;
        size_t fresh = 0;

        begin(s, base);
        for (size_t boundary = 0; boundary <= s->ops->count && tally->cases < budget; boundary++) {
                bool over = boundary == s->ops->count;
                char what[80];

                state_assign(s->scene, &s->cut, &s->durable);
                cut_data(s, &s->cut, boundary, keep);
                cut_names(s, &s->cut, boundary, names);
                (void)snprintf(what, sizeof what, "operation %zu of %zu, loss %d, names %u", boundary, s->ops->count,
                               keep, names);
                if (remember(all, state_hash(s->scene, &s->cut))) {
                        try_state(s, &s->cut, over ? told : -1, what, tally);
                        keep_for_deeper(s, &s->cut);
                        fresh++;
                } else if (over && round < 2) {         /* seen before, but is it also what the caller was told? */
                        struct tally again = { .cases = 0 };

                        try_state(s, &s->cut, told, what, &again);
                        tally->failed += again.failed;
                }
                if (!over)
                        pass(s, boundary);
        }
        return fresh;
}

struct state play(struct scene *scene, const struct state *base, const struct ops *ops)
{
        struct search search = { .scene = scene, .ops = ops };

        begin(&search, base);
        for (size_t i = 0; i < ops->count; i++) {
                if (ops->items[i].kind == OP_WRITE || ops->items[i].kind == OP_SIZE)
                        apply(&search, &search.durable, &ops->items[i], 16, false);
                else
                        apply_name(&search.durable, &ops->items[i]);
        }
        return search.durable;
}

/* Recovery of one state, itself cut. */
static void explore_recovery(struct scene *scene, const struct state *state, size_t budget, struct tally *tally)
{
        struct ops ops = { NULL, 0, 0 };
        int ended = check_state(scene, state, 1, &ops, NULL);

        if (ended >= 0)
                explore(scene, state, &ops, ended, budget, 0, tally);
        ops_done(&ops);
}

void explore(struct scene *scene, const struct state *base, const struct ops *ops, int told, size_t budget,
             size_t deeper, struct tally *tally)
{
        struct search search = { .scene = scene, .ops = ops, .luck = 88172645463325252u };
        struct tally mine = { .cases = 0 };
        unsigned idle = 0;

        search.deeper_wanted = deeper < MAX_DEEPER ? deeper : MAX_DEEPER;
        for (unsigned round = 0; mine.cases < budget && idle < PATIENCE; round++)
                idle = run_round(&search, base, round, told, budget, &mine, tally) ? 0 : idle + 1;
        tally->cases += mine.cases;
        tally->ended[0] += mine.ended[0];
        tally->ended[1] += mine.ended[1];
        tally->failed += mine.failed;
        for (size_t i = 0; i < search.n_deeper; i++) {
                explore_recovery(scene, &search.deeper[i], budget / search.n_deeper / 2 + 1, tally);
                state_done(&search.deeper[i]);
        }
        state_done(&search.durable);
        state_done(&search.cut);
}
