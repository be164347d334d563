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

#ifndef VKERNEL_WORKER_H
#define VKERNEL_WORKER_H 1

/* The threads of the kernel's vhost that carry a device's packets: found,
 * placed and measured.
 *
 * vhost makes one for each queue pair, in their order, when the device is
 * probed, and says nowhere which are whose.  Before Linux 6.4 they are kernel
 * threads; since then they are threads of this process, which begin with the
 * affinity of the thread that probed.  Both are named "vhost-TID" after that.
 * Hence the look at the threads there are before and after the probe (in both
 * places, for newer kernels can be told to do as the older ones did):
 *
 *     workers = vkernel_workers_begin(NULL, "/dev/vhost-net");
 *     (probe)
 *     error = vkernel_workers_end(workers, n_pairs);
 *     ...
 *     vkernel_workers_destroy(workers);
 *     (close the device)
 *
 * What is found is never needed for packets to flow: where a worker or a
 * descriptor is not found, the device works all the same.
 *
 * All functions are called from the main thread, with the netdev's mutex held.
 * They read a few files of /proc; none is for the fast path. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct vkernel_cpus;
struct vkernel_workers;

/* Begins to watch for workers, and for descriptors of 'vhost_path', that the
 * calling thread will have made for one device.  'proc' is where the kernel
 * shows processes, normally NULL for /proc.
 *
 * Never returns NULL; the caller must vkernel_workers_destroy() it. */
struct vkernel_workers *vkernel_workers_begin(const char *proc,
                                              const char *vhost_path);

/* Finds what was made for 'n_pairs' queue pairs since
 * vkernel_workers_begin().
 *
 * Returns 0, or ESRCH if it were not 'n_pairs' workers, so that it is not
 * known which are whose and there is none to look at, nor to place.  The usual
 * reasons are a process namespace or an option of /proc that hide the kernel's
 * threads. */
int vkernel_workers_end(struct vkernel_workers *, int n_pairs);

/* Frees 'workers', not what it knows of.  Takes NULL.  Must be called before
 * the device is closed, or right after, since the numbers of its descriptors
 * may then be of others. */
void vkernel_workers_destroy(struct vkernel_workers *);

/* Returns for how many queue pairs the worker is known: all or none. */
size_t vkernel_workers_count(const struct vkernel_workers *);

/* What a worker is doing. */
struct vkernel_worker_info {
    pid_t tid;                  /* Thread ID. */
    char state;                 /* As in proc(5): 'R' if it runs or waits for
                                 * a CPU, 'S' if it has nothing to do. */
    char *cpus;                 /* CPUs that it may use, such as "0-3,8". */
    int cpu;                    /* The one it is on, or was on last. */
    uint64_t cpu_msec;          /* CPU time that it has used, in ms. */
    int percent;                /* Of one CPU, over the last interval of a
                                 * second or more between two looks; -1 if
                                 * there has been none. */
};

/* Returns true if the worker of 'pair' is known and still there.  Another
 * thread that got its ID is not taken for it. */
bool vkernel_workers_is_alive(const struct vkernel_workers *, size_t pair);

/* Fills 'info' but for 'cpus', which is NULL: this is cheap enough to be done
 * each second.  Returns 0, or ESRCH as vkernel_workers_get() does. */
int vkernel_workers_peek(struct vkernel_workers *, size_t pair,
                         struct vkernel_worker_info *info);

/* Fills 'info', which the caller must vkernel_worker_info_uninit() in any
 * case.  Returns 0 or a positive errno value: ESRCH if the worker is not known
 * or not there any more, then 'info' is empty. */
int vkernel_workers_get(struct vkernel_workers *, size_t pair,
                        struct vkernel_worker_info *info);
void vkernel_worker_info_uninit(struct vkernel_worker_info *);

/* Returns the CPU time that all workers have used, in ns, as far as the kernel
 * tells. */
uint64_t vkernel_workers_get_cpu_nsec(const struct vkernel_workers *);

/* Lets the worker of 'pair' run on 'cpus' only.  The kernel leaves out those
 * that are not there, and says so in 'cpus' of vkernel_workers_get() alone.
 *
 * Returns 0 or a positive errno value: EPERM without CAP_SYS_NICE (a kernel
 * thread belongs to root), EINVAL if none of them is online or the process's
 * control group has none of them, ESRCH as above. */
int vkernel_workers_set_affinity(struct vkernel_workers *, size_t pair,
                                 const struct vkernel_cpus *cpus);

/* Fills 'cpus' with those that the worker of 'pair' may use.
 * Returns 0 or a positive errno value. */
int vkernel_workers_get_affinity(const struct vkernel_workers *, size_t pair,
                                 struct vkernel_cpus *cpus);

/* Has the worker of 'pair' poll both its rings for up to 'usec' microseconds
 * before it sleeps; 0 to sleep at once.
 *
 * Returns 0 or a positive errno value: EBADF if the descriptor of the pair is
 * not known or no more what it was. */
int vkernel_workers_set_busyloop(struct vkernel_workers *, size_t pair,
                                 unsigned int usec);

/* Wakes all workers, as the driver does when it has put packets into an empty
 * ring, in case that it was not heard.  A worker that has nothing to do goes
 * to sleep again.
 *
 * The driver keeps the eventfds for that to itself.  Those that were made in
 * this process while the device was probed are written to, if they still are
 * the same; that some of them have another use does no harm, for what is
 * signalled can always be signalled once too often.  Returns how many there
 * were. */
size_t vkernel_workers_kick(const struct vkernel_workers *);

#endif /* vkernel-worker.h */
