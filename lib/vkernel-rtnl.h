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

#ifndef VKERNEL_RTNL_H
#define VKERNEL_RTNL_H 1

/* Asking rtnetlink on a socket of the caller's, and what it tells on its own.
 *
 * Open vSwitch's nl_transact() and nl_dump_start() take their sockets from a
 * pool that belongs to the daemon's network namespace.  A tap may be in any
 * other, so these functions use the socket that they are given.
 *
 * No state and no lock: vkernel-link.c, vkernel-addr.c, vkernel-route.c and,
 * for what it tells, vkernel-watch.c call them in the main thread, one call on
 * a socket at a time.  A socket for requests must not be joined to any
 * multicast group. */

#include <stdbool.h>

struct nl_sock;
struct ofpbuf;

/* What our addresses (IFA_PROTO) and routes (rtm_protocol) are marked with, so
 * that those which an earlier life of this program left on a tap that outlived
 * it are known.
 *
 * Nobody else is known to use this number: not the kernel, nor iproute2's
 * rt_protos, nor FRR, BIRD, systemd-networkd or OVN.  It is not that of static
 * routes, for administrators and other programs use that, and some routing
 * daemons have taken such routes for their own and swept them away. */
#define VKERNEL_RTNL_PROTOCOL 118

/* Sends 'request' on 'sock', frees its data, and receives the answer into
 * 'reply', which the caller must uninitialize, whatever is returned.  A
 * request that has no other answer needs NLM_F_ACK.
 *
 * Returns 0 or a positive errno value, the kernel's or one of the socket. */
int vkernel_rtnl_transact(struct nl_sock *, struct ofpbuf *request,
                          struct ofpbuf *reply);

/* Sends 'request', which has NLM_F_DUMP, on 'sock', frees its data, and
 * receives all parts of the answer into 'messages', for nl_msg_next(), which
 * the caller must uninitialize, whatever is returned.
 *
 * Asks the kernel to return only what the header and the attributes of the
 * request name (NETLINK_GET_STRICT_CHK), so that a full routing table costs
 * little.  A kernel before 4.20 returns all, so the caller must look itself,
 * too.
 *
 * Asks again if something changed meanwhile.  Returns 0 or a positive errno
 * value: EAGAIN if it never was consistent, then 'messages' is empty. */
int vkernel_rtnl_dump(struct nl_sock *, struct ofpbuf *request,
                      struct ofpbuf *messages);

/* Receives into 'buf', which must have room for VKERNEL_RTNL_EVENT_SIZE bytes,
 * what the kernel tells on 'sock', without waiting.  Whoever has CAP_NET_ADMIN
 * over the network namespace can send to its multicast groups, too.
 *
 * Returns 0 or a positive errno value: EAGAIN if there is nothing; ENOBUFS if
 * events were lost; EPROTO if what was there is not a message of the kernel's,
 * which is not logged, as it can come at any rate. */
int vkernel_rtnl_recv_event(struct nl_sock *, struct ofpbuf *buf);

#define VKERNEL_RTNL_EVENT_SIZE 32768

/* What an event is about. */
enum vkernel_rtnl_event_kind {
    VKERNEL_RTNL_NONE,          /* Nothing that anybody here looks at. */
    VKERNEL_RTNL_LINK,          /* A network device. */
    VKERNEL_RTNL_ADDR,          /* An address of a device. */
    VKERNEL_RTNL_ROUTE,         /* A route through a device. */
};

struct vkernel_rtnl_event {
    enum vkernel_rtnl_event_kind kind;
    int ifindex;                /* Index of the device, in the namespace of
                                 * the socket; 0 if it may be any. */
    bool moved;                 /* Has the device left that namespace for
                                 * another one? */
};

/* Fills 'event' with what 'msg', received from RTNLGRP_LINK,
 * RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE or
 * RTNLGRP_IPV6_ROUTE, is about.
 *
 * The kernel says nothing of the IPv4 routes that it drops because a device
 * went down or away, so that whoever keeps routes must look at them after
 * events of the device as well. */
void vkernel_rtnl_parse_event(const struct ofpbuf *msg,
                              struct vkernel_rtnl_event *event);

#endif /* vkernel-rtnl.h */
