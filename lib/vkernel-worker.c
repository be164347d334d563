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

#include "vkernel-worker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vhost.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bitmap.h"
#include "timeval.h"
#include "util.h"
#include "vkernel-cpus.h"
#include "vkernel-proc.h"

BUILD_ASSERT_DECL(VKERNEL_MAX_CPUS == CPU_SETSIZE);

/* What the names of workers begin with. */
static const char name_prefix[] = "vhost-";

/* The process that makes the kernel's threads. */
#define KTHREADD_PID 2

/* The shortest interval over which a percentage is told, in ms. */
#define MIN_INTERVAL 1000

/* Thread IDs, if the kernel does not say how many there are. */
#define DEFAULT_PID_MAX 32768

/* A worker. */
struct worker {
    struct vkernel_proc_task task; /* Which thread. */
    unsigned long long int start; /* When it was made, in clock ticks. */
    pid_t pid_max;              /* Thread IDs there are, for sorting. */

    /* The beginning of the present interval: CPU time used, in ms, and when
     * that was, as time_msec(). */
    uint64_t base_cpu_msec;
    long long int base_at;
    int percent;                /* Of the last interval; -1 if none. */
};

/* An eventfd, known by its ID, which no other one has as long as it is
 * open. */
struct event {
    int fd;                     /* Descriptor. */
    int id;                     /* What the kernel numbers it. */
};

struct vkernel_workers {
    char *proc;                 /* Where processes are shown. */
    struct stat vhost;          /* The device of vhost... */
    bool have_vhost;            /* ...if there is one. */
    char name[16];              /* Names of kernel threads made for us. */

    /* Queue pair by queue pair, or none: the workers and the descriptors.
     * Until vkernel_workers_end(), those that there were before. */
    struct worker *workers;     /* 'n_workers' of them. */
    size_t n_workers;
    int *fds;                   /* 'n_fds' of them. */
    size_t n_fds;

    /* Likewise, the eventfds that vhost waits for, and some more. */
    struct event *events;       /* 'n_events' of them. */
    size_t n_events;
};

/* Finding workers. */

/* Returns true if 'stat' is that of a worker; of ours, if it is a kernel
 * thread. */
static bool
is_worker(const struct vkernel_workers *workers,
          const struct vkernel_proc_task *task,
          const struct vkernel_proc_stat *stat)
{
    if (task->is_ours) {
        /* A thread of this process that DPDK or Open vSwitch made has other
         * names.  The number is not looked at: it is that of the outermost
         * process namespace. */
        return (!strncmp(stat->name, name_prefix, strlen(name_prefix))
                && vkernel_proc_parse_number(stat->name
                                             + strlen(name_prefix)) >= 0);
    }
    return stat->ppid == KTHREADD_PID && !strcmp(stat->name, workers->name);
}

/* Returns true if 'a' and 'b' are the same thread. */
static bool
worker_equals(const struct worker *a, const struct worker *b)
{
    return (a->task.tid == b->task.tid && a->task.is_ours == b->task.is_ours
            && a->start == b->start);
}

/* Orders workers by when they were made. */
static int
compare_workers(const void *a_, const void *b_)
{
    const struct worker *a = a_;
    const struct worker *b = b_;

    if (a->start != b->start) {
        return a->start < b->start ? -1 : 1;
    }
    /* In the same clock tick: by ID.  IDs start again from the lowest ones, so
     * one that is lower by far came later. */
    if (abs(a->task.tid - b->task.tid) > a->pid_max / 2) {
        return a->task.tid > b->task.tid ? -1 : 1;
    }
    return a->task.tid < b->task.tid ? -1 : a->task.tid > b->task.tid;
}

/* Returns how many thread IDs there are. */
static pid_t
get_pid_max(const char *proc)
{
    char *path = xasprintf("%s/sys/kernel/pid_max", proc);
    int pid_max = DEFAULT_PID_MAX;
    char text[32];

    if (vkernel_proc_read_file(path, text, sizeof text)) {
        pid_max = MAX(atoi(text), 1);
    }
    free(path);
    return pid_max;
}

/* Appends to 'found' the workers among the threads shown in 'dir_name'. */
static void
find_workers_in(const struct vkernel_workers *workers, const char *dir_name,
                bool is_ours, pid_t pid_max, struct vkernel_workers *found)
{
    size_t n;
    int *tids = vkernel_proc_list_numbers(workers->proc, dir_name, &n);

    for (size_t i = 0; i < n; i++) {
        const struct vkernel_proc_task task = {
            .tid = tids[i],
            .is_ours = is_ours,
        };
        struct vkernel_proc_stat stat;

        if (vkernel_proc_read_stat(workers->proc, &task, &stat)
            && is_worker(workers, &task, &stat)) {
            found->workers = xrealloc(found->workers,
                                      (found->n_workers + 1)
                                      * sizeof *found->workers);
            found->workers[found->n_workers++] = (struct worker) {
                .task = task,
                .start = stat.start,
                .pid_max = pid_max,
                .percent = -1,
            };
        }
    }
    free(tids);
}

/* Returns true if the descriptor 'fd' is of the device of vhost. */
static bool
is_vhost_fd(const struct vkernel_workers *workers, int fd)
{
    char *path = xasprintf("%s/self/fd/%d", workers->proc, fd);
    struct stat s;
    bool is_vhost;

    is_vhost = (workers->have_vhost && !stat(path, &s)
                && s.st_dev == workers->vhost.st_dev
                && s.st_ino == workers->vhost.st_ino);
    free(path);
    return is_vhost;
}

/* Fills 'event' with what the descriptor 'fd' is.  Returns false if it is not
 * an eventfd, or one that a write might wait for. */
static bool
get_event(const struct vkernel_workers *workers, int fd, struct event *event)
{
    char *path = xasprintf("%s/self/fdinfo/%d", workers->proc, fd);
    unsigned int flags;
    const char *id;
    char text[512];
    bool ok;

    ok = (vkernel_proc_read_file(path, text, sizeof text)
          && (id = strstr(text, "\neventfd-id:")) != NULL
          && sscanf(id, "\neventfd-id: %d", &event->id) == 1
          && (id = strstr(text, "flags:")) != NULL
          && sscanf(id, "flags: %o", &flags) == 1
          && flags & O_NONBLOCK);
    event->fd = fd;
    free(path);
    return ok;
}

/* Appends to 'found' the eventfds among the 'n' descriptors in 'fds'. */
static void
find_events(const struct vkernel_workers *workers, const int *fds, size_t n,
            struct vkernel_workers *found)
{
    found->events = xcalloc(n, sizeof *found->events);
    for (size_t i = 0; i < n; i++) {
        if (get_event(workers, fds[i], &found->events[found->n_events])) {
            found->n_events++;
        }
    }
}

static int
compare_ints(const void *a_, const void *b_)
{
    const int *a = a_;
    const int *b = b_;

    return *a < *b ? -1 : *a > *b;
}

/* Fills 'found' with all that there is now, in the order in which it was
 * made. */
static void
find_all(const struct vkernel_workers *workers, struct vkernel_workers *found)
{
    pid_t pid_max = get_pid_max(workers->proc);
    size_t n;
    int *fds;

    memset(found, 0, sizeof *found);
    find_workers_in(workers, "", false, pid_max, found);
    find_workers_in(workers, "/self/task", true, pid_max, found);

    fds = vkernel_proc_list_numbers(workers->proc, "/self/fd", &n);
    find_events(workers, fds, n, found);
    found->fds = fds;
    for (size_t i = 0; i < n; i++) {
        if (is_vhost_fd(workers, fds[i])) {
            found->fds[found->n_fds++] = fds[i];
        }
    }
}

/* Removes from 'found' the eventfds that 'before' has. */
static void
subtract_events(struct vkernel_workers *found,
                const struct vkernel_workers *before)
{
    size_t n = 0;

    for (size_t i = 0; i < found->n_events; i++) {
        bool is_old = false;

        for (size_t j = 0; j < before->n_events; j++) {
            is_old |= found->events[i].id == before->events[j].id;
        }
        if (!is_old) {
            found->events[n++] = found->events[i];
        }
    }
    found->n_events = n;
}

/* Removes from 'found' the workers that 'before' has, and sorts the rest. */
static void
subtract_workers(struct vkernel_workers *found,
                 const struct vkernel_workers *before)
{
    size_t n = 0;

    for (size_t i = 0; i < found->n_workers; i++) {
        bool is_old = false;

        for (size_t j = 0; j < before->n_workers; j++) {
            is_old |= worker_equals(&found->workers[i], &before->workers[j]);
        }
        if (!is_old) {
            found->workers[n++] = found->workers[i];
        }
    }
    found->n_workers = n;
    if (n) {
        qsort(found->workers, n, sizeof *found->workers, compare_workers);
    }
}

/* Likewise, the descriptors: they are numbered from the lowest free number,
 * one after the other, before any is closed again. */
static void
subtract_fds(struct vkernel_workers *found,
             const struct vkernel_workers *before)
{
    size_t n = 0;

    for (size_t i = 0; i < found->n_fds; i++) {
        bool is_old = false;

        for (size_t j = 0; j < before->n_fds; j++) {
            is_old |= found->fds[i] == before->fds[j];
        }
        if (!is_old) {
            found->fds[n++] = found->fds[i];
        }
    }
    found->n_fds = n;
    if (n) {
        qsort(found->fds, n, sizeof *found->fds, compare_ints);
    }
}

/* Has 'workers' have what 'found' has, and nothing else. */
static void
replace(struct vkernel_workers *workers, const struct vkernel_workers *found)
{
    free(workers->workers);
    free(workers->fds);
    free(workers->events);
    workers->workers = found->workers;
    workers->n_workers = found->n_workers;
    workers->fds = found->fds;
    workers->n_fds = found->n_fds;
    workers->events = found->events;
    workers->n_events = found->n_events;
}

struct vkernel_workers *
vkernel_workers_begin(const char *proc, const char *vhost_path)
{
    struct vkernel_workers *workers = xzalloc(sizeof *workers);
    struct vkernel_workers found;

    workers->proc = xstrdup(proc ? proc : "/proc");
    workers->have_vhost = !stat(vhost_path, &workers->vhost);
    snprintf(workers->name, sizeof workers->name, "%s%d", name_prefix,
             (int) syscall(SYS_gettid));
    find_all(workers, &found);
    replace(workers, &found);
    return workers;
}

/* Starts the first interval of 'worker'. */
static void
start_interval(const struct vkernel_workers *workers, struct worker *worker)
{
    struct vkernel_proc_stat stat;

    worker->base_at = time_msec();
    if (vkernel_proc_read_stat(workers->proc, &worker->task, &stat)) {
        worker->base_cpu_msec = stat.cpu_ticks * 1000 / sysconf(_SC_CLK_TCK);
    }
}

int
vkernel_workers_end(struct vkernel_workers *workers, int n_pairs)
{
    struct vkernel_workers found;
    int error;

    find_all(workers, &found);
    subtract_workers(&found, workers);
    subtract_fds(&found, workers);
    subtract_events(&found, workers);
    error = found.n_workers == n_pairs ? 0 : ESRCH;
    if (error) {
        found.n_workers = 0;
    }
    if (found.n_fds != n_pairs) {
        found.n_fds = 0;
    }
    replace(workers, &found);
    for (size_t i = 0; i < workers->n_workers; i++) {
        start_interval(workers, &workers->workers[i]);
    }
    return error;
}

void
vkernel_workers_destroy(struct vkernel_workers *workers)
{
    if (workers) {
        free(workers->proc);
        free(workers->workers);
        free(workers->fds);
        free(workers->events);
        free(workers);
    }
}

size_t
vkernel_workers_count(const struct vkernel_workers *workers)
{
    return workers->n_workers;
}

/* Looking at one. */

/* Fills 'stat' with what there is about the worker of 'pair'.  Returns false
 * if it is not known or not there any more. */
static bool
look(const struct vkernel_workers *workers, size_t pair,
     struct vkernel_proc_stat *stat)
{
    return (pair < workers->n_workers
            && vkernel_proc_read_stat(workers->proc,
                                      &workers->workers[pair].task, stat)
            && stat->start == workers->workers[pair].start
            && stat->state != 'Z' && stat->state != 'X');
}

bool
vkernel_workers_is_alive(const struct vkernel_workers *workers, size_t pair)
{
    struct vkernel_proc_stat stat;

    return look(workers, pair, &stat);
}

/* Ends the interval of 'worker', which has used 'cpu_msec' by now, if it is
 * long enough. */
static void
update_percent(struct worker *worker, uint64_t cpu_msec)
{
    long long int now = time_msec();
    long long int interval = now - worker->base_at;

    if (interval >= MIN_INTERVAL) {
        uint64_t used = (cpu_msec > worker->base_cpu_msec
                         ? cpu_msec - worker->base_cpu_msec : 0);

        worker->percent = MIN(used * 100 / interval, 100);
        worker->base_cpu_msec = cpu_msec;
        worker->base_at = now;
    }
}

int
vkernel_workers_peek(struct vkernel_workers *workers, size_t pair,
                     struct vkernel_worker_info *info)
{
    struct vkernel_proc_stat stat;
    struct worker *worker;

    memset(info, 0, sizeof *info);
    if (!look(workers, pair, &stat)) {
        return ESRCH;
    }
    worker = &workers->workers[pair];
    info->tid = worker->task.tid;
    info->state = stat.state;
    info->cpu = stat.cpu;
    info->cpu_msec = stat.cpu_ticks * 1000 / sysconf(_SC_CLK_TCK);
    update_percent(worker, info->cpu_msec);
    info->percent = worker->percent;
    return 0;
}

int
vkernel_workers_get(struct vkernel_workers *workers, size_t pair,
                    struct vkernel_worker_info *info)
{
    int error = vkernel_workers_peek(workers, pair, info);

    if (!error) {
        info->cpus = vkernel_proc_read_cpus(workers->proc,
                                            &workers->workers[pair].task);
        if (!info->cpus) {
            memset(info, 0, sizeof *info);
            error = ESRCH;
        }
    }
    return error;
}

void
vkernel_worker_info_uninit(struct vkernel_worker_info *info)
{
    free(info->cpus);
    info->cpus = NULL;
}

/* Changing one. */

int
vkernel_workers_set_affinity(struct vkernel_workers *workers, size_t pair,
                             const struct vkernel_cpus *cpus)
{
    cpu_set_t set;
    size_t cpu;

    /* Not whoever has its ID now. */
    if (!vkernel_workers_is_alive(workers, pair)) {
        return ESRCH;
    }
    CPU_ZERO(&set);
    BITMAP_FOR_EACH_1 (cpu, VKERNEL_MAX_CPUS, cpus->bits) {
        CPU_SET(cpu, &set);
    }
    return (sched_setaffinity(workers->workers[pair].task.tid, sizeof set,
                              &set)
            ? errno
            : 0);
}

int
vkernel_workers_get_affinity(const struct vkernel_workers *workers,
                             size_t pair, struct vkernel_cpus *cpus)
{
    cpu_set_t set;

    if (pair >= workers->n_workers) {
        return ESRCH;
    }
    if (sched_getaffinity(workers->workers[pair].task.tid, sizeof set, &set)) {
        return errno;
    }
    for (size_t cpu = 0; cpu < VKERNEL_MAX_CPUS; cpu++) {
        bitmap_set(cpus->bits, cpu, CPU_ISSET(cpu, &set));
    }
    return 0;
}

int
vkernel_workers_set_busyloop(struct vkernel_workers *workers, size_t pair,
                             unsigned int usec)
{
    if (pair >= workers->n_fds || !is_vhost_fd(workers, workers->fds[pair])) {
        return EBADF;
    }
    for (unsigned int ring = 0; ring < 2; ring++) {
        struct vhost_vring_state state = { .index = ring, .num = usec };

        if (ioctl(workers->fds[pair], VHOST_SET_VRING_BUSYLOOP_TIMEOUT,
                  &state)) {
            return errno;
        }
    }
    return 0;
}

size_t
vkernel_workers_kick(const struct vkernel_workers *workers)
{
    size_t n = 0;

    for (size_t i = 0; i < workers->n_events; i++) {
        const uint64_t one = 1;
        struct event event;

        if (get_event(workers, workers->events[i].fd, &event)
            && event.id == workers->events[i].id
            && write(event.fd, &one, sizeof one) == sizeof one) {
            n++;
        }
    }
    return n;
}
