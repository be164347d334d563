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

#include "vkernel-host-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"
#include "vkernel-host-config.h"
#include "vkernel-netns.h"
#include "vkernel-printable.h"
#include "vkernel-sysctl.h"
#include "vkernel-tap.h"

/* The alias, the length of the queues. */

/* A function that gives the tap a value. */
typedef int set_value_func(struct vkernel_host_look *, const char *value);

static int
set_alias(struct vkernel_host_look *look, const char *alias)
{
    int error = vkernel_link_set_alias(look->sock, look->link.ifindex, alias);

    if (!error) {
        ovs_strlcpy(look->link.alias, alias, sizeof look->link.alias);
    }
    return error;
}

static int
set_txqueuelen(struct vkernel_host_look *look, const char *txqueuelen)
{
    return vkernel_link_set_txqueuelen(look->sock, look->link.ifindex,
                                       atoi(txqueuelen));
}

/* Gives the tap what the option 'key' asks for, 'wanted', instead of 'now', or
 * gives it back what it had before if 'wanted' is NULL. */
static void
apply_value(struct vkernel_host_look *look, struct vkernel_host_value *value,
            const char *key, const char *wanted, const char *now,
            set_value_func *set)
{
    const char *next;
    int error = 0;

    if (look->moved && value->ours && strcmp(now, value->ours)) {
        /* It is another tap. */
        vkernel_host_value_clear(value);
    }
    next = vkernel_host_value_next(value, wanted, now);
    if (next) {
        error = set(look, next);
        if (error) {
            vkernel_host_look_fail(look, "set", key, next, error, NULL);
        } else {
            vkernel_host_look_changed(look, key);
            if (wanted) {
                vkernel_host_value_set(value, wanted, wanted, now);
            }
        }
    }
    if (!wanted && !error) {
        vkernel_host_value_clear(value);
    }
}

void
vkernel_host_apply_alias(struct vkernel_host_look *look)
{
    char now[VKERNEL_LINK_ALIAS_SIZE];

    ovs_strlcpy(now, look->link.alias, sizeof now);
    apply_value(look, &look->host->alias, "host-alias", look->config->alias,
                now, set_alias);
    if (look->link.alias[0]
        && strncmp(look->link.alias, VKERNEL_ALIAS_PREFIX,
                   strlen(VKERNEL_ALIAS_PREFIX))) {
        smap_add(&look->status, "alias", look->link.alias);
    }
}

void
vkernel_host_apply_txqueuelen(struct vkernel_host_look *look)
{
    int wanted = look->config->txqueuelen;
    char wanted_text[16], now[16];

    snprintf(wanted_text, sizeof wanted_text, "%d", wanted);
    snprintf(now, sizeof now, "%d", look->link.txqueuelen);
    apply_value(look, &look->host->txqueuelen, "host-txqueuelen",
                wanted ? wanted_text : NULL, now, set_txqueuelen);
}

/* Sysctls. */

static void
fail_sysctl(struct vkernel_host_look *look, const char *key,
            const char *value, int error)
{
    char *text = xasprintf("%s=%s", key, value);

    vkernel_host_look_fail(
        look, "set", "host-sysctl", text, error,
        (error == ENOENT ? "the kernel has no such sysctl"
         : error == EINVAL ? "the kernel does not take this value"
         : error == EACCES ? "CAP_NET_ADMIN is needed"
         : NULL));
    free(text);
}

/* Takes note that the sysctl 'key' at 'path' was changed from 'former' for
 * 'wanted'. */
static void
note_sysctl(struct vkernel_host *host, const char *key, const char *path,
            const char *wanted, const char *former)
{
    struct vkernel_host_value *value = shash_find_data(&host->sysctls, key);
    char *ours;

    if (!value) {
        value = xzalloc(sizeof *value);
        shash_add(&host->sysctls, key, value);
    }
    vkernel_sysctl_get(path, &ours);
    vkernel_host_value_set(value, wanted, ours ? ours : wanted, former);
    free(ours);
}

/* Returns what the sysctl 'key', which is 'now', shall be set to for 'wanted',
 * or NULL. */
static const char *
next_sysctl(const struct vkernel_host *host, const char *key,
            const char *wanted, const char *now)
{
    static const struct vkernel_host_value unchanged;
    const struct vkernel_host_value *value = shash_find_data(&host->sysctls,
                                                             key);

    return vkernel_host_value_next(value ? value : &unchanged, wanted, now);
}

/* Gives the sysctl 'key' the value 'wanted', or what it had before if that is
 * NULL, in the tap's namespace.  Returns 0 or a positive errno value. */
static int
apply_sysctl(struct vkernel_host_look *look, const char *key,
             const char *wanted)
{
    char *path = vkernel_host_config_sysctl_path(key, look->link.ifname);
    const char *next;
    char *now = NULL;
    int error;

    error = path ? vkernel_sysctl_get(path, &now) : ENOENT;
    if (error == EIO) {
        /* It has no value yet. */
        error = 0;
    }
    next = error ? NULL : next_sysctl(look->host, key, wanted, now);
    if (next) {
        error = vkernel_sysctl_set(path, next);
        if (!error) {
            vkernel_host_look_changed(look, "host-sysctl");
            if (wanted) {
                note_sysctl(look->host, key, path, wanted, now);
            }
        }
    }
    if (error && (wanted || next)) {
        fail_sysctl(look, key, wanted ? wanted : next, error);
    } else {
        error = 0;
    }
    free(now);
    free(path);
    return error;
}

static const struct vkernel_host_sysctl *
find_sysctl(const struct vkernel_host_config *config, const char *key)
{
    for (size_t i = 0; i < config->n_sysctls; i++) {
        if (!strcmp(config->sysctls[i].key, key)) {
            return &config->sysctls[i];
        }
    }
    return NULL;
}

void
vkernel_host_apply_sysctls(struct vkernel_host_look *look)
{
    const struct vkernel_host_config *config = look->config;
    struct shash_node *node;
    int saved;
    int error;

    if (!config->n_sysctls && shash_is_empty(&look->host->sysctls)) {
        return;
    }
    error = vkernel_tap_enter_netns(look->tap, &saved);
    if (error) {
        vkernel_host_look_fail(look, "set", "host-sysctl", "", error,
                               (error == EPERM
                                ? "CAP_SYS_ADMIN is needed"
                                : NULL));
        return;
    }
    SHASH_FOR_EACH_SAFE (node, &look->host->sysctls) {
        if (!find_sysctl(config, node->name)
            && !apply_sysctl(look, node->name, NULL)) {
            vkernel_host_forget_sysctl(look->host, node);
        }
    }
    for (size_t i = 0; i < config->n_sysctls; i++) {
        apply_sysctl(look, config->sysctls[i].key, config->sysctls[i].value);
    }
    vkernel_netns_leave(saved);
}

bool
vkernel_host_sysctls_are_right(const struct vkernel_host *host,
                               struct vkernel_tap *tap,
                               const struct vkernel_host_config *config)
{
    const char *ifname = vkernel_tap_get_name(tap);
    bool right = true;
    int saved;

    if (vkernel_tap_enter_netns(tap, &saved)) {
        return true;
    }
    for (size_t i = 0; i < config->n_sysctls && right; i++) {
        const char *key = config->sysctls[i].key;
        char *path = vkernel_host_config_sysctl_path(key, ifname);
        char *now;

        if (path && !vkernel_sysctl_get(path, &now)) {
            right = !next_sysctl(host, key, config->sysctls[i].value, now);
            free(now);
        }
        free(path);
    }
    vkernel_netns_leave(saved);
    return right;
}

/* The bridge or VRF. */

/* Returns the index of the device 'name', if it is of 'kind', for the option
 * 'key', or 0. */
static int
find_master(struct vkernel_host_look *look, const char *key, const char *kind,
            const char *name)
{
    struct vkernel_link master;
    int error;

    error = vkernel_link_get(look->sock, name, 0, &master);
    if (!error && strcmp(master.kind, kind)) {
        vkernel_host_look_fail(look, "use", key, name, EINVAL,
                               (!strcmp(kind, "vrf")
                                ? "it is not a VRF"
                                : "it is not a bridge of the kernel"));
        return 0;
    } else if (error) {
        char *hint = (error != ENODEV ? NULL
                      : !strcmp(kind, "vrf")
                      ? xasprintf("\"ip link add %s type vrf table TABLE\" in "
                                  "the tap's network namespace makes it",
                                  VKERNEL_SHOW(name))
                      : xasprintf("\"ip link add %s type bridge\" in the "
                                  "tap's network namespace makes it",
                                  VKERNEL_SHOW(name)));

        vkernel_host_look_fail(look, "find", key, name, error, hint);
        free(hint);
        return 0;
    }
    return master.ifindex;
}

/* Gives the tap the master 'target', for 'wanted' if that is not 0. */
static void
set_master(struct vkernel_host_look *look, const char *key, const char *name,
           int wanted, int target)
{
    struct vkernel_host *host = look->host;
    int error;

    error = vkernel_link_set_master(look->sock, look->link.ifindex, target);
    if (error && !wanted && target) {
        /* The former one may be gone. */
        target = 0;
        error = vkernel_link_set_master(look->sock, look->link.ifindex, 0);
    }
    if (error) {
        vkernel_host_look_fail(look, "use", key, name, error, NULL);
        return;
    }
    vkernel_host_look_changed(look, key);
    if (!wanted) {
        host->master = host->former_master = 0;
    } else {
        if (!host->master) {
            host->former_master = look->link.master;
        }
        host->master = wanted;
    }
    look->link.master = target;
}

void
vkernel_host_apply_master(struct vkernel_host_look *look)
{
    const struct vkernel_host_config *config = look->config;
    bool is_vrf = config->vrf[0];
    const char *name = is_vrf ? config->vrf : config->bridge;
    struct vkernel_host *host = look->host;
    int now = look->link.master;
    int wanted, target;
    const char *key;

    /* The tap may be about to leave what a former option has named. */
    key = (is_vrf || (!name[0] && host->master_is_vrf)
           ? "host-vrf" : "host-bridge");
    wanted = (name[0]
              ? find_master(look, key, is_vrf ? "vrf" : "bridge", name)
              : 0);
    target = (wanted ? wanted
              : host->master && now == host->master ? host->former_master
              : now);
    if (target != now) {
        set_master(look, key, name, wanted, target);
    } else if (!wanted) {
        host->master = host->former_master = 0;
    }
    if (wanted) {
        host->master_is_vrf = is_vrf;
    }
    look->astray = is_vrf && (!wanted || look->link.master != wanted);
}

/* The administrative state.  It stays as it is when the option goes. */

void
vkernel_host_apply_up(struct vkernel_host_look *look)
{
    bool wanted = look->config->up == VKERNEL_HOST_UP_TRUE;
    int error;

    if (look->config->up == VKERNEL_HOST_UP_UNSET
        || wanted == look->link.up) {
        return;
    }
    error = vkernel_link_set_up(look->sock, look->link.ifindex, wanted);
    if (error) {
        vkernel_host_look_fail(look, "set", "host-up",
                               wanted ? "true" : "false", error, NULL);
    } else {
        vkernel_host_look_changed(look, "host-up");
        look->link.up = wanted;
    }
}
