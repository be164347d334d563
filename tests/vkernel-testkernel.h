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

#ifndef VKERNEL_TESTKERNEL_H
#define VKERNEL_TESTKERNEL_H 1

/* What test programs share that ask the kernel itself, in a network namespace
 * of their own.
 *
 * Where the kernel or the user's rights have not what a test needs, the
 * program ends in the way that Autotest skips a test.  All functions are
 * called from the main thread. */

#include <stdint.h>

#include "compiler.h"

struct nl_sock;

/* Ends the program for want of 'what', because of 'error', a positive errno
 * value. */
void testkernel_skip(const char *what, int error) OVS_NO_RETURN;

/* Puts the program into a network namespace of its own, where it may do
 * everything, and returns a socket there. */
struct nl_sock *testkernel_enter_netns(void);

/* Makes the device 'ifname' of 'kind', with 'table' if it is a VRF, and
 * returns its index. */
int testkernel_make_device(struct nl_sock *, const char *ifname,
                           const char *kind, uint32_t table);

#endif /* vkernel-testkernel.h */
