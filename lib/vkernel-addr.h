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

#ifndef VKERNEL_ADDR_H
#define VKERNEL_ADDR_H 1

/* Addresses of a network device through rtnetlink, on a socket of the
 * caller's, so in any network namespace.
 *
 * No state and no lock: called from the main thread, one call on a socket at
 * a time, in processes that may change network devices (CAP_NET_ADMIN in the
 * namespace's user namespace) or, for the list, in any. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vkernel-prefix.h"

struct nl_sock;

/* An address of a device. */
struct vkernel_addr {
    struct vkernel_prefix prefix; /* The address, with the bits of the host,
                                   * and the length of its subnet. */
    uint32_t flags;             /* IFA_F_*, e.g. IFA_F_TENTATIVE while it is
                                 * being checked, IFA_F_DADFAILED if another
                                 * host has it. */
    uint8_t scope;              /* RT_SCOPE_*. */
    bool marked;                /* It has VKERNEL_RTNL_PROTOCOL of
                                 * vkernel-rtnl.h.  A kernel before 5.18 marks
                                 * none. */
};

/* Adds an address to the device 'ifindex', as "ip addr add" would: with a
 * route to its subnet, without a broadcast address, for as long as it is not
 * removed.
 *
 * Another host may be asked for an IPv6 address before it is usable, which
 * takes a second or two from when the device is up.  That is the device's
 * sysctl net.ipv6.conf.IF.accept_dad, and so the administrator's to decide:
 * what is behind the port is a network like any other, and an address that two
 * hosts have is worse than one that comes late.
 *
 * Returns 0 or a positive errno value: EEXIST if the device has it already, so
 * that it is not ours; EACCES if IPv6 is disabled there; EADDRNOTAVAIL or
 * EINVAL if it cannot be a host's; ENODEV. */
int vkernel_addr_add(struct nl_sock *, int ifindex,
                     const struct vkernel_prefix *);

/* Removes an address.  For IPv4, it has the kernel promote the others of the
 * same subnet meanwhile (vkernel_link_set_promote_secondaries()), which
 * otherwise would go with the one that was there first, whoever added them.
 *
 * Returns 0 or a positive errno value: EADDRNOTAVAIL if there is none such,
 * ENODEV. */
int vkernel_addr_delete(struct nl_sock *, int ifindex,
                        const struct vkernel_prefix *);

/* Stores into '*addrsp' the addresses of the device 'ifindex', and how many
 * they are into '*np', first those of IPv4.  The caller must free()
 * '*addrsp'.
 *
 * Returns 0 or a positive errno value: ENODEV if there is no such device, then
 * there are none; EAGAIN if they kept changing. */
int vkernel_addr_list(struct nl_sock *, int ifindex,
                      struct vkernel_addr **addrsp, size_t *np);

#endif /* vkernel-addr.h */
