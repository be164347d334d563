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

#include "vkernel-version.h"

#include <rte_version.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "vkernel-compat.h"

void
vkernel_version_format(struct ds *ds, const char *separator)
{
    struct ds built = DS_EMPTY_INITIALIZER;

    /* As rte_version() has it. */
    ds_put_format(&built, "%s %d.%02d.%d%s", RTE_VER_PREFIX, RTE_VER_YEAR,
                  RTE_VER_MONTH, RTE_VER_MINOR, RTE_VER_SUFFIX);
    if (RTE_VER_RELEASE < 99) {
        ds_put_format(&built, "%d", RTE_VER_RELEASE);
    }
    ds_put_format(ds, "dpdkvkernel %s%sOpen vSwitch %s%s%s", VKERNEL_VERSION,
                  separator, VERSION, separator, rte_version());
    if (strcmp(rte_version(), ds_cstr(&built))) {
        ds_put_format(ds, ", built with %s", ds_cstr(&built));
    }
    ds_destroy(&built);
}
