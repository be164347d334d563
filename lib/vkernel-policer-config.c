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

#include "vkernel-policer-config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "smap.h"
#include "util.h"
#include "vkernel-printable.h"

const char *
vkernel_policer_type_to_string(enum vkernel_policer_type type)
{
    switch (type) {
    case VKERNEL_POLICER_INGRESS: return "ingress";
    case VKERNEL_POLICER_EGRESS: return "egress-policer";
    case VKERNEL_POLICER_TRTCM: return "trtcm-policer";
    default: OVS_NOT_REACHED();
    }
}

bool
vkernel_policer_config_ingress(struct vkernel_policer_config *config,
                               uint32_t kbits_rate, uint32_t kbits_burst,
                               uint32_t kpkts_rate, uint32_t kpkts_burst)
{
    memset(config, 0, sizeof *config);
    config->type = VKERNEL_POLICER_INGRESS;
    if (kbits_rate) {
        config->rates.cir = kbits_rate * UINT64_C(1000) / 8;
        config->rates.cbs = (kbits_burst ? kbits_burst : 8000)
                            * UINT64_C(1000) / 8;
    }
    if (kpkts_rate) {
        config->packet_rate = kpkts_rate * UINT64_C(1000);
        config->packet_burst = (kpkts_burst ? kpkts_burst : 16)
                               * UINT64_C(1000);
    }
    return kbits_rate || kpkts_rate;
}

/* Parses 'key', a number of 'units' that is 0 if it is not there. */
static char *
parse_number(const struct smap *details, const char *key, const char *units,
             uint64_t *numberp)
{
    const char *value = smap_get_def(details, key, "0");
    unsigned long long int number;

    if (value[strspn(value, "0123456789")]
        || !str_to_ullong(value, 10, &number)
        || number > VKERNEL_POLICER_MAX) {
        return xasprintf("%s=\"%s\" is not valid: an integer from 0 to "
                         "%llu, in %s, is accepted", key, VKERNEL_SHOW(value),
                         VKERNEL_POLICER_MAX, units);
    }
    *numberp = number;
    return NULL;
}

/* Parses a rate and the size of its bucket. */
static char *
parse_bucket(const struct smap *details, const char *rate_key,
             const char *burst_key, uint64_t *ratep, uint64_t *burstp)
{
    char *message;

    message = parse_number(details, rate_key, "bytes a second", ratep);
    if (!message) {
        message = parse_number(details, burst_key, "bytes", burstp);
    }
    if (!message && *ratep && !*burstp) {
        message = xasprintf("%s=\"%"PRIu64"\" needs %s: an integer from 1 to "
                            "%llu, in bytes, is accepted", rate_key, *ratep,
                            burst_key, VKERNEL_POLICER_MAX);
    }
    return message;
}

char *
vkernel_policer_queue_parse(const struct smap *details,
                            struct vkernel_rates *rates)
{
    char *message;

    message = parse_bucket(details, "cir", "cbs", &rates->cir, &rates->cbs);
    if (!message) {
        message = parse_bucket(details, "eir", "ebs", &rates->eir,
                               &rates->ebs);
    }
    if (!message && !rates->cir && !rates->eir) {
        message = xasprintf("neither cir nor eir is set: an integer from 1 to "
                            "%llu, in bytes a second, is accepted",
                            VKERNEL_POLICER_MAX);
    }
    return message;
}

char *
vkernel_policer_config_parse(const char *type, const struct smap *details,
                             struct vkernel_policer_config *config)
{
    struct vkernel_rates *rates = &config->rates;
    char *message;

    memset(config, 0, sizeof *config);
    if (!strcmp(type, "trtcm-policer")) {
        config->type = VKERNEL_POLICER_TRTCM;
        return vkernel_policer_queue_parse(details, rates);
    } else if (strcmp(type, "egress-policer")) {
        return xasprintf("type \"%s\" is not valid: egress-policer or "
                         "trtcm-policer is accepted", VKERNEL_SHOW(type));
    }
    config->type = VKERNEL_POLICER_EGRESS;
    message = parse_bucket(details, "cir", "cbs", &rates->cir, &rates->cbs);
    if (!message && !rates->cir) {
        message = xasprintf("cir is not set: an integer from 1 to %llu, in "
                            "bytes a second, is accepted",
                            VKERNEL_POLICER_MAX);
    }
    return message;
}

static bool
is_known_key(enum vkernel_policer_type type, const char *key)
{
    return (!strcmp(key, "cir") || !strcmp(key, "cbs")
            || (type == VKERNEL_POLICER_TRTCM
                && (!strcmp(key, "eir") || !strcmp(key, "ebs"))));
}

char *
vkernel_policer_config_unknown(enum vkernel_policer_type type,
                               const struct smap *details)
{
    const struct smap_node **nodes = smap_sort(details);
    struct ds text = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < smap_count(details); i++) {
        if (!is_known_key(type, nodes[i]->key)) {
            ds_put_format(&text, "%s%s=\"%s\" is ignored: %s has no such key",
                          text.length ? "; " : "", VKERNEL_SHOW(nodes[i]->key),
                          VKERNEL_SHOW(nodes[i]->value),
                          vkernel_policer_type_to_string(type));
        }
    }
    free(nodes);
    return text.length ? ds_steal_cstr(&text) : NULL;
}

bool
vkernel_rates_equal(const struct vkernel_rates *a,
                    const struct vkernel_rates *b)
{
    return (a->cir == b->cir && a->cbs == b->cbs
            && a->eir == b->eir && a->ebs == b->ebs);
}

void
vkernel_rates_format(const struct vkernel_rates *rates,
                     enum vkernel_policer_type type, struct smap *details)
{
    smap_add_format(details, "cir", "%"PRIu64, rates->cir);
    smap_add_format(details, "cbs", "%"PRIu64, rates->cbs);
    if (type == VKERNEL_POLICER_TRTCM) {
        smap_add_format(details, "eir", "%"PRIu64, rates->eir);
        smap_add_format(details, "ebs", "%"PRIu64, rates->ebs);
    }
}
