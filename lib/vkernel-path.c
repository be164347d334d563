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

#include "vkernel-path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

int
vkernel_path_open(const char *path, int flags, int *path_fdp)
{
    /* With O_PATH no driver, no FIFO's other end and no network is asked. */
    *path_fdp = open(path, O_PATH | O_CLOEXEC | flags);
    return *path_fdp < 0 ? errno : 0;
}

void
vkernel_path_format(int path_fd, char *path)
{
    snprintf(path, VKERNEL_PATH_SIZE, "/proc/self/fd/%d", path_fd);
}

int
vkernel_path_reopen(int path_fd, int flags, int *fdp)
{
    char path[VKERNEL_PATH_SIZE];

    vkernel_path_format(path_fd, path);
    *fdp = open(path, flags | O_CLOEXEC);
    return *fdp < 0 ? errno : 0;
}
