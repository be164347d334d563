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

#include "vkernel-ethtool.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"

/* The settings of a link, with room for any number of link modes. */
union link_settings {
    struct ethtool_link_settings base;
    uint8_t room[sizeof(struct ethtool_link_settings)
                 + 3 * SCHAR_MAX * sizeof(uint32_t)];
};

/* Carries out the command at the beginning of 'data'.  Returns 0 or a positive
 * errno value. */
static int
do_ethtool(int sock, const char *ifname, void *data)
{
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    ovs_strlcpy(ifr.ifr_name, ifname, sizeof ifr.ifr_name);
    ifr.ifr_data = data;
    return ioctl(sock, SIOCETHTOOL, &ifr) ? errno : 0;
}

char *
vkernel_ethtool_format_offloads(int sock, const char *ifname)
{
    static const struct {
        uint32_t cmd;
        const char *name;
    } features[] = {
        { ETHTOOL_GTXCSUM, "tx-checksumming" },
        { ETHTOOL_GTSO, "tcp-segmentation-offload" },
    };
    struct ds text = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
        struct ethtool_value value = { .cmd = features[i].cmd };

        if (!do_ethtool(sock, ifname, &value) && value.data) {
            ds_put_format(&text, "%s%s", text.length ? " " : "",
                          features[i].name);
        }
    }
    if (!text.length) {
        ds_put_cstr(&text, "none");
    }
    return ds_steal_cstr(&text);
}

/* ETHTOOL_GFEATURES and ETHTOOL_SFEATURES, with room for all words. */
union features {
    struct ethtool_gfeatures get;
    struct ethtool_sfeatures set;
    uint8_t room[sizeof(struct ethtool_gfeatures)
                 + (VKERNEL_ETHTOOL_WORDS
                    * sizeof(struct ethtool_get_features_block))];
};

int
vkernel_ethtool_get_features(int sock, const char *ifname,
                             struct vkernel_ethtool_features *features)
{
    union features f;
    int error;

    memset(features, 0, sizeof *features);
    memset(&f, 0, sizeof f);
    f.get.cmd = ETHTOOL_GFEATURES;
    f.get.size = VKERNEL_ETHTOOL_WORDS;
    error = do_ethtool(sock, ifname, &f);
    if (error || f.get.size > VKERNEL_ETHTOOL_WORDS) {
        return error ? error : E2BIG;
    }
    features->n_words = f.get.size;
    for (size_t i = 0; i < f.get.size; i++) {
        features->wanted[i] = (f.get.features[i].requested
                               & f.get.features[i].available);
    }
    return 0;
}

int
vkernel_ethtool_set_features(int sock, const char *ifname,
                             const struct vkernel_ethtool_features *features)
{
    struct vkernel_ethtool_features now;
    bool changed = false;
    union features f;
    int error;

    error = vkernel_ethtool_get_features(sock, ifname, &now);
    if (error || now.n_words != features->n_words) {
        return error;
    }
    memset(&f, 0, sizeof f);
    f.set.cmd = ETHTOOL_SFEATURES;
    f.set.size = now.n_words;
    for (size_t i = 0; i < now.n_words; i++) {
        f.set.features[i].valid = now.wanted[i] ^ features->wanted[i];
        f.set.features[i].requested = features->wanted[i];
        changed |= f.set.features[i].valid != 0;
    }
    return changed ? do_ethtool(sock, ifname, &f) : 0;
}

/* Asks for the link settings of the device.  The kernel first says how many
 * words each of its three sets of link modes takes. */
static int
get_settings(int sock, const char *ifname, union link_settings *settings)
{
    int error;

    memset(settings, 0, sizeof *settings);
    settings->base.cmd = ETHTOOL_GLINKSETTINGS;
    error = do_ethtool(sock, ifname, settings);
    if (!error && settings->base.link_mode_masks_nwords < 0) {
        int n_words = -settings->base.link_mode_masks_nwords;

        memset(settings, 0, sizeof *settings);
        settings->base.cmd = ETHTOOL_GLINKSETTINGS;
        settings->base.link_mode_masks_nwords = n_words;
        error = do_ethtool(sock, ifname, settings);
    }
    return error;
}

int
vkernel_ethtool_get_speed(int sock, const char *ifname, uint32_t *speed)
{
    union link_settings settings;
    int error;

    error = get_settings(sock, ifname, &settings);
    *speed = (!error && settings.base.speed != (uint32_t) SPEED_UNKNOWN
              ? settings.base.speed
              : 0);
    return error;
}

int
vkernel_ethtool_set_speed(int sock, const char *ifname, uint32_t speed)
{
    union link_settings settings;
    int error;

    error = get_settings(sock, ifname, &settings);
    if (!error) {
        settings.base.cmd = ETHTOOL_SLINKSETTINGS;
        settings.base.speed = speed;
        settings.base.duplex = DUPLEX_FULL;
        error = do_ethtool(sock, ifname, &settings);
    }
    return error;
}
