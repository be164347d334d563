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

/* Where to look, below PROC. */
enum place {
    PLACE_KERNEL,               /* Processes, and so the kernel's threads. */
    PLACE_OURS,                 /* Threads of this process. */
    PLACE_FDS,                  /* Its descriptors. */
    N_PLACES
};

static const char *const place_names[N_PLACES] = {
    "", "/self/task", "/self/fd"
};

/* Numbers in ascending order. */
struct numbers {
    int *numbers;               /* 'n' of them. */
    size_t n;
};

struct vkernel_workers {
    char *proc;                 /* Where processes are shown. */
    struct stat vhost;          /* The device of vhost... */
    bool have_vhost;            /* ...if there is one. */
    char name[16];              /* Names of kernel threads made for us. */

    /* What there was before, until vkernel_workers_end().  Numbers alone: to
     * look at each thread and descriptor, twice for each port, would take all
     * ports together a time that grows with the square of their number. */
    struct numbers before[N_PLACES];

    /* Queue pair by queue pair, or none: the workers and the descriptors. */
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

static int
compare_ints(const void *a_, const void *b_)
{
    const int *a = a_;
    const int *b = b_;

    return *a < *b ? -1 : *a > *b;
}

/* Returns what there is now in 'place'.  The caller must free() the
 * numbers. */
static struct numbers
list_all(const struct vkernel_workers *workers, enum place place)
{
    struct numbers all;

    all.numbers = vkernel_proc_list_numbers(workers->proc, place_names[place],
                                            &all.n);
    if (all.n) {
        qsort(all.numbers, all.n, sizeof *all.numbers, compare_ints);
    }
    return all;
}

/* As list_all(), without what there was before. */
static struct numbers
list_new(const struct vkernel_workers *workers, enum place place)
{
    const struct numbers *before = &workers->before[place];
    struct numbers all = list_all(workers, place);
    size_t n = 0;

    for (size_t i = 0; i < all.n; i++) {
        if (!before->n || !bsearch(&all.numbers[i], before->numbers, before->n,
                                   sizeof *before->numbers, compare_ints)) {
            all.numbers[n++] = all.numbers[i];
        }
    }
    all.n = n;
    return all;
}

/* Adds the workers among the new threads in 'place'. */
static void
find_workers(struct vkernel_workers *workers, enum place place, pid_t pid_max)
{
    struct numbers tids = list_new(workers, place);

    workers->workers = xrealloc(workers->workers,
                                (workers->n_workers + tids.n)
                                * sizeof *workers->workers);
    for (size_t i = 0; i < tids.n; i++) {
        const struct vkernel_proc_task task = {
            .tid = tids.numbers[i],
            .is_ours = place == PLACE_OURS,
        };
        struct vkernel_proc_stat stat;

        if (vkernel_proc_read_stat(workers->proc, &task, &stat)
            && is_worker(workers, &task, &stat)) {
            workers->workers[workers->n_workers++] = (struct worker) {
                .task = task,
                .start = stat.start,
                .pid_max = pid_max,
                .percent = -1,
            };
        }
    }
    free(tids.numbers);
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

/* Finds the new descriptors of vhost and eventfds.  The former are in the
 * order in which they were opened: they are numbered from the lowest free
 * number, one after the other, before any is closed again. */
static void
find_fds(struct vkernel_workers *workers)
{
    struct numbers fds = list_new(workers, PLACE_FDS);

    workers->events = xcalloc(fds.n, sizeof *workers->events);
    for (size_t i = 0; i < fds.n; i++) {
        int fd = fds.numbers[i];

        if (is_vhost_fd(workers, fd)) {
            fds.numbers[workers->n_fds++] = fd;
        } else if (get_event(workers, fd,
                             &workers->events[workers->n_events])) {
            workers->n_events++;
        }
    }
    workers->fds = fds.numbers;
}

struct vkernel_workers *
vkernel_workers_begin(const char *proc, const char *vhost_path)
{
    struct vkernel_workers *workers = xzalloc(sizeof *workers);

    workers->proc = xstrdup(proc ? proc : "/proc");
    workers->have_vhost = !stat(vhost_path, &workers->vhost);
    snprintf(workers->name, sizeof workers->name, "%s%d", name_prefix,
             (int) syscall(SYS_gettid));
    for (enum place place = 0; place < N_PLACES; place++) {
        workers->before[place] = list_all(workers, place);
    }
    return workers;
}

static void
forget_before(struct vkernel_workers *workers)
{
    for (enum place place = 0; place < N_PLACES; place++) {
        free(workers->before[place].numbers);
        workers->before[place] = (struct numbers) { .numbers = NULL };
    }
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
    pid_t pid_max = get_pid_max(workers->proc);
    int error;

    find_workers(workers, PLACE_KERNEL, pid_max);
    find_workers(workers, PLACE_OURS, pid_max);
    find_fds(workers);
    forget_before(workers);

    error = workers->n_workers == n_pairs ? 0 : ESRCH;
    if (error) {
        workers->n_workers = 0;
    }
    if (workers->n_fds != n_pairs) {
        workers->n_fds = 0;
    }
    if (workers->n_workers) {
        qsort(workers->workers, workers->n_workers, sizeof *workers->workers,
              compare_workers);
    }
    for (size_t i = 0; i < workers->n_workers; i++) {
        start_interval(workers, &workers->workers[i]);
    }
    return error;
}

void
vkernel_workers_destroy(struct vkernel_workers *workers)
{
    if (workers) {
        forget_before(workers);
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

uint64_t
vkernel_workers_get_cpu_nsec(const struct vkernel_workers *workers)
{
    uint64_t sum = 0;

    for (size_t pair = 0; pair < workers->n_workers; pair++) {
        uint64_t nsec;

        if (vkernel_proc_read_cpu_nsec(workers->proc,
                                       &workers->workers[pair].task, &nsec)) {
            sum += nsec;
        }
    }
    return sum;
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
