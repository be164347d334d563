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

#include "vkernel-text.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

/* What may stand around the items of a list. */
static const char blanks[] = " \t\r\n";

bool
vkernel_text_to_int(const char *text, int min, int max, int *resultp)
{
    long long int number;
    char *tail;

    if (!isdigit((unsigned char) text[0])) {
        return false;
    }
    errno = 0;
    number = strtoll(text, &tail, 10);
    if (errno || *tail || number < min || number > max) {
        return false;
    }
    *resultp = number;
    return true;
}

bool
vkernel_text_to_bool(const char *text, bool *resultp)
{
    *resultp = !strcmp(text, "true");
    return *resultp || !strcmp(text, "false");
}

bool
vkernel_text_is_ifname(const char *text)
{
    /* '%' would make the kernel number the device itself. */
    return (vkernel_text_is_word(text, "._-+@", IFNAMSIZ - 1)
            && text[strspn(text, ".")]);
}

bool
vkernel_text_is_reserved_ifname(const char *ifname)
{
    return !strcmp(ifname, "all") || !strcmp(ifname, "default");
}

bool
vkernel_text_is_word(const char *text, const char *others, size_t max)
{
    size_t n = 0;

    while (text[n] && (isalnum((unsigned char) text[n])
                       || strchr(others, text[n]))) {
        n++;
    }
    return n >= 1 && n <= max && !text[n];
}

bool
vkernel_text_is_printable(const char *text, size_t max)
{
    size_t n = 0;

    while (text[n] && !iscntrl((unsigned char) text[n])) {
        n++;
    }
    return n >= 1 && n <= max && !text[n];
}

char *
vkernel_text_next_item(char **restp)
{
    char *item = strsep(restp, ",");

    if (item) {
        size_t n;

        item += strspn(item, blanks);
        n = strlen(item);
        while (n && strchr(blanks, item[n - 1])) {
            n--;
        }
        item[n] = '\0';
    }
    return item;
}
