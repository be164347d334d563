/*
 * Copyright (c) 2026 The dpdkvkernel Authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

#include <config.h>

#include "vkernel-printable.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "smap.h"
#include "util.h"

/* The characters beyond ASCII that stay.  All of each range is assigned,
 * visible, and written from left to right. */
static const struct {
    uint32_t first;             /* Of the range. */
    uint32_t last;              /* Likewise, included. */
} characters[] = {
    { 0x00a1, 0x00ac },         /* Latin-1. */
    { 0x00ae, 0x02ff },         /* Latin, without the soft hyphen. */
    { 0x038e, 0x03a1 },         /* Greek... */
    { 0x03a3, 0x0482 },         /* ...and Cyrillic. */
    { 0x048a, 0x052f },
    { 0x1e00, 0x1eff },         /* Latin, with two marks. */
    { 0x2010, 0x2027 },         /* Dashes and quotes. */
    { 0x20a0, 0x20bf },         /* Currencies. */
    { 0x2190, 0x21ff },         /* Arrows. */
    { 0x3001, 0x3020 },         /* Chinese, Japanese and Korean. */
    { 0x3041, 0x3096 },
    { 0x309b, 0x30ff },
    { 0x3400, 0x4dbf },
    { 0x4e00, 0x9fff },
    { 0xac00, 0xd7a3 },
    { 0xff01, 0xff9f },         /* The same, in two widths. */
    { 0x1f300, 0x1f64f },       /* Pictures. */
};

/* Reads the character of UTF-8 that 'text' begins with, which must be beyond
 * ASCII, into '*cp'.  Returns the number of its bytes, or 0 if there is none,
 * as of a sequence that is cut or longer than it need be. */
static size_t
decode(const char *text, uint32_t *cp)
{
    const uint8_t *p = (const uint8_t *) text;
    size_t n = (p[0] < 0xc2 ? 0
                : p[0] < 0xe0 ? 2
                : p[0] < 0xf0 ? 3
                : p[0] < 0xf5 ? 4
                : 0);
    uint32_t c = p[0] & (0x7f >> n);

    for (size_t i = 1; i < n; i++) {
        /* The null byte is none of these. */
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        c = c << 6 | (p[i] & 0x3f);
    }
    if ((n == 3 && c < 0x800) || (n == 4 && c < 0x10000)) {
        return 0;
    }
    *cp = c;
    return n;
}

/* Returns the number of bytes of the character that 'text' begins with, if it
 * stays as it is, otherwise 0. */
static size_t
measure(const char *text)
{
    unsigned char first = text[0];
    uint32_t c;
    size_t n;

    if (first < 0x80) {
        return first >= ' ' && first <= '~';
    }
    n = decode(text, &c);
    for (size_t i = 0; n && i < ARRAY_SIZE(characters); i++) {
        if (c >= characters[i].first && c <= characters[i].last) {
            return n;
        }
    }
    return 0;
}

/* Returns the length of what at the beginning of 'text' stays as it is.  That
 * of 'blanks' does, and what is in 'others' does not. */
static size_t
span(const char *text, const char *blanks, const char *others)
{
    size_t length = 0;

    while (text[length] && !strchr(others, text[length])) {
        size_t n = strchr(blanks, text[length]) ? 1 : measure(&text[length]);

        if (!n) {
            break;
        }
        length += n;
    }
    return length;
}

static char *
escape(char *text, const char *blanks)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    const char *p = text;

    if (!text || !text[span(text, blanks, "")]) {
        return text;
    }
    while (*p) {
        size_t n = span(p, blanks, "");

        ds_put_buffer(&s, p, n);
        p += n;
        if (*p) {
            ds_put_format(&s, "\\%03o", (unsigned char) *p++);
        }
    }
    free(text);
    return ds_steal_cstr(&s);
}

char *
vkernel_printable(char *text)
{
    return escape(text, "");
}

char *
vkernel_printable_lines(char *text)
{
    return escape(text, "\n\t");
}

bool
vkernel_printable_is_lines(const char *text)
{
    return !text[span(text, "\n\t", "")];
}

void
vkernel_printable_smap(struct smap *smap)
{
    struct smap_node *node;

    SMAP_FOR_EACH (node, smap) {
        node->value = vkernel_printable(node->value);
    }
}

const char *
vkernel_printable_show(const char *text, struct vkernel_shown *shown)
{
    static const char more[] = "...";
    size_t length = 0;
    size_t cut = 0;             /* Behind this, there is room for 'more'. */

    while (*text) {
        size_t n = *text == '"' ? 0 : measure(text);
        char escape[5];

        if (!n) {
            snprintf(escape, sizeof escape, "\\%03o", (unsigned char) *text);
        }
        if (length + (n ? n : 4) >= sizeof shown->text) {
            memcpy(&shown->text[cut], more, sizeof more);
            return shown->text;
        }
        memcpy(&shown->text[length], n ? text : escape, n ? n : 4);
        length += n ? n : 4;
        text += n ? n : 1;
        if (length + sizeof more <= sizeof shown->text) {
            cut = length;
        }
    }
    shown->text[length] = '\0';
    return shown->text;
}
