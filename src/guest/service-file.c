/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of a service on its volume: there or not, and what its version resource says. Both are looked up when
 * somebody asks and kept. What cannot be read is told with its reason, and stops nothing.
 */
#include <stdio.h>
#include <string.h>

#include <offwin/volume.h>

#include "base/alloc.h"
#include "guest/services.h"
#include "pe/pe.h"

static int set_of(ow_guest *guest, const ow_service *s, struct guest_service_set **ret, ow_error *err)
{
        int r = guest_service_set(guest, s->control_set, ret, err);

        if (r < 0)
                return r;
        if (s->index >= (*ret)->n)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is not a service of this Windows", s->name);
        if (!(*ret)->files)
                (*ret)->files = ow_pool_alloc(&(*ret)->pool, (*ret)->n, sizeof *(*ret)->files);
        if ((*ret)->files)
                return 0;
        (*ret)->pool.failed = false;
        return ow_fail_nomem(err);
}

/* A failed call that is a fact about the guest; only memory is a failure of ours. */
static int keep_reason(struct guest_service_set *set, ow_service_file *file, int r, const ow_error *why,
                       ow_error *err)
{
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        file->why = ow_pool_text(&set->pool, why->text, strlen(why->text));
        if (file->why)
                return 0;
        set->pool.failed = false;
        return ow_fail_nomem(err);
}

static int look(ow_guest *guest, struct guest_service_set *set, const ow_service *s, ow_service_file *file,
                ow_error *err)
{
        OW_AUTO_FREE char *path = NULL;
        ow_error why = OW_ERROR_INIT;
        ow_volume *volume;
        ow_stat stat;
        int r;

        file->state = OW_SERVICE_FILE_UNKNOWN;
        r = ow_guest_resolve_path(guest, s->file, &volume, &path, &why);
        if (r >= 0)
                r = ow_volume_stat(volume, path, &stat, &why);
        if (r < 0)
                return keep_reason(set, file, r, &why, err);
        file->state =
                r > 0 && !(stat.attributes & OW_ATTR_DIRECTORY) ? OW_SERVICE_FILE_THERE : OW_SERVICE_FILE_MISSING;
        file->size = r > 0 ? stat.size : 0;
        return 0;
}

static const char *pool_copy(struct guest_service_set *set, const char *text)
{
        return ow_pool_text(&set->pool, text, strlen(text));
}

static int take_version(struct guest_service_set *set, const struct pe_version *v, ow_service_file *file,
                        ow_error *err)
{
        char number[64] = "";

        if (v->has_fixed)
                (void)snprintf(number, sizeof number, "%u.%u.%u.%u", v->file[0], v->file[1], v->file[2], v->file[3]);
        file->company = pool_copy(set, v->company);
        file->product = pool_copy(set, v->product_name);
        file->description = pool_copy(set, v->description);
        file->original_name = pool_copy(set, v->original_name);
        file->version = pool_copy(set, number[0] ? number : v->file_version);
        file->version_text = pool_copy(set, v->file_version);
        file->product_version = pool_copy(set, v->product_version);
        if (!set->pool.failed)
                return 0;
        set->pool.failed = false;
        return ow_fail_nomem(err);
}

int guest_service_open_program(ow_guest *guest, const char *path, struct guest_program *ret, ow_error *err)
{
        OW_AUTO_FREE char *below = NULL;
        ow_volume *volume;
        int r = ow_guest_resolve_path(guest, path, &volume, &below, err);

        ret->file = NULL;
        if (r >= 0)
                r = ow_file_open(volume, below, 0, &ret->file, err);
        if (r < 0)
                return r;
        ret->source = ow_file_source(ret->file);
        r = pe_load(&ret->source, &ret->pe, err);
        if (r < 0)
                guest_service_close_program(ret);
        return r;
}

void guest_service_close_program(struct guest_program *program)
{
        ow_file_close(program->file);
        program->file = NULL;
}

static int read_version(ow_guest *guest, struct guest_service_set *set, const ow_service *s, ow_service_file *file,
                        ow_error *err)
{
        struct pe_version version = { .has_fixed = false };
        ow_error why = OW_ERROR_INIT;
        struct guest_program program;
        int r = guest_service_open_program(guest, s->file, &program, &why);

        if (r < 0)
                return keep_reason(set, file, r, &why, err);
        file->program = true;
        file->machine = program.pe.machine;
        r = pe_version_find(&program.pe, &version, &why);
        guest_service_close_program(&program);
        if (r < 0)
                return keep_reason(set, file, r, &why, err);
        return take_version(set, &version, file, err);
}

int ow_service_file_look(ow_guest *guest, const ow_service *service, enum ow_service_file_state *ret, ow_error *err)
{
        struct guest_service_set *set;
        struct guest_service_file *kept;
        int r = set_of(guest, service, &set, err);

        if (r < 0)
                return r;
        kept = &set->files[service->index];
        if (!kept->looked && service->image_kind == OW_IMAGE_FILE) {
                r = look(guest, set, service, &kept->file, err);
                if (r < 0)
                        return r;
        }
        kept->looked = true;
        *ret = kept->file.state;
        return 0;
}

int ow_service_file_get(ow_guest *guest, const ow_service *service, ow_service_file *ret, ow_error *err)
{
        static const char nothing[] = "";
        enum ow_service_file_state state;
        struct guest_service_set *set;
        struct guest_service_file *kept;
        const char **texts[8];
        int r = ow_service_file_look(guest, service, &state, err);

        if (r >= 0)
                r = set_of(guest, service, &set, err);
        if (r < 0)
                return r;
        kept = &set->files[service->index];
        if (!kept->read && state == OW_SERVICE_FILE_THERE) {
                r = read_version(guest, set, service, &kept->file, err);
                if (r < 0)
                        return r;
        }
        kept->read = true;
        texts[0] = &kept->file.company;
        texts[1] = &kept->file.product;
        texts[2] = &kept->file.description;
        texts[3] = &kept->file.version;
        texts[4] = &kept->file.version_text;
        texts[5] = &kept->file.product_version;
        texts[6] = &kept->file.original_name;
        texts[7] = &kept->file.why;
        for (size_t i = 0; i < OW_COUNT(texts); i++)
                if (!*texts[i])
                        *texts[i] = nothing;
        *ret = kept->file;
        return 0;
}

int ow_service_origin_get(ow_guest *guest, const ow_service *service, bool read_file, enum ow_service_origin *ret,
                          const char **ret_evidence, ow_error *err)
{
        ow_service_file file;
        int r;

        if (read_file) {
                r = ow_service_file_get(guest, service, &file, err);
                if (r < 0)
                        return r;
                if (file.company[0]) {
                        *ret = guest_text_contains(file.company, "Microsoft") ? OW_ORIGIN_MICROSOFT : OW_ORIGIN_OTHER;
                        *ret_evidence = "the company in its file";
                        return 0;
                }
        }
        *ret = guest_service_origin(guest, service, ret_evidence);
        return 0;
}
