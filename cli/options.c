/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"

const struct option_spec option_specs[] = {
        { OPTION_ALL, 0, "all", NULL, "every fix that is safe for any machine" },
        { OPTION_EVERYTHING, 0, "all", NULL, "hidden ones too, with every detail" },
        { OPTION_CLASS, 0, "class", "NAME", "only devices of this class: Net, SCSIAdapter, a GUID" },
        { OPTION_BUS, 0, "bus", "NAME", "only devices of this bus: PCI, USB, VMBUS" },
        { OPTION_DRIVER, 0, "service", "NAME", "only devices with this driver" },
        { OPTION_DEVICE_VENDOR, 0, "vendor", "VENDOR", "only of this maker: VEN_8086, VID_03F0, or a name" },
        { OPTION_GHOSTS, 0, "ghosts", NULL, "only devices that were not there" },
        { OPTION_REMOVE, 0, "remove", NULL, "the whole adapter goes, not only its addresses" },
        { OPTION_NOT_IN, 0, "not-in", "NAME", "what a machine of qemu, vmware, ... does not have" },
        { OPTION_LIST, 0, "list", NULL, "list what there is (fixes, undo records) and stop" },
        { OPTION_FORGET, 0, "forget", NULL, "give up a cut-off change that cannot be finished" },
        { OPTION_FORCE, 0, "force", NULL, "past the guards; what that means is said above" },
        { OPTION_FILES, 0, "files", NULL, "folders of the product go too" },
        { OPTION_UNINSTALL, 0, "uninstall", NULL, "keep its uninstall commands for the first boot" },
        { OPTION_SET, 0, "set", "NAME=VALUE", "a value that a fix needs; repeatable" },
        { OPTION_TUNE, 0, "set", "NAME=VALUE", "a setting of the card's driver; repeatable" },
        { OPTION_SAFE, 0, "safe", NULL, "what suits a virtual machine, see the manual page" },
        { OPTION_TCP, 0, "tcp", "SWITCH=on|off|default", "a switch of TCP/IP, for all cards; repeatable" },
        { OPTION_TARGET, 0, "target", "NAME", "make this controller ready" },
        { OPTION_DRY_RUN, 'n', "dry-run", NULL, "show what would change and write nothing" },
        { OPTION_CHECK, 0, "check", NULL, "write nothing; exit code 3: something to do" },
        { OPTION_YES, 'y', "yes", NULL, "do not ask" },
        { OPTION_HTML, 0, "html", "FILE", "also write the report as one HTML file" },
        { OPTION_RECURSIVE, 'R', "recursive", NULL, "everything below it too" },
        { OPTION_DETAILS, 'l', "long", NULL, "all of each: texts, file, company, needs, network" },
        { OPTION_START, 0, "start", "START", "boot, system, auto, delayed, demand or disabled" },
        { OPTION_SERVICE_TYPE, 0, "type", "TYPE", "kernel, fs, recognizer, own, share, user, interactive" },
        { OPTION_VENDOR, 0, "vendor", "TEXT", "TEXT in company, product, display name or path" },
        { OPTION_MISSING, 0, "missing", NULL, "only those whose file is not on its volume" },
        { OPTION_NON_MICROSOFT, 0, "non-microsoft", NULL, "only those that did not come with Windows" },
        { OPTION_NETWORK, 0, "network", "VERDICT", "parkable, needs-network, network-stack, core, ..." },
        { OPTION_DOT, 0, "dot", NULL, "for Graphviz" },
        { OPTION_ORDER, 0, "order", NULL, "the order in which a boot loads them" },
        { OPTION_CONTROL_SET, 0, "control-set", "N", "another control set than the current one" },
        { OPTION_LONG, 'l', "long", NULL, "also times, sizes, classes, links, security" },
        { OPTION_PLAN, 0, "plan", "FILE", "what a plan file asks for (docs/plan.md); - is standard input" },
        { OPTION_FULL, 0, "full", NULL, "also hardware, software, settings and what starts by itself" },
        { OPTION_TREE, 'r', "recursive", NULL, "with everything below it" },
        { OPTION_KEYS, 0, "keys", NULL, "look at the names of keys" },
        { OPTION_NAMES, 0, "names", NULL, "look at the names of values" },
        { OPTION_DATA, 0, "data", NULL, "look at data; without these three: at all of it" },
        { OPTION_TYPE, 't', "type", "TYPE", "only values of this type; repeatable" },
        { OPTION_REGEX, 'E', "regex", NULL, "PATTERN is a POSIX extended regular expression" },
        { OPTION_CASE, 0, "case", NULL, "upper and lower case differ" },
        { OPTION_WHOLE, 0, "whole", NULL, "all of the name or string, not a part of it" },
        { OPTION_MAX, 0, "max", "N", "stop after N matches" },
        { OPTION_OUTPUT, 'o', "output", "FILE", "write the result to FILE" },
        { OPTION_UTF8, 0, "utf8", NULL, "UTF-8 instead of UTF-16LE with byte order mark" },
        { OPTION_SKIP_DAMAGED, 0, "skip-damaged", NULL, "leave out what is damaged, and say so" },
        { OPTION_CODEPAGE, 0, "codepage", "PAGE", "of text that is not Unicode: 1252, 932, ..." },
        { OPTION_PREFIX, 0, "prefix", "KEY", "where Windows shows the hive file, as HKLM\\SYSTEM" },
        { OPTION_REPAIR, 0, "repair", NULL, "mend what has one right answer" },
        { OPTION_MINOR, 0, "hive-version", "1.N", "1.3 to 1.6; default: 1.5" },
        { OPTION_RAW, 0, "raw", NULL, "the bytes of the value as stored" },
        { OPTION_DISK, 0, "disk", "DISK", "another disk of the same machine; repeatable" },
        { OPTION_ROOT, 0, "root", "ID", "which Windows: id, folder or number (see inspect)" },
        { OPTION_FIX_DIR, 0, "fix-dir", "FOLDER", "more fixes than the installed ones; repeatable" },
        { OPTION_JOURNAL_DIR, 0, "journal-dir", "FOLDER", "where undo records are; default: beside DISK" },
        { OPTION_DISCARD_HIBERNATION, 0, "discard-hibernation", NULL, "give up a session saved in hiberfil.sys" },
        { OPTION_ACCEPT_DIRTY, 0, "accept-dirty", NULL, "go on with a registry hive whose log is missing" },
        { OPTION_ALLOW_OUTSIDE, 0, "allow-outside", NULL, "DISK may name files outside its own folder" },
        { OPTION_NIC, 0, "nic", "MAC[=OLD]", "this card takes over an old one; repeatable" },
        { OPTION_RE_IP, 0, "re-ip", "OLD/N=NEW/N", "other network, same host parts; repeatable" },
        { OPTION_PROVIDERS, 0, "all", NULL, "every provider that is not Windows' own" },
        { OPTION_NAMESPACE, 0, "namespace", NULL, "providers of names too" },
        { OPTION_RESET, 0, "reset", NULL, "leave `netsh winsock reset` for the first boot" },
        { OPTION_INTERFACES, 0, "interfaces", NULL, "of each adapter too: MTU, ACK frequency, window" },
        { OPTION_DROP_ADDRESS, 0, "drop-address", NULL, "nobody needs the team's addresses: they go" },
        { OPTION_ADAPTER, 0, "adapter", "NAME", "only this adapter; repeatable" },
        { OPTION_ADDRESSING, 0, "dhcp", NULL, "IPv4 by DHCP; static addresses go" },
        { OPTION_ADDRESSING, 0, "address", "ADDRESS/PREFIX,...", "static, IPv4 and IPv6" },
        { OPTION_ADDRESSING, 0, "gateway", "ADDRESS[@METRIC],...", "default gateways" },
        { OPTION_ADDRESSING, 0, "dns", "ADDRESS,...", "DNS servers, in this order" },
        { OPTION_ADDRESSING, 0, "suffix", "DOMAIN", "DNS suffix of the connection" },
        { OPTION_ADDRESSING, 0, "register", "yes|no", "register the addresses in DNS" },
        { OPTION_ADDRESSING, 0, "register-suffix", "yes|no", "also with the connection's suffix" },
        { OPTION_ADDRESSING, 0, "wins", "ADDRESS,...", "WINS servers" },
        { OPTION_ADDRESSING, 0, "netbios", "MODE", "default, on, off" },
        { OPTION_ADDRESSING, 0, "mtu", "BYTES", "largest packet, or default" },
        { OPTION_ADDRESSING, 0, "metric", "N", "of the interface, or default" },
        { OPTION_ADDRESSING, 0, "route", "NET/N=GATEWAY[@METRIC]", "persistent; repeatable" },
        { OPTION_ADDRESSING, 0, "name", "NAME", "another name for the connection" },
        { OPTION_NLA, 0, "unidentified", "CATEGORY", "networks not recognised are public, private, default" },
        { OPTION_NLA, 0, "category", "NETWORK=CATEGORY", "a remembered one is public or private; repeatable" },
        { OPTION_NLA, 0, "active-probe", "on", "the Internet probe, where it was turned off" },
        { OPTION_NLA, 0, "expect-dc", "off", "no waiting without limit for a domain controller" },
        { OPTION_NLA, 0, "dns-retry", "SECONDS", "how long a name unknown to DNS is not asked again" },
        { OPTION_NLA, 0, "dc-retry", "SECONDS", "how long no domain controller is searched again" },
        { OPTION_JSON, 0, "json", NULL, "results and errors as JSON; never asks" },
        { OPTION_QUIET, 'q', "quiet", NULL, "no results, only errors and the exit code" },
        { OPTION_VERBOSE, 'v', "verbose", NULL, "more detail; the library's log on stderr" },
        { OPTION_NO_COLOUR, 0, "no-colour", NULL, "no terminal colours; NO_COLOR=1 does it too" },
        { OPTION_HELP, 'h', "help", NULL, "this text" },
};
const size_t n_option_specs = sizeof option_specs / sizeof option_specs[0];

/* Returns 0, or an exit code after a message. */
static int add_text(struct text_list *list, const char *text)
{
        const char **items = realloc(list->items, (list->count + 1) * sizeof *items);

        if (!items)
                return out_of_memory();
        list->items = items;
        list->items[list->count++] = text;
        return 0;
}

static int take_option(struct arguments *a, const struct option_spec *spec, const char *value)
{
        int code;

        a->given |= spec->id;
        switch (spec->id) {
        case OPTION_DISK:
                return add_text(&a->disks, value);
        case OPTION_FIX_DIR:
                return add_text(&a->fix_dirs, value);
        case OPTION_SET:
        case OPTION_TUNE:
                return add_text(&a->sets, value);
        case OPTION_TCP:
                return add_text(&a->tcp, value);
        case OPTION_ROOT:
                a->root = value;
                return 0;
        case OPTION_JOURNAL_DIR:
                a->journal_dir = value;
                return 0;
        case OPTION_PLAN:
                a->plan = value;
                return 0;
        case OPTION_HTML:
                a->html = value;
                return 0;
        case OPTION_TYPE:
                return add_text(&a->types, value);
        case OPTION_NIC:
                return add_text(&a->nics, value);
        case OPTION_RE_IP:
                return add_text(&a->re_ips, value);
        case OPTION_ADAPTER:
                return add_text(&a->adapters, value);
        case OPTION_ADDRESSING:
        case OPTION_NLA:
                code = add_text(&a->settings, spec->name);
                return code ? code : add_text(&a->settings, value ? value : "");
        case OPTION_PREFIX:
                a->prefix = value;
                return 0;
        case OPTION_OUTPUT:
                a->output = value;
                return 0;
        case OPTION_CODEPAGE:
                a->codepage = value;
                return 0;
        case OPTION_MINOR:
                a->minor = value;
                return 0;
        case OPTION_TARGET:
                a->target = value;
                return 0;
        case OPTION_MAX:
                a->max = value;
                return 0;
        case OPTION_START:
                a->start = value;
                return 0;
        case OPTION_SERVICE_TYPE:
                a->service_type = value;
                return 0;
        case OPTION_VENDOR:
                a->vendor = value;
                return 0;
        case OPTION_NETWORK:
                a->network = value;
                return 0;
        case OPTION_CONTROL_SET:
                a->control_set = value;
                return 0;
        case OPTION_CLASS:
                a->device_class = value;
                return 0;
        case OPTION_DEVICE_VENDOR:
                a->device_vendor = value;
                return 0;
        case OPTION_NOT_IN:
                a->not_in = value;
                return 0;
        case OPTION_BUS:
                a->bus = value;
                return 0;
        case OPTION_DRIVER:
                a->driver_service = value;
                return 0;
        default:
                return 0;
        }
}

/* size: characters of word that are the name. */
static const struct option_spec *find_long(const struct command *command, const char *word, size_t size)
{
        for (size_t i = 0; i < n_option_specs; i++)
                if ((command_options(command) & option_specs[i].id) && strlen(option_specs[i].name) == size &&
                    strncmp(option_specs[i].name, word, size) == 0)
                        return &option_specs[i];
        if (size == 8 && strncmp(word, "no-color", size) == 0)
                return find_long(command, "no-colour", 9);
        return NULL;
}

static const struct option_spec *find_letter(const struct command *command, char letter)
{
        for (size_t i = 0; i < n_option_specs; i++)
                if ((command_options(command) & option_specs[i].id) && option_specs[i].letter == letter)
                        return &option_specs[i];
        return NULL;
}

/* word begins with "--". next may be NULL; *used_next tells whether it was the value. */
static int parse_long(struct arguments *a, const char *word, const char *next, bool *used_next)
{
        const char *name = word + 2;
        size_t size = strcspn(name, "=");
        const struct option_spec *spec = find_long(a->command, name, size);
        const char *value = name[size] == '=' ? name + size + 1 : NULL;

        if (!spec)
                return usage_error(a->command, "unknown option '--%.*s'", (int)size, name);
        if (!spec->argument && value)
                return usage_error(a->command, "option '--%s' takes no value", spec->name);
        if (spec->argument && !value) {
                if (!next)
                        return usage_error(a->command, "option '--%s' needs a value: --%s %s", spec->name, spec->name,
                                           spec->argument);
                value = next;
                *used_next = true;
        }
        return take_option(a, spec, value);
}

/* word begins with "-". A letter that takes a value takes the rest of the word, or next. */
static int parse_letters(struct arguments *a, const char *word, const char *next, bool *used_next)
{
        for (const char *at = word + 1; *at; at++) {
                const struct option_spec *spec = find_letter(a->command, *at);
                int code;

                if (!spec)
                        return usage_error(a->command, "unknown option '-%c'", *at);
                if (spec->argument) {
                        *used_next = !at[1];
                        if (!at[1] && !next)
                                return usage_error(a->command, "option '-%c' needs a value: -%c %s", *at, *at,
                                                   spec->argument);
                        return take_option(a, spec, at[1] ? at + 1 : next);
                }
                code = take_option(a, spec, NULL);
                if (code)
                        return code;
        }
        return 0;
}

static int check_operands(const struct arguments *a)
{
        const struct command *command = a->command;

        if (has(a, OPTION_HELP))
                return 0;
        if (a->operands.count < command->min_operands)
                return usage_error(command, "too few operands: offwin %s %s", command->name, command->operands);
        if (a->operands.count > command->max_operands)
                return usage_error(command, "unexpected '%s': offwin %s %s", a->operands.items[command->max_operands],
                                   command->name, command->operands);
        return 0;
}

int arguments_parse(const struct command *command, int argc, char **argv, struct arguments *ret)
{
        bool options_ended = false;

        *ret = (struct arguments){ .command = command };
        for (int i = 0; i < argc; i++) {
                const char *word = argv[i];
                bool used_next = false;
                int code;

                if (options_ended || word[0] != '-' || !word[1]) {
                        code = add_text(&ret->operands, word);
                } else if (strcmp(word, "--") == 0) {
                        options_ended = true;
                        code = 0;
                } else if (word[1] == '-') {
                        code = parse_long(ret, word, i + 1 < argc ? argv[i + 1] : NULL, &used_next);
                } else {
                        code = parse_letters(ret, word, i + 1 < argc ? argv[i + 1] : NULL, &used_next);
                }
                if (code)
                        return code;
                i += used_next;
        }
        return check_operands(ret);
}

void arguments_done(struct arguments *a)
{
        free(a->disks.items);
        free(a->fix_dirs.items);
        free(a->sets.items);
        free(a->tcp.items);
        free(a->nics.items);
        free(a->re_ips.items);
        free(a->adapters.items);
        free(a->settings.items);
        free(a->types.items);
        free(a->operands.items);
        *a = (struct arguments){ 0 };
}

/* ---- NAME=VALUE ---- */

int pairs_of(const struct arguments *a, const struct text_list *list, const char *option, ow_fix_parameter **ret)
{
        ow_fix_parameter *parameters = calloc(list->count + 1, sizeof *parameters);

        if (!parameters)
                return out_of_memory();
        for (size_t i = 0; i < list->count; i++) {
                const char *equals = strchr(list->items[i], '=');
                char *name = equals && equals != list->items[i]
                                     ? strndup(list->items[i], (size_t)(equals - list->items[i]))
                                     : NULL;

                if (!name) {
                        parameters_free(&parameters);
                        return usage_error(a->command, "'--%s %s' is not NAME=VALUE", option, list->items[i]);
                }
                parameters[i] = (ow_fix_parameter){ name, equals + 1 };
        }
        *ret = parameters;
        return 0;
}

int parameters_of(const struct arguments *a, ow_fix_parameter **ret)
{
        return pairs_of(a, &a->sets, "set", ret);
}

void parameters_free(ow_fix_parameter **parameters)
{
        for (ow_fix_parameter *p = *parameters; p && p->name; p++)
                free((char *)(uintptr_t)p->name);
        free(*parameters);
        *parameters = NULL;
}
