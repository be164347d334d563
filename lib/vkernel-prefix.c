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

#include "vkernel-prefix.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"
#include "vkernel-printable.h"
#include "vkernel-text.h"

/* Bits of an IPv4-mapped address before those of the IPv4 address. */
#define MAPPED_BITS 96

bool
vkernel_addr_parse(const char *text, struct in6_addr *addr)
{
    ovs_be32 ip4;

    if (ip_parse(text, &ip4)) {
        in6_addr_set_mapped_ipv4(addr, ip4);
        return true;
    }
    return ipv6_parse(text, addr) && !vkernel_addr_is_ipv4(addr);
}

static const char *
why_no_ipv4_host(ovs_be32 ip4)
{
    return ((ip4 & htonl(0xff000000)) == 0 ? "an address of 0.0.0.0/8"
            : (ip4 & htonl(0xff000000)) == htonl(0x7f000000)
            ? "a loopback address"
            : ip_is_multicast(ip4) ? "a multicast address"
            : ip4 == htonl(INADDR_BROADCAST) ? "the broadcast address"
            : NULL);
}

const char *
vkernel_addr_why_no_host(const struct in6_addr *addr)
{
    return (vkernel_addr_is_ipv4(addr)
            ? why_no_ipv4_host(in6_addr_get_mapped_ipv4(addr))
            : !ipv6_addr_is_set(addr) ? "the unspecified address"
            : IN6_IS_ADDR_LOOPBACK(addr) ? "the loopback address"
            : ipv6_addr_is_multicast(addr) ? "a multicast address"
            : NULL);
}

/* Returns the most bits that a prefix of the family of 'addr' has. */
static int
max_plen(const struct in6_addr *addr)
{
    return vkernel_addr_is_ipv4(addr) ? 32 : 128;
}

/* Returns the mask of 'prefix' for its address as it is stored. */
static struct in6_addr
get_mask(const struct vkernel_prefix *prefix)
{
    return ipv6_create_mask(prefix->plen
                            + (vkernel_addr_is_ipv4(&prefix->addr)
                               ? MAPPED_BITS : 0));
}

char *
vkernel_prefix_parse(const char *text, struct vkernel_prefix *prefix)
{
    const char *slash = strchrnul(text, '/');
    char *addr = xmemdup0(text, slash - text);
    bool ok = vkernel_addr_parse(addr, &prefix->addr);
    int plen;

    free(addr);
    if (!ok) {
        return xasprintf("\"%s\" does not begin with an address of "
                         "IPv4 or IPv6", VKERNEL_SHOW(text));
    } else if (!*slash) {
        return xasprintf("\"%s\" has no prefix length, which is %d if it "
                         "stands for itself alone", VKERNEL_SHOW(text),
                         max_plen(&prefix->addr));
    } else if (!vkernel_text_to_int(slash + 1, 0, max_plen(&prefix->addr),
                                    &plen)) {
        return xasprintf("\"%s\" has a prefix length that is not one of 0 to "
                         "%d", VKERNEL_SHOW(text), max_plen(&prefix->addr));
    }
    prefix->plen = plen;
    return NULL;
}

void
vkernel_prefix_format(const struct vkernel_prefix *prefix, struct ds *ds)
{
    ipv6_format_mapped(&prefix->addr, ds);
    ds_put_format(ds, "/%d", prefix->plen);
}

bool
vkernel_prefix_is_valid(const struct vkernel_prefix *prefix, int family)
{
    return (vkernel_addr_is_ipv4(&prefix->addr) == (family == AF_INET)
            && prefix->plen <= max_plen(&prefix->addr));
}

bool
vkernel_prefix_equals(const struct vkernel_prefix *a,
                      const struct vkernel_prefix *b)
{
    return a->plen == b->plen && ipv6_addr_equals(&a->addr, &b->addr);
}

bool
vkernel_prefixes_contain(const struct vkernel_prefix *prefixes, size_t n,
                         const struct vkernel_prefix *prefix)
{
    for (size_t i = 0; i < n; i++) {
        if (vkernel_prefix_equals(&prefixes[i], prefix)) {
            return true;
        }
    }
    return false;
}

struct in6_addr
vkernel_prefix_network(const struct vkernel_prefix *prefix)
{
    struct in6_addr mask = get_mask(prefix);

    return ipv6_addr_bitand(&prefix->addr, &mask);
}

const char *
vkernel_prefix_why_no_host(const struct vkernel_prefix *prefix)
{
    const char *why = vkernel_addr_why_no_host(&prefix->addr);

    /* The networks of two addresses, or of one, have no address of their
     * own. */
    if (!why && prefix->plen < max_plen(&prefix->addr) - 1) {
        struct in6_addr network = vkernel_prefix_network(prefix);
        struct in6_addr host = ipv6_addr_bitxor(&prefix->addr, &network);
        struct in6_addr mask = get_mask(prefix);
        struct in6_addr ones = ipv6_addr_bitxor(&mask, &in6addr_exact);

        if (ipv6_is_zero(&host)) {
            why = "the address of the network";
        } else if (vkernel_addr_is_ipv4(&prefix->addr)
                   && ipv6_addr_equals(&host, &ones)) {
            why = "the broadcast address of the network";
        }
    }
    return why;
}
