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

#include "netdev-dpdkvkernel.h"
#include "netdev-dpdkvkernel-unixctl.h"
#include "openvswitch/compiler.h"
#include "vkernel-bridge.h"

/* Brings the class and its commands into Open vSwitch's own daemon, whose
 * main() knows nothing of them.  Runs before main(), so it may only fill
 * tables: no logging and nothing of DPDK. */
OVS_CONSTRUCTOR(vkernel_init) {
    netdev_dpdkvkernel_register(vkernel_bridge_find,
                                vkernel_bridge_find_port,
                                vkernel_bridge_has_database,
                                vkernel_bridge_get_other_config);
    netdev_dpdkvkernel_unixctl_register();
}
