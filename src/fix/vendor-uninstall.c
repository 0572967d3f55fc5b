/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands that uninstall what a pack found, written into the guest for the first boot: a JSON array with one
 * object a line (docs/firstboot.md). What is there already stays, so packs can come one after the other.
 */
#include "fix/vendor-plan.h"

#include <string.h>

#include <offwin/volume.h>

#include "base/upcase.h"
#include "base/utf16.h"

enum { FILE_MAX = 1 << 20 };

OW_DEFINE_AUTO(ow_file, ow_file_close);

/* text as a JSON string; what is no Unicode, as half a pair of UTF-16, becomes U+FFFD. */
static void put_json(ow_buffer *out, const char *text)
{
        size_t size = strlen(text), at = 0;

        ow_buffer_put_byte(out, '"');
        while (at < size) {
                size_t from = at;
                uint32_t c;

                if (!ow_utf8_next(text, size, &at, &c)) {
                        at++;
                        c = 0xfffd;
                }
                if (c == '"' || c == '\\')
                        ow_buffer_printf(out, "\\%c", (int)c);
                else if (c < 0x20 || c == 0x7f)
                        ow_buffer_printf(out, "\\u%04x", (unsigned)c);
                else if (c == 0xfffd || (c >= 0xd800 && c < 0xe000))
                        ow_buffer_put_text(out, "\\ufffd");
                else
                        ow_buffer_put(out, text + from, at - from);
        }
        ow_buffer_put_byte(out, '"');
}

static void put_member(ow_buffer *out, const char *name, const char *text)
{
        ow_buffer_printf(out, "%s\"%s\": ", out->len > 1 ? ", " : "", name);
        put_json(out, text);
}

char *vendor_uninstall_command(const ow_program *program, bool *ret_quiet)
{
        *ret_quiet = true;
        if (program->msi && program->key[0] == '{')
                return ow_asprintf("msiexec.exe /x %s /qn /norestart REBOOT=ReallySuppress", program->key);
        if (program->quiet_uninstall[0])
                return ow_strdup(program->quiet_uninstall);
        *ret_quiet = false;
        return ow_strdup(program->uninstall);
}

/* "  {...}" without what ends the line. Nothing for a program without a command. */
static char *line_of(const struct vendor_work *w, const ow_program *program)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        OW_AUTO_FREE char *command = NULL;
        bool quiet;

        command = vendor_uninstall_command(program, &quiet);
        if (!command)
                return NULL;
        ow_buffer_put_byte(&out, '{');
        put_member(&out, "pack", w->fix->name);
        put_member(&out, "name", program->name);
        put_member(&out, "version", program->version);
        put_member(&out, "key", program->place);
        put_member(&out, "command", command);
        ow_buffer_printf(&out, ", \"quiet\": %s}", quiet ? "true" : "false");
        return ow_buffer_take_text(&out);
}

/* Whether a command names path, or what lies below it. */
static bool names_path(const char *command, const char *path)
{
        size_t size = strlen(path);

        for (const char *p = strchr(command, ':'); p; p = strchr(p + 1, ':'))
                if (p > command && strlen(p - 1) >= size && ow_name_compare_n(p - 1, size, path, size) == 0 &&
                    strchr("\\\" ,", p[size - 1]))
                        return true;
        return false;
}

/* A command whose program starts with a variable, as a path: C:\...; else, and when that cannot be told, the command.
 * NULL: no memory. */
static char *in_full(struct vendor_work *w, const char *command)
{
        const char *program = command + (command[0] == '"');
        OW_AUTO_FREE char *alone = ow_strndup(program, strcspn(program, "\""));
        OW_AUTO_FREE char *where = NULL;
        OW_AUTO_FREE char *inside = NULL;
        ow_volume *volume;

        if (!alone)
                return NULL;
        if (program[0] != '%' || plan_file_place(w->guest, alone, &where, &volume, &inside, NULL) < 0)
                return ow_strdup(command);
        return OW_TAKE(where);
}

/* 1 when what the plan removes takes away a part of the command: it could not run at the first boot. 0, or no memory.
 */
static int command_goes(struct vendor_work *w, const ow_program *program, ow_error *err)
{
        OW_AUTO_FREE char *command = NULL;
        OW_AUTO_FREE char *full = NULL;
        bool quiet;

        command = vendor_uninstall_command(program, &quiet);
        full = command ? in_full(w, command) : NULL;
        if (!full)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < w->plan->n; i++) {
                const ow_change *c = &w->plan->changes[i];

                if ((c->kind == OW_CHANGE_FOLDER_DELETE || (c->kind == OW_CHANGE_FILE && !c->content.read)) &&
                    names_path(full, c->where))
                        return 1;
        }
        return 0;
}

/* The program goes with its files; its entry, which could only fail then, goes too. */
static int entry_remove(struct vendor_work *w, const ow_program *program, const ow_vendor_sign *sign, ow_error *err)
{
        int r = plan_skip(
                w->plan, w->job->fix, OW_FIX_NOT_FOR_THIS, err,
                "the command that uninstalls '%s' is not kept for the first boot: its program goes with the "
                "files that this removes, and so does its uninstall entry",
                program->name);

        return r < 0 ? r : vendor_remove_program(w, sign, err);
}

static int program_collect(struct vendor_work *w, const ow_program *program, const ow_vendor_sign *sign,
                           ow_error *err)
{
        OW_AUTO_FREE char *line = NULL;
        int r;

        if (!program->msi && !program->quiet_uninstall[0] && !program->uninstall[0])
                return 0;
        r = command_goes(w, program, err);
        if (r != 0)
                return r < 0 ? r : entry_remove(w, program, sign, err);
        line = line_of(w, program);
        if (!line)
                return ow_fail_nomem(err);
        ow_buffer_printf(&w->uninstall, "  %s\n", line);
        w->n_uninstall++;
        return 0;
}

int vendor_collect_uninstall(struct vendor_work *w, const ow_vendor_pack *pack, ow_error *err)
{
        const ow_program *programs;
        size_t n;
        int r;

        r = ow_guest_programs(w->guest, &programs, &n, err);
        for (size_t i = 0; i < pack->n_signs && r == 0; i++) {
                const ow_vendor_sign *sign = &pack->signs[i];

                if (sign->kind != OW_VENDOR_PROGRAM || sign->keep)
                        continue;
                for (size_t p = 0; p < n && r == 0; p++)
                        if (ow_name_compare(programs[p].place, sign->where) == 0)
                                r = program_collect(w, &programs[p], sign, err);
        }
        return r;
}

/* ---- the file ---- */

/* The text of the file that is there; "" when there is none. */
static int file_read(struct vendor_work *w, const char *path, char **ret, ow_error *err)
{
        OW_AUTO_FREE char *where = NULL;
        OW_AUTO_FREE char *inside = NULL;
        OW_AUTO_FREE char *text = NULL;
        OW_AUTO(ow_file) file = NULL;
        ow_volume *volume;
        ow_stat stat;
        int r;

        r = plan_file_place(w->guest, path, &where, &volume, &inside, err);
        if (r == 0)
                r = ow_volume_stat(volume, inside, &stat, err);
        if (r < 0)
                return r;
        if (r == 0) {
                *ret = ow_strdup("");
                return *ret ? 0 : ow_fail_nomem(err);
        }
        if (stat.size > FILE_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' has %llu bytes, limit %d", path,
                               (unsigned long long)stat.size, FILE_MAX);
        text = ow_calloc((size_t)stat.size + 1, 1);
        if (!text)
                return ow_fail_nomem(err);
        r = ow_file_open(volume, inside, 0, &file, err);
        if (r == 0)
                r = ow_file_read(file, 0, text, (size_t)stat.size, err);
        if (r < 0)
                return r;
        *ret = OW_TAKE(text);
        return 0;
}

/* Lines of the file that is there, but those that come again; OW_E_CORRUPT when it is not one of ours. */
static int lines_keep(const char *text, const char *path, const ow_buffer *added, ow_buffer *out, ow_error *err)
{
        if (text[0] == '\0')
                return 0;
        if (strncmp(text, "[\n", 2) != 0 || !strstr(text, "\n]"))
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE,
                               "'%s' is not a list of commands as docs/firstboot.md has "
                               "it; move it away first",
                               path);
        for (const char *line = text + 2; *line == ' '; line = strchr(line, '\n') + 1) {
                size_t size = strcspn(line, "\n");
                OW_AUTO_FREE char *one = NULL;

                if (line[size] != '\n')
                        break;
                one = ow_asprintf("%.*s\n", (int)(size - (size > 0 && line[size - 1] == ',')), line);
                if (!one)
                        return ow_fail_nomem(err);
                if (!memmem(added->p, added->len, one, strlen(one)))
                        ow_buffer_put_text(out, one);
        }
        return 0;
}

/* Lines to an array: a comma behind all but the last. */
static void array_make(const ow_buffer *lines, ow_buffer *out)
{
        ow_buffer_put_text(out, "[\n");
        for (size_t i = 0; i < lines->len; i++) {
                if (lines->p[i] == '\n' && i + 1 < lines->len)
                        ow_buffer_put_byte(out, ',');
                ow_buffer_put_byte(out, lines->p[i]);
        }
        ow_buffer_put_text(out, "]\n");
}

int vendor_uninstall_write(struct vendor_work *w, ow_error *err)
{
        OW_AUTO_FREE char *path = NULL;
        OW_AUTO_FREE char *there = NULL;
        OW_AUTO_BUFFER lines = OW_BUFFER_INIT;
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        static const struct fix_action action = {
                .name = "uninstall-commands",
                .title = "Keep the commands that uninstall this for the first boot",
                .why = "docs/firstboot.md: a service runs the quiet ones once Windows is up"
        };
        struct fix_job job;
        uint8_t *bytes;
        size_t size;
        int r;

        if (w->n_uninstall == 0)
                return 0;
        path = ow_asprintf("%c:\\%s\\offwin\\uninstall.json", ow_guest_system_drive(w->guest),
                           ow_guest_root(w->guest));
        r = path ? file_read(w, path, &there, err) : ow_fail_nomem(err);
        if (r == 0)
                r = lines_keep(there, path, &w->uninstall, &lines, err);
        if (r < 0)
                return r;
        ow_buffer_put(&lines, w->uninstall.p, w->uninstall.len);
        array_make(&lines, &out);
        size = out.len;
        bytes = (uint8_t *)ow_buffer_take_text(&out);
        if (!bytes || ow_buffer_failed(&lines) || ow_buffer_failed(&w->uninstall)) {
                ow_free(bytes);
                return ow_fail_nomem(err);
        }
        r = fix_action_begin(&job, w->plan, w->guest, &action, err);
        if (r < 0) {
                ow_free(bytes);
                return r;
        }
        r = plan_need_file(w->plan, w->guest, job.fix, path, plan_memory_source(bytes, size), bytes, err);
        fix_action_done(&job);
        return r < 0 ? r : 0;
}
