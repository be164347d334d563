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

#include "vkernel-testkernel.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "netlink.h"
#include "netlink-socket.h"
#include "openvswitch/ofpbuf.h"
#include "util.h"
#include "vkernel-link.h"
#include "vkernel-rtnl.h"

/* Where the kernel keeps what the tests need. */
static const char ipv6_path[] = "/proc/sys/net/ipv6";

void
testkernel_skip(const char *what, int error)
{
    fprintf(stderr, "no %s here (%s)\n", what, ovs_strerror(error));
    exit(77);
}

struct nl_sock *
testkernel_enter_netns(void)
{
    struct nl_sock *sock;

    if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
        testkernel_skip("network namespace", errno);
    } else if (access(ipv6_path, F_OK)) {
        testkernel_skip("IPv6", errno);
    }
    ovs_assert(!nl_sock_create(NETLINK_ROUTE, &sock));
    return sock;
}

int
testkernel_make_device(struct nl_sock *sock, const char *ifname,
                       const char *kind, uint32_t table)
{
    struct vkernel_link link;
    struct ofpbuf msg, reply;
    size_t info, data;
    int error;

    ofpbuf_init(&msg, 0);
    nl_msg_put_nlmsghdr(&msg, 0, RTM_NEWLINK,
                        NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    ofpbuf_put_zeros(&msg, sizeof(struct ifinfomsg));
    nl_msg_put_string(&msg, IFLA_IFNAME, ifname);
    info = nl_msg_start_nested(&msg, IFLA_LINKINFO);
    nl_msg_put_string(&msg, IFLA_INFO_KIND, kind);
    if (table) {
        data = nl_msg_start_nested(&msg, IFLA_INFO_DATA);
        nl_msg_put_u32(&msg, IFLA_VRF_TABLE, table);
        nl_msg_end_nested(&msg, data);
    }
    nl_msg_end_nested(&msg, info);
    error = vkernel_rtnl_transact(sock, &msg, &reply);
    ofpbuf_uninit(&reply);
    if (error) {
        testkernel_skip(kind, error);
    }
    ovs_assert(!vkernel_link_get(sock, ifname, 0, &link));
    return link.ifindex;
}
