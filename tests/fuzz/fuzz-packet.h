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

#ifndef FUZZ_PACKET_H
#define FUZZ_PACKET_H 1

/* Packets for the fuzz targets of vkernel-offload.c, and what must hold of
 * them, found without the code that is tested.
 *
 * No lock: called from the main thread. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dp_packet;

/* The headers of a frame. */
struct fuzz_headers {
    uint8_t proto;              /* Of the transport layer: IPPROTO_*. */
    bool is_ipv4;               /* IPv4, not IPv6. */
    bool is_fragment;           /* One of several, or so it says. */
    bool is_encapsulated;       /* Is there MPLS or NSH, and no more known? */
    size_t l3_ofs;              /* Where the header of IP is. */
    size_t l4_ofs;              /* Where the transport layer begins... */
    size_t end;                 /* ...and where the IP packet says that it
                                 * ends. */
};

/* Makes 'packet', which need not be initialized, of the 'size' bytes at
 * 'data', as the driver does.  Its memory lasts until the next call. */
void fuzz_packet_init(struct dp_packet *packet, const void *data, size_t size);

/* Finds the headers of 'packet' behind any number of VLAN tags.  Returns false
 * if there is no IP packet that has as many bytes as it says. */
bool fuzz_packet_parse(const struct dp_packet *packet,
                       struct fuzz_headers *headers);

/* Returns true if 'headers' are those of a TCP segment with data, which can be
 * cut into several. */
bool fuzz_packet_is_tcp_with_data(const struct dp_packet *packet,
                                  const struct fuzz_headers *headers);

/* Sends 'packet' to a receiver with an MTU of 'mtu', as vkernel-tx.c does, and
 * checks what is asked of the driver. */
void fuzz_packet_send(struct dp_packet *packet, int mtu);

#endif /* fuzz-packet.h */
