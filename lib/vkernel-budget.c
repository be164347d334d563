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

#include "vkernel-budget.h"

#include <stdio.h>
#include <time.h>

#include "util.h"

/* Forgets those of '*n' that are over: one in 'msec' since '*since'. */
static void
forget(int *n, long long int *since, long long int now, long long int msec)
{
    long long int n_over = (now - *since) / msec;

    if (n_over >= *n) {
        *n = 0;
    } else if (n_over > 0) {
        *n -= n_over;
        *since += n_over * msec;
    }
}

bool
vkernel_budget_may_look(struct vkernel_budget *budget, long long int now)
{
    forget(&budget->n_looks, &budget->looked_at, now,
           VKERNEL_BUDGET_LOOK_MSEC);
    return budget->n_looks < VKERNEL_BUDGET_LOOKS && now >= budget->next_look;
}

void
vkernel_budget_looked(struct vkernel_budget *budget, long long int now)
{
    if (!budget->n_looks++) {
        budget->looked_at = now;
    }
}

long long int
vkernel_budget_cpu_usec(void)
{
    struct timespec ts;

    return (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts)
            ? 0
            : ts.tv_sec * 1000000LL + ts.tv_nsec / 1000);
}

void
vkernel_budget_spent(struct vkernel_budget *budget, long long int now,
                     long long int cpu_usec, long long int usec)
{
    long long int pause = MAX(cpu_usec * VKERNEL_BUDGET_CPU_SHARE,
                              usec * VKERNEL_BUDGET_TIME_SHARE) / 1000;

    budget->next_look = MAX(budget->next_look,
                            now + MIN(pause, VKERNEL_BUDGET_MAX_LOOK_MSEC));
}

long long int
vkernel_budget_get_next_look(const struct vkernel_budget *budget)
{
    return (budget->n_looks < VKERNEL_BUDGET_LOOKS
            ? budget->next_look
            : MAX(budget->next_look,
                  budget->looked_at + VKERNEL_BUDGET_LOOK_MSEC));
}

/* Returns when the tap will have been quiet for a while, if nothing happens.
 * While nobody may look, nobody knows. */
static long long int
get_quiet(struct vkernel_budget *budget, long long int now)
{
    long long int quiet = budget->changed_at + VKERNEL_BUDGET_QUIET_MSEC;

    return (vkernel_budget_may_look(budget, now)
            ? quiet
            : MAX(quiet, vkernel_budget_get_next_look(budget)));
}

long long int
vkernel_budget_get_next_full(struct vkernel_budget *budget, long long int now)
{
    long long int next = 0;

    if (budget->n_looks >= VKERNEL_BUDGET_LOOKS - 1) {
        next = MIN(get_quiet(budget, now),
                   budget->full_at + VKERNEL_BUDGET_FULL_MSEC);
    }
    if (now < next) {
        return next;
    }
    budget->full_at = now;
    return 0;
}

void
vkernel_budget_changed(struct vkernel_budget *budget, long long int now)
{
    budget->changed_at = now;
}

long long int
vkernel_budget_get_next_heal(struct vkernel_budget *budget, long long int now)
{
    long long int next;

    forget(&budget->n_heals, &budget->forgot_at, now,
           VKERNEL_BUDGET_FORGET_MSEC);
    if (!budget->n_heals) {
        return 0;
    }
    next = budget->healed_at + (budget->n_heals == 1
                                ? VKERNEL_BUDGET_HEAL_MSEC
                                : VKERNEL_BUDGET_MORE_HEALS_MSEC);
    next = MAX(next, get_quiet(budget, now));
    return now < next ? next : 0;
}

bool
vkernel_budget_is_noisy(const struct vkernel_budget *budget)
{
    return budget->n_heals > 1;
}

void
vkernel_budget_healed(struct vkernel_budget *budget, long long int now)
{
    if (!budget->n_heals) {
        budget->forgot_at = now;
    }
    budget->n_heals = MIN(budget->n_heals + 1, VKERNEL_BUDGET_MAX_HEALS);
    budget->healed_at = now;
}

const char *
vkernel_budget_take_line(struct vkernel_budget *budget, long long int now)
{
    long long int *oldest = &budget->lines[budget->next_line];

    if (budget->lines_full && now - *oldest < VKERNEL_BUDGET_LINES_MSEC) {
        budget->n_left_out++;
        return NULL;
    }
    *oldest = now;
    budget->next_line = (budget->next_line + 1) % VKERNEL_BUDGET_LINES;
    budget->lines_full |= !budget->next_line;
    budget->note[0] = '\0';
    if (budget->n_left_out) {
        snprintf(budget->note, sizeof budget->note,
                 " (%u lines were left out before this one)",
                 budget->n_left_out);
        budget->n_left_out = 0;
    }
    return budget->note;
}

void
vkernel_budget_renew_lines(struct vkernel_budget *budget)
{
    budget->next_line = 0;
    budget->lines_full = false;
}
