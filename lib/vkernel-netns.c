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

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "openvswitch/vlog.h"
#include "util.h"
#include "vkernel-path.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71      /* Linux 5.14. */
#endif

VLOG_DEFINE_THIS_MODULE(vkernel_netns);

/* The network namespace of the calling thread.  "self" would be the main
 * thread's. */
static const char own_netns[] = "/proc/thread-self/ns/net";

/* Where "ip netns add" gives namespaces names. */
static const char named_dir[] = "/run/netns";

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
    /* First where we are, for the way back takes the same privilege, which a
     * process may have there only. */
    if (setns(saved, CLONE_NEWNET) || setns(netns_fd, CLONE_NEWNET)) {
        int error = errno;

        close(saved);
        return error;
    }
    *savedp = saved;
    return 0;
}

/* Makes a namespace and stores a descriptor of it into '*fdp', or -1. */
static int
make_netns(int *fdp)
{
    int saved = open(own_netns, O_RDONLY | O_CLOEXEC);
    int error = 0;

    *fdp = -1;
    if (saved < 0) {
        return errno;
    }
    /* As in vkernel_netns_enter(), first the way back. */
    if (setns(saved, CLONE_NEWNET) || unshare(CLONE_NEWNET)) {
        error = errno;
        close(saved);
        return error;
    }
    error = vkernel_netns_open_own(fdp);
    vkernel_netns_leave(saved);
    return error;
}

int
vkernel_netns_enter_private(bool anew, int *savedp)
{
    static int private_fd = -1;
    int error = 0;

    *savedp = -1;
    if (anew && private_fd >= 0) {
        close(private_fd);
        private_fd = -1;
    }
    if (private_fd < 0) {
        error = make_netns(&private_fd);
    }
    return error ? error : vkernel_netns_enter(private_fd, savedp);
}

void
vkernel_netns_leave(int saved)
{
    if (saved < 0) {
        return;
    }
    if (setns(saved, CLONE_NEWNET)) {
        /* The thread would go on in the wrong namespace.  This cannot fail:
         * see vkernel_netns_enter(). */
        VLOG_FATAL("cannot return to the daemon's network namespace (%s)",
                   ovs_strerror(errno));
    }
    close(saved);
}

/* Finds whether 'path_fd', opened with O_PATH, is of some namespace. */
static int
check_nsfs(int path_fd)
{
    struct statfs fs;
    struct stat s;

    if (fstatfs(path_fd, &fs) || fstat(path_fd, &s)) {
        return errno;
    } else if (fs.f_type == NSFS_MAGIC) {
        return 0;
    }
    return S_ISREG(s.st_mode) && !s.st_size ? ENOENT : EINVAL;
}

int
vkernel_netns_open(const char *path, int *fdp)
{
    int path_fd;
    int error;

    *fdp = -1;
    error = vkernel_path_open(path, 0, &path_fd);
    if (error) {
        return error == ENOTDIR ? ENOENT : error;
    }
    error = check_nsfs(path_fd);
    if (!error) {
        error = vkernel_path_reopen(path_fd, O_RDONLY, fdp);
    }
    close(path_fd);
    if (!error && ioctl(*fdp, NS_GET_NSTYPE) != CLONE_NEWNET) {
        close(*fdp);
        *fdp = -1;
        error = EINVAL;
    }
    return error;
}

int
vkernel_netns_open_own(int *fdp)
{
    *fdp = open(own_netns, O_RDONLY | O_CLOEXEC);
    return *fdp < 0 ? errno : 0;
}

int
vkernel_netns_check(int netns_fd, const char *path)
{
    struct stat a, b;

    if (stat(path, &a)) {
        return errno == ENOTDIR ? ENOENT : errno;
    } else if (fstat(netns_fd, &b)) {
        return errno;
    } else if (a.st_dev != b.st_dev) {
        /* All namespaces are on one file system. */
        return ENOENT;
    }
    return a.st_ino == b.st_ino ? 0 : EXDEV;
}

/* Returns the cookie of the namespace of 'netns_fd', or 0. */
static uint64_t
get_cookie(int netns_fd)
{
    uint64_t cookie = 0;
    int saved;

    if (!vkernel_netns_enter(netns_fd, &saved)) {
        int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        socklen_t len = sizeof cookie;

        if (sock >= 0) {
            if (getsockopt(sock, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len)) {
                cookie = 0;
            }
            close(sock);
        }
        vkernel_netns_leave(saved);
    }
    return cookie;
}

int
vkernel_netns_get_id(int netns_fd, struct vkernel_netns_id *id)
{
    struct stat s;

    memset(id, 0, sizeof *id);
    if (fstat(netns_fd, &s)) {
        return errno;
    }
    id->dev = s.st_dev;
    id->ino = s.st_ino;
    id->cookie = get_cookie(netns_fd);
    return 0;
}

bool
vkernel_netns_id_equals(const struct vkernel_netns_id *a,
                        const struct vkernel_netns_id *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->cookie == b->cookie;
}

/* Does this kernel have cookies of namespaces? */
static bool
has_cookies(void)
{
    bool has_cookies = false;
    int fd;

    if (!vkernel_netns_open_own(&fd)) {
        has_cookies = get_cookie(fd) != 0;
        close(fd);
    }
    return has_cookies;
}

/* Is the namespace of 'fd' the one that is 'id'? */
static bool
is_id(int fd, const struct vkernel_netns_id *id)
{
    struct vkernel_netns_id this;

    return (!vkernel_netns_get_id(fd, &this)
            && vkernel_netns_id_equals(&this, id)
            && (id->cookie || !has_cookies()));
}

/* Opens the namespace at 'path' if it is the one that is 'id'. */
static bool
open_if_id(const char *path, const struct vkernel_netns_id *id, int *fdp)
{
    struct stat s;

    *fdp = -1;
    if (stat(path, &s) || s.st_dev != id->dev || s.st_ino != id->ino
        || vkernel_netns_open(path, fdp)) {
        return false;
    }
    if (!is_id(*fdp, id)) {
        close(*fdp);
        *fdp = -1;
    }
    return *fdp >= 0;
}

int
vkernel_netns_find(const struct vkernel_netns_id *id, int *fdp)
{
    bool found = open_if_id(own_netns, id, fdp);
    const struct dirent *de;
    DIR *dir;

    dir = found ? NULL : opendir(named_dir);
    while (!found && dir && (de = readdir(dir)) != NULL) {
        char *path = xasprintf("%s/%s", named_dir, de->d_name);

        found = open_if_id(path, id, fdp);
        free(path);
    }
    if (dir) {
        closedir(dir);
    }
    return found ? 0 : ENOENT;
}
