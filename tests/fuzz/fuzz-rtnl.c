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

/* What the kernel answers and tells by rtnetlink.
 *
 * Input: datagrams, each with its length, 2 bytes, in front.  They answer all
 * that is asked, one after the other. */

#include <config.h>

#include "fuzz.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include "netlink.h"
#include "netlink-socket.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "util.h"
#include "vkernel-addr.h"
#include "vkernel-link.h"
#include "vkernel-route.h"
#include "vkernel-rtnl.h"
#include "vkernel-watch.h"

/* The device that is asked for, and the sequence number of all requests. */
#define IFINDEX 7
#define SEQ 1

/* What is left to be received. */
static struct fuzz_input answers;

/* Has each message in 'buf' end at a multiple of 4 bytes, as the kernel does,
 * which Open vSwitch relies on. */
static void
align_messages(struct ofpbuf *buf)
{
    size_t ofs = 0;

    while (ofs + sizeof(struct nlmsghdr) <= buf->size) {
        struct nlmsghdr *nlmsg = ofpbuf_at(buf, ofs, sizeof *nlmsg);

        nlmsg->nlmsg_len &= ~3u;
        if (nlmsg->nlmsg_len < sizeof *nlmsg
            || nlmsg->nlmsg_len > buf->size - ofs) {
            break;
        }
        ofs += nlmsg->nlmsg_len;
    }
}

/* Takes a datagram from 'input' into '*buf', as nl_sock_recv() does, which
 * looks at its length.  It ends where its memory does. */
static int
take_datagram(struct fuzz_input *input, struct ofpbuf *buf)
{
    const struct nlmsghdr *nlmsg;
    size_t size;

    if (!input->size) {
        return EAGAIN;
    }
    size = fuzz_take_u16(input);
    size = MIN(size, input->size);
    ofpbuf_uninit(buf);
    ofpbuf_init(buf, size);
    ofpbuf_put(buf, input->data, size);
    input->data += size;
    input->size -= size;
    if (size < sizeof *nlmsg) {
        /* As if it was lost. */
        ofpbuf_clear(buf);
        return ENOBUFS;
    }
    align_messages(buf);
    nlmsg = buf->data;
    return (nlmsg->nlmsg_len < sizeof *nlmsg || nlmsg->nlmsg_len > size
            ? EPROTO : 0);
}

WRAP(int, nl_sock_fd, const struct nl_sock *sock OVS_UNUSED)
{
    return -1;
}

WRAP(int, nl_sock_send, struct nl_sock *sock OVS_UNUSED,
     const struct ofpbuf *msg, bool wait OVS_UNUSED)
{
    struct nlmsghdr *nlmsg = nl_msg_nlmsghdr(msg);

    nlmsg->nlmsg_len = msg->size;
    nlmsg->nlmsg_seq = SEQ;
    return 0;
}

WRAP(int, nl_sock_recv, struct nl_sock *sock OVS_UNUSED, struct ofpbuf *buf,
     int *nsid OVS_UNUSED, bool wait OVS_UNUSED)
{
    return take_datagram(&answers, buf);
}

WRAP(int, vkernel_rtnl_recv_event, struct nl_sock *sock OVS_UNUSED,
     struct ofpbuf *buf)
{
    return take_datagram(&answers, buf);
}

static void
check_text(const char *text, size_t size)
{
    ovs_assert(memchr(text, '\0', size));
}

static void
check_link(const struct vkernel_link *link, void *aux OVS_UNUSED)
{
    check_text(link->ifname, sizeof link->ifname);
    check_text(link->alias, sizeof link->alias);
    check_text(link->kind, sizeof link->kind);
}

static void
check_prefix(const struct vkernel_prefix *prefix)
{
    struct ds text = DS_EMPTY_INITIALIZER;
    struct vkernel_prefix again;

    /* If it is one at all, options can have it, too. */
    vkernel_prefix_format(prefix, &text);
    ovs_assert(!vkernel_prefix_parse(ds_cstr(&text), &again));
    ovs_assert(vkernel_prefix_equals(prefix, &again));
    vkernel_prefix_network(prefix);
    vkernel_prefix_why_no_host(prefix);
    ds_destroy(&text);
}

static struct nl_sock *
get_sock(void)
{
    static char sock;

    return (struct nl_sock *) &sock;
}

static void
fuzz_lists(void)
{
    struct vkernel_route *routes;
    struct vkernel_addr *addrs;
    size_t n;

    vkernel_addr_list(get_sock(), IFINDEX, &addrs, &n);
    for (size_t i = 0; i < n; i++) {
        check_prefix(&addrs[i].prefix);
    }
    free(addrs);
    vkernel_route_list(get_sock(), IFINDEX, 0, 0, &routes, &n);
    for (size_t i = 0; i < n; i++) {
        check_prefix(&routes[i].prefix);
    }
    free(routes);
}

/* Parses each message of 'all' as one that ends where its memory does. */
static void
fuzz_messages(const struct fuzz_input *all)
{
    struct fuzz_input input = *all;
    struct ofpbuf buf, msg;

    ofpbuf_init(&buf, 0);
    while (input.size) {
        if (!take_datagram(&input, &buf)) {
            struct vkernel_rtnl_event event;
            struct vkernel_link link;

            ofpbuf_use_const(&msg, fuzz_guard(buf.data, buf.size, 4),
                             buf.size);
            vkernel_rtnl_parse_event(&msg, &event);
            vkernel_link_parse_event(&msg);
            if (!vkernel_link_parse(&msg, &link)) {
                check_link(&link, NULL);
            }
        }
    }
    ofpbuf_uninit(&buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct fuzz_input all = { data, size };
    struct vkernel_link link;
    struct eth_addr mac;

    fuzz_messages(&all);
    answers = all;
    fuzz_lists();
    answers = all;
    vkernel_link_for_each(get_sock(), "tun", check_link, NULL);
    answers = all;
    vkernel_link_get(get_sock(), "vk0", 0, &link);
    answers = all;
    vkernel_watch_take(get_sock(), IFINDEX);
    answers = all;
    vkernel_watch_take_mac(get_sock(), IFINDEX, eth_addr_zero, &mac);
    return 0;
}
