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

#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "openvswitch/vlog.h"
#include "util.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#ifdef HAVE_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(P, SIZE) ((void) (P), (void) (SIZE))
#define ASAN_UNPOISON_MEMORY_REGION(P, SIZE) ((void) (P), (void) (SIZE))
#endif

/* Bytes in front of the page without access: a multiple of any page's size. */
#define AREA_SIZE (128 * 1024)

/* In front of a copy, so that a step back ends there. */
#define MAX_GUARDED 65535

int
LLVMFuzzerInitialize(int *argc OVS_UNUSED, char **argv[])
{
    set_program_name((*argv)[0]);
    vlog_set_syslog_method("null");
    vlog_set_levels(NULL, VLF_ANY_DESTINATION, VLL_OFF);
    vlog_init();
    return 0;
}

uint8_t
fuzz_take_u8(struct fuzz_input *input)
{
    if (!input->size) {
        return 0;
    }
    input->size--;
    return *input->data++;
}

uint16_t
fuzz_take_u16(struct fuzz_input *input)
{
    uint16_t low = fuzz_take_u8(input);

    return low | fuzz_take_u8(input) << 8;
}

char *
fuzz_take_text(struct fuzz_input *input, char end)
{
    const uint8_t *found = (input->size
                            ? memchr(input->data, end, input->size)
                            : NULL);
    size_t n = found ? found - input->data : input->size;
    char *text = xmemdup0((const char *) input->data, n);

    n += found != NULL;
    input->data += n;
    input->size -= n;
    return text;
}

/* Returns the end of the area, where the page without access begins. */
static uint8_t *
get_area_end(void)
{
    static uint8_t *end;

    if (!end) {
        size_t page = sysconf(_SC_PAGESIZE);
        uint8_t *area = mmap(NULL, AREA_SIZE + page, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (area == MAP_FAILED
            || mprotect(area + AREA_SIZE, page, PROT_NONE)) {
            ovs_fatal(errno, "no memory with a guard");
        }
        end = area + AREA_SIZE;
    }
    return end;
}

void *
fuzz_guard(const void *data, size_t size, size_t align)
{
    uint8_t *end = get_area_end();
    uint8_t *copy = end - ROUND_UP(size, align);

    ovs_assert(size <= MAX_GUARDED && IS_POW2(align) && align <= 16);
    ASAN_UNPOISON_MEMORY_REGION(end - AREA_SIZE, AREA_SIZE);
    /* What is there is not that of the input before. */
    memset(end - AREA_SIZE, 0xa5, AREA_SIZE);
    if (size) {
        memcpy(copy, data, size);
    }
    ASAN_POISON_MEMORY_REGION(end - AREA_SIZE, AREA_SIZE);
    ASAN_UNPOISON_MEMORY_REGION(copy, size);
    return copy;
}
