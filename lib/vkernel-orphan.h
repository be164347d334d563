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

#ifndef VKERNEL_ORPHAN_H
#define VKERNEL_ORPHAN_H 1

/* Persistent taps that nobody holds, left by an earlier life of this program.
 *
 * They are known by their alias: VKERNEL_ALIAS_PREFIX, the name that
 * options:ifname gave the tap, a colon and the name of the Interface.  Looked
 * at are the daemon's own network namespace and those that have a name in
 * /run/netns.
 *
 * No state and no lock.  vkernel-tap.c and the netdev class call these
 * functions from the main thread. */

#include <stdbool.h>

/* Returns the alias that marks a tap of the Interface 'iface' that asks for
 * the name 'ifname', to be free()d by the caller. */
char *vkernel_orphan_mark(const char *ifname, const char *iface);

/* Finds a tap with the alias 'mark' that nobody holds, in the network
 * namespace of 'netns_fd' or anywhere else.  Stores a descriptor of its
 * namespace, which the caller must close, into '*fdp', or -1, and its name
 * into 'ifname', which must have room for IFNAMSIZ bytes.
 *
 * Returns 0, ENOENT if there is none in the namespaces that the daemon may
 * enter, or another positive errno value if that cannot be found out. */
int vkernel_orphan_find(const char *mark, int netns_fd, char *ifname,
                        int *fdp);

/* Removes each tap that nobody holds and that is marked, if 'is_orphan'
 * returns true for the name of its Interface. */
void vkernel_orphan_sweep(bool (*is_orphan)(const char *iface));

#endif /* vkernel-orphan.h */
