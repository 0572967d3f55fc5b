/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of a self-contained HTML page. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "base/buffer.h"

/* Everything up to <body>: the style sheet is inside, and a policy that forbids loading anything else. */
void report_html_start(ow_buffer *out, const char *guest_title);
void report_html_end(ow_buffer *out);

/* guest with &, <, >, " and ' as entities; controls and malformed parts as in text. Good in elements and attributes. */
void report_html_text(ow_buffer *out, const char *guest);

/* <tag class="css">guest</tag>; css may be "". Nothing for an empty text. */
void report_html_element(ow_buffer *out, const char *tag, const char *css, const char *guest);

#endif
