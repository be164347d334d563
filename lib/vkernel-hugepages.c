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

#include "vkernel-hugepages.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "smap.h"
#include "util.h"
#include "vkernel-proc.h"

/* What is advised where nothing says how much is needed. */
#define USUAL_KIB UINT64_C(1048576)

/* What DPDK may be told in "dpdk-extra", and then needs no file system for its
 * hugepages, or no hugepages. */
static const char legacy_mem[] = "--legacy-mem";
static const char no_huge[] = "--no-huge";

/* Returns the number in the file 'name' of 'dir', or 0. */
static uint64_t
read_number(const char *dir, const char *name)
{
    char *path = xasprintf("%s/%s", dir, name);
    uint64_t number = 0;
    char text[32];

    if (vkernel_proc_read_file(path, text, sizeof text)) {
        number = strtoull(text, NULL, 10);
    }
    free(path);
    return number;
}

/* Returns the size, in KiB, of hugepages of the default size, as 'proc' has
 * it, or 0. */
static uint64_t
read_default_size(const char *proc)
{
    char *path = xasprintf("%s/meminfo", proc);
    FILE *file = fopen(path, "re");
    uint64_t kib = 0;
    char line[256];

    free(path);
    if (file) {
        while (!kib && fgets(line, sizeof line, file)) {
            if (sscanf(line, "Hugepagesize: %"SCNu64, &kib) != 1) {
                kib = 0;
            }
        }
        fclose(file);
    }
    return kib;
}

/* Returns the size, in KiB, of the pages of a hugetlbfs that is mounted with
 * 'options', which it overwrites. */
static uint64_t
parse_mount_size(char *options, uint64_t default_kib)
{
    char *save_ptr = NULL;

    for (char *option = strtok_r(options, ",", &save_ptr); option;
         option = strtok_r(NULL, ",", &save_ptr)) {
        uint64_t size;
        char unit;

        if (sscanf(option, "pagesize=%"SCNu64"%c", &size, &unit) == 2) {
            return (unit == 'G' ? size * 1024 * 1024
                    : unit == 'M' ? size * 1024 : size);
        }
    }
    return default_kib;
}

/* Stores into '*mountedp' and '*writablep' whether 'proc' has a hugetlbfs with
 * pages of 'kib' KiB, and whether this process may write to one. */
static void
find_mount(const char *proc, uint64_t kib, uint64_t default_kib,
           bool *mountedp, bool *writablep)
{
    char *path = xasprintf("%s/mounts", proc);
    FILE *file = fopen(path, "re");
    char line[4096];

    *mountedp = *writablep = false;
    free(path);
    if (!file) {
        return;
    }
    while (fgets(line, sizeof line, file)) {
        char *save_ptr = NULL;
        char *dir, *type, *options;

        strtok_r(line, " ", &save_ptr);
        dir = strtok_r(NULL, " ", &save_ptr);
        type = strtok_r(NULL, " ", &save_ptr);
        options = strtok_r(NULL, " ", &save_ptr);
        if (options && !strcmp(type, "hugetlbfs")
            && parse_mount_size(options, default_kib) == kib) {
            *mountedp = true;
            *writablep = *writablep || !access(dir, W_OK | X_OK);
        }
    }
    fclose(file);
}

/* Adds to 'pages' those of 'kib' KiB, which 'dir' tells of.  DPDK takes those
 * that are free and not promised, and those that may be made on demand. */
static void
add_size(const char *proc, const char *dir, uint64_t kib,
         struct vkernel_hugepages *pages)
{
    uint64_t n_free = read_number(dir, "free_hugepages");
    uint64_t n_promised = read_number(dir, "resv_hugepages");
    uint64_t n_more = read_number(dir, "nr_overcommit_hugepages");
    uint64_t n_surplus = read_number(dir, "surplus_hugepages");
    bool mounted, writable;
    uint64_t n;

    n = (n_free > n_promised ? n_free - n_promised : 0)
        + (n_more > n_surplus ? n_more - n_surplus : 0);
    find_mount(proc, kib, pages->default_kib, &mounted, &writable);
    pages->free_kib += n * kib;
    pages->mounted_kib += mounted ? n * kib : 0;
    pages->writable_kib += writable ? n * kib : 0;
    if (kib == pages->default_kib) {
        pages->n_default = read_number(dir, "nr_hugepages");
    }
}

void
vkernel_hugepages_read(const char *proc, const char *sys,
                       struct vkernel_hugepages *pages)
{
    char *dir_name = xasprintf("%s/kernel/mm/hugepages", sys ? sys : "/sys");
    DIR *dir = opendir(dir_name);
    struct dirent *entry;

    memset(pages, 0, sizeof *pages);
    proc = proc ? proc : "/proc";
    if (dir) {
        pages->default_kib = read_default_size(proc);
        while ((entry = readdir(dir))) {
            uint64_t kib;

            if (sscanf(entry->d_name, "hugepages-%"SCNu64"kB", &kib) == 1) {
                char *size_dir = xasprintf("%s/%s", dir_name, entry->d_name);

                add_size(proc, size_dir, kib, pages);
                free(size_dir);
            }
        }
        closedir(dir);
    }
    free(dir_name);
}

bool
vkernel_hugepages_dpdk_is_wanted(const struct smap *other_config)
{
    const char *value = smap_get_def(other_config, "dpdk-init", "false");

    /* As dpdk_init() compares it. */
    return !strcasecmp(value, "true") || !strcasecmp(value, "try");
}

/* Returns how many KiB of hugepages DPDK must have at its start. */
static uint64_t
get_needed_kib(const struct smap *other_config)
{
    const char *p = smap_get_def(other_config, "dpdk-socket-mem", "");
    uint64_t mib = 0;

    /* A number for each NUMA node. */
    while (*p) {
        mib += strtoull(p, NULL, 10);
        p += strcspn(p, ",");
        p += *p == ',';
    }
    mib = MAX(mib, smap_get_ullong(other_config, "dpdk-alloc-mem", 0));
    return MAX(mib, 1) * 1024;
}

/* Returns what is wrong with 'pages' if DPDK needs 'needed_kib', and what to
 * do about it, or NULL if nothing is.  If 'in_files', DPDK wants them mounted:
 * Open vSwitch has it take them without files, unless its old ways are asked
 * for. */
static char *
find_problem(const struct vkernel_hugepages *pages, uint64_t needed_kib,
             bool in_files)
{
    if (!pages->default_kib) {
        return xstrdup("this kernel has no hugepages: boot one that has");
    } else if (pages->free_kib < needed_kib) {
        uint64_t n = (pages->n_default
                      + DIV_ROUND_UP(MAX(needed_kib, USUAL_KIB)
                                     - pages->free_kib, pages->default_kib));
        char *found = (pages->free_kib < 1024
                       ? xstrdup("no hugepages are free for it")
                       : xasprintf("only %"PRIu64" MiB of hugepages are free, "
                                   "of the %"PRIu64" MiB that it is to have "
                                   "(dpdk-socket-mem)", pages->free_kib / 1024,
                                   needed_kib / 1024));
        char *problem = xasprintf("%s: run \"sysctl vm.nr_hugepages=%"PRIu64
                                  "\"", found, n);

        free(found);
        return problem;
    } else if (in_files && pages->mounted_kib < needed_kib) {
        return xstrdup("hugepages are free, but no hugetlbfs is mounted for "
                       "them: run \"mount -t hugetlbfs hugetlbfs "
                       "/dev/hugepages\"");
    } else if (in_files && pages->writable_kib < needed_kib) {
        return xstrdup("hugepages are free, but the daemon's user may not "
                       "write to the hugetlbfs that is mounted for them: "
                       "give it access");
    }
    return NULL;
}

char *
vkernel_hugepages_explain(const struct vkernel_hugepages *pages,
                          const struct smap *other_config, bool failed)
{
    const char *extra = smap_get_def(other_config, "dpdk-extra", "");
    char *problem, *text;

    problem = (strstr(extra, no_huge) ? NULL
               : find_problem(pages, get_needed_kib(other_config),
                              strstr(extra, legacy_mem) != NULL));
    if (failed) {
        text = (problem
                ? xasprintf("DPDK could not be started, and %s, then restart "
                            "ovs-vswitchd", problem)
                : xstrdup("DPDK could not be started: lines with \"EAL\" in "
                          "ovs-vswitchd's log say why; a restart of "
                          "ovs-vswitchd tries it again"));
    } else {
        text = (problem
                ? xasprintf("DPDK is not initialized, and %s, then run "
                            "\"ovs-vsctl set Open_vSwitch . "
                            "other_config:dpdk-init=true\"", problem)
                : xstrdup("DPDK is not initialized: \"ovs-vsctl set "
                          "Open_vSwitch . other_config:dpdk-init=true\" "
                          "starts it"));
    }
    free(problem);
    return text;
}
