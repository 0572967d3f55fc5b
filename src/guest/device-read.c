/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One device: the values of its instance key, and four times among its properties, which 7 keeps as
 * Properties\{set}\00000064\00000000 "Data" and 8 and newer as the default value of Properties\{set}\0064. A walk
 * shows names and data where they lie, so three thousand devices take milliseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/le.h"
#include "base/utf16.h"
#include "guest/device-read.h"

#define PROPERTY_SET "{83da6326-97a6-4088-9453-a1923f573b29}"

enum { INSTALL_DATE = 0x64, FIRST_INSTALL_DATE = 0x65, LAST_ARRIVAL_DATE = 0x66, LAST_REMOVAL_DATE = 0x67 };

enum { MAX_DATA = 8192, MAX_IDS = 64, NAME_ROOM = 128 };

enum field {
        BUS_CAPABILITIES,
        CLASS,
        CLASS_GUID,
        COMPATIBLE_IDS,
        CONFIG_FLAGS,
        CONTAINER,
        DESCRIPTION,
        DRIVER,
        FRIENDLY_NAME,
        HARDWARE_IDS,
        LOCATION,
        MANUFACTURER,
        SERVICE,
        N_FIELDS
};

_Static_assert((int)N_FIELDS <= (int)DEVICE_FIELDS, "room for each field");

static const char *const field_names[N_FIELDS] = {
        [BUS_CAPABILITIES] = "Capabilities",
        [CLASS] = "Class",
        [CLASS_GUID] = "ClassGUID",
        [COMPATIBLE_IDS] = "CompatibleIDs",
        [CONFIG_FLAGS] = "ConfigFlags",
        [CONTAINER] = "ContainerID",
        [DESCRIPTION] = "DeviceDesc",
        [DRIVER] = "Driver",
        [FRIENDLY_NAME] = "FriendlyName",
        [HARDWARE_IDS] = "HardwareID",
        [LOCATION] = "LocationInformation",
        [MANUFACTURER] = "Mfg",
        [SERVICE] = "Service",
};

static const char *const no_ids[] = { NULL };

static const char *const software_buses[] = {
        "ROOT",
        "SW",
        "SWD",
        "HTREE",
        "UMB",
        "COMPOSITEBUS",
        "VMS_MP",
        "VMS_VSMP",
        "CQ_CPQTEAMMP",
        "BRCM_BLFM",
        "{5d624f94-8850-40c3-a3fa-a4fd2080baf3}",
};

bool guest_device_is_software(const char *instance)
{
        size_t size = strcspn(instance, "\\");

        for (size_t i = 0; i < OW_COUNT(software_buses); i++)
                if (strlen(software_buses[i]) == size && strncasecmp(instance, software_buses[i], size) == 0)
                        return true;
        return false;
}

/* ---- texts ---- */

/* Puts the numbers of arguments, "(2,1,0)", in the place of %1, %2, ... of format. */
static const char *fill_in(struct guest_pool *pool, const char *format, size_t size, const char *arguments)
{
        const char *argument[9] = { 0 };
        size_t length[9] = { 0 };
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;

        for (size_t i = 0; i < OW_COUNT(argument) && *arguments && *arguments != ')'; i++) {
                argument[i] = ++arguments;
                length[i] = strcspn(arguments, ",)");
                arguments += length[i];
        }
        for (size_t i = 0; i < size; i++) {
                size_t n = format[i] == '%' && i + 1 < size ? (size_t)(format[i + 1] - '1') : OW_COUNT(argument);

                if (n < OW_COUNT(argument) && argument[n]) {
                        ow_buffer_put(&out, argument[n], length[n]);
                        i++;
                } else {
                        ow_buffer_put_byte(&out, (uint8_t)format[i]);
                }
        }
        text = ow_buffer_take_text(&out);
        if (!text)
                pool->guest->out_of_memory = true;
        return text ? guest_pool_text(pool, text) : "";
}

const char *guest_device_text(struct guest_pool *pool, const char *stored)
{
        const char *text, *arguments;

        text = stored[0] == '@' ? strchr(stored, ';') : NULL;
        if (!text)
                return stored;
        text++;
        arguments = strrchr(text, ';');
        if (arguments && arguments[1] == '(')
                return fill_in(pool, text, (size_t)(arguments - text), arguments + 1);
        return text;
}

/* The string that begins at *at, moved past it and its NUL, kept in the pool; NULL at the end. */
static const char *next_text(struct guest_pool *pool, const ow_hive_item *item, size_t *at)
{
        size_t begin = *at, end = begin;
        OW_AUTO_FREE char *text = NULL;
        bool ascii = true;
        char *kept;

        if (!item->data || item->size > MAX_DATA || item->size < 2 || begin > item->size - 2u)
                return NULL;
        for (; end + 2 <= item->size && ow_le16_at(item->data + end) != 0; end += 2)
                ascii = ascii && item->data[end + 1] == 0 && item->data[end] < 0x80;
        *at = end + 2;
        if (!ascii) {
                text = ow_utf16_text((ow_view){ item->data + begin, end - begin });
                if (!text)
                        pool->guest->out_of_memory = true;
                return text ? guest_pool_text(pool, text) : NULL;
        }
        kept = end > begin ? guest_pool_alloc(pool, (end - begin) / 2 + 1, 1) : NULL;
        for (size_t i = 0; kept && begin + 2 * i < end; i++)
                kept[i] = (char)item->data[begin + 2 * i];
        return kept ? kept : "";
}

static bool is_text(uint32_t type)
{
        return type == OW_REG_SZ || type == OW_REG_EXPAND_SZ || type == OW_REG_MULTI_SZ;
}

static const char *first_text(struct guest_pool *pool, const ow_hive_item *item, bool described)
{
        size_t at = 0;
        const char *text = is_text(item->type) ? next_text(pool, item, &at) : NULL;

        if (!text)
                return "";
        return described ? guest_device_text(pool, text) : text;
}

static const char *const *all_texts(struct guest_pool *pool, const ow_hive_item *item)
{
        const char *ids[MAX_IDS + 1] = { NULL };
        const char *const *copy;
        size_t n = 0, at = 0;

        while (n < MAX_IDS && is_text(item->type)) {
                const char *text = next_text(pool, item, &at);

                if (!text || !text[0])
                        break;
                ids[n++] = text;
        }
        copy = n ? guest_pool_copy(pool, ids, n + 1, sizeof *ids) : NULL;
        return copy ? copy : no_ids;
}

static uint32_t number_of(const ow_hive_item *item)
{
        return item->type == OW_REG_DWORD && item->size == 4 && item->data ? ow_le32_at(item->data) : 0;
}

/* ---- items ---- */

void guest_device_begin(struct device_reader *reader, struct guest_pool *pool, const char *instance)
{
        const char *bus_end = strchr(instance, '\\');
        char *bus;

        *reader = (struct device_reader){ .pool = pool };
        reader->device = (ow_device){ .instance = instance,
                                      .bus = "",
                                      .hardware_ids = no_ids,
                                      .compatible_ids = no_ids,
                                      .class_guid = "",
                                      .class_name = "",
                                      .service = "",
                                      .driver = "",
                                      .description = "",
                                      .friendly_name = "",
                                      .manufacturer = "",
                                      .location = "",
                                      .container = "",
                                      .verdict = { .reason = "" } };
        bus = bus_end ? guest_pool_alloc(pool, (size_t)(bus_end - instance) + 1, 1) : NULL;
        if (bus)
                reader->device.bus = memcpy(bus, instance, (size_t)(bus_end - instance));
        reader->device.software = guest_device_is_software(instance);
}

static void take_key(struct device_reader *reader, ow_hive *hive, const ow_hive_item *item)
{
        OW_AUTO_KEY_INFO info = { 0 };

        reader->device.written = item->written;
        if (ow_hive_key_info(hive, item->key, &info, NULL) == 0)
                reader->device.n_volatile = info.n_volatile;
}

static const void *text_of(struct guest_pool *pool, enum field field, const ow_hive_item *item)
{
        switch (field) {
        case COMPATIBLE_IDS:
        case HARDWARE_IDS:
                return all_texts(pool, item);
        case DESCRIPTION:
        case FRIENDLY_NAME:
        case LOCATION:
        case MANUFACTURER:
                return first_text(pool, item, true);
        default:
                return first_text(pool, item, false);
        }
}

/* The same, or what was made of the same data before. */
static const void *text_or_before(struct device_reader *reader, enum field field, const ow_hive_item *item)
{
        struct device_before *before = reader->before;
        const void *kept;

        if (!before || !item->data)
                return text_of(reader->pool, field, item);
        if (before->fields[field].kept && before->fields[field].size == item->size &&
            before->fields[field].type == item->type &&
            memcmp(before->fields[field].data, item->data, item->size) == 0)
                return before->fields[field].kept;
        kept = text_of(reader->pool, field, item);
        before->fields[field].data = item->data;
        before->fields[field].size = item->size;
        before->fields[field].type = item->type;
        before->fields[field].kept = kept;
        return kept;
}

static void take_value(struct device_reader *reader, const ow_hive_item *item, const char *name)
{
        ow_device *d = &reader->device;
        const char **const texts[N_FIELDS] = {
                [CLASS] = &d->class_name,    [CLASS_GUID] = &d->class_guid,
                [CONTAINER] = &d->container, [DESCRIPTION] = &d->description,
                [DRIVER] = &d->driver,       [FRIENDLY_NAME] = &d->friendly_name,
                [LOCATION] = &d->location,   [MANUFACTURER] = &d->manufacturer,
                [SERVICE] = &d->service,
        };
        size_t size = strlen(name);
        enum field field = 0;

        while (field < N_FIELDS &&
               (strlen(field_names[field]) != size || !guest_text_equal(name, field_names[field])))
                field++;
        if (field == N_FIELDS)
                return;
        if (field == BUS_CAPABILITIES)
                d->capabilities = number_of(item);
        else if (field == CONFIG_FLAGS)
                d->config_flags = number_of(item);
        else if (field == COMPATIBLE_IDS)
                d->compatible_ids = text_or_before(reader, field, item);
        else if (field == HARDWARE_IDS)
                d->hardware_ids = text_or_before(reader, field, item);
        else
                *texts[field] = text_or_before(reader, field, item);
}

static void take_time(struct device_reader *reader, const ow_hive_item *item)
{
        ow_device *d = &reader->device;
        uint64_t time;

        if (item->size != 8 || !item->data)
                return;
        time = ow_le64_at(item->data);
        switch (reader->property) {
        case INSTALL_DATE:
                d->installed = time;
                break;
        case FIRST_INSTALL_DATE:
                d->first_installed = time;
                break;
        case LAST_ARRIVAL_DATE:
                d->last_arrival = time;
                break;
        case LAST_REMOVAL_DATE:
                d->last_removal = time;
                break;
        default:
                break;
        }
}

/* Keys below the instance: only the way to the four times is gone. True: skip it. */
static bool skip_key(struct device_reader *reader, const char *name, unsigned depth)
{
        unsigned long id;
        char *end;

        switch (depth) {
        case 1:
                return !guest_text_equal(name, "Properties");
        case 2:
                return !guest_text_equal(name, PROPERTY_SET);
        case 3:
                id = strtoul(name, &end, 16);
                reader->property = *end == '\0' && id >= INSTALL_DATE && id <= LAST_REMOVAL_DATE ? (unsigned)id : 0;
                return reader->property == 0;
        default:
                return depth > 4;
        }
}

bool guest_device_take(struct device_reader *reader, ow_hive *hive, const ow_hive_item *item, unsigned depth)
{
        char name[NAME_ROOM];

        if (item->kind == OW_ITEM_KEY_END)
                return false;
        if (item->kind == OW_ITEM_KEY && depth == 0) {
                take_key(reader, hive, item);
                return false;
        }
        if (ow_hive_name_utf8(&item->name, name, sizeof name) >= sizeof name)
                return item->kind == OW_ITEM_KEY; /* longer than any name that counts here */
        if (item->kind == OW_ITEM_KEY)
                return skip_key(reader, name, depth);
        if (depth == 0)
                take_value(reader, item, name);
        else if ((depth == 3 && !name[0]) || (depth == 4 && guest_text_equal(name, "Data")))
                take_time(reader, item);
        return false;
}

void guest_device_end(struct device_reader *reader)
{
        /* 7 and older leave FriendlyName out when it would say the same. */
        if (!reader->device.description[0])
                reader->device.description = reader->device.friendly_name;
}

void guest_device_read(struct guest_pool *pool, ow_regkey key, const char *instance, ow_device *ret)
{
        ow_hive_walk *walk = NULL;
        ow_error err = OW_ERROR_INIT;
        struct device_reader reader;
        unsigned damaged = 0;

        guest_device_begin(&reader, pool, instance);
        if (ow_hive_walk_open(key.hive, key.key, 0, &walk, &err) < 0) {
                guest_note_error(pool->guest, &err, instance);
        } else {
                while (damaged < 64) {
                        ow_hive_item item;
                        int r = ow_hive_walk_next(walk, &item, &err);

                        if (r == 0)
                                break;
                        if (r < 0) {
                                guest_note_error(pool->guest, &err, instance);
                                damaged++;
                        } else if (guest_device_take(&reader, key.hive, &item, item.depth)) {
                                ow_hive_walk_skip(walk);
                        }
                }
                ow_hive_walk_close(walk);
        }
        guest_device_end(&reader);
        *ret = reader.device;
}
