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

/* Gives inputs to a fuzz target, where libFuzzer does not.
 *
 * usage: fuzz-TARGET FILE-OR-FOLDER... */

#include <config.h>

#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util.h"

/* Longer than any input. */
#define MAX_INPUT_SIZE (1024 * 1024)

static int n_inputs;

static void
run_file(const char *path)
{
    uint8_t *data = xmalloc(MAX_INPUT_SIZE);
    FILE *file = fopen(path, "rb");
    uint8_t *exact;
    size_t size;

    if (!file) {
        ovs_fatal(errno, "%s", path);
    }
    size = fread(data, 1, MAX_INPUT_SIZE, file);
    fclose(file);
    /* If this is its end, the last line says with what. */
    fprintf(stderr, "%s\n", path);
    exact = xmemdup(data, size);
    free(data);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    n_inputs++;
}

static void
run_folder(const char *path)
{
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort);

    if (n < 0) {
        ovs_fatal(errno, "%s", path);
    }
    for (int i = 0; i < n; i++) {
        if (entries[i]->d_name[0] != '.') {
            char *name = xasprintf("%s/%s", path, entries[i]->d_name);

            run_file(name);
            free(name);
        }
        free(entries[i]);
    }
    free(entries);
}

int
main(int argc, char *argv[])
{
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        struct stat s;

        if (!stat(argv[i], &s) && S_ISDIR(s.st_mode)) {
            run_folder(argv[i]);
        } else {
            run_file(argv[i]);
        }
    }
    if (!n_inputs) {
        ovs_fatal(0, "there is no input");
    }
    printf("%d inputs\n", n_inputs);
    return 0;
}
