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

/* What leaves the daemon for a reader, made printable: its log, and what its
 * commands reply.  Open vSwitch and DPDK show names of devices and messages of
 * the kernel as they come, and a reply that is not valid UTF-8 never reaches
 * ovs-appctl.  The linker's --wrap brings all of it here, whichever file it
 * comes from.
 *
 * What stands in the log and in replies about dpdkvkernel itself is added here
 * as well: the release, behind Open vSwitch's.
 *
 * Any thread may log; the rest is the main thread's.  No lock is taken here
 * but vlog's own. */

#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "openvswitch/vlog.h"
#include "unixctl.h"
#include "util.h"
#include "vkernel-compat.h"
#include "vkernel-printable.h"

void __real_vlog(const struct vlog_module *, enum vlog_level,
                 const char *format, ...)
    OVS_PRINTF_FORMAT(3, 4);
void __wrap_vlog(const struct vlog_module *, enum vlog_level,
                 const char *format, ...)
    OVS_PRINTF_FORMAT(3, 4);
void __wrap_vlog_rate_limit(const struct vlog_module *, enum vlog_level,
                            struct vlog_rate_limit *, const char *format, ...)
    OVS_PRINTF_FORMAT(4, 5);
OVS_NO_RETURN void __real_vlog_fatal(const struct vlog_module *,
                                     const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);
OVS_NO_RETURN void __wrap_vlog_fatal(const struct vlog_module *,
                                     const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);

void __real_unixctl_command_reply(struct unixctl_conn *, const char *result);
void __wrap_unixctl_command_reply(struct unixctl_conn *, const char *result);
void __real_unixctl_command_reply_error(struct unixctl_conn *,
                                        const char *error);
void __wrap_unixctl_command_reply_error(struct unixctl_conn *,
                                        const char *error);

void __real_ovs_print_version(uint8_t min_ofp, uint8_t max_ofp);
void __wrap_ovs_print_version(uint8_t min_ofp, uint8_t max_ofp);
const char *__real_ovs_get_program_version(void);
const char *__wrap_ovs_get_program_version(void);

static char *
format_printable(const char *format, va_list args)
{
    return vkernel_printable_lines(xvasprintf(format, args));
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
__wrap_vlog_fatal(const struct vlog_module *module, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = format_printable(format, args);
    va_end(args);
    __real_vlog_fatal(module, "%s", text);
}

void
__wrap_unixctl_command_reply(struct unixctl_conn *conn, const char *result)
{
    char *text = vkernel_printable_lines(nullable_xstrdup(result));

    __real_unixctl_command_reply(conn, text);
    free(text);
}

void
__wrap_unixctl_command_reply_error(struct unixctl_conn *conn,
                                   const char *error)
{
    char *text = vkernel_printable_lines(nullable_xstrdup(error));

    __real_unixctl_command_reply_error(conn, text);
    free(text);
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
        version = xasprintf("%sdpdkvkernel %s\n",
                            __real_ovs_get_program_version(),
                            VKERNEL_VERSION);
    }
    return version;
}
