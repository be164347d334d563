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

#include "vkernel-testlib.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "command-line.h"
#include "openvswitch/vlog.h"
#include "ovs-atomic.h"
#include "util.h"

/* Where the search for open files ends: far more than a test opens. */
#define MAX_FILES 256

/* Blocks of memory that were allocated and not freed. */
static atomic_size_t n_blocks;

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
int __real_posix_memalign(void **, size_t, size_t);
void __real_free(void *);

static void *
count_block(void *block)
{
    size_t old;

    if (block) {
        atomic_add_relaxed(&n_blocks, 1, &old);
    }
    return block;
}

WRAP(void *, malloc, size_t size)
{
    return count_block(__real_malloc(size));
}

WRAP(void *, calloc, size_t n, size_t size)
{
    return count_block(__real_calloc(n, size));
}

WRAP(void *, realloc, void *block, size_t size)
{
    return block ? __real_realloc(block, size)
                 : count_block(__real_malloc(size));
}

WRAP(int, posix_memalign, void **block, size_t alignment, size_t size)
{
    int error = __real_posix_memalign(block, alignment, size);

    if (!error) {
        count_block(*block);
    }
    return error;
}

WRAP(void, free, void *block)
{
    size_t old;

    if (block) {
        atomic_sub_relaxed(&n_blocks, 1, &old);
    }
    __real_free(block);
}

size_t
testlib_count_blocks(void)
{
    size_t n;

    atomic_read_relaxed(&n_blocks, &n);
    return n;
}

size_t
testlib_count_files(void)
{
    size_t n = 0;

    for (int fd = 0; fd < MAX_FILES; fd++) {
        n += fcntl(fd, F_GETFD) >= 0;
    }
    return n;
}

long long int
testlib_number(const char *text)
{
    long long int number;

    if (!text || !str_to_llong(text, 10, &number)) {
        ovs_fatal(0, "%s: not a number", text ? text : "nothing");
    }
    return number;
}

void
testlib_print(char *message, const char *otherwise)
{
    puts(message ? message : otherwise);
    free(message);
}

void
testlib_main(int argc, char *argv[], const struct ovs_cmdl_command *commands)
{
    struct ovs_cmdl_context ctx = { .argc = argc - 1, .argv = argv + 1 };

    set_program_name(argv[0]);
    vlog_set_pattern(VLF_CONSOLE, "%c|%p|%m");
    vlog_set_levels(NULL, VLF_SYSLOG, VLL_OFF);
    vlog_set_levels(NULL, VLF_CONSOLE, VLL_WARN);
    /* What was printed before a failed assertion must not be lost. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    /* Have Open vSwitch allocate now what it keeps.  DPDK would take the C
     * library's syslog() away from it, and what it allocated for that. */
    vlog_set_syslog_method("null");
    vlog_init();
    ovs_strerror(ENOENT);
    ovs_cmdl_run_command(&ctx, commands);
}
