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

#include "vkernel-record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/json.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/shash.h"
#include "openvswitch/vlog.h"
#include "timeval.h"
#include "util.h"
#include "vkernel-printable.h"
#include "vkernel-private.h"

VLOG_DEFINE_THIS_MODULE(vkernel_record);

/* Bytes of the file at most, and milliseconds between two writes: when all is
 * well, and after a failure. */
#define MAX_SIZE (4 * 1024 * 1024)
#define WRITE_INTERVAL 1000
#define RETRY_INTERVAL 10000

/* Contains 'n_records' "struct vkernel_record"s. */
static struct vkernel_record *records;
static size_t n_records, allocated_records;

static bool is_read;            /* Was the file read? */
static bool is_dirty;           /* Is the file to be written... */
static long long int write_at;  /* ...not before this, as time_msec()? */
static int write_error;         /* What came of it last. */

static const char boot_id_path[] = "/proc/sys/kernel/random/boot_id";

/* Returns a text that is another one after the next boot. */
static const char *
get_boot_id(void)
{
    static char id[64];

    if (!id[0]) {
        FILE *file = fopen(boot_id_path, "r");

        if (!file || !fgets(id, sizeof id, file)) {
            ovs_strlcpy(id, "unknown", sizeof id);
        }
        id[strcspn(id, "\n")] = '\0';
        if (file) {
            fclose(file);
        }
    }
    return id;
}

static struct vkernel_record *
add(const char *iface, const char *ifname)
{
    struct vkernel_record *record;

    if (n_records >= allocated_records) {
        records = x2nrealloc(records, &allocated_records, sizeof *records);
    }
    record = &records[n_records++];
    memset(record, 0, sizeof *record);
    record->iface = xstrdup(iface);
    record->ifname = xstrdup(ifname);
    return record;
}

static void
remove_at(size_t i)
{
    free(records[i].iface);
    free(records[i].ifname);
    records[i] = records[--n_records];
}

/* From and to text. */

/* Returns the text of the member 'name' of 'object', or NULL. */
static const char *
get_text(const struct json *object, const char *name)
{
    const struct json *member = shash_find_data(json_object(object), name);

    return member && member->type == JSON_STRING ? json_string(member) : NULL;
}

/* Stores the number in the text of the member 'name' of 'object' into
 * '*valuep'. */
static bool
get_number(const struct json *object, const char *name, uint64_t *valuep)
{
    const char *text = get_text(object, name);
    unsigned long long int value;

    if (!text || !ovs_scan(text, "%llu", &value)) {
        return false;
    }
    *valuep = value;
    return true;
}

/* Returns false if 'json' is no record. */
static bool
parse_record(const struct json *json)
{
    struct vkernel_record *record;
    struct vkernel_netns_id netns;
    const char *iface, *ifname;
    const struct json *stray;
    uint64_t ifindex;

    if (json->type != JSON_OBJECT) {
        return false;
    }
    iface = get_text(json, "interface");
    ifname = get_text(json, "ifname");
    if (!iface || !ifname
        || !get_number(json, "dev", &netns.dev)
        || !get_number(json, "ino", &netns.ino)
        || !get_number(json, "cookie", &netns.cookie)
        || !get_number(json, "ifindex", &ifindex) || ifindex > INT_MAX) {
        return false;
    }
    stray = shash_find_data(json_object(json), "stray");
    record = add(iface, ifname);
    record->netns = netns;
    record->ifindex = ifindex;
    record->stray = stray && stray->type == JSON_TRUE;
    return true;
}

/* Takes the record over from 'json', which the last daemon wrote, unless there
 * was a boot since.  Returns false if some of it cannot be read. */
static bool
parse(const struct json *json)
{
    const struct shash_node *node;
    const struct json *taps;
    const char *boot;
    bool complete;

    boot = json->type == JSON_OBJECT ? get_text(json, "boot") : NULL;
    if (!boot) {
        return false;
    } else if (strcmp(boot, get_boot_id())) {
        return true;
    }
    taps = shash_find_data(json_object(json), "taps");
    complete = taps && taps->type == JSON_OBJECT;
    if (complete) {
        SHASH_FOR_EACH (node, json_object(taps)) {
            complete &= parse_record(node->data);
        }
    }
    return complete;
}

/* Takes over what the file has, if there is one.  Returns NULL, or what is
 * wrong with the file. */
static const char *
read_records(void)
{
    struct json *json;
    bool complete;
    size_t size;
    char *text;
    int error;

    error = vkernel_private_read(VKERNEL_RECORD_FILE, MAX_SIZE, &text, &size);
    if (error) {
        return (error == ENOENT ? NULL
                : error == EPERM ? "not this user's alone"
                : ovs_strerror(error));
    }
    json = json_from_string(text);
    complete = parse(json) && strlen(text) == size;
    json_destroy(json);
    free(text);
    return complete ? NULL : "damaged";
}

/* Reads the file if it was not read yet. */
static void
need_records(void)
{
    const char *problem;

    if (is_read) {
        return;
    }
    is_read = true;
    problem = read_records();
    if (problem) {
        VLOG_WARN("not using all of %s, which is %s: taps that are not in it "
                  "are looked for by their marks alone; one that somebody had "
                  "moved may be made in the daemon's own network namespace",
                  VKERNEL_RECORD_FILE, problem);
    }
}

static struct json *
format_record(const struct vkernel_record *record)
{
    struct json *json = json_object_create();

    json_object_put_string(json, "interface", record->iface);
    json_object_put_string(json, "ifname", record->ifname);
    json_object_put_format(json, "dev", "%"PRIu64, record->netns.dev);
    json_object_put_format(json, "ino", "%"PRIu64, record->netns.ino);
    json_object_put_format(json, "cookie", "%"PRIu64, record->netns.cookie);
    json_object_put_format(json, "ifindex", "%d", record->ifindex);
    json_object_put(json, "stray", json_boolean_create(record->stray));
    return json;
}

static char *
format(void)
{
    struct json *json = json_object_create();
    struct json *taps = json_object_create();
    char *text;

    for (size_t i = 0; i < n_records; i++) {
        json_object_put_nocopy(taps, xasprintf("%"PRIuSIZE, i),
                               format_record(&records[i]));
    }
    json_object_put_string(json, "boot", get_boot_id());
    json_object_put(json, "taps", taps);
    text = json_to_string(json, JSSF_PRETTY | JSSF_SORT);
    json_destroy(json);
    return text;
}

/* Writing. */

void
vkernel_record_flush(void)
{
    if (is_dirty) {
        char *text = format();

        write_error = vkernel_private_write(VKERNEL_RECORD_FILE, text,
                                            strlen(text));
        free(text);
        is_dirty = write_error != 0;
        write_at = time_msec() + (write_error ? RETRY_INTERVAL
                                  : WRITE_INTERVAL);
    }
}

void
vkernel_record_run(void)
{
    if (is_dirty && time_msec() >= write_at) {
        vkernel_record_flush();
    }
}

void
vkernel_record_wait(void)
{
    if (is_dirty) {
        poll_timer_wait_until(write_at);
    }
}

char *
vkernel_record_get_error(void)
{
    char *path, *message;

    if (!write_error) {
        return NULL;
    }
    path = vkernel_private_path(VKERNEL_RECORD_FILE);
    message = xasprintf("cannot write \"%s\" (%s)", VKERNEL_SHOW(path),
                        ovs_strerror(write_error));
    free(path);
    return message;
}

/* The record has changed. */
static void
set_dirty(void)
{
    is_dirty = true;
    vkernel_record_run();
}

/* The record. */

struct vkernel_record *
vkernel_record_find(const char *iface, const char *ifname)
{
    need_records();
    for (size_t i = 0; i < n_records; i++) {
        if (!strcmp(records[i].iface, iface)
            && !strcmp(records[i].ifname, ifname)) {
            return &records[i];
        }
    }
    return NULL;
}

struct vkernel_record *
vkernel_record_find_stray(const char *iface)
{
    need_records();
    for (size_t i = 0; i < n_records; i++) {
        if (!strcmp(records[i].iface, iface) && records[i].stray) {
            return &records[i];
        }
    }
    return NULL;
}

void
vkernel_record_set(const char *iface, const char *ifname, int netns_fd,
                   int ifindex, bool stray)
{
    struct vkernel_record *record = vkernel_record_find(iface, ifname);
    struct vkernel_netns_id netns;

    if (netns_fd < 0 || vkernel_netns_get_id(netns_fd, &netns)) {
        memset(&netns, 0, sizeof netns);
    }
    if (!record) {
        record = add(iface, ifname);
    } else if (record->ifindex == ifindex && record->stray == stray
               && vkernel_netns_id_equals(&record->netns, &netns)) {
        record->refused = false;
        return;
    }
    record->netns = netns;
    record->ifindex = ifindex;
    record->stray = stray;
    record->refused = false;
    set_dirty();
    if (stray) {
        /* A daemon that crashes next must leave that behind. */
        vkernel_record_flush();
    }
}

void
vkernel_record_forget(const char *iface, const char *ifname)
{
    struct vkernel_record *record = vkernel_record_find(iface, ifname);

    if (record) {
        remove_at(record - records);
        set_dirty();
    }
}

void
vkernel_record_forget_all(void)
{
    need_records();
    if (n_records) {
        while (n_records) {
            remove_at(n_records - 1);
        }
        set_dirty();
    }
}

void
vkernel_record_for_each(bool (*cb)(struct vkernel_record *, void *aux),
                        void *aux)
{
    bool changed = false;

    need_records();
    for (size_t i = 0; i < n_records;) {
        if (cb(&records[i], aux)) {
            remove_at(i);
            changed = true;
        } else {
            i++;
        }
    }
    if (changed) {
        set_dirty();
    }
}

void
vkernel_record_reset(void)
{
    while (n_records) {
        remove_at(n_records - 1);
    }
    is_read = is_dirty = false;
    write_at = 0;
}
