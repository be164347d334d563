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

#ifndef NETDEV_DPDKVKERNEL_PRIVATE_H
#define NETDEV_DPDKVKERNEL_PRIVATE_H 1

/* What the files of the netdev class "dpdkvkernel" share, and nobody else:
 *
 *   netdev-dpdkvkernel.c           the class, life cycle, fast path
 *   netdev-dpdkvkernel-change.c    what is wanted, and prepared
 *   netdev-dpdkvkernel-link.c      the tap as it is seen, and followed
 *   netdev-dpdkvkernel-query.c     what can be asked of a port
 *   netdev-dpdkvkernel-place.c     where the tap lives, and for how long
 *   netdev-dpdkvkernel-carrier.c   what carrier the tap has
 *   netdev-dpdkvkernel-worker.c    the threads of vhost, looked after
 *   netdev-dpdkvkernel-affinity.c  the CPUs they get
 *   netdev-dpdkvkernel-qos.c       policers, for the QoS and policing columns
 *
 * All functions are called from the main thread, with the locks that
 * OVS_REQUIRES() and OVS_EXCLUDED() name, or with none.  The exception is
 * netdev_dpdkvkernel_get_etheraddr(): see netdev-dpdkvkernel.h. */

#include <stdbool.h>

#include "netdev-dpdkvkernel.h"
#include "netdev-provider.h"
#include "openvswitch/list.h"
#include "ovs-atomic.h"
#include "ovs-rcu.h"
#include "ovs-thread.h"
#include "util.h"
#include "vkernel-budget.h"
#include "vkernel-compat.h"
#include "vkernel-config.h"
#include "vkernel-device.h"
#include "vkernel-error.h"
#include "vkernel-ethtool.h"
#include "vkernel-host.h"
#include "vkernel-link.h"
#include "vkernel-orphan.h"
#include "vkernel-rx.h"
#include "vkernel-stall.h"
#include "vkernel-stats.h"
#include "vkernel-tx.h"

/* Guards the list of ports.  The lock order is this one, then a netdev's
 * mutex. */
extern struct ovs_mutex netdev_dpdkvkernel_ports_mutex;

/* Contains all "struct netdev_dpdkvkernel"s. */
extern struct ovs_list netdev_dpdkvkernel_ports
    OVS_GUARDED_BY(netdev_dpdkvkernel_ports_mutex);

/* Returns the row of the Interface 'name' if it is one of ours, on a bridge,
 * otherwise NULL. */
const struct ovsrec_interface *netdev_dpdkvkernel_find_interface(
    const char *name);

/* Finds the bridge of an Interface: see netdev_dpdkvkernel_register(). */
extern netdev_dpdkvkernel_find_bridge_func *netdev_dpdkvkernel_find_bridge;

/* Finds a Port, likewise. */
extern netdev_dpdkvkernel_find_port_func *netdev_dpdkvkernel_find_port;

/* Is the database there, and ours?  Likewise. */
extern netdev_dpdkvkernel_has_database_func *netdev_dpdkvkernel_has_database;

/* What netdev_dpdkvkernel_exit() has said. */
extern bool netdev_dpdkvkernel_exiting;
extern bool netdev_dpdkvkernel_cleaning_up;

/* How the worker of a queue pair is doing. */
struct netdev_dpdkvkernel_worker {
    bool placed;                /* It was told where to run... */
    struct vkernel_cpus target; /* ...namely here... */
    struct vkernel_cpus granted; /* ...which the kernel made this of... */
    struct vkernel_cpus online; /* ...with these CPUs there are... */
    int error;                  /* ...or refused, with this errno value. */

    uint64_t past_cpu_msec;     /* CPU time of those before, in ms. */
    uint64_t cpu_msec;          /* Its own, at the last look. */
    int cpu;                    /* The CPU it was on then. */
    bool starves;               /* It could run, and gets no time. */
    uint64_t n_stalls;          /* How often its queue was stalled. */
    bool helped;                /* Something was done about that. */
    int away_from;              /* The CPU on which it got no time... */
    long long int away_until;   /* ...until when to keep it away, or 0. */
};

/* Likewise, all of a port's. */
struct netdev_dpdkvkernel_workers {
    struct netdev_dpdkvkernel_worker queues[VKERNEL_MAX_QUEUES];
    struct vkernel_stall stall; /* Which queues are stalled. */
    long long int next_look;    /* When to look, as time_msec(). */
    int busyloop_us;            /* What they were told. */
    int busyloop_error;         /* Why they were not. */
    int default_error;          /* Why their default CPUs were refused. */
    bool reopen;                /* The device must be opened again. */
    long long int no_reopen_until; /* Not before this, for a stalled queue. */
    uint64_t n_reopened;        /* How often that was wanted. */
};

/* A policer, or NULL, that the fast path reads without a lock. */
typedef OVSRCU_TYPE(struct vkernel_policer *) netdev_dpdkvkernel_policer;

struct netdev_dpdkvkernel {
    struct netdev up;

    /* In 'netdev_dpdkvkernel_ports'. */
    struct ovs_list node OVS_GUARDED_BY(netdev_dpdkvkernel_ports_mutex);

    /* Administratively up, in Open vSwitch.  The fast path reads it. */
    atomic_bool admin_up;

    /* For what comes from the kernel, and for what goes to it.  Changed under
     * 'mutex'. */
    netdev_dpdkvkernel_policer rx_policer;
    netdev_dpdkvkernel_policer tx_policer;

    /* Written by construct() and reconfigure() only, while no thread sends;
     * the fast path reads them without a lock. */
    struct vkernel_rx rx;
    struct vkernel_tx tx;
    struct vkernel_txq txqs[VKERNEL_MAX_QUEUES];
    bool running;               /* There is a port to receive from. */

    /* The ledger.  Its queues' counters are the fast path's. */
    struct vkernel_stats *stats;

    struct ovs_mutex mutex;

    /* What carries the traffic. */
    struct vkernel_device device OVS_GUARDED;

    /* What reconfigure() shall make of it. */
    struct vkernel_config wanted_config OVS_GUARDED;
    int wanted_mtu OVS_GUARDED; /* 0: what the tap will have. */

    /* What run() or the bridge has prepared for reconfigure() to switch to, if
     * 'next_ready'. */
    struct vkernel_device next OVS_GUARDED;
    bool next_ready OVS_GUARDED;

    /* Must it wait until another port has given up the name of the tap that it
     * wants?  Is it in the "error" column that it must? */
    bool waits_for_name OVS_GUARDED;
    bool name_refused OVS_GUARDED;

    /* Nonzero if that failed: when to try again, as time_msec(), and how long
     * to wait after one more failure. */
    long long int retry_at OVS_GUARDED;
    int retry_delay OVS_GUARDED;

    /* What others may make the main thread do for this port. */
    struct vkernel_budget budget OVS_GUARDED;
    int late_events OVS_GUARDED; /* Events of the tap to follow yet... */
    long long int follow_at OVS_GUARDED; /* ...when to ask for that again. */
    bool asked OVS_GUARDED;     /* The user wants a change: no budget. */
    long long int heal_at OVS_GUARDED; /* Nonzero if a change is put off: until
                                        * when, as time_msec(). */
    bool healing_late OVS_GUARDED; /* It was counted as put off. */

    /* What the options of the kernel's side ask for, done. */
    struct vkernel_host *host OVS_GUARDED;

    /* True once the Interface's mac column has said which MAC it wants. */
    bool mac_wanted OVS_GUARDED;

    /* The tap as it was last seen; valid if 'link_error' is 0. */
    struct vkernel_link link OVS_GUARDED;
    int link_error OVS_GUARDED;
    bool shared OVS_GUARDED;    /* Somebody else had a queue of it... */
    bool altered OVS_GUARDED;   /* ...and has left, so that the device must be
                                 * opened again. */
    struct vkernel_link shown_link OVS_GUARDED; /* Likewise, when the bridge */
    int shown_error OVS_GUARDED;                /* was told of a change. */
    bool carrier OVS_GUARDED;   /* Link state. */
    long long int carrier_resets OVS_GUARDED; /* Changes of 'carrier'. */

    /* Where the tap lives: netdev-dpdkvkernel-place.c. */
    long long int place_at OVS_GUARDED; /* When to look again, as time_msec(),
                                         * or LLONG_MAX. */
    int place_delay OVS_GUARDED; /* Milliseconds, once that has failed. */
    bool misplaced OVS_GUARDED; /* It cannot be moved to where it shall be. */
    bool abandon_tap OVS_GUARDED; /* At the next switch: its namespace was
                                   * deleted. */
    bool look_at_persist OVS_GUARDED; /* May the tap not be what "persist"
                                       * makes of it? */
    unsigned int recorded_seq OVS_GUARDED; /* What the record has of it: which
                                            * tap where, ... */
    unsigned int recorded_why OVS_GUARDED; /* ...and what for. */

    /* The carrier that the tap gets: netdev-dpdkvkernel-carrier.c. */
    bool carrier_from_down OVS_GUARDED; /* Is the other port down? */

    /* What vkernel_tap_format_offloads() said last, or NULL. */
    char *offloads OVS_GUARDED;

    /* What somebody asked for of the tap's features, and what
     * vkernel_port_get_memory_seq() was then. */
    struct vkernel_ethtool_features features OVS_GUARDED;
    unsigned int memory_seq OVS_GUARDED;

    /* Who works for it in the kernel. */
    struct netdev_dpdkvkernel_workers workers OVS_GUARDED;

    /* The last QoS was not valid, so that the one before goes on?  What is
     * wrong with it, for the user, until set_policing() tells. */
    bool qos_refused OVS_GUARDED;
    char *qos_error OVS_GUARDED;

    /* Driver's counters of devices that were closed. */
    struct vkernel_driver_stats past_driver_stats OVS_GUARDED;
};

static inline struct netdev_dpdkvkernel *
netdev_dpdkvkernel_cast(const struct netdev *netdev)
{
    return CONTAINER_OF(netdev, struct netdev_dpdkvkernel, up);
}

/* Changes: netdev-dpdkvkernel-change.c. */

/* Sets what the Interface's error column says from 'source' to 'message',
 * which lacks the Interface's name and which this function takes over, or
 * clears it if 'message' is NULL. */
void netdev_dpdkvkernel_set_error(struct netdev_dpdkvkernel *dev,
                                  enum vkernel_error_source source,
                                  char *message)
    OVS_REQUIRES(dev->mutex);

/* Takes 'options' over into 'dev'.  Returns NULL if successful, otherwise a
 * message for the user, to be free()d by the caller; 'dev' is then as
 * before. */
char *netdev_dpdkvkernel_apply_options(struct netdev_dpdkvkernel *dev,
                                       const struct smap *options)
    OVS_REQUIRES(netdev_dpdkvkernel_ports_mutex);

/* Takes note of a new wish of the user's, which is tried without the delay
 * that is due after a failure. */
void netdev_dpdkvkernel_request_change(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Likewise, of something that others have changed, and that has to be followed
 * or made good, as far as the port's budget allows. */
void netdev_dpdkvkernel_request_heal(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Returns true if what others have changed may be made good now, and takes
 * note of that.  Otherwise stores into '*atp' when to ask again. */
bool netdev_dpdkvkernel_may_heal(struct netdev_dpdkvkernel *dev,
                                 long long int *atp)
    OVS_REQUIRES(dev->mutex);

/* Wakes the poll loop when netdev_dpdkvkernel_run_port() has something to
 * do. */
void netdev_dpdkvkernel_wait_port(struct netdev_dpdkvkernel *dev)
    OVS_EXCLUDED(dev->mutex);

/* Prepares the change that is wanted, if any, and has the datapath call
 * reconfigure() for it.  Until then the port goes on as it is, so that what
 * fails here disturbs nobody. */
void netdev_dpdkvkernel_prepare_change(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Switches to what was prepared, if anything, while no thread receives or
 * sends.  Never fails: the old device goes on if the new one cannot. */
void netdev_dpdkvkernel_switch(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Gives the tap back as it was before the options of the kernel's side, for it
 * may outlive the port, unless they say that all shall. */
void netdev_dpdkvkernel_undo_host(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Gives up what was prepared for a change. */
void netdev_dpdkvkernel_discard_change(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Follows the kernel, and prepares the change that is wanted. */
void netdev_dpdkvkernel_run_port(struct netdev_dpdkvkernel *dev)
    OVS_EXCLUDED(dev->mutex);

/* Names of taps: netdev-dpdkvkernel-name.c. */

/* Returns the name of another Interface that has the tap of 'config' and, by
 * what the database says, is going to keep it, otherwise NULL. */
const char *netdev_dpdkvkernel_find_tap_user(
    struct netdev_dpdkvkernel *dev, const struct vkernel_config *config)
    OVS_REQUIRES(netdev_dpdkvkernel_ports_mutex);

/* Returns true if a port has the tap of 'config' now.  To be called when
 * netdev_dpdkvkernel_find_tap_user() has returned NULL: it will give it up
 * soon. */
bool netdev_dpdkvkernel_is_tap_in_use(struct netdev_dpdkvkernel *dev,
                                      const struct vkernel_config *config)
    OVS_REQUIRES(netdev_dpdkvkernel_ports_mutex);

/* Sees whether 'dev' can have the tap that it wants, or must wait for another
 * port to give up its name, or give up its own first. */
void netdev_dpdkvkernel_check_name(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(netdev_dpdkvkernel_ports_mutex)
    OVS_EXCLUDED(dev->mutex);

/* Says that a port may have given up its tap, for ports that wait for it. */
void netdev_dpdkvkernel_name_changed(void);

/* Has Open vSwitch read routes again: those through the tap of 'dev', whose
 * name may be new, get that of the Interface. */
void netdev_dpdkvkernel_report_name(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Wakes the poll loop when a port that waits for a name may have it. */
void netdev_dpdkvkernel_wait_name(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Link: netdev-dpdkvkernel-link.c. */

/* Looks at the tap.  Has no effect on it. */
void netdev_dpdkvkernel_refresh_link(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Looks whether the tap, as it was last seen, is still the daemon's alone.
 * Root in its namespace can attach a queue, and with that change what holds
 * for all queues, such as the size of headers.  When that queue has gone, the
 * device is opened again, which sets it all; before that, the driver would
 * refuse the tap. */
void netdev_dpdkvkernel_follow_queues(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Sets the tap's gso_max_size and gso_ipv4_max_size back if they are more than
 * a buffer holds.  The tap must have been seen. */
void netdev_dpdkvkernel_limit_gso_max_size(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Looks at the tap, and follows what an administrator has changed, or changes
 * it back. */
void netdev_dpdkvkernel_follow_link(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Takes note of the tap's offloads as they are. */
void netdev_dpdkvkernel_note_offloads(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Asks for the offloads that were noted, if the driver may just have set them
 * to what it wants, because memory was made for some other port. */
void netdev_dpdkvkernel_keep_offloads(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Does what is due after 'events' of the tap, as vkernel_tap_run() returns
 * them, and after netdev_dpdkvkernel_follow_link(). */
void netdev_dpdkvkernel_follow_events(struct netdev_dpdkvkernel *dev,
                                      int events)
    OVS_REQUIRES(dev->mutex);

/* Place: netdev-dpdkvkernel-place.c. */

/* Sees to it that the tap is in the network namespace that the options ask
 * for. */
void netdev_dpdkvkernel_place_tap(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Wakes the poll loop when netdev_dpdkvkernel_place_tap() has to look. */
void netdev_dpdkvkernel_wait_place(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Sees to it that the tap is persistent, and marked as ours, if the options
 * ask for that, and is not if they do not. */
void netdev_dpdkvkernel_keep_tap(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Has netdev_dpdkvkernel_place_tap() and netdev_dpdkvkernel_keep_tap() look at
 * the tap. */
void netdev_dpdkvkernel_look_at_tap(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Fills 'trace' with what is known of the tap that 'dev' with 'config' may
 * have had from an earlier daemon, or in an earlier life, to be free()d by
 * netdev_dpdkvkernel_free_trace().  To be called for each tap that 'dev' has
 * not had yet.
 *
 * Returns NULL if successful, otherwise a message without the Interface's
 * name, to be free()d by the caller: the tap must not be made. */
char *netdev_dpdkvkernel_find_trace(struct netdev_dpdkvkernel *dev,
                                    const struct vkernel_config *config,
                                    struct vkernel_orphan_trace *trace)
    OVS_REQUIRES(dev->mutex);
void netdev_dpdkvkernel_free_trace(struct vkernel_orphan_trace *trace);

/* Returns false if the database is there, and does not have the Interface
 * 'name', of this class and on a bridge. */
bool netdev_dpdkvkernel_is_wanted(const char *name);

/* Before a port is destroyed: has its tap stay if it should. */
void netdev_dpdkvkernel_leave_tap(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Removes taps that were left behind, when it is time to. */
void netdev_dpdkvkernel_sweep_run(void)
    OVS_EXCLUDED(netdev_dpdkvkernel_ports_mutex);
void netdev_dpdkvkernel_sweep_wait(void);

/* Makes it time to: a port was deleted, or has a tap of another name. */
void netdev_dpdkvkernel_request_sweep(void);

/* Carrier: netdev-dpdkvkernel-carrier.c. */

/* Finds out the link states of the ports that carrier-from names.  To be
 * called without any lock, for it takes those of all netdevs. */
void netdev_dpdkvkernel_carrier_run(void)
    OVS_EXCLUDED(netdev_dpdkvkernel_ports_mutex);
void netdev_dpdkvkernel_carrier_wait(void);

/* Gives the tap the carrier that it should have.  The tap must have been
 * seen. */
void netdev_dpdkvkernel_set_carrier(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Workers: netdev-dpdkvkernel-worker.c. */

/* Takes note that 'dev->device' was opened, which makes workers anew, and
 * places them. */
void netdev_dpdkvkernel_new_workers(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Looks after the workers, and the queues that they work for, each second. */
void netdev_dpdkvkernel_run_workers(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Arranges for poll_block() to wake up when that is due. */
void netdev_dpdkvkernel_wait_workers(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Appends counters of the workers to 'stats'. */
void netdev_dpdkvkernel_add_worker_stats(struct netdev_dpdkvkernel *dev,
                                         struct netdev_custom_stats *stats)
    OVS_REQUIRES(dev->mutex);

/* Adds to 'status' that the workers are not known, or not placed. */
void netdev_dpdkvkernel_format_workers_status(
    const struct netdev_dpdkvkernel_info *, struct smap *status);

/* CPUs of workers: netdev-dpdkvkernel-affinity.c. */

/* Has each worker run where it shall, by the options or by default, and poll
 * for as long as it shall, and tells what is wrong with that.  Does nothing
 * that was done already. */
void netdev_dpdkvkernel_place_workers(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Queries: netdev-dpdkvkernel-query.c.  Members of struct netdev_class. */

int netdev_dpdkvkernel_get_numa_id(const struct netdev *netdev);
int netdev_dpdkvkernel_get_etheraddr(const struct netdev *netdev,
                                     struct eth_addr *mac);
int netdev_dpdkvkernel_get_mtu(const struct netdev *netdev, int *mtup);
int netdev_dpdkvkernel_get_ifindex(const struct netdev *netdev);
int netdev_dpdkvkernel_get_carrier(const struct netdev *netdev, bool *carrier);
int netdev_dpdkvkernel_get_addr_list(const struct netdev *netdev,
                                     struct in6_addr **addrs,
                                     struct in6_addr **masks, int *n_addrs);
int netdev_dpdkvkernel_get_speed(const struct netdev *netdev,
                                 uint32_t *current, uint32_t *max);
int netdev_dpdkvkernel_get_features(const struct netdev *netdev,
                                    enum netdev_features *current,
                                    enum netdev_features *advertised,
                                    enum netdev_features *supported,
                                    enum netdev_features *peer);
long long int netdev_dpdkvkernel_get_carrier_resets(
    const struct netdev *netdev);
int netdev_dpdkvkernel_get_config(const struct netdev *netdev,
                                  struct smap *options);
int netdev_dpdkvkernel_get_stats(const struct netdev *netdev,
                                 struct netdev_stats *stats);
int netdev_dpdkvkernel_get_custom_stats(const struct netdev *netdev,
                                        struct netdev_custom_stats *stats);
int netdev_dpdkvkernel_get_status(const struct netdev *netdev,
                                  struct smap *status);

/* Policers: netdev-dpdkvkernel-qos.c. */

/* Has the policers' buckets hold the longest packet, which may have
 * changed. */
void netdev_dpdkvkernel_resize_policers(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Frees the policers, which no other thread may be using. */
void netdev_dpdkvkernel_destroy_policers(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex);

/* Members of struct netdev_class. */

int netdev_dpdkvkernel_set_policing(struct netdev *netdev,
                                    unsigned int kbits_rate,
                                    unsigned int kbits_burst,
                                    unsigned int kpkts_rate,
                                    unsigned int kpkts_burst);
int netdev_dpdkvkernel_get_qos_types(const struct netdev *netdev,
                                     struct sset *types);
int netdev_dpdkvkernel_get_qos(const struct netdev *netdev,
                               const char **typep, struct smap *details);
int netdev_dpdkvkernel_set_qos(struct netdev *netdev, const char *type,
                               const struct smap *details);
int netdev_dpdkvkernel_get_queue(const struct netdev *netdev,
                                 unsigned int queue_id, struct smap *details);
int netdev_dpdkvkernel_set_queue(struct netdev *netdev, unsigned int queue_id,
                                 const struct smap *details);
int netdev_dpdkvkernel_delete_queue(struct netdev *netdev,
                                    unsigned int queue_id);
int netdev_dpdkvkernel_get_queue_stats(const struct netdev *netdev,
                                       unsigned int queue_id,
                                       struct netdev_queue_stats *stats);
int netdev_dpdkvkernel_queue_dump_start(const struct netdev *netdev,
                                        void **statep);
int netdev_dpdkvkernel_queue_dump_next(const struct netdev *netdev,
                                       void *state, unsigned int *queue_id,
                                       struct smap *details);
int netdev_dpdkvkernel_queue_dump_done(const struct netdev *netdev,
                                       void *state);
int netdev_dpdkvkernel_dump_queue_stats(
    const struct netdev *netdev,
    void (*cb)(unsigned int queue_id, struct netdev_queue_stats *, void *aux),
    void *aux);

#endif /* netdev-dpdkvkernel-private.h */
