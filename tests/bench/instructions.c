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

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openvswitch/compiler.h"
#include "util.h"

/* What is not counted: see instructions.h. */

void *__real_memcpy(void *, const void *, size_t);
void *__real_memmove(void *, const void *, size_t);
void *__real_memset(void *, int, size_t);

void *__wrap_memcpy(void *, const void *, size_t);
void *__wrap_memmove(void *, const void *, size_t);
void *__wrap_memset(void *, int, size_t);

void *
__wrap_memcpy(void *dst, const void *src, size_t n)
{
    return __real_memcpy(dst, src, n);
}

void *
__wrap_memmove(void *dst, const void *src, size_t n)
{
    return __real_memmove(dst, src, n);
}

void *
__wrap_memset(void *dst, int c, size_t n)
{
    return __real_memset(dst, c, n);
}

#ifdef __x86_64__

/* The child stops itself before and after what is counted. */
#define MARK SIGSTOP

/* The instruction INT3, which stops the child, and its mask. */
#define BREAKPOINT 0xccUL
#define BREAKPOINT_MASK 0xffUL

/* The status that the child exits with if it may not be traced. */
#define EXIT_NOT_TRACED 1

static void
run_child(void (*function)(void *aux), void *aux)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL)) {
        _exit(EXIT_NOT_TRACED);
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

/* Returns true if a function that is not counted begins at 'address'. */
static bool
is_passed_over(uint64_t address)
{
    return address == (uintptr_t) __wrap_memcpy
           || address == (uintptr_t) __wrap_memmove
           || address == (uintptr_t) __wrap_memset;
}

/* Lets 'pid' run until it comes to 'address'.  Returns true if successful. */
static bool
run_to(pid_t pid, uint64_t address)
{
    struct user_regs_struct regs;
    unsigned long int code;

    errno = 0;
    code = ptrace(PTRACE_PEEKTEXT, pid, address, NULL);
    if (errno
        || ptrace(PTRACE_POKETEXT, pid, address,
                  (code & ~BREAKPOINT_MASK) | BREAKPOINT)
        || ptrace(PTRACE_CONT, pid, NULL, NULL)
        || wait_for_stop(pid) != SIGTRAP
        || ptrace(PTRACE_POKETEXT, pid, address, code)
        || ptrace(PTRACE_GETREGS, pid, NULL, &regs)
        || regs.rip != address + 1) {
        return false;
    }
    regs.rip = address;
    return !ptrace(PTRACE_SETREGS, pid, NULL, &regs);
}

/* Lets 'pid', which is at the first instruction of a function, run until it
 * has returned.  Returns true if successful. */
static bool
run_to_return(pid_t pid, const struct user_regs_struct *regs)
{
    unsigned long int address;

    errno = 0;
    address = ptrace(PTRACE_PEEKDATA, pid, regs->rsp, NULL);
    return !errno && run_to(pid, address);
}

/* Lets 'pid', stopped by a mark, go on to the next mark.  Returns how many
 * instructions that took, or 0 if it did not get there. */
static uint64_t
step_to_mark(pid_t pid)
{
    uint64_t last = 0;
    uint64_t n = 0;

    for (;;) {
        struct user_regs_struct regs;
        int signum;

        if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL)) {
            return 0;
        }
        signum = wait_for_stop(pid);
        if (signum != SIGTRAP) {
            return signum == MARK ? n : 0;
        }
        if (ptrace(PTRACE_GETREGS, pid, NULL, &regs)) {
            return 0;
        }
        /* An instruction that repeats itself stops each time. */
        n += regs.rip != last;
        last = regs.rip;
        if (is_passed_over(regs.rip) && !run_to_return(pid, &regs)) {
            return 0;
        }
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

const char *
instructions_problem(void)
{
    pid_t pid = fork();
    int status;

    if (!pid) {
        run_child(do_nothing, NULL);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        return "there can be no child process";
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_TRACED) {
        return "ptrace(2) is not permitted";
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return NULL;
}

uint64_t
instructions_count(void (*function)(void *aux), void *aux)
{
    uint64_t marks = count(do_nothing, NULL);
    uint64_t all = count(function, aux);

    return marks && all > marks ? all - marks : 0;
}

#else /* !__x86_64__ */

const char *
instructions_problem(void)
{
    return "this is no x86-64 machine";
}

uint64_t
instructions_count(void (*function)(void *aux) OVS_UNUSED,
                   void *aux OVS_UNUSED)
{
    return 0;
}

#endif /* !__x86_64__ */
