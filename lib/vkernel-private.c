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

#include "vkernel-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dirs.h"
#include "socket-util.h"
#include "util.h"

char *
vkernel_private_path(const char *name)
{
    return xasprintf("%s/%s", ovs_rundir(), name);
}

/* Finds the size of the file of 'fd', if nobody else can have written it. */
static int
check(int fd, size_t max_size, size_t *sizep)
{
    struct stat s;

    if (fstat(fd, &s)) {
        return errno;
    } else if (!S_ISREG(s.st_mode) || s.st_uid != geteuid()
               || s.st_mode & (S_IRWXG | S_IRWXO)) {
        return EPERM;
    }
    *sizep = s.st_size;
    return s.st_size >= 0 && s.st_size <= max_size ? 0 : EFBIG;
}

int
vkernel_private_read(const char *name, size_t max_size, char **datap,
                     size_t *sizep)
{
    char *path = vkernel_private_path(name);
    size_t size = 0;
    int error;
    int fd;

    /* O_NONBLOCK: to open a FIFO must not take for ever. */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    error = fd < 0 ? errno : check(fd, max_size, &size);
    free(path);
    *datap = NULL;
    *sizep = 0;
    if (!error) {
        char *data = xzalloc(size + 1);

        error = read_fully(fd, data, size, sizep);
        *datap = data;
        if (error) {
            free(*datap);
            *datap = NULL;
            error = error > 0 ? error : EIO;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    return error == ELOOP ? EPERM : error;
}

/* Writes a new file at 'path'. */
static int
write_new(const char *path, const void *data, size_t size)
{
    size_t n_written;
    int error;
    int fd;

    /* What a daemon that crashed has left. */
    unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
              S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return errno;
    }
    error = write_fully(fd, data, size, &n_written);
    if (close(fd) && !error) {
        error = errno;
    }
    if (error) {
        unlink(path);
    }
    return error;
}

int
vkernel_private_write(const char *name, const void *data, size_t size)
{
    char *path = vkernel_private_path(name);
    char *new_path = xasprintf("%s.new", path);
    int error;

    error = write_new(new_path, data, size);
    if (!error && rename(new_path, path)) {
        error = errno;
        unlink(new_path);
    }
    free(new_path);
    free(path);
    return error;
}
