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

#ifndef VKERNEL_NETNS_H
#define VKERNEL_NETNS_H 1

/* Doing something in another network namespace, for a moment.
 *
 * A tap may be moved out of the daemon's network namespace.  Sockets belong
 * to the namespace they were made in, and /dev/net/tun looks names up in that
 * of the calling thread, so some calls must be made from the tap's own.
 *
 * No lock, and no state but the private namespace.  Called from the main
 * thread; a thread has a namespace of its own, so others do not notice. */

#include <stdbool.h>
#include <stdint.h>

/* Returns true if two descriptors are of the same namespace. */
bool vkernel_netns_equals(int a, int b);

/* Returns true if 'netns_fd' is the namespace of the calling thread. */
bool vkernel_netns_is_own(int netns_fd);

/* Brings the calling thread into the namespace of 'netns_fd' and stores into
 * '*savedp' what vkernel_netns_leave() needs.  Does nothing, and so needs no
 * privilege, where the thread is there already.
 *
 * Returns 0 or a positive errno value: EPERM without CAP_SYS_ADMIN. */
int vkernel_netns_enter(int netns_fd, int *savedp);

/* Brings the calling thread, likewise, into a namespace that is the daemon's
 * alone: it has no name, it is not where any process is, and it lasts as long
 * as the daemon.  What must not be seen or touched before it is ready is made
 * there.  If 'anew', it is another one than before, which lasts as long as it
 * is used.  EPERM without CAP_SYS_ADMIN. */
int vkernel_netns_enter_private(bool anew, int *savedp);

/* Undoes a successful vkernel_netns_enter() or
 * vkernel_netns_enter_private(). */
void vkernel_netns_leave(int saved);

/* Opens the network namespace whose file is at 'path' and stores a descriptor
 * of it, which the caller must close, into '*fdp', or -1.  What is no network
 * namespace is never opened, so that 'path' need not be trusted.
 *
 * Returns 0 or a positive errno value: ENOENT if there is nothing, or nothing
 * any more (of "ip netns delete", an empty file may remain); EINVAL if there
 * is something else. */
int vkernel_netns_open(const char *path, int *fdp);

/* Opens the network namespace of the calling thread, likewise. */
int vkernel_netns_open_own(int *fdp);

/* Returns 0 if 'netns_fd' is the namespace whose file is at 'path', ENOENT if
 * there is none, EXDEV if there is another one, and another positive errno
 * value if that cannot be found out. */
int vkernel_netns_check(int netns_fd, const char *path);

/* What tells one network namespace from all others, also after its end. */
struct vkernel_netns_id {
    uint64_t dev;               /* Device and inode of its file, which */
    uint64_t ino;               /* another one may have later... */
    uint64_t cookie;            /* ...and a number that no other one has until
                                 * the next boot; 0 if that is not known. */
};

/* Stores what the namespace of 'netns_fd' is into '*id'.  Its cookie is not
 * known where the daemon may not enter.  Returns 0 or a positive errno
 * value. */
int vkernel_netns_get_id(int netns_fd, struct vkernel_netns_id *id);

bool vkernel_netns_id_equals(const struct vkernel_netns_id *,
                             const struct vkernel_netns_id *);

/* Opens the namespace that is 'id', if it is the calling thread's or has a
 * name in /run/netns, and stores a descriptor of it, which the caller must
 * close, into '*fdp', or -1.
 *
 * No other namespace is opened, so that it costs little to have many.  Returns
 * 0 or a positive errno value: ENOENT if there is none, or its cookie is not
 * known. */
int vkernel_netns_find(const struct vkernel_netns_id *id, int *fdp);

#endif /* vkernel-netns.h */
