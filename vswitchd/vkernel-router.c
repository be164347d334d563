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
#include "ovs-router.h"
#include "vkernel-compat.h"

/* What stands between Open vSwitch's table of routes and the kernel's, by the
 * linker's --wrap.  Native tunnels find the port that a route leaves by when
 * the Interface has the name of the kernel's device.  A tap may have any name,
 * so it gets that of its Interface here.
 *
 * Called from the main thread, without a lock. */

void __real_ovs_router_insert(VKERNEL_COMPAT_ROUTE_PARAMS(device));
void __wrap_ovs_router_insert(VKERNEL_COMPAT_ROUTE_PARAMS(device));

void
__wrap_ovs_router_insert(VKERNEL_COMPAT_ROUTE_PARAMS(device))
{
    const char *name = netdev_dpdkvkernel_name_device(device);

    if (name) {
        __real_ovs_router_insert(VKERNEL_COMPAT_ROUTE_ARGS(name));
    }
}
