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

#ifndef VKERNEL_PROC_H
#define VKERNEL_PROC_H 1

/* What /proc shows: threads and what they do, and directories of numbers.
 *
 * 'proc' is where that is, normally "/proc".  No state and no lock:
 * vkernel-worker.c and vkernel-cpus.c call these functions from the main
 * thread; they read files, so none is for the fast path. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A thread, where /proc shows it: a kernel thread as a process, a thread of
 * ours in that of ours. */
struct vkernel_proc_task {
    pid_t tid;                  /* Thread ID. */
    bool is_ours;               /* In PROC/self/task, not in PROC. */
};

/* What PROC/.../stat says of a thread. */
struct vkernel_proc_stat {
    char name[16];              /* Name. */
    char state;                 /* 'R', 'S', 'Z' and so on. */
    pid_t ppid;                 /* Parent process. */
    uint64_t cpu_ticks;         /* CPU time used, in clock ticks. */
    unsigned long long int start; /* When it was made, in clock ticks. */
    int cpu;                    /* CPU that it is on, or was on last. */
};

/* Reads the file 'path', of /proc or /sys, into 'buf', of 'size' bytes, as a
 * string.  Returns false if that fails or it is empty. */
bool vkernel_proc_read_file(const char *path, char *buf, size_t size);

/* Fills 'stat' with what there is about 'task'.  Returns false if there is no
 * such thread. */
bool vkernel_proc_read_stat(const char *proc, const struct vkernel_proc_task *,
                            struct vkernel_proc_stat *stat);

/* Stores into '*nsec' the CPU time that 'task' has used, in ns.  Returns false
 * if the kernel does not tell. */
bool vkernel_proc_read_cpu_nsec(const char *proc,
                                const struct vkernel_proc_task *,
                                uint64_t *nsec);

/* Returns the CPUs that 'task' may use, as the kernel formats them, or NULL if
 * it does not say.  The caller must free() it. */
char *vkernel_proc_read_cpus(const char *proc,
                             const struct vkernel_proc_task *task);

/* Parses 'name', of a directory entry, as a number.  Returns -1 if it is
 * none. */
int vkernel_proc_parse_number(const char *name);

/* Returns the numbers among the entries of the directory 'dir_name' of 'proc',
 * such as "/self/fd", in '*np' how many they are.  The descriptor that
 * "/self/fd" is read from is not among them.  The caller must free() them. */
int *vkernel_proc_list_numbers(const char *proc, const char *dir_name,
                               size_t *np);

#endif /* vkernel-proc.h */
