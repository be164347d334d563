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

#include "vkernel-testdpdk.h"

#include <rte_eal.h>
#include <sched.h>
#include <stdlib.h>

#include "util.h"

void
testdpdk_init(int memory)
{
    char *lcores = xasprintf("0@%d", MAX(sched_getcpu(), 0));
    char *megabytes = xasprintf("%d", memory);
    char *argv[] = {
        CONST_CAST(char *, program_name), CONST_CAST(char *, "--no-huge"),
        CONST_CAST(char *, "--no-pci"), CONST_CAST(char *, "--no-shconf"),
        CONST_CAST(char *, "--no-telemetry"), CONST_CAST(char *, "-m"),
        megabytes, CONST_CAST(char *, "--log-level=error"),
        CONST_CAST(char *, "--lcores"), lcores, NULL,
    };
    cpu_set_t cpus;

    ovs_assert(!sched_getaffinity(0, sizeof cpus, &cpus));
    if (rte_eal_init(ARRAY_SIZE(argv) - 1, argv) < 0) {
        ovs_fatal(0, "DPDK does not start");
    }
    ovs_assert(!sched_setaffinity(0, sizeof cpus, &cpus));
    free(megabytes);
    free(lcores);
}
