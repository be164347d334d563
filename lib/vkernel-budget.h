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

#ifndef VKERNEL_BUDGET_H
#define VKERNEL_BUDGET_H 1

/* What others may make the main thread do for one port.  Whoever is root in
 * the tap's namespace can change the tap as fast as the kernel lets them.
 *
 *   - Looks at what the kernel has told: some at once, then one a second, and
 *     fewer if they take long.
 *
 *   - What a look leads to takes longer, as each request waits for the
 *     kernel's lock, which the noise has.  With more looks than that, it is
 *     put off until the tap has been quiet for a while, or for some seconds.
 *
 *   - Heals, which have the datapath configured or move the tap: one at once,
 *     then some seconds apart, and only when the tap has been quiet for a
 *     while, or from time to time.
 *
 *   - Lines in the log: so many in any minute, unless the user changes an
 *     option.
 *
 * Each of them is done at most some seconds after the last change, so that the
 * port is right soon after the noise has ended.
 *
 * Pure: no I/O, no lock, no clock; 'now' is time_msec().  Called from the main
 * thread, under the netdev's mutex. */

#include <stdbool.h>

/* Looks that are done at once, and milliseconds until there is another one. */
#define VKERNEL_BUDGET_LOOKS 6
#define VKERNEL_BUDGET_LOOK_MSEC 1000

/* Looks may use a CPU for one part in so many of the time, and keep the main
 * thread for one in so many, unless the pause until the next one would be
 * longer than so many milliseconds. */
#define VKERNEL_BUDGET_CPU_SHARE 25
#define VKERNEL_BUDGET_TIME_SHARE 5
#define VKERNEL_BUDGET_MAX_LOOK_MSEC 2000

/* Milliseconds for which what looks lead to is put off at most. */
#define VKERNEL_BUDGET_FULL_MSEC 4000

/* Milliseconds from the first heal to the second, and from then on; how long
 * the tap must have been quiet for each of them; and until one is
 * forgotten. */
#define VKERNEL_BUDGET_HEAL_MSEC 2000
#define VKERNEL_BUDGET_MORE_HEALS_MSEC 2500
#define VKERNEL_BUDGET_QUIET_MSEC 1000
#define VKERNEL_BUDGET_FORGET_MSEC 10000

/* How many heals are remembered. */
#define VKERNEL_BUDGET_MAX_HEALS 3

/* Lines of the log in any minute. */
#define VKERNEL_BUDGET_LINES 10
#define VKERNEL_BUDGET_LINES_MSEC 60000

/* All zeros if nothing was done yet. */
struct vkernel_budget {
    /* Looks. */
    int n_looks;                /* Done, and not forgotten. */
    long long int looked_at;    /* When the last one was forgotten, or all
                                 * were. */
    long long int next_look;    /* Not before this, for one took long. */

    long long int full_at;      /* When what one led to was last done. */

    /* Heals. */
    long long int changed_at;   /* When the tap was last seen to change. */
    int n_heals;                /* Done, and not forgotten. */
    long long int healed_at;    /* When the last one was done. */
    long long int forgot_at;    /* When the last one was forgotten, or done
                                 * while there was none. */

    /* Lines of the log. */
    long long int lines[VKERNEL_BUDGET_LINES]; /* When the last were written,
                                                * as a ring... */
    int next_line;              /* ...with the oldest one here. */
    bool lines_full;            /* That many have been written. */
    unsigned int n_left_out;    /* Lines left out since the last one. */
    char note[64];              /* What the next one says of them. */
};

/* Returns true if what the kernel has told may be looked at. */
bool vkernel_budget_may_look(struct vkernel_budget *, long long int now);

/* Takes note of such a look. */
void vkernel_budget_looked(struct vkernel_budget *, long long int now);

/* Returns how long the calling thread has used a CPU, in microseconds. */
long long int vkernel_budget_cpu_usec(void);

/* Takes note that one has used the CPU for 'cpu_usec', and kept the thread for
 * 'usec', microseconds. */
void vkernel_budget_spent(struct vkernel_budget *, long long int now,
                          long long int cpu_usec, long long int usec);

/* Returns when vkernel_budget_may_look(), which has just returned false, will
 * return true. */
long long int vkernel_budget_get_next_look(const struct vkernel_budget *);

/* Returns 0 if what looks led to may be done now, and takes note of that;
 * otherwise returns when to ask again. */
long long int vkernel_budget_get_next_full(struct vkernel_budget *,
                                           long long int now);

/* Takes note that the tap was seen to change. */
void vkernel_budget_changed(struct vkernel_budget *, long long int now);

/* Returns 0 if the tap may be healed now, otherwise when to ask again. */
long long int vkernel_budget_get_next_heal(struct vkernel_budget *,
                                           long long int now);

/* Returns true if it was healed more than once, lately. */
bool vkernel_budget_is_noisy(const struct vkernel_budget *);

/* Takes note that it was healed. */
void vkernel_budget_healed(struct vkernel_budget *, long long int now);

/* Returns what to append to a line that may be written into the log now, and
 * takes note of it: how many were left out before it, or "".  Valid until the
 * next call.  Returns NULL if the line must be left out. */
const char *vkernel_budget_take_line(struct vkernel_budget *,
                                     long long int now);

/* Takes note that the user has changed an option: what comes of that is no
 * noise, and the next lines may be written. */
void vkernel_budget_renew_lines(struct vkernel_budget *);

/* Writes a line into the log, at LEVEL of the calling file's module, if
 * BUDGET allows for it or is NULL.  FORMAT is a literal. */
#define VKERNEL_BUDGET_LOG(BUDGET, LEVEL, FORMAT, ...)                      \
    do {                                                                    \
        struct vkernel_budget *budget__ = (BUDGET);                         \
        const char *note__ = (budget__                                      \
                              ? vkernel_budget_take_line(budget__,          \
                                                         time_msec())       \
                              : "");                                        \
                                                                            \
        if (note__) {                                                       \
            VLOG(LEVEL, FORMAT "%s", __VA_ARGS__, note__);                  \
        }                                                                   \
    } while (0)

#endif /* vkernel-budget.h */
