/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of the devices that a kind of machine has: reading one, and asking it. */
#include "fix/device-list.h"

#include <string.h>

#include "base/glob.h"
#include "base/macros.h"
#include "base/upcase.h"

enum { LINE_MAX_SIZE = 512, ID_MAX = 200, NAME_MAX_SIZE = 40 };

void device_list_free(ow_device_list *list)
{
        if (!list)
                return;
        for (size_t i = 0; i < list->n_buses; i++) {
                for (size_t k = 0; k < list->buses[i].n; k++)
                        ow_free(list->buses[i].ids[k]);
                ow_free(list->buses[i].ids);
                ow_free(list->buses[i].name);
        }
        ow_free(list->buses);
        ow_free(list->name);
        ow_free(list->title);
        ow_free(list->source);
        ow_free(list);
}
OW_DEFINE_AUTO(ow_device_list, device_list_free);

/* ---- reading ---- */

enum section { NOWHERE, TARGET, BUS };

struct reader {
        ow_device_list *list;
        enum section section;
        uint32_t line;
};

static int bad(const struct reader *p, ow_error *err, const char *what, const char *text)
{
        return ow_fail(err, OW_E_INVAL, p->line, "line %u: %s '%.60s'", p->line, what, text);
}

static bool is_bus_name(const char *name)
{
        return name[0] && strlen(name) <= NAME_MAX_SIZE &&
               strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(name);
}

/* text is "[Target]" or "[Bus NAME]". */
static int section_begin(struct reader *p, char *text, ow_error *err)
{
        static const char bus[] = "[Bus ";
        ow_device_list *list = p->list;
        struct device_bus *grown;
        size_t size = strlen(text);

        if (strcmp(text, "[Target]") == 0) {
                if (p->section != NOWHERE)
                        return bad(p, err, "it stands once, and first:", text);
                p->section = TARGET;
                return 0;
        }
        if (p->section == NOWHERE || strncmp(text, bus, sizeof bus - 1) != 0 || text[size - 1] != ']')
                return bad(p, err, "expected [Target] first, then [Bus NAME]; found", text);
        text[size - 1] = '\0';
        if (!is_bus_name(text + sizeof bus - 1))
                return bad(p, err, "a bus is written with A-Z, 0-9 and '_', as Enum has it; found",
                           text + sizeof bus - 1);
        for (size_t i = 0; i < list->n_buses; i++)
                if (strcmp(list->buses[i].name, text + sizeof bus - 1) == 0)
                        return bad(p, err, "a second section for bus", text + sizeof bus - 1);
        if (list->n_buses == DEVICE_LIST_BUSES)
                return bad(p, err, "too many buses at", text);
        grown = ow_grow(list->buses, list->n_buses, &list->cap_buses, sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        list->buses = grown;
        grown[list->n_buses] = (struct device_bus){ .name = ow_strdup(text + sizeof bus - 1) };
        p->section = BUS;
        return grown[list->n_buses++].name ? 0 : ow_fail_nomem(err);
}

static int target_pair(struct reader *p, const char *key, const char *value, ow_error *err)
{
        char **slot = strcmp(key, "Title") == 0    ? &p->list->title
                      : strcmp(key, "Source") == 0 ? &p->list->source
                                                   : NULL;

        if (!slot)
                return bad(p, err, "[Target] takes Title and Source, not", key);
        if (*slot || !value[0])
                return bad(p, err, "once, and not empty:", key);
        *slot = ow_strdup(value);
        return *slot ? 0 : ow_fail_nomem(err);
}

static int device_pair(struct reader *p, const char *id, const char *what, ow_error *err)
{
        struct device_bus *bus = &p->list->buses[p->list->n_buses - 1];
        void *grown;

        if (!id[0] || strlen(id) > ID_MAX || strchr(id, '\\'))
                return bad(p, err, "an id is what comes after the bus, without '\\'; found", id);
        if (!what[0])
                return bad(p, err, "say what it is, after '=':", id);
        for (size_t i = 0; i < bus->n; i++)
                if (ow_name_compare(bus->ids[i], id) == 0)
                        return bad(p, err, "twice:", id);
        if (p->list->n_ids == DEVICE_LIST_ENTRIES)
                return bad(p, err, "too many devices at", id);
        grown = ow_grow(bus->ids, bus->n, &bus->cap, sizeof(char *));
        if (!grown)
                return ow_fail_nomem(err);
        bus->ids = grown;
        bus->ids[bus->n] = ow_strdup(id);
        if (!bus->ids[bus->n])
                return ow_fail_nomem(err);
        bus->n++;
        p->list->n_ids++;
        return 0;
}

static int line_read(struct reader *p, char *line, ow_error *err)
{
        char *equals;

        if (line[0] == '\0' || line[0] == ';')
                return 0;
        for (const char *c = line; *c; c++)
                if ((unsigned char)*c < ' ' && *c != '\t')
                        return bad(p, err, "a control character in", "");
        if (line[0] == '[')
                return section_begin(p, line, err);
        equals = strchr(line, '=');
        if (!equals || p->section == NOWHERE)
                return bad(p, err, "expected 'id=what it is', found", line);
        *equals = '\0';
        return p->section == TARGET ? target_pair(p, line, equals + 1, err) : device_pair(p, line, equals + 1, err);
}

static int lines_read(struct reader *p, const char *text, size_t size, ow_error *err)
{
        for (size_t at = 0; at < size;) {
                const char *end = memchr(text + at, '\n', size - at);
                size_t n = end ? (size_t)(end - text) - at : size - at;
                char line[LINE_MAX_SIZE];
                int r;

                p->line++;
                if (n >= sizeof line)
                        return bad(p, err, "longer than a line may be:", "");
                if (memchr(text + at, '\0', n))
                        return bad(p, err, "a NUL in", "");
                memcpy(line, text + at, n);
                at += n + (end != NULL);
                while (n && (line[n - 1] == ' ' || line[n - 1] == '\t' || line[n - 1] == '\r'))
                        n--;
                line[n] = '\0';
                r = line_read(p, line, err);
                if (r < 0)
                        return r;
        }
        if (!p->list->title || !p->list->source || p->list->n_buses == 0)
                return bad(p, err, "a list needs Title, Source and a [Bus ...];", "");
        return 0;
}

int device_list_parse(const char *name, const char *label, const void *text, size_t size, ow_device_list **ret,
                      ow_error *err)
{
        OW_AUTO(ow_device_list) list = ow_calloc(1, sizeof *list);
        struct reader reader = { .list = list };
        int r;

        if (!list)
                return ow_fail_nomem(err);
        list->name = ow_strdup(name);
        if (!list->name)
                return ow_fail_nomem(err);
        if (size > DEVICE_LIST_MAX)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%s: larger than %d bytes", label, DEVICE_LIST_MAX);
        r = lines_read(&reader, text, size, err);
        if (r < 0)
                return ow_wrap(err, r, "%s", label);
        *ret = OW_TAKE(list);
        return 0;
}

/* ---- asking ---- */

const char *ow_device_list_name(const ow_device_list *list)
{
        return list->name;
}

const char *ow_device_list_title(const ow_device_list *list)
{
        return list->title;
}

/* text is an instance or a hardware id: "PCI\VEN_8086&DEV_100E&SUBSYS_...\...". */
static bool fits(const struct device_bus *bus, const char *text)
{
        size_t skip = strlen(bus->name) + 1, size;
        char model[256];

        if (strlen(text) < skip || text[skip - 1] != '\\' ||
            ow_name_compare_n(text, skip - 1, bus->name, skip - 1) != 0)
                return false;
        size = strcspn(text + skip, "\\");
        if (size >= sizeof model)
                return true; /* nobody's name is so long: left alone */
        memcpy(model, text + skip, size);
        model[size] = '\0';
        for (size_t i = 0; i < bus->n; i++) {
                size_t n = strlen(bus->ids[i]);

                if (ow_glob_is(bus->ids[i]) ? ow_glob_match(bus->ids[i], model)
                                            : n <= size && ow_name_compare_n(model, n, bus->ids[i], n) == 0 &&
                                                      (model[n] == '\0' || model[n] == '&'))
                        return true;
        }
        return false;
}

enum ow_device_told ow_device_list_tells(const ow_device_list *list, const ow_device *device)
{
        const struct device_bus *bus = NULL;

        for (size_t i = 0; i < list->n_buses; i++)
                if (ow_name_compare(list->buses[i].name, device->bus) == 0)
                        bus = &list->buses[i];
        if (!bus)
                return OW_DEVICE_NOT_TOLD;
        if (fits(bus, device->instance))
                return OW_DEVICE_THERE;
        for (const char *const *id = device->hardware_ids; *id; id++)
                if (fits(bus, *id))
                        return OW_DEVICE_THERE;
        return OW_DEVICE_NOWHERE;
}
