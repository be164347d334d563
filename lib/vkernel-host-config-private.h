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

#ifndef VKERNEL_HOST_CONFIG_PRIVATE_H
#define VKERNEL_HOST_CONFIG_PRIVATE_H 1

/* What the parsers of the options of the kernel's side share, and nobody else:
 *
 *   vkernel-host-config-parse.c  the table of options, and most parsers
 *   vkernel-host-config-inet.c   addresses, gateways and routes
 *
 * Pure, as vkernel-host-config.h is, and called from the main thread. */

#include <stdbool.h>
#include <stddef.h>

#include "vkernel-host-config.h"

/* The port whose options are parsed. */
struct vkernel_parse_port {
    const char *name;           /* Of the Interface. */
    const char *ifname;         /* Of the tap. */
    int n_queues;               /* Queue pairs. */
};

/* Parses 'value' into 'host', in which the options above this one in
 * 'options' are set already.  Returns true if successful, otherwise stores
 * into '*problemp', which is NULL, what is wrong with 'value', unless what is
 * accepted tells enough. */
typedef bool vkernel_parse_func(const struct vkernel_parse_port *,
                                const char *value,
                        struct vkernel_host_config *host, char **problemp);

/* Takes a part of a list apart, as vkernel_parse_func does.  'host' is as yet
 * without this part. */
typedef char *vkernel_parse_item_func(const struct vkernel_parse_port *,
                                      char *item,
                              struct vkernel_host_config *host);

/* Parses the items of the list 'value' with 'parse_item', which returns NULL
 * or what is wrong. */
bool vkernel_parse_list(const struct vkernel_parse_port *, const char *value,
                        struct vkernel_host_config *host,
                        vkernel_parse_item_func *parse_item, char **problemp);

/* Returns 'array', of 'n' elements of 'size' bytes, with room for one more
 * that is all zeros. */
void *vkernel_parse_grow(void *array, size_t n, size_t size);

/* Parse host-ip, host-gw4, host-gw6 and host-routes. */
vkernel_parse_func vkernel_parse_ips;
vkernel_parse_func vkernel_parse_gw4;
vkernel_parse_func vkernel_parse_gw6;
vkernel_parse_func vkernel_parse_routes;

#endif /* vkernel-host-config-private.h */
