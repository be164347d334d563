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

#ifndef VKERNEL_PREFIX_H
#define VKERNEL_PREFIX_H 1

/* Addresses and prefixes of IPv4 and IPv6 alike, text to struct and back.
 *
 * Pure: no I/O, no state, no lock.  The parsers of options, and who reads or
 * writes addresses through rtnetlink, call these functions from the main
 * thread. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct ds;

/* An address with the length of its prefix, or a prefix. */
struct vkernel_prefix {
    struct in6_addr addr;       /* An IPv4 address is IPv4-mapped. */
    uint8_t plen;               /* In bits: to 32 for IPv4, 128 for IPv6. */
};

/* Is 'addr', in the form of struct vkernel_prefix, of IPv4? */
static inline bool
vkernel_addr_is_ipv4(const struct in6_addr *addr)
{
    return IN6_IS_ADDR_V4MAPPED(addr);
}

/* Parses 'text' into '*addr'.  Takes no IPv4-mapped address of IPv6, since
 * that would be one of IPv4. */
bool vkernel_addr_parse(const char *text, struct in6_addr *addr);

/* Returns NULL if a host could have the address 'addr', otherwise what it is
 * instead, as in "a multicast address". */
const char *vkernel_addr_why_no_host(const struct in6_addr *addr);

/* Parses 'text', as in "192.0.2.1/24", into '*prefix'.  Returns NULL if
 * successful, otherwise what is wrong with it, to be free()d by the
 * caller. */
char *vkernel_prefix_parse(const char *text, struct vkernel_prefix *prefix);

/* Appends the text of 'prefix' to 'ds'. */
void vkernel_prefix_format(const struct vkernel_prefix *prefix,
                           struct ds *ds);

/* Returns true if 'prefix', which came from elsewhere as one of 'family',
 * AF_INET or AF_INET6, is one.  An IPv4-mapped address of IPv6, which would be
 * taken for one of IPv4, is not. */
bool vkernel_prefix_is_valid(const struct vkernel_prefix *prefix, int family);

bool vkernel_prefix_equals(const struct vkernel_prefix *,
                           const struct vkernel_prefix *);

/* Is 'prefix' one of the 'n' in 'prefixes'? */
bool vkernel_prefixes_contain(const struct vkernel_prefix *prefixes, size_t n,
                              const struct vkernel_prefix *prefix);

/* Returns the address of the network of 'prefix', that is, without host
 * bits. */
struct in6_addr vkernel_prefix_network(const struct vkernel_prefix *prefix);

/* Returns NULL if a host on the network of 'prefix' could have its address,
 * otherwise what it is instead, as in "the address of the network". */
const char *vkernel_prefix_why_no_host(const struct vkernel_prefix *prefix);

#endif /* vkernel-prefix.h */
