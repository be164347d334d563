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

#include "vkernel-token.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "entropy.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/vlog.h"
#include "sha1.h"
#include "util.h"
#include "vkernel-printable.h"
#include "vkernel-private.h"

VLOG_DEFINE_THIS_MODULE(vkernel_token);

/* Bytes of the key, and of a block of SHA-1. */
#define KEY_SIZE 32
#define BLOCK_SIZE 64

BUILD_ASSERT_DECL(VKERNEL_TOKEN_LEN <= SHA1_HEX_DIGEST_LEN);

/* The key, if 'has_key'. */
static uint8_t key[KEY_SIZE];
static bool has_key;

/* Makes a key, and the file for the next daemon. */
static int
create_key(void)
{
    int error = get_entropy(key, sizeof key);

    return error ? error : vkernel_private_write(VKERNEL_TOKEN_FILE, key,
                                                 sizeof key);
}

static int
read_key(void)
{
    size_t size;
    char *data;
    int error;

    error = vkernel_private_read(VKERNEL_TOKEN_FILE, sizeof key, &data, &size);
    if (!error && size == sizeof key) {
        memcpy(key, data, sizeof key);
    } else {
        if (error != ENOENT) {
            VLOG_WARN("making a new %s: the old one is %s; taps that were "
                      "marked with it are not known any more",
                      VKERNEL_TOKEN_FILE,
                      (!error || error == EFBIG ? "of the wrong size"
                       : error == EPERM ? "not this user's alone"
                       : ovs_strerror(error)));
        }
        error = create_key();
    }
    free(data);
    return error;
}

/* Sees to it that there is a key.  Returns NULL or a message. */
static char *
need_key(void)
{
    if (!has_key) {
        int error = read_key();

        if (error) {
            char *path = vkernel_private_path(VKERNEL_TOKEN_FILE);
            char *message = xasprintf("cannot write \"%s\" (%s)",
                                      VKERNEL_SHOW(path), ovs_strerror(error));

            free(path);
            return message;
        }
        has_key = true;
    }
    return NULL;
}

void
vkernel_token_forget_key(void)
{
    has_key = false;
}

void
vkernel_token_hmac(const void *key_, size_t key_size, const void *data,
                   size_t size, uint8_t digest[])
{
    uint8_t inner[BLOCK_SIZE] = { 0 };
    uint8_t outer[BLOCK_SIZE];
    struct sha1_ctx ctx;

    ovs_assert(key_size <= BLOCK_SIZE);
    memcpy(inner, key_, key_size);
    for (size_t i = 0; i < BLOCK_SIZE; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    sha1_init(&ctx);
    sha1_update(&ctx, inner, BLOCK_SIZE);
    sha1_update(&ctx, data, size);
    sha1_final(&ctx, digest);
    sha1_init(&ctx);
    sha1_update(&ctx, outer, BLOCK_SIZE);
    sha1_update(&ctx, digest, SHA1_DIGEST_SIZE);
    sha1_final(&ctx, digest);
}

char *
vkernel_token_make(const char *iface, const char *ifname,
                   char token[VKERNEL_TOKEN_LEN + 1])
{
    char hex[SHA1_HEX_DIGEST_LEN + 1];
    uint8_t digest[SHA1_DIGEST_SIZE];
    struct ofpbuf text;
    char *message;

    token[0] = '\0';
    message = need_key();
    if (message) {
        return message;
    }
    /* Each with its '\0', so that no two pairs of names make one text. */
    ofpbuf_init(&text, 0);
    ofpbuf_put(&text, iface, strlen(iface) + 1);
    ofpbuf_put(&text, ifname, strlen(ifname) + 1);
    vkernel_token_hmac(key, sizeof key, text.data, text.size, digest);
    ofpbuf_uninit(&text);
    sha1_to_hex(digest, hex);
    ovs_strlcpy(token, hex, VKERNEL_TOKEN_LEN + 1);
    return NULL;
}

bool
vkernel_token_equals(const char *a, const char *b)
{
    unsigned char differ = 0;

    if (strlen(a) != VKERNEL_TOKEN_LEN || strlen(b) != VKERNEL_TOKEN_LEN) {
        return false;
    }
    for (size_t i = 0; i < VKERNEL_TOKEN_LEN; i++) {
        differ |= a[i] ^ b[i];
    }
    return !differ;
}
