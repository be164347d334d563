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

#include <config.h>

#include "vkernel-buffers.h"

#include <rte_mbuf.h>
#include <string.h>

#include "dp-packet.h"
#include "packets.h"
#include "util.h"
#include "vkernel-config.h"

/* Received packets that may wait outside of the device's own rings: in other
 * ports' Tx rings, in threads' caches, in reassembly. */
#define RX_EXTRA_BUFFERS 4096

/* Likewise for large ones. */
#define RX_EXTRA_LARGE_BUFFERS 512

/* Likewise for copies, which go nowhere but into the device's own rings. */
#define TX_EXTRA_BUFFERS 1024

/* Large copies on their way to the kernel: 16 MiB of data, more than a TCP
 * connection has on its way. */
#define TX_LARGE_BUFFERS 256

/* The most bytes of a copy, which may be of another port's frame. */
#define MAX_TX_COPY_SIZE 65280

/* Open vSwitch 4.0 moves a packet that outgrows its buffer to another one, of
 * at most UINT16_MAX bytes, with the old one's tail and 64 bytes or so of its
 * own.  A tunnel's header takes up to 512 (TNL_PUSH_HEADER_SIZE): there is
 * room for six of them. */
BUILD_ASSERT_DECL(RTE_PKTMBUF_HEADROOM + VKERNEL_MAX_GSO_MAX_SIZE
                  + 2 * CACHE_LINE_SIZE + 6 * (512 + 64) <= UINT16_MAX);

size_t
vkernel_buffers_max_frame_size(int mtu)
{
    return mtu + ETH_HEADER_LEN + 2 * VLAN_HEADER_LEN;
}

/* Returns how many bytes a buffer must hold for frames of 'max_frame_size'.
 * The driver's check of buffers against the MTU adds the virtio header to the
 * frame, although it goes into the headroom (virtio_dev_configure()). */
static size_t
get_buffer_size(size_t max_frame_size)
{
    enum { VIRTIO_NET_HDR_SIZE = 12 };

    return max_frame_size + VIRTIO_NET_HDR_SIZE;
}

static char *
create_rx(struct vkernel_buffers *buffers,
          const struct vkernel_buffers_args *args)
{
    size_t frame_size = get_buffer_size(buffers->max_frame_size);
    unsigned int n_descs = args->n_queues * args->ring_size;
    char *message;

    if (args->gso_max_size <= buffers->max_frame_size) {
        return vkernel_mempool_create(&buffers->ring,
                                      2 * n_descs + RX_EXTRA_BUFFERS,
                                      frame_size, true, args->socket_id);
    }
    /* So that what the rings lack at any time is there for them: one poll of a
     * queue takes a burst out of its ring, and the driver puts it back. */
    buffers->rx_reserve = 2 * NETDEV_MAX_BURST * args->n_queues;
    message = vkernel_mempool_create(
        &buffers->ring,
        n_descs + buffers->rx_reserve + RX_EXTRA_LARGE_BUFFERS,
        get_buffer_size(args->gso_max_size), false, args->socket_id);
    if (!message) {
        message = vkernel_mempool_create(&buffers->rx_copies,
                                         n_descs + RX_EXTRA_BUFFERS,
                                         frame_size, true, args->socket_id);
    }
    return message;
}

static char *
create_tx(struct vkernel_buffers *buffers,
          const struct vkernel_buffers_args *args)
{
    unsigned int n_descs = args->n_queues * args->ring_size;
    char *message;

    message = vkernel_mempool_create(&buffers->tx_copies,
                                     n_descs + TX_EXTRA_BUFFERS,
                                     get_buffer_size(buffers->max_frame_size),
                                     true, args->socket_id);
    if (!message && args->gso_max_size) {
        message = vkernel_mempool_create(
            &buffers->tx_large_copies, MIN(n_descs, TX_LARGE_BUFFERS),
            get_buffer_size(MAX_TX_COPY_SIZE), false,
            args->socket_id);
    }
    return message;
}

char *
vkernel_buffers_create(struct vkernel_buffers *buffers,
                       const struct vkernel_buffers_args *args)
{
    char *message;

    memset(buffers, 0, sizeof *buffers);
    buffers->max_frame_size = vkernel_buffers_max_frame_size(args->mtu);
    message = create_rx(buffers, args);
    if (!message) {
        message = create_tx(buffers, args);
    }
    if (message) {
        vkernel_buffers_put(buffers);
    }
    return message;
}

void
vkernel_buffers_put(struct vkernel_buffers *buffers)
{
    vkernel_mempool_put(&buffers->ring);
    vkernel_mempool_put(&buffers->rx_copies);
    vkernel_mempool_put(&buffers->tx_copies);
    vkernel_mempool_put(&buffers->tx_large_copies);
    memset(buffers, 0, sizeof *buffers);
}

size_t
vkernel_buffers_get_rx_memory(const struct vkernel_buffers *buffers)
{
    return buffers->ring.memory + buffers->rx_copies.memory;
}

size_t
vkernel_buffers_get_tx_memory(const struct vkernel_buffers *buffers)
{
    return buffers->tx_copies.memory + buffers->tx_large_copies.memory;
}
