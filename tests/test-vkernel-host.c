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

/* Tests of what makes the tap what the options ask for: the rules by which it
 * is decided what to do, and whether the kernel agrees, in a network namespace
 * of the test's own. */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "command-line.h"
#include "dp-packet.h"
#include "netlink.h"
#include "netlink-socket.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "smap.h"
#include "util.h"
#include "vkernel-addr.h"
#include "vkernel-host.h"
#include "vkernel-host-config.h"
#include "vkernel-host-plan.h"
#include "vkernel-link.h"
#include "vkernel-prefix.h"
#include "vkernel-route.h"
#include "vkernel-rtnl.h"
#include "vkernel-sysctl.h"
#include "vkernel-tap.h"
#include "vkernel-testkernel.h"
#include "vkernel-testlib.h"

/* What time_msec() returns. */
static long long int msec = 1000;

/* What each look uses of a CPU, in microseconds. */
static long long int look_usec;

int __real_clock_gettime(clockid_t, struct timespec *);
int __wrap_clock_gettime(clockid_t, struct timespec *);

/* A look asks when it begins and when it ends. */
int
__wrap_clock_gettime(clockid_t clock, struct timespec *ts)
{
    static long long int usec;

    if (clock != CLOCK_THREAD_CPUTIME_ID) {
        return __real_clock_gettime(clock, ts);
    }
    usec += look_usec;
    ts->tv_sec = usec / 1000000;
    ts->tv_nsec = usec % 1000000 * 1000;
    return 0;
}

long long int __wrap_time_msec(void);

long long int
__wrap_time_msec(void)
{
    return msec;
}

static struct vkernel_prefix
parse_prefix(const char *text)
{
    struct vkernel_prefix prefix;
    char *message = vkernel_prefix_parse(text, &prefix);

    if (message) {
        ovs_fatal(0, "%s", message);
    }
    return prefix;
}

static void
print_prefixes(const char *title, const struct vkernel_prefix *prefixes,
               size_t n)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < n; i++) {
        ds_put_char(&s, ' ');
        vkernel_prefix_format(&prefixes[i], &s);
    }
    printf("%s%s\n", title, ds_cstr(&s));
    ds_destroy(&s);
}

/* Parses 'text', addresses with blanks between them, each with a '*' before it
 * if it is marked, into '*addrsp'.  Returns how many they are. */
static size_t
parse_addrs(const char *text, struct vkernel_addr **addrsp)
{
    char *copy = xstrdup(text);
    char *save_ptr = NULL;
    size_t n = 0;

    *addrsp = xcalloc(strlen(text) + 1, sizeof **addrsp);
    for (char *word = strtok_r(copy, " ", &save_ptr); word;
         word = strtok_r(NULL, " ", &save_ptr)) {
        (*addrsp)[n].marked = word[0] == '*';
        (*addrsp)[n++].prefix = parse_prefix(word + (word[0] == '*'));
    }
    free(copy);
    return n;
}

/* The same, without marks. */
static size_t
parse_prefixes(const char *text, struct vkernel_prefix **prefixesp)
{
    struct vkernel_addr *addrs;
    size_t n = parse_addrs(text, &addrs);

    *prefixesp = xcalloc(n, sizeof **prefixesp);
    for (size_t i = 0; i < n; i++) {
        (*prefixesp)[i] = addrs[i].prefix;
    }
    free(addrs);
    return n;
}

/* plan-addrs WANTED HAVE OURS: which addresses to remove and to add. */
static void
test_plan_addrs(struct ovs_cmdl_context *ctx)
{
    size_t n_blocks = testlib_count_blocks();
    struct vkernel_prefix *wanted, *ours;
    struct vkernel_host_addr_plan plan;
    size_t n_wanted, n_have, n_ours;
    struct vkernel_addr *have;

    n_wanted = parse_prefixes(ctx->argv[1], &wanted);
    n_have = parse_addrs(ctx->argv[2], &have);
    n_ours = parse_prefixes(ctx->argv[3], &ours);
    memset(&plan, 0xa5, sizeof plan);
    vkernel_host_plan_addrs(&plan, wanted, n_wanted, have, n_have, ours,
                            n_ours);
    print_prefixes("remove:", plan.remove, plan.n_remove);
    print_prefixes("add:", plan.add, plan.n_add);
    vkernel_host_addr_plan_uninit(&plan);
    free(wanted);
    free(have);
    free(ours);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* Parses 'text', options as "KEY=VALUE;KEY=VALUE", into 'config'. */
static void
parse_config(const char *text, struct vkernel_host_config *config)
{
    struct smap options = SMAP_INITIALIZER(&options);
    char *copy = xstrdup(text);
    char *save_ptr = NULL;
    char *message;

    for (char *word = strtok_r(copy, ";", &save_ptr); word;
         word = strtok_r(NULL, ";", &save_ptr)) {
        char *value = strchr(word, '=');

        ovs_assert(value);
        *value++ = '\0';
        smap_add(&options, word, value);
    }
    message = vkernel_host_config_parse("vk0", &options, "t0", 1, config);
    if (message) {
        ovs_fatal(0, "%s", message);
    }
    smap_destroy(&options);
    free(copy);
}

static void
print_routes(const char *title, const struct vkernel_route *routes, size_t n)
{
    printf("%s", title);
    for (size_t i = 0; i < n; i++) {
        struct ds s = DS_EMPTY_INITIALIZER;

        vkernel_prefix_format(&routes[i].prefix, &s);
        ds_put_cstr(&s, " via ");
        ipv6_format_mapped(&routes[i].gateway, &s);
        printf("%s %s", i ? "," : "", ds_cstr(&s));
        ds_destroy(&s);
    }
    putchar('\n');
}

/* plan-routes WANTED OURS: which routes to remove and to add; both as
 * options. */
static void
test_plan_routes(struct ovs_cmdl_context *ctx)
{
    size_t n_blocks = testlib_count_blocks();
    struct vkernel_host_config config, our_config;
    struct vkernel_host_route_plan plan;
    struct vkernel_route *wanted, *ours;
    size_t n_wanted, n_ours;

    parse_config(ctx->argv[1], &config);
    parse_config(ctx->argv[2], &our_config);
    n_wanted = vkernel_host_plan_wanted_routes(&config, &wanted);
    n_ours = vkernel_host_plan_wanted_routes(&our_config, &ours);
    memset(&plan, 0xa5, sizeof plan);
    vkernel_host_plan_routes(&plan, wanted, n_wanted, ours, n_ours);
    print_routes("remove:", plan.remove, plan.n_remove);
    print_routes("add:", plan.add, plan.n_add);
    vkernel_host_route_plan_uninit(&plan);
    free(wanted);
    free(ours);
    vkernel_host_config_uninit(&config);
    vkernel_host_config_uninit(&our_config);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* values ARG...: a value that is "a" at first.  Each ARG is what an option
 * asks for from then on ("want=VALUE", "want" for none), what somebody else
 * sets it to ("other=VALUE"), or that it cannot be read ("unknown").  After
 * each, prints what is done.  The kernel shows a '0' before a value no
 * more. */
static void
test_values(struct ovs_cmdl_context *ctx)
{
    size_t n_blocks = testlib_count_blocks();
    struct vkernel_host_value value = { .asked = NULL };
    const char *wanted = NULL;
    char *now = xstrdup("a");

    for (int i = 1; i < ctx->argc; i++) {
        const char *arg = ctx->argv[i];
        const char *next;

        if (!strncmp(arg, "want", 4)) {
            wanted = arg[4] ? arg + 5 : NULL;
        } else {
            free(now);
            now = !strcmp(arg, "unknown") ? NULL : xstrdup(strchr(arg, '=')
                                                           + 1);
        }
        next = vkernel_host_value_next(&value, wanted, now);
        printf("%s: %s\n", arg, next ? next : "nothing");
        if (next) {
            char *shown = xstrdup(next + strspn(next, "0"));

            if (wanted) {
                vkernel_host_value_set(&value, wanted, shown, now);
            }
            free(now);
            now = shown;
        }
        if (!wanted) {
            vkernel_host_value_clear(&value);
        }
    }
    vkernel_host_value_clear(&value);
    free(now);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* The kernel. */

/* The tap, and what is asked for. */
static struct vkernel_tap *tap;
static struct vkernel_host *host;
static struct vkernel_host_config config;

/* A socket of the administrator's. */
static struct nl_sock *admin;

/* Sends 'request', and frees its data. */
static int
transact(struct ofpbuf *request)
{
    struct ofpbuf reply;
    int error = vkernel_rtnl_transact(admin, request, &reply);

    ofpbuf_uninit(&reply);
    return error;
}

static void
put_address(struct ofpbuf *msg, uint16_t type, const struct in6_addr *addr)
{
    if (vkernel_addr_is_ipv4(addr)) {
        nl_msg_put_be32(msg, type, in6_addr_get_mapped_ipv4(addr));
    } else {
        nl_msg_put_in6_addr(msg, type, addr);
    }
}

/* Nonzero if the administrator works on another device than the tap. */
static int elsewhere;

static int
get_ifindex(void)
{
    int ifindex;

    vkernel_tap_get_sock(tap, &ifindex);
    return elsewhere ? elsewhere : ifindex;
}

/* Adds an address as an administrator does, without our mark. */
static int
add_address(const char *text)
{
    const struct vkernel_prefix prefix = parse_prefix(text);
    struct ifaddrmsg ifa = {
        .ifa_family = (vkernel_addr_is_ipv4(&prefix.addr) ? AF_INET
                       : AF_INET6),
        .ifa_prefixlen = prefix.plen,
        .ifa_index = get_ifindex(),
    };
    struct ofpbuf msg;

    ofpbuf_init(&msg, 0);
    nl_msg_put_nlmsghdr(&msg, 0, RTM_NEWADDR,
                        NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE
                        | NLM_F_EXCL);
    ofpbuf_put(&msg, &ifa, sizeof ifa);
    put_address(&msg, IFA_LOCAL, &prefix.addr);
    put_address(&msg, IFA_ADDRESS, &prefix.addr);
    return transact(&msg);
}

/* Adds and removes an address 'n' times: more events than are kept until
 * somebody listens. */
static int
flood(const char *n)
{
    const struct vkernel_prefix prefix = parse_prefix("10.9.9.9/32");
    int error = 0;

    for (int i = 0; i < testlib_number(n) && !error; i++) {
        error = add_address("10.9.9.9/32");
        if (!error) {
            error = vkernel_addr_delete(admin, get_ifindex(), &prefix);
        }
    }
    return error;
}

/* Removes all addresses. */
static int
flush_addresses(void)
{
    struct vkernel_addr *addrs;
    int error;
    size_t n;

    error = vkernel_addr_list(admin, get_ifindex(), &addrs, &n);
    for (size_t i = 0; i < n; i++) {
        vkernel_addr_delete(admin, get_ifindex(), &addrs[i].prefix);
    }
    free(addrs);
    return error;
}

/* Adds a route with this protocol, as an administrator or a routing daemon
 * does. */
static int
add_route(const char *prefix_text, const char *gateway_text,
          const char *protocol)
{
    const struct vkernel_prefix prefix = parse_prefix(prefix_text);
    struct rtmsg rtm = {
        .rtm_family = (vkernel_addr_is_ipv4(&prefix.addr) ? AF_INET
                       : AF_INET6),
        .rtm_dst_len = prefix.plen,
        .rtm_table = RT_TABLE_MAIN,
        .rtm_protocol = testlib_number(protocol),
        .rtm_type = RTN_UNICAST,
    };
    struct in6_addr gateway;
    struct ofpbuf msg;

    ovs_assert(vkernel_addr_parse(gateway_text, &gateway));
    ofpbuf_init(&msg, 0);
    nl_msg_put_nlmsghdr(&msg, 0, RTM_NEWROUTE,
                        NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE
                        | NLM_F_EXCL);
    ofpbuf_put(&msg, &rtm, sizeof rtm);
    if (prefix.plen) {
        put_address(&msg, RTA_DST, &prefix.addr);
    }
    put_address(&msg, RTA_GATEWAY, &gateway);
    nl_msg_put_u32(&msg, RTA_OIF, get_ifindex());
    return transact(&msg);
}

/* Removes all routes of this protocol. */
static int
flush_routes(const char *protocol)
{
    struct vkernel_route *routes;
    int error;
    size_t n;

    error = vkernel_route_list(admin, get_ifindex(), 0,
                               testlib_number(protocol), &routes, &n);
    for (size_t i = 0; i < n; i++) {
        vkernel_route_delete(admin, get_ifindex(), 0, &routes[i]);
    }
    free(routes);
    return error;
}

/* Returns the flags of an address of the tap, IFA_F_*. */
static uint32_t
get_address_flags(const struct in6_addr *addr)
{
    struct vkernel_addr *addrs;
    uint32_t flags = 0;
    size_t n;

    ovs_assert(!vkernel_addr_list(admin, get_ifindex(), &addrs, &n));
    for (size_t i = 0; i < n; i++) {
        if (ipv6_addr_equals(&addrs[i].prefix.addr, addr)) {
            flags = addrs[i].flags;
        }
    }
    free(addrs);
    return flags;
}

/* Waits until the address 'text' of the tap is tentative no more, that is, has
 * been checked, or for 5 seconds.  Meanwhile, if 'fd' is not negative, says on
 * that queue of the tap that another host has it. */
static int
wait_for_dad(const char *text, int fd)
{
    const struct eth_addr mac = ETH_ADDR_C(02,00,00,00,00,99);
    const struct eth_addr all = ETH_ADDR_C(33,33,00,00,00,01);
    struct in6_addr addr, all_nodes;
    uint32_t flags = 0;

    ovs_assert(vkernel_addr_parse(text, &addr)
               && vkernel_addr_parse("ff02::1", &all_nodes));
    for (int i = 0; i < 250; i++) {
        flags = get_address_flags(&addr);
        if (!(flags & IFA_F_TENTATIVE) || flags & IFA_F_DADFAILED) {
            break;
        }
        if (fd >= 0) {
            struct dp_packet *packet = dp_packet_new(256);
            uint8_t frame[256] = { 0 };
            ssize_t retval;

            compose_nd_na(packet, mac, all, &addr, &all_nodes,
                          htonl(ND_RSO_OVERRIDE));
            /* Behind an empty struct virtio_net_hdr. */
            memcpy(frame + 10, dp_packet_data(packet),
                   dp_packet_size(packet));
            retval = write(fd, frame, 10 + dp_packet_size(packet));
            /* Not up yet. */
            ovs_assert(retval > 0 || errno == EIO);
            dp_packet_delete(packet);
        }
        usleep(20000);
    }
    return flags & IFA_F_DADFAILED ? EADDRINUSE : 0;
}

static const char tun_path[] = "/dev/net/tun";

/* Lets another host have the address 'text'. */
static int
make_conflict(const char *text)
{
    int fd = open(tun_path, O_RDWR | O_CLOEXEC);
    struct ifreq ifr;
    int error;

    memset(&ifr, 0, sizeof ifr);
    ovs_strlcpy(ifr.ifr_name, "t0", sizeof ifr.ifr_name);
    ifr.ifr_flags = (short int) (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR
                                 | IFF_MULTI_QUEUE | IFF_NAPI);
    ovs_assert(fd >= 0 && !ioctl(fd, TUNSETIFF, &ifr));
    error = wait_for_dad(text, fd);
    close(fd);
    return error;
}

static int
delete_device(const char *ifname)
{
    struct vkernel_link link;
    struct ifinfomsg ifi;
    struct ofpbuf msg;

    ovs_assert(!vkernel_link_get(admin, ifname, 0, &link));
    memset(&ifi, 0, sizeof ifi);
    ifi.ifi_index = link.ifindex;
    ofpbuf_init(&msg, 0);
    nl_msg_put_nlmsghdr(&msg, 0, RTM_DELLINK, NLM_F_REQUEST | NLM_F_ACK);
    ofpbuf_put(&msg, &ifi, sizeof ifi);
    return transact(&msg);
}

/* The network namespace of this thread. */
static const char own_netns[] = "/proc/thread-self/ns/net";

/* Moves the tap to a new namespace, and the administrator with it. */
static int
move_tap(void)
{
    struct ifinfomsg ifi;
    struct ofpbuf msg;
    int other;
    int error;
    int own;

    own = open(own_netns, O_RDONLY | O_CLOEXEC);
    ovs_assert(own >= 0 && !unshare(CLONE_NEWNET));
    other = open(own_netns, O_RDONLY | O_CLOEXEC);
    ovs_assert(other >= 0);

    memset(&ifi, 0, sizeof ifi);
    ifi.ifi_index = get_ifindex();
    ofpbuf_init(&msg, 0);
    nl_msg_put_nlmsghdr(&msg, 0, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK);
    ofpbuf_put(&msg, &ifi, sizeof ifi);
    nl_msg_put_u32(&msg, IFLA_NET_NS_FD, other);
    error = transact(&msg);

    nl_sock_destroy(admin);
    ovs_assert(!nl_sock_create(NETLINK_ROUTE, &admin));
    ovs_assert(!setns(own, CLONE_NEWNET));
    close(own);
    close(other);
    return error;
}

/* Makes the tap, or another one. */
static void
open_tap(void)
{
    char *message;

    vkernel_tap_close(tap);
    message = vkernel_tap_open("t0", NULL, NULL, NULL, &tap);
    if (!message) {
        message = vkernel_tap_settle(tap);
    }
    if (message) {
        fprintf(stderr, "%s\n", message);
        testkernel_skip("tap", errno);
    }
}

static int
set_sysctl(const char *key, const char *value)
{
    char *path = vkernel_host_config_sysctl_path(key, "t0");
    int error = vkernel_sysctl_set(path, value);

    free(path);
    if (error == EROFS) {
        testkernel_skip("sysctl", error);
    }
    return error;
}

static void
print_sysctl(const char *key)
{
    char *path = vkernel_host_config_sysctl_path(key, "t0");
    char *value;
    int error = vkernel_sysctl_get(path, &value);

    printf("  %s=%s\n", key, error ? ovs_strerror(error) : value);
    free(value);
    free(path);
}

/* Prints how the tap is, as the kernel tells, and what is shown of it. */
static void
show(void)
{
    struct smap status = SMAP_INITIALIZER(&status);
    const struct smap_node **nodes;
    struct vkernel_link link;

    ovs_assert(!vkernel_tap_get_link(tap, &link));
    printf("  %s txqueuelen=%d alias=\"%s\" %s\n", link.up ? "up" : "down",
           link.txqueuelen, link.alias,
           link.master ? "master" : "no master");
    vkernel_host_format_status(host, &status);
    nodes = smap_sort(&status);
    for (size_t i = 0; i < smap_count(&status); i++) {
        printf("  %s: %s\n", nodes[i]->key, nodes[i]->value);
    }
    free(nodes);
    smap_destroy(&status);
}

/* Prints all routes through the tap of 'table', whoever made them. */
static void
show_routes(const char *table)
{
    struct vkernel_route *routes;
    size_t n;

    ovs_assert(!vkernel_route_list(admin, get_ifindex(),
                                   table ? atoi(table) : 0, 0, &routes, &n));
    print_routes("  routes:", routes, n);
    free(routes);
}

/* Lets the main loop run, for 150 ms. */
static void
run(void)
{
    for (int i = 0; i < 3; i++) {
        vkernel_tap_run(tap);
        vkernel_host_run(host, tap, &config);
        msec += 50;
    }
}

/* Returns the index of the device 'name', or 0 if that is NULL. */
static int
find_device(const char *name)
{
    struct vkernel_link link = { .ifindex = 0 };

    ovs_assert(!name || !vkernel_link_get(admin, name, 0, &link));
    return link.ifindex;
}

/* Does what the words of 'argv' say, if that is nothing for the administrator,
 * but for us.  Returns false if it is not. */
static bool
do_own_step(char *argv[])
{
    const char *verb = argv[0];

    if (!strcmp(verb, "listen") && argv[1] && argv[2]) {
        vkernel_tap_listen(tap, atoi(argv[1]), atoi(argv[2]));
    } else if (!strcmp(verb, "again")) {
        open_tap();
    } else if (!strcmp(verb, "cost") && argv[1]) {
        look_usec = atoi(argv[1]);
    } else if (!strcmp(verb, "forget")) {
        vkernel_host_destroy(host);
        host = vkernel_host_create();
    } else if (!strcmp(verb, "undo")) {
        vkernel_host_undo(host, tap);
        show();
    } else if (!strcmp(verb, "after")) {
        msec += testlib_number(argv[1]);
    } else if (!strcmp(verb, "routes")) {
        show_routes(argv[1]);
    } else if (!strcmp(verb, "show")) {
        show();
    } else {
        return false;
    }
    return true;
}

/* Does what the words of 'argv' say, for the administrator.  Returns 0 or a
 * positive errno value. */
static int
do_step(char *argv[])
{
    int ifindex = get_ifindex();
    const char *verb = argv[0];

    if (!strcmp(verb, "add")) {
        return add_address(argv[1]);
    } else if (!strcmp(verb, "conflict")) {
        return make_conflict(argv[1]);
    } else if (!strcmp(verb, "check")) {
        return wait_for_dad(argv[1], -1);
    } else if (!strcmp(verb, "flood")) {
        return flood(argv[1]);
    } else if (!strcmp(verb, "flush")) {
        return flush_addresses();
    } else if (!strcmp(verb, "route")) {
        return add_route(argv[1], argv[2], argv[3]);
    } else if (!strcmp(verb, "flush-routes")) {
        return flush_routes(argv[1]);
    } else if (!strcmp(verb, "up") || !strcmp(verb, "down")) {
        return vkernel_link_set_up(admin, ifindex, !strcmp(verb, "up"));
    } else if (!strcmp(verb, "alias")) {
        return vkernel_link_set_alias(admin, ifindex, argv[1]);
    } else if (!strcmp(verb, "txqueuelen")) {
        return vkernel_link_set_txqueuelen(admin, ifindex,
                                           testlib_number(argv[1]));
    } else if (!strcmp(verb, "sysctl") && argv[2]) {
        return set_sysctl(argv[1], argv[2]);
    } else if (!strcmp(verb, "sysctl")) {
        print_sysctl(argv[1]);
    } else if (!strcmp(verb, "master")) {
        return vkernel_link_set_master(admin, ifindex, find_device(argv[1]));
    } else if (!strcmp(verb, "make")) {
        testkernel_make_device(admin, argv[1], argv[2],
                               argv[3] ? atoi(argv[3]) : 0);
    } else if (!strcmp(verb, "delete")) {
        return delete_device(argv[1]);
    } else if (!strcmp(verb, "elsewhere")) {
        elsewhere = find_device(argv[1]);
    } else if (!strcmp(verb, "move")) {
        return move_tap();
    } else if (!do_own_step(argv)) {
        ovs_fatal(0, "%s: no such step", verb);
    }
    return 0;
}

/* Takes the step 'text', lets the main loop run, and prints the error, if
 * any.  After a '?', it does not run: what it would have heard of is printed
 * instead. */
static void
take_step(const char *text)
{
    char *argv[8] = { NULL };
    char *copy, *save_ptr = NULL;
    bool quiet = text[0] == '?';
    int error = 0;
    int n = 0;

    printf("%s\n", text);
    text += quiet;
    copy = xstrdup(text);
    if (!strncmp(text, "set", 3)) {
        vkernel_host_config_uninit(&config);
        parse_config(text + (text[3] ? 4 : 3), &config);
        vkernel_host_request(host);
    } else {
        for (char *word = strtok_r(copy, " ", &save_ptr);
             word && n < ARRAY_SIZE(argv) - 1;
             word = strtok_r(NULL, " ", &save_ptr)) {
            argv[n++] = word;
        }
        ovs_assert(n);
        error = do_step(argv);
    }
    free(copy);
    if (error) {
        printf("  failed (%s)\n", ovs_strerror(error));
    }
    if (quiet) {
        unsigned int events;

        vkernel_tap_run(tap);
        events = vkernel_tap_take_news(tap);
        printf("  events:%s%s\n",
               events & VKERNEL_TAP_NEWS_TAP ? " the tap" : "",
               events & VKERNEL_TAP_NEWS_OTHERS ? " others" : "");
        return;
    }
    run();
    if (vkernel_host_get_error(host)) {
        printf("  error: %s\n", vkernel_host_get_error(host));
    }
}

/* Starts: a tap, and nothing asked for. */
static void
start(void)
{
    admin = testkernel_enter_netns();
    open_tap();
    host = vkernel_host_create();
    parse_config("", &config);
}

static void
stop(void)
{
    vkernel_host_config_uninit(&config);
    vkernel_host_destroy(host);
    vkernel_tap_close(tap);
    tap = NULL;
    nl_sock_destroy(admin);
}

/* kernel STEP...: does what each step says, and prints what comes of it. */
static void
test_kernel(struct ovs_cmdl_context *ctx)
{
    start();
    for (int i = 1; i < ctx->argc; i++) {
        take_step(ctx->argv[i]);
    }
    stop();
}

/* cycles N: changes all options 'n' times, and removes them, which leaves
 * nothing behind, neither on the tap nor in memory. */
static void
test_cycles(struct ovs_cmdl_context *ctx)
{
    static const char *const options[] = {
        ("host-ip=10.1.2.3/24,2001:db8::1/64;host-gw4=10.1.2.1;"
         "host-routes=10.5.0.0/16 via 10.1.2.1;host-alias=one;"
         "host-txqueuelen=100"),
        ("host-ip=10.1.2.4/24,2001:db8::2/64;host-gw6=2001:db8::9;"
         "host-up=false;host-alias=two;host-txqueuelen=200"),
        "host-bridge=b0;host-up=true",
        "host-ip=10.1.2.3/24;host-gw4=10.9.9.9",
        "",
    };
    size_t n_blocks = 0, n_files = 0;

    start();
    testkernel_make_device(admin, "b0", "bridge", 0);
    set_sysctl("net.ipv6.conf.IF.addr_gen_mode", "1");
    for (int i = 0; i < atoi(ctx->argv[1]); i++) {
        for (size_t j = 0; j < ARRAY_SIZE(options); j++) {
            vkernel_host_config_uninit(&config);
            parse_config(options[j], &config);
            vkernel_host_request(host);
            run();
        }
        if (!i) {
            n_blocks = testlib_count_blocks();
            n_files = testlib_count_files();
        }
        ovs_assert(testlib_count_blocks() == n_blocks);
        ovs_assert(testlib_count_files() == n_files);
    }
    show();
    stop();
}

static const struct ovs_cmdl_command commands[] = {
    { "plan-addrs", "WANTED HAVE OURS", 3, 3, test_plan_addrs, OVS_RO },
    { "plan-routes", "WANTED OURS", 2, 2, test_plan_routes, OVS_RO },
    { "values", "ARG...", 1, INT_MAX, test_values, OVS_RO },
    { "kernel", "STEP...", 1, INT_MAX, test_kernel, OVS_RO },
    { "cycles", "N", 1, 1, test_cycles, OVS_RO },
    { NULL, NULL, 0, 0, NULL, OVS_RO },
};

int
main(int argc, char *argv[])
{
    testlib_main(argc, argv, commands);
    return 0;
}
