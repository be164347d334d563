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

#ifndef VKERNEL_ETHTOOL_H
#define VKERNEL_ETHTOOL_H 1

/* What only SIOCETHTOOL tells of a network device.
 *
 * 'sock' is any socket, which says in which network namespace 'ifname' is.  No
 * state and no lock: vkernel-tap.c calls these from the main thread. */

#include <stdint.h>

/* Returns, in a string that the caller must free(), the offloads that the
 * kernel has on for the frames it sends out of the device, named as "ethtool
 * -k" does and separated by blanks, or "none". */
char *vkernel_ethtool_format_offloads(int sock, const char *ifname);

/* Sets of a device's features, by the kernel's numbers. */
#define VKERNEL_ETHTOOL_WORDS 4
struct vkernel_ethtool_features {
    uint32_t n_words;           /* How many the kernel has; 0 if unknown. */
    uint32_t wanted[VKERNEL_ETHTOOL_WORDS]; /* What somebody asked for. */
};

/* Stores what somebody asked for of the device's features into '*features'.
 * Returns 0 or a positive errno value. */
int vkernel_ethtool_get_features(int sock, const char *ifname,
                                 struct vkernel_ethtool_features *features);

/* Asks for 'features' again, if they are known and something else was asked
 * for since.  Returns 0 or a positive errno value. */
int vkernel_ethtool_set_features(
    int sock, const char *ifname,
    const struct vkernel_ethtool_features *features);

/* Stores the device's speed, in Mbit/s, into '*speed', or 0 if it has none.
 * Returns 0 or a positive errno value. */
int vkernel_ethtool_get_speed(int sock, const char *ifname, uint32_t *speed);

/* Sets the device's speed, in Mbit/s, and full duplex.  Returns 0 or a
 * positive errno value. */
int vkernel_ethtool_set_speed(int sock, const char *ifname, uint32_t speed);

#endif /* vkernel-ethtool.h */
