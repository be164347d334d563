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

#include "vkernel-host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "timeval.h"
#include "util.h"
#include "vkernel-budget.h"
#include "vkernel-host-config.h"
#include "vkernel-host-private.h"
#include "vkernel-printable.h"
#include "vkernel-retry.h"
#include "vkernel-tap.h"

VLOG_DEFINE_THIS_MODULE(vkernel_host);

COVERAGE_DEFINE(vkernel_host_restore);

/* Milliseconds from look to look at sysctls: the kernel tells of no change. */
#define SYSCTL_INTERVAL 5000

/* Milliseconds after which the tap is looked at when something was heard of.
 * There may be more to come, and a program that takes something away, such as
 * "ip address flush", should not find it there again before it is done. */
#define EVENT_DELAY 50

/* Milliseconds until the next look at what one look did not finish. */
#define MORE_DELAY 1000

/* Somebody else can give the tap very many addresses and routes.  After a look
 * that has used so many microseconds of a CPU, those that others bring about
 * leave the thread for one part in so many, unless that would take longer than
 * so many milliseconds. */
#define MIN_COST 10000
#define CPU_SHARE 25
#define MAX_REST 60000

/* Milliseconds after which a failure is tried again if another device has
 * come, or has changed: it may be the bridge that was missing. */
#define OTHERS_DELAY 500

/* So often within so many milliseconds is done again what somebody undid.
 * Then it looks as if that would never end, and there are pauses. */
#define MAX_RESTORES 20
#define RESTORES_INTERVAL 10000

/* Milliseconds without news of the tap that end such a pause. */
#define QUIET_DELAY 2000

/* Life cycle. */

/* Forgets a sysctl that was changed. */
void
vkernel_host_forget_sysctl(struct vkernel_host *host, struct shash_node *node)
{
    vkernel_host_value_clear(node->data);
    free(node->data);
    shash_delete(&host->sysctls, node);
}

/* Forgets all that was done in the tap's namespace. */
static void
forget_netns(struct vkernel_host *host)
{
    struct shash_node *node;

    vkernel_host_addrs_clear(&host->addrs);
    vkernel_host_addrs_clear(&host->dad_failed);
    host->table = 0;
    /* An earlier process may have left some. */
    host->has_routes = true;
    host->master = host->former_master = 0;
    SHASH_FOR_EACH_SAFE (node, &host->sysctls) {
        vkernel_host_forget_sysctl(host, node);
    }
}

struct vkernel_host *
vkernel_host_create(void)
{
    struct vkernel_host *host = xzalloc(sizeof *host);

    shash_init(&host->sysctls);
    smap_init(&host->status);
    return host;
}

void
vkernel_host_destroy(struct vkernel_host *host)
{
    if (host) {
        forget_netns(host);
        vkernel_host_value_clear(&host->alias);
        vkernel_host_value_clear(&host->txqueuelen);
        shash_destroy(&host->sysctls);
        free(host->error);
        smap_destroy(&host->status);
        free(host);
    }
}

/* What came of a look. */

void
vkernel_host_look_changed(struct vkernel_host_look *look, const char *key)
{
    look->n_changes++;
    if (!strstr(ds_cstr(&look->changes), key)) {
        ds_put_format(&look->changes, "%s%s",
                      look->changes.length ? ", " : "", key);
    }
}

/* Ends what is told of the last option that failed. */
static void
end_failures(struct vkernel_host_look *look)
{
    if (look->n_more) {
        ds_put_format(&look->errors, " (and %d more of this option)",
                      look->n_more);
    }
    look->failed_key = NULL;
    look->n_more = 0;
}

void
vkernel_host_look_fail(struct vkernel_host_look *look, const char *verb,
                       const char *key, const char *value, int error,
                       const char *hint)
{
    if (look->failed_key && !strcmp(look->failed_key, key)) {
        look->n_more++;
        return;
    }
    end_failures(look);
    look->failed_key = key;
    ds_put_format(&look->errors, "%scannot %s options:%s=\"%s\" (%s)",
                  look->errors.length ? "; " : "", verb, key,
                  VKERNEL_SHOW(value), ovs_strerror(error));
    if (!hint && error == EPERM) {
        hint = "CAP_NET_ADMIN is needed";
    }
    if (hint) {
        ds_put_format(&look->errors, ": %s", hint);
    }
}

/* Looks. */

/* Returns true if 'config' asks for anything that this file does. */
static bool
asks_for_something(const struct vkernel_host_config *config)
{
    return (config->n_ips || config->n_routes || config->n_sysctls
            || ipv6_addr_is_set(&config->gw4)
            || ipv6_addr_is_set(&config->gw6)
            || config->up != VKERNEL_HOST_UP_UNSET
            || config->bridge[0] || config->vrf[0]
            || config->alias || config->txqueuelen);
}

/* Makes the tap what it shall be.  The look has a socket from here on, for
 * vkernel_tap_get_link() may make another one.  Some depends on what comes
 * before: routes on addresses, both on the state, and addresses of IPv6 on the
 * VRF and on sysctls. */
static void
apply(struct vkernel_host_look *look)
{
    int error = vkernel_tap_get_link(look->tap, &look->link);
    int ifindex;

    look->sock = vkernel_tap_get_sock(look->tap, &ifindex);
    if (!error && look->sock) {
        vkernel_host_apply_alias(look);
        vkernel_host_apply_txqueuelen(look);
        vkernel_host_apply_sysctls(look);
        vkernel_host_apply_master(look);
        vkernel_host_apply_up(look);
        vkernel_host_apply_addrs(look);
        vkernel_host_apply_routes(look);
    } else if (error != ENODEV && asks_for_something(look->config)) {
        ds_put_format(&look->errors, "cannot give the tap \"%s\" what "
                      "options ask for (%s)%s",
                      VKERNEL_SHOW(vkernel_tap_get_name(look->tap)),
                      ovs_strerror(error),
                      error == EPERM ? ": CAP_SYS_ADMIN is needed" : "");
    }
    end_failures(look);
}

/* Has something been done that nobody asked for just now?  Then somebody had
 * undone it, and if that happens too often, there is a pause. */
static void
limit_restores(struct vkernel_host *host, long long int now)
{
    if (now >= host->restores_end) {
        host->n_restores = 0;
        host->hold_delay = 0;
        host->restores_end = now + RESTORES_INTERVAL;
    }
    if (++host->n_restores > MAX_RESTORES) {
        host->hold_until = vkernel_retry_back_off(&host->hold_delay);
        host->restores_end = host->hold_until + RESTORES_INTERVAL;
        host->due_at = host->hold_until;
        host->quiet_at = now + QUIET_DELAY;
    }
}

/* Decides when to look again.  Takes over the errors of 'look', and returns
 * true if they are others than before. */
static bool
finish_errors(struct vkernel_host_look *look, long long int now)
{
    struct vkernel_host *host = look->host;
    bool changed;
    char *error;

    host->failed = look->errors.length > 0;
    if (!host->failed) {
        host->retry_at = 0;
        host->retry_delay = 0;
    } else if (now >= host->retry_at) {
        host->retry_at = vkernel_retry_back_off(&host->retry_delay);
    }
    host->sysctls_at = look->config->n_sysctls ? now + SYSCTL_INTERVAL : 0;
    if (host->hold_until) {
        ds_put_format(&look->errors, "%sanother program keeps undoing what "
                      "options ask for (%s): it is done again from time to "
                      "time", look->errors.length ? "; " : "",
                      ds_cstr(&look->changes));
    }
    error = look->errors.length ? ds_steal_cstr(&look->errors) : NULL;
    ds_destroy(&look->errors);
    changed = !nullable_string_is_equal(error, host->error);
    free(host->error);
    host->error = error;
    return changed;
}

/* Likewise for what was seen. */
static bool
finish_status(struct vkernel_host_look *look)
{
    struct vkernel_host *host = look->host;
    bool changed;

    if (host->n_all_restores) {
        smap_add_format(&look->status, "restores", "%llu",
                        host->n_all_restores);
    }
    changed = !smap_equal(&look->status, &host->status);
    smap_destroy(&host->status);
    smap_clone(&host->status, &look->status);
    smap_destroy(&look->status);
    return changed;
}

/* Looks at the tap and makes it what it shall be. */
static bool
look_at__(struct vkernel_host *host, struct vkernel_tap *tap,
        const struct vkernel_host_config *config, bool moved)
{
    long long int now = time_msec();
    struct vkernel_host_look look = {
        .host = host,
        .tap = tap,
        .config = config,
        .moved = moved,
        .is_retry = host->retry_at && now >= host->retry_at,
        .status = SMAP_INITIALIZER(&look.status),
        .changes = DS_EMPTY_INITIALIZER,
        .errors = DS_EMPTY_INITIALIZER,
    };
    bool is_new = host->requested || look.is_retry;
    bool changed;

    host->requested = false;
    host->due_at = 0;
    host->hold_until = 0;
    apply(&look);
    if (look.n_changes) {
        /* After an error it may be the first time, now that the way is
         * free. */
        bool restored = !is_new && !host->failed;

        VKERNEL_BUDGET_LOG(vkernel_tap_get_budget(tap), VLL_INFO,
                           "tap %s: %s (%s)", look.link.ifname,
                           (!asks_for_something(config)
                            ? "undid what options asked for"
                            : restored
                            ? "restored what options ask for"
                            : "set what options ask for"),
                           ds_cstr(&look.changes));
        if (restored) {
            COVERAGE_INC(vkernel_host_restore);
            host->n_all_restores++;
        }
        if (!is_new) {
            limit_restores(host, now);
        }
    }
    if (look.is_partial && !host->due_at) {
        host->due_at = now + MORE_DELAY;
    }
    changed = finish_errors(&look, now);
    ds_destroy(&look.changes);
    changed |= finish_status(&look);
    return changed;
}

/* As look_at__(), and takes note of what it costs. */
static bool
look_at(struct vkernel_host *host, struct vkernel_tap *tap,
        const struct vkernel_host_config *config, bool moved)
{
    long long int start = vkernel_budget_cpu_usec();
    bool changed = look_at__(host, tap, config, moved);
    long long int cost = vkernel_budget_cpu_usec() - start;

    host->rest_until = (cost < MIN_COST ? 0
                        : time_msec() + MIN(cost * CPU_SHARE / 1000,
                                            MAX_REST));
    return changed;
}

void
vkernel_host_request(struct vkernel_host *host)
{
    host->requested = true;
    host->retry_at = 0;
    host->retry_delay = 0;
    host->n_restores = 0;
    host->hold_delay = 0;
}

/* Returns true if it is time to look. */
static bool
is_due(struct vkernel_host *host, struct vkernel_tap *tap,
       const struct vkernel_host_config *config)
{
    long long int now = time_msec();

    if (host->requested) {
        return true;
    } else if (now < host->hold_until) {
        return now >= host->quiet_at;
    } else if (now < host->rest_until) {
        return false;
    } else if ((host->due_at && now >= host->due_at)
               || (host->retry_at && now >= host->retry_at)) {
        return true;
    } else if (host->sysctls_at && now >= host->sysctls_at) {
        host->sysctls_at = now + SYSCTL_INTERVAL;
        return !vkernel_host_sysctls_are_right(host, tap, config);
    }
    return false;
}

bool
vkernel_host_run(struct vkernel_host *host, struct vkernel_tap *tap,
                 const struct vkernel_host_config *config)
{
    unsigned int news = vkernel_tap_take_news(tap);
    unsigned int netns_seq = vkernel_tap_get_netns_seq(tap);
    bool moved = netns_seq != host->netns_seq;
    bool changed;

    if (moved) {
        forget_netns(host);
        host->netns_seq = netns_seq;
        vkernel_host_request(host);
    }
    if (news & VKERNEL_TAP_NEWS_TAP) {
        host->quiet_at = time_msec() + QUIET_DELAY;
        if (!host->due_at) {
            host->due_at = time_msec() + EVENT_DELAY;
        }
    }
    if (news & VKERNEL_TAP_NEWS_OTHERS && host->retry_at) {
        host->retry_at = MIN(host->retry_at, time_msec() + OTHERS_DELAY);
    }
    changed = is_due(host, tap, config) && look_at(host, tap, config, moved);
    vkernel_tap_listen(tap, host->retry_at != 0,
                       (host->has_routes || config->n_routes
                        || ipv6_addr_is_set(&config->gw4)
                        || ipv6_addr_is_set(&config->gw6)));
    return changed;
}

void
vkernel_host_wait(const struct vkernel_host *host)
{
    if (host->requested) {
        poll_immediate_wake();
    } else if (time_msec() < host->hold_until) {
        poll_timer_wait_until(MIN(host->hold_until, host->quiet_at));
    } else {
        long long int at[] = { host->due_at, host->retry_at,
                               host->sysctls_at };

        for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
            if (at[i]) {
                poll_timer_wait_until(MAX(at[i], host->rest_until));
            }
        }
    }
}

void
vkernel_host_undo(struct vkernel_host *host, struct vkernel_tap *tap)
{
    static const struct vkernel_host_config nothing;

    vkernel_host_request(host);
    vkernel_host_run(host, tap, &nothing);
    vkernel_host_request(host);
}

const char *
vkernel_host_get_error(const struct vkernel_host *host)
{
    return host->error;
}

void
vkernel_host_format_status(const struct vkernel_host *host,
                           struct smap *status)
{
    const struct smap_node *node;

    SMAP_FOR_EACH (node, &host->status) {
        smap_add(status, node->key, node->value);
    }
}
