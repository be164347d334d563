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

/* The machine's CPUs: which there are, and which have something better to do
 * than the work of vhost.
 *
 * Sets of CPUs are bitmaps of VKERNEL_WORKER_MAX_CPUS bits.  The functions
 * read a few files of /proc and /sys; they are called from the main thread,
 * and hold no state.  'proc' and 'sys' are normally NULL, for these two. */

#include <stdbool.h>

/* Fills 'cpus' with those that 'text' names in the form of the kernel's, such
 * as "0-3,8".  Returns false if it is not of that form; 'cpus' is then
 * empty. */
bool vkernel_cpus_parse(const char *text, unsigned long *cpus);

/* Fills 'cpus' with those that are online; with all if that is not known. */
void vkernel_cpus_get_online(const char *sys, unsigned long *cpus);

/* Fills 'cpus' with those on which this process has threads that poll for the
 * datapath ("pmd-c01/id:7": CPU 1), and those that were taken from the
 * scheduler when the machine was started ("isolcpus"). */
void vkernel_cpus_get_reserved(const char *proc, const char *sys,
                               unsigned long *cpus);

#endif /* vkernel-cpus.h */
