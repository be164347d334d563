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

#ifndef BENCH_INSTRUCTIONS_H
#define BENCH_INSTRUCTIONS_H 1

/* Counts the instructions that a function executes, on any x86-64 machine, and
 * with the same result on all of them.
 *
 * Not every machine has a counter for them that a program may use: virtual
 * ones often have none.  So the function is run one instruction at a time, in
 * a child process, by ptrace(2).  What it changes is lost with the child.
 *
 * The C library has several functions for copying and setting memory, and
 * takes those that suit the CPU.  So what memcpy(), memmove() and memset()
 * execute is not counted.  The linker has to put ours in their place, by
 * --wrap.
 *
 * bench-fastpath calls this from its only thread. */

#include <stdint.h>

/* Returns NULL if instructions can be counted here, or else the reason why
 * they cannot, which nobody may free. */
const char *instructions_problem(void);

/* Returns how many instructions function(aux) executes, those that call it and
 * return from it included, and those of memcpy(), memmove() and memset()
 * excluded.  Returns 0 if that fails, as it does with a problem as above. */
uint64_t instructions_count(void (*function)(void *aux), void *aux);

#endif /* instructions.h */
