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

#ifndef VKERNEL_VERSION_H
#define VKERNEL_VERSION_H 1

/* Which release this is, and what it was built from.
 *
 * May be called from any thread, without a lock. */

struct ds;

/* Appends the versions of dpdkvkernel, of the Open vSwitch that the daemon was
 * built from, and of DPDK, with 'separator' between them.  DPDK is loaded at
 * run time.  If the daemon was built with another version, both are named. */
void vkernel_version_format(struct ds *, const char *separator);

#endif /* vkernel-version.h */
