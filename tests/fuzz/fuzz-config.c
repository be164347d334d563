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

/* Options of an Interface and of a QoS: what is accepted can be formatted and
 * parsed again, and is then the same; what is not has a message.
 *
 * Input: a line that is "device", "queue" or the type of a QoS, and lines
 * "KEY=VALUE". */

#include <config.h>

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "smap.h"
#include "util.h"
#include "vkernel-config.h"
#include "vkernel-policer-config.h"

/* Takes lines "KEY=VALUE" into 'smap'. */
static void
take_smap(struct fuzz_input *input, struct smap *smap)
{
    smap_init(smap);
    while (input->size) {
        char *line = fuzz_take_text(input, '\n');
        char *value = strchr(line, '=');

        if (value) {
            *value++ = '\0';
            smap_replace(smap, line, value);
        }
        free(line);
    }
}

/* Checks that there is a 'message', and frees it. */
static void
check_message(char *message)
{
    ovs_assert(message && message[0]);
    free(message);
}

/* Checks the paths that 'host', of a tap named 'ifname', leads to. */
static void
check_paths(const struct vkernel_host_config *host, const char *ifname)
{
    for (size_t i = 0; i < host->n_sysctls; i++) {
        char *path = vkernel_host_config_sysctl_path(host->sysctls[i].key,
                                                     ifname);

        ovs_assert(path && !strncmp(path, "/proc/sys/net/", 14)
                   && !strstr(path, "/../"));
        free(path);
    }
    if (host->netns) {
        char *path = vkernel_host_config_netns_path(host->netns);

        ovs_assert(path[0] == '/' && !strstr(path, "/../"));
        free(path);
    }
    for (int queue = 0; queue < 10; queue++) {
        vkernel_host_config_cpus(host, queue);
    }
}

static bool
configs_equal(const struct vkernel_config *a, const struct vkernel_config *b)
{
    return (vkernel_config_equals(a, b)
            && vkernel_host_config_equals(&a->host, &b->host));
}

/* Checks 'config', which 'options' were accepted as. */
static void
check_config(const struct vkernel_config *config)
{
    struct smap formatted = SMAP_INITIALIZER(&formatted);
    struct smap again = SMAP_INITIALIZER(&again);
    struct vkernel_config parsed, clone;

    vkernel_config_format(config, &formatted);
    ovs_assert(!vkernel_config_unknown("vk0", &formatted));
    ovs_assert(!vkernel_config_parse("vk0", &formatted, &parsed));
    ovs_assert(configs_equal(config, &parsed));
    vkernel_config_format(&parsed, &again);
    ovs_assert(smap_equal(&formatted, &again));
    vkernel_config_clone(&clone, &parsed);
    vkernel_config_uninit(&parsed);
    ovs_assert(configs_equal(config, &clone));
    vkernel_config_uninit(&clone);
    smap_destroy(&again);
    smap_destroy(&formatted);
}

static void
fuzz_device(const struct smap *options)
{
    struct vkernel_config config;
    char *message = vkernel_config_parse("vk0", options, &config);

    if (message) {
        check_message(message);
    } else {
        check_paths(&config.host, config.ifname);
        check_config(&config);
        vkernel_config_uninit(&config);
    }
    free(vkernel_config_unknown("vk0", options));
}

/* Checks that 'rates', of a policer of 'type', are the same after they were
 * formatted and parsed. */
static void
check_rates(const struct vkernel_rates *rates, enum vkernel_policer_type type)
{
    struct smap formatted = SMAP_INITIALIZER(&formatted);
    struct vkernel_policer_config parsed;

    vkernel_rates_format(rates, type, &formatted);
    ovs_assert(!vkernel_policer_config_parse(
        vkernel_policer_type_to_string(type), &formatted, &parsed));
    ovs_assert(parsed.type == type);
    ovs_assert(vkernel_rates_equal(rates, &parsed.rates));
    smap_destroy(&formatted);
}

static void
fuzz_policer(const char *type, const struct smap *details)
{
    struct vkernel_policer_config config;
    char *message = vkernel_policer_config_parse(type, details, &config);

    if (message) {
        check_message(message);
    } else {
        check_rates(&config.rates, config.type);
        free(vkernel_policer_config_unknown(config.type, details));
    }
}

static void
fuzz_queue(const struct smap *details)
{
    struct vkernel_rates rates = { .cir = 0 };
    char *message = vkernel_policer_queue_parse(details, &rates);

    if (message) {
        check_message(message);
    } else {
        check_rates(&rates, VKERNEL_POLICER_TRTCM);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    char *what = fuzz_take_text(&input, '\n');
    struct smap smap;

    take_smap(&input, &smap);
    if (!strcmp(what, "device")) {
        fuzz_device(&smap);
    } else if (!strcmp(what, "queue")) {
        fuzz_queue(&smap);
    } else {
        fuzz_policer(what, &smap);
    }
    smap_destroy(&smap);
    free(what);
    return 0;
}
