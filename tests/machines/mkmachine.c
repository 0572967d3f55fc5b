/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkmachine - builds whole machine images from text recipes: docs/machines.md.
 *
 * Partition tables are our own small code, file systems come from mkntfs and mkfs.fat, everything inside them is
 * written through liboffwin. The same recipe gives the same bytes.
 * Exit codes: 0 built, 1 failed, 2 usage, 77 the recipe wants given data that is not there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <offwin/disk.h>

#include "build.h"
#include "fixedtime.h"

enum { EXIT_USAGE = 2, EXIT_SKIP = 77 };

static const char usage[] =
        "usage: mkmachine [options] RECIPE OUT\n"
        "  --disk2 FILE      the second disk, for recipes that have one\n"
        "  --data FOLDER     where given data is (recipes that put real hives into images)\n"
        "  --size SIZE       another size for the first disk: 20G, 512M\n"
        "  --set NAME=VALUE  fill in ${NAME}\n"
        "  --texts FOLDER    also write the .reg text of every hive there\n";

struct options {
        const char *recipe, *out[MAX_DISKS], *data, *texts, *size;
};

/* ---- an empty disk ---- */

static int make_disk(const struct disk *disk, ow_error *err)
{
        AUTO_TEXT scratch = need_printf("%s.scratch", disk->out);
        AUTO_FD fd = open(disk->out, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        int r;

        if (fd < 0)
                return ow_fail_sys(err, errno, "make '%s'", disk->out);
        if (ftruncate(fd, (off_t)disk->size) < 0)
                return ow_fail_sys(err, errno, "make '%s' of %llu bytes", disk->out, (unsigned long long)disk->size);
        r = table_write(fd, disk, err);
        for (size_t i = 0; i < disk->n_partitions && r == 0; i++)
                r = format_partition(fd, &disk->partitions[i], scratch, err);
        return r;
}

/* ---- its contents ---- */

static const ow_partition *find_partition(const ow_partition_table *table, const struct partition *wanted)
{
        for (size_t i = 0; i < table->n_partitions; i++)
                if (table->partitions[i].offset == wanted->start)
                        return &table->partitions[i];
        return NULL;
}

static int fill_partition(struct build *build, ow_disk *disk, const ow_partition_table *table,
                          const struct partition *p, ow_error *err)
{
        const ow_partition *found = find_partition(table, p);
        ow_volume *volume = NULL;
        int r;

        if (found == NULL)
                return section_fail(p->section, "start", err, "the library does not see this partition");
        build->image = ow_disk_name(disk);
        build->partition = p;
        r = ow_volume_open(disk, table, found, OW_VOLUME_WRITABLE, NULL, &volume, err);
        if (r == 0)
                r = build_contents(build, p, volume, err);
        if (r == 0)
                r = ow_volume_flush(volume, err);
        ow_volume_close(volume);
        return r;
}

static int fill_disk(struct build *build, const struct disk *plan, ow_disk *disk, ow_error *err)
{
        ow_partition_table table = { 0 };
        int r = ow_partition_table_read(disk, &table, err);

        for (size_t i = 0; i < plan->n_partitions && r == 0; i++)
                if (plan->partitions[i].n_contents > 0)
                        r = fill_partition(build, disk, &table, &plan->partitions[i], err);
        ow_partition_table_done(&table);
        return r;
}

/* The undo record of a fresh machine is of no use to anybody. */
static void remove_journals(const char *folder)
{
        DIR *d = opendir(folder);
        const struct dirent *e;

        while (d != NULL && (e = readdir(d)) != NULL) {
                AUTO_TEXT path = join_path(folder, e->d_name);

                if (e->d_name[0] != '.')
                        (void)unlink(path);
        }
        if (d != NULL)
                (void)closedir(d);
        (void)rmdir(folder);
}

static int fill_disks(struct build *build, const struct plan *plan, const char *journals, ow_error *err)
{
        const ow_disk_options options = { .flags = OW_DISK_WRITABLE, .journal_dir = journals };
        ow_disk *disks[MAX_DISKS] = { NULL };
        int r = 0;

        for (size_t i = 0; i < plan->n_disks && r == 0; i++)
                r = ow_disk_open(plan->disks[i].out, &options, &disks[i], err);
        for (size_t i = 0; i < plan->n_disks && r == 0; i++)
                r = fill_disk(build, &plan->disks[i], disks[i], err);
        if (r == 0)
                r = ow_transaction_commit(disks, plan->n_disks, "mkmachine", NULL, err);
        for (size_t i = 0; i < plan->n_disks; i++)
                ow_disk_close(disks[i]);
        return r;
}

static int make_machine(struct build *build, const struct plan *plan, ow_error *err)
{
        AUTO_TEXT journals = need_printf("%s.making", plan->disks[0].out);
        int r = 0;

        for (size_t i = 0; i < plan->n_disks && r == 0; i++)
                r = make_disk(&plan->disks[i], err);
        if (r == 0 && mkdir(journals, 0700) < 0)
                r = ow_fail_sys(err, errno, "make folder '%s'", journals);
        if (r == 0)
                r = fill_disks(build, plan, journals, err);
        remove_journals(journals);
        for (size_t i = 0; i < plan->n_disks && r < 0; i++)
                (void)unlink(plan->disks[i].out);               /* half a machine is worse than none */
        return r;
}

/* ---- from the command line ---- */

static int machine_time(const struct recipe *recipe, int64_t *ret, ow_error *err)
{
        const char *text = variables_get(&recipe->variables, "time");

        if (!parse_time(text ? text : "2020-01-01 00:00:00", ret))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "time: expected 2011-05-17 09:30:00, found '%s'", text);
        return 0;
}

static int name_outputs(const struct options *options, struct plan *plan, ow_error *err)
{
        for (size_t i = 0; i < plan->n_disks; i++) {
                plan->disks[i].out = options->out[i];
                if (options->out[i] == NULL)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "two disks: name the other with --disk2");
        }
        return 0;
}

static int run(const struct options *options, struct recipe *recipe, struct build *build, struct plan *plan,
               ow_error *err)
{
        int r = recipe_load(options->recipe, recipe, err);

        if (r == 0)
                r = machine_time(recipe, &build->now, err);
        if (r == 0)
                r = plan_make(recipe, options->size, plan, err);
        if (r == 0)
                r = name_outputs(options, plan, err);
        if (r < 0)
                return r;
        fixedtime_set(build->now);
        return make_machine(build, plan, err);
}

/* False: not a good command line. */
static bool read_options(int argc, char **argv, struct options *ret, struct recipe *recipe)
{
        static const struct option known[] = {
                { "disk2", required_argument, NULL, '2' }, { "data", required_argument, NULL, 'd' },
                { "size", required_argument, NULL, 's' },  { "set", required_argument, NULL, 'v' },
                { "texts", required_argument, NULL, 't' }, { NULL, 0, NULL, 0 },
        };
        int option;

        while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
                char *equals = optarg ? strchr(optarg, '=') : NULL;

                if (option == '2')
                        ret->out[1] = optarg;
                else if (option == 'd')
                        ret->data = optarg;
                else if (option == 's')
                        ret->size = optarg;
                else if (option == 't')
                        ret->texts = optarg;
                else if (option == 'v' && equals != NULL) {
                        *equals = '\0';
                        variables_set(&recipe->variables, optarg, equals + 1);
                } else
                        return false;
        }
        if (argc - optind != 2)
                return false;
        ret->recipe = argv[optind];
        ret->out[0] = argv[optind + 1];
        return true;
}

int main(int argc, char **argv)
{
        struct options options = { 0 };
        struct recipe recipe = { 0 };
        struct plan plan = { 0 };
        ow_error err = OW_ERROR_INIT;
        int r;

        if (!read_options(argc, argv, &options, &recipe)) {
                fputs(usage, stderr);
                return EXIT_USAGE;
        }
        struct build build = { .data = options.data, .texts = options.texts };
        r = run(&options, &recipe, &build, &plan, &err);
        plan_done(&plan);
        recipe_done(&recipe);
        if (r < 0)
                fprintf(stderr, "mkmachine: %s%s\n", build.lacks_data ? "skipped: " : "", err.text);
        if (r < 0)
                return build.lacks_data ? EXIT_SKIP : EXIT_FAILURE;
        return EXIT_SUCCESS;
}
