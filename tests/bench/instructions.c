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

#include <config.h>

#include "instructions.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openvswitch/compiler.h"

/* The child stops itself before and after what is counted. */
#define MARK SIGSTOP

static void
run_child(void (*function)(void *aux), void *aux)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL)) {
        _exit(1);
    }
    raise(MARK);
    function(aux);
    raise(MARK);
    _exit(0);
}

/* Waits until 'pid' stops, and returns the signal that stopped it, or 0 if it
 * has ended. */
static int
wait_for_stop(pid_t pid)
{
    int status;

    return waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)
           ? WSTOPSIG(status) : 0;
}

/* Returns the address of the next instruction of 'pid'. */
static uint64_t
get_address(pid_t pid)
{
    struct user_regs_struct regs;

    return ptrace(PTRACE_GETREGS, pid, NULL, &regs) ? 0 : regs.rip;
}

/* Lets 'pid', stopped by a mark, go on to the next mark.  Returns how many
 * instructions that took, or 0 if it did not get there. */
static uint64_t
step_to_mark(pid_t pid)
{
    uint64_t last = get_address(pid);
    uint64_t n = 0;

    for (;;) {
        uint64_t address;
        int signum;

        if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL)) {
            return 0;
        }
        signum = wait_for_stop(pid);
        if (signum != SIGTRAP) {
            return signum == MARK ? n : 0;
        }
        address = get_address(pid);
        n += address != last;
        last = address;
    }
}

static uint64_t
count(void (*function)(void *aux), void *aux)
{
    uint64_t n = 0;
    pid_t pid = fork();

    if (!pid) {
        run_child(function, aux);
    }
    if (pid > 0) {
        if (wait_for_stop(pid) == MARK) {
            n = step_to_mark(pid);
        }
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return n;
}

static void
do_nothing(void *aux OVS_UNUSED)
{
}

uint64_t
instructions_count(void (*function)(void *aux), void *aux)
{
    uint64_t marks = count(do_nothing, NULL);
    uint64_t all = count(function, aux);

    return marks && all > marks ? all - marks : 0;
}
