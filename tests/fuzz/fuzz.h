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

#ifndef FUZZ_H
#define FUZZ_H 1

/* What the fuzz targets share.
 *
 * A target is a file fuzz-NAME.c with LLVMFuzzerTestOneInput(), which does
 * something with an input and calls ovs_assert() for what must always hold.
 * The same file becomes two programs: one that repeats given inputs, for
 * "make check", and, in the folder "fuzzed", one that libFuzzer drives.
 * Everything runs in the main thread, without a lock. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Defines what the linker's option --wrap=NAME puts in the place of NAME. */
#define WRAP(TYPE, NAME, ...)                   \
    TYPE __real_##NAME(__VA_ARGS__);            \
    TYPE __wrap_##NAME(__VA_ARGS__);            \
    TYPE __wrap_##NAME(__VA_ARGS__)

/* What is left of an input. */
struct fuzz_input {
    const uint8_t *data;        /* Its next byte. */
    size_t size;                /* In bytes. */
};

/* Both are what libFuzzer calls. */
int LLVMFuzzerInitialize(int *argc, char **argv[]);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes a number from 'input'; what is not there any more is zero. */
uint8_t fuzz_take_u8(struct fuzz_input *input);
uint16_t fuzz_take_u16(struct fuzz_input *input);

/* Takes what comes before the next byte 'end', and the byte, as a string that
 * the caller must free(). */
char *fuzz_take_text(struct fuzz_input *input, char end);

/* Returns a copy of the 'size' bytes at 'data', at most 65535, that lasts
 * until the next call.
 *
 * It begins at a multiple of 'align', a power of two up to 16, and has nothing
 * but memory that must not be touched around it.  AddressSanitizer sees each
 * byte too many in what was compiled with it.  A page without access, which
 * begins less than 'align' bytes after the end, catches the rest: what Open
 * vSwitch and DPDK have compiled. */
void *fuzz_guard(const void *data, size_t size, size_t align);

#endif /* fuzz.h */
