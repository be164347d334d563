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

#include "vkernel-rtnl.h"

#include <errno.h>
#include <limits.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "coverage.h"
#include "netlink.h"
#include "netlink-socket.h"
#include "openvswitch/ofpbuf.h"
#include "util.h"

COVERAGE_DEFINE(vkernel_rtnl_dump_again);

/* How often a dump is asked for until it is consistent. */
#define MAX_DUMPS 5

int
vkernel_rtnl_transact(struct nl_sock *sock, struct ofpbuf *request,
                      struct ofpbuf *reply)
{
    int error = nl_sock_send(sock, request, true);
    uint32_t seq = nl_msg_nlmsghdr(request)->nlmsg_seq;

    ofpbuf_uninit(request);
    ofpbuf_init(reply, 4096);
    while (!error) {
        int answer;

        error = nl_sock_recv(sock, reply, NULL, true);
        if (!error && nl_msg_nlmsghdr(reply)->nlmsg_seq == seq) {
            /* An acknowledgement is an error message with error 0. */
            return nl_msg_nlmsgerr(reply, &answer, NULL) ? answer : 0;
        }
    }
    return error;
}

/* Returns the error that the last message of a dump, 'done', carries, as a
 * positive errno value, or 0. */
static int
parse_done(const struct ofpbuf *done)
{
    const int *error = ofpbuf_at(done, NLMSG_HDRLEN, sizeof *error);

    return error && *error < 0 && *error != INT_MIN ? -*error : 0;
}

/* What is known of a dump after some of its messages. */
struct dump_state {
    bool done;                  /* There is no more to come. */
    bool inconsistent;          /* Something changed meanwhile. */
    int error;                  /* Positive errno value, or 0. */
};

/* Appends to 'messages' those of 'part', which was received in the course of
 * the dump 'seq'. */
static void
take_part(struct ofpbuf *part, uint32_t seq, struct ofpbuf *messages,
          struct dump_state *state)
{
    const struct nlmsghdr *nlmsg;
    struct ofpbuf msg;

    while (!state->done && (nlmsg = nl_msg_next(part, &msg))) {
        if (nlmsg->nlmsg_seq != seq) {
            continue;
        }
        state->inconsistent |= (nlmsg->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (nlmsg->nlmsg_type == NLMSG_DONE) {
            state->error = parse_done(&msg);
            state->done = true;
        } else if (nl_msg_nlmsgerr(&msg, &state->error, NULL)) {
            state->done = true;
        } else {
            ofpbuf_put(messages, msg.data, msg.size);
        }
    }
}

/* Makes one attempt.  Returns EAGAIN if it was not consistent. */
static int
dump_once(struct nl_sock *sock, struct ofpbuf *request,
          struct ofpbuf *messages)
{
    struct dump_state state = { .done = false };
    struct ofpbuf part;
    uint32_t seq;
    int error;

    error = nl_sock_send(sock, request, true);
    if (error) {
        return error;
    }
    seq = nl_msg_nlmsghdr(request)->nlmsg_seq;

    /* All is read, even if it is in vain, since the kernel refuses another
     * dump on the socket before. */
    ofpbuf_init(&part, 32768);
    while (!state.done && !error) {
        /* A dump's parts are made as they are read, none is waited for. */
        error = nl_sock_recv(sock, &part, NULL, false);
        if (!error) {
            take_part(&part, seq, messages, &state);
        } else if (error == ENOBUFS) {
            state.inconsistent = true;
            error = 0;
        }
    }
    ofpbuf_uninit(&part);
    return (error ? error
            : state.error ? state.error
            : state.inconsistent ? EAGAIN
            : 0);
}

int
vkernel_rtnl_dump(struct nl_sock *sock, struct ofpbuf *request,
                  struct ofpbuf *messages)
{
    int one = 1;
    int error;

    /* Without it the kernel takes no notice of what is asked for, and the
     * caller picks out what it wants. */
    setsockopt(nl_sock_fd(sock), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one,
               sizeof one);
    ofpbuf_init(messages, 0);
    for (int i = 0; i < MAX_DUMPS; i++) {
        if (i) {
            COVERAGE_INC(vkernel_rtnl_dump_again);
        }
        error = dump_once(sock, request, messages);
        if (error) {
            ofpbuf_clear(messages);
        }
        if (error != EAGAIN) {
            break;
        }
    }
    ofpbuf_uninit(request);
    return error;
}

int
vkernel_rtnl_recv_event(struct nl_sock *sock, struct ofpbuf *buf)
{
    struct sockaddr_nl sender = { .nl_pid = 0 };
    struct iovec iov = {
        .iov_base = buf->base,
        .iov_len = buf->allocated,
    };
    struct msghdr msg = {
        .msg_name = &sender,
        .msg_namelen = sizeof sender,
        .msg_iov = &iov,
        .msg_iovlen = 1,
    };
    const struct nlmsghdr *nlmsg = buf->base;
    ssize_t n;

    ofpbuf_clear(buf);
    do {
        n = recvmsg(nl_sock_fd(sock), &msg, MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return errno;
    } else if (sender.nl_pid || n < NLMSG_HDRLEN
               || nlmsg->nlmsg_len < NLMSG_HDRLEN) {
        return EPROTO;
    } else if (msg.msg_flags & MSG_TRUNC || nlmsg->nlmsg_len > n) {
        return ENOBUFS;
    }
    buf->size = n;
    return 0;
}

/* Returns the index of the device of 'msg', from RTM_NEWROUTE or
 * RTM_DELROUTE. */
static int
parse_route_ifindex(const struct ofpbuf *msg)
{
    const struct nlattr *oif = nl_attr_find(
        msg, NLMSG_HDRLEN + sizeof(struct rtmsg), RTA_OIF);

    /* A route with several next hops names none here. */
    return (oif && nl_attr_get_size(oif) == sizeof(uint32_t)
            ? nl_attr_get_u32(oif)
            : 0);
}

void
vkernel_rtnl_parse_event(const struct ofpbuf *msg,
                         struct vkernel_rtnl_event *event)
{
    const struct ifinfomsg *ifi = ofpbuf_at(msg, NLMSG_HDRLEN, sizeof *ifi);
    const struct ifaddrmsg *ifa = ofpbuf_at(msg, NLMSG_HDRLEN, sizeof *ifa);
    const struct rtmsg *rtm = ofpbuf_at(msg, NLMSG_HDRLEN, sizeof *rtm);
    uint16_t type = nl_msg_nlmsghdr(msg)->nlmsg_type;

    *event = (struct vkernel_rtnl_event) { .kind = VKERNEL_RTNL_NONE };
    if ((type == RTM_NEWLINK || type == RTM_DELLINK) && ifi) {
        event->kind = VKERNEL_RTNL_LINK;
        event->ifindex = ifi->ifi_index;
        event->moved = (type == RTM_DELLINK
                        && nl_attr_find(msg, NLMSG_HDRLEN + sizeof *ifi,
                                        IFLA_NEW_NETNSID));
    } else if ((type == RTM_NEWADDR || type == RTM_DELADDR) && ifa) {
        event->kind = VKERNEL_RTNL_ADDR;
        event->ifindex = ifa->ifa_index;
    } else if ((type == RTM_NEWROUTE || type == RTM_DELROUTE) && rtm) {
        event->kind = VKERNEL_RTNL_ROUTE;
        event->ifindex = parse_route_ifindex(msg);
    }
}
