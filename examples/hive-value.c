/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shows one string or number of a registry hive file, and changes it when a new text is given:
 *
 *   hive-value SOFTWARE 'Microsoft\Windows NT\CurrentVersion' ProductName
 *   hive-value SOFTWARE 'Microsoft\Windows NT\CurrentVersion' RegisteredOwner 'Somebody else'
 *
 * Build: cc hive-value.c $(pkg-config --cflags --libs offwin)
 */
#include <stdio.h>
#include <time.h>

#include <offwin/hive.h>
#include <offwin/hivefile.h>
#include <offwin/reg.h>

/* Windows counts 100 ns since 1601, Unix seconds since 1970. */
static uint64_t filetime_now(void)
{
        return ((uint64_t)time(NULL) + 11644473600u) * 10000000u;
}

static int show(ow_hive *hive, ow_key key, const char *name, ow_error *err)
{
        ow_blob data;           /* ours when the value was found: to be freed by ow_blob_done() */
        uint32_t type;
        char *text;
        int r = ow_hive_get_value(hive, key, name, &type, &data, err);

        if (r < 0)
                return r;
        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no value '%s'", name);
        /* Data is bytes as Windows stores them. This makes one line of them that is safe for a terminal. */
        r = ow_reg_display_data(type, data.p, data.size, 0, &text, err);
        ow_blob_done(&data);
        if (r < 0)
                return r;
        printf("%s\n", text);
        ow_text_free(text);
        return 0;
}

static int change(ow_hivefile *file, ow_key key, const char *name, const char *text, ow_error *err)
{
        ow_hive *hive = ow_hivefile_hive(file);
        ow_commit_result result;
        ow_blob data;
        int r = ow_reg_parse_data(OW_REG_SZ, &text, 1, &data, err);

        if (r < 0)
                return r;
        r = ow_hive_set_value(hive, key, name, OW_REG_SZ, data.p, data.size, err);
        ow_blob_done(&data);
        if (r < 0)
                return r;
        /* Until here only memory has changed. The commit is all or nothing, and can be undone. */
        r = ow_hivefile_commit(file, "hive-value", filetime_now(), &result, err);
        if (r < 0)
                return r;
        if (result.journal)
                printf("changed; `offwin undo` finds the old bytes in %s\n", result.journal);
        ow_commit_result_done(&result);
        return 0;
}

static int run(char **argv, const char *text, ow_error *err)
{
        ow_hivefile_options options = { .writable = text != NULL };
        ow_hivefile *file;
        ow_hive *hive;
        ow_key key;
        int r = ow_hivefile_open(argv[1], &options, &file, err);

        if (r < 0)
                return r;
        hive = ow_hivefile_hive(file);
        r = ow_hive_find(hive, ow_hive_root(hive), argv[2], &key, err);
        if (r == 0)
                r = ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no key '%s'", argv[2]);
        if (r > 0)
                r = text ? change(file, key, argv[3], text, err) : show(hive, key, argv[3], err);
        ow_hivefile_close(file);        /* drops what was not committed */
        return r;
}

int main(int argc, char **argv)
{
        ow_error err = OW_ERROR_INIT;

        if (argc != 4 && argc != 5) {
                fprintf(stderr, "usage: hive-value FILE KEY NAME [NEW TEXT]\n");
                return 2;
        }
        if (run(argv, argc == 5 ? argv[4] : NULL, &err) < 0) {
                fprintf(stderr, "hive-value: %s: %s (%s)\n", argv[1], err.text, ow_error_name(err.code));
                return 1;
        }
        return 0;
}
