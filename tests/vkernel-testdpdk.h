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

#ifndef VKERNEL_TESTDPDK_H
#define VKERNEL_TESTDPDK_H 1

/* DPDK for programs that test or measure without huge pages and privileges.
 * They call this from their main thread, before they start others. */

/* Starts DPDK with 'memory' megabytes, on the present CPU and without pinning
 * us to it.  Ends the program if it does not start. */
void testdpdk_init(int memory);

#endif /* vkernel-testdpdk.h */
