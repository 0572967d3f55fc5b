/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Planning files and folders: which rows make a place what somebody wants. Reads only. Rows write places one way,
 * with the drive letter that leads to the volume, so that two spellings of one place are one.
 */
#include <string.h>

#include <offwin/fix.h>
#include <offwin/guest.h>

#include "base/upcase.h"
#include "fix/plan.h"

/* The drive letter of a volume of this guest; 0: none. */
static char letter_of(ow_guest *guest, const ow_volume *volume)
{
        ow_machine *machine = ow_guest_machine(guest);

        if (volume == ow_guest_volume(guest) && ow_guest_system_drive(guest))
                return ow_guest_system_drive(guest);
        for (size_t i = 0; i < ow_guest_drive_count(guest); i++) {
                const ow_drive *drive = ow_guest_drive(guest, i);

                if (drive->volume < ow_machine_volume_count(machine) &&
                    ow_machine_volume_get(machine, drive->volume)->volume == volume)
                        return drive->letter;
        }
        return 0;
}

int plan_file_place(ow_guest *guest, const char *path, char **ret_where, ow_volume **ret_volume, char **ret_inside,
                    ow_error *err)
{
        OW_AUTO_FREE char *inside = NULL;
        OW_AUTO_FREE char *where = NULL;
        ow_volume *volume;
        char letter;
        int r = ow_guest_resolve_path(guest, path, &volume, &inside, err);

        if (r < 0)
                return r;
        letter = letter_of(guest, volume);
        if (!letter)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "'%s' is on a drive without a letter", path);
        where = ow_asprintf("%c:\\%s", letter, inside);
        if (!where)
                return ow_fail_nomem(err);
        *ret_where = OW_TAKE(where);
        *ret_inside = OW_TAKE(inside);
        *ret_volume = volume;
        return 0;
}

/* Names that Windows keeps for devices, whatever follows a dot. */
static bool is_device(const char *name, size_t size)
{
        static const char *const devices[] = { "CON", "PRN", "AUX", "NUL" };
        const char *dot = memchr(name, '.', size);
        size_t n = dot ? (size_t)(dot - name) : size;

        for (size_t i = 0; i < OW_COUNT(devices); i++)
                if (ow_name_compare_n(name, n, devices[i], 3) == 0)
                        return true;
        return n == 4 && name[3] >= '1' && name[3] <= '9' &&
               (ow_name_compare_n(name, 3, "COM", 3) == 0 || ow_name_compare_n(name, 3, "LPT", 3) == 0);
}

/* What is made anew gets names that Windows can work with. */
static int check_names(const char *where, const char *inside, ow_error *err)
{
        for (const char *name = inside; *name;) {
                size_t size = strcspn(name, "\\");
                bool odd = is_device(name, size) || name[size - 1] == '.' || name[size - 1] == ' ';

                for (size_t i = 0; i < size && !odd; i++)
                        odd = (unsigned char)name[i] < ' ' || strchr("\"*:<>?|", name[i]);
                if (odd)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s': Windows does not allow the name '%.*s'",
                                       where, (int)size, name);
                name += size + (name[size] != '\0');
        }
        return 0;
}

/* ---- folders ---- */

static int folder_row(ow_plan *plan, const ow_fix *fix, enum ow_change_kind kind, const char *where, ow_error *err)
{
        ow_change change = { .kind = kind, .fix = fix, .where = ow_strdup(where) };

        change.before.present = kind == OW_CHANGE_FOLDER_DELETE;
        change.after.present = kind == OW_CHANGE_FOLDER_CREATE;
        return plan_add(plan, &change, err);
}

/* where and inside end alike: the row of the first n bytes of inside, when no folder is there. */
static int need_one(ow_plan *plan, const ow_fix *fix, const char *where, ow_volume *volume, const char *inside,
                    size_t n, ow_error *err)
{
        OW_AUTO_FREE char *prefix = ow_strndup(inside, n);
        OW_AUTO_FREE char *place = ow_strndup(where, strlen(where) - strlen(inside) + n);
        ow_stat stat;
        int r;

        if (!prefix || !place)
                return ow_fail_nomem(err);
        r = ow_volume_stat(volume, prefix, &stat, err);
        if (r < 0)
                return r;
        if (r > 0 && !(stat.attributes & OW_ATTR_DIRECTORY))
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is a file, and a folder is wanted there", place);
        if (r == 0)
                r = check_names(place, prefix, err);
        return r != 0 ? (r < 0 ? r : 0) : folder_row(plan, fix, OW_CHANGE_FOLDER_CREATE, place, err);
}

/* Rows for the first size bytes of inside, a folder, and what is missing above it. */
static int need_folders(ow_plan *plan, const ow_fix *fix, const char *where, ow_volume *volume, const char *inside,
                        size_t size, ow_error *err)
{
        for (size_t n = 0; n < size;) {
                int r;

                n += strcspn(inside + n + (n > 0), "\\") + (n > 0);
                r = need_one(plan, fix, where, volume, inside, n, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

int plan_need_folder(ow_plan *plan, ow_guest *guest, const ow_fix *fix, const char *where, ow_buffer *reason,
                     ow_error *err)
{
        OW_AUTO_FREE char *place = NULL, *inside = NULL;
        ow_error why = OW_ERROR_INIT;
        ow_volume *volume;
        int r = plan_file_place(guest, where, &place, &volume, &inside, &why);

        if (r == OW_E_ABSENT && reason) {
                ow_buffer_put_text(reason, why.text);
                return 0;
        }
        if (r < 0) {
                if (err)
                        *err = why;
                return r;
        }
        r = need_folders(plan, fix, place, volume, inside, strlen(inside), err);
        return r < 0 ? r : 1;
}

/* ---- files ---- */

/* What is at a place now, into change: 1 it holds content already, 0 not, < 0 it must not be written to. */
static int look(ow_volume *volume, const char *inside, const ow_source *content, ow_change *change, ow_error *err)
{
        ow_stat stat;
        int r = ow_volume_stat(volume, inside, &stat, err);

        if (r <= 0)
                return r;
        if (stat.attributes & OW_ATTR_DIRECTORY)
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is a folder, and a file is wanted there",
                               change->where);
        change->before.present = true;
        change->size_before = stat.size;
        change->modified_before = stat.modified;
        r = plan_file_equals(volume, inside, content, err);
        if (r == OW_E_UNSUPPORTED && err)
                err->code = OW_E_REFUSED; /* what cannot be read here would be destroyed by a write */
        return r == OW_E_UNSUPPORTED ? OW_E_REFUSED : r;
}

static int need_file(ow_plan *plan, ow_guest *guest, const char *path, ow_change *change, ow_error *err)
{
        OW_AUTO_FREE char *inside = NULL;
        ow_volume *volume;
        const char *name;
        int r = plan_file_place(guest, path, &change->where, &volume, &inside, err);

        if (r == 0 && inside[0] == '\0')
                r = ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is a folder, and a file is wanted there", path);
        if (r == 0)
                r = plan_file_guard(guest, volume, inside, change->where, false, err);
        if (r == 0)
                r = look(volume, inside, &change->content, change, err);
        if (r != 0)
                return r < 0 ? r : 0;
        if (!change->before.present)
                r = check_names(change->where, inside, err);
        if (r < 0)
                return r;
        name = strrchr(inside, '\\');
        r = need_folders(plan, change->fix, change->where, volume, inside, name ? (size_t)(name - inside) : 0, err);
        if (r == 0)
                r = plan_add(plan, change, err);
        return r < 0 ? r : 1;
}

int plan_need_file(ow_plan *plan, ow_guest *guest, const ow_fix *fix, const char *where, ow_source content,
                   uint8_t *bytes, ow_error *err)
{
        ow_change change = { .kind = OW_CHANGE_FILE, .fix = fix, .content = content };
        int r;

        change.after = (ow_datum){ true, 0, { bytes, bytes ? (size_t)content.size : 0 } };
        r = need_file(plan, guest, where, &change, err);
        plan_change_done(&change);
        return r;
}

static int remove_file(ow_plan *plan, const ow_fix *fix, const char *where, const ow_stat *stat, ow_error *err)
{
        ow_change change = { .kind = OW_CHANGE_FILE,
                             .fix = fix,
                             .where = ow_strdup(where),
                             .size_before = stat->size,
                             .modified_before = stat->modified };

        change.before.present = true;
        return plan_add(plan, &change, err);
}

/* ---- removing ---- */

struct removal {
        ow_plan *plan;
        ow_guest *guest;
        ow_volume *volume;
        const char *where, *inside; /* of the folder that is listed */
        bool recursive;
        unsigned depth;
};

enum { MAX_DEPTH = 128 }; /* folders in each other; a path would be longer than Windows allows */

static int remove_one(struct removal *in, const char *where, const char *inside, const ow_stat *stat, ow_error *err);

/* What the folder itself says of an entry may be old, so the entry is asked. */
static int remove_entry(void *state, const char *name, const ow_stat *listed, ow_error *err)
{
        struct removal *in = state;
        OW_AUTO_FREE char *where = ow_asprintf("%s\\%s", in->where, name);
        OW_AUTO_FREE char *inside = ow_asprintf("%s\\%s", in->inside, name);
        ow_stat stat;
        int r;

        if (!where || !inside)
                return ow_fail_nomem(err);
        if (!in->recursive)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                               "'%s' is a folder that is not empty; -r (--recursive) removes "
                               "it with all that is in it",
                               in->where);
        r = ow_volume_stat(in->volume, inside, &stat, err);
        if (r > 0)
                return remove_one(in, where, inside, &stat, err);
        return r < 0 ? r
                     : ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "'%s' is listed, but not found by that name; its "
                               "folder is damaged, or the name is none that Windows allows",
                               where);
}

static int remove_one(struct removal *in, const char *where, const char *inside, const ow_stat *stat, ow_error *err)
{
        struct removal below = *in;
        int r = plan_file_guard(in->guest, in->volume, inside, where, true, err);

        if (r < 0 || !(stat->attributes & OW_ATTR_DIRECTORY))
                return r < 0 ? r : remove_file(in->plan, NULL, where, stat, err);
        if (++below.depth > MAX_DEPTH)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d folders in each other", MAX_DEPTH);
        below.where = where;
        below.inside = inside;
        if (!(stat->attributes & OW_ATTR_REPARSE))
                r = ow_volume_list(in->volume, inside, remove_entry, &below, err);
        return r < 0 ? r : folder_row(in->plan, NULL, OW_CHANGE_FOLDER_DELETE, where, err);
}

int ow_plan_remove(ow_plan *plan, ow_guest *guest, const char *path, bool recursive, ow_error *err)
{
        OW_AUTO_FREE char *where = NULL, *inside = NULL;
        struct removal in = { .plan = plan, .guest = guest, .recursive = recursive };
        ow_stat stat;
        int r = plan_file_place(guest, path, &where, &in.volume, &inside, err);

        if (r == 0 && inside[0] == '\0')
                r = ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' is a whole drive; name what is to go on it", path);
        if (r == 0)
                r = ow_volume_stat(in.volume, inside, &stat, err);
        if (r > 0)
                return remove_one(&in, where, inside, &stat, err);
        return r < 0 ? r : ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no file or folder '%s'", path);
}

/* ---- by hand ---- */

int ow_plan_put_file(ow_plan *plan, ow_guest *guest, const char *path, const ow_source *content, ow_error *err)
{
        return plan_need_file(plan, guest, NULL, path, *content, NULL, err);
}

int ow_plan_make_folder(ow_plan *plan, ow_guest *guest, const char *path, ow_error *err)
{
        size_t rows = plan->n;
        int r = plan_need_folder(plan, guest, NULL, path, NULL, err);

        return r < 0 ? r : plan->n > rows;
}

/* ---- of a fix ---- */

/* A place on a drive that is not there is left out, as one whose hive is not there. */
static int left_out(struct fix_job *job, const ow_error *why)
{
        if (job->left_out++ == 0)
                ow_buffer_put_text(&job->left_reason, why->text);
        return 0;
}

/* r: 1 differs, 0 not, or the code of why. */
static int judged(struct fix_job *job, int r, const char *where, const char *what, const ow_error *why, ow_error *err)
{
        if (r == OW_E_ABSENT)
                return left_out(job, why);
        if (r < 0) {
                if (err)
                        *err = *why;
                return r;
        }
        job->wanted++;
        job->differing += r > 0;
        if (r > 0 && job->detail.len == 0)
                ow_buffer_printf(&job->detail, "%s %s", where, what);
        return 0;
}

static int file_to_go(struct fix_job *job, const char *path, ow_error *err)
{
        OW_AUTO_FREE char *where = NULL, *inside = NULL;
        ow_volume *volume;
        ow_stat stat;
        int r = plan_file_place(job->guest, path, &where, &volume, &inside, err);

        if (r == 0)
                r = plan_file_guard(job->guest, volume, inside, where, true, err);
        if (r == 0)
                r = ow_volume_stat(volume, inside, &stat, err);
        if (r > 0 && stat.attributes & OW_ATTR_DIRECTORY)
                r = ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is a folder, and a file was expected there", where);
        if (r <= 0)
                return r;
        r = remove_file(job->plan, job->fix, where, &stat, err);
        return r < 0 ? r : 1;
}

int fix_job_file_from(struct fix_job *job, const char *where, const ow_source *content, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        int r = plan_need_file(job->plan, job->guest, job->fix, where, *content, NULL, &why);

        return judged(job, r, where, "is not there, or holds something else", &why, err);
}

int fix_job_file(struct fix_job *job, const char *where, const void *data, size_t size, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        uint8_t *bytes;

        if (!data)
                return judged(job, file_to_go(job, where, &why), where, "is there", &why, err);
        bytes = ow_malloc(size + 1); /* never an empty allocation */
        if (!bytes)
                return ow_fail_nomem(err);
        memcpy(bytes, data, size);
        return judged(
                job,
                plan_need_file(job->plan, job->guest, job->fix, where, plan_memory_source(bytes, size), bytes, &why),
                where, "is not there, or holds something else", &why, err);
}

int fix_job_folder(struct fix_job *job, const char *where, ow_error *err)
{
        size_t rows = job->plan->n;
        ow_error why = OW_ERROR_INIT;
        int r = plan_need_folder(job->plan, job->guest, job->fix, where, NULL, &why);

        return judged(job, r < 0 ? r : job->plan->n > rows, where, "is not there", &why, err);
}
