/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs every act once, writes down what it asked of the host, and tries the power cuts that could have happened on
 * the way; then the same with its undo. Speaks TAP. usage: crash MACHINES CASES
 * MACHINES: a folder with <recipe>.img; CASES: how many distinct states to try in all, more or less.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acts.h"
#include "explore.h"

enum { PATH_BYTES = 512, DEEPER = 8 };

static void run(const char *command)
{
        if (system(command) != 0)
                fail_hard("command", command);
}

static void make_file(const char *path, size_t size)
{
        FILE *f = fopen(path, "wb");

        for (size_t i = 0; f && i < size; i++)
                (void)putc((int)(i * 13 + i / 512), f);
        if (!f || fclose(f) != 0)
                fail_hard("write", path);
}

/* The source of image i, made if need be. False when there is no such machine. */
static bool find_source(const char *machines, const char *name, char path[PATH_BYTES])
{
        (void)snprintf(path, PATH_BYTES, "%s/%s.img", machines, name[0] == '=' ? name + 1 : name);
        if (name[0] == '=')
                make_file(path, strcmp(name, "=log") == 0 ? 8192 : 65536);
        return access(path, R_OK) == 0;
}

static void set_up(struct scene *scene, const struct act *act, const char sources[MAX_IMAGES][PATH_BYTES])
{
        char command[2 * PATH_BYTES + 64];

        memset(scene, 0, sizeof *scene);
        (void)snprintf(scene->folder, sizeof scene->folder, "%s/offwin-crash-XXXXXX",
                       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        if (!mkdtemp(scene->folder))
                fail_hard("folder", scene->folder);
        while (scene->n_images < 2 && act->machines[scene->n_images]) {
                char path[NAME_BYTES];

                (void)snprintf(path, sizeof path, "%s/disk%zu.raw", scene->folder, scene->n_images);
                memcpy(scene->paths[scene->n_images], path, sizeof path);
                (void)snprintf(command, sizeof command, "cp --sparse=always '%s' '%s'",
                               sources[scene->n_images], path);
                run(command);
                scene->inodes[scene->n_images++] = scene_inode(path);
        }
        scene->n_files = scene->n_images;
}

static void tear_down(struct scene *scene)
{
        char command[sizeof scene->folder + 20];

        (void)snprintf(command, sizeof command, "rm -r '%s'", scene->folder);
        run(command);
        scene_done(scene);
}

/* The commit, with the folder as it was before as its base. */
static struct state record_commit(struct scene *scene, const struct act *act,
                                  const char sources[MAX_IMAGES][PATH_BYTES], struct ops *ops)
{
        const char *paths[MAX_IMAGES], *from[MAX_IMAGES];
        struct state base = { .n_names = 0 };
        ow_error err = OW_ERROR_INIT;

        for (size_t i = 0; i < scene->n_images; i++) {
                paths[i] = scene->paths[i];
                from[i] = sources[i];
        }
        record_start(scene->folder, ops);
        if (act->commit(paths, scene->n_images, &err) < 0)
                fail_hard(act->name, err.text);
        record_stop();
        scene_learn(scene, from, ops);
        scene_add_records(scene, ops);
        scene_follow(scene, ops);
        for (unsigned i = 0; i < scene->n_images; i++)
                base.files[i] = content_copy(scene, i, &scene->refs[0][i]);
        return base;
}

static void record_undo(struct scene *scene, struct ops *ops)
{
        ow_disk *disks[MAX_IMAGES];
        ow_error err = OW_ERROR_INIT;

        record_start(scene->folder, ops);
        if (scene_open(scene, true, disks, &err) < 0 || ow_transaction_undo(disks, scene->n_images, NULL, &err) < 0)
                fail_hard("undo", err.text);
        scene_close(scene, disks);
        record_stop();
        scene_follow(scene, ops);
}

static void run_act(const struct act *act, const char sources[MAX_IMAGES][PATH_BYTES], size_t budget,
                    struct tally *tally)
{
        struct ops ops = { NULL, 0, 0 };
        struct state base, after;
        struct scene scene;

        set_up(&scene, act, sources);
        base = record_commit(&scene, act, sources, &ops);
        explore(&scene, &base, &ops, 1, budget / 2, DEEPER, tally);
        after = play(&scene, &base, &ops);
        scene_lay(&scene, &after);
        state_done(&after);
        state_done(&base);
        ops_done(&ops);

        base = scene_look(&scene);
        record_undo(&scene, &ops);
        explore(&scene, &base, &ops, 0, budget / 4, DEEPER / 2, tally);
        state_done(&base);
        ops_done(&ops);
        tear_down(&scene);
}

int main(int argc, char **argv)
{
        struct tally all = { .cases = 0 };
        size_t wanted = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

        if (wanted == 0)
                fail_hard("usage", "crash MACHINES CASES");
        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        printf("1..%zu\n", n_acts);
        for (size_t i = 0; i < n_acts; i++) {
                char sources[MAX_IMAGES][PATH_BYTES];
                struct tally tally = { .cases = 0 };
                bool there = find_source(argv[1], acts[i].machines[0], sources[0]);

                if (there && acts[i].machines[1])
                        there = find_source(argv[1], acts[i].machines[1], sources[1]);
                if (!there) {
                        printf("ok %zu - %s # SKIP no machine %s\n", i + 1, acts[i].name, acts[i].machines[0]);
                        continue;
                }
                run_act(&acts[i], sources, wanted / n_acts, &tally);
                printf("# %zu cases, %zu old, %zu new, %zu failed\n", tally.cases, tally.ended[0], tally.ended[1],
                       tally.failed);
                printf("%sok %zu - %s\n", tally.failed || !tally.ended[0] || !tally.ended[1] ? "not " : "", i + 1,
                       acts[i].name);
                free(tally.seen);
                all.cases += tally.cases;
                all.ended[0] += tally.ended[0];
                all.ended[1] += tally.ended[1];
                all.failed += tally.failed;
        }
        printf("# %zu cases, %zu old, %zu new, %zu failed\n", all.cases, all.ended[0], all.ended[1], all.failed);
        return all.failed > 0;
}
