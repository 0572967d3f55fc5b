/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key Services, read in one walk: each service's own values, then of its subkeys TriggerInfo, StartOverride and,
 * of what svchost hosts, Parameters as far as ServiceDll. Everything else below is skipped without a look.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/le.h"
#include "base/utf16.h"
#include "guest/services.h"

enum { MAX_TEXT = 4096, MAX_TRIGGERS = 64, MAX_OVERRIDES = 64, MAX_DAMAGED = 1000 };

enum form { TEXT, NUMBER, FLAG, NAMES, BYTES };

enum field {
        TYPE,
        START,
        ERROR_CONTROL,
        TAG,
        SID_TYPE,
        PROTECTED,
        DELAYED,
        ON_ERROR,
        DISPLAY_NAME,
        DESCRIPTION,
        IMAGE_PATH,
        GROUP,
        ACCOUNT,
        COMMAND,
        OWNERS,
        SERVICE_DLL,
        ON_SERVICE,
        ON_GROUP,
        FAILURE_ACTIONS,
        N_FIELDS
};

enum { TYPE_BITS = 0x3ff }; /* those of Type that any Windows knows */

static const struct field_spec {
        const char *name;
        enum form form;
        size_t offset; /* in ow_service */
} fields[N_FIELDS] = {
        [TYPE] = { "Type", NUMBER, offsetof(ow_service, type) },
        [START] = { "Start", NUMBER, offsetof(ow_service, start) },
        [ERROR_CONTROL] = { "ErrorControl", NUMBER, offsetof(ow_service, error_control) },
        [TAG] = { "Tag", NUMBER, offsetof(ow_service, tag) },
        [SID_TYPE] = { "ServiceSidType", NUMBER, offsetof(ow_service, sid_type) },
        [PROTECTED] = { "LaunchProtected", NUMBER, offsetof(ow_service, launch_protected) },
        [DELAYED] = { "DelayedAutostart", FLAG, offsetof(ow_service, delayed) },
        [ON_ERROR] = { "FailureActionsOnNonCrashFailures", FLAG, offsetof(ow_service, failure_on_error) },
        [DISPLAY_NAME] = { "DisplayName", TEXT, offsetof(ow_service, display_name) },
        [DESCRIPTION] = { "Description", TEXT, offsetof(ow_service, description) },
        [IMAGE_PATH] = { "ImagePath", TEXT, offsetof(ow_service, image_path) },
        [GROUP] = { "Group", TEXT, offsetof(ow_service, group) },
        [ACCOUNT] = { "ObjectName", TEXT, offsetof(ow_service, account) },
        [OWNERS] = { "Owners", TEXT, offsetof(ow_service, owner) },
        [COMMAND] = { "FailureCommand", TEXT, offsetof(ow_service, failure_command) },
        [SERVICE_DLL] = { "ServiceDll", TEXT, offsetof(ow_service, service_dll) },
        [ON_SERVICE] = { "DependOnService", NAMES, 0 },
        [ON_GROUP] = { "DependOnGroup", NAMES, 0 },
        [FAILURE_ACTIONS] = { "FailureActions", BYTES, 0 },
};

/* Where in a service the walk is. */
enum place { ELSEWHERE, IN_SERVICE, IN_TRIGGERS, IN_TRIGGER, IN_OVERRIDE, IN_PARAMETERS };

struct override {
        uint32_t id, start;
};

struct reading {
        ow_guest *guest;
        struct guest_service_set *set;
        ow_hive *hive;
        uint32_t hardware; /* Id of the hardware configuration of the last boot */

        enum place place;
        ow_service service; /* under way when has_service */
        bool has_service, is_service;
        const char **needs[2]; /* services, groups; from malloc */
        size_t n_needs[2], cap_needs[2];
        ow_service_trigger triggers[MAX_TRIGGERS];
        struct guest_trigger_raw trigger;
        const char *trigger_key; /* NULL: none under way */
        struct override overrides[MAX_OVERRIDES];
        size_t n_overrides;
        ow_buffer text; /* scratch */
};

/* ---- one value ---- */

static bool is_text(uint32_t type)
{
        return type == OW_REG_SZ || type == OW_REG_EXPAND_SZ || type == OW_REG_MULTI_SZ;
}

static void note_type(struct reading *r, const char *name, const char *wanted, const ow_hive_item *item)
{
        const char *type = ow_reg_type_name(item->type);

        guest_note(r->guest, "service '%s': '%s' should be %s and is %s of %u bytes", r->service.name, name, wanted,
                   type ? type : "an unknown type", item->size);
}

/* The units up to the first NUL, as UTF-8 in the pool, cut to what a text may have. */
static const char *pool_utf16(struct reading *r, ow_view utf16, size_t *ret_step)
{
        size_t size = utf16.len & ~(size_t)1, n = 0;

        while (n < size && ow_le16_at(utf16.p + n) != 0)
                n += 2;
        *ret_step = n + 2;
        r->text.len = 0;
        ow_utf16_to_utf8((ow_view){ utf16.p, n > MAX_TEXT ? MAX_TEXT : n }, &r->text);
        if (r->text.failed)
                r->set->pool.failed = true;
        return ow_pool_text(&r->set->pool, (const char *)r->text.p, r->text.failed ? 0 : r->text.len);
}

static void add_need(struct reading *r, size_t which, const char *name)
{
        const char **grown;

        if (r->n_needs[which] == GUEST_MAX_DEPENDENCIES) {
                guest_note(r->guest, "service '%s': more than %d dependencies, the rest is left out", r->service.name,
                           GUEST_MAX_DEPENDENCIES);
                return;
        }
        grown = ow_grow(r->needs[which], r->n_needs[which], &r->cap_needs[which], sizeof *grown);
        if (!grown) {
                r->set->pool.failed = true;
                return;
        }
        r->needs[which] = grown;
        grown[r->n_needs[which]++] = name;
}

/* A group is told by a '+' before its name; SCM itself also writes such names into DependOnService. */
static const char *with_plus(struct reading *r, const char *name)
{
        size_t size = strlen(name);
        char *text = ow_pool_alloc(&r->set->pool, size + 2, 1);

        if (!text)
                return NULL;
        text[0] = '+';
        memcpy(text + 1, name, size);
        return text;
}

/* REG_MULTI_SZ, or one string; also without its final NULs. */
static void take_names(struct reading *r, bool groups, uint32_t type, ow_view data)
{
        r->n_needs[groups] = 0;
        while (data.len >= 2 && !r->set->pool.failed && !r->guest->out_of_memory) {
                size_t step;
                const char *name = pool_utf16(r, data, &step);

                if (name && name[0] && groups && name[0] != '+')
                        name = with_plus(r, name);
                if (name && name[0])
                        add_need(r, groups, name);
                if (step >= data.len || type != OW_REG_MULTI_SZ)
                        return;
                data = (ow_view){ data.p + step, data.len - step };
        }
}

static bool number_of(const ow_hive_item *item, ow_view data, uint32_t *ret)
{
        if ((item->type != OW_REG_DWORD && item->type != OW_REG_DWORD_BIG_ENDIAN) || data.len != 4)
                return false;
        *ret = ow_le32_at(data.p);
        if (item->type == OW_REG_DWORD_BIG_ENDIAN)
                *ret = __builtin_bswap32(*ret);
        return true;
}

/* A number that Windows gives no meaning; the service is told as it is all the same. */
static void note_number(struct reading *r, enum field field, uint32_t number)
{
        if ((field == TYPE && number & ~(uint32_t)TYPE_BITS) || (field == START && number > OW_START_DISABLED))
                guest_note(r->guest, "service '%s': '%s' is 0x%x, which means nothing to Windows", r->service.name,
                           fields[field].name, number);
}

static void take(struct reading *r, enum field field, const ow_hive_item *item, ow_view data)
{
        const struct field_spec *spec = &fields[field];
        char *at = (char *)&r->service + spec->offset;
        const char *text;
        uint32_t number;
        size_t step;

        switch (spec->form) {
        case NUMBER:
        case FLAG:
                if (!number_of(item, data, &number)) {
                        note_type(r, spec->name, "a 4-byte number", item);
                } else if (spec->form == FLAG) {
                        memcpy(at, &(bool){ number != 0 }, sizeof(bool));
                } else {
                        memcpy(at, &number, sizeof number);
                        note_number(r, field, number);
                }
                break;
        case TEXT:
                text = is_text(item->type) ? pool_utf16(r, data, &step) : NULL;
                if (text)
                        memcpy(at, &text, sizeof text);
                else if (!is_text(item->type))
                        note_type(r, spec->name, "a string", item);
                break;
        case NAMES:
                if (is_text(item->type))
                        take_names(r, field == ON_GROUP, item->type, data);
                else
                        note_type(r, spec->name, "a list of names", item);
                break;
        case BYTES:
                guest_service_failures(r->guest, r->set, &(ow_blob){ (uint8_t *)(uintptr_t)data.p, data.len },
                                       &r->service);
                break;
        }
}

static void take_trigger(struct reading *r, const char *name, const ow_hive_item *item, ow_view data)
{
        struct guest_trigger_raw *raw = &r->trigger;
        size_t step;

        if (strcasecmp(name, "Type") == 0) {
                (void)number_of(item, data, &raw->kind);
        } else if (strcasecmp(name, "Action") == 0) {
                (void)number_of(item, data, &raw->action);
        } else if (strcasecmp(name, "GUID") == 0 && data.len == sizeof raw->subtype) {
                memcpy(raw->subtype, data.p, data.len);
        } else if (strncasecmp(name, "Data", 4) == 0 && strncasecmp(name, "DataType", 8) != 0 && data.len >= 4 &&
                   ow_le16_at(data.p + data.len - 2) == 0) {
                const char *text = pool_utf16(r, data, &step);

                if (text && text[0] && step > 4)
                        ow_buffer_printf(&raw->data, "%s%s", raw->data.len ? ", " : "", text);
        }
}

/* StartOverride: the name is the Id of a hardware configuration. */
static void take_override(struct reading *r, const char *name, const ow_hive_item *item, ow_view data)
{
        struct override *o = &r->overrides[r->n_overrides];
        char *end;
        unsigned long id = strtoul(name, &end, 10);

        if (r->n_overrides == MAX_OVERRIDES || end == name || *end || id > UINT32_MAX)
                return;
        if (!number_of(item, data, &o->start))
                return;
        o->id = (uint32_t)id;
        r->n_overrides++;
}

/* The field called name, or N_FIELDS. A service may hold ServiceDll itself too. */
static enum field field_of(const char *name)
{
        enum field i = 0;

        /* The first letters differ nearly always. */
        while (i < N_FIELDS &&
               (((name[0] ^ fields[i].name[0]) & ~0x20) != 0 || strcasecmp(name, fields[i].name) != 0))
                i++;
        return i;
}

static void take_value(struct reading *r, const ow_hive_item *item)
{
        char name[80];
        size_t size = ow_hive_name_utf8(&item->name, name, sizeof name);
        enum field field = r->place == IN_SERVICE || r->place == IN_PARAMETERS ? field_of(name) : N_FIELDS;
        ow_view data = { item->data, item->data ? item->size : 0 };
        OW_AUTO_BLOB blob = { 0 };
        ow_error err = OW_ERROR_INIT;

        if (size >= sizeof name)
                return;
        if (r->place == IN_PARAMETERS ? field != SERVICE_DLL : r->place == IN_SERVICE && field == N_FIELDS)
                return;
        if (!item->data && item->size) {
                if (ow_hive_read_value(r->hive, item->value, NULL, &blob, &err) < 0) {
                        guest_note_error(r->guest, &err, name);
                        return;
                }
                data = (ow_view){ blob.p, blob.size };
        }
        if (r->place == IN_TRIGGER) {
                take_trigger(r, name, item, data);
        } else if (r->place == IN_OVERRIDE) {
                take_override(r, name, item, data);
        } else if (field != N_FIELDS) {
                r->is_service = r->is_service || field == TYPE || field == START;
                take(r, field, item, data);
        }
}

/* ---- one service ---- */

static void end_trigger(struct reading *r)
{
        ow_service *s = &r->service;

        if (r->trigger_key && s->n_triggers < MAX_TRIGGERS) {
                ow_service_trigger *t = &r->triggers[s->n_triggers++];

                guest_service_trigger(r->set, r->trigger_key, &r->trigger, t);
                s->network_trigger |= t->action == OW_TRIGGER_STARTS &&
                                      (t->kind == OW_TRIGGER_IP_ADDRESS || t->kind == OW_TRIGGER_DOMAIN_JOIN);
        }
        r->trigger_key = NULL;
        r->trigger.data.len = 0;
}

/* Services first, then groups, as one NULL-terminated list. */
static void join_needs(struct reading *r)
{
        size_t n = r->n_needs[0] + r->n_needs[1];
        const char **all = ow_pool_alloc(&r->set->pool, n + 1, sizeof *all);

        for (size_t i = 0; all && i < r->n_needs[0]; i++)
                all[i] = r->needs[0][i];
        for (size_t i = 0; all && i < r->n_needs[1]; i++)
                all[r->n_needs[0] + i] = r->needs[1][i];
        r->service.depends_on = all;
}

/* What this hardware makes of it: its own override, else that of configuration 0. */
static void apply_override(struct reading *r)
{
        ow_service *s = &r->service;

        s->effective_start = s->start;
        for (size_t i = 0; i < r->n_overrides; i++)
                if (r->overrides[i].id == 0)
                        s->effective_start = r->overrides[i].start;
        for (size_t i = 0; i < r->n_overrides; i++)
                if (r->overrides[i].id == r->hardware)
                        s->effective_start = r->overrides[i].start;
}

static void end_service(struct reading *r)
{
        struct guest_service_set *set = r->set;
        ow_service *s = &r->service, *grown;
        ow_service_trigger *triggers;

        end_trigger(r);
        r->place = ELSEWHERE;
        if (!r->has_service)
                return;
        r->has_service = false;
        if (!r->is_service || set->pool.failed)
                return;
        if (set->n == GUEST_MAX_SERVICES) {
                guest_note(r->guest, "more than %d services: the rest is left out", GUEST_MAX_SERVICES);
                return;
        }
        join_needs(r);
        apply_override(r);
        triggers = ow_pool_alloc(&set->pool, s->n_triggers, sizeof *triggers);
        grown = ow_grow(set->services, set->n, &set->cap, sizeof *grown);
        if (!grown || !triggers) {
                set->pool.failed = true;
                if (grown)
                        set->services = grown;
                return;
        }
        if (s->n_triggers)
                memcpy(triggers, r->triggers, s->n_triggers * sizeof *triggers);
        s->triggers = triggers;
        guest_service_image(r->guest, set, s);
        set->services = grown;
        set->services[set->n++] = *s;
}

static const char *pool_name(struct reading *r, const ow_hive_name *name)
{
        char text[OW_HIVE_NAME_ROOM < 4096 ? OW_HIVE_NAME_ROOM : 4096];
        size_t size = ow_hive_name_utf8(name, text, sizeof text);

        return ow_pool_text(&r->set->pool, text, size < sizeof text ? size : strlen(text));
}

static void begin_service(struct reading *r, const ow_hive_item *item)
{
        static const char nothing[] = "";

        end_service(r);
        r->service = (ow_service){
                .name = pool_name(r, &item->name),
                .display_name = nothing,
                .description = nothing,
                .image_path = nothing,
                .service_dll = nothing,
                .file = nothing,
                .group = nothing,
                .account = nothing,
                .owner = nothing,
                .failure_command = nothing,
                .type = UINT32_MAX,
                .start = UINT32_MAX,
                .error_control = UINT32_MAX,
                .control_set = r->set->control_set,
        };
        r->place = IN_SERVICE;
        r->has_service = r->service.name != NULL;
        r->is_service = false;
        r->n_needs[0] = r->n_needs[1] = r->n_overrides = 0;
}

/* True when the subkey is one to look into. */
static bool begin_subkey(struct reading *r, const ow_hive_item *item)
{
        char name[40];

        end_trigger(r);
        r->place = ELSEWHERE;
        (void)ow_hive_name_utf8(&item->name, name, sizeof name);
        if (strcasecmp(name, "TriggerInfo") == 0) {
                r->place = IN_TRIGGERS;
                r->service.trigger_start = true;
        } else if (strcasecmp(name, "StartOverride") == 0) {
                r->place = IN_OVERRIDE;
                r->service.has_override = true;
        } else if (strcasecmp(name, "Parameters") == 0 && strcasestr(r->service.image_path, "svchost")) {
                r->place = IN_PARAMETERS;
        }
        return r->place != ELSEWHERE && r->has_service;
}

/* True when there is something to see below item, a key at depth 3 or more. */
static bool begin_deeper(struct reading *r, const ow_hive_item *item)
{
        if (item->depth != 3 || (r->place != IN_TRIGGERS && r->place != IN_TRIGGER))
                return false;
        end_trigger(r);
        r->place = IN_TRIGGER;
        r->trigger_key = pool_name(r, &item->name);
        r->trigger.kind = r->trigger.action = UINT32_MAX;
        memset(r->trigger.subtype, 0, sizeof r->trigger.subtype);
        return true;
}

static void take_item(struct reading *r, ow_hive_walk *walk, const ow_hive_item *item)
{
        bool look = true;

        if (item->kind == OW_ITEM_VALUE && item->depth > 0) {
                take_value(r, item);
                return;
        }
        if (item->kind != OW_ITEM_KEY || item->depth == 0)
                return;
        if (item->depth == 1)
                begin_service(r, item);
        else
                look = item->depth == 2 ? begin_subkey(r, item) : begin_deeper(r, item);
        if (!look)
                ow_hive_walk_skip(walk);
}

/* The Id of the hardware configuration that booted last; 0 before Windows 8 and nearly always after. */
static uint32_t hardware_id(ow_guest *guest)
{
        char last[64], path[160];
        ow_regkey at;
        uint32_t id;

        if (!guest_key(guest, "HKLM\\SYSTEM\\HardwareConfig", &at) ||
            !guest_text(guest, at, "LastConfig", last, sizeof last))
                return 0;
        (void)snprintf(path, sizeof path, "HKLM\\SYSTEM\\HardwareConfig\\%s", last);
        return guest_key(guest, path, &at) && guest_dword(guest, at, "Id", &id) ? id : 0;
}

void guest_services_read(ow_guest *guest, ow_regkey services, struct guest_service_set *set)
{
        struct reading r = { .guest = guest, .set = set, .hive = services.hive, .hardware = hardware_id(guest) };
        ow_error err = OW_ERROR_INIT;
        ow_hive_walk *walk = NULL;
        unsigned damaged = 0;
        int got = ow_hive_walk_open(services.hive, services.key, OW_WALK_NO_END, &walk, &err);

        if (got < 0)
                guest_note_error(guest, &err, "services");
        while (got >= 0 && damaged < MAX_DAMAGED && !set->pool.failed && !guest->out_of_memory) {
                ow_hive_item item;
                int next = ow_hive_walk_next(walk, &item, &err);

                if (next == 0)
                        break;
                if (next > 0)
                        take_item(&r, walk, &item);
                else
                        guest_note_error(guest, &err, "services");
                damaged += next < 0;
        }
        end_service(&r);
        ow_hive_walk_close(walk);
        ow_free(r.needs[0]);
        ow_free(r.needs[1]);
        ow_buffer_done(&r.text);
        if (r.trigger.data.failed)
                set->pool.failed = true;
        ow_buffer_done(&r.trigger.data);
}
