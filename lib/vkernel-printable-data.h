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

#ifndef VKERNEL_PRINTABLE_DATA_H
#define VKERNEL_PRINTABLE_DATA_H 1

/* Text from outside in the structures that leave the daemon: rows of the
 * database, and JSON.
 *
 * vswitchd/vkernel-output.c passes all that is written to the database or sent
 * to ovs-appctl through these functions, whichever part of Open vSwitch it
 * comes from.  vkernel-printable.h says what becomes of a text.  '\n' and '\t'
 * stay, because messages of Open vSwitch have several lines.
 *
 * Pure: no state, no lock.  Any thread may call these functions. */

struct json;
struct ovsdb_datum;
struct ovsdb_type;

/* Makes all text in 'datum', which has the type 'type', printable.  What comes
 * out may be neither sorted nor unique. */
void vkernel_printable_datum(struct ovsdb_datum *datum,
                             const struct ovsdb_type *type);

/* Takes 'json' over and returns the same with all text in it printable, which
 * the caller must destroy.  NULL stays NULL. */
struct json *vkernel_printable_json(struct json *json);

#endif /* vkernel-printable-data.h */
