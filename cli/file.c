/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin file ls|cat: the guest's files by the guest's own paths. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <offwin/volume.h>

#include "commands.h"
#include "output.h"
#include "session.h"
#include "supervise.h"

enum {
        MAX_ENTRIES = 1 << 22,                  /* names in one folder */
        MAX_JSON_FILE = 64 * 1024 * 1024,       /* bytes; hex doubles them */
        CHUNK = 64 * 1024,
};

/* The first operand is the disk. */
static int open_guest(const struct arguments *arguments, struct session *session, ow_error *err)
{
        struct text_list disk = { arguments->operands.items, 1 };
        int r = session_open(arguments, &disk, false, session, err);

        return r < 0 ? r : session_open_guest(arguments, session, err);
}

/* ---- ls ---- */

struct listing {
        ow_folder_entry *entries;
        char **names;                           /* what entries[i].name points to */
        size_t count, room;
};

static void listing_done(struct listing *listing)
{
        for (size_t i = 0; i < listing->count; i++)
                free(listing->names[i]);
        free(listing->names);
        free(listing->entries);
}

static int make_room(struct listing *listing)
{
        size_t room = listing->room ? listing->room * 2 : 64;
        ow_folder_entry *entries;
        char **names;

        if (listing->count < listing->room)
                return 0;
        entries = realloc(listing->entries, room * sizeof *entries);
        if (!entries)
                return -1;
        listing->entries = entries;
        names = realloc(listing->names, room * sizeof *names);
        if (!names)
                return -1;
        listing->names = names;
        listing->room = room;
        return 0;
}

static int add_entry(void *state, const char *name, const ow_stat *stat, ow_error *err)
{
        struct listing *listing = state;
        char *copy;

        if (listing->count == MAX_ENTRIES)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d names in one folder", MAX_ENTRIES);
        copy = make_room(listing) == 0 ? strdup(name) : NULL;
        if (!copy)
                return ow_fail_nomem(err);
        listing->names[listing->count] = copy;
        listing->entries[listing->count] = (ow_folder_entry){ copy, *stat };
        listing->count++;
        return 0;
}

static int compare_entries(const void *a, const void *b)
{
        const ow_folder_entry *x = a, *y = b;
        int by_case = strcasecmp(x->name, y->name);

        return by_case ? by_case : strcmp(x->name, y->name);
}

static int list_path(ow_guest *guest, const char *path, struct listing *listing, ow_error *err)
{
        ow_volume *volume;
        ow_stat stat;
        char *inside;
        int r;

        r = ow_guest_resolve_path(guest, path, &volume, &inside, err);
        if (r < 0)
                return r;
        r = ow_volume_stat(volume, inside, &stat, err);
        if (r == 0)
                r = ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no file or folder '%s'", path);
        else if (r > 0 && (stat.attributes & OW_ATTR_DIRECTORY))
                r = ow_volume_list(volume, inside, add_entry, listing, err);
        else if (r > 0)
                r = add_entry(listing, path, &stat, err);
        ow_text_free(inside);
        return r;
}

/* Without a path: the drives, as folders. */
static int list_drives(ow_guest *guest, struct listing *listing, ow_error *err)
{
        ow_machine *machine = ow_guest_machine(guest);

        for (size_t i = 0; i < ow_guest_drive_count(guest); i++) {
                const ow_drive *drive = ow_guest_drive(guest, i);
                char name[3] = { drive->letter, ':', '\0' };
                ow_stat stat = { 0 };
                ow_volume *volume;
                int r;

                if (drive->volume >= ow_machine_volume_count(machine))
                        continue;
                volume = ow_machine_volume_get(machine, drive->volume)->volume;
                if (!volume)
                        continue;
                r = ow_volume_stat(volume, "", &stat, err);
                if (r < 0)
                        return r;
                stat.attributes |= OW_ATTR_DIRECTORY;
                r = add_entry(listing, name, &stat, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

int run_file_ls(const struct arguments *arguments)
{
        ow_report_options options = report_options(arguments);
        const char *path = arguments->operands.count > 1 ? arguments->operands.items[1] : NULL;
        AUTO_SESSION session = { 0 };
        struct listing listing = { 0 };
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;
        int r;

        r = open_guest(arguments, &session, &err);
        if (r == 0)
                r = path ? list_path(session.guest, path, &listing, &err)
                         : list_drives(session.guest, &listing, &err);
        if (r == 0 && listing.count > 1)
                qsort(listing.entries, listing.count, sizeof *listing.entries, compare_entries);
        if (r == 0)
                r = ow_report_folder(path ? path : "", listing.entries, listing.count, &options, &text, &err);
        listing_done(&listing);
        return r < 0 ? fail(arguments, &err) : print_report(arguments, text);
}

/* ---- cat ---- */

static int cat_json(const struct arguments *arguments, ow_volume *volume, const char *inside)
{
        ow_report_options options = report_options(arguments);
        ow_error err = OW_ERROR_INIT;
        ow_blob data = { 0 };
        char *text = NULL;
        int r;

        supervise_expect(MAX_JSON_FILE);
        r = ow_volume_read_file(volume, inside, MAX_JSON_FILE, &data, &err);
        if (r == 0)
                r = ow_report_file(arguments->operands.items[1], data.p, data.size, &options, &text, &err);
        ow_blob_done(&data);
        if (r == 0)
                return print_report(arguments, text);
        (void)ow_wrap(&err, r, "read '%s'", arguments->operands.items[1]);
        return fail(arguments, &err);
}

static int copy_out(const struct arguments *arguments, ow_file *file)
{
        uint64_t size = ow_file_size(file);
        ow_error err = OW_ERROR_INIT;
        char chunk[CHUNK];
        int code;

        supervise_expect(size);
        for (uint64_t at = 0; at < size;) {
                size_t n = size - at < sizeof chunk ? (size_t)(size - at) : sizeof chunk;

                if (ow_file_read(file, at, chunk, n, &err) < 0)
                        return fail(arguments, &err);
                code = write_out(chunk, n);
                if (code)
                        return code;
                at += n;
        }
        return flush_out();
}

static int cat(const struct arguments *arguments, ow_volume *volume, const char *inside)
{
        ow_error err = OW_ERROR_INIT;
        ow_file *file = NULL;
        int r, code;

        if (has(arguments, OPTION_JSON))
                return cat_json(arguments, volume, inside);
        r = ow_file_open(volume, inside, 0, &file, &err);
        if (r < 0) {
                (void)ow_wrap(&err, r, "read '%s'", arguments->operands.items[1]);
                return fail(arguments, &err);
        }
        code = copy_out(arguments, file);
        ow_file_close(file);
        return code;
}

int run_file_cat(const struct arguments *arguments)
{
        AUTO_SESSION session = { 0 };
        ow_error err = OW_ERROR_INIT;
        ow_volume *volume;
        char *inside = NULL;
        int r, code;

        r = open_guest(arguments, &session, &err);
        if (r == 0)
                r = ow_guest_resolve_path(session.guest, arguments->operands.items[1], &volume, &inside, &err);
        if (r < 0)
                return fail(arguments, &err);
        code = cat(arguments, volume, inside);
        ow_text_free(inside);
        return code;
}
