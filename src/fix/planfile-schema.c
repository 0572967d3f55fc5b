/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schema of plan files, and reading and writing by it. The only file that includes libcyaml's header.
 *
 * libcyaml tells what is wrong through its log, first the fault, then a trace whose first line has the position.
 */
#include "fix/planfile.h"

#include <stdio.h>
#include <string.h>

#include <cyaml/cyaml.h>

#define MAY                          CYAML_FLAG_OPTIONAL
#define TEXT(key, type, member)      CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | MAY, type, member, 0, 4096)
#define MUST_TEXT(key, type, member) CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, member, 1, 4096)
#define LIST(key, type, member, entry)                                                                               \
        CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | MAY, type, member, entry, 0, PLANFILE_LIST_MAX)
/* An empty list would say nothing; "none" in it empties what is there. */
#define SOME(key, type, member, entry)                                                                               \
        CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | MAY, type, member, entry, 1, PLANFILE_LIST_MAX)
#define PART(key, type, member, fields) CYAML_FIELD_MAPPING_PTR(key, CYAML_FLAG_POINTER | MAY, type, member, fields)
#define CHOICE(key, type, member)                                                                                    \
        CYAML_FIELD_ENUM_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_STRICT | MAY, type, member, choices,               \
                             CYAML_ARRAY_LEN(choices))
#define NUMBER(key, type, member) CYAML_FIELD_UINT_PTR(key, CYAML_FLAG_POINTER | MAY, type, member)

static const cyaml_strval_t choices[] = {
        { "yes", PLANFILE_YES },
        { "no", PLANFILE_NO },
        { "true", PLANFILE_YES },
        { "false", PLANFILE_NO },
};

static const cyaml_schema_value_t text_entry = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 4096) };

static const cyaml_schema_field_t machine_fields[] = {
        TEXT("name", struct planfile_machine, name),
        TEXT("domain", struct planfile_machine, domain),
        TEXT("windows", struct planfile_machine, windows),
        CYAML_FIELD_END,
};

static const cyaml_schema_field_t parameter_fields[] = {
        MUST_TEXT("name", struct planfile_parameter, name),
        MUST_TEXT("value", struct planfile_parameter, value),
        CYAML_FIELD_END,
};
static const cyaml_schema_value_t parameter_entry = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct planfile_parameter, parameter_fields),
};

static const cyaml_schema_field_t fixes_fields[] = {
        CHOICE("all", struct planfile_fixes, all),
        LIST("names", struct planfile_fixes, names, &text_entry),
        LIST("except", struct planfile_fixes, except, &text_entry),
        LIST("parameters", struct planfile_fixes, parameters, &parameter_entry),
        CYAML_FIELD_END,
};

static const cyaml_schema_field_t vendors_fields[] = {
        LIST("disable", struct planfile_vendors, disable, &text_entry),
        LIST("remove", struct planfile_vendors, remove, &text_entry),
        CHOICE("files", struct planfile_vendors, files),
        CHOICE("uninstall", struct planfile_vendors, uninstall),
        CYAML_FIELD_END,
};

static const cyaml_schema_field_t service_fields[] = {
        MUST_TEXT("name", struct planfile_service, name),
        MUST_TEXT("start", struct planfile_service, start),
        CHOICE("force", struct planfile_service, force),
        CYAML_FIELD_END,
};
static const cyaml_schema_value_t service_entry = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct planfile_service, service_fields),
};

static const cyaml_schema_field_t route_fields[] = {
        MUST_TEXT("to", struct planfile_route, to),
        TEXT("via", struct planfile_route, via),
        NUMBER("metric", struct planfile_route, metric),
        CYAML_FIELD_END,
};
static const cyaml_schema_value_t route_entry = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct planfile_route, route_fields),
};

static const cyaml_schema_field_t adapter_fields[] = {
        TEXT("adapter", struct planfile_adapter, adapter),
        TEXT("nic", struct planfile_adapter, nic),
        TEXT("name", struct planfile_adapter, name),
        CHOICE("dhcp", struct planfile_adapter, dhcp),
        SOME("addresses", struct planfile_adapter, addresses, &text_entry),
        SOME("gateways", struct planfile_adapter, gateways, &text_entry),
        SOME("dns", struct planfile_adapter, dns, &text_entry),
        TEXT("suffix", struct planfile_adapter, suffix),
        CHOICE("register", struct planfile_adapter, register_addresses),
        CHOICE("register-suffix", struct planfile_adapter, register_suffix),
        SOME("wins", struct planfile_adapter, wins, &text_entry),
        TEXT("netbios", struct planfile_adapter, netbios),
        NUMBER("mtu", struct planfile_adapter, mtu),
        NUMBER("metric", struct planfile_adapter, metric),
        SOME("routes", struct planfile_adapter, routes, &route_entry),
        CYAML_FIELD_END,
};
static const cyaml_schema_value_t adapter_entry = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct planfile_adapter, adapter_fields),
};

static const cyaml_schema_field_t reip_fields[] = {
        MUST_TEXT("from", struct planfile_reip, from),
        MUST_TEXT("to", struct planfile_reip, to),
        CYAML_FIELD_END,
};
static const cyaml_schema_value_t reip_entry = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct planfile_reip, reip_fields),
};

static const cyaml_schema_field_t tune_fields[] = {
        CHOICE("safe", struct planfile_tune, safe),
        LIST("set", struct planfile_tune, set, &parameter_entry),
        LIST("tcp", struct planfile_tune, tcp, &parameter_entry),
        CYAML_FIELD_END,
};

static const cyaml_schema_field_t network_fields[] = {
        LIST("re-ip", struct planfile_network, re_ip, &reip_entry),
        LIST("adapters", struct planfile_network, adapters, &adapter_entry),
        CHOICE("unteam", struct planfile_network, unteam),
        PART("tune", struct planfile_network, tune, tune_fields),
        CHOICE("clean", struct planfile_network, clean),
        CHOICE("remove", struct planfile_network, remove),
        TEXT("not-in", struct planfile_network, not_in),
        CYAML_FIELD_END,
};

static const cyaml_schema_field_t file_fields[] = {
        MUST_TEXT("from", struct planfile_file, from),
        MUST_TEXT("to", struct planfile_file, to),
        CYAML_FIELD_END,
};
static const cyaml_schema_value_t file_entry = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct planfile_file, file_fields),
};

static const cyaml_schema_field_t top_fields[] = {
        CYAML_FIELD_UINT("offwin", CYAML_FLAG_DEFAULT, struct planfile, version),
        PART("machine", struct planfile, machine, machine_fields),
        PART("fixes", struct planfile, fixes, fixes_fields),
        PART("vendors", struct planfile, vendors, vendors_fields),
        LIST("services", struct planfile, services, &service_entry),
        PART("network", struct planfile, network, network_fields),
        LIST("files", struct planfile, files, &file_entry),
        LIST("firstboot", struct planfile, scripts, &text_entry),
        CYAML_FIELD_END,
};
static const cyaml_schema_value_t top = { CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct planfile, top_fields) };

/* ---- what libcyaml says ---- */

struct trouble {
        char text[160]; /* the first thing it said */
        unsigned line;  /* the first position it named, or 0 */
        char key[40];   /* whose value stands there, or "" */
};

static void listen(cyaml_log_t level, void *state, const char *fmt, va_list ap) OW_PRINTF(3, 0);
static void listen(cyaml_log_t level, void *state, const char *fmt, va_list ap)
{
        static const char prefix[] = "Load: ";
        struct trouble *t = state;
        char text[200];
        const char *at, *what = text;

        (void)level;
        if (vsnprintf(text, sizeof text, fmt, ap) < 0)
                return;
        text[strcspn(text, "\n")] = '\0';
        if (strncmp(text, prefix, strlen(prefix)) == 0)
                what += strlen(prefix);
        at = strstr(what, "(line: ");
        if (at && t->line == 0) {
                (void)sscanf(at, "(line: %u", &t->line);
                (void)sscanf(what, " in mapping field '%39[^']'", t->key);
        }
        if (!at && !t->text[0] && strncmp(what, "Backtrace", 9) != 0)
                (void)snprintf(t->text, sizeof t->text, "%.150s", what);
}

static void *memory(void *state, void *ptr, size_t size)
{
        (void)state;
        if (size == 0) {
                ow_free(ptr);
                return NULL;
        }
        return ow_realloc_array(ptr, size, 1);
}

static cyaml_config_t config_of(struct trouble *trouble, cyaml_cfg_flags_t flags)
{
        return (cyaml_config_t){
                .log_fn = listen, .log_ctx = trouble, .log_level = CYAML_LOG_ERROR, .mem_fn = memory, .flags = flags
        };
}

/* What is wrong, in words for a person where libcyaml's are a program's. */
static char *words_of(const struct trouble *trouble, cyaml_err_t result)
{
        static const char choice[] = "Invalid ENUM value: ", number[] = "Invalid uint64_t value: ";
        const char *text = trouble->text[0] ? trouble->text : cyaml_strerror(result);

        if (trouble->key[0] && strncmp(text, choice, strlen(choice)) == 0)
                return ow_asprintf("%s: '%s' is neither yes nor no", trouble->key, text + strlen(choice));
        if (trouble->key[0] && strncmp(text, number, strlen(number)) == 0)
                return ow_asprintf("%s: %s is no number", trouble->key, text + strlen(number));
        return ow_strdup(text);
}

/* The line of the fault. Of an unknown key libcyaml tells only where its mapping begins. */
static unsigned line_of(const struct trouble *trouble, const char *text)
{
        static const char unknown[] = "Unexpected key: ";
        char key[sizeof trouble->text + 2];
        unsigned line = 0;

        if (strncmp(trouble->text, unknown, strlen(unknown)) == 0) {
                (void)snprintf(key, sizeof key, "%s:", trouble->text + strlen(unknown));
                line = planfile_line(text, key);
        }
        return line ? line : trouble->line;
}

int planfile_read(const char *label, const char *text, size_t size, struct planfile **ret, ow_error *err)
{
        struct trouble trouble = { .line = 0 };
        cyaml_config_t config = config_of(&trouble, CYAML_CFG_NO_ALIAS);
        cyaml_data_t *content = NULL;
        cyaml_err_t result;

        if (size > PLANFILE_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "%s: %zu bytes, limit %d", label, size, PLANFILE_MAX);
        if (size == 0 || memchr(text, '\0', size))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%s: %s", label, size ? "holds a NUL byte" : "empty");
        result = cyaml_load_data((const uint8_t *)text, size, &config, &top, &content, NULL);
        if (result == CYAML_ERR_OOM)
                return ow_fail_nomem(err);
        if (result != CYAML_OK) {
                OW_AUTO_FREE char *words = words_of(&trouble, result);
                unsigned line = line_of(&trouble, text);

                if (!words)
                        return ow_fail_nomem(err);
                return ow_fail(err, OW_E_INVAL, line ? line : OW_NOWHERE, "%s:%u: %s", label, line, words);
        }
        if (!content)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%s: nothing in it; a plan begins with 'offwin: 1'",
                               label);
        *ret = content;
        return 0;
}

int planfile_write(const struct planfile *content, ow_buffer *out, ow_error *err)
{
        struct trouble trouble = { .line = 0 };
        cyaml_config_t config = config_of(&trouble, CYAML_CFG_STYLE_BLOCK);
        cyaml_err_t result;
        char *text = NULL;
        size_t size = 0;

        result = cyaml_save_data(&text, &size, &config, &top, content, 0);
        if (result == CYAML_OK)
                ow_buffer_put(out, text, size);
        memory(NULL, text, 0);
        if (result == CYAML_ERR_OOM || ow_buffer_failed(out))
                return ow_fail_nomem(err);
        return result == CYAML_OK ? 0
                                  : ow_fail(err, OW_E_INVAL, OW_NOWHERE, "write the plan: %s",
                                            trouble.text[0] ? trouble.text : cyaml_strerror(result));
}

void planfile_done(struct planfile *content)
{
        struct trouble trouble = { .line = 0 };
        cyaml_config_t config = config_of(&trouble, CYAML_CFG_DEFAULT);

        if (content)
                (void)cyaml_free(&config, &top, content, 0);
}
