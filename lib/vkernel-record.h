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

#ifndef VKERNEL_RECORD_H
#define VKERNEL_RECORD_H 1

/* Where the tap of each Interface was seen last, for the next daemon: it must
 * find a tap that stayed, and take no other one for it, and must not make one
 * in its own network namespace that belongs elsewhere.
 *
 * The record is in the file VKERNEL_RECORD_FILE in Open vSwitch's run folder,
 * and is void after the next boot.  It is read once, and written when it has
 * changed: at once where somebody has moved a tap, for the rest not more than
 * once a second.
 *
 * No lock: the files of the netdev class call these functions from the main
 * thread. */

#include <stdbool.h>

#include "vkernel-netns.h"

#define VKERNEL_RECORD_FILE "dpdkvkernel.taps"

/* One tap. */
struct vkernel_record {
    char *iface;                /* Name of its Interface... */
    char *ifname;               /* ...and the name that that asks for. */
    struct vkernel_netns_id netns; /* Where it was seen last... */
    int ifindex;                /* ...and its index there. */
    bool stray;                 /* Had somebody moved it there, while options
                                 * said nothing of where it should be? */
    bool refused;               /* For the caller: a port was not opened, for
                                 * what this says. */
};

/* Returns what is known of the tap 'ifname' of 'iface', or NULL.  It is valid
 * until the next call of a function here. */
struct vkernel_record *vkernel_record_find(const char *iface,
                                           const char *ifname);

/* Returns what is known of some tap of 'iface' that was a stray, likewise. */
struct vkernel_record *vkernel_record_find_stray(const char *iface);

/* Takes note that the tap 'ifname' of 'iface' is in the network namespace of
 * 'netns_fd', where it has the index 'ifindex', and whether it is a stray.  If
 * 'netns_fd' is -1, it will not be found. */
void vkernel_record_set(const char *iface, const char *ifname, int netns_fd,
                        int ifindex, bool stray);

/* Forgets the tap 'ifname' of 'iface', or all taps. */
void vkernel_record_forget(const char *iface, const char *ifname);
void vkernel_record_forget_all(void);

/* Calls 'cb' for each tap, and forgets it if 'cb' returns true.  'cb' must not
 * call functions here. */
void vkernel_record_for_each(bool (*cb)(struct vkernel_record *, void *aux),
                             void *aux);

/* Returns a message if the record could not be written, to be free()d by the
 * caller, otherwise NULL. */
char *vkernel_record_get_error(void);

/* Writes what has changed: now, or when it is time. */
void vkernel_record_flush(void);
void vkernel_record_run(void);

/* Arranges for poll_block() to wake up when vkernel_record_run() has something
 * to do. */
void vkernel_record_wait(void);

/* Forgets all, but not the file.  For tests. */
void vkernel_record_reset(void);

#endif /* vkernel-record.h */
