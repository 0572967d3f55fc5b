/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Feeds every file of the named folders (or the named files) to a fuzz target once: the corpus as a plain test. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
        FILE *f = fopen(path, "rb");
        uint8_t *data;
        long size;

        if (!f || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) != 0) {
                perror(path);
                return 1;
        }
        data = malloc((size_t)size + 1);
        if (!data || fread(data, 1, (size_t)size, f) != (size_t)size) {
                perror(path);
                return 1;
        }
        (void)fclose(f);
        (void)LLVMFuzzerTestOneInput(data, (size_t)size);
        free(data);
        return 0;
}

int main(int argc, char **argv)
{
        size_t files = 0;

        for (int i = 1; i < argc; i++) {
                struct stat st;
                struct dirent *entry;
                DIR *dir;

                if (stat(argv[i], &st) == 0 && S_ISREG(st.st_mode)) {
                        if (replay_file(argv[i]))
                                return 1;
                        files++;
                        continue;
                }
                dir = opendir(argv[i]);
                if (!dir) {
                        perror(argv[i]);
                        return 1;
                }
                while ((entry = readdir(dir))) {
                        char path[4096];

                        if (entry->d_name[0] == '.')
                                continue;
                        (void)snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
                        if (replay_file(path))
                                return 1;
                        files++;
                }
                (void)closedir(dir);
        }
        printf("%zu inputs replayed\n", files);
        return files == 0;
}
