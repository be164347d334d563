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

#ifndef VKERNEL_TEXT_H
#define VKERNEL_TEXT_H 1

/* What the text of options is made of: numbers, names, and lists.
 *
 * Pure: no I/O, no state, no lock.  The parsers of options, vkernel-config.c
 * and vkernel-host-config-parse.c, call these from the main thread. */

#include <stdbool.h>
#include <stddef.h>

/* The characters of vkernel_text_is_ifname(), for the user. */
#define VKERNEL_IFNAME_CHARS \
    "letters, digits, '.', '_', '-', '+' and '@'"

/* Parses 'text' as a decimal integer from 'min', which must not be negative,
 * to 'max' into '*resultp'.  Unlike smap_get_int() it takes no part of a
 * number, no overflow and no other text for a default. */
bool vkernel_text_to_int(const char *text, int min, int max, int *resultp);

/* Parses "true" or "false", nothing else, into '*resultp'. */
bool vkernel_text_to_bool(const char *text, bool *resultp);

/* Returns true if the kernel takes 'text' for the name of a device and DPDK
 * for the value of a device argument. */
bool vkernel_text_is_ifname(const char *text);

/* Returns true if the kernel has 'ifname' in /proc/sys/net for what is no
 * device.  It finds that out only after it has made one, and told of it. */
bool vkernel_text_is_reserved_ifname(const char *ifname);

/* Returns true if 'text' has 1 to 'max' bytes, all of them letters or digits
 * of ASCII or among 'others'. */
bool vkernel_text_is_word(const char *text, const char *others, size_t max);

/* Returns true if 'text' has 1 to 'max' bytes without control characters. */
bool vkernel_text_is_printable(const char *text, size_t max);

/* Takes the next one of comma-separated items out of '*restp', which it
 * overwrites, and returns it without the blanks around it, or NULL after the
 * last one.  An item may be empty, and there is always a first one. */
char *vkernel_text_next_item(char **restp);

#endif /* vkernel-text.h */
