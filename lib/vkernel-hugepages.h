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

#ifndef VKERNEL_HUGEPAGES_H
#define VKERNEL_HUGEPAGES_H 1

/* Whether DPDK would find hugepages if it started now, and what to do if not.
 *
 * Open vSwitch's daemon aborts when "dpdk-init=true" meets a DPDK that cannot
 * start, and does so again each time it is started.  So nobody may be sent
 * there before these functions have looked.
 *
 * No state and no lock: netdev-dpdkvkernel.c calls them from the main thread.
 * They read files, so none is for the fast path. */

#include <stdbool.h>
#include <stdint.h>

struct smap;

/* Hugepages, all sizes together where nothing else is said.  All zeros stand
 * for a kernel without hugepages. */
struct vkernel_hugepages {
    uint64_t default_kib;       /* Size of those of the default size, in KiB,
                                 * or 0 if the kernel has no hugepages. */
    uint64_t n_default;         /* How many of these there are. */
    uint64_t free_kib;          /* Free, or to be had by overcommitment. */
    uint64_t mounted_kib;       /* Of these, with a mounted hugetlbfs... */
    uint64_t writable_kib;      /* ...that this process may write to. */
};

/* Fills 'pages' from 'proc' and 'sys', where NULL stands for "/proc" and
 * "/sys". */
void vkernel_hugepages_read(const char *proc, const char *sys,
                            struct vkernel_hugepages *pages);

/* Returns true if 'other_config', of the Open_vSwitch table, has DPDK start.
 * Open vSwitch tries that once in the life of the daemon. */
bool vkernel_hugepages_dpdk_is_wanted(const struct smap *other_config);

/* Returns what keeps DPDK from being there and what to do about it, to be
 * free()d by the caller, for DPDK that was not started, or if 'failed', that
 * could not be.  What 'other_config' asks for is compared with 'pages'. */
char *vkernel_hugepages_explain(const struct vkernel_hugepages *pages,
                                const struct smap *other_config, bool failed);

#endif /* vkernel-hugepages.h */
