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

#ifndef VKERNEL_MODULE_H
#define VKERNEL_MODULE_H 1

/* Modules of the kernel: what to do if the device node of one is missing.
 *
 * No state and no lock: vkernel-anchor.c and vkernel-port.c call these
 * functions from the main thread, when they have failed.  They read files, so
 * none is for the fast path. */

/* Whether the running kernel has a module. */
enum vkernel_module_state {
    VKERNEL_MODULE_LOADED,      /* It is loaded, or part of the kernel. */
    VKERNEL_MODULE_LOADABLE,    /* "modprobe" would find it. */
    VKERNEL_MODULE_ABSENT,      /* It is not among the kernel's modules. */
    VKERNEL_MODULE_NO_DIR       /* No modules of this kernel are there. */
};

/* Looks for the module 'name' in 'sys', normally "/sys", and in 'dir',
 * normally "/lib/modules/RELEASE". */
enum vkernel_module_state vkernel_module_look(const char *sys, const char *dir,
                                              const char *name);

/* Returns what to do if 'node', the device node, with the number 10:'minor',
 * of the module 'name', is missing or of no use, where that module is in
 * 'state' and the kernel's release is 'release'.  'effect' says what
 * "modprobe" does.  The caller must free() it. */
char *vkernel_module_format_advice(enum vkernel_module_state state,
                                   const char *release, const char *name,
                                   const char *effect, const char *node,
                                   int minor);

/* Returns that for the kernel that runs here. */
char *vkernel_module_advise(const char *name, const char *effect,
                            const char *node, int minor);

#endif /* vkernel-module.h */
