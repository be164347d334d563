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

#ifndef VKERNEL_WATCH_H
#define VKERNEL_WATCH_H 1

/* A socket that the kernel tells of changes in one network namespace: of
 * devices, and of one's addresses and routes.  What nobody asked for is left
 * out by the kernel, for others may change as much as they like.
 *
 * The socket is the caller's, to be nl_sock_destroy()ed; there is no other
 * state and no lock.  vkernel-tap.c and vkernel-device.c call these functions
 * from the main thread. */

#include <stdbool.h>

#include "openvswitch/types.h"

struct nl_sock;

/* What a change was of, as seen from one device. */
enum vkernel_watch_news {
    VKERNEL_WATCH_DEVICE = 1 << 0, /* The device itself. */
    VKERNEL_WATCH_BELONGINGS = 1 << 1, /* Its addresses, or those of its
                                        * routes. */
    VKERNEL_WATCH_OTHERS = 1 << 2, /* Another device. */
    VKERNEL_WATCH_MOVED = 1 << 3, /* The device itself, which has left for
                                   * another namespace. */
    VKERNEL_WATCH_NOISE = 1 << 4, /* None of these, but it took time. */
};

/* Stores into '*sockp' a socket in the network namespace of the calling
 * thread, or NULL.  It hears of all devices, and of nothing else, until
 * vkernel_watch_filter() is called.  Returns 0 or a positive errno value. */
int vkernel_watch_open(struct nl_sock **sockp);

/* Has the kernel tell from now on of the device 'ifindex' and its addresses;
 * of other devices only if 'others'; and only if 'routes' of routes through
 * it, or with several next hops, which are our own or an administrator's, and
 * so may be in the way of one of ours.  Returns 0 or a positive errno
 * value. */
int vkernel_watch_filter(struct nl_sock *, int ifindex, bool others,
                         bool routes);

/* Takes what the kernel has told on 'sock' since the last call.  Returns a set
 * of enum vkernel_watch_news, as seen from the device 'ifindex'; the first
 * three if the kernel told more than there was room for.  What is told
 * meanwhile may be left for the next call. */
unsigned int vkernel_watch_take(struct nl_sock *, int ifindex);

/* Takes the same.  Returns true and stores into '*macp' the last address of
 * the device 'ifindex' that was not 'mac', or returns false if the kernel told
 * of none. */
bool vkernel_watch_take_mac(struct nl_sock *, int ifindex, struct eth_addr mac,
                            struct eth_addr *macp);

#endif /* vkernel-watch.h */
