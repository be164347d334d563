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

#ifndef VKERNEL_LINK_H
#define VKERNEL_LINK_H 1

/* A network device as rtnetlink shows it, on a socket of the caller's, so in
 * any network namespace.
 *
 * No state and no lock: whoever has a socket, vkernel-tap.c and vkernel-host.c
 * above all, calls these from the main thread, one call on a socket at a time.
 * All return 0 or a positive errno value. */

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct nl_sock;
struct ofpbuf;

/* Room for an alias, and the '\0' behind it. */
#define VKERNEL_LINK_ALIAS_SIZE 256

/* IFLA_GSO_IPV4_MAX_SIZE, which headers before Linux 6.3 lack.  Kernels before
 * that ignore it. */
enum { VKERNEL_IFLA_GSO_IPV4_MAX_SIZE = 63 };

/* Counters of the kernel's side, in packets and bytes.  The kernel receives
 * what Open vSwitch transmits, and the other way round. */
struct vkernel_link_stats {
    uint64_t rx_packets;        /* Taken by the kernel's stack. */
    uint64_t rx_bytes;
    uint64_t rx_dropped;        /* Refused, e.g. because the tap is down. */
    uint64_t rx_errors;         /* Refused as malformed. */
    uint64_t tx_packets;        /* Taken off the device's queues. */
    uint64_t tx_bytes;
    uint64_t tx_dropped;        /* The queue was full, or not attached. */
};

/* A network device at one moment. */
struct vkernel_link {
    char ifname[IFNAMSIZ];      /* Name. */
    int ifindex;                /* Index in its namespace. */
    int mtu;                    /* In bytes. */
    struct eth_addr mac;        /* Address. */
    int gso_max_size;           /* Most bytes of a frame with several segments
                                 * that the kernel hands over. */
    int gso_ipv4_max_size;      /* The same for IPv4, which has a limit of its
                                 * own since Linux 6.3; before, 0. */
    bool up;                    /* IFF_UP: up by the administrator. */
    bool carrier;               /* It could send, were it up. */
    int txqueuelen;             /* Queue length, in packets. */
    int master;                 /* Index of its bridge or VRF, or 0. */
    char alias[VKERNEL_LINK_ALIAS_SIZE]; /* Set by the administrator, or
                                          * empty. */
    char kind[16];              /* "tun", "bridge", "vrf", "veth" and so on;
                                 * empty for hardware. */
    uint32_t vrf_table;         /* Of VRFs only: the routing table. */
    bool xdp;                   /* It has an XDP program. */
    bool promote_secondaries;   /* vkernel_link_set_promote_secondaries(). */

    /* Of tun and tap devices only (IFLA_INFO_KIND "tun"). */
    bool is_tap;                /* A tap, not a tun nor anything else. */
    bool multi_queue;           /* Made with IFF_MULTI_QUEUE. */
    bool persistent;            /* Stays without a queue. */
    uint32_t owner;             /* User who may attach to it, besides those
                                 * with CAP_NET_ADMIN; UINT32_MAX if it has no
                                 * owner, or is no such device. */
    uint32_t group;             /* Group of those users, likewise. */
    bool vnet_hdr;              /* IFF_VNET_HDR: frames follow a virtio
                                 * header. */
    bool packet_info;           /* No IFF_NO_PI: frames follow yet another
                                 * one. */
    bool is_ethernet;           /* TUNSETLINK made it nothing else. */
    int n_queues;               /* Queues attached... */
    int n_disabled_queues;      /* ...and detached, with IFF_MULTI_QUEUE. */

    struct vkernel_link_stats stats;
};

/* Fills 'link' with the device named 'ifname', or the one of index 'ifindex'
 * if 'ifname' is NULL.  ENODEV if there is none. */
int vkernel_link_get(struct nl_sock *, const char *ifname, int ifindex,
                     struct vkernel_link *link);

/* Fills 'link' with what 'msg' tells of a device, an answer or an event.
 * EPROTO if it tells of none that is there. */
int vkernel_link_parse(const struct ofpbuf *msg, struct vkernel_link *link);

int vkernel_link_set_mtu(struct nl_sock *, int ifindex, int mtu);

/* Sets the limits that "struct vkernel_link" has as 'gso_max_size' and
 * 'gso_ipv4_max_size'.  A kernel without the latter ignores it. */
int vkernel_link_set_gso_max_size(struct nl_sock *, int ifindex, int size,
                                  int ipv4_size);
int vkernel_link_set_txqueuelen(struct nl_sock *, int ifindex, int n_packets);

/* Sets the administrator's state.  The kernel drops the routes through a
 * device that goes down, and its IPv6 addresses but for the link-local one. */
int vkernel_link_set_up(struct nl_sock *, int ifindex, bool up);

/* Makes the device a port of the bridge, or a member of the VRF, whose index
 * is 'master', or of none if that is 0.  The kernel drops its IPv6 addresses
 * when a VRF gets it or loses it. */
int vkernel_link_set_master(struct nl_sock *, int ifindex, int master);

/* Sets the alias; "" removes it.  The kernel takes up to 255 bytes. */
int vkernel_link_set_alias(struct nl_sock *, int ifindex, const char *alias);

/* Has the kernel keep the other IPv4 addresses of a subnet when the first one
 * that was added, the "primary" one, is removed. */
int vkernel_link_set_promote_secondaries(struct nl_sock *, int ifindex,
                                         bool promote);

/* Moves the device to the namespace of 'netns_fd', where it gets its present
 * index if that is free.  The kernel sets it down, and drops its addresses and
 * routes.  EEXIST if its name is taken there. */
int vkernel_link_set_netns(struct nl_sock *, int ifindex, int netns_fd);

/* Renames the device, which must be down before Linux 6.3.  EEXIST if the
 * name is taken. */
int vkernel_link_set_name(struct nl_sock *, int ifindex, const char *name);

/* Gives the device an alternative name, of up to IFNAMSIZ - 1 bytes for those
 * who find devices by it, or takes it away.  EEXIST if the name is taken,
 * ENOENT if there is none to take away, EOPNOTSUPP with Linux before 5.5. */
int vkernel_link_add_altname(struct nl_sock *, int ifindex, const char *name);
int vkernel_link_delete_altname(struct nl_sock *, int ifindex,
                                const char *name);

int vkernel_link_delete(struct nl_sock *, int ifindex);

/* Calls 'cb' for each device of the namespace whose kind is 'kind'. */
int vkernel_link_for_each(struct nl_sock *, const char *kind,
                          void (*cb)(const struct vkernel_link *, void *aux),
                          void *aux);

/* How a tap of ours is. */
enum vkernel_link_state {
    VKERNEL_LINK_OURS,          /* As it should be. */
    VKERNEL_LINK_DETACHED,      /* But for queues that are missing. */
    VKERNEL_LINK_ALTERED,       /* Not so, but nobody else is there. */
    VKERNEL_LINK_SHARED,        /* Somebody else has a queue. */
};

/* Compares a tap with what it should be while the daemon has an anchor and
 * 'n_queues' queues of it, and nobody else has any.  Stores into '*messagep'
 * NULL, or what is wrong, without the Interface's name, to be free()d by the
 * caller.  'link' must be an answer, not an event, for that has the owner as
 * whoever caused it sees it. */
enum vkernel_link_state vkernel_link_check_tap(const struct vkernel_link *,
                                               int n_queues, char **messagep);

/* Returns the index of the device that 'msg', received from RTNLGRP_LINK,
 * speaks of, or 0 if it speaks of none. */
int vkernel_link_parse_event(struct ofpbuf *msg);

#endif /* vkernel-link.h */
