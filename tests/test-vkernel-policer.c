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

/* Tests of policers, with a clock of our own. */

#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <rte_cycles.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "dp-packet.h"
#include "netdev.h"
#include "openvswitch/dynamic-string.h"
#include "ovs-atomic.h"
#include "ovs-thread.h"
#include "packets.h"
#include "smap.h"
#include "util.h"
#include "vkernel-policer.h"
#include "vkernel-testdpdk.h"
#include "vkernel-testlib.h"

/* What DPDK may take. */
#define MEMORY_MB 16

/* Any time that is not 0. */
#define START 1000000

/* Adds "KEY=VALUE,..." to 'details'. */
static void
parse_details(const char *s, struct smap *details)
{
    char *copy = xstrdup(s);
    char *save = NULL;

    for (char *word = strtok_r(copy, ",", &save); word;
         word = strtok_r(NULL, ",", &save)) {
        char *value = strchr(word, '=');

        ovs_assert(value);
        *value++ = '\0';
        smap_replace(details, word, value);
    }
    free(copy);
}

static void
print_details(const struct smap *details)
{
    const struct smap_node **nodes = smap_sort(details);

    for (size_t i = 0; i < smap_count(details); i++) {
        printf("%s%s=%s", i ? " " : "", nodes[i]->key, nodes[i]->value);
    }
    printf("\n");
    free(nodes);
}

/* parse TYPE DETAILS...: prints for each of DETAILS what a QoS of TYPE makes
 * of it, and what is ignored, or the message.  If TYPE is "queue", of a
 * queue. */
static void
test_parse(struct ovs_cmdl_context *ctx)
{
    const char *type = ctx->argv[1];
    bool is_queue = !strcmp(type, "queue");
    size_t n_blocks = testlib_count_blocks();

    for (int i = 2; i < ctx->argc; i++) {
        struct vkernel_policer_config config;
        struct smap details, out;
        char *message;

        smap_init(&details);
        smap_init(&out);
        parse_details(ctx->argv[i], &details);
        message = (is_queue
                   ? vkernel_policer_queue_parse(&details, &config.rates)
                   : vkernel_policer_config_parse(type, &details, &config));
        if (message) {
            testlib_print(message, NULL);
        } else {
            if (is_queue) {
                config.type = VKERNEL_POLICER_TRTCM;
            }
            vkernel_rates_format(&config.rates, config.type, &out);
            print_details(&out);
            message = vkernel_policer_config_unknown(config.type, &details);
            if (message) {
                testlib_print(message, NULL);
            }
        }
        smap_destroy(&details);
        smap_destroy(&out);
    }
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* ingress KBITS_RATE KBITS_BURST KPKTS_RATE KPKTS_BURST: prints what these
 * columns ask for. */
static void
test_ingress(struct ovs_cmdl_context *ctx)
{
    struct vkernel_policer_config config;
    uint32_t columns[4];

    for (int i = 0; i < 4; i++) {
        columns[i] = strtoul(ctx->argv[i + 1], NULL, 10);
    }
    if (vkernel_policer_config_ingress(&config, columns[0], columns[1],
                                       columns[2], columns[3])) {
        printf("%"PRIu64" %"PRIu64" %"PRIu64" %"PRIu64"\n",
               config.rates.cir, config.rates.cbs, config.packet_rate,
               config.packet_burst);
    } else {
        printf("no limit\n");
    }
}

/* A policer and what it is told of time. */
struct env {
    struct vkernel_policer_config config;
    uint32_t min_burst;
    struct vkernel_policer *policer;
    uint64_t now;
};

/* Fills 'env->config' with 'details' for a policer of 'type'.  If that is
 * "ingress", the keys are the four columns' last words. */
static void
env_configure(struct env *env, const char *type, const char *details_)
{
    struct smap details = SMAP_INITIALIZER(&details);

    parse_details(details_, &details);
    if (!strcmp(type, "ingress")) {
        vkernel_policer_config_ingress(
            &env->config, smap_get_int(&details, "rate", 0),
            smap_get_int(&details, "burst", 0),
            smap_get_int(&details, "kpkts_rate", 0),
            smap_get_int(&details, "kpkts_burst", 0));
    } else {
        ovs_assert(!vkernel_policer_config_parse(type, &details,
                                                 &env->config));
    }
    smap_destroy(&details);
}

/* Has 'env->policer' look at 'n' packets of 'length' bytes behind the Ethernet
 * header for 'queue'.  Returns how many pass. */
static size_t
env_run(struct env *env, unsigned int queue, size_t n, size_t length)
{
    struct dp_packet **packets = xcalloc(n, sizeof *packets);
    size_t n_passed;

    for (size_t i = 0; i < n; i++) {
        packets[i] = dp_packet_new(0);
        dp_packet_set_size(packets[i], ETH_HEADER_LEN + length);
        pkt_metadata_init(&packets[i]->md, 1);
        packets[i]->md.skb_priority = queue;
    }
    n_passed = vkernel_policer_run(env->policer, packets, n, env->now);
    for (size_t i = 0; i < n; i++) {
        dp_packet_delete(packets[i]);
    }
    free(packets);
    return n_passed;
}

static void
env_set_queue(struct env *env, unsigned int id, const char *details_)
{
    struct smap details = SMAP_INITIALIZER(&details);
    struct vkernel_rates rates;

    parse_details(details_, &details);
    ovs_assert(!vkernel_policer_queue_parse(&details, &rates));
    ovs_assert(!vkernel_policer_set_queue(env->policer, id, &rates,
                                          env->now));
    smap_destroy(&details);
}

static void
env_print_stats(struct env *env, unsigned int id)
{
    struct netdev_queue_stats stats;

    if (vkernel_policer_get_queue_stats(env->policer, id, &stats)) {
        printf(" %"PRIu64"/%"PRIu64"/%"PRIu64, stats.tx_packets,
               stats.tx_bytes, stats.tx_errors);
    } else {
        printf(" none");
    }
}

/* Prints what is in force. */
static void
env_print(struct env *env)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    vkernel_policer_format(env->policer, &s);
    printf(" [%s]", ds_cstr(&s));
    ds_destroy(&s);
}

/* Prints the queues. */
static void
env_print_queues(struct env *env)
{
    size_t n;
    uint32_t *ids = vkernel_policer_get_queues(env->policer, &n);

    printf(" {");
    for (size_t i = 0; i < n; i++) {
        const struct vkernel_rates *rates
            = vkernel_policer_get_queue(env->policer, ids[i]);

        printf("%s%"PRIu32"=%"PRIu64, i ? " " : "", ids[i], rates->cir);
    }
    printf("}");
    free(ids);
}

static void
env_do(struct env *env, const char *type, const char *word)
{
    unsigned int queue = 0, n, length;
    int ms, offset = 0;

    if (ovs_scan(word, "%u:%n", &queue, &offset)
        && ovs_scan(word + offset, "%ux%u", &n, &length)) {
        printf(" %"PRIuSIZE, env_run(env, queue, n, length));
    } else if (ovs_scan(word, "%ux%u", &n, &length)) {
        printf(" %"PRIuSIZE, env_run(env, 0, n, length));
    } else if (ovs_scan(word, "ms%d", &ms)) {
        env->now += (int64_t) rte_get_tsc_hz() * ms / 1000;
    } else if (ovs_scan(word, "queue%u:%n", &queue, &offset) && offset) {
        env_set_queue(env, queue, word + offset);
    } else if (ovs_scan(word, "delete%u", &queue)) {
        vkernel_policer_delete_queue(env->policer, queue);
    } else if (ovs_scan(word, "stats%u", &queue)) {
        env_print_stats(env, queue);
    } else if (ovs_scan(word, "min%u", &env->min_burst)) {
        ovs_assert(!vkernel_policer_set(env->policer, &env->config,
                                        env->min_burst, env->now));
    } else if (!strcmp(word, "show")) {
        env_print(env);
    } else if (!strcmp(word, "queues")) {
        env_print_queues(env);
    } else {
        env_configure(env, type, word);
        ovs_assert(!vkernel_policer_set(env->policer, &env->config,
                                        env->min_burst, env->now));
    }
}

/* run TYPE DETAILS WORD...: makes a policer, and prints what comes of each
 * WORD:
 *
 *   [QUEUE:]NxLENGTH  how many of N packets of LENGTH bytes pass
 *   msN               N milliseconds pass (fewer than 0: time goes back)
 *   DETAILS           configures the policer anew
 *   minN              the longest packet has N bytes
 *   queueN:DETAILS    configures a queue
 *   deleteN           removes a queue
 *   statsN            a queue's packets/bytes/errors
 *   queues, show      what there is */
static void
test_run(struct ovs_cmdl_context *ctx)
{
    const char *type = ctx->argv[1];
    struct env env = { .now = START };
    size_t n_blocks;

    testdpdk_init(MEMORY_MB);
    n_blocks = testlib_count_blocks();
    env_configure(&env, type, ctx->argv[2]);
    ovs_assert(!vkernel_policer_create(&env.config, env.min_burst, env.now,
                                       &env.policer));
    for (int i = 3; i < ctx->argc; i++) {
        env_do(&env, type, ctx->argv[i]);
    }
    printf("\n");
    vkernel_policer_destroy(env.policer);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* order: what passes is first, in its order, and all else behind. */
static void
test_order(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    enum { N = NETDEV_MAX_BURST };
    struct dp_packet *packets[N], *before[N];
    struct env env = { .now = START };

    testdpdk_init(MEMORY_MB);
    env_configure(&env, "egress-policer", "cir=1,cbs=3200");
    for (int i = 0; i < N; i++) {
        packets[i] = dp_packet_new(0);
    }
    for (uint32_t large = 0; large < 1000; large++) {
        uint32_t pattern = large * 2654435761u;
        size_t n_passed = 0, n_last = 0;

        ovs_assert(!vkernel_policer_create(&env.config, 0, env.now,
                                           &env.policer));
        memcpy(before, packets, sizeof before);
        for (int i = 0; i < N; i++) {
            bool is_large = pattern & (1u << i);

            dp_packet_set_size(packets[i], (ETH_HEADER_LEN
                                            + (is_large ? 9999 : 100)));
        }
        n_passed = vkernel_policer_run(env.policer, packets, N, env.now);
        for (int i = 0; i < N; i++) {
            bool is_large = dp_packet_size(packets[i]) > 1000;
            size_t j = 0;

            ovs_assert(is_large == (i >= n_passed));
            while (before[j] != packets[i]) {
                j++;
                ovs_assert(j < N);
            }
            ovs_assert(!i || is_large || j > n_last);
            n_last = j;
            before[j] = NULL;
        }
        vkernel_policer_destroy(env.policer);
    }
    for (int i = 0; i < N; i++) {
        dp_packet_delete(packets[i]);
    }
}

/* Threads that share a policer, and read one clock, but not under its lock. */
#define N_THREADS 4
#define N_BATCHES 20000
#define BATCH 8

static struct env threads_env;
static atomic_uint64_t threads_clock;
static atomic_uint64_t threads_passed;

static void *
run_thread(void *step_)
{
    struct dp_packet *packets[BATCH];
    uint64_t *step = step_;
    uint64_t n_passed = 0;
    uint64_t orig;

    for (int i = 0; i < BATCH; i++) {
        packets[i] = dp_packet_new(0);
        dp_packet_set_size(packets[i], ETH_HEADER_LEN + 1000);
        pkt_metadata_init(&packets[i]->md, 1);
    }
    for (int i = 0; i < N_BATCHES; i++) {
        uint64_t now;

        atomic_add(&threads_clock, *step, &now);
        if (i % 16 == 0) {
            sched_yield();
        }
        n_passed += vkernel_policer_run(threads_env.policer, packets, BATCH,
                                        now);
    }
    for (int i = 0; i < BATCH; i++) {
        dp_packet_delete(packets[i]);
    }
    atomic_add(&threads_passed, n_passed, &orig);
    return NULL;
}

/* threads: what several threads let pass together is the rate. */
static void
test_threads(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    pthread_t threads[N_THREADS];
    uint64_t hz, step, n, expected;

    testdpdk_init(MEMORY_MB);
    hz = rte_get_tsc_hz();
    /* A tenth of a millisecond: 8 s all in all, in which 8000 packets pass and
     * the 10 that the bucket holds. */
    step = hz / 10000;
    env_configure(&threads_env, "egress-policer", "cir=1000000,cbs=10000");
    ovs_assert(!vkernel_policer_create(&threads_env.config, 0, START,
                                       &threads_env.policer));
    atomic_init(&threads_clock, START);
    atomic_init(&threads_passed, 0);
    for (int i = 0; i < N_THREADS; i++) {
        threads[i] = ovs_thread_create("policer", run_thread, &step);
    }
    for (int i = 0; i < N_THREADS; i++) {
        xpthread_join(threads[i], NULL);
    }
    atomic_read(&threads_passed, &n);
    expected = 1000 * (N_THREADS * N_BATCHES / 10000) + 10;
    if (n > expected + 1 || n < expected * 99 / 100) {
        ovs_fatal(0, "%"PRIu64" packets passed, not %"PRIu64, n, expected);
    }
    vkernel_policer_destroy(threads_env.policer);
}

static const struct ovs_cmdl_command commands[] = {
    { "parse", "TYPE DETAILS...", 2, INT_MAX, test_parse, OVS_RO },
    { "ingress", "RATE BURST KPKTS_RATE KPKTS_BURST", 4, 4, test_ingress,
      OVS_RO },
    { "run", "TYPE DETAILS WORD...", 2, INT_MAX, test_run, OVS_RO },
    { "order", NULL, 0, 0, test_order, OVS_RO },
    { "threads", NULL, 0, 0, test_threads, OVS_RO },
    { NULL, NULL, 0, 0, NULL, OVS_RO },
};

int
main(int argc, char *argv[])
{
    testlib_main(argc, argv, commands);
    return 0;
}
