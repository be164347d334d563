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

#include "vkernel-sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "util.h"
#include "vkernel-path.h"

/* Opens 'path' and stores the descriptor into '*fdp', or -1.  Returns 0 or a
 * positive errno value. */
static int
open_sysctl(const char *path, int flags, int *fdp)
{
    struct statfs fs;
    int path_fd;
    int error;

    *fdp = -1;
    error = vkernel_path_open(path, O_NOFOLLOW, &path_fd);
    if (error) {
        return error;
    }
    error = (fstatfs(path_fd, &fs) ? errno
             : fs.f_type != PROC_SUPER_MAGIC ? ENOENT
             : vkernel_path_reopen(path_fd, flags, fdp));
    close(path_fd);
    return error;
}

int
vkernel_sysctl_get(const char *path, char **valuep)
{
    char value[1024];
    ssize_t n;
    int error;
    int fd;

    *valuep = NULL;
    error = open_sysctl(path, O_RDONLY, &fd);
    if (error) {
        return error;
    }
    n = read(fd, value, sizeof value);
    error = n < 0 ? errno : 0;
    close(fd);
    if (!error) {
        *valuep = xmemdup0(value, n);
        (*valuep)[strcspn(*valuep, "\n")] = '\0';
    }
    return error;
}

int
vkernel_sysctl_set(const char *path, const char *value)
{
    size_t size = strlen(value);
    ssize_t n;
    int error;
    int fd;

    error = open_sysctl(path, O_WRONLY, &fd);
    if (error) {
        return error;
    }
    /* In one piece: the kernel takes each write for a value. */
    n = write(fd, value, size);
    error = n < 0 ? errno : n != size ? EIO : 0;
    close(fd);
    return error;
}
