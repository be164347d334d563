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

#ifndef VKERNEL_PATH_H
#define VKERNEL_PATH_H 1

/* Looking at what a path leads to before it is opened.
 *
 * A path that comes from the database may lead to anything.  To open a FIFO
 * may take for ever, and to open a device may do something.  So a path is
 * opened first for nothing but to ask what is there, and what is there, not
 * the path, which may lead elsewhere by then, is opened for use.
 *
 * No state and no lock: vkernel-netns.c, vkernel-port.c and vkernel-sysctl.c
 * call these from the main thread.  /proc must be there. */

/* Room for what vkernel_path_format() makes. */
#define VKERNEL_PATH_SIZE 64

/* Opens what is at 'path' without any effect on it, and without reading or
 * writing being possible, and stores the descriptor, which the caller must
 * close, into '*path_fdp', or -1.  With 'flags' O_NOFOLLOW, a symbolic link
 * stands for itself, otherwise 'flags' must be 0.
 *
 * Returns 0 or a positive errno value. */
int vkernel_path_open(const char *path, int flags, int *path_fdp);

/* Stores into 'path', of VKERNEL_PATH_SIZE bytes, a path that leads to what
 * 'path_fd' is, for as long as that is open. */
void vkernel_path_format(int path_fd, char *path);

/* Opens what 'path_fd' is, with the 'flags' of open(), for use, and stores the
 * descriptor, which the caller must close, into '*fdp', or -1.
 *
 * Returns 0 or a positive errno value: ELOOP for a symbolic link. */
int vkernel_path_reopen(int path_fd, int flags, int *fdp);

#endif /* vkernel-path.h */
