/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a plan file to rows, area by area, for the machine at hand. */
#include "fix/planfile.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include <offwin/registry.h>
#include <offwin/service-plan.h>
#include <offwin/vendor.h>

#include "base/upcase.h"
#include "fix/action.h"
#include "fix/first-boot-script.h"
#include "fix/planfile-network.h"

enum { SCRIPT_MAX = 1 << 20 };

static const struct fix_action put_files = { "files", "Put files of the plan in place", "", false };
static const struct fix_action put_scripts = {
        "firstboot", "Put the scripts for the first boot in place",
        "The first-boot service runs them once, in the order of their numbers.", false
};

/* ---- which machine ---- */

static int other_machine(const struct planfile_work *w, const char *what, const char *want, const char *have,
                         ow_error *err)
{
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "%s is for a machine whose %s is '%s'; this one's is '%s'",
                       w->file->label, what, want, have);
}

static int windows_check(const struct planfile_work *w, const char *text, ow_error *err)
{
        const ow_windows *windows = ow_guest_windows(w->guest);
        struct fix_range *ranges = NULL;
        char have[64];
        size_t n = 0;
        bool match;
        int r;

        r = fix_ranges_parse(text, &ranges, &n, err);
        if (r < 0)
                return planfile_fail(w->file, text, err, "machine.windows: '%s' is no list of versions", text);
        match = fix_ranges_match(ranges, n, windows);
        ow_free(ranges);
        (void)snprintf(have, sizeof have, "%u.%u.%u", windows->major, windows->minor, windows->build);
        return match ? 0 : other_machine(w, "Windows", text, have, err);
}

static int machine_check(const struct planfile_work *w, ow_error *err)
{
        const struct planfile_machine *m = w->content->machine;
        const ow_windows *windows = ow_guest_windows(w->guest);

        if (!m)
                return 0;
        if (m->name && ow_name_compare(m->name, windows->computer_name) != 0)
                return other_machine(w, "name", m->name, windows->computer_name, err);
        if (m->domain && ow_name_compare(m->domain, windows->domain_member ? windows->domain : "") != 0)
                return other_machine(w, "domain", m->domain, windows->domain_member ? windows->domain : "", err);
        return m->windows ? windows_check(w, m->windows, err) : 0;
}

/* ---- fixes ---- */

static bool listed(char *const *names, unsigned count, const char *name)
{
        for (unsigned i = 0; i < count; i++)
                if (strcmp(names[i], name) == 0)
                        return true;
        return false;
}

static int names_known(const struct planfile_work *w, char *const *names, unsigned count, ow_error *err)
{
        for (unsigned i = 0; i < count; i++)
                if (!ow_fix_set_find(w->set, names[i]))
                        return planfile_fail(w->file, names[i], err, "no fix is called '%s'", names[i]);
        return 0;
}

/* Every parameter that fix needs is given. "all" leaves out a fix of which one is not, as --all does. */
static bool has_parameters(const struct planfile_fixes *f, const ow_fix *fix)
{
        for (size_t i = 0; i < fix->n_parameters; i++) {
                bool given = false;

                for (unsigned k = 0; k < f->parameters_count; k++)
                        given = given || strcmp(f->parameters[k].name, fix->parameters[i]) == 0;
                if (!given)
                        return false;
        }
        return true;
}

/* The names that the plan means: those of "all" without the exceptions, then the others. */
static const char **names_of(const struct planfile_work *w, const struct planfile_fixes *f, size_t *ret_count)
{
        size_t n = 0, n_set = ow_fix_set_count(w->set);
        const char **names = ow_calloc(n_set + f->names_count + 1, sizeof *names);

        for (size_t i = 0; names && planfile_yes(f->all) && i < n_set; i++) {
                const ow_fix *fix = ow_fix_set_get(w->set, i);

                if (fix->in_all && has_parameters(f, fix) && !listed(f->except, f->except_count, fix->name) &&
                    !listed(f->names, f->names_count, fix->name))
                        names[n++] = fix->name;
        }
        for (unsigned i = 0; names && i < f->names_count; i++)
                names[n++] = f->names[i];
        *ret_count = n;
        return names;
}

static int fixes_add(const struct planfile_work *w, ow_error *err)
{
        const struct planfile_fixes *f = w->content->fixes;
        OW_AUTO_FREE ow_fix_parameter *parameters = NULL;
        OW_AUTO_FREE const char **names = NULL;
        size_t n = 0;
        int r;

        if (!f)
                return 0;
        r = names_known(w, f->names, f->names_count, err);
        if (r == 0)
                r = names_known(w, f->except, f->except_count, err);
        if (r < 0)
                return r;
        parameters = ow_calloc(f->parameters_count, sizeof *parameters);
        names = names_of(w, f, &n);
        if (!parameters || !names)
                return ow_fail_nomem(err);
        for (unsigned i = 0; i < f->parameters_count; i++)
                parameters[i] = (ow_fix_parameter){ f->parameters[i].name, f->parameters[i].value };
        return ow_plan_add_fixes(w->plan, w->guest, w->set, names, n, parameters, f->parameters_count, err);
}

/* ---- vendor software ---- */

static int packs_add(const struct planfile_work *w, char *const *names, unsigned count, unsigned flags, ow_error *err)
{
        int r = 0;

        for (unsigned i = 0; i < count && r == 0; i++) {
                const ow_fix *fix = ow_fix_set_find(w->set, names[i]);

                if (!fix || !ow_fix_is_pack(fix))
                        return planfile_fail(w->file, names[i], err, "no vendor pack is called '%s'", names[i]);
                r = ow_plan_vendor(w->plan, w->guest, w->set, (const char *const *)&names[i], 1, flags, err);
        }
        return r < 0 ? ow_wrap(err, r, "%s", w->file->label) : 0;
}

static int vendors_add(const struct planfile_work *w, ow_error *err)
{
        const struct planfile_vendors *v = w->content->vendors;
        unsigned flags;
        int r;

        if (!v)
                return 0;
        flags = planfile_yes(v->uninstall) ? OW_VENDOR_UNINSTALL : 0;
        r = packs_add(w, v->disable, v->disable_count, flags, err);
        if (r < 0)
                return r;
        flags |= OW_VENDOR_REMOVE | (planfile_yes(v->files) ? OW_VENDOR_FILES : 0);
        return packs_add(w, v->remove, v->remove_count, flags, err);
}

/* ---- services ---- */

static int service_add(const struct planfile_work *w, const struct planfile_service *s, ow_error *err)
{
        ow_service_edit edit = { .name = s->name, .verb = OW_SERVICE_ENABLE };
        unsigned flags = planfile_yes(s->force) ? OW_SERVICE_FORCE : 0;
        const char *name = s->name;
        int r;

        if (strcmp(s->start, "park") == 0) {
                r = ow_plan_park_services(w->plan, w->guest, &name, 1, flags, err);
                return r < 0 ? ow_wrap(err, r, "%s", w->file->label) : 0;
        }
        r = strcmp(s->start, "enable") == 0 ? 0 : ow_service_edit_start(&edit, s->start, NULL);

        if (r < 0)
                return planfile_fail(w->file, s->name, err,
                                     "services: '%s' is no start: boot, system, auto, delayed, "
                                     "demand, disabled, enable or park",
                                     s->start);
        r = ow_plan_set_services(w->plan, w->guest, &edit, 1, flags, err);
        return r < 0 ? ow_wrap(err, r, "%s", w->file->label) : 0;
}

static int services_add(const struct planfile_work *w, ow_error *err)
{
        int r = 0;

        for (unsigned i = 0; i < w->content->services_count && r == 0; i++)
                r = service_add(w, &w->content->services[i], err);
        return r;
}

/* ---- files ---- */

/* "0002-join.cmd" of "scripts/join.cmd". */
static int script_place(const struct planfile_work *w, unsigned index, char **ret, ow_error *err)
{
        const char *from = w->content->scripts[index];
        const char *name = strrchr(from, '/') ? strrchr(from, '/') + 1 : from;

        if (!*name || strpbrk(name, "\\:*?\"<>|") || strlen(name) > 200)
                return planfile_fail(w->file, from, err, "firstboot: '%s' is no name that Windows takes", name);
        *ret = ow_asprintf("%s\\%04u-%s", FIRST_BOOT_SCRIPTS, index + 1, name);
        return *ret ? 0 : ow_fail_nomem(err);
}

static int files_add(const struct planfile_work *w, ow_error *err)
{
        struct fix_job job;
        int r;

        if (w->content->files_count == 0)
                return 0;
        r = fix_action_begin(&job, w->plan, w->guest, &put_files, err);
        if (r < 0)
                return r;
        for (unsigned i = 0; r >= 0 && i < w->content->files_count; i++) {
                r = fix_job_file_from(&job, w->content->files[i].to, &w->host[i], err);
                if (r < 0)
                        r = ow_wrap(err, r, "%s: put '%s'", w->file->label, w->content->files[i].from);
        }
        if (r >= 0)
                r = fix_action_complete(&job, err);
        fix_action_done(&job);
        return r < 0 ? r : 0;
}

/* What undoes the addressing is refused: the static addresses of every card would be lost at the first boot. */
static int script_check(const struct planfile_work *w, unsigned index, ow_error *err)
{
        static const char reset[] = "netsh(\\.exe)?[[:space:]]+int(erface)?[[:space:]]+ip(v4)?[[:space:]]+res(et)?";
        const ow_source *host = &w->host[w->content->files_count + index];
        size_t size = host->size < SCRIPT_MAX ? (size_t)host->size : SCRIPT_MAX;
        OW_AUTO_FREE char *text = ow_calloc(1, size + 1);
        regex_t pattern;
        size_t n = 0;
        bool found;
        int r;

        if (!text)
                return ow_fail_nomem(err);
        r = host->read(host->state, 0, text, size, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < size; i++) /* UTF-16 becomes readable */
                if (text[i] != '\0')
                        text[n++] = text[i];
        text[n] = '\0';
        if (regcomp(&pattern, reset, REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0)
                return ow_fail_nomem(err);
        found = regexec(&pattern, text, 0, NULL, 0) == 0;
        regfree(&pattern);
        if (!found)
                return 0;
        return ow_fail(
                err, OW_E_REFUSED, OW_NOWHERE,
                "%s: firstboot '%s' has `netsh int ip reset`, which takes the static addresses of every card away; "
                "`offwin net reset` sets TCP/IP back without",
                w->file->label, w->content->scripts[index]);
}

static int scripts_add(const struct planfile_work *w, ow_error *err)
{
        struct fix_job job;
        int r;

        if (w->content->scripts_count == 0)
                return 0;
        r = fix_action_begin(&job, w->plan, w->guest, &put_scripts, err);
        if (r < 0)
                return r;
        for (unsigned i = 0; r >= 0 && i < w->content->scripts_count; i++) {
                OW_AUTO_FREE char *to = NULL;

                r = script_check(w, i, err);
                if (r == 0)
                        r = script_place(w, i, &to, err);
                if (r == 0)
                        r = fix_job_file_from(&job, to, &w->host[w->content->files_count + i], err);
        }
        if (r >= 0)
                r = fix_action_complete(&job, err);
        fix_action_done(&job);
        return r < 0 ? r : 0;
}

int ow_plan_add_planfile(ow_plan *plan, ow_guest *guest, const ow_fix_set *set, const ow_planfile *file,
                         const ow_source *host, ow_error *err)
{
        const struct planfile_work w = { plan, guest, set, file, file->content, host };
        int r;

        r = machine_check(&w, err);
        if (r == 0)
                r = fixes_add(&w, err);
        if (r == 0)
                r = planfile_network_add(&w, err);
        if (r == 0) /* behind the network: drivers of a team are guarded until it is taken apart */
                r = vendors_add(&w, err);
        if (r == 0)
                r = services_add(&w, err);
        if (r == 0)
                r = files_add(&w, err);
        if (r == 0)
                r = scripts_add(&w, err);
        return r;
}
