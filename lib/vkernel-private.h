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

#ifndef VKERNEL_PRIVATE_H
#define VKERNEL_PRIVATE_H 1

/* Files in Open vSwitch's run folder that only the daemon's user can read or
 * write, so that what they say was written by the daemon.
 *
 * No state and no lock.  vkernel-token.c and vkernel-record.c call these
 * functions from the main thread. */

#include <stddef.h>

/* Returns the path of the file 'name', to be free()d by the caller. */
char *vkernel_private_path(const char *name);

/* Reads the file 'name', of 'max_size' bytes at most, into '*datap', which
 * gets a '\0' at its end and which the caller must free(), and its size
 * into '*sizep'.
 *
 * Returns 0 or a positive errno value, with NULL in '*datap': ENOENT if there
 * is none, EPERM if there is something else or it could be another one's:
 * not a regular file, not of this user, or open to others. */
int vkernel_private_read(const char *name, size_t max_size, char **datap,
                         size_t *sizep);

/* Writes the file 'name' anew, all of it or nothing.  Returns 0 or a positive
 * errno value. */
int vkernel_private_write(const char *name, const void *data, size_t size);

#endif /* vkernel-private.h */
