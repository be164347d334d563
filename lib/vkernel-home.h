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

#ifndef VKERNEL_HOME_H
#define VKERNEL_HOME_H 1

/* The network namespace where a tap should be: by the name that the user has
 * given it, and by what that was when the tap came there, since another one
 * may come to have the name.
 *
 * "Namespace" here is as in struct vkernel_host_config: NULL for the daemon's
 * own.  No lock: vkernel-tap.c calls these functions from the main thread, for
 * a struct of its own. */

#include <stdbool.h>

/* All of a home. */
struct vkernel_home {
    char *netns;                /* What the user calls it, or NULL. */
    int fd;                     /* The namespace; -1 if 'netns' is NULL, for
                                 * then the tap may be anywhere. */
};

#define VKERNEL_HOME_INITIALIZER { .netns = NULL, .fd = -1 }

/* Opens the namespace 'netns' and stores a descriptor of it, which the caller
 * must close, into '*fdp', or -1.
 *
 * Returns NULL if successful, otherwise a message without the Interface's
 * name, to be free()d by the caller. */
char *vkernel_home_open_netns(const char *netns, int *fdp);

/* Likewise, but of the namespace that 'netns' was when the tap came there, if
 * the home is called so and was not lost. */
char *vkernel_home_open(const struct vkernel_home *, const char *netns,
                        int *fdp);

/* Takes note that the home is 'netns', which is the namespace of 'fd', which
 * this function takes over. */
void vkernel_home_set(struct vkernel_home *, const char *netns, int fd);

/* Lets go of the namespace, which nothing keeps from dying then, but not of
 * its name. */
void vkernel_home_abandon(struct vkernel_home *);

/* Frees what is in the struct, not the struct. */
void vkernel_home_uninit(struct vkernel_home *);

/* Returns true if the home is called 'netns'. */
bool vkernel_home_is(const struct vkernel_home *, const char *netns);

/* Was the namespace deleted, or replaced by another one?  There must be a name
 * and a descriptor.
 *
 * That of "pid:" never was: the process may have ended since, and its number
 * be another one's. */
bool vkernel_home_is_lost(const struct vkernel_home *);

#endif /* vkernel-home.h */
