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

#include "vkernel-error.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/shash.h"
#include "openvswitch/vlog.h"
#include "ovs-thread.h"
#include "timeval.h"
#include "util.h"
#include "vkernel-budget.h"
#include "vkernel-printable.h"

VLOG_DEFINE_THIS_MODULE(vkernel_error);

/* All that is said of one Interface. */
struct vkernel_error {
    /* By enum vkernel_error_source, NULL where there is no error. */
    char *text[VKERNEL_N_ERROR_SOURCES];
};

static struct ovs_mutex errors_mutex = OVS_MUTEX_INITIALIZER;

/* Contains "struct vkernel_error"s by Interface name; only those with some
 * text. */
static struct shash errors OVS_GUARDED_BY(errors_mutex)
    = SHASH_INITIALIZER(&errors);

static bool
vkernel_error_is_empty(const struct vkernel_error *error)
{
    for (int i = 0; i < VKERNEL_N_ERROR_SOURCES; i++) {
        if (error->text[i]) {
            return false;
        }
    }
    return true;
}

bool
vkernel_error_set(const char *iface, enum vkernel_error_source source,
                  char *text)
{
    return vkernel_error_set_within(iface, source, text, NULL);
}

bool
vkernel_error_set_within(const char *iface, enum vkernel_error_source source,
                         char *text, struct vkernel_budget *budget)
{
    struct vkernel_error *error;
    bool changed;

    text = vkernel_printable(text);
    ovs_mutex_lock(&errors_mutex);
    error = shash_find_data(&errors, iface);
    changed = !nullable_string_is_equal(error ? error->text[source] : NULL,
                                        text);
    if (!changed) {
        free(text);
    } else {
        if (!error) {
            error = xzalloc(sizeof *error);
            shash_add(&errors, iface, error);
        }
        free(error->text[source]);
        error->text[source] = text;
        if (text) {
            VKERNEL_BUDGET_LOG(budget, VLL_WARN, "%s", text);
        } else if (vkernel_error_is_empty(error)) {
            shash_find_and_delete(&errors, iface);
            free(error);
        }
    }
    ovs_mutex_unlock(&errors_mutex);
    return changed;
}

void
vkernel_error_clear(const char *iface)
{
    for (int i = 0; i < VKERNEL_N_ERROR_SOURCES; i++) {
        vkernel_error_set(iface, i, NULL);
    }
}

char *
vkernel_error_join(const char *iface, const char *separator)
{
    struct vkernel_error *error;
    struct ds text = DS_EMPTY_INITIALIZER;

    ovs_mutex_lock(&errors_mutex);
    error = shash_find_data(&errors, iface);
    for (int i = 0; error && i < VKERNEL_N_ERROR_SOURCES; i++) {
        if (error->text[i]) {
            ds_put_format(&text, "%s%s", text.length ? separator : "",
                          error->text[i]);
        }
    }
    ovs_mutex_unlock(&errors_mutex);
    return text.length ? ds_steal_cstr(&text) : NULL;
}

char *
vkernel_error_get(const char *iface)
{
    return vkernel_error_join(iface, "; ");
}
