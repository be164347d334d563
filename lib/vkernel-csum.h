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

#ifndef VKERNEL_CSUM_H
#define VKERNEL_CSUM_H 1

/* Checksums of TCP and UDP in a frame whose headers are known.
 *
 * Pure functions, which any thread may call without a lock, for frames that
 * are whole: vkernel_headers_find() has found their headers, and their size is
 * at least the "end" of these. */

#include <stddef.h>
#include <stdint.h>

struct vkernel_headers;

/* Returns the sum of the pseudo-header of the packet in 'frame', for 'l4_len'
 * bytes of TCP or UDP. */
uint32_t vkernel_csum_pseudoheader(const uint8_t *frame,
                                   const struct vkernel_headers *,
                                   size_t l4_len);

/* Fills in the checksum of the packet of TCP or UDP in 'frame', the field of
 * which has the sum of the pseudo-header. */
void vkernel_csum_complete(uint8_t *frame, const struct vkernel_headers *);

#endif /* vkernel-csum.h */
