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

/* What leaves the daemon for a reader, made printable: its log, what its
 * commands reply, and what it writes to the database.  Open vSwitch and DPDK
 * show names of devices, mount points and messages of the kernel as they come,
 * a reply that is not valid UTF-8 never reaches ovs-appctl, and a transaction
 * that is not ends the connection to the database.  The linker's --wrap brings
 * all of it here, whichever file it comes from.
 *
 * What stands in the log and in replies about dpdkvkernel itself is added here
 * as well: the release, behind Open vSwitch's.
 *
 * Any thread may log; the rest is the main thread's.  No lock is taken here
 * but vlog's own. */

#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jsonrpc.h"
#include "openvswitch/vlog.h"
#include "ovsdb-idl-provider.h"
#include "util.h"
#include "vkernel-compat.h"
#include "vkernel-printable.h"
#include "vkernel-printable-data.h"

void __real_vlog(const struct vlog_module *, enum vlog_level,
                 const char *format, ...)
    OVS_PRINTF_FORMAT(3, 4);
void __wrap_vlog(const struct vlog_module *, enum vlog_level,
                 const char *format, ...)
    OVS_PRINTF_FORMAT(3, 4);
void __wrap_vlog_rate_limit(const struct vlog_module *, enum vlog_level,
                            struct vlog_rate_limit *, const char *format, ...)
    OVS_PRINTF_FORMAT(4, 5);
void __wrap_vlog_valist(const struct vlog_module *, enum vlog_level,
                        const char *format, va_list)
    OVS_PRINTF_FORMAT(3, 0);
OVS_NO_RETURN void __real_vlog_abort(const struct vlog_module *,
                                     const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);
OVS_NO_RETURN void __wrap_vlog_abort(const struct vlog_module *,
                                     const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);
OVS_NO_RETURN void __real_vlog_fatal(const struct vlog_module *,
                                     const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);
OVS_NO_RETURN void __wrap_vlog_fatal(const struct vlog_module *,
                                     const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);

int __real_jsonrpc_send(struct jsonrpc *, struct jsonrpc_msg *);
int __wrap_jsonrpc_send(struct jsonrpc *, struct jsonrpc_msg *);

void __real_ovsdb_idl_txn_write(const struct ovsdb_idl_row *,
                                const struct ovsdb_idl_column *,
                                struct ovsdb_datum *);
void __wrap_ovsdb_idl_txn_write(const struct ovsdb_idl_row *,
                                const struct ovsdb_idl_column *,
                                struct ovsdb_datum *);
void __real_ovsdb_idl_txn_write_partial_map(const struct ovsdb_idl_row *,
                                            const struct ovsdb_idl_column *,
                                            struct ovsdb_datum *);
void __wrap_ovsdb_idl_txn_write_partial_map(const struct ovsdb_idl_row *,
                                            const struct ovsdb_idl_column *,
                                            struct ovsdb_datum *);
void __real_ovsdb_idl_txn_write_partial_set(const struct ovsdb_idl_row *,
                                            const struct ovsdb_idl_column *,
                                            struct ovsdb_datum *);
void __wrap_ovsdb_idl_txn_write_partial_set(const struct ovsdb_idl_row *,
                                            const struct ovsdb_idl_column *,
                                            struct ovsdb_datum *);

void __real_ovs_print_version(uint8_t min_ofp, uint8_t max_ofp);
void __wrap_ovs_print_version(uint8_t min_ofp, uint8_t max_ofp);
const char *__real_ovs_get_program_version(void);
const char *__wrap_ovs_get_program_version(void);

/* Begins each line of a message but the first, so that none can be taken for
 * another message: neither in the log file, whatever its pattern, nor in
 * syslog, which gets each line as a message. */
#define CONTINUATION "| "

/* Returns a message for the log. */
static char *
format_printable(const char *format, va_list args)
{
    char *text = vkernel_printable_lines(xvasprintf(format, args));
    struct ds lines = DS_EMPTY_INITIALIZER;
    char *line, *end;

    if (OVS_LIKELY(!strchr(text, '\n'))) {
        return text;
    }
    for (line = text; (end = strchr(line, '\n')) && end[1]; line = end + 1) {
        ds_put_buffer(&lines, line, end + 1 - line);
        ds_put_cstr(&lines, CONTINUATION);
    }
    ds_put_cstr(&lines, line);
    free(text);
    return ds_steal_cstr(&lines);
}

/* What VLOG_WARN() and the others call for each message that is wanted. */
void
__wrap_vlog(const struct vlog_module *module, enum vlog_level level,
            const char *format, ...)
{
    int error = errno;
    va_list args;
    char *text;

    va_start(args, format);
    text = format_printable(format, args);
    va_end(args);
    __real_vlog(module, level, "%s", text);
    free(text);
    errno = error;
}

/* Likewise, VLOG_WARN_RL() and the others. */
void
__wrap_vlog_rate_limit(const struct vlog_module *module,
                       enum vlog_level level, struct vlog_rate_limit *rl,
                       const char *format, ...)
{
    int error = errno;

    if (!vlog_should_drop(module, level, rl)) {
        va_list args;
        char *text;

        va_start(args, format);
        text = format_printable(format, args);
        va_end(args);
        __real_vlog(module, level, "%s", text);
        free(text);
    }
    errno = error;
}

void
__wrap_vlog_valist(const struct vlog_module *module, enum vlog_level level,
                   const char *format, va_list args)
{
    int error = errno;
    char *text = format_printable(format, args);

    __real_vlog(module, level, "%s", text);
    free(text);
    errno = error;
}

void
__wrap_vlog_abort(const struct vlog_module *module, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = format_printable(format, args);
    va_end(args);
    __real_vlog_abort(module, "%s", text);
    free(text);
}

void
__wrap_vlog_fatal(const struct vlog_module *module, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = format_printable(format, args);
    va_end(args);
    __real_vlog_fatal(module, "%s", text);
}

/* What unixctl.o calls for each reply.  To the database, jsonrpc.o calls its
 * own, which is not wrapped. */
int
__wrap_jsonrpc_send(struct jsonrpc *rpc, struct jsonrpc_msg *msg)
{
    msg->result = vkernel_printable_json(msg->result);
    msg->error = vkernel_printable_json(msg->error);
    return __real_jsonrpc_send(rpc, msg);
}

/* What the functions ovsrec_...() call for each column that they write. */
void
__wrap_ovsdb_idl_txn_write(const struct ovsdb_idl_row *row,
                           const struct ovsdb_idl_column *column,
                           struct ovsdb_datum *datum)
{
    vkernel_printable_datum(datum, &column->type);
    __real_ovsdb_idl_txn_write(row, column, datum);
}

void
__wrap_ovsdb_idl_txn_write_partial_map(const struct ovsdb_idl_row *row,
                                       const struct ovsdb_idl_column *column,
                                       struct ovsdb_datum *datum)
{
    vkernel_printable_datum(datum, &column->type);
    __real_ovsdb_idl_txn_write_partial_map(row, column, datum);
}

void
__wrap_ovsdb_idl_txn_write_partial_set(const struct ovsdb_idl_row *row,
                                       const struct ovsdb_idl_column *column,
                                       struct ovsdb_datum *datum)
{
    vkernel_printable_datum(datum, &column->type);
    __real_ovsdb_idl_txn_write_partial_set(row, column, datum);
}

/* "ovs-vswitchd --version".  DPDK's version follows. */
void
__wrap_ovs_print_version(uint8_t min_ofp, uint8_t max_ofp)
{
    __real_ovs_print_version(min_ofp, max_ofp);
    printf("dpdkvkernel %s\n", VKERNEL_VERSION);
}

/* "ovs-appctl version", and a line in the log at start. */
const char *
__wrap_ovs_get_program_version(void)
{
    static char *version;

    if (!version) {
        const char *ovs = __real_ovs_get_program_version();
        size_t length = strlen(ovs);
        /* Older releases have a newline at its end. */
        bool ends = length && ovs[length - 1] == '\n';

        version = xasprintf("%s%sdpdkvkernel %s%s", ovs, ends ? "" : "\n",
                            VKERNEL_VERSION, ends ? "\n" : "");
    }
    return version;
}
