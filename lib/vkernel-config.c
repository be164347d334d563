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

#include "vkernel-config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "smap.h"
#include "util.h"
#include "vkernel-compat.h"
#include "vkernel-printable.h"
#include "vkernel-text.h"

/* Every option that vkernel_config_parse() knows, but for those of the
 * kernel's side. */
static const char *const known_options[] = {
    "gso-max-size", "ifname", "n_rxq", "n_rxq_desc", "n_txq_desc", "tso",
    "vhost-path",
};

static char *
parse_n_queues(const char *name, const struct smap *options,
               struct vkernel_config *config)
{
    const char *value = smap_get_def(options, "n_rxq", "1");

    return (vkernel_text_to_int(value, 1, VKERNEL_MAX_QUEUES,
                                &config->n_queues)
            ? NULL
            : xasprintf("%s: options:n_rxq=\"%s\" is not valid: an integer "
                        "from 1 to %d is accepted", name, VKERNEL_SHOW(value),
                        VKERNEL_MAX_QUEUES));
}

static char *
parse_one_ring_size(const char *name, const struct smap *options,
                    const char *key, int *sizep)
{
    const char *value = smap_get(options, key);

    *sizep = VKERNEL_DEFAULT_RING_SIZE;
    if (!value) {
        return NULL;
    }
    if (vkernel_text_to_int(value, VKERNEL_MIN_RING_SIZE,
                            VKERNEL_MAX_RING_SIZE, sizep)
        && is_pow2(*sizep)) {
        return NULL;
    }
    return xasprintf("%s: options:%s=\"%s\" is not valid: a power of two "
                     "from %d to %d is accepted", name, key,
                     VKERNEL_SHOW(value), VKERNEL_MIN_RING_SIZE,
                     VKERNEL_MAX_RING_SIZE);
}

/* A virtio-user device has one size for all of its rings, so that one option
 * of the two stands for both. */
static char *
parse_ring_size(const char *name, const struct smap *options,
                struct vkernel_config *config)
{
    bool has_rx = smap_get(options, "n_rxq_desc") != NULL;
    bool has_tx = smap_get(options, "n_txq_desc") != NULL;
    int rx_size, tx_size;
    char *error;

    error = parse_one_ring_size(name, options, "n_rxq_desc", &rx_size);
    if (!error) {
        error = parse_one_ring_size(name, options, "n_txq_desc", &tx_size);
    }
    if (error) {
        return error;
    }
    if (has_rx && has_tx && rx_size != tx_size) {
        return xasprintf("%s: options:n_rxq_desc=\"%d\" and options:n_txq_desc"
                         "=\"%d\" disagree: the device has one ring size, so "
                         "that only equal values, or one of the two, are "
                         "accepted", name, rx_size, tx_size);
    }
    config->ring_size = has_tx ? tx_size : rx_size;
    return NULL;
}

static char *
parse_ifname(const char *name, const struct smap *options,
             struct vkernel_config *config)
{
    const char *value = smap_get(options, "ifname");
    const char *ifname = value ? value : name;

    if (vkernel_text_is_reserved_ifname(ifname)) {
        return xasprintf("%s: %s\"%s\" cannot be the name of a tap: the "
                         "kernel keeps \"all\" and \"default\" for itself%s",
                         name,
                         value ? "options:ifname=" : "the interface's name ",
                         VKERNEL_SHOW(ifname),
                         value ? "" : "; options:ifname sets another name");
    }
    if (vkernel_text_is_ifname(ifname)) {
        ovs_strlcpy(config->ifname, ifname, sizeof config->ifname);
        return NULL;
    }
    return xasprintf("%s: %s\"%s\" cannot be the name of a tap: 1 to %d "
                     VKERNEL_IFNAME_CHARS " are accepted%s",
                     name, value ? "options:ifname=" : "the interface's name ",
                     VKERNEL_SHOW(ifname), IFNAMSIZ - 1,
                     value ? "" : "; options:ifname sets another name");
}

static char *
parse_vhost_path(const char *name, const struct smap *options,
                 struct vkernel_config *config)
{
    const char *value = smap_get_def(options, "vhost-path",
                                     VKERNEL_DEFAULT_VHOST_PATH);

    /* ',' and '"' would end the value in DPDK's device arguments. */
    if (value[0] != '/' || strpbrk(value, ",\"'[] \t\n")) {
        return xasprintf("%s: options:vhost-path=\"%s\" is not valid: the "
                         "absolute path of vhost-net's character device, "
                         "without commas, quotes, brackets or blanks, is "
                         "accepted (default %s)", name, VKERNEL_SHOW(value),
                         VKERNEL_DEFAULT_VHOST_PATH);
    }
    config->vhost_path = xstrdup(value);
    return NULL;
}

static char *
parse_tso(const char *name, const struct smap *options,
          struct vkernel_config *config)
{
    const char *value = smap_get_def(options, "tso", "auto");

    config->tso = !strcmp(value, "auto");
    return (config->tso || !strcmp(value, "off")
            ? NULL
            : xasprintf("%s: options:tso=\"%s\" is not valid: \"auto\", which "
                        "follows other_config:userspace-tso-enable, and "
                        "\"off\" are accepted", name, VKERNEL_SHOW(value)));
}

static char *
parse_gso_max_size(const char *name, const struct smap *options,
                   struct vkernel_config *config)
{
    const char *value = smap_get(options, "gso-max-size");

    config->gso_max_size = VKERNEL_MAX_GSO_MAX_SIZE;
    return (!value || vkernel_text_to_int(value, VKERNEL_MIN_GSO_MAX_SIZE,
                                          VKERNEL_MAX_GSO_MAX_SIZE,
                                          &config->gso_max_size)
            ? NULL
            : xasprintf("%s: options:gso-max-size=\"%s\" is not valid: an "
                        "integer from %d to %d, in bytes, is accepted", name,
                        VKERNEL_SHOW(value), VKERNEL_MIN_GSO_MAX_SIZE,
                        VKERNEL_MAX_GSO_MAX_SIZE));
}

char *
vkernel_config_parse(const char *name, const struct smap *options,
                     struct vkernel_config *config)
{
    char *error;

    memset(config, 0, sizeof *config);
    error = parse_ifname(name, options, config);
    if (!error) {
        error = parse_n_queues(name, options, config);
    }
    if (!error) {
        error = parse_ring_size(name, options, config);
    }
    if (!error) {
        error = parse_vhost_path(name, options, config);
    }
    if (!error) {
        error = parse_tso(name, options, config);
    }
    if (!error) {
        error = parse_gso_max_size(name, options, config);
    }
    if (!error) {
        error = vkernel_host_config_parse(name, options, config->ifname,
                                          config->n_queues, &config->host);
    }
    if (error) {
        vkernel_config_uninit(config);
    }
    return error;
}

/* Returns true if 'a' and 'b' are the same to someone who mistypes keys. */
static bool
is_same_char(char a, char b)
{
    return (tolower((unsigned char) a) == tolower((unsigned char) b)
            || (a == '-' && b == '_') || (a == '_' && b == '-'));
}

/* Returns the least number of single-character insertions, deletions and
 * substitutions that make 'b' of 'a'. */
static size_t
edit_distance(const char *a, const char *b)
{
    size_t b_len = strlen(b);
    size_t *row = xmalloc((b_len + 1) * sizeof *row);
    size_t distance;

    for (size_t j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t substitute = diagonal + !is_same_char(a[i - 1], b[j - 1]);

            diagonal = row[j];
            row[j] = MIN(substitute, MIN(row[j], row[j - 1]) + 1);
        }
    }
    distance = row[b_len];
    free(row);
    return distance;
}

/* Returns the 'i'th option that vkernel_config_parse() knows, NULL after the
 * last one. */
static const char *
known_option(size_t i)
{
    return (i < ARRAY_SIZE(known_options)
            ? known_options[i]
            : vkernel_host_config_key(i - ARRAY_SIZE(known_options)));
}

static bool
is_known_option(const char *key)
{
    const char *known;

    for (size_t i = 0; (known = known_option(i)) != NULL; i++) {
        if (!strcmp(key, known)) {
            return true;
        }
    }
    return false;
}

/* Returns true if 'known' is close enough to 'key', at 'distance', to be what
 * the user meant: if at most a third of the longer one's characters would have
 * to change, or if just a prefix such as "host-" is missing. */
static bool
is_near(const char *key, const char *known, size_t distance)
{
    size_t key_len = strlen(key);
    size_t known_len = strlen(known);

    return (distance <= MAX(key_len, known_len) / 3
            || (key_len && key_len < known_len
                && known[known_len - key_len - 1] == '-'
                && distance == known_len - key_len
                && !strcmp(known + known_len - key_len, key)));
}

/* Returns the option that 'key' is most like, or NULL if that is not much. */
static const char *
nearest_option(const char *key)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    const char *known;

    for (size_t i = 0; (known = known_option(i)) != NULL; i++) {
        size_t distance = edit_distance(key, known);

        if (distance < least && is_near(key, known, distance)) {
            least = distance;
            nearest = known;
        }
    }
    return nearest;
}

/* Appends what the user may have meant by 'key'. */
static void
format_nearest(const char *key, struct ds *text)
{
    if (!strcmp(key, "mtu") || !strcmp(key, "host-mtu")
        || !strcmp(key, "mtu_request")) {
        ds_put_cstr(text, ", the column mtu_request sets the MTU");
    } else {
        const char *nearest = nearest_option(key);

        if (nearest) {
            ds_put_format(text, ", the nearest is \"%s\"",
                          VKERNEL_SHOW(nearest));
        }
    }
}

char *
vkernel_config_unknown(const char *name, const struct smap *options)
{
    const struct smap_node **nodes = smap_sort(options);
    struct ds text = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < smap_count(options); i++) {
        const struct smap_node *node = nodes[i];

        if (!is_known_option(node->key)) {
            if (!text.length) {
                ds_put_format(&text, "%s:", name);
            }
            ds_put_format(&text, " options:%s=\"%s\" is ignored: there is no "
                          "such option", VKERNEL_SHOW(node->key),
                          VKERNEL_SHOW(node->value));
            format_nearest(node->key, &text);
            ds_put_char(&text, ';');
        }
    }
    free(nodes);
    ds_chomp(&text, ';');
    return text.length ? ds_steal_cstr(&text) : NULL;
}

char *
vkernel_config_check_mtu(const char *name, int mtu)
{
    return (mtu >= VKERNEL_MIN_MTU && mtu <= VKERNEL_MAX_MTU
            ? NULL
            : xasprintf("%s: mtu_request=%d is out of range: %d to %d bytes "
                        "are accepted", name, mtu, VKERNEL_MIN_MTU,
                        VKERNEL_MAX_MTU));
}

void
vkernel_config_format(const struct vkernel_config *config,
                      struct smap *options)
{
    smap_add(options, "ifname", config->ifname);
    smap_add_format(options, "n_rxq", "%d", config->n_queues);
    smap_add_format(options, "n_rxq_desc", "%d", config->ring_size);
    smap_add_format(options, "n_txq_desc", "%d", config->ring_size);
    smap_add(options, "vhost-path", config->vhost_path);
    smap_add(options, "tso", config->tso ? "auto" : "off");
    smap_add_format(options, "gso-max-size", "%d", config->gso_max_size);
    vkernel_host_config_format(&config->host, options);
}

bool
vkernel_config_equals(const struct vkernel_config *a,
                      const struct vkernel_config *b)
{
    return (!strcmp(a->ifname, b->ifname)
            && nullable_string_is_equal(a->vhost_path, b->vhost_path)
            && a->n_queues == b->n_queues
            && a->ring_size == b->ring_size
            && a->tso == b->tso
            && a->gso_max_size == b->gso_max_size);
}

void
vkernel_config_clone(struct vkernel_config *dst,
                     const struct vkernel_config *src)
{
    *dst = *src;
    dst->vhost_path = nullable_xstrdup(src->vhost_path);
    vkernel_host_config_clone(&dst->host, &src->host);
}

void
vkernel_config_uninit(struct vkernel_config *config)
{
    free(config->vhost_path);
    vkernel_host_config_uninit(&config->host);
    memset(config, 0, sizeof *config);
}
