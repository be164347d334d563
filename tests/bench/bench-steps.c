/* Copyright (c) 2026 The dpdkvkernel Authors.
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

/* How many instructions a thread executes between two visits of a place in its
 * loop, for the benchmark:
 *
 *     bench-steps TID ADDRESS TIMES SECONDS
 *         Has the thread go on one instruction at a time, by ptrace(2), until
 *         it is at ADDRESS (hexadecimal), and then until it has been there
 *         TIMES more, or until SECONDS are over.  Prints "steps N" for each of
 *         these, with how many instructions it was, and lets the thread run
 *         again.
 *
 * Virtual machines often have no counters of the CPU's that would tell, and
 * what a thread does in so many cycles depends on the machine. */

#include <config.h>

#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>

#ifdef __x86_64__

static double
now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Waits until 'tid' stops, and returns the signal that stopped it. */
static int
wait_for_stop(pid_t tid)
{
    int status;

    if (waitpid(tid, &status, __WALL) != tid || !WIFSTOPPED(status)) {
        errx(1, "thread %d has ended", (int) tid);
    }
    return WSTOPSIG(status);
}

/* Stops 'tid', and has this program run on the same CPUs, which are free then:
 * to wake a thread on another one takes much longer than a step. */
static void
stop(pid_t tid)
{
    cpu_set_t cpus;

    if (ptrace(PTRACE_SEIZE, tid, NULL, NULL)
        || ptrace(PTRACE_INTERRUPT, tid, NULL, NULL)) {
        err(1, "cannot stop thread %d", (int) tid);
    }
    wait_for_stop(tid);
    if (!sched_getaffinity(tid, sizeof cpus, &cpus)) {
        sched_setaffinity(0, sizeof cpus, &cpus);
    }
}

/* Lets 'tid' go on to 'address'.  Returns how many instructions that took, or
 * 0 if it has not got there before the time 'end'. */
static uint64_t
step_to(pid_t tid, uint64_t address, double end)
{
    struct user_regs_struct regs;
    uint64_t n = 0;
    int signum = 0;

    do {
        if (ptrace(PTRACE_SINGLESTEP, tid, NULL, (intptr_t) signum)) {
            err(1, "cannot step thread %d", (int) tid);
        }
        signum = wait_for_stop(tid);
        if (signum == SIGTRAP) {
            signum = 0;
            n++;
        }
        if (ptrace(PTRACE_GETREGS, tid, NULL, &regs)) {
            err(1, "cannot see where thread %d is", (int) tid);
        }
        if (!signum && regs.rip == address) {
            return n;
        }
    } while (signum || now() < end);
    return 0;
}

int
main(int argc, char *argv[])
{
    uint64_t address, n;
    double end;
    pid_t tid;
    int times;

    if (argc != 5) {
        errx(1, "usage: bench-steps TID ADDRESS TIMES SECONDS");
    }
    tid = atoi(argv[1]);
    address = strtoull(argv[2], NULL, 16);
    times = atoi(argv[3]);
    stop(tid);
    end = now() + atof(argv[4]);
    n = step_to(tid, address, end);
    while (n && times-- > 0) {
        n = step_to(tid, address, end);
        if (n) {
            printf("steps %llu\n", (unsigned long long int) n);
        }
    }
    /* While it is at a step, it would die of the end of this program. */
    if (ptrace(PTRACE_DETACH, tid, NULL, NULL)) {
        err(1, "cannot let thread %d go", (int) tid);
    }
    return 0;
}

#else /* !__x86_64__ */

int
main(void)
{
    errx(1, "this is no x86-64 machine");
}

#endif /* !__x86_64__ */
