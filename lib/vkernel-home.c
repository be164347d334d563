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

#include "vkernel-home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"
#include "vkernel-host-config.h"
#include "vkernel-netns.h"
#include "vkernel-printable.h"

/* Does 'netns' say which process the namespace is of? */
static bool
is_pid(const char *netns)
{
    return !strncmp(netns, "pid:", 4);
}

/* Returns a message about the namespace 'netns', which could not be opened for
 * the reason 'error'. */
static char *
format_netns_error(const char *netns, int error)
{
    if (error == ENOENT) {
        bool is_path = netns[0] == '/';
        bool is_name = !is_path && !is_pid(netns);

        return xasprintf("the network namespace options:host-netns=\"%s\" "
                         "does not exist: %s%s%s makes it; the port waits for "
                         "it", VKERNEL_SHOW(netns),
                         (is_path ? "whoever owns that path"
                          : is_pid(netns) ? "a process of that number"
                          : "\"ip netns add "),
                         is_name ? VKERNEL_SHOW(netns) : "",
                         is_name ? "\"" : "");
    } else if (error == EXDEV) {
        return xasprintf("options:host-netns=\"%s\" is a process in the "
                         "daemon's own network namespace: one in another is "
                         "accepted; without host-netns, the tap is in the "
                         "daemon's", VKERNEL_SHOW(netns));
    } else if (error == EINVAL) {
        return xasprintf("options:host-netns=\"%s\" is not a network "
                         "namespace: the name of one in /run/netns, \"pid:\" "
                         "with the number of a process, or the path of one "
                         "is accepted", VKERNEL_SHOW(netns));
    }
    return xasprintf("cannot open the network namespace options:host-netns="
                     "\"%s\" (%s)%s", VKERNEL_SHOW(netns), ovs_strerror(error),
                     error != EACCES && error != EPERM ? ""
                     : is_pid(netns)
                     ? ": CAP_SYS_PTRACE is needed to look at that process"
                     : ": the daemon's user needs access to it");
}

char *
vkernel_home_open_netns(const char *netns, int *fdp)
{
    char *path;
    int error;

    if (!netns) {
        error = vkernel_netns_open_own(fdp);
        return (error ? xasprintf("cannot open the daemon's network namespace "
                                  "(%s)", ovs_strerror(error))
                : NULL);
    }
    path = vkernel_host_config_netns_path(netns);
    error = vkernel_netns_open(path, fdp);
    free(path);
    if (!error && is_pid(netns) && vkernel_netns_is_own(*fdp)) {
        /* The process has ended, perhaps before the host was booted, and its
         * number is that of a program of the host. */
        close(*fdp);
        *fdp = -1;
        error = EXDEV;
    }
    return error ? format_netns_error(netns, error) : NULL;
}

char *
vkernel_home_open(const struct vkernel_home *home, const char *netns,
                  int *fdp)
{
    if (!netns || home->fd < 0 || !vkernel_home_is(home, netns)
        || vkernel_home_is_lost(home)) {
        return vkernel_home_open_netns(netns, fdp);
    }
    *fdp = fcntl(home->fd, F_DUPFD_CLOEXEC, 0);
    return *fdp < 0 ? format_netns_error(netns, errno) : NULL;
}

void
vkernel_home_set(struct vkernel_home *home, const char *netns, int fd)
{
    char *copy = nullable_xstrdup(netns);

    vkernel_home_uninit(home);
    home->netns = copy;
    home->fd = netns ? fd : -1;
    if (!netns) {
        close(fd);
    }
}

void
vkernel_home_abandon(struct vkernel_home *home)
{
    if (home->fd >= 0) {
        close(home->fd);
        home->fd = -1;
    }
}

void
vkernel_home_uninit(struct vkernel_home *home)
{
    vkernel_home_abandon(home);
    free(home->netns);
    home->netns = NULL;
}

bool
vkernel_home_is(const struct vkernel_home *home, const char *netns)
{
    return nullable_string_is_equal(home->netns, netns);
}

bool
vkernel_home_is_lost(const struct vkernel_home *home)
{
    char *path;
    int error;

    if (is_pid(home->netns)) {
        return false;
    }
    path = vkernel_host_config_netns_path(home->netns);
    error = vkernel_netns_check(home->fd, path);
    free(path);
    return error == ENOENT || error == EXDEV;
}
