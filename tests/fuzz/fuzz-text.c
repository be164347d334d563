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

/* The small parsers: numbers, names, lists, addresses, CPUs; and what makes
 * text of others' bytes fit to be shown.
 *
 * Input: a text. */

#include <config.h>

#include "fuzz.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "unicode.h"
#include "util.h"
#include "vkernel-cpus.h"
#include "vkernel-prefix.h"
#include "vkernel-printable.h"
#include "vkernel-text.h"

static void
fuzz_numbers(const char *text)
{
    bool is_true;
    int number;

    if (vkernel_text_to_int(text, -5, 70000, &number)) {
        ovs_assert(number >= 0 && number <= 70000);
    }
    vkernel_text_to_bool(text, &is_true);
}

static void
fuzz_names(const char *text)
{
    if (vkernel_text_is_ifname(text)) {
        ovs_assert(strlen(text) < 16 && !strpbrk(text, "/ :%"));
        ovs_assert(vkernel_text_is_printable(text, 15));
        vkernel_text_is_reserved_ifname(text);
    }
    vkernel_text_is_word(text, "-", 20);
}

/* Checks that 'shown' is a line of UTF-8 without anything invisible. */
static void
check_line(const char *shown)
{
    char *error = utf8_validate(shown, NULL);

    ovs_assert(!error);
    for (const unsigned char *p = (unsigned char *) shown; *p; p++) {
        ovs_assert(*p >= 0x20 && *p != 0x7f);
    }
}

static void
fuzz_printable(const char *text)
{
    char *printable = vkernel_printable(xstrdup(text));
    char *again = vkernel_printable(xstrdup(printable));
    const char *shown = VKERNEL_SHOW(text);

    check_line(printable);
    ovs_assert(!strcmp(printable, again));
    check_line(shown);
    ovs_assert(!strchr(shown, '"'));
    free(vkernel_printable_lines(xstrdup(text)));
    free(again);
    free(printable);
}

static void
fuzz_addresses(const char *text)
{
    struct vkernel_prefix prefix, again;
    struct in6_addr addr;
    char *problem;

    if (vkernel_addr_parse(text, &addr)) {
        vkernel_addr_why_no_host(&addr);
    }
    problem = vkernel_prefix_parse(text, &prefix);
    if (problem) {
        ovs_assert(problem[0]);
        free(problem);
    } else {
        struct ds formatted = DS_EMPTY_INITIALIZER;

        vkernel_prefix_format(&prefix, &formatted);
        ovs_assert(!vkernel_prefix_parse(ds_cstr(&formatted), &again));
        ovs_assert(vkernel_prefix_equals(&prefix, &again));
        ds_destroy(&formatted);
        vkernel_prefix_why_no_host(&prefix);
        again.addr = vkernel_prefix_network(&prefix);
        addr = vkernel_prefix_network(&again);
        ovs_assert(!memcmp(&again.addr, &addr, sizeof addr));
    }
}

static void
fuzz_cpus(const char *text)
{
    struct vkernel_cpus cpus, again;

    if (vkernel_cpus_parse(text, &cpus)) {
        char *formatted = vkernel_cpus_format(&cpus);

        ovs_assert(vkernel_cpus_parse(formatted, &again));
        ovs_assert(vkernel_cpus_equals(&cpus, &again));
        free(formatted);
    } else {
        ovs_assert(vkernel_cpus_is_empty(&cpus));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    char *text = fuzz_take_text(&input, '\0');
    char *rest = text;
    char *item;

    fuzz_numbers(text);
    fuzz_names(text);
    fuzz_printable(text);
    fuzz_addresses(text);
    fuzz_cpus(text);
    while ((item = vkernel_text_next_item(&rest)) != NULL) {
        fuzz_addresses(item);
    }
    free(text);
    return 0;
}
