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

#ifndef VKERNEL_TAP_H
#define VKERNEL_TAP_H 1

/* The kernel's side of a port: a tap device that outlives the DPDK device
 * which carries its traffic.
 *
 * The tap is held by an anchor: see vkernel-anchor.h.  While that is open, the
 * tap keeps its addresses, routes and namespace, whatever happens to the
 * queues that the driver attaches; when the anchor is closed (or the process
 * dies) the last reference is gone and so is the tap, unless it was made
 * persistent.  The anchor also tells where the tap is: its present name and
 * its present namespace.
 *
 * Includes nothing of DPDK or of netdev providers.  All functions are called
 * from the main thread, with the netdev's mutex held; none is for the fast
 * path. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct nl_sock;
struct vkernel_budget;
struct vkernel_ethtool_features;
struct vkernel_link;
struct vkernel_orphan_trace;
struct vkernel_tap;

/* Makes the multi-queue tap 'ifname' in the network namespace 'netns', as in
 * struct vkernel_host_config, or in the daemon's own if that is NULL, or takes
 * the one of that name if it is free, and stores it into '*tapp'.
 *
 * If 'former' is not NULL, the new tap takes its place, and 'netns' is what it
 * was when 'former' came there, unless that was lost: a process may have ended
 * since, and its number be another one's.
 *
 * If 'trace' is not NULL, the tap that vkernel_orphan_find() finds by it is
 * taken instead, under whatever name; and if there is none, and 'netns' is
 * NULL, the tap is made where 'trace' says that it was last.
 *
 * Returns NULL if successful, otherwise a message without the Interface's
 * name, to be free()d by the caller, and stores NULL into '*tapp'. */
char *vkernel_tap_open(const char *ifname, const char *netns,
                       const struct vkernel_tap *former,
                       const struct vkernel_orphan_trace *trace,
                       struct vkernel_tap **tapp);

/* Returns a tap 'ifname' that was deleted, for all functions here. */
struct vkernel_tap *vkernel_tap_create_absent(const char *ifname);

/* Returns false for a tap of vkernel_tap_create_absent(), true for any other,
 * also if it was deleted or given up. */
bool vkernel_tap_was_open(const struct vkernel_tap *);

/* Returns the index of the device that has the name 'ifname', or that
 * alternative name, in the namespace 'netns', as vkernel_tap_open() takes it;
 * 0 if there is none.  Stores into '*netns_fdp' a descriptor of the namespace,
 * which the caller must close, or -1. */
int vkernel_tap_look_up(const char *ifname, const char *netns,
                        int *netns_fdp);

/* Returns true if the tap is the device 'ifindex' of the namespace of
 * 'netns_fd', as vkernel_tap_look_up() finds it. */
bool vkernel_tap_is(const struct vkernel_tap *, int netns_fd, int ifindex);

/* A new tap may be where nobody sees it, or can do anything with it, until
 * this function moves it to where it belongs.  Call it once the tap has its
 * queues.  Returns NULL if successful, otherwise a message as
 * vkernel_tap_open() does. */
char *vkernel_tap_settle(struct vkernel_tap *);

/* Closes the anchor, and so removes the tap if nothing else holds it; one that
 * vkernel_tap_set_persistent() made persistent is so no more.  Takes NULL. */
void vkernel_tap_close(struct vkernel_tap *);

/* Has vkernel_tap_close() leave the tap behind if it is persistent. */
void vkernel_tap_leave(struct vkernel_tap *);

/* Lets go of the tap and of its namespace, which nothing keeps from dying
 * then, unless somebody had moved the tap there.  From now on the tap is
 * deleted, for all functions here. */
void vkernel_tap_abandon(struct vkernel_tap *);

/* Makes the tap outlive the anchor, and so a crash, or not.  Returns 0 or a
 * positive errno value. */
int vkernel_tap_set_persistent(struct vkernel_tap *, bool persistent);

/* Returns true if vkernel_tap_set_persistent() has made the tap so. */
bool vkernel_tap_is_persistent(const struct vkernel_tap *);

/* Returns the tap's name, which a user may have changed since it was
 * opened. */
const char *vkernel_tap_get_name(const struct vkernel_tap *);

/* Asks the kernel how the tap is.  Returns 0 or a positive errno value: ENODEV
 * if the tap was deleted, another one, such as EPERM, if it was moved to a
 * namespace where it cannot be asked. */
int vkernel_tap_get_link(struct vkernel_tap *, struct vkernel_link *);

/* Change the tap.  All return 0 or a positive errno value. */
int vkernel_tap_set_mtu(struct vkernel_tap *, int mtu);
int vkernel_tap_set_gso_max_size(struct vkernel_tap *, int size,
                                 int ipv4_size);
int vkernel_tap_set_mac(struct vkernel_tap *, struct eth_addr);

int vkernel_tap_set_up(struct vkernel_tap *, bool up);
int vkernel_tap_set_alias(struct vkernel_tap *, const char *alias);

/* Likewise.  EPERM if it should be on, but no queue is attached. */
int vkernel_tap_set_carrier(struct vkernel_tap *, bool carrier);

/* Sets the sysctl 'key', where ".IF." stands for the tap, as in
 * vkernel_host_config_sysctl_path(), to 'value'.  Returns 0 or a positive
 * errno value. */
int vkernel_tap_set_sysctl(struct vkernel_tap *, const char *key,
                           const char *value);

/* Returns the tap's speed, in Mbit/s, or 0 if it has none. */
uint32_t vkernel_tap_get_speed(struct vkernel_tap *);

/* Returns, in a string that the caller must free(), the offloads that the
 * kernel has on for the frames it sends out of the tap, named as "ethtool -k"
 * does and separated by blanks, or "none". */
char *vkernel_tap_format_offloads(struct vkernel_tap *);

/* As vkernel_ethtool_get_features() and vkernel_ethtool_set_features(). */
int vkernel_tap_get_features(struct vkernel_tap *,
                             struct vkernel_ethtool_features *);
int vkernel_tap_set_features(struct vkernel_tap *,
                             const struct vkernel_ethtool_features *);

/* Enters the tap's namespace, around what must be done there, such as the
 * driver's probe; vkernel_netns_leave() leaves it.  As
 * vkernel_netns_enter(). */
int vkernel_tap_enter_netns(struct vkernel_tap *, int *savedp);

/* Stores into 'handle', which has room for IFNAMSIZ bytes, a name by which the
 * driver finds the tap in its namespace, whatever the tap is renamed to, and
 * in which there is no character that means something to DPDK; or, if that
 * cannot be, the tap's present name.  vkernel_tap_put_handle() takes it
 * away. */
void vkernel_tap_get_handle(struct vkernel_tap *, char *handle);
void vkernel_tap_put_handle(struct vkernel_tap *, const char *handle);

/* Undoes what another program may have done to the tap, which must not have
 * been given up, through a queue of its own: see vkernel_anchor_reclaim(). */
void vkernel_tap_reclaim(struct vkernel_tap *);

/* Undoes what such a program may have done without a trace. */
void vkernel_tap_clean(struct vkernel_tap *);

/* Returns the size of the header that the tap has before each frame, or 0 if
 * it was deleted. */
int vkernel_tap_get_header_size(const struct vkernel_tap *);

/* Returns true if the tap lives in the daemon's own namespace. */
bool vkernel_tap_is_in_own_netns(const struct vkernel_tap *);

/* Stores into '*fdp' a descriptor of the namespace that the tap is in, or was
 * in when it was deleted, if somebody has moved it there and options say
 * nothing of where it should be; otherwise -1.  The descriptor stays the tap's
 * and is valid as long as the socket of vkernel_tap_get_sock().
 *
 * Returns 0 or a positive errno value if it is in such a namespace, but that
 * cannot be entered: ENODEV if it is not known, as the tap was deleted before
 * anybody could look. */
int vkernel_tap_get_stray_netns(struct vkernel_tap *, int *fdp);

/* Stores into '*fdp' a descriptor of the tap's namespace, likewise, or -1, and
 * into '*ifindexp' the tap's index there. */
void vkernel_tap_get_netns(const struct vkernel_tap *, int *fdp,
                           int *ifindexp);

/* Where the tap is, as compared to where it should be. */
enum vkernel_tap_place {
    VKERNEL_TAP_RIGHT,          /* There, or it may be anywhere. */
    VKERNEL_TAP_TO_MOVE,        /* Not there yet: something else is wanted than
                                 * before. */
    VKERNEL_TAP_ASTRAY,         /* Somebody has moved it. */
    VKERNEL_TAP_LOST,           /* Its namespace's file was deleted, or is now
                                 * that of another one. */
};

/* Compares the tap's namespace to 'netns', as vkernel_tap_open() takes it.  If
 * that is NULL, and was NULL before, the tap may be anywhere.
 *
 * That of "pid:" is the one which it was when the tap came there: the process
 * may have ended since, and its number be another one's. */
enum vkernel_tap_place vkernel_tap_find(const struct vkernel_tap *,
                                        const char *netns);

/* Moves the tap to 'netns', as vkernel_tap_open() takes it, where the kernel
 * gives it no addresses and no routes, but this function the administrative
 * state that it had: where it was, or, if it was there already and somebody
 * has moved it away, there.
 *
 * Returns NULL if successful, otherwise a message as vkernel_tap_open() does;
 * the tap is then where it was. */
char *vkernel_tap_move(struct vkernel_tap *, const char *netns);

/* What has happened to the tap. */
enum vkernel_tap_event {
    VKERNEL_TAP_CHANGED = 1 << 0, /* Something, of which the kernel told. */
    VKERNEL_TAP_RENAMED = 1 << 1, /* It has another name. */
    VKERNEL_TAP_MOVED = 1 << 2,   /* It is in another namespace. */
    VKERNEL_TAP_NEWS = 1 << 3,    /* There are news for
                                   * vkernel_tap_take_news(), and of the tap
                                   * itself nothing, as far as this bit
                                   * tells. */
};

/* Returns what the kernel has told of since the last call, as a bitmap of enum
 * vkernel_tap_event, and follows a change of the tap's name and namespace. */
int vkernel_tap_run(struct vkernel_tap *);

/* Arranges for poll_block() to wake up when vkernel_tap_run() would return
 * something. */
void vkernel_tap_wait(const struct vkernel_tap *);

/* Has what happens to the tap logged as far as 'budget' allows, which must
 * live as long as the tap; all of it if that is NULL, as it is at first. */
void vkernel_tap_set_budget(struct vkernel_tap *, struct vkernel_budget *);
struct vkernel_budget *vkernel_tap_get_budget(const struct vkernel_tap *);

/* For whoever keeps addresses, routes and the like on the tap. */

/* Has the tap hear of other devices, and of routes through it that are ours or
 * an administrator's, or not, as at first: see vkernel_watch_filter(). */
void vkernel_tap_listen(struct vkernel_tap *, bool others, bool routes);

/* What may have changed, for vkernel_tap_take_news(). */
enum vkernel_tap_news {
    VKERNEL_TAP_NEWS_TAP = 1 << 0, /* The tap, its addresses or routes. */
    VKERNEL_TAP_NEWS_OTHERS = 1 << 1, /* Another device. */
};

/* Returns, as a set of enum vkernel_tap_news, what vkernel_tap_run() has
 * heard of since the last call. */
unsigned int vkernel_tap_take_news(struct vkernel_tap *);

/* Returns a socket for requests in the tap's namespace, which stays the tap's
 * and is valid until the next call of vkernel_tap_run(),
 * vkernel_tap_get_link(), vkernel_tap_move() or vkernel_tap_abandon(), and
 * stores into '*ifindexp' the tap's index there.  Returns NULL if the tap is
 * where it cannot be asked. */
struct nl_sock *vkernel_tap_get_sock(const struct vkernel_tap *,
                                     int *ifindexp);

/* Returns a number, not 0, that another tap never has, nor this one after it
 * came to another namespace. */
unsigned int vkernel_tap_get_netns_seq(const struct vkernel_tap *);

#endif /* vkernel-tap.h */
