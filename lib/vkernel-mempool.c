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

#include "vkernel-mempool.h"

#include <dirent.h>
#include <errno.h>
#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>
#include <stdio.h>

#include "dp-packet.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "ovs-thread.h"
#include "util.h"

/* Buffers that each thread may keep to itself.  Small, as they are lost to
 * the other threads' refills. */
#define CACHE_SIZE 64

/* Bytes that belong to each buffer behind its end.
 *
 * With ct(nat,alg=ftp), Open vSwitch writes an address into a frame that may
 * be that much longer (MAX_FTP_V6_NAT_DELTA).  Before, it compares the frame's
 * size with that of the whole buffer, headroom included, so that it would
 * write past the end of a buffer that is nearly full. */
#define SPARE 45

/* A pool that was given up. */
struct unused_pool {
    struct ovs_list node;       /* In 'unused_pools'. */
    struct rte_mempool *mp;     /* The pool. */
};

static struct ovs_mutex unused_pools_mutex = OVS_MUTEX_INITIALIZER;

/* Contains "struct unused_pool"s. */
static struct ovs_list unused_pools OVS_GUARDED_BY(unused_pools_mutex)
    = OVS_LIST_INITIALIZER(&unused_pools);

static void
init_buffer(struct rte_mempool *mp OVS_UNUSED, void *aux OVS_UNUSED,
            void *buffer, unsigned int index OVS_UNUSED)
{
    dp_packet_init_dpdk(buffer);
}

static size_t
to_mebibytes(size_t bytes)
{
    return DIV_ROUND_UP(bytes, 1024 * 1024);
}

/* Returns the bytes of the pages that 'file' counts in 'subdir' of 'dir', if
 * that is "hugepages-<size>kB", else 0. */
static size_t
read_hugepages(const char *dir, const char *subdir, const char *file)
{
    unsigned long int kib, n_pages = 0;
    char *file_name;
    FILE *stream;

    if (sscanf(subdir, "hugepages-%lukB", &kib) != 1) {
        return 0;
    }
    file_name = xasprintf("%s/%s/%s", dir, subdir, file);
    stream = fopen(file_name, "re");
    free(file_name);
    if (stream) {
        if (fscanf(stream, "%lu", &n_pages) != 1) {
            n_pages = 0;
        }
        fclose(stream);
    }
    return n_pages * kib * 1024;
}

/* Adds to '*sum' the bytes of the hugepages, of all sizes, that 'file' counts
 * under 'dir'.  Returns false if there is no 'dir'. */
static bool
add_hugepages(const char *dir_name, const char *file, size_t *sum)
{
    struct dirent *entry;
    DIR *dir;

    dir = opendir(dir_name);
    if (!dir) {
        return false;
    }
    while ((entry = readdir(dir))) {
        *sum += read_hugepages(dir_name, entry->d_name, file);
    }
    closedir(dir);
    return true;
}

/* Stores into '*n_freep' how many bytes there are to take on NUMA node
 * 'socket_id', in DPDK and in the kernel.  Returns false if that cannot be
 * found out. */
static bool
get_free_memory(int socket_id, size_t *n_freep)
{
    static const char all_hugepages[] = "/sys/kernel/mm/hugepages";
    struct rte_malloc_socket_stats stats;
    char *node_dir;
    bool known;

    if (rte_malloc_get_socket_stats(socket_id, &stats)) {
        return false;
    }
    *n_freep = stats.heap_freesz_bytes;
    node_dir = xasprintf(
        "/sys/devices/system/node/node%d/hugepages", socket_id);
    known = (add_hugepages(node_dir, "free_hugepages", n_freep)
             && add_hugepages(all_hugepages, "nr_overcommit_hugepages",
                              n_freep));
    free(node_dir);
    return known;
}

/* Returns true if 'size' bytes are certainly more than there are on NUMA node
 * 'socket_id'.  DPDK would take, clear and give back all that there is before
 * it found out, which can take many seconds. */
static bool
is_hopeless(size_t size, int socket_id)
{
    size_t n_free;

    return get_free_memory(socket_id, &n_free) && size > n_free;
}

static char *
format_no_memory(const struct vkernel_mempool *pool, unsigned int n_buffers,
                 size_t data_room, int socket_id, int error)
{
    struct ds text = DS_EMPTY_INITIALIZER;
    struct rte_malloc_socket_stats stats;
    size_t n_free;

    memset(&stats, 0, sizeof stats);
    rte_malloc_get_socket_stats(socket_id, &stats);
    ds_put_format(&text, "no hugepage memory for %u packet buffers of %"
                  PRIuSIZE" bytes, %"PRIuSIZE" MiB in all (%s): DPDK holds %"
                  PRIuSIZE" MiB on NUMA node %d, of which %"PRIuSIZE" MiB are "
                  "free", n_buffers, data_room, to_mebibytes(pool->memory),
                  rte_strerror(error), to_mebibytes(stats.heap_totalsz_bytes),
                  socket_id, to_mebibytes(stats.heap_freesz_bytes));
    if (get_free_memory(socket_id, &n_free)) {
        ds_put_format(&text, ", enough with all free hugepages for %"PRIuSIZE
                      " such buffers at most",
                      n_free / (pool->memory / n_buffers));
    }
    ds_put_format(&text, "; free or add hugepages, or lower options:n_rxq, "
                  "options:n_rxq_desc%s",
                  (data_room > UINT16_MAX / 4
                   ? ", options:gso-max-size or mtu_request"
                   : " or mtu_request"));
    return ds_steal_cstr(&text);
}

/* As rte_pktmbuf_pool_create(), with SPARE bytes that neither the driver nor
 * Open vSwitch knows of. */
static struct rte_mempool *
create_pool(const char *name, unsigned int n_buffers, unsigned int cache_size,
            size_t object_size, const struct rte_pktmbuf_pool_private *private,
            int socket_id)
{
    struct rte_pktmbuf_pool_private copy = *private;
    struct rte_mempool *mp;
    int error;

    mp = rte_mempool_create_empty(name, n_buffers, object_size, cache_size,
                                  sizeof copy, socket_id, 0);
    if (!mp) {
        return NULL;
    }
    error = rte_mempool_set_ops_byname(mp, rte_mbuf_best_mempool_ops(), NULL);
    if (!error) {
        rte_pktmbuf_pool_init(mp, &copy);
        error = rte_mempool_populate_default(mp);
    }
    if (error < 0) {
        rte_mempool_free(mp);
        rte_errno = -error;
        return NULL;
    }
    rte_mempool_obj_iter(mp, rte_pktmbuf_init, NULL);
    rte_mempool_obj_iter(mp, init_buffer, NULL);
    return mp;
}

char *
vkernel_mempool_create(struct vkernel_mempool *pool, unsigned int n_buffers,
                       size_t frame_size, bool cached, int socket_id)
{
    size_t data_room = RTE_PKTMBUF_HEADROOM + ROUND_UP(frame_size,
                                                       CACHE_LINE_SIZE);
    size_t private_size = ROUND_UP(sizeof(struct dp_packet)
                                   - sizeof(struct rte_mbuf),
                                   RTE_MBUF_PRIV_ALIGN);
    const struct rte_pktmbuf_pool_private private = {
        .mbuf_data_room_size = data_room,
        .mbuf_priv_size = private_size,
    };
    size_t object_size = (sizeof(struct rte_mbuf) + private_size + data_room
                          + SPARE);
    struct rte_mempool_objsz object;
    static unsigned int next_id;
    char name[RTE_MEMPOOL_NAMESIZE];

    rte_mempool_calc_obj_size(object_size, 0, &object);
    pool->memory = (size_t) object.total_size * n_buffers;

    if (is_hopeless(pool->memory, socket_id)) {
        return format_no_memory(pool, n_buffers, data_room, socket_id, ENOMEM);
    }
    snprintf(name, sizeof name, "vkernel%u", next_id++);
    pool->mp = create_pool(name, n_buffers, cached ? CACHE_SIZE : 0,
                           object_size, &private, socket_id);
    return (pool->mp
            ? NULL
            : format_no_memory(pool, n_buffers, data_room, socket_id,
                               rte_errno));
}

void
vkernel_mempool_put(struct vkernel_mempool *pool)
{
    struct unused_pool *unused;

    if (!pool->mp) {
        return;
    }
    unused = xmalloc(sizeof *unused);
    unused->mp = pool->mp;
    pool->mp = NULL;
    pool->memory = 0;

    ovs_mutex_lock(&unused_pools_mutex);
    ovs_list_push_back(&unused_pools, &unused->node);
    ovs_mutex_unlock(&unused_pools_mutex);
    vkernel_mempool_sweep();
}

void
vkernel_mempool_sweep(void)
{
    struct unused_pool *unused;

    ovs_mutex_lock(&unused_pools_mutex);
    LIST_FOR_EACH_SAFE (unused, node, &unused_pools) {
        /* Nobody takes from the pool any more, so "full" is final. */
        if (rte_mempool_full(unused->mp)) {
            ovs_list_remove(&unused->node);
            rte_mempool_free(unused->mp);
            free(unused);
        }
    }
    ovs_mutex_unlock(&unused_pools_mutex);
}
