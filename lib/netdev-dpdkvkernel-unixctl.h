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

#ifndef NETDEV_DPDKVKERNEL_UNIXCTL_H
#define NETDEV_DPDKVKERNEL_UNIXCTL_H 1

/* The commands "ovs-appctl dpdkvkernel/...".
 *
 * vswitchd/vkernel-init.c calls this once, before main(); the commands run in
 * the main thread, and take the locks of the ports that they show. */

void netdev_dpdkvkernel_unixctl_register(void);

#endif /* netdev-dpdkvkernel-unixctl.h */
