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

#include "netdev-dpdkvkernel-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bitmap.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "rtnetlink.h"
#include "timeval.h"
#include "vkernel-cpus.h"
#include "vkernel-error.h"
#include "vkernel-worker.h"

VLOG_DEFINE_THIS_MODULE(netdev_dpdkvkernel_affinity);

/* How long to believe what the machine's CPUs were, in ms: less than workers
 * are looked at in turn. */
#define MACHINE_INTERVAL (VKERNEL_STALL_MSEC / 2)

/* The machine's CPUs, as they were a moment ago. */
struct machine {
    long long int looked_at;    /* As time_msec(), or 0. */
    struct vkernel_cpus online; /* Those there are. */
    struct vkernel_cpus reserved; /* Those that are for others. */
};

/* What is wrong with the placement of a port's workers. */
struct problems {
    struct ds text;             /* For the user, in sentences. */
    int default_error;          /* Of those of whom the user said nothing. */
};

/* The present state of the CPUs.  Many ports ask for it in turn. */
static const struct machine *
get_machine(void)
{
    static struct machine machine;
    long long int now = time_msec();

    if (!machine.looked_at || now - machine.looked_at >= MACHINE_INTERVAL) {
        vkernel_cpus_get_online(NULL, &machine.online);
        vkernel_cpus_get_reserved(NULL, NULL, &machine.reserved);
        machine.looked_at = now;
    }
    return &machine;
}

static void
add_problem(struct problems *problems, char *text)
{
    ds_put_format(&problems->text, "%s%s", problems->text.length ? "; " : "",
                  text);
    free(text);
}

/* Returns the CPUs that 'options:vhost-affinity' has for the worker of
 * 'queue', as far as they are there; none if it says nothing, or nothing
 * useful. */
static struct vkernel_cpus
get_asked_cpus(const struct netdev_dpdkvkernel *dev, int queue,
               struct problems *problems)
    OVS_REQUIRES(dev->mutex)
{
    const struct vkernel_cpus *asked
        = vkernel_host_config_cpus(&dev->wanted_config.host, queue);
    const struct vkernel_cpus *online = &get_machine()->online;
    struct vkernel_cpus missing;

    if (!asked) {
        return (struct vkernel_cpus) { .bits = { 0 } };
    }
    missing = vkernel_cpus_without(asked, online);
    if (!vkernel_cpus_is_empty(&missing)) {
        char *missing_text = vkernel_cpus_format(&missing);
        char *online_text = vkernel_cpus_format(online);

        add_problem(problems,
                    xasprintf("options:vhost-affinity names CPU %s for queue "
                              "%d, which is not online: %s are accepted",
                              missing_text, queue, online_text));
        free(missing_text);
        free(online_text);
    }
    return vkernel_cpus_both(asked, online);
}

/* Returns the CPUs for a worker that gets no time on 'cpu'. */
static struct vkernel_cpus
get_other_cpus(int cpu)
{
    const struct machine *machine = get_machine();
    struct vkernel_cpus busy, others;

    memset(&busy, 0, sizeof busy);
    if (cpu >= 0 && cpu < VKERNEL_MAX_CPUS) {
        bitmap_set1(busy.bits, cpu);
    }
    others = vkernel_cpus_without(&machine->online, &busy);
    busy = vkernel_cpus_without(&others, &machine->reserved);
    return vkernel_cpus_is_empty(&busy) ? others : busy;
}

/* Returns the CPUs for a worker of which the user says nothing. */
static struct vkernel_cpus
get_default_cpus(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    const struct machine *machine = get_machine();
    struct vkernel_cpus cpus, there;

    vkernel_cpus_get_default(dev->device.socket_id, &machine->reserved,
                                 &cpus);
    there = vkernel_cpus_both(&cpus, &machine->online);
    return vkernel_cpus_is_empty(&there) ? machine->online : there;
}

/* Returns the CPUs for the worker of 'queue'.  Stores into '*is_asked' whether
 * they are what the user said, or must be for another reason, so that nobody
 * else may change them. */
static struct vkernel_cpus
get_target(const struct netdev_dpdkvkernel *dev, int queue, bool *is_asked,
           struct problems *problems)
    OVS_REQUIRES(dev->mutex)
{
    const struct netdev_dpdkvkernel_worker *worker
        = &dev->workers.queues[queue];
    struct vkernel_cpus asked = get_asked_cpus(dev, queue, problems);
    struct vkernel_cpus others = get_other_cpus(worker->away_from);

    if (worker->away_until && !vkernel_cpus_is_empty(&others)) {
        *is_asked = true;
        if (!vkernel_cpus_is_empty(&asked)) {
            char *text = vkernel_cpus_format(&others);

            add_problem(problems,
                        xasprintf("the vhost worker of queue %d got no time "
                                  "on CPU %d, which options:vhost-affinity "
                                  "gives it, and may use %s for a minute",
                                  queue, worker->away_from, text));
            free(text);
        }
        return others;
    }
    *is_asked = !vkernel_cpus_is_empty(&asked);
    return *is_asked ? asked : get_default_cpus(dev);
}

/* Returns true if 'worker', which may use 'present', should have 'target', if
 * that is not what it was told before, and if nobody else has told it.  What
 * an administrator did holds; when CPUs come or go, it is the kernel that may
 * have done something. */
static bool
is_default_due(struct netdev_dpdkvkernel_worker *worker,
               const struct vkernel_cpus *present,
               const struct vkernel_cpus *target)
{
    if (!worker->placed
        || !vkernel_cpus_equals(&worker->online, &get_machine()->online)) {
        return true;
    }
    return (vkernel_cpus_equals(&worker->granted, present)
            && !vkernel_cpus_equals(&worker->target, target));
}

/* Has the worker of 'queue' use what it shall, if it does not. */
static void
place_worker(struct netdev_dpdkvkernel *dev, int queue,
             struct problems *problems)
    OVS_REQUIRES(dev->mutex)
{
    struct netdev_dpdkvkernel_worker *worker = &dev->workers.queues[queue];
    struct vkernel_workers *workers = dev->device.workers;
    struct vkernel_cpus target, present;
    bool is_asked;

    target = get_target(dev, queue, &is_asked, problems);
    if (vkernel_workers_get_affinity(workers, queue, &present)) {
        return;
    }
    if (is_asked ? !vkernel_cpus_equals(&present, &target) || worker->error
                 : is_default_due(worker, &present, &target)) {
        worker->error = (vkernel_cpus_equals(&present, &target)
                         ? 0
                         : vkernel_workers_set_affinity(workers, queue,
                                                        &target));
        worker->placed = true;
        worker->target = target;
        worker->online = get_machine()->online;
        vkernel_workers_get_affinity(workers, queue, &worker->granted);
    } else if (!vkernel_cpus_equals(&present, &worker->granted)) {
        /* Somebody else has placed it. */
        worker->error = 0;
    }
    if (worker->error && is_asked) {
        char *text = vkernel_cpus_format(&target);

        add_problem(problems,
                    xasprintf("cannot have the vhost worker of queue %d use "
                              "CPU %s (%s): options:vhost-affinity needs "
                              "CAP_SYS_NICE, and CPUs of the daemon's cpuset",
                              queue, text, ovs_strerror(worker->error)));
        free(text);
    } else if (worker->error) {
        problems->default_error = worker->error;
    }
}

/* Has all workers poll for as long as they shall, if that is new. */
static void
set_busyloop(struct netdev_dpdkvkernel *dev, struct problems *problems)
    OVS_REQUIRES(dev->mutex)
{
    int usec = dev->wanted_config.host.busyloop_us;

    if (dev->workers.busyloop_us != usec) {
        dev->workers.busyloop_us = usec;
        dev->workers.busyloop_error = 0;
        for (int q = 0; q < dev->device.config.n_queues; q++) {
            int error = vkernel_workers_set_busyloop(dev->device.workers, q,
                                                     usec);

            if (error) {
                dev->workers.busyloop_error = error;
            }
        }
    }
    if (usec && dev->workers.busyloop_error) {
        int error = dev->workers.busyloop_error;

        add_problem(problems,
                    xasprintf("cannot set options:vhost-busyloop-us=\"%d\" "
                              "(%s)", usec,
                              (error == EBADF
                               ? "the descriptors of vhost are not known"
                               : ovs_strerror(error))));
    }
}

/* Tells what is wrong, and frees it. */
static void
tell_problems(struct netdev_dpdkvkernel *dev, struct problems *problems)
    OVS_REQUIRES(dev->mutex)
{
    const char *name = netdev_get_name(&dev->up);
    char *text = NULL;

    if (problems->default_error
        && problems->default_error != dev->workers.default_error) {
        VLOG_INFO("%s: the vhost workers are left where they are (%s)%s", name,
                  ovs_strerror(problems->default_error),
                  problems->default_error == EPERM
                  ? ": CAP_SYS_NICE is needed" : "");
    }
    dev->workers.default_error = problems->default_error;
    if (problems->text.length) {
        text = xasprintf("%s: %s", name, ds_cstr(&problems->text));
    }
    ds_destroy(&problems->text);
    if (vkernel_error_set(name, VKERNEL_ERROR_WORKERS, text)) {
        /* The bridge may have written the error column before. */
        rtnetlink_report_link();
    }
}

void
netdev_dpdkvkernel_place_workers(struct netdev_dpdkvkernel *dev)
{
    struct problems problems = { .text = DS_EMPTY_INITIALIZER };

    if (!dev->device.workers) {
        /* There is no device, and another error says why. */
    } else if (!vkernel_workers_count(dev->device.workers)) {
        if (dev->wanted_config.host.n_affinity) {
            add_problem(&problems,
                        xstrdup("options:vhost-affinity has no effect: the "
                                "vhost workers cannot be found, as if /proc "
                                "did not show them"));
        }
    } else {
        for (int q = 0; q < dev->device.config.n_queues; q++) {
            place_worker(dev, q, &problems);
        }
    }
    if (dev->device.workers) {
        set_busyloop(dev, &problems);
    }
    tell_problems(dev, &problems);
}
