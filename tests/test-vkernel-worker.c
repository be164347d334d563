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

/* Tests of the workers of vhost: found and measured in a /proc that the test
 * makes up, and found, placed and measured in the real one, with a real
 * vhost-net. */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/vhost.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bitmap.h"
#include "command-line.h"
#include "ovs-numa.h"
#include "timeval.h"
#include "util.h"
#include "vkernel-cpus.h"
#include "vkernel-testlib.h"
#include "vkernel-worker.h"

/* What is made up: the processes, the device of vhost, and the time, in ms. */
static const char fake_proc[] = "proc";
static const char fake_vhost[] = "vhost-net";
static long long int fake_msec;

/* The real device. */
static const char real_vhost[] = "/dev/vhost-net";

/* The error that the next system calls fail with, or 0. */
static int fake_errno;

/* Does the kernel do what it is told to? */
static bool use_kernel;

long long int __real_time_msec(void);
int __real_ioctl(int fd, unsigned long int request, void *);
int __real_sched_setaffinity(pid_t, size_t, const cpu_set_t *);

WRAP(long long int, time_msec, void)
{
    return use_kernel ? __real_time_msec() : fake_msec;
}

WRAP(int, ioctl, int fd, unsigned long int request, ...)
{
    const struct vhost_vring_state *state;
    va_list args;
    void *arg;

    va_start(args, request);
    arg = va_arg(args, void *);
    va_end(args);
    if (use_kernel || request != VHOST_SET_VRING_BUSYLOOP_TIMEOUT) {
        return __real_ioctl(fd, request, arg);
    }
    state = arg;
    printf("fd %d, ring %u: %u us\n", fd, state->index, state->num);
    errno = fake_errno;
    return fake_errno ? -1 : 0;
}

WRAP(int, sched_setaffinity, pid_t pid, size_t size, const cpu_set_t *set)
{
    if (use_kernel) {
        return __real_sched_setaffinity(pid, size, set);
    }
    ovs_assert(size == sizeof *set);
    printf("thread %d:", (int) pid);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, set)) {
            printf(" %d", cpu);
        }
    }
    putchar('\n');
    errno = fake_errno;
    return fake_errno ? -1 : 0;
}

/* Parses 'text', such as "0-3,8". */
static struct vkernel_cpus
parse_cpus(const char *text)
{
    struct vkernel_cpus cpus = { .bits = { 0 } };
    char *copy = xstrdup(text);
    char *save = NULL;

    for (char *part = strtok_r(copy, ",", &save); part;
         part = strtok_r(NULL, ",", &save)) {
        int first, last;

        if (!ovs_scan(part, "%d-%d", &first, &last)) {
            last = first = atoi(part);
        }
        bitmap_set_multiple(cpus.bits, first, last - first + 1, true);
    }
    free(copy);
    return cpus;
}

/* What a worker does. */

static void
print_info(struct vkernel_workers *workers, size_t pair)
{
    struct vkernel_worker_info info;
    int error;

    memset(&info, 0xa5, sizeof info);
    error = vkernel_workers_get(workers, pair, &info);
    printf("pair %"PRIuSIZE": ", pair);
    if (error) {
        printf("%s\n", ovs_strerror(error));
    } else {
        printf("thread %d may use %s, is on %d, has used %"PRIu64" ms, %d%%\n",
               (int) info.tid, info.cpus, info.cpu, info.cpu_msec,
               info.percent);
    }
    ovs_assert(!error == vkernel_workers_is_alive(workers, pair));
    vkernel_worker_info_uninit(&info);
}

static void
print_result(int error)
{
    puts(error ? ovs_strerror(error) : "done");
}

/* Runs the one of the commands of test_fake() that 'name' and 'value' are. */
static void
run_command(const char *name, char *value, struct vkernel_workers **workersp)
{
    char *argument = value ? strchr(value, ':') : NULL;
    struct vkernel_workers *workers = *workersp;
    struct vkernel_cpus cpus;

    if (argument) {
        *argument++ = '\0';
    }
    if (!strcmp(name, "at")) {
        fake_msec = testlib_number(value);
    } else if (!strcmp(name, "errno")) {
        fake_errno = testlib_number(value);
    } else if (!strcmp(name, "begin")) {
        ovs_assert(!workers);
        *workersp = vkernel_workers_begin(fake_proc, fake_vhost);
    } else if (!strcmp(name, "end")) {
        print_result(vkernel_workers_end(workers, testlib_number(value)));
        for (size_t i = 0; i < vkernel_workers_count(workers); i++) {
            print_info(workers, i);
        }
    } else if (!strcmp(name, "get")) {
        print_info(workers, testlib_number(value));
    } else if (!strcmp(name, "busyloop")) {
        print_result(vkernel_workers_set_busyloop(workers,
                                                  testlib_number(value),
                                                  testlib_number(argument)));
    } else if (!strcmp(name, "affinity")) {
        cpus = parse_cpus(argument);
        print_result(vkernel_workers_set_affinity(workers,
                                                  testlib_number(value),
                                                  &cpus));
    } else {
        ovs_fatal(0, "%s: no such command", name);
    }
}

/* fake COMMAND...: does this with the processes below ./proc and the device
 * ./vhost-net: "at=MSEC" sets the time; "errno=N" has system calls fail, with
 * 0 no more; "begin" and "end=PAIRS" are before and after a probe; "get=PAIR",
 * "busyloop=PAIR:USEC" and "affinity=PAIR:CPUS" are of one worker; "sh=TEXT"
 * has the shell change something.  "TID" in TEXT stands for the thread ID of
 * the program. */
static void
test_fake(struct ovs_cmdl_context *ctx)
{
    size_t n_blocks = testlib_count_blocks();
    struct vkernel_workers *workers = NULL;
    size_t n_files = testlib_count_files();

    for (int i = 1; i < ctx->argc; i++) {
        char *name = xstrdup(ctx->argv[i]);
        char *value = strchr(name, '=');

        if (value) {
            *value++ = '\0';
        }
        if (!strcmp(name, "sh")) {
            ovs_assert(!system(value));
        } else {
            run_command(name, value, &workers);
        }
        free(name);
    }
    vkernel_workers_destroy(workers);
    vkernel_workers_destroy(NULL);
    ovs_assert(testlib_count_blocks() == n_blocks);
    ovs_assert(testlib_count_files() == n_files);
}

/* Waking. */

/* Returns what was written to the eventfd 'fd' since the last call. */
static int
read_event(int fd)
{
    uint64_t value;

    return read(fd, &value, sizeof value) == sizeof value ? value : 0;
}

/* kick: only eventfds that were made between the beginning and the end are
 * written to, and only as long as they are the same. */
static void
test_kick(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    int before = eventfd(0, EFD_NONBLOCK);
    struct vkernel_workers *workers;
    int between[4], after, other;

    workers = vkernel_workers_begin(NULL, fake_vhost);
    for (int i = 0; i < 3; i++) {
        between[i] = eventfd(0, EFD_NONBLOCK);
    }
    /* A write to this one could wait for ever. */
    between[3] = eventfd(0, 0);
    vkernel_workers_end(workers, 0);
    after = eventfd(0, EFD_NONBLOCK);

    ovs_assert(vkernel_workers_kick(workers) == 3);
    ovs_assert(vkernel_workers_kick(workers) == 3);
    for (int i = 0; i < 3; i++) {
        ovs_assert(read_event(between[i]) == 2);
    }
    ovs_assert(!read_event(before));
    ovs_assert(!read_event(after));

    /* One number is another eventfd's now, another one a directory's. */
    ovs_assert(dup2(after, between[0]) == between[0]);
    close(between[1]);
    other = open(".", O_RDONLY);
    ovs_assert(other == between[1]);
    ovs_assert(vkernel_workers_kick(workers) == 1);
    ovs_assert(read_event(between[2]) == 1);
    ovs_assert(!read_event(after));
    vkernel_workers_destroy(workers);
}

/* CPUs. */

static void
print_cpus(const char *what, const struct vkernel_cpus *cpus)
{
    char *text = vkernel_cpus_format(cpus);

    printf("%s: \"%s\"\n", what, text);
    free(text);
}

/* parse-cpus TEXT...: parses and formats each in the form of the kernel's. */
static void
test_parse_cpus(struct ovs_cmdl_context *ctx)
{
    for (int i = 1; i < ctx->argc; i++) {
        struct vkernel_cpus cpus;
        bool ok;

        memset(&cpus, 0xa5, sizeof cpus);
        ok = vkernel_cpus_parse(ctx->argv[i], &cpus);
        print_cpus(ok ? "right" : "wrong", &cpus);
    }
}

/* machine-cpus: prints the CPUs that are online and those that are reserved,
 * as ./proc and ./sys have it. */
static void
test_machine_cpus(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_cpus cpus;
    size_t n_files = testlib_count_files();

    memset(&cpus, 0xa5, sizeof cpus);
    vkernel_cpus_get_online("sys", &cpus);
    print_cpus("online", &cpus);
    memset(&cpus, 0xa5, sizeof cpus);
    vkernel_cpus_get_reserved(fake_proc, "sys", &cpus);
    print_cpus("reserved", &cpus);
    ovs_assert(testlib_count_files() == n_files);
}

/* default-cpus NODES NUMA_ID PMD_CPUS: prints the CPUs for workers on NUMA
 * node NUMA_ID of a machine whose CPU 0, 1 and so on belong to NODES ("0,0,1"
 * for instance; "" if nothing is known), if PMD threads have PMD_CPUS. */
static void
test_default_cpus(struct ovs_cmdl_context *ctx)
{
    struct vkernel_cpus cpus;
    struct vkernel_cpus pmd_cpus;
    char *text;

    if (ctx->argv[1][0]) {
        ovs_numa_set_dummy(ctx->argv[1]);
        ovs_numa_init();
    }
    pmd_cpus = parse_cpus(ctx->argv[3]);
    memset(&cpus, 0xa5, sizeof cpus);
    vkernel_cpus_get_default(atoi(ctx->argv[2]), &pmd_cpus, &cpus);
    text = vkernel_cpus_format(&cpus);
    testlib_print(text, NULL);
}

/* format-cpus CPUS...: parses and formats each. */
static void
test_format_cpus(struct ovs_cmdl_context *ctx)
{
    for (int i = 1; i < ctx->argc; i++) {
        struct vkernel_cpus cpus = parse_cpus(ctx->argv[i]);
        char *text = vkernel_cpus_format(&cpus);

        printf("\"%s\"\n", text);
        free(text);
    }
}

/* The kernel. */

/* Makes a worker, as the probe of a device does for each queue pair.  Returns
 * the descriptor. */
static int
make_worker(void)
{
    int fd = open(real_vhost, O_RDWR | O_CLOEXEC);

    ovs_assert(fd >= 0);
    ovs_assert(!ioctl(fd, VHOST_SET_OWNER, NULL));
    return fd;
}

/* Checks that the kernel lets the worker of 'pair' be put on 'cpu'. */
static void
check_affinity(struct vkernel_workers *workers, size_t pair, int cpu)
{
    struct vkernel_cpus cpus = { .bits = { 0 } };
    struct vkernel_worker_info info;
    int error;

    bitmap_set1(cpus.bits, cpu);
    error = vkernel_workers_set_affinity(workers, pair, &cpus);
    if (error == EPERM) {
        fprintf(stderr, "this user may not place threads of the kernel\n");
        exit(77);
    }
    ovs_assert(!error);
    ovs_assert(!vkernel_workers_get(workers, pair, &info));
    ovs_assert(atoi(info.cpus) == cpu && !strpbrk(info.cpus, "-,"));
    ovs_assert(info.cpu_msec < 10000);
    vkernel_worker_info_uninit(&info);
}

/* Checks that 'fd', of the queue pair 'pair', and no other, busy polls. */
static void
check_busyloop(struct vkernel_workers *workers, size_t pair, int fd,
               int other_fd)
{
    ovs_assert(!vkernel_workers_set_busyloop(workers, pair, 50));
    for (unsigned int ring = 0; ring < 2; ring++) {
        struct vhost_vring_state state = { .index = ring };

        ovs_assert(!ioctl(fd, VHOST_GET_VRING_BUSYLOOP_TIMEOUT, &state));
        ovs_assert(state.num == 50);
        ovs_assert(!ioctl(other_fd, VHOST_GET_VRING_BUSYLOOP_TIMEOUT,
                          &state));
        ovs_assert(state.num == 0);
    }
    ovs_assert(!vkernel_workers_set_busyloop(workers, pair, 0));
}

/* Waits until the worker of 'pair' is gone. */
static void
wait_until_gone(struct vkernel_workers *workers, size_t pair)
{
    long long int end = time_msec() + 20000;

    while (vkernel_workers_is_alive(workers, pair)) {
        ovs_assert(time_msec() < end);
        usleep(10000);
    }
}

/* kernel: everything, with the workers of two devices. */
static void
test_kernel(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_workers *first, *second, *none;
    struct vkernel_cpus cpus = parse_cpus("0");
    int fds[3];

    if (access(real_vhost, R_OK | W_OK)) {
        fprintf(stderr, "no %s here (%s)\n", real_vhost, ovs_strerror(errno));
        exit(77);
    }
    use_kernel = true;
    first = vkernel_workers_begin(NULL, real_vhost);
    fds[0] = make_worker();
    ovs_assert(!vkernel_workers_end(first, 1));
    second = vkernel_workers_begin(NULL, real_vhost);
    fds[1] = make_worker();
    fds[2] = make_worker();
    ovs_assert(!vkernel_workers_end(second, 2));
    ovs_assert(vkernel_workers_count(first) == 1);
    ovs_assert(vkernel_workers_count(second) == 2);
    none = vkernel_workers_begin(NULL, real_vhost);
    ovs_assert(vkernel_workers_end(none, 1) == ESRCH);
    ovs_assert(vkernel_workers_set_busyloop(none, 0, 50) == EBADF);
    puts("found");

    for (int cpu = 0; cpu < MIN(sysconf(_SC_NPROCESSORS_ONLN), 2); cpu++) {
        check_affinity(first, 0, cpu);
        check_affinity(second, 0, cpu);
        check_affinity(second, 1, 0);
    }
    puts("placed");

    check_busyloop(first, 0, fds[0], fds[1]);
    check_busyloop(second, 0, fds[1], fds[2]);
    check_busyloop(second, 1, fds[2], fds[0]);
    puts("polling");

    /* Which of the two workers ends tells that the pairs are in order. */
    close(fds[2]);
    wait_until_gone(second, 1);
    ovs_assert(vkernel_workers_is_alive(first, 0));
    ovs_assert(vkernel_workers_is_alive(second, 0));
    ovs_assert(vkernel_workers_set_affinity(second, 1, &cpus) == ESRCH);
    ovs_assert(vkernel_workers_set_busyloop(second, 1, 0) == EBADF);
    puts("gone");

    vkernel_workers_destroy(first);
    vkernel_workers_destroy(second);
    vkernel_workers_destroy(none);
}

static const struct ovs_cmdl_command commands[] = {
    { "fake", "COMMAND...", 1, INT_MAX, test_fake, OVS_RO },
    { "default-cpus", "NODES NUMA_ID PMD_CPUS", 3, 3, test_default_cpus,
      OVS_RO },
    { "kick", NULL, 0, 0, test_kick, OVS_RO },
    { "parse-cpus", "TEXT...", 1, INT_MAX, test_parse_cpus, OVS_RO },
    { "machine-cpus", NULL, 0, 0, test_machine_cpus, OVS_RO },
    { "format-cpus", "CPUS...", 1, INT_MAX, test_format_cpus, OVS_RO },
    { "kernel", NULL, 0, 0, test_kernel, OVS_RO },
    { NULL, NULL, 0, 0, NULL, OVS_RO },
};

int
main(int argc, char *argv[])
{
    testlib_main(argc, argv, commands);
    return 0;
}
