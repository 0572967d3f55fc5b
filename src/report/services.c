/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services and drivers: the public calls, and the words that their text and JSON share. */
#include "report/services.h"

#include <stdio.h>

#include "report/text.h"

static enum ow_report_format format_of(const ow_report_options *options)
{
        return options ? options->format : OW_REPORT_TEXT;
}

/* "auto", or the number of an odd one. */
static const char *start_word(uint32_t start, char buf[16])
{
        if (start <= OW_START_DISABLED)
                return ow_service_start_name(start);
        (void)snprintf(buf, 16, "odd 0x%x", start);
        return buf;
}

void report_service_start(const ow_service *s, char text[REPORT_START_TEXT])
{
        char number[16], now[16];
        const char *how = s->effective_start == OW_START_AUTO && s->delayed ? " delayed" : "";
        const char *trigger = s->trigger_start ? " trigger" : "";
        char stored[24] = "";

        if (s->start == UINT32_MAX) {
                (void)snprintf(text, REPORT_START_TEXT, "not told");
                return;
        }
        if (s->start != s->effective_start)
                (void)snprintf(stored, sizeof stored, " (%s)", start_word(s->start, number));
        (void)snprintf(text, REPORT_START_TEXT, "%s%s%s%s", start_word(s->effective_start, now), how, trigger,
                       stored);
}

void report_service_type(const ow_service *s, char text[REPORT_TYPE_TEXT])
{
        static const struct {
                uint32_t bit;
                const char *name;
        } kinds[] = {
                { OW_SERVICE_KERNEL_DRIVER, "kernel driver" },
                { OW_SERVICE_FILE_SYSTEM_DRIVER, "file system driver" },
                { OW_SERVICE_RECOGNIZER_DRIVER, "recognizer driver" },
                { OW_SERVICE_ADAPTER, "adapter" },
                { OW_SERVICE_OWN_PROCESS, "own process" },
                { OW_SERVICE_SHARE_PROCESS, "shared process" },
        };
        const char *user = s->type & OW_SERVICE_USER_INSTANCE ? ", user's copy"
                           : s->type & OW_SERVICE_USER        ? ", per user"
                                                              : "";
        const char *interactive = s->type & OW_SERVICE_INTERACTIVE ? ", interactive" : "";

        if (s->type == UINT32_MAX) {
                (void)snprintf(text, REPORT_TYPE_TEXT, "not told");
                return;
        }
        for (size_t i = 0; i < OW_COUNT(kinds); i++)
                if (s->type & kinds[i].bit) {
                        (void)snprintf(text, REPORT_TYPE_TEXT, "%s%s%s", kinds[i].name, user, interactive);
                        return;
                }
        (void)snprintf(text, REPORT_TYPE_TEXT, "type 0x%x", s->type);
}

const char *report_service_file_state(enum ow_service_file_state state)
{
        static const char *const names[] = { "none", "there", "missing", "unknown" };

        return (unsigned)state < OW_COUNT(names) ? names[state] : "?";
}

const char *report_image_kind(enum ow_image_kind kind)
{
        static const char *const names[] = { "none", "file", "remote", "device", "odd" };

        return (unsigned)kind < OW_COUNT(names) ? names[kind] : "?";
}

const char *report_failure_kind(uint32_t kind)
{
        static const char *const names[] = { "nothing", "restart", "reboot", "run command" };

        return kind < OW_COUNT(names) ? names[kind] : "?";
}

const char *report_safe_boot(enum ow_safe_boot how)
{
        static const char *const names[] = { "no", "name", "file", "group" };

        return (unsigned)how < OW_COUNT(names) ? names[how] : "?";
}

int ow_report_services(ow_guest *guest, const ow_service_list *list, const ow_report_options *options, char **ret,
                       ow_error *err)
{
        switch (format_of(options)) {
        case OW_REPORT_TEXT:
                return report_services_text(guest, list, options, ret, err);
        case OW_REPORT_JSON:
                return report_services_json(guest, list, ret, err);
        case OW_REPORT_HTML:
                break;
        }
        return report_no_html(err);
}

int ow_report_service(ow_guest *guest, const ow_service *service, const ow_report_options *options, char **ret,
                      ow_error *err)
{
        switch (format_of(options)) {
        case OW_REPORT_TEXT:
                return report_service_show_text(guest, service, options, ret, err);
        case OW_REPORT_JSON:
                return report_service_show_json(guest, service, ret, err);
        case OW_REPORT_HTML:
                break;
        }
        return report_no_html(err);
}
