/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder of a scene: what is in it, and putting a state there. What is the same already is not written again. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "states.h"

static uint64_t sector_of_slot(const struct scene *scene, unsigned file, size_t slot)
{
        return scene->sectors[file] ? scene->sectors[file][slot] : slot;
}

/* The slots of file, from the file at path; zeros behind its end. */
static struct content read_content(const struct scene *scene, unsigned file, const char *path)
{
        struct content content = { 0, NULL };
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat st;

        if (fd < 0 || fstat(fd, &st) != 0)
                fail_hard("open", path);
        content = content_copy(scene, file, &content);
        content.size = (uint64_t)st.st_size;
        for (size_t slot = 0; slot < scene->n_slots[file]; slot++)
                if (pread(fd, content.bytes + slot * SECTOR, SECTOR,
                          (off_t)(sector_of_slot(scene, file, slot) * SECTOR)) < 0)
                        fail_hard("read", path);
        (void)close(fd);
        return content;
}

static int by_number(const void *a, const void *b)
{
        const uint64_t *x = a, *y = b;

        return *x < *y ? -1 : *x > *y;
}

/* The sectors of image that ops write to, without repetition. */
static void learn_sectors(struct scene *scene, unsigned image, const struct ops *ops)
{
        uint64_t *sectors = NULL;
        size_t n = 0, room = 0, kept = 0;

        for (size_t i = 0; i < ops->count; i++) {
                const struct op *op = &ops->items[i];

                if (op->kind != OP_WRITE || op->file != scene->inodes[image])
                        continue;
                for (uint64_t s = op->offset / SECTOR; s <= (op->offset + op->size - 1) / SECTOR; s++) {
                        if (n == room) {
                                room = room ? room * 2 : 1024;
                                sectors = realloc(sectors, room * sizeof *sectors);
                                if (!sectors)
                                        fail_hard("memory", "none");
                        }
                        sectors[n++] = s;
                }
        }
        if (n)
                qsort(sectors, n, sizeof *sectors, by_number);
        for (size_t i = 0; i < n; i++)
                if (kept == 0 || sectors[i] != sectors[kept - 1])
                        sectors[kept++] = sectors[i];
        scene->sectors[image] = sectors;
        scene->n_slots[image] = kept;
}

/* A file that changes its size loses or gets bytes that are not written one by one: all of it counts as touched. */
static bool touch_all(struct scene *scene, unsigned image, const struct ops *ops, const char *source)
{
        uint64_t most = 0;
        bool sized = false;
        struct stat st;

        for (size_t i = 0; i < ops->count; i++) {
                if (ops->items[i].kind != OP_SIZE || ops->items[i].file != scene->inodes[image])
                        continue;
                sized = true;
                most = ops->items[i].offset > most ? ops->items[i].offset : most;
        }
        if (!sized)
                return false;
        if (stat(source, &st) != 0)
                fail_hard("look at", source);
        if ((uint64_t)st.st_size > most)
                most = (uint64_t)st.st_size;
        scene->n_slots[image] = (size_t)((most + SECTOR - 1) / SECTOR);
        return true;
}

void scene_learn(struct scene *scene, const char *const *sources, const struct ops *ops)
{
        for (unsigned i = 0; i < scene->n_images; i++) {
                if (!touch_all(scene, i, ops, sources[i]))
                        learn_sectors(scene, i, ops);
                scene->refs[0][i] = read_content(scene, i, sources[i]);
                scene->refs[1][i] = read_content(scene, i, scene->paths[i]);
                scene->there[i] = content_copy(scene, i, &scene->refs[1][i]);
        }
}

void scene_done(struct scene *scene)
{
        for (unsigned i = 0; i < MAX_FILES; i++)
                free(scene->sectors[i]);
        for (unsigned i = 0; i < MAX_IMAGES; i++) {
                free(scene->there[i].bytes);
                free(scene->refs[0][i].bytes);
                free(scene->refs[1][i].bytes);
        }
        memset(scene, 0, sizeof *scene);
}

ino_t scene_inode(const char *path)
{
        struct stat st;

        if (stat(path, &st) != 0)
                fail_hard("look at", path);
        return st.st_ino;
}

unsigned scene_file(struct scene *scene, ino_t inode)
{
        for (unsigned i = 0; i < scene->n_files; i++)
                if (scene->inodes[i] == inode)
                        return i;
        fail_hard("a write to a file that is no part of the scene", scene->folder);
        return 0;
}

static unsigned add_record(struct scene *scene, ino_t inode, uint64_t bytes)
{
        unsigned file = (unsigned)scene->n_files++;

        if (file >= MAX_FILES)
                fail_hard("too many files", scene->folder);
        scene->inodes[file] = inode;
        scene->n_slots[file] = (size_t)((bytes + SECTOR - 1) / SECTOR);
        return file;
}

void scene_add_records(struct scene *scene, const struct ops *ops)
{
        for (size_t i = 0; i < ops->count; i++) {
                uint64_t most = 0;

                if (ops->items[i].kind != OP_CREATE)
                        continue;
                for (size_t k = i; k < ops->count; k++)
                        if (ops->items[k].kind == OP_WRITE && ops->items[k].file == ops->items[i].file &&
                            ops->items[k].offset + ops->items[k].size > most)
                                most = ops->items[k].offset + ops->items[k].size;
                (void)add_record(scene, ops->items[i].file, most);
        }
}

static void each_record(struct scene *scene, void (*act)(struct scene *, const char *path, const char *name, void *),
                        void *argument)
{
        DIR *dir = opendir(scene->folder);
        const struct dirent *entry;
        char path[sizeof scene->folder + 300];

        if (!dir)
                fail_hard("open", scene->folder);
        while ((entry = readdir(dir))) {
                if (!strstr(entry->d_name, ".offwin-"))
                        continue;
                (void)snprintf(path, sizeof path, "%s/%s", scene->folder, entry->d_name);
                act(scene, path, entry->d_name, argument);
        }
        (void)closedir(dir);
}

static void look_at(struct scene *scene, const char *path, const char *name, void *argument)
{
        struct state *state = argument;
        struct stat st;
        unsigned file;

        if (stat(path, &st) != 0 || strlen(name) >= NAME_BYTES || state->n_names == MAX_NAMES)
                fail_hard("look at", path);
        file = add_record(scene, st.st_ino, (uint64_t)st.st_size);
        state->files[file] = read_content(scene, file, path);
        (void)snprintf(state->names[state->n_names].name, NAME_BYTES, "%s", name);
        state->names[state->n_names++].file = file;
}

struct count {
        const char *part;
        size_t n;
};

static void count_record(struct scene *scene, const char *path, const char *name, void *argument)
{
        struct count *count = argument;

        (void)scene;
        (void)path;
        count->n += strstr(name, count->part) != NULL;
}

size_t scene_count(struct scene *scene, const char *part)
{
        struct count count = { part, 0 };

        each_record(scene, count_record, &count);
        return count.n;
}

struct state scene_look(struct scene *scene)
{
        struct state state = { .n_names = 0 };

        scene->n_files = scene->n_images;
        for (unsigned i = 0; i < scene->n_images; i++)
                state.files[i] = content_copy(scene, i, &scene->there[i]);
        each_record(scene, look_at, &state);
        return state;
}

static void write_all(int fd, const void *bytes, size_t size, uint64_t offset)
{
        if (pwrite(fd, bytes, size, (off_t)offset) != (ssize_t)size)
                fail_hard("write", "a file of the scene");
}

static void lay_image(struct scene *scene, unsigned image, const struct content *content)
{
        struct content *there = &scene->there[image];
        int fd = open(scene->paths[image], O_RDWR | O_CLOEXEC);

        if (fd < 0)
                fail_hard("open", scene->paths[image]);
        if (there->size != content->size && ftruncate(fd, (off_t)content->size) != 0)
                fail_hard("size of", scene->paths[image]);
        content_resize(scene, image, there, content->size);
        for (size_t slot = 0; slot < scene->n_slots[image]; slot++) {
                uint64_t offset = sector_of_slot(scene, image, slot) * SECTOR;
                uint64_t size = offset >= content->size ? 0 : content->size - offset;

                if (memcmp(there->bytes + slot * SECTOR, content->bytes + slot * SECTOR, SECTOR) == 0)
                        continue;
                write_all(fd, content->bytes + slot * SECTOR, size < SECTOR ? (size_t)size : SECTOR, offset);
                memcpy(there->bytes + slot * SECTOR, content->bytes + slot * SECTOR, SECTOR);
        }
        (void)close(fd);
}

static void remove_record(struct scene *scene, const char *path, const char *name, void *argument)
{
        (void)scene;
        (void)name;
        (void)argument;
        if (unlink(path) != 0)
                fail_hard("remove", path);
}

void scene_lay(struct scene *scene, const struct state *state)
{
        for (unsigned i = 0; i < scene->n_images; i++)
                lay_image(scene, i, &state->files[i]);
        each_record(scene, remove_record, NULL);
        for (size_t i = 0; i < state->n_names; i++) {
                unsigned file = state->names[i].file;
                char path[sizeof scene->folder + NAME_BYTES + 2];
                struct stat st;
                int fd;

                (void)snprintf(path, sizeof path, "%s/%s", scene->folder, state->names[i].name);
                fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
                if (fd < 0 || fstat(fd, &st) != 0)
                        fail_hard("create", path);
                write_all(fd, state->files[file].bytes, (size_t)state->files[file].size, 0);
                (void)close(fd);
                scene->inodes[file] = st.st_ino;
        }
}

void scene_follow(struct scene *scene, struct ops *ops)
{
        for (size_t i = 0; i < ops->count; i++) {
                struct op *op = &ops->items[i];
                unsigned file;

                if (op->kind == OP_RENAME || op->kind == OP_REMOVE || op->kind == OP_SYNC_FOLDER)
                        continue;
                file = scene_file(scene, op->file);
                op->file = file;
                if (file >= scene->n_images)
                        continue;
                if (op->kind == OP_SIZE)
                        content_resize(scene, file, &scene->there[file], op->offset);
                else if (op->kind == OP_WRITE)
                        for (uint64_t s = op->offset / SECTOR; s <= (op->offset + op->size - 1) / SECTOR; s++)
                                content_write(scene, file, &scene->there[file], op, s);
        }
}
