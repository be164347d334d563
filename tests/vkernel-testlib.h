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

#ifndef VKERNEL_TESTLIB_H
#define VKERNEL_TESTLIB_H 1

/* What the test programs share.
 *
 * A test program has subcommands, each for one or more tests in a *.at file:
 * it prints what it sees, for AT_CHECK() to compare, and uses ovs_assert() for
 * what must always hold.  All functions are called from the main thread. */

#include <stddef.h>

struct ovs_cmdl_command;

/* Defines what the linker's option --wrap=NAME puts in the place of NAME. */
#define WRAP(TYPE, NAME, ...)                   \
    TYPE __wrap_##NAME(__VA_ARGS__);            \
    TYPE __wrap_##NAME(__VA_ARGS__)

/* Runs the one of 'commands' that the command line names.  Log messages of at
 * least level WARN go to stderr. */
void testlib_main(int argc, char *argv[], const struct ovs_cmdl_command *);

/* Return how many blocks of memory that our code and Open vSwitch's have
 * allocated were not freed, and how many files are open. */
size_t testlib_count_blocks(void);
size_t testlib_count_files(void);

/* Returns the number that 'text', a parameter of a test, is. */
long long int testlib_number(const char *text);

/* Prints 'message' and frees it, or prints 'otherwise' if it is NULL. */
void testlib_print(char *message, const char *otherwise);

#endif /* vkernel-testlib.h */
