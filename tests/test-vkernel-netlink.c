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

/* Tests of what speaks rtnetlink: what is asked, and what is understood of the
 * answers, with the socket's place taken by the test; and whether the kernel
 * sees it likewise, in a network namespace of the test's own. */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command-line.h"
#include "netlink.h"
#include "netlink-socket.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "util.h"
#include "vkernel-addr.h"
#include "vkernel-link.h"
#include "vkernel-prefix.h"
#include "vkernel-route.h"
#include "vkernel-rtnl.h"
#include "vkernel-testkernel.h"
#include "vkernel-testlib.h"
#include "vkernel-watch.h"

/* The socket. */

static const char tun_path[] = "/dev/net/tun";

/* Does the kernel answer, on real sockets? */
static bool use_kernel;

/* What is received next, instead of 'answer', unless it is NULL: see
 * test_dump(). */
static const char *script;

/* What the kernel will answer next.  Unless it is empty, an answer to somebody
 * else's request precedes it. */
static struct ofpbuf *answer;
static int send_error;
static int receive_error;

/* The last request, and how many there were. */
static struct ofpbuf *request;
static int n_requests;

int __real_nl_sock_fd(const struct nl_sock *);
int __real_nl_sock_send(struct nl_sock *, const struct ofpbuf *, bool wait);
int __real_nl_sock_recv(struct nl_sock *, struct ofpbuf *, int *nsid,
                        bool wait);

WRAP(int, nl_sock_fd, const struct nl_sock *sock)
{
    return use_kernel ? __real_nl_sock_fd(sock) : -1;
}

WRAP(int, nl_sock_send, struct nl_sock *sock, const struct ofpbuf *msg,
     bool wait)
{
    struct nlmsghdr *nlmsg = nl_msg_nlmsghdr(msg);

    ovs_assert(wait);
    if (use_kernel) {
        return __real_nl_sock_send(sock, msg, wait);
    }
    n_requests++;
    nlmsg->nlmsg_len = msg->size;
    nlmsg->nlmsg_seq = 42;
    ofpbuf_delete(request);
    request = ofpbuf_clone(msg);
    return send_error;
}

static int receive_script(struct ofpbuf *);
static int receive_dump(struct ofpbuf *);

WRAP(int, nl_sock_recv, struct nl_sock *sock, struct ofpbuf *buf, int *nsid,
     bool wait)
{
    static bool stale_sent;

    if (use_kernel) {
        return __real_nl_sock_recv(sock, buf, nsid, wait);
    } else if (!wait) {
        return script ? receive_script(buf) : receive_dump(buf);
    }
    if (receive_error) {
        return receive_error;
    }
    ofpbuf_clear(buf);
    ofpbuf_put(buf, answer->data, answer->size);
    stale_sent = !stale_sent;
    if (stale_sent) {
        struct ifinfomsg *ifi = ofpbuf_at(buf, NLMSG_HDRLEN, sizeof *ifi);

        nl_msg_nlmsghdr(buf)->nlmsg_seq = 41;
        if (ifi) {
            ifi->ifi_index = 1;
        }
    }
    return 0;
}

static void
start_answer(int type, size_t size)
{
    ofpbuf_delete(answer);
    answer = ofpbuf_new(0);
    nl_msg_put_nlmsghdr(answer, size, type, 0);
    nl_msg_nlmsghdr(answer)->nlmsg_seq = 42;
}

static void
end_answer(void)
{
    nl_msg_nlmsghdr(answer)->nlmsg_len = answer->size;
}

/* Makes an answer of error 'error'. */
static void
put_error(int error)
{
    struct nlmsgerr *err;

    start_answer(NLMSG_ERROR, sizeof *err);
    err = ofpbuf_put_zeros(answer, sizeof *err);
    err->error = -error;
    end_answer();
}

/* Devices. */

/* Puts an IFLA_STATS64 of 'size' bytes. */
static void
put_stats(size_t size)
{
    const struct rtnl_link_stats64 s = {
        .rx_packets = 1, .rx_bytes = 2, .rx_dropped = 3, .rx_errors = 40,
        .rx_frame_errors = 4, .tx_packets = 5, .tx_bytes = 6,
        .tx_dropped = 7, .tx_errors = 800, .rx_missed_errors = 900,
    };
    uint8_t *data = nl_msg_put_unspec_zero(answer, IFLA_STATS64, size);

    memcpy(data, &s, MIN(size, sizeof s));
}

/* Puts an IFLA_LINKINFO of 'kind' whose IFLA_INFO_DATA is as that of a tun
 * device of the type 'type' and, if 'n_queues' is not negative, with that
 * many queues and twice as many disabled ones. */
static void
put_linkinfo(const char *kind, uint8_t type, int n_queues)
{
    size_t info = nl_msg_start_nested(answer, IFLA_LINKINFO);
    size_t data;

    nl_msg_put_string(answer, IFLA_INFO_KIND, kind);
    data = nl_msg_start_nested(answer, IFLA_INFO_DATA);
    nl_msg_put_u8(answer, IFLA_TUN_TYPE, type);
    nl_msg_put_u8(answer, IFLA_TUN_MULTI_QUEUE, n_queues >= 0);
    if (n_queues >= 0) {
        nl_msg_put_u32(answer, IFLA_TUN_NUM_QUEUES, n_queues);
        nl_msg_put_u32(answer, IFLA_TUN_NUM_DISABLED_QUEUES, 2 * n_queues);
    }
    nl_msg_end_nested(answer, data);
    nl_msg_end_nested(answer, info);
}

/* Puts an IFLA_AF_SPEC in which promote_secondaries is the last of the
 * settings of IPv4, and is on. */
static void
put_promote_secondaries(void)
{
    const uint32_t conf[IPV4_DEVCONF_PROMOTE_SECONDARIES] = {
        [IPV4_DEVCONF_PROMOTE_SECONDARIES - 1] = 1,
    };
    size_t families = nl_msg_start_nested(answer, IFLA_AF_SPEC);
    size_t inet = nl_msg_start_nested(answer, AF_INET);

    nl_msg_put_unspec(answer, IFLA_INET_CONF, conf, sizeof conf);
    nl_msg_end_nested(answer, inet);
    nl_msg_end_nested(answer, families);
}

/* What an answer may be like. */
enum link_kind {
    LINK_BARE,                  /* No more than the mandatory attributes. */
    LINK_TAP,                   /* A multi-queue tap, with all. */
    LINK_TAP_SINGLE,            /* A tap with one queue. */
    LINK_TUN,                   /* No tap, but a tun. */
    LINK_VETH,                  /* Of another kind. */
    LINK_NO_DATA,               /* A tun device that does not say which. */
    LINK_LOOPBACK,              /* An address that is not Ethernet's. */
    LINK_NO_MTU,                /* A mandatory attribute is missing. */
    LINK_OLD_STATS,             /* Statistics of an old kernel. */
    LINK_NEW_STATS,             /* Statistics of a kernel yet to come. */
    LINK_SHORT_STATS,           /* Statistics that end early. */
    LINK_PORT,                  /* A port of a bridge, with an alias. */
    LINK_BRIDGE,                /* A bridge. */
    LINK_VRF,                   /* A VRF. */
    LINK_PROMOTE,               /* With promote_secondaries. */
    LINK_DELETED,               /* RTM_DELLINK. */
};

static void
put_link(enum link_kind kind)
{
    static const uint8_t mac[] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56, 0, 0 };
    struct ifinfomsg *ifi;

    start_answer(kind == LINK_DELETED ? RTM_DELLINK : RTM_NEWLINK,
                 sizeof *ifi);
    ifi = ofpbuf_put_zeros(answer, sizeof *ifi);
    ifi->ifi_index = 7;
    ifi->ifi_flags = kind == LINK_TAP ? IFF_UP | IFF_RUNNING : IFF_RUNNING;
    nl_msg_put_string(answer, IFLA_IFNAME, "vk0");
    if (kind != LINK_NO_MTU) {
        nl_msg_put_u32(answer, IFLA_MTU, 1500);
        nl_msg_put_u32(answer, IFLA_GSO_MAX_SIZE, 65536);
    }
    if (kind != LINK_BARE) {
        nl_msg_put_unspec(answer, IFLA_ADDRESS, mac,
                          kind == LINK_LOOPBACK ? 4 : 6);
    }
    if (kind == LINK_TAP) {
        put_linkinfo("tun", IFF_TAP, 4);
        nl_msg_put_u32(answer, VKERNEL_IFLA_GSO_IPV4_MAX_SIZE, 4096);
        put_stats(sizeof(struct rtnl_link_stats64));
    } else if (kind == LINK_TAP_SINGLE) {
        put_linkinfo("tun", IFF_TAP, -1);
    } else if (kind == LINK_TUN) {
        put_linkinfo("tun", IFF_TUN, 1);
    } else if (kind == LINK_VETH) {
        put_linkinfo("veth", IFF_TAP, 1);
    } else if (kind == LINK_NO_DATA) {
        size_t info = nl_msg_start_nested(answer, IFLA_LINKINFO);

        nl_msg_put_string(answer, IFLA_INFO_KIND, "tun");
        nl_msg_end_nested(answer, info);
    } else if (kind == LINK_PORT) {
        nl_msg_put_u32(answer, IFLA_TXQLEN, 1000);
        nl_msg_put_u32(answer, IFLA_MASTER, 9);
        nl_msg_put_string(answer, IFLA_IFALIAS, "to the host");
        nl_msg_put_u8(answer, IFLA_CARRIER, 1);
    } else if (kind == LINK_BRIDGE || kind == LINK_VRF) {
        size_t info = nl_msg_start_nested(answer, IFLA_LINKINFO);
        size_t data;

        nl_msg_put_string(answer, IFLA_INFO_KIND,
                          kind == LINK_VRF ? "vrf" : "bridge");
        data = nl_msg_start_nested(answer, IFLA_INFO_DATA);
        nl_msg_put_u32(answer, IFLA_VRF_TABLE, 1000);
        nl_msg_end_nested(answer, data);
        nl_msg_end_nested(answer, info);
    } else if (kind == LINK_PROMOTE) {
        put_promote_secondaries();
    } else if (kind == LINK_OLD_STATS) {
        put_stats(offsetof(struct rtnl_link_stats64, rx_nohandler));
    } else if (kind == LINK_NEW_STATS) {
        put_stats(sizeof(struct rtnl_link_stats64) + 4096);
    } else if (kind == LINK_SHORT_STATS) {
        put_stats(offsetof(struct rtnl_link_stats64, rx_nohandler) - 8);
    }
    end_answer();
}

/* Prints what 'link' has that not every device has. */
static void
print_link_rest(const struct vkernel_link *link)
{
    if (link->kind[0]) {
        printf(" kind=%s", link->kind);
    }
    if (link->vrf_table) {
        printf(" vrf_table=%"PRIu32, link->vrf_table);
    }
    if (link->txqueuelen) {
        printf(" txqueuelen=%d", link->txqueuelen);
    }
    if (link->master) {
        printf(" master=%d", link->master);
    }
    if (link->alias[0]) {
        printf(" alias=\"%s\"", link->alias);
    }
    if (link->carrier) {
        printf(" carrier");
    }
    if (link->promote_secondaries) {
        printf(" promote_secondaries");
    }
}

static void
get_link(const char *title)
{
    struct vkernel_link link;
    int error;

    memset(&link, 0xa5, sizeof link);
    error = vkernel_link_get(NULL, NULL, 7, &link);
    printf("%s: ", title);
    if (error) {
        printf("%s\n", ovs_strerror(error));
        return;
    }
    ovs_assert(link.gso_max_size == (link.mtu ? 65536 : 0));
    ovs_assert(link.gso_ipv4_max_size == (link.up ? 4096 : 0));
    printf("%s %d mtu=%d mac="ETH_ADDR_FMT" up=%d tap=%d mq=%d queues=%d+%d "
           "stats=%"PRIu64",%"PRIu64",%"PRIu64",%"PRIu64",%"PRIu64",%"PRIu64
           ",%"PRIu64, link.ifname, link.ifindex, link.mtu,
           ETH_ADDR_ARGS(link.mac), link.up, link.is_tap, link.multi_queue,
           link.n_queues, link.n_disabled_queues, link.stats.rx_packets,
           link.stats.rx_bytes, link.stats.rx_dropped, link.stats.rx_errors,
           link.stats.tx_packets, link.stats.tx_bytes, link.stats.tx_dropped);
    print_link_rest(&link);
    putchar('\n');
}

/* link-get: what is understood of each kind of answer. */
static void
test_link_get(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const char *const titles[] = {
        [LINK_BARE] = "bare",
        [LINK_TAP] = "tap",
        [LINK_TAP_SINGLE] = "single-queue tap",
        [LINK_TUN] = "tun",
        [LINK_VETH] = "veth",
        [LINK_NO_DATA] = "no data",
        [LINK_LOOPBACK] = "loopback",
        [LINK_NO_MTU] = "no MTU",
        [LINK_OLD_STATS] = "old stats",
        [LINK_NEW_STATS] = "new stats",
        [LINK_SHORT_STATS] = "short stats",
        [LINK_PORT] = "port",
        [LINK_BRIDGE] = "bridge",
        [LINK_VRF] = "VRF",
        [LINK_PROMOTE] = "promote",
        [LINK_DELETED] = "deleted",
    };
    size_t n_blocks = testlib_count_blocks();

    for (size_t i = 0; i < ARRAY_SIZE(titles); i++) {
        put_link(i);
        get_link(titles[i]);
    }
    put_error(ENODEV);
    get_link("error");
    put_error(0);
    get_link("acknowledgement");
    receive_error = ENOBUFS;
    get_link("receiving fails");
    send_error = ECONNREFUSED;
    get_link("sending fails");
    ofpbuf_delete(answer);
    ofpbuf_delete(request);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* Prints the settings of IPv4 in 'spec', an IFLA_AF_SPEC. */
static void
print_af_spec(const struct nlattr *spec)
{
    const struct nlattr *inet = nl_attr_find_nested(spec, AF_INET);
    const struct nlattr *conf = nl_attr_find_nested(inet, IFLA_INET_CONF);
    const struct nlattr *value = nl_attr_get(conf);

    ovs_assert(nl_attr_get_size(conf) == NL_A_U32_SIZE);
    printf(" ipv4_devconf.%d=%u", nl_attr_type(value),
           nl_attr_get_u32(value));
}

static void
print_request(void)
{
    static const struct nl_policy policy[] = {
        [IFLA_IFNAME] = { .type = NL_A_STRING, .optional = true },
        [IFLA_MTU] = { .type = NL_A_U32, .optional = true },
        [IFLA_GSO_MAX_SIZE] = { .type = NL_A_U32, .optional = true },
        [IFLA_TXQLEN] = { .type = NL_A_U32, .optional = true },
        [IFLA_MASTER] = { .type = NL_A_U32, .optional = true },
        [IFLA_IFALIAS] = { .type = NL_A_UNSPEC, .optional = true },
        [IFLA_AF_SPEC] = { .type = NL_A_NESTED, .optional = true },
        [VKERNEL_IFLA_GSO_IPV4_MAX_SIZE] = { .type = NL_A_U32,
                                             .optional = true },
    };
    struct nlattr *attrs[ARRAY_SIZE(policy)];
    const struct nlmsghdr *nlmsg = nl_msg_nlmsghdr(request);
    const struct ifinfomsg *ifi;

    ovs_assert(nl_policy_parse(request, NLMSG_HDRLEN + sizeof *ifi, policy,
                               attrs, ARRAY_SIZE(attrs)));
    ifi = ofpbuf_at_assert(request, NLMSG_HDRLEN, sizeof *ifi);
    printf("%s%s index=%d",
           nlmsg->nlmsg_type == RTM_GETLINK ? "get"
           : nlmsg->nlmsg_type == RTM_SETLINK ? "set" : "?",
           nlmsg->nlmsg_flags == NLM_F_REQUEST ? ""
           : nlmsg->nlmsg_flags == (NLM_F_REQUEST | NLM_F_ACK) ? "+ack" : "?",
           ifi->ifi_index);
    if (attrs[IFLA_IFNAME]) {
        printf(" name=%s", nl_attr_get_string(attrs[IFLA_IFNAME]));
    }
    if (attrs[IFLA_GSO_MAX_SIZE]) {
        printf(" gso_max_size=%u", nl_attr_get_u32(attrs[IFLA_GSO_MAX_SIZE]));
    }
    if (attrs[VKERNEL_IFLA_GSO_IPV4_MAX_SIZE]) {
        printf(" gso_ipv4_max_size=%u",
               nl_attr_get_u32(attrs[VKERNEL_IFLA_GSO_IPV4_MAX_SIZE]));
    }
    if (attrs[IFLA_MTU]) {
        printf(" mtu=%u", nl_attr_get_u32(attrs[IFLA_MTU]));
    }
    if (attrs[IFLA_TXQLEN]) {
        printf(" txqueuelen=%u", nl_attr_get_u32(attrs[IFLA_TXQLEN]));
    }
    if (attrs[IFLA_MASTER]) {
        printf(" master=%u", nl_attr_get_u32(attrs[IFLA_MASTER]));
    }
    if (attrs[IFLA_IFALIAS]) {
        printf(" alias=\"%.*s\"",
               (int) nl_attr_get_size(attrs[IFLA_IFALIAS]),
               (const char *) nl_attr_get(attrs[IFLA_IFALIAS]));
    }
    if (attrs[IFLA_AF_SPEC]) {
        print_af_spec(attrs[IFLA_AF_SPEC]);
    }
    if (ifi->ifi_change) {
        printf(" flags=%#x/%#x", ifi->ifi_flags, ifi->ifi_change);
    }
    putchar('\n');
}

/* link-request: what the kernel is asked. */
static void
test_link_request(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_link link;

    put_link(LINK_TAP);
    ovs_assert(!vkernel_link_get(NULL, "vk0", 7, &link));
    print_request();
    ovs_assert(!vkernel_link_get(NULL, NULL, 7, &link));
    print_request();
    put_error(0);
    ovs_assert(!vkernel_link_set_mtu(NULL, 7, 9000));
    print_request();
    put_error(EPERM);
    ovs_assert(vkernel_link_set_mtu(NULL, 7, 9000) == EPERM);
    put_error(0);
    ovs_assert(!vkernel_link_set_gso_max_size(NULL, 7, 4096, 2048));
    print_request();
    ovs_assert(!vkernel_link_set_txqueuelen(NULL, 7, 500));
    print_request();
    ovs_assert(!vkernel_link_set_up(NULL, 7, true));
    print_request();
    ovs_assert(!vkernel_link_set_up(NULL, 7, false));
    print_request();
    ovs_assert(!vkernel_link_set_master(NULL, 7, 9));
    print_request();
    ovs_assert(!vkernel_link_set_master(NULL, 7, 0));
    print_request();
    ovs_assert(!vkernel_link_set_alias(NULL, 7, "to the host"));
    print_request();
    ovs_assert(!vkernel_link_set_alias(NULL, 7, ""));
    print_request();
    ovs_assert(!vkernel_link_set_promote_secondaries(NULL, 7, true));
    print_request();
    put_error(EBUSY);
    ovs_assert(vkernel_link_set_master(NULL, 7, 9) == EBUSY);
    ovs_assert(vkernel_link_set_alias(NULL, 7, "") == EBUSY);
    ovs_assert(vkernel_link_set_up(NULL, 7, true) == EBUSY);
}

/* link-event: which device a message speaks of. */
static void
test_link_event(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    put_link(LINK_TAP);
    printf("new link %d\n", vkernel_link_parse_event(answer));
    put_link(LINK_DELETED);
    printf("deleted link %d\n", vkernel_link_parse_event(answer));
    nl_msg_nlmsghdr(answer)->nlmsg_type = RTM_NEWADDR;
    printf("new address %d\n", vkernel_link_parse_event(answer));
    start_answer(RTM_NEWLINK, 0);
    end_answer();
    printf("too short %d\n", vkernel_link_parse_event(answer));
}

/* Dumps. */

/* The answer to each dump, all messages in one part, and how many such answers
 * were given. */
static struct ofpbuf *dump;
static int n_dumps;

/* Appends a message to 'messages', and deletes it. */
static void
append_message(struct ofpbuf *messages, struct ofpbuf *msg, uint32_t seq)
{
    nl_msg_nlmsghdr(msg)->nlmsg_len = msg->size;
    nl_msg_nlmsghdr(msg)->nlmsg_seq = seq;
    ofpbuf_put(messages, msg->data, msg->size);
    ofpbuf_delete(msg);
}

/* Makes a message of 'type' with 'flags' and 'size' bytes of 'data'. */
static struct ofpbuf *
make_message(int type, int flags, const void *data, size_t size)
{
    struct ofpbuf *msg = ofpbuf_new(0);

    nl_msg_put_nlmsghdr(msg, size, type, flags);
    ofpbuf_put(msg, data, size);
    return msg;
}

/* Appends to 'buf' the message that the letter 'c' of a script stands for. */
static void
put_scripted(struct ofpbuf *buf, char c, int flags, uint32_t seq)
{
    const struct nlmsgerr err = { .error = -ENODEV };
    const struct ifaddrmsg ifa = { .ifa_index = c - '0' };
    const int done = c == 'E' ? -ENOENT : 0;
    struct ofpbuf *msg;

    flags |= NLM_F_MULTI;
    if (c == 'D' || c == 'E') {
        msg = make_message(NLMSG_DONE, flags, &done, sizeof done);
    } else if (c == 'X') {
        msg = make_message(NLMSG_ERROR, flags, &err, sizeof err);
    } else {
        msg = make_message(RTM_NEWADDR, flags, &ifa, sizeof ifa);
    }
    append_message(buf, msg, seq);
}

/* Puts into 'buf' what 'script' has up to the next '|' or its end. */
static int
receive_script(struct ofpbuf *buf)
{
    uint32_t seq = 42;
    int flags = 0;

    if (!*script) {
        return EAGAIN;
    } else if (*script == '!') {
        script++;
        return ENOBUFS;
    }
    ofpbuf_clear(buf);
    for (; *script && *script != '|'; script++) {
        if (*script == 'i') {
            flags = NLM_F_DUMP_INTR;
        } else if (*script == 's') {
            seq = 41;
        } else {
            put_scripted(buf, *script, flags, seq);
            flags = 0;
            seq = 42;
        }
    }
    script += *script == '|';
    return 0;
}

/* Puts 'dump' into 'buf', once for each request. */
static int
receive_dump(struct ofpbuf *buf)
{
    if (n_dumps == n_requests) {
        return EAGAIN;
    }
    n_dumps = n_requests;
    ofpbuf_clear(buf);
    ofpbuf_put(buf, dump->data, dump->size);
    return 0;
}

/* Has each dump end, after what was put into it. */
static void
end_dump(void)
{
    const int done = 0;

    append_message(dump, make_message(NLMSG_DONE, NLM_F_MULTI, &done,
                                      sizeof done), 42);
}

/* Makes a dump and prints what comes of it. */
static void
print_dump(const char *title)
{
    struct ofpbuf asked, messages, all, msg;
    int error;

    n_requests = 0;
    ofpbuf_init(&asked, 0);
    nl_msg_put_nlmsghdr(&asked, 0, RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP);
    error = vkernel_rtnl_dump(NULL, &asked, &messages);
    printf("%s: requests=%d messages=", title, n_requests);
    all = messages;
    while (nl_msg_next(&all, &msg)) {
        const struct ifaddrmsg *ifa = ofpbuf_at_assert(&msg, NLMSG_HDRLEN,
                                                       sizeof *ifa);

        printf("%d", ifa->ifa_index);
    }
    printf("%s%s\n", error ? " " : "", error ? ovs_strerror(error) : "");
    ofpbuf_uninit(&messages);
}

/* dump SCRIPT...: prints what comes of a dump of which is received, for each
 * character: a digit, a message that has it; D, the end; E, an end with an
 * error; X, an error; i, nothing but the next message is marked as of an
 * interrupted dump; s, nothing but the next one is somebody else's.  A '|'
 * separates what is received at once, and a '!' at the beginning of that is
 * an overflow of the receive buffer before it. */
static void
test_dump(struct ovs_cmdl_context *ctx)
{
    size_t n_blocks = testlib_count_blocks();

    for (int i = 1; i < ctx->argc; i++) {
        script = ctx->argv[i];
        print_dump(ctx->argv[i]);
        if (*script) {
            printf("unread: %s\n", script);
        }
    }
    send_error = ECONNREFUSED;
    print_dump("sending fails");
    ofpbuf_delete(request);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* Addresses and routes. */

/* Parses the prefix 'text', which is valid. */
static struct vkernel_prefix
parse_prefix(const char *text)
{
    struct vkernel_prefix prefix;

    ovs_assert(!vkernel_prefix_parse(text, &prefix));
    return prefix;
}

static struct in6_addr
parse_address(const char *text)
{
    struct in6_addr address;

    ovs_assert(vkernel_addr_parse(text, &address));
    return address;
}

static struct vkernel_route
make_route(const char *prefix, const char *gateway, uint32_t metric,
           uint8_t protocol)
{
    return (struct vkernel_route) {
        .prefix = parse_prefix(prefix),
        .gateway = parse_address(gateway),
        .metric = metric,
        .protocol = protocol,
    };
}

/* Puts the address 'text', if it is not NULL, into 'msg'. */
static void
put_address(struct ofpbuf *msg, uint16_t type, const char *text)
{
    struct in6_addr address;

    if (!text) {
        return;
    }
    address = parse_address(text);
    if (vkernel_addr_is_ipv4(&address)) {
        nl_msg_put_be32(msg, type, in6_addr_get_mapped_ipv4(&address));
    } else {
        nl_msg_put_in6_addr(msg, type, &address);
    }
}

/* Prints the address in 'attr', if it is not NULL. */
static void
print_address(const char *title, const struct nlattr *attr)
{
    char s[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (attr) {
        address = (nl_attr_get_size(attr) == sizeof(ovs_be32)
                   ? in6_addr_mapped_ipv4(nl_attr_get_be32(attr))
                   : nl_attr_get_in6_addr(attr));
        ipv6_string_mapped(s, &address);
        printf(" %s=%s", title, s);
    }
}

/* Prints type, flags and family of the last request, and returns what follows
 * the header, 'size' bytes. */
static const void *
print_request_header(size_t size)
{
    static const char *const types[RTM_MAX] = {
        [RTM_NEWADDR] = "new address",
        [RTM_DELADDR] = "delete address",
        [RTM_GETADDR] = "get addresses",
        [RTM_NEWROUTE] = "new route",
        [RTM_DELROUTE] = "delete route",
        [RTM_GETROUTE] = "get routes",
    };
    const struct nlmsghdr *nlmsg = nl_msg_nlmsghdr(request);
    const struct rtgenmsg *gen = ofpbuf_at_assert(request, NLMSG_HDRLEN, size);
    int flags = nlmsg->nlmsg_flags & ~NLM_F_REQUEST;

    ovs_assert(nlmsg->nlmsg_flags & NLM_F_REQUEST);
    printf("%s%s, IPv%d", types[nlmsg->nlmsg_type],
           flags == (NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL) ? "+create+ack"
           : flags == NLM_F_ACK ? "+ack"
           : flags == NLM_F_DUMP ? "+dump" : "?",
           gen->rtgen_family == AF_INET ? 4
           : gen->rtgen_family == AF_INET6 ? 6 : 0);
    return gen;
}

static void
print_addr_request(void)
{
    const struct ifaddrmsg *ifa = print_request_header(sizeof *ifa);
    const size_t size = NLMSG_HDRLEN + sizeof *ifa;
    const struct nlattr *protocol = nl_attr_find(request, size, IFA_PROTO);

    printf(" index=%d plen=%d scope=%d flags=%d", ifa->ifa_index,
           ifa->ifa_prefixlen, ifa->ifa_scope, ifa->ifa_flags);
    print_address("local", nl_attr_find(request, size, IFA_LOCAL));
    print_address("address", nl_attr_find(request, size, IFA_ADDRESS));
    if (protocol) {
        printf(" protocol=%d", nl_attr_get_u8(protocol));
    }
    putchar('\n');
}

static void
change_addr(const char *text)
{
    const struct vkernel_prefix prefix = parse_prefix(text);

    put_error(0);
    ovs_assert(!vkernel_addr_add(NULL, 7, &prefix));
    print_addr_request();
    n_requests = 0;
    put_link(LINK_PROMOTE);
    ovs_assert(!vkernel_addr_delete(NULL, 7, &prefix));
    ovs_assert(n_requests == (vkernel_addr_is_ipv4(&prefix.addr) ? 2 : 1));
    print_addr_request();
    put_error(EEXIST);
    ovs_assert(vkernel_addr_add(NULL, 7, &prefix) == EEXIST);
    put_error(EADDRNOTAVAIL);
    ovs_assert(vkernel_addr_delete(NULL, 7, &prefix) == EADDRNOTAVAIL);
}

/* addr-request: what the kernel is asked. */
static void
test_addr_request(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_addr *addrs;
    size_t n;

    change_addr("10.1.2.3/24");
    change_addr("127.0.0.2/8");
    change_addr("2001:db8::1/64");
    script = "D|X";
    ovs_assert(vkernel_addr_list(NULL, 7, &addrs, &n) == ENODEV);
    ovs_assert(!n);
    free(addrs);
    print_addr_request();
    script = "X";
    ovs_assert(vkernel_addr_list(NULL, 7, &addrs, &n) == ENODEV);
    ovs_assert(!n);
    free(addrs);
    print_addr_request();
}

/* Adds a message about an address to 'dump'.  'flags' above 0xff go into an
 * attribute alone. */
static void
put_addr(int type, int ifindex, const char *local, const char *address,
         uint8_t plen, uint32_t flags, uint8_t protocol)
{
    const char *any = local ? local : address;
    const struct ifaddrmsg ifa = {
        .ifa_family = any && strchr(any, ':') ? AF_INET6 : AF_INET,
        .ifa_prefixlen = plen,
        .ifa_flags = flags & 0xff,
        .ifa_scope = RT_SCOPE_LINK,
        .ifa_index = ifindex,
    };
    struct ofpbuf *msg = make_message(type, NLM_F_MULTI, &ifa, sizeof ifa);

    put_address(msg, IFA_LOCAL, local);
    put_address(msg, IFA_ADDRESS, address);
    if (flags > 0xff) {
        nl_msg_put_u32(msg, IFA_FLAGS, flags);
    }
    if (protocol) {
        nl_msg_put_u8(msg, IFA_PROTO, protocol);
    }
    append_message(dump, msg, 42);
}

/* Prints the addresses of the device 'ifindex' but for the link-local one. */
static void
print_addrs(struct nl_sock *sock, int ifindex, bool flags)
{
    struct vkernel_addr *addrs;
    size_t n;

    ovs_assert(!vkernel_addr_list(sock, ifindex, &addrs, &n));
    for (size_t i = 0; i < n; i++) {
        struct ds s = DS_EMPTY_INITIALIZER;

        vkernel_prefix_format(&addrs[i].prefix, &s);
        if (!use_kernel || strncmp(ds_cstr(&s), "fe80", 4)) {
            printf("%s scope=%d", ds_cstr(&s), addrs[i].scope);
            if (flags) {
                printf(" flags=%#"PRIx32, addrs[i].flags);
            }
            printf("%s\n", addrs[i].marked ? " marked" : "");
        }
        ds_destroy(&s);
    }
    free(addrs);
}

/* addr-list: what is understood of each kind of address. */
static void
test_addr_list(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    size_t n_blocks = testlib_count_blocks();

    dump = ofpbuf_new(0);
    put_addr(RTM_NEWADDR, 7, "2001:db8::1", NULL, 64, 0, 0);
    put_addr(RTM_NEWADDR, 7, "10.1.2.3", "10.1.2.3", 24, IFA_F_PERMANENT, 0);
    put_addr(RTM_NEWADDR, 7, "10.1.2.4", "10.9.9.9", 32, 0, 118);
    put_addr(RTM_NEWADDR, 7, NULL, "10.1.2.5", 0, 0x1180, 117);
    put_addr(RTM_NEWADDR, 7, NULL, "fe80::1", 64,
             IFA_F_NOPREFIXROUTE | IFA_F_TENTATIVE, 118);
    /* These are not listed. */
    put_addr(RTM_NEWADDR, 7, NULL, NULL, 24, 0, 0);
    put_addr(RTM_NEWADDR, 8, "10.1.2.6", "10.1.2.6", 24, 0, 118);
    put_addr(RTM_NEWADDR, 8, "2001:db8::6", NULL, 24, 0, 118);
    put_addr(RTM_DELADDR, 7, "10.1.2.7", "10.1.2.7", 24, 0, 118);
    append_message(dump, make_message(RTM_NEWADDR, 0, NULL, 0), 42);
    end_dump();
    print_addrs(NULL, 7, true);
    ofpbuf_delete(dump);
    ofpbuf_delete(request);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

static void
print_route_request(void)
{
    const struct rtmsg *rtm = print_request_header(sizeof *rtm);
    const size_t size = NLMSG_HDRLEN + sizeof *rtm;
    const struct nlattr *priority = nl_attr_find(request, size, RTA_PRIORITY);

    printf(" plen=%d protocol=%d scope=%d type=%d table=%d/%u oif=%u",
           rtm->rtm_dst_len, rtm->rtm_protocol, rtm->rtm_scope, rtm->rtm_type,
           rtm->rtm_table,
           nl_attr_get_u32(nl_attr_find(request, size, RTA_TABLE)),
           nl_attr_get_u32(nl_attr_find(request, size, RTA_OIF)));
    print_address("dst", nl_attr_find(request, size, RTA_DST));
    print_address("gateway", nl_attr_find(request, size, RTA_GATEWAY));
    if (priority) {
        printf(" metric=%u", nl_attr_get_u32(priority));
    }
    putchar('\n');
}

static void
change_route(const char *prefix, const char *gateway, uint32_t metric,
             uint32_t table)
{
    const struct vkernel_route route = make_route(prefix, gateway, metric, 4);

    put_error(0);
    ovs_assert(!vkernel_route_add(NULL, 7, table, &route));
    print_route_request();
    ovs_assert(!vkernel_route_delete(NULL, 7, table, &route));
    print_route_request();
    put_error(EEXIST);
    ovs_assert(vkernel_route_add(NULL, 7, table, &route) == EEXIST);
    put_error(ESRCH);
    ovs_assert(vkernel_route_delete(NULL, 7, table, &route) == ESRCH);
}

/* route-request: what the kernel is asked. */
static void
test_route_request(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_route *routes;
    size_t n;

    change_route("10.1.2.0/24", "10.9.9.9", 0, 0);
    change_route("0.0.0.0/0", "10.9.9.9", 50, 1000);
    change_route("2001:db8::/32", "fe80::1", 0, 254);
    change_route("::/0", "2001:db8::1", 50, 0);
    /* A table that does not exist is empty. */
    script = "E|E";
    ovs_assert(!vkernel_route_list(NULL, 7, 1000, 118, &routes, &n) && !n);
    free(routes);
    print_route_request();
    script = "X";
    ovs_assert(vkernel_route_list(NULL, 7, 0, 0, &routes, &n) == ENODEV);
    ovs_assert(!n);
    free(routes);
    print_route_request();
}

/* Adds a message about a route to 'dump'.  'gateway' and 'oif' may be absent,
 * if NULL and 0. */
static void
put_route(struct rtmsg rtm, const char *dst, const char *gateway,
          uint32_t oif, uint32_t table, uint32_t metric)
{
    struct ofpbuf *msg = make_message(RTM_NEWROUTE, NLM_F_MULTI, &rtm,
                                      sizeof rtm);

    nl_msg_put_u32(msg, RTA_TABLE, table);
    put_address(msg, RTA_DST, dst);
    put_address(msg, RTA_GATEWAY, gateway);
    if (oif) {
        nl_msg_put_u32(msg, RTA_OIF, oif);
    }
    if (metric) {
        nl_msg_put_u32(msg, RTA_PRIORITY, metric);
    }
    append_message(dump, msg, 42);
}

/* Prints the routes through the device 'ifindex'. */
static void
print_routes(struct nl_sock *sock, int ifindex, uint32_t table,
             uint8_t protocol)
{
    struct vkernel_route *routes;
    size_t n;

    ovs_assert(!vkernel_route_list(sock, ifindex, table, protocol, &routes,
                                   &n));
    for (size_t i = 0; i < n; i++) {
        struct ds s = DS_EMPTY_INITIALIZER;

        vkernel_prefix_format(&routes[i].prefix, &s);
        ds_put_cstr(&s, " via ");
        ipv6_format_mapped(&routes[i].gateway, &s);
        printf("%s metric=%"PRIu32" protocol=%d\n", ds_cstr(&s),
               routes[i].metric, routes[i].protocol);
        ds_destroy(&s);
    }
    free(routes);
}

/* route-list: what is understood of each kind of route. */
static void
test_route_list(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct rtmsg rtm4 = { .rtm_family = AF_INET, .rtm_dst_len = 24,
                                .rtm_type = RTN_UNICAST, .rtm_protocol = 4 };
    const struct rtmsg rtm6 = { .rtm_family = AF_INET6, .rtm_dst_len = 32,
                                .rtm_type = RTN_UNICAST,
                                .rtm_protocol = 118 };
    size_t n_blocks = testlib_count_blocks();
    struct rtmsg rtm;

    dump = ofpbuf_new(0);
    put_route(rtm6, "2001:db8::", "fe80::1", 7, 254, 1024);
    put_route(rtm4, "10.1.2.0", "10.9.9.9", 7, 254, 0);
    rtm = rtm4;
    rtm.rtm_dst_len = 0;
    rtm.rtm_protocol = 118;
    put_route(rtm, NULL, "10.9.9.9", 7, 254, 50);
    rtm = rtm6;
    rtm.rtm_dst_len = 0;
    put_route(rtm, NULL, "fe80::1", 7, 254, 50);
    /* In another table, through another device, without a gateway, or without
     * a device because it has several of them. */
    put_route(rtm4, "10.1.3.0", "10.9.9.9", 7, 1000, 0);
    put_route(rtm4, "10.1.4.0", "10.9.9.9", 8, 254, 0);
    put_route(rtm4, "10.1.5.0", NULL, 7, 254, 0);
    put_route(rtm4, "10.1.6.0", NULL, 0, 254, 0);
    put_route(rtm6, "2001:db9::", NULL, 7, 254, 0);
    /* Not a unicast route, and a copy. */
    rtm = rtm4;
    rtm.rtm_type = RTN_MULTICAST;
    put_route(rtm, "10.1.7.0", "10.9.9.9", 7, 254, 0);
    rtm = rtm6;
    rtm.rtm_flags = RTM_F_CLONED;
    put_route(rtm, "2001:dba::", "fe80::1", 7, 254, 0);
    append_message(dump, make_message(RTM_NEWROUTE, 0, NULL, 0), 42);
    end_dump();
    printf("main table:\n");
    print_routes(NULL, 7, 0, 0);
    printf("main table, ours:\n");
    print_routes(NULL, 7, 254, 118);
    printf("table 1000:\n");
    print_routes(NULL, 7, 1000, 0);
    ofpbuf_delete(dump);
    ofpbuf_delete(request);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* route-equals: of what is compared, all matters. */
static void
test_route_equals(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct vkernel_route routes[] = {
        make_route("10.1.2.0/24", "10.9.9.9", 0, 4),
        make_route("10.1.2.0/25", "10.9.9.9", 0, 4),
        make_route("10.1.3.0/24", "10.9.9.9", 0, 4),
        make_route("10.1.2.0/24", "10.9.9.8", 0, 4),
        make_route("10.1.2.0/24", "10.9.9.9", 1, 4),
    };
    const struct vkernel_route other = make_route("10.1.2.0/24", "10.9.9.9",
                                                  0, 118);

    for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
        for (size_t j = 0; j < ARRAY_SIZE(routes); j++) {
            ovs_assert(vkernel_route_equals(&routes[i], &routes[j])
                       == (i == j));
        }
    }
    ovs_assert(vkernel_route_equals(&routes[0], &other));
}

/* Events. */

static void
print_event(const char *title, const struct ofpbuf *msg)
{
    static const char *const kinds[] = {
        [VKERNEL_RTNL_NONE] = "nothing",
        [VKERNEL_RTNL_LINK] = "a device",
        [VKERNEL_RTNL_ADDR] = "an address",
        [VKERNEL_RTNL_ROUTE] = "a route",
    };
    struct vkernel_rtnl_event event;

    memset(&event, 0xa5, sizeof event);
    vkernel_rtnl_parse_event(msg, &event);
    printf("%s: %s, %d\n", title, kinds[event.kind], event.ifindex);
}

/* Makes a message, prints what it is about, and the same of one that is a byte
 * shorter than its header. */
static void
check_event(const char *title, int type, const void *header, size_t size,
            uint32_t oif)
{
    struct ofpbuf *msg = make_message(type, 0, header, size);
    struct ofpbuf *cut = make_message(type, 0, header, size - 1);

    if (oif) {
        nl_msg_put_u32(msg, RTA_OIF, oif);
    }
    print_event(title, msg);
    print_event("cut", cut);
    ofpbuf_delete(msg);
    ofpbuf_delete(cut);
}

/* event: what each message is about. */
static void
test_event(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct ifinfomsg ifi = { .ifi_index = 7 };
    const struct ifaddrmsg ifa = { .ifa_index = 7 };
    const struct rtmsg rtm = { .rtm_family = AF_INET };
    struct ofpbuf *msg;

    check_event("new link", RTM_NEWLINK, &ifi, sizeof ifi, 0);
    check_event("deleted link", RTM_DELLINK, &ifi, sizeof ifi, 0);
    check_event("new address", RTM_NEWADDR, &ifa, sizeof ifa, 0);
    check_event("deleted address", RTM_DELADDR, &ifa, sizeof ifa, 0);
    check_event("new route", RTM_NEWROUTE, &rtm, sizeof rtm, 7);
    check_event("deleted route", RTM_DELROUTE, &rtm, sizeof rtm, 7);
    check_event("route by many", RTM_NEWROUTE, &rtm, sizeof rtm, 0);
    check_event("neighbour", RTM_NEWNEIGH, &ifi, sizeof ifi, 0);
    msg = make_message(RTM_NEWROUTE, 0, &rtm, sizeof rtm);
    nl_msg_put_u8(msg, RTA_OIF, 7);
    print_event("bad device", msg);
    ofpbuf_delete(msg);
}

/* The kernel. */

/* As testkernel_enter_netns(), after which the kernel answers. */
static struct nl_sock *
enter_netns(void)
{
    use_kernel = true;
    return testkernel_enter_netns();
}

/* Makes a tap, which is there until the program ends, and returns its
 * index. */
static int
make_tap(struct nl_sock *sock, const char *ifname)
{
    int fd = open(tun_path, O_RDWR | O_CLOEXEC);
    struct vkernel_link link;
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    ovs_strlcpy(ifr.ifr_name, ifname, sizeof ifr.ifr_name);
    ifr.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr)) {
        testkernel_skip("tap", errno);
    }
    ovs_assert(!vkernel_link_get(sock, ifname, 0, &link));
    return link.ifindex;
}

/* Prints how the device 'ifindex' is. */
static void
print_link(struct nl_sock *sock, int ifindex)
{
    struct vkernel_link link;

    ovs_assert(!vkernel_link_get(sock, NULL, ifindex, &link));
    link.master = link.master != 0;
    printf("%s: up=%d", link.ifname, link.up);
    print_link_rest(&link);
    putchar('\n');
}

static void
print_result(const char *title, int error)
{
    printf("%s: %s\n", title, error ? ovs_strerror(error) : "done");
}

/* Adds, or deletes, the address 'text'. */
static void
do_addr(struct nl_sock *sock, int ifindex, const char *text, bool add)
{
    const struct vkernel_prefix prefix = parse_prefix(text);
    char *title = xasprintf("%s %s", add ? "add" : "delete", text);

    print_result(title, (add ? vkernel_addr_add : vkernel_addr_delete)
                        (sock, ifindex, &prefix));
    free(title);
}

/* Adds, or deletes with this protocol, a route. */
static void
do_route(struct nl_sock *sock, int ifindex, uint32_t table,
         struct vkernel_route route, bool add)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    ds_put_cstr(&s, add ? "add " : "delete ");
    vkernel_prefix_format(&route.prefix, &s);
    ds_put_cstr(&s, " via ");
    ipv6_format_mapped(&route.gateway, &s);
    print_result(ds_cstr(&s), (add ? vkernel_route_add : vkernel_route_delete)
                              (sock, ifindex, table, &route));
    ds_destroy(&s);
}

/* Returns a socket that hears of everything, in the present namespace. */
static struct nl_sock *
make_event_sock(void)
{
    static const int groups[] = {
        RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
        RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
    };
    struct nl_sock *sock;

    ovs_assert(!nl_sock_create(NETLINK_ROUTE, &sock));
    for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
        ovs_assert(!nl_sock_join_mcgroup(sock, groups[i]));
    }
    return sock;
}

/* Checks that of the events that came on 'sock' since the last call one or
 * more are about the device 'ifindex' and of 'kind'.  (Others may be, at any
 * time: the kernel does some things later.) */
static void
check_events(struct nl_sock *sock, int ifindex,
             enum vkernel_rtnl_event_kind kind)
{
    struct ofpbuf buf;
    int n = 0;

    ofpbuf_init(&buf, 4096);
    while (!nl_sock_recv(sock, &buf, NULL, false)) {
        struct vkernel_rtnl_event event;

        vkernel_rtnl_parse_event(&buf, &event);
        n += event.ifindex == ifindex && event.kind == kind;
    }
    ofpbuf_uninit(&buf);
    ovs_assert(n);
}

/* kernel-link: devices. */
static void
test_kernel_link(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct nl_sock *sock = enter_netns();
    struct nl_sock *events = make_event_sock();
    int tap = make_tap(sock, "t0");
    int bridge = testkernel_make_device(sock, "b0", "bridge", 0);
    char alias[VKERNEL_LINK_ALIAS_SIZE + 1];
    struct vkernel_link link;

    print_link(sock, tap);
    print_link(sock, bridge);
    check_events(events, tap, VKERNEL_RTNL_LINK);
    print_result("up", vkernel_link_set_up(sock, tap, true));
    print_result("alias", vkernel_link_set_alias(sock, tap, "to the host"));
    print_result("length", vkernel_link_set_txqueuelen(sock, tap, 300));
    print_result("master", vkernel_link_set_master(sock, tap, bridge));
    print_link(sock, tap);
    print_result("no master", vkernel_link_set_master(sock, tap, 0));
    print_result("no alias", vkernel_link_set_alias(sock, tap, ""));
    print_result("down", vkernel_link_set_up(sock, tap, false));
    print_link(sock, tap);
    print_result("not a master", vkernel_link_set_master(sock, tap, tap));
    print_result("no device", vkernel_link_set_up(sock, 4711, true));
    memset(alias, 'x', sizeof alias - 1);
    alias[sizeof alias - 1] = '\0';
    print_result("too long", vkernel_link_set_alias(sock, tap, alias));
    print_result("longest", vkernel_link_set_alias(sock, tap, alias + 1));
    ovs_assert(!vkernel_link_get(sock, NULL, tap, &link));
    ovs_assert(!strcmp(link.alias, alias + 1));
    check_events(events, tap, VKERNEL_RTNL_LINK);
    nl_sock_destroy(sock);
    nl_sock_destroy(events);
}

/* kernel-addr: addresses. */
static void
test_kernel_addr(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct nl_sock *sock = enter_netns();
    struct nl_sock *events = make_event_sock();
    int tap = make_tap(sock, "t0");
    struct vkernel_addr *addrs;
    struct vkernel_link link;
    size_t n;

    ovs_assert(!vkernel_link_set_up(sock, tap, true));
    check_events(events, tap, VKERNEL_RTNL_LINK);
    do_addr(sock, tap, "10.1.2.3/24", true);
    do_addr(sock, tap, "10.1.2.3/24", true);
    do_addr(sock, tap, "10.1.2.4/24", true);
    do_addr(sock, tap, "10.9.9.9/32", true);
    do_addr(sock, tap, "2001:db8::1/64", true);
    do_addr(sock, tap, "2001:db8::1/64", true);
    do_addr(sock, tap, "ff02::1/64", true);
    do_addr(sock, 4711, "10.1.2.3/24", true);
    print_addrs(sock, tap, false);
    check_events(events, tap, VKERNEL_RTNL_ADDR);
    /* A dump makes the socket strict, which is no harm to other requests. */
    ovs_assert(!vkernel_link_get(sock, "t0", 0, &link));
    ovs_assert(link.ifindex == tap);
    ovs_assert(vkernel_link_get(sock, "t1", 0, &link) == ENODEV);
    ovs_assert(!vkernel_link_set_mtu(sock, tap, 1400));
    ovs_assert(!vkernel_link_get(sock, NULL, tap, &link));
    ovs_assert(link.mtu == 1400);
    /* The other of the subnet stays, and so does the setting. */
    ovs_assert(!vkernel_link_set_promote_secondaries(sock, tap, false));
    do_addr(sock, tap, "10.1.2.3/24", false);
    ovs_assert(!vkernel_link_get(sock, NULL, tap, &link));
    ovs_assert(!link.promote_secondaries);
    ovs_assert(!vkernel_link_set_promote_secondaries(sock, tap, true));
    do_addr(sock, tap, "10.1.2.3/24", false);
    do_addr(sock, tap, "10.9.9.9/31", false);
    ovs_assert(!vkernel_link_get(sock, NULL, tap, &link));
    ovs_assert(link.promote_secondaries);
    do_addr(sock, tap, "2001:db8::1/64", false);
    do_addr(sock, tap, "2001:db8::1/64", false);
    print_addrs(sock, tap, false);
    print_result("no device", vkernel_addr_list(sock, 4711, &addrs, &n));
    ovs_assert(!n && !addrs);
    nl_sock_destroy(sock);
    nl_sock_destroy(events);
}

/* Sends to the group 'group' of the present namespace, as root there can, a
 * message of 'type' that is about the device 'ifindex', with the length
 * 'len' in its header. */
static void
forge_event(uint16_t type, unsigned int group, int ifindex, uint32_t len)
{
    struct {
        struct nlmsghdr nlmsg;
        struct ifinfomsg ifi;
        struct nlattr attr;
        uint32_t id;
    } msg = {
        .nlmsg = { .nlmsg_type = type, .nlmsg_len = len },
        .ifi = { .ifi_index = ifindex },
        .attr = { .nla_type = IFLA_NEW_NETNSID, .nla_len = 8 },
    };
    const struct sockaddr_nl to = {
        .nl_family = AF_NETLINK,
        .nl_groups = 1u << (group - 1),
    };
    int sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

    ovs_assert(sock >= 0);
    ovs_assert(sendto(sock, &msg, sizeof msg, 0, (const struct sockaddr *) &to,
                      sizeof to) == sizeof msg);
    close(sock);
}

/* kernel-forged: messages that the kernel has not sent.  They are news of
 * nothing, but tell that there was something, and no more than so much of it
 * is read at a time. */
static void
test_kernel_forged(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const struct {
        uint16_t type;
        unsigned int group;
        uint32_t len;
    } events[] = {
        { RTM_NEWLINK, RTNLGRP_LINK, 40 },
        { RTM_DELLINK, RTNLGRP_LINK, 40 },
        { RTM_DELLINK, RTNLGRP_LINK, 3 },
        { RTM_DELLINK, RTNLGRP_LINK, 0 },
        { RTM_DELLINK, RTNLGRP_LINK, UINT32_MAX },
        { RTM_NEWADDR, RTNLGRP_IPV4_IFADDR, 40 },
        { RTM_NEWNEIGH, RTNLGRP_LINK, 40 },
        { 0x3ff0, RTNLGRP_LINK, 0 },
        { RTM_NEWROUTE, RTNLGRP_IPV6_ROUTE, 40 },
    };
    struct nl_sock *sock = enter_netns();
    int tap = make_tap(sock, "t0");
    struct nl_sock *watch;
    struct eth_addr mac;

    ovs_assert(!vkernel_watch_open(&watch));
    ovs_assert(!vkernel_watch_filter(watch, tap, false, false));
    for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
        forge_event(events[i].type, events[i].group, tap, events[i].len);
        printf("%u", vkernel_watch_take(watch, tap));
        forge_event(events[i].type, events[i].group, tap, events[i].len);
        printf(" %d\n", vkernel_watch_take_mac(watch, tap, eth_addr_zero,
                                               &mac));
    }
    for (int i = 0; i < 5000; i++) {
        forge_event(RTM_NEWLINK, RTNLGRP_LINK, tap, 40);
    }
    printf("many: %u\n", vkernel_watch_take(watch, tap));
    print_result("up", vkernel_link_set_up(sock, tap, true));
    printf("%u\n", vkernel_watch_take(watch, tap) & VKERNEL_WATCH_DEVICE);
    printf("%u\n", vkernel_watch_take(watch, tap));
    nl_sock_destroy(watch);
    nl_sock_destroy(sock);
}

/* kernel-route: routes. */
static void
test_kernel_route(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct vkernel_route route4 = make_route("0.0.0.0/0", "10.1.2.1", 0,
                                                   118);
    const struct vkernel_route route6 = make_route("::/0", "2001:db8::2", 0,
                                                   118);
    const struct vkernel_route others = make_route("::/0", "2001:db8::2", 0,
                                                   4);
    struct nl_sock *sock = enter_netns();
    struct nl_sock *events = make_event_sock();
    int tap = make_tap(sock, "t0");
    struct vkernel_route *routes;
    size_t n;

    do_route(sock, tap, 0, route4, true);
    ovs_assert(!vkernel_link_set_up(sock, tap, true));
    do_route(sock, tap, 0, route4, true);
    do_route(sock, tap, 0, route6, true);
    do_addr(sock, tap, "10.1.2.3/24", true);
    do_addr(sock, tap, "2001:db8::1/64", true);
    check_events(events, tap, VKERNEL_RTNL_ADDR);

    do_route(sock, tap, 0, route4, true);
    do_route(sock, tap, 0, route4, true);
    do_route(sock, tap, 0, route6, true);
    do_route(sock, tap, 0, route6, true);
    do_route(sock, tap, 0, make_route("10.5.0.1/16", "10.1.2.1", 0, 0), true);
    do_route(sock, tap, 0, make_route("10.5.0.0/16", "10.1.2.1", 7, 0), true);
    do_route(sock, tap, 0, make_route("2001:db9::/32", "fe80::2", 7, 0), true);
    do_route(sock, tap, 1000, route4, true);
    do_route(sock, tap, 1000, route6, true);
    check_events(events, tap, VKERNEL_RTNL_ROUTE);
    print_routes(sock, tap, 0, 0);
    printf("table 1000:\n");
    print_routes(sock, tap, 1000, 118);
    printf("table 1001:\n");
    print_routes(sock, tap, 1001, 118);

    do_route(sock, tap, 0, others, false);
    do_route(sock, tap, 0, make_route("10.5.0.0/16", "10.1.2.1", 6, 118),
             false);
    do_route(sock, tap, 0, route4, false);
    do_route(sock, tap, 0, route4, false);
    do_route(sock, tap, 0, route6, false);
    do_route(sock, tap, 0, route6, false);
    print_routes(sock, tap, 0, 118);
    print_result("no device", vkernel_route_list(sock, 4711, 0, 0, &routes,
                                                 &n));
    ovs_assert(!n && !routes);
    nl_sock_destroy(sock);
    nl_sock_destroy(events);
}

/* kernel-vrf: routes in a VRF. */
static void
test_kernel_vrf(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct vkernel_route route = make_route("0.0.0.0/0", "10.1.2.1", 0,
                                                  118);
    struct nl_sock *sock = enter_netns();
    int tap = make_tap(sock, "t0");
    int vrf = testkernel_make_device(sock, "v0", "vrf", 1000);

    print_link(sock, vrf);
    ovs_assert(!vkernel_link_set_up(sock, vrf, true));
    print_result("master", vkernel_link_set_master(sock, tap, vrf));
    ovs_assert(!vkernel_link_set_up(sock, tap, true));
    do_addr(sock, tap, "10.1.2.3/24", true);
    do_route(sock, tap, 1000, route, true);
    print_routes(sock, tap, 1000, 0);
    printf("main table:\n");
    print_routes(sock, tap, 0, 0);
    nl_sock_destroy(sock);
}

static const struct ovs_cmdl_command commands[] = {
    { "link-get", NULL, 0, 0, test_link_get, OVS_RO },
    { "link-request", NULL, 0, 0, test_link_request, OVS_RO },
    { "link-event", NULL, 0, 0, test_link_event, OVS_RO },
    { "dump", "SCRIPT...", 1, INT_MAX, test_dump, OVS_RO },
    { "addr-request", NULL, 0, 0, test_addr_request, OVS_RO },
    { "addr-list", NULL, 0, 0, test_addr_list, OVS_RO },
    { "route-request", NULL, 0, 0, test_route_request, OVS_RO },
    { "route-list", NULL, 0, 0, test_route_list, OVS_RO },
    { "route-equals", NULL, 0, 0, test_route_equals, OVS_RO },
    { "event", NULL, 0, 0, test_event, OVS_RO },
    { "kernel-link", NULL, 0, 0, test_kernel_link, OVS_RO },
    { "kernel-addr", NULL, 0, 0, test_kernel_addr, OVS_RO },
    { "kernel-route", NULL, 0, 0, test_kernel_route, OVS_RO },
    { "kernel-forged", NULL, 0, 0, test_kernel_forged, OVS_RO },
    { "kernel-vrf", NULL, 0, 0, test_kernel_vrf, OVS_RO },
    { NULL, NULL, 0, 0, NULL, OVS_RO },
};

int
main(int argc, char *argv[])
{
    testlib_main(argc, argv, commands);
    return 0;
}
