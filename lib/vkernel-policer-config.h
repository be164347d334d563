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

#ifndef VKERNEL_POLICER_CONFIG_H
#define VKERNEL_POLICER_CONFIG_H 1

/* What the database asks of a policer: the ingress_policing columns of an
 * Interface, and other_config of a QoS and of its Queues.
 *
 * Pure: no I/O, no state, no lock.  netdev-dpdkvkernel-qos.c calls it from the
 * main thread. */

#include <stdbool.h>
#include <stdint.h>

struct smap;

enum vkernel_policer_type {
    VKERNEL_POLICER_INGRESS,
    VKERNEL_POLICER_EGRESS,
    VKERNEL_POLICER_TRTCM
};

/* Rates and sizes of buckets, in bytes a second and in bytes.  A rate of 0
 * means that there is no such bucket. */
struct vkernel_rates {
    uint64_t cir, cbs;          /* Committed. */
    uint64_t eir, ebs;          /* In excess of that; trtcm-policer only. */
};

struct vkernel_policer_config {
    enum vkernel_policer_type type;
    struct vkernel_rates rates;

    /* Ingress only: packets a second, 0 for no limit, and in a bucket. */
    uint64_t packet_rate;
    uint64_t packet_burst;
};

/* The largest value of any of these that a user may ask for. */
#define VKERNEL_POLICER_MAX 100000000000ULL

/* Fills '*config' with what the ingress_policing columns say, in kilobits,
 * thousands of packets, and such a second.  Returns false if they ask for no
 * limit. */
bool vkernel_policer_config_ingress(struct vkernel_policer_config *config,
                                    uint32_t kbits_rate, uint32_t kbits_burst,
                                    uint32_t kpkts_rate, uint32_t kpkts_burst);

/* Parses a QoS of 'type' with 'details' into '*config'.  Returns NULL if
 * successful, otherwise a message for the user, without the port's name, which
 * the caller must free(). */
char *vkernel_policer_config_parse(const char *type,
                                   const struct smap *details,
                                   struct vkernel_policer_config *config);

/* Parses 'details' of a queue of a trtcm-policer.  Returns likewise. */
char *vkernel_policer_queue_parse(const struct smap *details,
                                  struct vkernel_rates *rates);

/* Returns NULL if every key of 'details', of a policer of 'type' or of a queue
 * of it, is known, otherwise a message likewise, which names the others. */
char *vkernel_policer_config_unknown(enum vkernel_policer_type,
                                     const struct smap *details);

/* Returns the name of 'type' in the database. */
const char *vkernel_policer_type_to_string(enum vkernel_policer_type type);

bool vkernel_rates_equal(const struct vkernel_rates *,
                         const struct vkernel_rates *);

/* Adds to 'details' what was parsed into 'rates' for a policer of 'type'. */
void vkernel_rates_format(const struct vkernel_rates *rates,
                          enum vkernel_policer_type type,
                          struct smap *details);

#endif /* vkernel-policer-config.h */
