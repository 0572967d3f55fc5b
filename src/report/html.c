/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html.h"

#include "base/macros.h"

#include "report/text.h"

/* Light and dark by the reader's setting; on paper black on white, findings not cut by page ends. */
static const char style_sheet[] =
        ":root{--bg:#fff;--fg:#1b1f24;--dim:#5b6570;--line:#d9dee3;--card:#f6f8fa;--bad:#b42318;--warn:#9a6700;"
        "--good:#1a7f37;--bar:#d1495b;--bar2:#2a9d5c}\n"
        "@media(prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e4e8ec;--dim:#9aa5b1;--line:#333b44;"
        "--card:#1c2229;--bad:#ff8d85;--warn:#e3b341;--good:#56d27c;--bar:#e06c75;--bar2:#4cc38a}}\n"
        "*{box-sizing:border-box}\n"
        "body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:60rem;background:var(--bg);color:var(--fg);"
        "font:16px/1.5 system-ui,sans-serif}\n"
        "h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}\n"
        "p{margin:.2rem 0}.dim{color:var(--dim)}code{font:.92em ui-monospace,monospace}\n"
        ".delay{display:flex;gap:1rem;flex-wrap:wrap;margin:1.5rem 0 0}\n"
        ".delay div{flex:1 1 14rem;border:1px solid var(--line);border-radius:.5rem;padding:.8rem 1rem;"
        "background:var(--card)}\n"
        ".delay b{display:block;font-size:1.7rem;line-height:1.2}.now b{color:var(--bad)}.then b{color:var(--good)}\n"
        "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem .4rem 0;"
        "border-bottom:1px solid var(--line);vertical-align:top}\n"
        "th{font-weight:600;color:var(--dim);font-size:.85rem}td.n,th.n{text-align:right;white-space:nowrap}\n"
        ".bar{display:block;height:.35rem;border-radius:.2rem;background:var(--bar);margin-top:.25rem}"
        ".bar.after{background:var(--bar2)}\n"
        "ul{list-style:none;margin:0;padding:0}li.f{border:1px solid var(--line);border-left:.3rem solid var(--dim);"
        "border-radius:.4rem;padding:.6rem .9rem;margin:.6rem 0;background:var(--card);break-inside:avoid}\n"
        "li.needed{border-left-color:var(--bad)}li.needs-parameter{border-left-color:var(--warn)}"
        "li.failed{border-left-color:var(--warn)}li.done{border-left-color:var(--good)}\n"
        ".tag{font-size:.8rem;border:1px solid var(--line);border-radius:1rem;padding:0 .5rem;margin-left:.4rem;"
        "white-space:nowrap}\n"
        "@media print{:root{--bg:#fff;--fg:#000;--dim:#444;--card:#fff;--line:#bbb}body{max-width:none;padding:0;"
        "font-size:11pt}.bar{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n";

void report_html_text(ow_buffer *out, const char *guest)
{
        OW_AUTO_BUFFER safe = OW_BUFFER_INIT;

        report_escape(guest, &safe);
        if (ow_buffer_failed(&safe)) {
                out->failed = true;
                return;
        }
        for (size_t i = 0; i < safe.len; i++) {
                switch (safe.p[i]) {
                case '&':
                        ow_buffer_put_text(out, "&amp;");
                        break;
                case '<':
                        ow_buffer_put_text(out, "&lt;");
                        break;
                case '>':
                        ow_buffer_put_text(out, "&gt;");
                        break;
                case '"':
                        ow_buffer_put_text(out, "&quot;");
                        break;
                case '\'':
                        ow_buffer_put_text(out, "&#39;");
                        break;
                default:
                        ow_buffer_put_byte(out, safe.p[i]);
                }
        }
}

void report_html_element(ow_buffer *out, const char *tag, const char *css, const char *guest)
{
        if (!*guest)
                return;
        ow_buffer_printf(out, "<%s", tag);
        if (*css)
                ow_buffer_printf(out, " class=\"%s\"", css);
        ow_buffer_put_text(out, ">");
        report_html_text(out, guest);
        ow_buffer_printf(out, "</%s>\n", tag);
}

void report_html_start(ow_buffer *out, const char *guest_title)
{
        ow_buffer_put_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                                "<meta http-equiv=\"Content-Security-Policy\" "
                                "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
                                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        report_html_element(out, "title", "", guest_title);
        ow_buffer_put_text(out, "<style>\n");
        ow_buffer_put_text(out, style_sheet);
        ow_buffer_put_text(out, "</style>\n</head>\n<body>\n");
}

void report_html_end(ow_buffer *out)
{
        ow_buffer_put_text(out, "</body>\n</html>\n");
}
