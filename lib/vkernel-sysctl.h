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

#ifndef VKERNEL_SYSCTL_H
#define VKERNEL_SYSCTL_H 1

/* A sysctl, by the path of its file below /proc/sys.
 *
 * Those below /proc/sys/net are of the network namespace of the thread that
 * opens the file, so callers enter that of the device first.
 *
 * No state and no lock: vkernel-host-device.c and vkernel-tap.c call these
 * from the main thread.  Nothing is ever opened, read or written that is not a
 * file of procfs. */

/* Stores into '*valuep' the value of the sysctl, without the end of its line,
 * to be free()d by the caller.  Returns 0 or a positive errno value, and then
 * stores NULL: ENOENT if there is no such sysctl, EIO if it has no value
 * yet. */
int vkernel_sysctl_get(const char *path, char **valuep);

/* Sets the sysctl to 'value'.  Returns 0 or a positive errno value: EINVAL if
 * the kernel does not take the value, EACCES if the user may not write it. */
int vkernel_sysctl_set(const char *path, const char *value);

#endif /* vkernel-sysctl.h */
