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

/* Counts the instructions that a function executes, on any machine.
 *
 * Not every machine has a counter for them that a program may use: virtual
 * ones often have none.  So the function is run one instruction at a time, in
 * a child process, by ptrace(2).  What it changes is lost with the child.
 * bench-fastpath calls this from its only thread. */

#include <stdint.h>

/* Returns how many instructions function(aux) executes, those that call it and
 * return from it included.  An instruction that repeats itself counts once.
 * Returns 0 if the system does not let us trace a process. */
uint64_t instructions_count(void (*function)(void *aux), void *aux);

#endif /* instructions.h */
