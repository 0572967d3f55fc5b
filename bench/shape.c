/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "shape.h"

enum { SZ = 1, EXPAND_SZ = 2, BINARY = 3, DWORD = 4 };
enum { CLASS, INTERFACE, COMPONENT, PACKAGE, N_KINDS };

struct shape {
        const struct shape_writer *writer;
        uint64_t random;                /* xorshift64*: names look random, and are the same every time */
        uint32_t most_subkeys;
        uint32_t n_values;              /* so far */
        uint32_t n_rows[N_KINDS];
};

static uint32_t next_random(struct shape *s)
{
        s->random ^= s->random >> 12;
        s->random ^= s->random << 25;
        s->random ^= s->random >> 27;
        return (uint32_t)(s->random * 0x2545f4914f6cdd1dULL >> 32);
}

static void key(struct shape *s, unsigned depth, const char *name)
{
        s->writer->key(s->writer->state, depth, name);
}

static void value(struct shape *s, const char *name, uint32_t type, const void *data, size_t size)
{
        s->writer->value(s->writer->state, name, type, data, size);
        s->n_values++;
}

static void text_value(struct shape *s, const char *name, uint32_t type, const char *text)
{
        uint8_t data[512];
        size_t n = strlen(text) + 1;

        for (size_t i = 0; i < n; i++) {
                data[2 * i] = (uint8_t)text[i];
                data[2 * i + 1] = 0;
        }
        value(s, name, type, data, 2 * n);
}

static void number_value(struct shape *s, const char *name, uint32_t number)
{
        const uint8_t data[4] = { (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
                                  (uint8_t)(number >> 24) };

        value(s, name, DWORD, data, sizeof data);
}

static void make_guid(struct shape *s, char ret[40])
{
        uint32_t a = next_random(s), b = next_random(s), c = next_random(s), d = next_random(s);

        (void)snprintf(ret, 40, "{%08X-%04X-%04X-%04X-%04X%08X}", a, b >> 16, b & 0xffff, c >> 16, c & 0xffff, d);
}

/* The folder for the next row of a kind: "CLSID", and when that is full "CLSID 2". */
static void folder(struct shape *s, unsigned depth, int kind, const char *name)
{
        uint32_t number = s->n_rows[kind]++ / s->most_subkeys;
        char numbered[64];

        (void)snprintf(numbered, sizeof numbered, "%s %u", name, number + 1);
        key(s, depth, number ? numbered : name);
}

static void write_class(struct shape *s, const char *guid)
{
        char text[120], app[40];

        make_guid(s, app);
        key(s, 1, "Classes");
        folder(s, 2, CLASS, "CLSID");
        key(s, 3, guid);
        (void)snprintf(text, sizeof text, "Shell helper object %u", next_random(s) % 100000);
        text_value(s, "", SZ, text);
        text_value(s, "AppID", SZ, app);
        key(s, 4, "InprocServer32");
        (void)snprintf(text, sizeof text, "%%SystemRoot%%\\system32\\helper%u.dll", next_random(s) % 10000);
        text_value(s, "", EXPAND_SZ, text);
        text_value(s, "ThreadingModel", SZ, "Both");
        key(s, 4, "ProgID");
        text_value(s, "", SZ, "Helper.Object.1");
}

static void write_interface(struct shape *s, const char *guid)
{
        key(s, 1, "Classes");
        folder(s, 2, INTERFACE, "Interface");
        key(s, 3, guid);
        text_value(s, "", SZ, "IHelperObjectEvents");
        key(s, 4, "ProxyStubClsid32");
        text_value(s, "", SZ, "{00020424-0000-0000-C000-000000000046}");
        key(s, 4, "TypeLib");
        text_value(s, "Version", SZ, "1.0");
}

static void write_component(struct shape *s)
{
        char name[40], text[160];

        key(s, 1, "Microsoft");
        key(s, 2, "Windows");
        key(s, 3, "CurrentVersion");
        key(s, 4, "Installer");
        folder(s, 5, COMPONENT, "Components");
        (void)snprintf(name, sizeof name, "%08X%08X%08X%08X", next_random(s), next_random(s), next_random(s),
                       next_random(s));
        key(s, 6, name);
        (void)snprintf(text, sizeof text, "C:\\Program Files\\Common Files\\Suite\\module%u.dll",
                       next_random(s) % 10000);
        text_value(s, name, SZ, text);
}

static void write_package(struct shape *s)
{
        static const char *const numbers[] = { "CurrentState", "InstallTimeHigh", "InstallTimeLow", "SelfUpdate",
                "Trusted", "Visibility", "ActionNeeded", "LastError", "RestartsNeeded", "LastProgress", "Owners",
                "SessionLock" };
        char text[120];

        key(s, 1, "Microsoft");
        key(s, 2, "Windows");
        key(s, 3, "CurrentVersion");
        key(s, 4, "Component Based Servicing");
        folder(s, 5, PACKAGE, "Packages");
        (void)snprintf(text, sizeof text, "Package_%u_for_KB%u~31bf3856ad364e35~amd64~~10.0.%u.%u",
                       s->n_rows[PACKAGE], next_random(s) % 10000000, next_random(s) % 20000, next_random(s) % 4000);
        key(s, 6, text);
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
                number_value(s, numbers[i], next_random(s) % 128);
        text_value(s, "InstallClient", SZ, "WindowsUpdateAgent");
        text_value(s, "InstallUser", SZ, "S-1-5-18");
}

/* What the bench asks for. */
static void write_known(struct shape *s)
{
        uint8_t big[40000];

        write_class(s, "{0002DF01-0000-0000-C000-000000000046}");
        key(s, 1, "Microsoft");
        key(s, 2, "Windows NT");
        key(s, 3, "CurrentVersion");
        text_value(s, "ProductName", SZ, "Windows 10 Pro");
        for (size_t i = 0; i < sizeof big; i++)
                big[i] = (uint8_t)next_random(s);
        value(s, "DigitalProductId", BINARY, big, sizeof big);
}

void shape_write(const struct shape_writer *writer, uint32_t n_values, uint32_t most_subkeys)
{
        struct shape s = { writer, 0x0ff5175, most_subkeys, 0, { 0 } };
        char guid[40];

        write_known(&s);
        while (s.n_values < n_values) {
                make_guid(&s, guid);
                write_class(&s, guid);
                make_guid(&s, guid);
                write_interface(&s, guid);
                write_component(&s);
                write_component(&s);
                write_package(&s);
        }
}
