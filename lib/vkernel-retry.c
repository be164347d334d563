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

#include "vkernel-retry.h"

#include <stdlib.h>
#include <unistd.h>

#include "openvswitch/poll-loop.h"
#include "openvswitch/shash.h"
#include "timeval.h"
#include "util.h"
#include "vkernel-config.h"

/* Milliseconds to the next try: after the first failure, and at most. */
#define MIN_DELAY 1000
#define MAX_DELAY 60000

/* Milliseconds from one look for an Interface that was tried again, but did
 * neither fail nor succeed, to the next. */
#define FORGET_INTERVAL 60000

/* Milliseconds from one look for a file to the next. */
#define LOOK_INTERVAL 1000

/* One Interface that could not be opened. */
struct failure {
    struct vkernel_config config; /* What it was tried with. */
    char *message;              /* What was in the way. */
    int delay;                  /* Milliseconds from try to try. */
    long long int retry_at;     /* As time_msec(); 0 once that has come. */
    long long int look_at;      /* Then: when to see whether the Interface is
                                 * still there. */
    bool lacks_file;            /* Wait until there is what was missing? */
};

/* Contains "struct failure"s by Interface name. */
static struct shash failures = SHASH_INITIALIZER(&failures);

long long int
vkernel_retry_back_off(int *delay)
{
    *delay = MIN(MAX(2 * *delay, MIN_DELAY), MAX_DELAY);
    return time_msec() + *delay;
}

bool
vkernel_retry_lacks_vhost(const struct vkernel_config *config)
{
    return config->vhost_path && access(config->vhost_path, F_OK);
}

bool
vkernel_retry_lacks_netns(const struct vkernel_config *config)
{
    bool lacks_netns = false;

    if (config->host.netns) {
        char *path = vkernel_host_config_netns_path(config->host.netns);

        lacks_netns = access(path, F_OK);
        free(path);
    }
    return lacks_netns;
}

bool
vkernel_retry_lacks_file(const struct vkernel_config *config)
{
    return (vkernel_retry_lacks_vhost(config)
            || vkernel_retry_lacks_netns(config));
}

long long int
vkernel_retry_look_again(void)
{
    return time_msec() + LOOK_INTERVAL;
}

/* Is 'config' the one that failed? */
static bool
is_of(const struct failure *failure, const struct vkernel_config *config)
{
    return (vkernel_config_equals(&failure->config, config)
            && nullable_string_is_equal(failure->config.host.netns,
                                        config->host.netns));
}

char *
vkernel_retry_check(const char *iface, const struct vkernel_config *config)
{
    const struct failure *failure = shash_find_data(&failures, iface);

    return (failure && failure->retry_at && time_msec() < failure->retry_at
            && is_of(failure, config)
            ? xstrdup(failure->message)
            : NULL);
}

void
vkernel_retry_failed(const char *iface, const struct vkernel_config *config,
                     const char *message)
{
    struct failure *failure = shash_find_data(&failures, iface);

    if (failure && !is_of(failure, config)) {
        vkernel_retry_forget(iface);
        failure = NULL;
    }
    if (!failure) {
        failure = xzalloc(sizeof *failure);
        vkernel_config_clone(&failure->config, config);
        shash_add(&failures, iface, failure);
    }
    free(failure->message);
    failure->message = xstrdup(message);
    failure->retry_at = vkernel_retry_back_off(&failure->delay);
    failure->lacks_file = vkernel_retry_lacks_file(config);
    if (failure->lacks_file) {
        failure->retry_at = vkernel_retry_look_again();
    }
}

void
vkernel_retry_forget(const char *iface)
{
    struct failure *failure = shash_find_and_delete(&failures, iface);

    if (failure) {
        vkernel_config_uninit(&failure->config);
        free(failure->message);
        free(failure);
    }
}

/* Returns when something is to be done about 'failure'. */
static long long int
get_time(const struct failure *failure)
{
    return failure->retry_at ? failure->retry_at : failure->look_at;
}

bool
vkernel_retry_run(bool (*is_wanted)(const char *iface))
{
    struct shash_node *node;
    bool due = false;

    SHASH_FOR_EACH_SAFE (node, &failures) {
        struct failure *failure = node->data;

        if (time_msec() < get_time(failure)) {
            continue;
        } else if (!is_wanted(node->name)) {
            vkernel_retry_forget(node->name);
        } else if (!failure->retry_at) {
            failure->look_at = time_msec() + FORGET_INTERVAL;
        } else if (failure->lacks_file
                   && vkernel_retry_lacks_file(&failure->config)) {
            failure->retry_at = vkernel_retry_look_again();
        } else {
            failure->retry_at = 0;
            failure->look_at = time_msec() + FORGET_INTERVAL;
            due = true;
        }
    }
    return due;
}

void
vkernel_retry_wait(void)
{
    struct shash_node *node;

    SHASH_FOR_EACH (node, &failures) {
        poll_timer_wait_until(get_time(node->data));
    }
}
