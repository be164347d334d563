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

#ifndef VKERNEL_ROUTE_H
#define VKERNEL_ROUTE_H 1

/* Unicast routes by way of a gateway behind a network device, through
 * rtnetlink, on a socket of the caller's, so in any network namespace.
 *
 * There is no way to replace a route: the kernel would replace whatever has
 * the same prefix and metric, whoever it belongs to.  Whoever wants another
 * gateway deletes the route and adds another.
 *
 * No state and no lock: called from the main thread, one call on a socket at
 * a time, with privileges as in vkernel-addr.h. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vkernel-prefix.h"

struct nl_sock;

/* A route. */
struct vkernel_route {
    struct vkernel_prefix prefix; /* Destination, without bits of a host; of
                                   * length 0 for the default route. */
    struct in6_addr gateway;    /* Next hop, of the same family. */
    uint32_t metric;            /* The lowest wins; 0 for what the kernel takes
                                 * if nothing is said: 0 for IPv4, and
                                 * IP6_RT_PRIO_USER, 1024, for IPv6. */
    uint8_t protocol;           /* RTPROT_*, who made it; ours have
                                 * VKERNEL_RTNL_PROTOCOL of vkernel-rtnl.h. */
};

/* Adds a route, marked with VKERNEL_RTNL_PROTOCOL whatever its 'protocol',
 * through the device 'ifindex' to 'table': a VRF's if the device belongs to
 * one (struct vkernel_link's 'vrf_table'), or 0 for the main table.
 *
 * Returns 0 or a positive errno value: EEXIST if there is a route to the
 * prefix with the same metric, whoever made it, through whatever device;
 * ENETDOWN, ENETUNREACH or EHOSTUNREACH if the device is down, or none of its
 * subnets has the gateway; EINVAL if the prefix has bits of a host, or an
 * IPv6 gateway is an address of the host itself; EACCES if IPv6 is disabled
 * there; ENODEV. */
int vkernel_route_add(struct nl_sock *, int ifindex, uint32_t table,
                      const struct vkernel_route *);

/* Deletes a route of exactly this prefix, gateway, metric, device, table and
 * protocol.  (For IPv4, the kernel takes metric 0 for the lowest that there
 * is.)
 *
 * Returns 0 or a positive errno value: ESRCH if there is none such. */
int vkernel_route_delete(struct nl_sock *, int ifindex, uint32_t table,
                         const struct vkernel_route *);

/* Stores into '*routesp' the routes of 'table' (0 for the main table) by way
 * of a single gateway behind the device 'ifindex' that have 'protocol', or any
 * if that is 0, and how many they are into '*np', first those of IPv4.  The
 * caller must free() '*routesp'.
 *
 * Returns 0 or a positive errno value: ENODEV if there is no such device, then
 * there are none; EAGAIN if they kept changing. */
int vkernel_route_list(struct nl_sock *, int ifindex, uint32_t table,
                       uint8_t protocol, struct vkernel_route **routesp,
                       size_t *np);

/* Returns true if both lead to the same prefix through the same gateway with
 * the same metric, whoever made them. */
bool vkernel_route_equals(const struct vkernel_route *,
                          const struct vkernel_route *);

#endif /* vkernel-route.h */
