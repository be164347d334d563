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

#include "vkernel-cpus.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "bitmap.h"
#include "openvswitch/dynamic-string.h"
#include "ovs-numa.h"
#include "util.h"
#include "vkernel-proc.h"

/* What dpif-netdev names a thread that polls, before the number of its CPU. */
static const char pmd_prefix[] = "pmd-c";

static void
clear(struct vkernel_cpus *cpus)
{
    bitmap_set_multiple(cpus->bits, 0, VKERNEL_MAX_CPUS, false);
}

static void
fill(struct vkernel_cpus *cpus)
{
    bitmap_set_multiple(cpus->bits, 0, VKERNEL_MAX_CPUS, true);
}

/* Parses the number at '*textp', and sets '*textp' after it.  Returns -1 if
 * there is none, or it is not that of a CPU. */
static int
parse_cpu(const char **textp)
{
    const char *text = *textp;
    int cpu = 0;

    if (!isdigit((unsigned char) *text)) {
        return -1;
    }
    for (; isdigit((unsigned char) *text); text++) {
        cpu = cpu * 10 + (*text - '0');
        if (cpu >= VKERNEL_MAX_CPUS) {
            return -1;
        }
    }
    *textp = text;
    return cpu;
}

bool
vkernel_cpus_parse(const char *text, struct vkernel_cpus *cpus)
{
    clear(cpus);
    while (*text) {
        int first = parse_cpu(&text);
        int last = first;

        if (first >= 0 && *text == '-') {
            text++;
            last = parse_cpu(&text);
        }
        if (first < 0 || last < first || (*text && *text != ',')) {
            clear(cpus);
            return false;
        }
        bitmap_set_multiple(cpus->bits, first, last - first + 1, true);
        if (*text && !*++text) {
            clear(cpus);
            return false;
        }
    }
    return true;
}

char *
vkernel_cpus_format(const struct vkernel_cpus *cpus)
{
    const size_t end = VKERNEL_MAX_CPUS;
    struct ds s = DS_EMPTY_INITIALIZER;
    size_t first, after;

    for (first = bitmap_scan(cpus->bits, true, 0, end); first < end;
         first = bitmap_scan(cpus->bits, true, after, end)) {
        after = bitmap_scan(cpus->bits, false, first, end);
        ds_put_format(&s, "%s%"PRIuSIZE, s.length ? "," : "", first);
        if (after > first + 1) {
            ds_put_format(&s, "-%"PRIuSIZE, after - 1);
        }
    }
    return ds_steal_cstr(&s);
}

bool
vkernel_cpus_equals(const struct vkernel_cpus *a, const struct vkernel_cpus *b)
{
    return bitmap_equal(a->bits, b->bits, VKERNEL_MAX_CPUS);
}

bool
vkernel_cpus_is_empty(const struct vkernel_cpus *cpus)
{
    return bitmap_is_all_zeros(cpus->bits, VKERNEL_MAX_CPUS);
}

struct vkernel_cpus
vkernel_cpus_both(const struct vkernel_cpus *a, const struct vkernel_cpus *b)
{
    struct vkernel_cpus result = *a;

    bitmap_and(result.bits, b->bits, VKERNEL_MAX_CPUS);
    return result;
}

struct vkernel_cpus
vkernel_cpus_without(const struct vkernel_cpus *a,
                     const struct vkernel_cpus *b)
{
    struct vkernel_cpus result = *b;

    bitmap_not(result.bits, VKERNEL_MAX_CPUS);
    bitmap_and(result.bits, a->bits, VKERNEL_MAX_CPUS);
    return result;
}

/* Reads the first line of the file 'path' into 'line', of 'size' bytes.
 * Returns false if that fails. */
static bool
read_line(const char *path, char *line, size_t size)
{
    if (!vkernel_proc_read_file(path, line, size)) {
        return false;
    }
    line[strcspn(line, "\n")] = '\0';
    return true;
}

/* Fills 'cpus' from the file 'name' of the kernel's.  Returns false if that
 * fails; 'cpus' is then empty. */
static bool
read_cpus(const char *sys, const char *name, struct vkernel_cpus *cpus)
{
    char *path = xasprintf("%s/devices/system/cpu/%s", sys ? sys : "/sys",
                           name);
    char line[4096];
    bool ok;

    clear(cpus);
    ok = read_line(path, line, sizeof line) && vkernel_cpus_parse(line, cpus);
    free(path);
    return ok;
}

void
vkernel_cpus_get_online(const char *sys, struct vkernel_cpus *cpus)
{
    if (!read_cpus(sys, "online", cpus)) {
        fill(cpus);
    }
}

void
vkernel_cpus_get_reserved(const char *proc, const char *sys,
                          struct vkernel_cpus *cpus)
{
    char *dir_name = xasprintf("%s/self/task", proc ? proc : "/proc");
    const struct dirent *entry;
    DIR *dir = opendir(dir_name);

    read_cpus(sys, "isolated", cpus);
    while (dir && (entry = readdir(dir))) {
        char *path = xasprintf("%s/%s/comm", dir_name, entry->d_name);
        const char *name;
        char line[64];
        int cpu;

        if (read_line(path, line, sizeof line)
            && !strncmp(line, pmd_prefix, strlen(pmd_prefix))) {
            name = line + strlen(pmd_prefix);
            cpu = parse_cpu(&name);
            if (cpu >= 0 && *name == '/') {
                bitmap_set1(cpus->bits, cpu);
            }
        }
        free(path);
    }
    if (dir) {
        closedir(dir);
    }
    free(dir_name);
}

/* Fills 'cpus' with those of NUMA node 'numa_id', or, if it is negative, with
 * all there are. */
static void
get_node_cpus(int numa_id, struct vkernel_cpus *cpus)
{
    clear(cpus);
    for (unsigned int cpu = 0; cpu < VKERNEL_MAX_CPUS; cpu++) {
        if (ovs_numa_core_id_is_valid(cpu)
            && (numa_id < 0 || ovs_numa_get_numa_id(cpu) == numa_id)) {
            bitmap_set1(cpus->bits, cpu);
        }
    }
}

void
vkernel_cpus_get_default(int numa_id, const struct vkernel_cpus *others,
                         struct vkernel_cpus *cpus)
{
    struct vkernel_cpus rest;

    get_node_cpus(numa_id, cpus);
    if (vkernel_cpus_is_empty(cpus)) {
        get_node_cpus(-1, cpus);
    }
    if (vkernel_cpus_is_empty(cpus)) {
        /* Open vSwitch does not know the CPUs.  The kernel does. */
        fill(cpus);
    }
    rest = vkernel_cpus_without(cpus, others);
    if (!vkernel_cpus_is_empty(&rest)) {
        *cpus = rest;
    }
}
