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

#include "vkernel-module.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"
#include "vkernel-printable.h"

/* Where the kernel shows what it has loaded. */
#define SYS_DIR "/sys"

/* Where the modules of each release are. */
#define MODULES_DIR "/lib/modules"

/* Returns true if 'line', of modules.dep or modules.builtin, begins with the
 * file of the module 'name'.  The kernel takes '-' and '_' for the same. */
static bool
is_module(const char *line, const char *name)
{
    size_t length = strcspn(line, ":");
    const char *file = line;

    for (size_t i = 0; i < length; i++) {
        if (line[i] == '/') {
            file = &line[i + 1];
        }
    }
    for (; *name; name++, file++) {
        if (*file != *name && !(*file == '-' && *name == '_')) {
            return false;
        }
    }
    return !strncmp(file, ".ko", 3);
}

/* Returns 1 if the list 'file_name' of 'dir' has the module 'name', 0 if not,
 * and -1 if there is no such list. */
static int
find_module(const char *dir, const char *file_name, const char *name)
{
    char *path = xasprintf("%s/%s", dir, file_name);
    FILE *file = fopen(path, "re");
    struct ds line = DS_EMPTY_INITIALIZER;
    int found = file ? 0 : -1;

    free(path);
    if (file) {
        while (!found && !ds_get_line(&line, file)) {
            found = is_module(ds_cstr(&line), name);
        }
        fclose(file);
    }
    ds_destroy(&line);
    return found;
}

enum vkernel_module_state
vkernel_module_look(const char *sys, const char *dir, const char *name)
{
    char *path = xasprintf("%s/module/%s", sys, name);
    bool loaded = !access(path, F_OK);
    int found;

    free(path);
    if (loaded || find_module(dir, "modules.builtin", name) > 0) {
        return VKERNEL_MODULE_LOADED;
    }
    found = find_module(dir, "modules.dep", name);
    return (found < 0 ? VKERNEL_MODULE_NO_DIR
            : found ? VKERNEL_MODULE_LOADABLE
            : VKERNEL_MODULE_ABSENT);
}

char *
vkernel_module_format_advice(enum vkernel_module_state state,
                             const char *release, const char *name,
                             const char *effect, const char *node, int minor)
{
    switch (state) {
    case VKERNEL_MODULE_LOADED:
        return xasprintf("the kernel has %s, but %s is not its device here: "
                         "\"mknod %s c 10 %d\" makes that", name, node,
                         VKERNEL_SHOW(node), minor);
    case VKERNEL_MODULE_LOADABLE:
        return xasprintf("\"modprobe %s\" %s", VKERNEL_SHOW(name), effect);
    case VKERNEL_MODULE_ABSENT:
        return xasprintf("the running kernel, %s, has no module %s, so "
                         "another kernel is needed", release, name);
    case VKERNEL_MODULE_NO_DIR:
    default:
        return xasprintf("\"modprobe %s\" %s where there are modules of the "
                         "running kernel, %s, but /lib/modules has none of "
                         "it: if another kernel was installed, boot that one",
                         VKERNEL_SHOW(name), effect, release);
    }
}

char *
vkernel_module_advise(const char *name, const char *effect, const char *node,
                      int minor)
{
    struct utsname kernel;
    enum vkernel_module_state state;
    char *dir;

    if (uname(&kernel)) {
        ovs_strlcpy(kernel.release, "unknown", sizeof kernel.release);
    }
    dir = xasprintf("%s/%s", MODULES_DIR, kernel.release);
    state = vkernel_module_look(SYS_DIR, dir, name);
    free(dir);
    return vkernel_module_format_advice(state, kernel.release, name, effect,
                                        node, minor);
}
