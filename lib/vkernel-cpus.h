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

#ifndef VKERNEL_CPUS_H
#define VKERNEL_CPUS_H 1

/* Sets of CPUs, and the machine's: which there are, and which have something
 * better to do than the work of vhost.
 *
 * No state and no lock.  The parser of options and whoever places workers call
 * these functions from the main thread.  Those that get CPUs read a few files
 * of 'proc' and 'sys', normally NULL for /proc and /sys. */

#include <stdbool.h>

#include "bitmap.h"

/* CPUs that a set can have: 0 to this, less 1, as many as a cpu_set_t of the C
 * library has. */
#define VKERNEL_MAX_CPUS 1024

/* A set of CPUs.  All zeros are none. */
struct vkernel_cpus {
    unsigned long bits[BITMAP_N_LONGS(VKERNEL_MAX_CPUS)]; /* For bitmap.h. */
};

/* Fills 'cpus' with those that 'text' names in the form of the kernel's, such
 * as "0-3,8".  Returns false if it is not of that form; 'cpus' is then
 * empty. */
bool vkernel_cpus_parse(const char *text, struct vkernel_cpus *cpus);

/* Returns 'cpus' in that form, in a string that the caller must free(). */
char *vkernel_cpus_format(const struct vkernel_cpus *cpus);

bool vkernel_cpus_equals(const struct vkernel_cpus *,
                         const struct vkernel_cpus *);
bool vkernel_cpus_is_empty(const struct vkernel_cpus *);

/* Returns those of 'a' that are in 'b', too. */
struct vkernel_cpus vkernel_cpus_both(const struct vkernel_cpus *a,
                                      const struct vkernel_cpus *b);

/* Returns those of 'a' that are not in 'b'. */
struct vkernel_cpus vkernel_cpus_without(const struct vkernel_cpus *a,
                                         const struct vkernel_cpus *b);

/* Fills 'cpus' with those that are online; with all if that is not known. */
void vkernel_cpus_get_online(const char *sys, struct vkernel_cpus *cpus);

/* Fills 'cpus' with those on which this process has threads that poll for the
 * datapath ("pmd-c01/id:7": CPU 1), and those that were taken from the
 * scheduler when the machine was started ("isolcpus"). */
void vkernel_cpus_get_reserved(const char *proc, const char *sys,
                               struct vkernel_cpus *cpus);

/* Fills 'cpus' with those that a worker shall use if nobody has said any: the
 * CPUs of NUMA node 'numa_id' without those that are for 'others', or all of
 * the node if nothing is left.  A node that is not known stands for all of
 * them. */
void vkernel_cpus_get_default(int numa_id, const struct vkernel_cpus *others,
                              struct vkernel_cpus *cpus);

#endif /* vkernel-cpus.h */
