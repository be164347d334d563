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

#ifndef VKERNEL_TOKEN_H
#define VKERNEL_TOKEN_H 1

/* What only this daemon, or one before it on this host, can have written: a
 * code for an Interface's name and a tap's, made with a key that only the
 * daemon's user can read.
 *
 * The key is in the file VKERNEL_TOKEN_FILE in Open vSwitch's run folder.  It
 * is made when there is none, or none that can be trusted, and read once.  No
 * lock: vkernel-orphan.c calls these functions from the main thread. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VKERNEL_TOKEN_FILE "dpdkvkernel.key"

/* Length of a token, in hexadecimal digits. */
#define VKERNEL_TOKEN_LEN 32

/* Stores the token for the tap 'ifname' of the Interface 'iface' into 'token'.
 *
 * Returns NULL if successful, otherwise a message without the Interface's
 * name, to be free()d by the caller: there is no key.  The next call tries
 * again. */
char *vkernel_token_make(const char *iface, const char *ifname,
                         char token[VKERNEL_TOKEN_LEN + 1]);

/* Compares two tokens of VKERNEL_TOKEN_LEN digits, or whatever is there in
 * place of them, in a time that does not depend on where they differ. */
bool vkernel_token_equals(const char *a, const char *b);

/* Stores HMAC-SHA1 (RFC 2104) of the 'size' bytes in 'data', with the
 * 'key_size' bytes in 'key', at most 64, into 'digest', of 20 bytes. */
void vkernel_token_hmac(const void *key, size_t key_size, const void *data,
                        size_t size, uint8_t digest[]);

/* Has the next call read the key again.  For tests. */
void vkernel_token_forget_key(void);

#endif /* vkernel-token.h */
