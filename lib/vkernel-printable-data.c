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

#include "vkernel-printable-data.h"

#include <stdbool.h>
#include <stdlib.h>

#include "openvswitch/json.h"
#include "openvswitch/shash.h"
#include "ovsdb-data.h"
#include "ovsdb-types.h"
#include "util.h"
#include "vkernel-compat.h"
#include "vkernel-printable.h"

static bool
are_printable(const union ovsdb_atom *atoms, size_t n,
              const struct ovsdb_base_type *type)
{
    for (size_t i = 0; type->type == OVSDB_TYPE_STRING && i < n; i++) {
        if (!vkernel_printable_is_lines(json_string(atoms[i].s))) {
            return false;
        }
    }
    return true;
}

static void
change_atoms(union ovsdb_atom *atoms, size_t n,
             const struct ovsdb_base_type *type)
{
    for (size_t i = 0; type->type == OVSDB_TYPE_STRING && i < n; i++) {
        char *text = vkernel_printable_lines(xstrdup(json_string(atoms[i].s)));

        ovsdb_atom_destroy(&atoms[i], OVSDB_TYPE_STRING);
        atoms[i].s = ovsdb_atom_string_create_nocopy(text);
    }
}

void
vkernel_printable_datum(struct ovsdb_datum *datum,
                        const struct ovsdb_type *type)
{
    /* Almost always all of it is, and may be shared with a row. */
    if (!are_printable(datum->keys, datum->n, &type->key)
        || !are_printable(datum->values, datum->n, &type->value)) {
        ovsdb_datum_unshare(datum, type);
        change_atoms(datum->keys, datum->n, &type->key);
        change_atoms(datum->values, datum->n, &type->value);
    }
}

static struct json *
change_object(const struct json *json)
{
    struct json *object = json_object_create();
    const struct shash_node *node;

    SHASH_FOR_EACH (node, json_object(json)) {
        char *name = vkernel_printable_lines(xstrdup(node->name));

        json_object_put(object, name,
                        vkernel_printable_json(json_clone(node->data)));
        free(name);
    }
    return object;
}

static struct json *
change_array(const struct json *json)
{
    struct json *array = json_array_create_empty();

    for (size_t i = 0; i < vkernel_compat_json_array_size(json); i++) {
        const struct json *element = vkernel_compat_json_array_at(json, i);

        json_array_add(array, vkernel_printable_json(json_clone(element)));
    }
    return array;
}

struct json *
vkernel_printable_json(struct json *json)
{
    struct json *printable;

    if (json && json->type == JSON_STRING) {
        printable = json_string_create_nocopy(
            vkernel_printable_lines(xstrdup(json_string(json))));
    } else if (json && json->type == JSON_OBJECT) {
        printable = change_object(json);
    } else if (json && json->type == JSON_ARRAY) {
        printable = change_array(json);
    } else {
        return json;
    }
    json_destroy(json);
    return printable;
}
