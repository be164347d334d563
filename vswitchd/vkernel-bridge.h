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

#ifndef VKERNEL_BRIDGE_H
#define VKERNEL_BRIDGE_H 1

/* What stands between Open vSwitch's bridge.o and the database, by the
 * linker's --wrap, for what bridge.o does not do for types of ports that it
 * does not know:
 *
 *   - The mac column, which it reads for type "internal" only.
 *
 *   - The error of a port that goes on working, for which it has no way.
 *
 *   - The kind of a bridge's datapath, which it does not tell to netdevs.
 *
 *   - Whether a port was deleted, or the daemon ends.
 *
 * Everything is called from the main thread, without a lock. */

#include <stdbool.h>

struct ovsrec_bridge;
struct ovsrec_port;
struct smap;

/* Returns the bridge that the database has the Interface 'name' on, or NULL if
 * it is on none or there is no database yet. */
const struct ovsrec_bridge *vkernel_bridge_find(const char *name);

/* Returns the Port 'name', likewise. */
const struct ovsrec_port *vkernel_bridge_find_port(const char *name);

/* Returns true if the database is connected and has been read, and no other
 * daemon is in charge of it. */
bool vkernel_bridge_has_database(void);

/* Returns the other_config column of the Open_vSwitch table, or NULL if there
 * is no database yet. */
const struct smap *vkernel_bridge_get_other_config(void);

#endif /* vkernel-bridge.h */
