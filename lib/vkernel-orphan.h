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
 * They are known by their alias, the mark: VKERNEL_ALIAS_PREFIX, the name of
 * the Interface, the name that options:ifname gave the tap, and a token that
 * only the daemon can make (vkernel-token.h), with colons between.  They are
 * looked for where they can be: where the options want the tap, where it was
 * seen last (vkernel-record.h), and in the daemon's own network namespace.
 *
 * Whoever is root where a tap is can read its mark, and copy it: so it is
 * believed nowhere else.  It is believed of taps only that belong to the
 * daemon's user.
 *
 * No state and no lock.  vkernel-tap.c and the netdev class call these
 * functions from the main thread. */

#include <stdbool.h>

struct vkernel_record;

/* What is known of a tap that may be there already. */
struct vkernel_orphan_trace {
    const char *mark;           /* Its alias, or NULL if it is to be looked for
                                 * by its index alone. */
    int netns_fd;               /* Where it was seen last, or -1. */
    int ifindex;                /* Its index there, or 0. */
};

#define VKERNEL_ORPHAN_TRACE_INITIALIZER { .mark = NULL, .netns_fd = -1 }

/* Stores the alias that marks a tap of the Interface 'iface' that asks for the
 * name 'ifname', which the caller must free(), into '*markp', or NULL.
 *
 * Returns NULL if successful, otherwise a message without the Interface's
 * name, to be free()d by the caller. */
char *vkernel_orphan_mark(const char *ifname, const char *iface,
                          char **markp);

/* Finds the tap of 'trace' that nobody holds: where it was seen last, by its
 * index or else its mark, then, by its mark, in the network namespace of
 * 'netns_fd' and in that of the thread.  Stores a descriptor of its namespace,
 * which the caller must close, into '*fdp', or -1, and its name into 'ifname',
 * which must have room for IFNAMSIZ bytes.
 *
 * Returns 0, ENOENT if there is none in the namespaces that the daemon may
 * enter, or another positive errno value if that cannot be found out. */
int vkernel_orphan_find(const struct vkernel_orphan_trace *trace, int netns_fd,
                        char *ifname, int *fdp);

/* Removes each tap of the thread's own network namespace that nobody holds and
 * that is marked, if 'is_orphan' returns true for the name of its
 * Interface. */
void vkernel_orphan_sweep(bool (*is_orphan)(const char *iface));

/* Removes the tap of 'record', if nobody holds it and it is marked.  Costs the
 * same, whatever else is in its namespace. */
void vkernel_orphan_remove(const struct vkernel_record *record);

#endif /* vkernel-orphan.h */
