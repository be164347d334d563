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

/* Tests of what computes and does no more: options, prefixes, errors and
 * statistics. */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command-line.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "ovsdb-data.h"
#include "ovsdb-types.h"
#include "smap.h"
#include "util.h"
#include "vkernel-buffers.h"
#include "vkernel-budget.h"
#include "vkernel-compat.h"
#include "vkernel-config.h"
#include "vkernel-error.h"
#include "vkernel-hugepages.h"
#include "vkernel-module.h"
#include "vkernel-prefix.h"
#include "vkernel-printable.h"
#include "vkernel-printable-data.h"
#include "vkernel-retry.h"
#include "vkernel-stall.h"
#include "vkernel-stats.h"
#include "vkernel-testlib.h"
#include "vkernel-version.h"

/* Options. */

/* Fills 'smap' from arguments "KEY=VALUE". */
static void
parse_smap(char *argv[], struct smap *smap)
{
    smap_init(smap);
    for (; *argv; argv++) {
        char *key = xstrdup(*argv);
        char *value = strchr(key, '=');

        ovs_assert(value);
        *value++ = '\0';
        smap_add(smap, key, value);
        free(key);
    }
}

static void
print_smap(const struct smap *smap)
{
    const struct smap_node **nodes = smap_sort(smap);

    for (size_t i = 0; i < smap_count(smap); i++) {
        printf("%s%s=%s", i ? " " : "", nodes[i]->key, nodes[i]->value);
    }
    putchar('\n');
    free(nodes);
}

/* Checks that what failed has left 'config' empty. */
static void
assert_config_is_empty(const struct vkernel_config *config)
{
    struct vkernel_config empty;

    memset(&empty, 0, sizeof empty);
    ovs_assert(!memcmp(config, &empty, sizeof empty));
}

/* Parses options of the Interface 'argv[0]', the rest of 'argv', and prints
 * those that 'format' formats, or the message. */
static void
print_config(char *argv[], void (*format)(const struct vkernel_config *,
                                          struct smap *formatted))
{
    size_t n_blocks = testlib_count_blocks();
    struct vkernel_config config;
    struct smap options;
    char *message;

    memset(&config, 0xa5, sizeof config);
    parse_smap(argv + 1, &options);
    message = vkernel_config_parse(argv[0], &options, &config);
    if (message) {
        testlib_print(message, NULL);
        assert_config_is_empty(&config);
    } else {
        struct smap formatted = SMAP_INITIALIZER(&formatted);

        format(&config, &formatted);
        print_smap(&formatted);
        smap_destroy(&formatted);
    }
    vkernel_config_uninit(&config);
    assert_config_is_empty(&config);
    smap_destroy(&options);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* config NAME [KEY=VALUE]...: parses options of the Interface NAME and prints
 * them formatted, or the message. */
static void
test_config(struct ovs_cmdl_context *ctx)
{
    print_config(ctx->argv + 1, vkernel_config_format);
}

/* config-unknown NAME [KEY=VALUE]... */
static void
test_config_unknown(struct ovs_cmdl_context *ctx)
{
    size_t n_blocks = testlib_count_blocks();
    struct smap options;

    parse_smap(ctx->argv + 2, &options);
    testlib_print(vkernel_config_unknown(ctx->argv[1], &options),
                  "all known");
    smap_destroy(&options);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

static void
parse_config(const char *option, struct vkernel_config *config)
{
    char *argv[] = { CONST_CAST(char *, option), NULL };
    struct smap options;

    parse_smap(argv, &options);
    ovs_assert(!vkernel_config_parse("vk0", &options, config));
    smap_destroy(&options);
}

/* config-copies: cloning, comparing, and parsing what was formatted. */
static void
test_config_copies(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const char *const options[] = {
        "n_rxq=1", "ifname=vk1", "n_rxq=2", "n_rxq_desc=512",
        "vhost-path=/dev/other", "tso=off", "gso-max-size=4096",
    };
    size_t n_blocks = testlib_count_blocks();

    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        struct smap formatted = SMAP_INITIALIZER(&formatted);
        struct vkernel_config config, clone, parsed;

        parse_config(options[i], &config);
        vkernel_config_clone(&clone, &config);
        ovs_assert(clone.vhost_path != config.vhost_path);
        ovs_assert(vkernel_config_equals(&config, &clone));

        vkernel_config_format(&config, &formatted);
        ovs_assert(!vkernel_config_parse("vk0", &formatted, &parsed));
        ovs_assert(!vkernel_config_unknown("vk0", &formatted));
        ovs_assert(vkernel_config_equals(&config, &parsed));
        smap_destroy(&formatted);
        vkernel_config_uninit(&config);
        vkernel_config_uninit(&parsed);

        for (size_t j = 0; j < ARRAY_SIZE(options); j++) {
            parse_config(options[j], &config);
            ovs_assert(vkernel_config_equals(&config, &clone) == (i == j));
            ovs_assert(vkernel_config_equals(&clone, &config) == (i == j));
            vkernel_config_uninit(&config);
        }
        vkernel_config_uninit(&clone);
    }

    /* Nor may two empty ones be a problem, as they have no path. */
    struct vkernel_config a, b;

    memset(&a, 0, sizeof a);
    vkernel_config_clone(&b, &a);
    ovs_assert(vkernel_config_equals(&a, &b));
    parse_config(options[0], &b);
    ovs_assert(!vkernel_config_equals(&a, &b));
    vkernel_config_uninit(&b);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* Options of the kernel's side. */

static void
format_host_config(const struct vkernel_config *config, struct smap *formatted)
{
    vkernel_host_config_format(&config->host, formatted);
}

/* host-config NAME [KEY=VALUE]...: parses options of the Interface NAME and
 * prints those of the kernel's side formatted, or the message. */
static void
test_host_config(struct ovs_cmdl_context *ctx)
{
    print_config(ctx->argv + 1, format_host_config);
}

/* host-config-copies: cloning, comparing, and parsing what was formatted. */
static void
test_host_config_copies(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const char *const options[] = {
        "ifname=vk0",
        "host-netns=blue", "host-netns=/run/red", "host-netns=pid:1",
        "host-ip=192.0.2.1/24", "host-ip=192.0.2.1/25",
        "host-ip=192.0.2.1/24,2001:db8::1/64",
        "host-ip=2001:db8::1/64,192.0.2.1/24",
        "host-gw4=192.0.2.254", "host-gw4=192.0.2.253",
        "host-gw6=fe80::1", "host-gw6=fe80::2",
        "host-routes=10.0.0.0/8 via 192.0.2.254",
        "host-routes=10.0.0.0/9 via 192.0.2.254",
        "host-routes=10.0.0.0/8 via 192.0.2.253",
        "host-routes=2001:db8:1::/48 via fe80::1",
        "host-up=true", "host-up=false",
        "host-bridge=m0", "host-vrf=m0",
        "host-alias=uplink", "host-alias=downlink",
        "host-txqueuelen=100", "host-txqueuelen=1000",
        "host-sysctl=net.ipv4.conf.IF.rp_filter=0",
        "host-sysctl=net.ipv4.conf.IF.rp_filter=2",
        "host-sysctl=net.ipv6.conf.IF.accept_ra=0",
        ("host-sysctl=net.ipv4.conf.IF.rp_filter=0,"
         "net.ipv6.conf.IF.accept_ra=0"),
        "persist=true", "carrier-from=dpdk0", "carrier-from=dpdk1",
        "vhost-affinity=0:1", "vhost-affinity=0:2", "vhost-affinity=0:1,0:2",
        "vhost-busyloop-us=50",
    };
    size_t n_blocks = testlib_count_blocks();

    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        struct smap formatted = SMAP_INITIALIZER(&formatted);
        struct vkernel_config config, clone, parsed;

        parse_config(options[i], &config);
        vkernel_config_clone(&clone, &config);
        ovs_assert(vkernel_config_equals(&config, &clone));
        ovs_assert(vkernel_host_config_equals(&config.host, &clone.host));

        vkernel_config_format(&config, &formatted);
        ovs_assert(!vkernel_config_parse("vk0", &formatted, &parsed));
        ovs_assert(!vkernel_config_unknown("vk0", &formatted));
        ovs_assert(vkernel_host_config_equals(&config.host, &parsed.host));
        smap_destroy(&formatted);
        vkernel_config_uninit(&config);
        vkernel_config_uninit(&parsed);

        /* The clone is on its own now.  None of this needs another
         * device. */
        for (size_t j = 0; j < ARRAY_SIZE(options); j++) {
            parse_config(options[j], &config);
            ovs_assert(vkernel_host_config_equals(&config.host, &clone.host)
                       == (i == j));
            ovs_assert(vkernel_host_config_equals(&clone.host, &config.host)
                       == (i == j));
            ovs_assert(vkernel_config_equals(&config, &clone));
            vkernel_config_uninit(&config);
        }
        vkernel_config_uninit(&clone);
    }
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* host-netns-path NETNS...: the paths of what options:host-netns is. */
static void
test_host_netns_path(struct ovs_cmdl_context *ctx)
{
    for (int i = 1; i < ctx->argc; i++) {
        testlib_print(vkernel_host_config_netns_path(ctx->argv[i]), NULL);
    }
}

/* host-sysctl-path KEY IFNAME... */
static void
test_host_sysctl_path(struct ovs_cmdl_context *ctx)
{
    for (int i = 2; i < ctx->argc; i++) {
        testlib_print(vkernel_host_config_sysctl_path(ctx->argv[1],
                                                      ctx->argv[i]), "none");
    }
}

/* host-cpus N_QUEUES AFFINITY: the CPUs of each queue, and of the one above
 * and the one below. */
static void
test_host_cpus(struct ovs_cmdl_context *ctx)
{
    int n_queues = atoi(ctx->argv[1]);
    struct vkernel_config config;
    struct smap options;

    smap_init(&options);
    smap_add(&options, "n_rxq", ctx->argv[1]);
    smap_add(&options, "vhost-affinity", ctx->argv[2]);
    ovs_assert(!vkernel_config_parse("vk0", &options, &config));
    smap_destroy(&options);
    for (int i = -1; i <= n_queues; i++) {
        const struct vkernel_cpus *cpus
            = vkernel_host_config_cpus(&config.host, i);

        printf("%d:", i);
        if (cpus) {
            int cpu;

            BITMAP_FOR_EACH_1 (cpu, VKERNEL_MAX_CPUS, cpus->bits) {
                printf(" %d", cpu);
            }
        } else {
            printf(" default");
        }
        putchar('\n');
    }
    vkernel_config_uninit(&config);
}

/* config-mtu NAME MTU... */
static void
test_config_mtu(struct ovs_cmdl_context *ctx)
{
    for (int i = 2; i < ctx->argc; i++) {
        testlib_print(vkernel_config_check_mtu(ctx->argv[1],
                                               atoi(ctx->argv[i])), "valid");
    }
}

/* max-queues: prints how many queue pairs the driver accepts. */
static void
test_max_queues(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    printf("%d\n", VKERNEL_MAX_QUEUES);
}

/* frame-size MTU... */
static void
test_frame_size(struct ovs_cmdl_context *ctx)
{
    for (int i = 1; i < ctx->argc; i++) {
        printf("%"PRIuSIZE"\n",
               vkernel_buffers_max_frame_size(atoi(ctx->argv[i])));
    }
}

/* Prefixes. */

/* prefix TEXT...: parses each TEXT and prints it formatted, its family, its
 * network, and why no host could have it, or what is wrong with it. */
static void
test_prefix(struct ovs_cmdl_context *ctx)
{
    size_t n_blocks = testlib_count_blocks();

    for (int i = 1; i < ctx->argc; i++) {
        struct ds s = DS_EMPTY_INITIALIZER;
        struct vkernel_prefix prefix, again;
        const char *why;
        char *message;

        message = vkernel_prefix_parse(ctx->argv[i], &prefix);
        if (message) {
            testlib_print(message, NULL);
            continue;
        }
        vkernel_prefix_format(&prefix, &s);
        ovs_assert(!vkernel_prefix_parse(ds_cstr(&s), &again));
        ovs_assert(vkernel_prefix_equals(&prefix, &again));
        why = vkernel_prefix_why_no_host(&prefix);
        ds_put_format(&s, " ipv4=%d network=",
                      vkernel_addr_is_ipv4(&prefix.addr));
        prefix.addr = vkernel_prefix_network(&prefix);
        vkernel_prefix_format(&prefix, &s);
        printf("%s%s%s\n", ds_cstr(&s), why ? ", " : "", why ? why : "");
        ds_destroy(&s);
    }
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* prefix-equals: address and length matter. */
static void
test_prefix_equals(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const char *const texts[] = {
        "10.1.2.3/24", "10.1.2.4/24", "10.1.2.3/25", "0.0.0.0/0", "::/0",
    };

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        for (size_t j = 0; j < ARRAY_SIZE(texts); j++) {
            struct vkernel_prefix a, b;

            ovs_assert(!vkernel_prefix_parse(texts[i], &a));
            ovs_assert(!vkernel_prefix_parse(texts[j], &b));
            ovs_assert(vkernel_prefix_equals(&a, &b) == (i == j));
        }
    }
}

/* What an error looks at before it advises. */

/* Whether access() looks at the machine, instead of at what is simulated for
 * retries. */
static bool access_is_real;

/* "hugepages DIR FAILED [KEY=VALUE]...": what DIR/proc and DIR/sys show, and
 * what is said of a DPDK that is not there. */
static void
test_hugepages(struct ovs_cmdl_context *ctx)
{
    char *proc = xasprintf("%s/proc", ctx->argv[1]);
    char *sys = xasprintf("%s/sys", ctx->argv[1]);
    bool failed = !strcmp(ctx->argv[2], "true");
    size_t n_blocks = testlib_count_blocks();
    struct vkernel_hugepages pages;
    struct smap other_config;
    char *text;

    access_is_real = true;
    parse_smap(&ctx->argv[3], &other_config);
    vkernel_hugepages_read(proc, sys, &pages);
    printf("default %"PRIu64" of %"PRIu64" KiB, free %"PRIu64", mounted "
           "%"PRIu64", writable %"PRIu64", DPDK is%s wanted\n",
           pages.n_default, pages.default_kib, pages.free_kib,
           pages.mounted_kib, pages.writable_kib,
           vkernel_hugepages_dpdk_is_wanted(&other_config) ? "" : " not");
    text = vkernel_hugepages_explain(&pages, &other_config, failed);
    puts(text);
    free(text);
    smap_destroy(&other_config);
    ovs_assert(testlib_count_blocks() == n_blocks);
    free(proc);
    free(sys);
}

/* "module SYS DIR NAME...": what is advised for each module. */
static void
test_module(struct ovs_cmdl_context *ctx)
{
    size_t n_blocks = testlib_count_blocks();

    access_is_real = true;
    for (int i = 3; i < ctx->argc; i++) {
        char *advice;

        advice = vkernel_module_format_advice(
            vkernel_module_look(ctx->argv[1], ctx->argv[2], ctx->argv[i]),
            "6.1.0-1", ctx->argv[i], "makes /dev/node", "/dev/node", 42);
        puts(advice);
        free(advice);
    }
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* Errors. */

static enum vkernel_error_source
parse_source(const char *name)
{
    static const char *const names[] = {
        [VKERNEL_ERROR_OPTIONS] = "options",
        [VKERNEL_ERROR_MTU] = "mtu",
        [VKERNEL_ERROR_MAC] = "mac",
        [VKERNEL_ERROR_QOS] = "qos",
        [VKERNEL_ERROR_DEVICE] = "device",
        [VKERNEL_ERROR_HOST] = "host",
        [VKERNEL_ERROR_PLACE] = "place",
        [VKERNEL_ERROR_PERSIST] = "persist",
        [VKERNEL_ERROR_CARRIER] = "carrier",
        [VKERNEL_ERROR_WORKERS] = "workers",
        [VKERNEL_ERROR_SHARED] = "shared",
    };

    BUILD_ASSERT_DECL(ARRAY_SIZE(names) == VKERNEL_N_ERROR_SOURCES);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (!strcmp(name, names[i])) {
            return i;
        }
    }
    ovs_fatal(0, "%s: no such source", name);
}

/* error IFACE ARG...: each ARG sets a source ("SOURCE=TEXT"), clears one
 * ("SOURCE") or all ("clear"), or prints what is said of IFACE ("get") or of
 * another ("get=IFACE"), or of IFACE with a SEPARATOR ("join=SEPARATOR"). */
static void
test_error(struct ovs_cmdl_context *ctx)
{
    const char *iface = ctx->argv[1];

    for (int i = 2; i < ctx->argc; i++) {
        char *arg = ctx->argv[i];
        char *text = strchr(arg, '=');

        if (text) {
            *text++ = '\0';
        }
        if (!strcmp(arg, "get")) {
            testlib_print(vkernel_error_get(text ? text : iface), "no error");
        } else if (!strcmp(arg, "join")) {
            testlib_print(vkernel_error_join(iface, text), "no error");
        } else if (!strcmp(arg, "clear")) {
            vkernel_error_clear(iface);
        } else {
            vkernel_error_set(iface, parse_source(arg),
                              nullable_xstrdup(text));
        }
    }
}

/* error-leaks: nothing is left of what was cleared. */
static void
test_error_leaks(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    size_t n_blocks = 0;

    /* The first round makes the table grow, and has the log allocate. */
    for (int round = 0; round < 3; round++) {
        for (int source = 0; source < VKERNEL_N_ERROR_SOURCES; source++) {
            vkernel_error_set("vk0", source, xstrdup("one"));
            vkernel_error_set("vk0", source, xstrdup("one"));
            vkernel_error_set("vk1", source, xstrdup("two"));
        }
        free(vkernel_error_get("vk0"));
        vkernel_error_clear("vk0");
        vkernel_error_clear("vk0");
        for (int source = 0; source < VKERNEL_N_ERROR_SOURCES; source++) {
            vkernel_error_set("vk1", source, NULL);
        }
        ovs_assert(!vkernel_error_get("vk0"));
        ovs_assert(!vkernel_error_get("vk1"));
        ovs_assert(!round || testlib_count_blocks() == n_blocks);
        n_blocks = testlib_count_blocks();
    }
}

/* Text from outside. */

/* Returns what becomes of a document of JSON. */
static char *
make_printable_json(const char *text)
{
    struct json *json = vkernel_printable_json(json_from_string(text));
    char *result = json_to_string(json, JSSF_SORT);

    json_destroy(json);
    return result;
}

/* Returns what becomes of a row's map with 'text' for its only key and its
 * only value.  A copy, with which it shares its atoms, must stay. */
static char *
make_printable_map(const char *text)
{
    static const struct ovsdb_type type = {
        OVSDB_BASE_STRING_INIT, OVSDB_BASE_STRING_INIT, 0, UINT_MAX
    };
    struct smap smap = SMAP_CONST1(&smap, text, text);
    struct ds result = DS_EMPTY_INITIALIZER;
    struct ovsdb_datum datum, copy;

    ovsdb_datum_from_smap(&datum, &smap);
    ovsdb_datum_clone(&copy, &datum);
    vkernel_printable_datum(&datum, &type);
    ovs_assert(!strcmp(json_string(copy.keys[0].s), text));
    ovs_assert(!strcmp(json_string(copy.values[0].s), text));
    ovsdb_datum_destroy(&copy, &type);
    ds_put_format(&result, "%s=%s", json_string(datum.keys[0].s),
                  json_string(datum.values[0].s));
    ovsdb_datum_destroy(&datum, &type);
    return ds_steal_cstr(&result);
}

/* printable line|lines|show|json|map: prints what becomes of each text in the
 * standard input, where texts end in a null byte.  So do the results. */
static void
test_printable(struct ovs_cmdl_context *ctx)
{
    const char *how = ctx->argv[1];
    char *text = NULL;
    size_t room = 0;

    while (getdelim(&text, &room, '\0', stdin) > 0) {
        char *result;

        if (!strcmp(how, "show")) {
            result = xstrdup(VKERNEL_SHOW(text));
        } else if (!strcmp(how, "lines")) {
            result = vkernel_printable_lines(xstrdup(text));
        } else if (!strcmp(how, "json")) {
            result = make_printable_json(text);
        } else if (!strcmp(how, "map")) {
            result = make_printable_map(text);
        } else {
            result = vkernel_printable(xstrdup(text));
        }
        fwrite(result, strlen(result) + 1, 1, stdout);
        free(result);
    }
    free(text);
    ovs_assert(!vkernel_printable(NULL) && !vkernel_printable_lines(NULL));
    ovs_assert(!vkernel_printable_json(NULL));
}

/* version: prints what dpdkvkernel/version does. */
static void
test_version(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct ds version = DS_EMPTY_INITIALIZER;

    vkernel_version_format(&version, "\n");
    puts(ds_cstr(&version));
    ds_destroy(&version);
}

/* Retries. */

/* What time_msec() returns from now on, or 0 for the real time. */
static long long int simulated_msec;

long long int __real_time_msec(void);
long long int __wrap_time_msec(void);

long long int
__wrap_time_msec(void)
{
    return simulated_msec ? simulated_msec : __real_time_msec();
}

/* The file that is missing, or NULL. */
static const char *simulated_lack;

int __wrap_access(const char *path, int mode);

int
__wrap_access(const char *path, int mode)
{
    if (access_is_real) {
        return faccessat(AT_FDCWD, path, mode, 0);
    }
    errno = ENOENT;
    return simulated_lack && !strcmp(path, simulated_lack) ? -1 : 0;
}

/* Does the database have vk0? */
static bool wanted = true;

static bool
is_wanted(const char *iface)
{
    ovs_assert(!strcmp(iface, "vk0"));
    return wanted;
}

/* retry ARG...: each ARG is the time, in milliseconds, that it is from then on
 * ("at=MSEC"), or a file that is missing from then on ("lack=PATH"), or says
 * that none is ("found"), lets the opening of vk0 fail ("fail=N_RXQ"), asks
 * whether it may be tried ("check=N_RXQ"), or in another network namespace
 * ("move=N_RXQ"), whether some time has come ("run"), deletes vk0 from the
 * database, or adds it ("delete", "add"), or forgets ("forget"). */
static void
test_retry(struct ovs_cmdl_context *ctx)
{
    for (int i = 1; i < ctx->argc; i++) {
        char *arg = ctx->argv[i];
        char *value = strchr(arg, '=');

        if (value) {
            *value++ = '\0';
        }
        if (!strcmp(arg, "at")) {
            simulated_msec = testlib_number(value);
        } else if (!strcmp(arg, "lack")) {
            simulated_lack = value;
        } else if (!strcmp(arg, "found")) {
            simulated_lack = NULL;
        } else if (!strcmp(arg, "run")) {
            puts(vkernel_retry_run(is_wanted) ? "due" : "not due");
        } else if (!strcmp(arg, "delete")) {
            wanted = false;
        } else if (!strcmp(arg, "add")) {
            wanted = true;
        } else if (!strcmp(arg, "forget")) {
            vkernel_retry_forget("vk0");
        } else {
            struct smap options = SMAP_INITIALIZER(&options);
            struct vkernel_config config;

            smap_add(&options, "n_rxq", value);
            smap_add(&options, "host-netns",
                     strcmp(arg, "move") ? "blue" : "green");
            ovs_assert(!vkernel_config_parse("vk0", &options, &config));
            if (!strcmp(arg, "fail")) {
                char *message = xasprintf("failed with %s", value);

                vkernel_retry_failed("vk0", &config, message);
                free(message);
            } else {
                testlib_print(vkernel_retry_check("vk0", &config), "try");
            }
            vkernel_config_uninit(&config);
            smap_destroy(&options);
        }
    }
}

/* Statistics. */

/* Gives each counter of 'stats' a value of its own: in order, 'base' plus 1,
 * 2 and so on. */
static void
fill_stats(struct vkernel_stats *stats, int n_queues, uint64_t base)
{
    uint64_t next = base;

    for (int q = 0; q < n_queues; q++) {
        vkernel_counter_add(&stats->rxq[q].packets, ++next);
        vkernel_counter_add(&stats->rxq[q].bytes, ++next);
        for (int i = 0; i < VKERNEL_N_RX_DROPS; i++) {
            vkernel_counter_add(&stats->rxq[q].drops[i], ++next);
        }
        vkernel_counter_add(&stats->txq[q].packets, ++next);
        vkernel_counter_add(&stats->txq[q].bytes, ++next);
        for (int i = 0; i < VKERNEL_N_TX_DROPS; i++) {
            vkernel_counter_add(&stats->txq[q].drops[i], ++next);
        }
    }
    stats->driver = (struct vkernel_driver_stats) {
        .rx_errors = base + 101,
        .rx_multicast = base + 102,
        .rx_broadcast = base + 103,
        .tx_multicast = base + 104,
        .tx_broadcast = base + 105,
        .rx_no_buffer = base + 106,
    };
    stats->kernel = (struct vkernel_link_stats) {
        .rx_packets = base + 201,
        .rx_bytes = base + 202,
        .rx_dropped = base + 203,
        .rx_errors = base + 204,
        .tx_packets = base + 205,
        .tx_bytes = base + 206,
        .tx_dropped = base + 207,
    };
    for (int i = 0; i < VKERNEL_N_EVENTS; i++) {
        stats->events[i] = base + 301 + i;
    }
}

/* Returns a ledger that 'ctx' describes: USED_QUEUES SHOWN_QUEUES BASE. */
static struct vkernel_stats *
make_stats(struct ovs_cmdl_context *ctx)
{
    struct vkernel_stats *stats = vkernel_stats_create();
    uint64_t base = strtoull(ctx->argv[3], NULL, 0);

    fill_stats(stats, atoi(ctx->argv[1]), base);
    return stats;
}

/* stats-ledger USED SHOWN BASE: prints the ledger. */
static void
test_stats_ledger(struct ovs_cmdl_context *ctx)
{
    struct vkernel_stats *stats = make_stats(ctx);
    struct ds text = DS_EMPTY_INITIALIZER;

    vkernel_stats_format(stats, atoi(ctx->argv[2]), &text);
    fputs(ds_cstr(&text), stdout);
    ds_destroy(&text);
    vkernel_stats_destroy(stats);
}

/* stats-custom USED SHOWN BASE: prints the custom statistics. */
static void
test_stats_custom(struct ovs_cmdl_context *ctx)
{
    struct vkernel_stats *stats = make_stats(ctx);
    size_t n_blocks = testlib_count_blocks();
    struct netdev_custom_stats custom;

    memset(&custom, 0xa5, sizeof custom);
    vkernel_stats_get_custom(stats, atoi(ctx->argv[2]), &custom);
    for (int i = 0; i < custom.size; i++) {
        const char *name = custom.counters[i].name;

        printf("%s=%"PRIu64"\n", name, custom.counters[i].value);
        ovs_assert(name[0] && strlen(name) < sizeof custom.counters[i].name);
        for (int j = 0; j < i; j++) {
            ovs_assert(strcmp(name, custom.counters[j].name));
        }
    }
    free(custom.counters);
    ovs_assert(testlib_count_blocks() == n_blocks);
    vkernel_stats_destroy(stats);
}

#define NETDEV_STATS(S)                         \
    S(rx_packets)                               \
    S(tx_packets)                               \
    S(rx_bytes)                                 \
    S(tx_bytes)                                 \
    S(rx_errors)                                \
    S(tx_errors)                                \
    S(rx_dropped)                               \
    S(tx_dropped)                               \
    S(multicast)                                \
    S(collisions)                               \
    S(rx_missed_errors)                         \
    S(rx_broadcast_packets)                     \
    S(tx_broadcast_packets)                     \
    S(tx_multicast_packets)

/* stats-column USED SHOWN BASE: prints what is filled of the 'statistics'
 * column. */
static void
test_stats_column(struct ovs_cmdl_context *ctx)
{
    struct vkernel_stats *stats = make_stats(ctx);
    struct netdev_stats out, rest;

    memset(&out, 0xff, sizeof out);
    memset(&rest, 0xff, sizeof rest);
    vkernel_stats_get(stats, &out);
#define S(NAME)                                         \
    if (out.NAME != UINT64_MAX) {                       \
        printf(#NAME"=%"PRIu64"\n", out.NAME);          \
        out.NAME = UINT64_MAX;                          \
    }
    NETDEV_STATS(S)
#undef S
    /* What has no name above stays unknown. */
    ovs_assert(!memcmp(&out, &rest, sizeof out));
    vkernel_stats_destroy(stats);
}

/* stats-driver: adds the driver's counters up. */
static void
test_stats_driver(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_driver_stats sum = { .rx_errors = 0 };
    const struct vkernel_driver_stats more = {
        .rx_errors = 1, .rx_multicast = 20, .rx_broadcast = 300,
        .tx_multicast = 4000, .tx_broadcast = 50000, .rx_no_buffer = 600000,
    };
    uint64_t *values = (uint64_t *) &sum;

    vkernel_driver_stats_add(&sum, &more);
    vkernel_driver_stats_add(&sum, &more);
    for (size_t i = 0; i < sizeof sum / sizeof *values; i++) {
        printf("%s%"PRIu64, i ? " " : "", values[i]);
    }
    putchar('\n');
}

/* Has noise from 'start' to 'end', each millisecond, and a port that does all
 * that its budget allows until all is well.  Prints what was done, and when
 * all was well after the end. */
static void
make_noise(struct vkernel_budget *budget, long long int start,
           long long int end, long long int usec)
{
    int n_looks = 0, n_lines = 0;
    bool pending = false, wrong = false;
    long long int now;

    for (now = start; now < end || pending || wrong; now++) {
        pending |= now < end;
        if (pending && vkernel_budget_may_look(budget, now)) {
            n_looks++;
            n_lines += vkernel_budget_take_line(budget, now) != NULL;
            vkernel_budget_looked(budget, now);
            vkernel_budget_spent(budget, now, usec, usec);
            vkernel_budget_changed(budget, now);
            pending = false;
            wrong = true;
        }
        if (wrong && !vkernel_budget_get_next_heal(budget, now)) {
            vkernel_budget_healed(budget, now);
            wrong = false;
            printf("heal %lld\n", now);
        }
    }
    printf("%d looks, %d lines, well after %lld\n", n_looks, n_lines,
           now - end);
}

/* budget ARG...: each ARG is "START-END", a time of noise in milliseconds,
 * with ":USEC" behind it if a look takes that long, or "option" for a change
 * of one. */
static void
test_budget(struct ovs_cmdl_context *ctx)
{
    struct vkernel_budget budget;

    memset(&budget, 0, sizeof budget);
    for (int i = 1; i < ctx->argc; i++) {
        long long int start, end, usec = 0;

        if (!strcmp(ctx->argv[i], "option")) {
            vkernel_budget_renew_lines(&budget);
            continue;
        }
        ovs_assert(sscanf(ctx->argv[i], "%lld-%lld:%lld", &start, &end,
                          &usec) >= 2);
        make_noise(&budget, start, end, usec);
    }
    if (!vkernel_budget_may_look(&budget, 0)) {
        /* Never at a time that is over. */
        ovs_assert(vkernel_budget_get_next_look(&budget) > 0);
    }
}

/* stall LOOK...: takes each look, "MSEC TAKEN QUEUE...", with QUEUE as
 * "PACKETS:FULL_DROPS", and prints which queues are stalled. */
static void
test_stall(struct ovs_cmdl_context *ctx)
{
    struct vkernel_stall stall;

    memset(&stall, 0, sizeof stall);
    for (int i = 1; i < ctx->argc; i++) {
        struct vkernel_stall_sample samples[VKERNEL_MAX_QUEUES];
        const char *text = ctx->argv[i];
        long long int msec, taken;
        int n_queues = 0;
        bool idle, any;
        int n;

        ovs_assert(ovs_scan(text, "%lld %lld%n", &msec, &taken, &n));
        text += n;
        while (ovs_scan(text, " %"SCNu64":%"SCNu64"%n",
                        &samples[n_queues].packets,
                        &samples[n_queues].full_drops, &n)) {
            text += n;
            n_queues++;
        }
        idle = vkernel_stall_is_idle(&stall, n_queues, samples);
        vkernel_stall_look(&stall, msec, taken, n_queues, samples);
        printf("%lld:", msec);
        any = false;
        for (int q = 0; q < n_queues; q++) {
            if (vkernel_stall_is_stalled(&stall, q)) {
                printf(" %d", q);
                any = true;
            }
        }
        printf("%s, %sidle before\n", any ? "" : " none", idle ? "" : "not ");
    }
    vkernel_stall_reset(&stall);
    ovs_assert(!vkernel_stall_is_stalled(&stall, 0));
}

static const struct ovs_cmdl_command commands[] = {
    { "config", "NAME [KEY=VALUE]...", 1, INT_MAX, test_config, OVS_RO },
    { "config-unknown", "NAME [KEY=VALUE]...", 1, INT_MAX,
      test_config_unknown, OVS_RO },
    { "config-copies", NULL, 0, 0, test_config_copies, OVS_RO },
    { "host-config", "NAME [KEY=VALUE]...", 1, INT_MAX, test_host_config,
      OVS_RO },
    { "host-config-copies", NULL, 0, 0, test_host_config_copies, OVS_RO },
    { "host-netns-path", "NETNS...", 1, INT_MAX, test_host_netns_path,
      OVS_RO },
    { "host-sysctl-path", "KEY IFNAME...", 2, INT_MAX, test_host_sysctl_path,
      OVS_RO },
    { "host-cpus", "N_QUEUES AFFINITY", 2, 2, test_host_cpus, OVS_RO },
    { "config-mtu", "NAME MTU...", 2, INT_MAX, test_config_mtu, OVS_RO },
    { "max-queues", NULL, 0, 0, test_max_queues, OVS_RO },
    { "frame-size", "MTU...", 1, INT_MAX, test_frame_size, OVS_RO },
    { "prefix", "TEXT...", 1, INT_MAX, test_prefix, OVS_RO },
    { "prefix-equals", NULL, 0, 0, test_prefix_equals, OVS_RO },
    { "hugepages", "DIR FAILED [KEY=VALUE]...", 2, INT_MAX, test_hugepages,
      OVS_RO },
    { "module", "SYS DIR NAME...", 3, INT_MAX, test_module, OVS_RO },
    { "error", "IFACE ARG...", 2, INT_MAX, test_error, OVS_RO },
    { "error-leaks", NULL, 0, 0, test_error_leaks, OVS_RO },
    { "printable", "line|lines|show", 1, 1, test_printable, OVS_RO },
    { "version", NULL, 0, 0, test_version, OVS_RO },
    { "stall", "LOOK...", 1, INT_MAX, test_stall, OVS_RO },
    { "budget", "ARG...", 1, INT_MAX, test_budget, OVS_RO },
    { "retry", "ARG...", 1, INT_MAX, test_retry, OVS_RO },
    { "stats-ledger", "USED SHOWN BASE", 3, 3, test_stats_ledger, OVS_RO },
    { "stats-custom", "USED SHOWN BASE", 3, 3, test_stats_custom, OVS_RO },
    { "stats-column", "USED SHOWN BASE", 3, 3, test_stats_column, OVS_RO },
    { "stats-driver", NULL, 0, 0, test_stats_driver, OVS_RO },
    { NULL, NULL, 0, 0, NULL, OVS_RO },
};

int
main(int argc, char *argv[])
{
    testlib_main(argc, argv, commands);
    return 0;
}
