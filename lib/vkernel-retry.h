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

#ifndef VKERNEL_RETRY_H
#define VKERNEL_RETRY_H 1

/* Ports that could not be opened, by the names of their Interfaces, and when
 * to try again.
 *
 * Open vSwitch tries to create a port that failed whenever it configures its
 * bridges, and it does that for each event of a network device.  Where the
 * failure came after the tap was made, making and removing the tap are such
 * events, so it would try for ever, several times a second.
 *
 * An entry outlives its netdev, so it is known by name alone.  All functions
 * are called from the main thread, and take no lock, as nobody else does. */

#include <stdbool.h>

struct vkernel_config;

/* Returns NULL if opening 'iface' with 'config' may be tried now, otherwise
 * the message of its last failure, to be free()d by the caller.  Another
 * configuration than the one that failed may always be tried. */
char *vkernel_retry_check(const char *iface, const struct vkernel_config *);

/* Takes note that 'iface' could not be opened with 'config', for the reason
 * that 'message' tells. */
void vkernel_retry_failed(const char *iface, const struct vkernel_config *,
                          const char *message);

/* Forgets that 'iface' ever failed. */
void vkernel_retry_forget(const char *iface);

/* Returns true if the time of some Interface has come since the last call, so
 * that the bridges should be configured again.  Forgets Interfaces for which
 * 'is_wanted' returns false. */
bool vkernel_retry_run(bool (*is_wanted)(const char *iface));

/* Arranges for poll_block() to wake up when vkernel_retry_run() would return
 * true. */
void vkernel_retry_wait(void);

/* Returns true if there is no file of vhost-net where 'config' says. */
bool vkernel_retry_lacks_vhost(const struct vkernel_config *);

/* Returns true if there is no file of the network namespace where 'config'
 * says. */
bool vkernel_retry_lacks_netns(const struct vkernel_config *);

/* Returns true if one of the two is missing.  What fails for that reason is
 * tried again within a second after there is one. */
bool vkernel_retry_lacks_file(const struct vkernel_config *);

/* Returns when to look again for such a file, as time_msec(). */
long long int vkernel_retry_look_again(void);

/* Doubles '*delay', in milliseconds, within the limits that hold for all
 * retries; from 0 it starts at the least.  Returns when that is over, as
 * time_msec(). */
long long int vkernel_retry_back_off(int *delay);

#endif /* vkernel-retry.h */
