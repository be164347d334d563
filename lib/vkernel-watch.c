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

#include "vkernel-watch.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <sys/socket.h>

#include "byte-order.h"
#include "netlink-socket.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "util.h"
#include "vkernel-link.h"
#include "vkernel-rtnl.h"

/* The size of a socket's buffer for events, which the kernel doubles.  What
 * does not fit is lost, and has all looked at; so whatever happens, there is
 * little to read. */
#define EVENT_BUFFER_SIZE (64 * 1024)

/* The most messages that are taken at a time.  The buffer has room for fewer,
 * as the kernel counts almost a kilobyte for each. */
#define MAX_EVENTS 256

/* Where the index of the device is, in messages of devices and of
 * addresses. */
#define IFINDEX_OFFSET (NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_index))
BUILD_ASSERT_DECL(offsetof(struct ifinfomsg, ifi_index)
                  == offsetof(struct ifaddrmsg, ifa_index));

/* What the kernel passes on, and what not. */
#define PASS BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)
#define DROP BPF_STMT(BPF_RET | BPF_K, 0)

/* Goes on 'T' or 'F' statements further down if what was loaded last is 'K' or
 * is not. */
#define IF(K, T, F) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, K, T, F)
#define GO(N) BPF_JUMP(BPF_JMP | BPF_JA, N, 0, 0)

int
vkernel_watch_filter(struct nl_sock *sock, int ifindex, bool others,
                     bool routes)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
                 offsetof(struct nlmsghdr, nlmsg_type)),
        IF(CONSTANT_HTONS(RTM_NEWROUTE), 10, 0),
        IF(CONSTANT_HTONS(RTM_DELROUTE), 9, 0),
        IF(CONSTANT_HTONS(RTM_NEWLINK), 3, 0),
        IF(CONSTANT_HTONS(RTM_DELLINK), 2, 0),
        IF(CONSTANT_HTONS(RTM_NEWADDR), 2, 0),
        IF(CONSTANT_HTONS(RTM_DELADDR), 1, 4),
        GO(others ? 2 : 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, IFINDEX_OFFSET),
        IF(htonl(ifindex), 0, 1),
        PASS,
        DROP,

        /* A route. */
        GO(routes ? 0 : 12),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
                 NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol)),
        IF(VKERNEL_RTNL_PROTOCOL, 2, 0),
        IF(RTPROT_BOOT, 1, 0),
        IF(RTPROT_STATIC, 0, 8),
        BPF_STMT(BPF_LD | BPF_IMM, NLMSG_HDRLEN + sizeof(struct rtmsg)),
        BPF_STMT(BPF_LDX | BPF_IMM, RTA_OIF),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_NLATTR),
        IF(0, 3, 0),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_IND, NLA_HDRLEN),
        IF(htonl(ifindex), 0, 1),
        PASS,
        DROP,
    };
    const struct sock_fprog program = {
        .len = ARRAY_SIZE(code),
        .filter = code,
    };

    return (setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_ATTACH_FILTER,
                       &program, sizeof program)
            ? errno
            : 0);
}

/* Joins 'sock' to the groups of events that this file looks at. */
static int
join_groups(struct nl_sock *sock)
{
    static const unsigned int groups[] = {
        RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
        RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
    };
    int error = vkernel_watch_filter(sock, 0, true, false);

    for (size_t i = 0; !error && i < ARRAY_SIZE(groups); i++) {
        error = nl_sock_join_mcgroup(sock, groups[i]);
    }
    return error;
}

int
vkernel_watch_open(struct nl_sock **sockp)
{
    int error = nl_sock_create(NETLINK_ROUTE, sockp);

    if (!error) {
        int size = EVENT_BUFFER_SIZE;

        setsockopt(nl_sock_fd(*sockp), SOL_SOCKET, SO_RCVBUF, &size,
                   sizeof size);
        error = join_groups(*sockp);
    }
    if (error) {
        nl_sock_destroy(*sockp);
        *sockp = NULL;
    }
    return error;
}

/* Returns what 'msg' is about. */
static unsigned int
parse_news(const struct ofpbuf *msg, int ifindex)
{
    struct vkernel_rtnl_event event;

    vkernel_rtnl_parse_event(msg, &event);
    if (event.kind == VKERNEL_RTNL_NONE) {
        return VKERNEL_WATCH_NOISE;
    } else if (event.ifindex == ifindex || !event.ifindex) {
        return (event.kind != VKERNEL_RTNL_LINK ? VKERNEL_WATCH_BELONGINGS
                : VKERNEL_WATCH_DEVICE
                  | (event.moved ? VKERNEL_WATCH_MOVED : 0));
    }
    return (event.kind == VKERNEL_RTNL_LINK
            ? VKERNEL_WATCH_OTHERS : VKERNEL_WATCH_NOISE);
}

unsigned int
vkernel_watch_take(struct nl_sock *sock, int ifindex)
{
    uint64_t stub[VKERNEL_RTNL_EVENT_SIZE / 8];
    unsigned int news = 0;
    struct ofpbuf buf;
    int error = 0;

    ofpbuf_use_stub(&buf, stub, sizeof stub);
    for (int i = 0; i < MAX_EVENTS && error != EAGAIN; i++) {
        error = vkernel_rtnl_recv_event(sock, &buf);
        if (error == ENOBUFS) {
            /* Events were lost: they may have been of anything. */
            news |= (VKERNEL_WATCH_DEVICE | VKERNEL_WATCH_BELONGINGS
                     | VKERNEL_WATCH_OTHERS);
        } else if (!error) {
            news |= parse_news(&buf, ifindex);
        } else if (error != EAGAIN) {
            news |= VKERNEL_WATCH_NOISE;
        }
    }
    ofpbuf_uninit(&buf);
    return news;
}

bool
vkernel_watch_take_mac(struct nl_sock *sock, int ifindex, struct eth_addr mac,
                       struct eth_addr *macp)
{
    uint64_t stub[VKERNEL_RTNL_EVENT_SIZE / 8];
    struct ofpbuf buf;
    bool found = false;
    int error = 0;

    ofpbuf_use_stub(&buf, stub, sizeof stub);
    for (int i = 0; i < MAX_EVENTS && error != EAGAIN; i++) {
        struct vkernel_link link;

        error = vkernel_rtnl_recv_event(sock, &buf);
        if (!error && !vkernel_link_parse(&buf, &link)
            && link.ifindex == ifindex && !eth_addr_equals(link.mac, mac)) {
            *macp = link.mac;
            found = true;
        }
    }
    ofpbuf_uninit(&buf);
    return found;
}
