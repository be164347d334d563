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

/* Texts of /proc and /sys.
 *
 * Input: texts that each end with a byte of zero.  Each file that is opened
 * has the next one. */

#include <config.h>

#include "fuzz.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"
#include "vkernel-cpus.h"
#include "vkernel-proc.h"
#include "vkernel-worker.h"

/* A folder that is not there: what is not read by fopen() or listed by
 * vkernel_proc_list_numbers() is missing. */
static const char proc[] = "/nonexistent";

/* Numbers of threads and descriptors that this process does not have. */
#define FIRST_NUMBER 100000
#define N_NUMBERS 3

static struct fuzz_input files; /* The texts that are left. */
static bool is_faking;          /* Do files have them? */
static int n_lists;             /* Lists of numbers so far. */

static FILE *
open_next(void)
{
    char *text = fuzz_take_text(&files, '\0');
    FILE *file = fmemopen(NULL, strlen(text) + 1, "w+");

    ovs_assert(file);
    fputs(text, file);
    rewind(file);
    free(text);
    return file;
}

WRAP(FILE *, fopen, const char *path, const char *mode)
{
    return is_faking ? open_next() : __real_fopen(path, mode);
}

WRAP(FILE *, fopen64, const char *path, const char *mode)
{
    return is_faking ? open_next() : __real_fopen64(path, mode);
}

/* There is nothing in any folder at first; then there is. */
WRAP(int *, vkernel_proc_list_numbers, const char *proc_ OVS_UNUSED,
     const char *dir_name OVS_UNUSED, size_t *np)
{
    int *numbers = xcalloc(N_NUMBERS, sizeof *numbers);

    *np = n_lists++ < 3 ? 0 : N_NUMBERS;
    for (int i = 0; i < N_NUMBERS; i++) {
        numbers[i] = FIRST_NUMBER + i;
    }
    return numbers;
}

static void
begin(const struct fuzz_input *input)
{
    files = *input;
    n_lists = 0;
}

static void
fuzz_tasks(void)
{
    const struct vkernel_proc_task task = { .tid = 1, .is_ours = true };

    while (files.size) {
        struct vkernel_proc_stat stat;
        char *cpus;

        if (vkernel_proc_read_stat(proc, &task, &stat)) {
            ovs_assert(memchr(stat.name, '\0', sizeof stat.name));
        }
        cpus = vkernel_proc_read_cpus(proc, &task);
        ovs_assert(!cpus || !strchr(cpus, '\n'));
        free(cpus);
    }
}

static void
fuzz_cpus(void)
{
    while (files.size) {
        struct vkernel_cpus cpus, again;
        char *text;

        vkernel_cpus_get_online(NULL, &cpus);
        text = vkernel_cpus_format(&cpus);
        ovs_assert(vkernel_cpus_parse(text, &again));
        ovs_assert(vkernel_cpus_equals(&cpus, &again));
        free(text);
        vkernel_cpus_get_reserved(NULL, NULL, &cpus);
    }
}

static void
fuzz_numbers(void)
{
    while (files.size) {
        char *text = fuzz_take_text(&files, '\0');
        int number = vkernel_proc_parse_number(text);

        ovs_assert(number == -1
                   || (number >= 0 && isdigit((unsigned char) text[0])));
        free(text);
    }
}

static void
fuzz_workers(void)
{
    struct vkernel_workers *workers = vkernel_workers_begin(proc, "/dev/null");
    size_t n;

    vkernel_workers_end(workers, N_NUMBERS);
    n = vkernel_workers_count(workers);
    ovs_assert(!n || n == N_NUMBERS);
    for (size_t i = 0; i < n; i++) {
        struct vkernel_worker_info info;

        vkernel_workers_is_alive(workers, i);
        vkernel_workers_get(workers, i, &info);
        vkernel_worker_info_uninit(&info);
    }
    /* The descriptors are not there. */
    ovs_assert(!vkernel_workers_kick(workers));
    vkernel_workers_destroy(workers);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct fuzz_input input = { data, size };

    is_faking = true;
    begin(&input);
    fuzz_tasks();
    begin(&input);
    fuzz_cpus();
    begin(&input);
    fuzz_numbers();
    begin(&input);
    fuzz_workers();
    is_faking = false;
    return 0;
}
