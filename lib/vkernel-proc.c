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

#include "vkernel-proc.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

bool
vkernel_proc_read_file(const char *path, char *buf, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t n;

    if (!file) {
        return false;
    }
    n = fread(buf, 1, size - 1, file);
    buf[n] = '\0';
    fclose(file);
    return n > 0;
}

/* Reads the file 'name' of 'task', as vkernel_proc_read_file() does. */
static bool
read_task(const char *proc, const struct vkernel_proc_task *task,
          const char *name, char *buf, size_t size)
{
    char *path = xasprintf("%s/%s%d/%s", proc,
                           task->is_ours ? "self/task/" : "",
                           (int) task->tid, name);
    bool ok = vkernel_proc_read_file(path, buf, size);

    free(path);
    return ok;
}

/* Takes what follows the name out of 'text', from a file "stat". */
static bool
parse_stat_numbers(const char *text, struct vkernel_proc_stat *stat)
{
    unsigned long long int utime, stime;
    int ppid;

    /* Fields 3, 4, 14, 15, 22 and 39 of proc(5). */
    if (sscanf(text, " %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s"
               " %llu %llu %*s %*s %*s %*s %*s %*s %llu"
               " %*s %*s %*s %*s %*s %*s %*s %*s"
               " %*s %*s %*s %*s %*s %*s %*s %*s %d",
               &stat->state, &ppid, &utime, &stime, &stat->start,
               &stat->cpu) != 6) {
        return false;
    }
    stat->ppid = ppid;
    stat->cpu_ticks = utime + stime;
    return true;
}

bool
vkernel_proc_read_stat(const char *proc, const struct vkernel_proc_task *task,
                       struct vkernel_proc_stat *stat)
{
    const char *begin, *end;
    char text[1024];

    if (!read_task(proc, task, "stat", text, sizeof text)) {
        return false;
    }
    /* The name may have blanks and parentheses. */
    begin = strchr(text, '(');
    end = strrchr(text, ')');
    if (!begin || !end || end < begin) {
        return false;
    }
    memset(stat->name, 0, sizeof stat->name);
    memcpy(stat->name, begin + 1, MIN(end - begin - 1,
                                      sizeof stat->name - 1));
    return parse_stat_numbers(end + 1, stat);
}

bool
vkernel_proc_read_cpu_nsec(const char *proc,
                           const struct vkernel_proc_task *task,
                           uint64_t *nsec)
{
    char text[128];

    return (read_task(proc, task, "schedstat", text, sizeof text)
            && ovs_scan(text, "%"SCNu64, nsec));
}

char *
vkernel_proc_read_cpus(const char *proc, const struct vkernel_proc_task *task)
{
    static const char key[] = "\nCpus_allowed_list:\t";
    char text[8192];
    const char *line;

    if (!read_task(proc, task, "status", text, sizeof text)) {
        return NULL;
    }
    line = strstr(text, key);
    if (!line) {
        return NULL;
    }
    line += strlen(key);
    return xmemdup0(line, strcspn(line, "\n"));
}

int
vkernel_proc_parse_number(const char *name)
{
    int number;

    return (isdigit((unsigned char) name[0]) && str_to_int(name, 10, &number)
            ? number
            : -1);
}

/* Removes 'number' from the 'n' of 'numbers' if it is no more in the directory
 * 'path', as is the case with the descriptor that a list of descriptors was
 * read from.  Returns how many there are then. */
static size_t
drop_if_gone(const char *path, int number, int *numbers, size_t n)
{
    char *entry = xasprintf("%s/%d", path, number);
    bool gone = access(entry, F_OK) != 0;
    size_t n_left = 0;

    free(entry);
    for (size_t i = 0; i < n; i++) {
        if (!gone || numbers[i] != number) {
            numbers[n_left++] = numbers[i];
        }
    }
    return n_left;
}

int *
vkernel_proc_list_numbers(const char *proc, const char *dir_name, size_t *np)
{
    char *path = xasprintf("%s%s", proc, dir_name);
    size_t n = 0, allocated = 0;
    const struct dirent *entry;
    int *numbers = NULL;
    int dir_fd = -1;
    DIR *dir;

    dir = opendir(path);
    if (dir) {
        dir_fd = dirfd(dir);
    }
    while (dir && (entry = readdir(dir))) {
        int number = vkernel_proc_parse_number(entry->d_name);

        if (number >= 0) {
            if (n == allocated) {
                numbers = x2nrealloc(numbers, &allocated, sizeof *numbers);
            }
            numbers[n++] = number;
        }
    }
    if (dir) {
        closedir(dir);
    }
    n = drop_if_gone(path, dir_fd, numbers, n);
    free(path);
    *np = n;
    return numbers;
}
