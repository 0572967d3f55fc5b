/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings that are bits in binary values: proxy auto-detection of users, the proxy of services, and the flags of
 * publisher checks. A value that is not as its format says is left alone.
 */
#include <stdio.h>
#include <string.h>

#include <offwin/fix.h>
#include <offwin/registry.h>

#include "base/checked.h"
#include "base/le.h"
#include "fix/builtin.h"
#include "fix/plan.h"

#define INTERNET_SETTINGS "Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
#define PUBLISHING        "Software\\Microsoft\\Windows\\CurrentVersion\\WinTrust\\Trust Providers\\Software Publishing"

/* Connection settings: u32 magic, change counter, flags, then proxy, bypass and script, each a length and text. */
enum {
        CONNECTION_COUNTER = 4,
        CONNECTION_FLAGS = 8,
        CONNECTION_STRINGS = 12,
        CONNECTION_DIRECT = 0x1,
        CONNECTION_PROXY = 0x2,
        CONNECTION_AUTO_DETECT = 0x8,
        CONNECTION_MAGIC_OLD = 0x3c,
        CONNECTION_MAGIC = 0x46,
        WINHTTP_MAGIC = 0x18,
};

static bool connection_ok(ow_view v)
{
        uint64_t at = CONNECTION_STRINGS;
        uint32_t magic;

        if (v.len < CONNECTION_STRINGS)
                return false;
        magic = ow_le32_at(v.p);
        if (magic != CONNECTION_MAGIC && magic != CONNECTION_MAGIC_OLD)
                return false;
        for (unsigned i = 0; i < 3; i++) {
                ow_view length;

                if (!ow_view_sub(v, (size_t)at, 4, &length))
                        return false;
                at += 4;
                if (!ow_fits_u64(at, ow_le32_at(length.p), v.len))
                        return false;
                at += ow_le32_at(length.p);
        }
        return true;
}

static int detect_off(struct fix_job *job, const char *where, const char *name, ow_error *err)
{
        ow_datum now;
        int r;

        r = plan_read(job->guest, where, name, &now, err);
        if (r < 0)
                return r;
        if (now.present && now.type == OW_REG_BINARY && connection_ok((ow_view){ now.data.p, now.data.size })) {
                uint32_t flags = ow_le32_at(now.data.p + CONNECTION_FLAGS);

                if (flags & CONNECTION_AUTO_DETECT) {
                        ow_le32_put(now.data.p + CONNECTION_FLAGS, flags & ~(uint32_t)CONNECTION_AUTO_DETECT);
                        ow_le32_put(now.data.p + CONNECTION_COUNTER,
                                    ow_le32_at(now.data.p + CONNECTION_COUNTER) + 1);
                }
                r = fix_job_value(job, where, name, now.type, now.data.p, now.data.size, err);
        }
        ow_blob_done(&now.data);
        return r;
}

static int user_detect_off(struct fix_job *job, const char *where, ow_error *err)
{
        int r;

        r = detect_off(job, where, "DefaultConnectionSettings", err);
        return r < 0 ? r : detect_off(job, where, "SavedLegacySettings", err);
}

int fix_wpad_plan(struct fix_job *job, ow_error *err)
{
        return fix_job_each(job, "HKCU\\" INTERNET_SETTINGS "\\Connections", user_detect_off, err);
}

/* ---- proxy of services ---- */

/* host:port, both plausible; anything else would be a proxy that nothing can use. */
static bool proxy_ok(const char *proxy)
{
        const char *colon = strrchr(proxy, ':');
        unsigned port = 0;

        if (!colon || colon == proxy || colon[1] == '\0' || strlen(colon + 1) > 5)
                return false;
        for (const char *p = proxy; p < colon; p++)
                if ((unsigned char)*p <= 0x20 || (unsigned char)*p > 0x7e || strchr("/;=@\\\"'", *p))
                        return false;
        for (const char *p = colon + 1; *p; p++) {
                if (*p < '0' || *p > '9')
                        return false;
                port = port * 10 + (unsigned)(*p - '0');
        }
        return port > 0 && port < 65536;
}

static void put_u32(ow_buffer *out, uint32_t n)
{
        uint8_t bytes[4];

        ow_le32_put(bytes, n);
        ow_buffer_put(out, bytes, sizeof bytes);
}

static void put_counted(ow_buffer *out, const char *text)
{
        put_u32(out, (uint32_t)strlen(text));
        ow_buffer_put_text(out, text);
}

bool fix_proxy_of(const uint8_t *data, size_t size, char *text, size_t text_size)
{
        ow_view v = { data, size }, length, proxy;

        if (size < CONNECTION_STRINGS || !(ow_le32_at(data + CONNECTION_FLAGS) & CONNECTION_PROXY) ||
            !ow_view_sub(v, CONNECTION_STRINGS, 4, &length) ||
            !ow_view_sub(v, CONNECTION_STRINGS + 4, ow_le32_at(length.p), &proxy) || proxy.len == 0 || text_size == 0)
                return false;
        (void)snprintf(text, text_size, "%.*s", (int)(proxy.len < text_size ? proxy.len : text_size - 1),
                       (const char *)proxy.p);
        return text[0] != '\0';
}

static int proxy_at(struct fix_job *job, const char *where, ow_error *err)
{
        OW_AUTO_BUFFER blob = OW_BUFFER_INIT;

        put_u32(&blob, WINHTTP_MAGIC);
        put_u32(&blob, 0);
        put_u32(&blob, CONNECTION_DIRECT | CONNECTION_PROXY);
        put_counted(&blob, fix_job_parameter(job, "proxy"));
        put_counted(&blob, "<local>");
        if (ow_buffer_failed(&blob))
                return ow_fail_nomem(err);
        return fix_job_value(job, where, "WinHttpSettings", OW_REG_BINARY, blob.p, blob.len, err);
}

/* 32-bit programs on 64-bit Windows read their own copy, where there is one. */
static int proxy_at_existing(struct fix_job *job, const char *where, ow_error *err)
{
        ow_datum key;
        int r;

        r = plan_read(job->guest, where, NULL, &key, err);
        return r < 0 || !key.present ? r : proxy_at(job, where, err);
}

int fix_proxy_plan(struct fix_job *job, ow_error *err)
{
        int r;

        if (!proxy_ok(fix_job_parameter(job, "proxy")))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "--set proxy=%s: it takes HOST:PORT",
                               fix_job_parameter(job, "proxy"));
        r = proxy_at(job, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\Connections", err);
        if (r < 0)
                return r;
        return proxy_at_existing(job, "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\"
                                 "Internet Settings\\Connections", err);
}

/* ---- publisher checks ---- */

enum {
        PUBLISHING_DEFAULT = 0x23c00,           /* WTPF_* flags of a fresh profile */
        PUBLISHING_IGNORE_REVOCATION = 0x200,   /* WTPF_IGNOREREVOKATION */
};

static int publisher_off(struct fix_job *job, const char *where, ow_error *err)
{
        uint32_t state = PUBLISHING_DEFAULT;
        ow_datum now;
        int r;

        r = plan_read(job->guest, where, "State", &now, err);
        if (r < 0)
                return r;
        if (now.present && now.type == OW_REG_DWORD && now.data.size == 4)
                state = ow_le32_at(now.data.p);
        ow_blob_done(&now.data);
        return fix_job_dword(job, where, "State", state | PUBLISHING_IGNORE_REVOCATION, err);
}

int fix_publisher_revocation_plan(struct fix_job *job, ow_error *err)
{
        return fix_job_each(job, "HKCU\\" PUBLISHING, publisher_off, err);
}
