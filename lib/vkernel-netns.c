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

#include "vkernel-netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(vkernel_netns);

/* The network namespace of the calling thread.  "self" would be the main
 * thread's. */
static const char own_netns[] = "/proc/thread-self/ns/net";

bool
vkernel_netns_equals(int a, int b)
{
    struct stat sa, sb;

    return (!fstat(a, &sa) && !fstat(b, &sb)
            && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino);
}

bool
vkernel_netns_is_own(int netns_fd)
{
    int own = open(own_netns, O_RDONLY | O_CLOEXEC);
    bool is_own;

    if (own < 0) {
        return false;
    }
    is_own = vkernel_netns_equals(own, netns_fd);
    close(own);
    return is_own;
}

int
vkernel_netns_enter(int netns_fd, int *savedp)
{
    int saved = open(own_netns, O_RDONLY | O_CLOEXEC);

    *savedp = -1;
    if (saved < 0) {
        return errno;
    }
    if (vkernel_netns_equals(saved, netns_fd)) {
        close(saved);
        return 0;
    }
    if (setns(netns_fd, CLONE_NEWNET)) {
        int error = errno;

        close(saved);
        return error;
    }
    *savedp = saved;
    return 0;
}

void
vkernel_netns_leave(int saved)
{
    if (saved < 0) {
        return;
    }
    if (setns(saved, CLONE_NEWNET)) {
        /* The thread would go on in the wrong namespace.  This cannot fail
         * with a namespace that the thread has just come from. */
        VLOG_FATAL("cannot return to the daemon's network namespace (%s)",
                   ovs_strerror(errno));
    }
    close(saved);
}
