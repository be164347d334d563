/* Copyright (c) 2026 The dpdkvkernel Authors.
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

/* Small packets and round trips for the benchmark, by UDP over IPv4:
 *
 *     bench-traffic flood ADDRESS PORT SIZE SECONDS
 *         Sends datagrams with SIZE bytes of payload as quickly as the machine
 *         can, then prints "sent N".
 *
 *     bench-traffic count ADDRESS PORT WARMUP SECONDS
 *         Prints "ready", waits for a first datagram and then for WARMUP more
 *         seconds, prints "start", and after SECONDS more "received N in S"
 *         with what came in between.
 *
 *     bench-traffic echo ADDRESS PORT
 *         Prints "ready" and sends back what comes, until it is killed.
 *
 *     bench-traffic ask ADDRESS PORT SECONDS PAUSE
 *         Sends requests to an echo for SECONDS, each PAUSE microseconds after
 *         the answer to the last one, and prints one line:
 *
 *             requests N lost N min US p50 US p99 US max US
 *
 *         A request without an answer after a second is lost, and in the
 *         percentiles it is one that took that second. */

#include <config.h>

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define MAX_SIZE 2048
#define MAX_REQUESTS 1000000
#define ANSWER_LIMIT_US 1000000
#define FIRST_LIMIT_US (15 * 1000000)

static int64_t
now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t
seconds_to_us(const char *s)
{
    return (int64_t) (atof(s) * 1e6);
}

static struct sockaddr_in
parse_address(const char *address, const char *port)
{
    struct sockaddr_in sin;

    memset(&sin, 0, sizeof sin);
    sin.sin_family = AF_INET;
    sin.sin_port = htons(atoi(port));
    if (inet_pton(AF_INET, address, &sin.sin_addr) != 1) {
        errx(1, "%s is no IPv4 address", address);
    }
    return sin;
}

static int
open_socket(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (fd < 0) {
        err(1, "socket");
    }
    return fd;
}

static int
open_connected(const char *address, const char *port)
{
    struct sockaddr_in sin = parse_address(address, port);
    int fd = open_socket();

    if (connect(fd, (struct sockaddr *) &sin, sizeof sin)) {
        err(1, "connect");
    }
    return fd;
}

static int
open_bound(const char *address, const char *port)
{
    struct sockaddr_in sin = parse_address(address, port);
    int size = 8 << 20;
    int fd = open_socket();

    /* Beyond the system's limit, which root may. */
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    if (bind(fd, (struct sockaddr *) &sin, sizeof sin)) {
        err(1, "bind");
    }
    return fd;
}

static void
set_receive_limit(int fd, int64_t us)
{
    struct timeval tv;

    tv.tv_sec = us / 1000000;
    tv.tv_usec = us % 1000000;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv)) {
        err(1, "SO_RCVTIMEO");
    }
}

static void
say(const char *line)
{
    puts(line);
    fflush(stdout);
}

static void
init_batch(struct mmsghdr msgs[BATCH], struct iovec iovs[BATCH],
           char buffers[BATCH][MAX_SIZE], size_t size)
{
    memset(msgs, 0, BATCH * sizeof *msgs);
    for (int i = 0; i < BATCH; i++) {
        iovs[i].iov_base = buffers[i];
        iovs[i].iov_len = size;
        msgs[i].msg_hdr.msg_iov = &iovs[i];
        msgs[i].msg_hdr.msg_iovlen = 1;
    }
}

static void
flood(char *argv[])
{
    static char buffers[BATCH][MAX_SIZE];
    int fd = open_connected(argv[0], argv[1]);
    size_t size = atoi(argv[2]);
    int64_t end = now_us() + seconds_to_us(argv[3]);
    struct mmsghdr msgs[BATCH];
    struct iovec iovs[BATCH];
    uint64_t sent = 0;

    if (size > MAX_SIZE) {
        errx(1, "%s is too much", argv[2]);
    }
    init_batch(msgs, iovs, buffers, size);
    while (now_us() < end) {
        int n = sendmmsg(fd, msgs, BATCH, 0);

        /* ECONNREFUSED if the other side has ended, ENOBUFS if it is too much:
         * neither is of interest. */
        sent += n > 0 ? n : 0;
    }
    printf("sent %llu\n", (unsigned long long) sent);
}

static void
count(char *argv[])
{
    static char buffers[BATCH][MAX_SIZE];
    int fd = open_bound(argv[0], argv[1]);
    int64_t warmup = seconds_to_us(argv[2]);
    int64_t length = seconds_to_us(argv[3]);
    int64_t start = now_us() + FIRST_LIMIT_US;
    bool seen = false, started = false;
    struct mmsghdr msgs[BATCH];
    struct iovec iovs[BATCH];
    uint64_t received = 0;

    init_batch(msgs, iovs, buffers, MAX_SIZE);
    set_receive_limit(fd, 50000);
    say("ready");
    for (;;) {
        int n = recvmmsg(fd, msgs, BATCH, MSG_WAITFORONE, NULL);
        int64_t now = now_us();

        if (n > 0 && !seen) {
            seen = true;
            start = now + warmup;
        }
        if (now >= start && !started) {
            started = true;
            start = now;
            say("start");
        } else if (started) {
            received += n > 0 ? n : 0;
            if (now - start >= length) {
                printf("received %llu in %.6f\n",
                       (unsigned long long) received, (now - start) / 1e6);
                return;
            }
        }
    }
}

static void
echo(char *argv[])
{
    static char buffer[MAX_SIZE];
    int fd = open_bound(argv[0], argv[1]);

    say("ready");
    for (;;) {
        struct sockaddr_in from;
        socklen_t from_len = sizeof from;
        ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0,
                             (struct sockaddr *) &from, &from_len);

        if (n >= 0) {
            sendto(fd, buffer, n, 0, (struct sockaddr *) &from, from_len);
        }
    }
}

/* Sends request number 'seq' and waits for its answer; returns how long that
 * took, in microseconds, or ANSWER_LIMIT_US. */
static uint32_t
ask_once(int fd, uint32_t seq)
{
    int64_t sent = now_us();

    if (send(fd, &seq, sizeof seq, 0) < 0) {
        /* The socket still had an error to tell from the request before. */
        if (send(fd, &seq, sizeof seq, 0) < 0) {
            usleep(1000);
        }
    }
    for (;;) {
        int64_t left = sent + ANSWER_LIMIT_US - now_us();
        uint32_t answer;
        ssize_t n;

        if (left <= 0) {
            return ANSWER_LIMIT_US;
        }
        set_receive_limit(fd, left);
        n = recv(fd, &answer, sizeof answer, 0);
        if (n == sizeof answer && answer == seq) {
            int64_t took = now_us() - sent;

            return took < ANSWER_LIMIT_US ? took : ANSWER_LIMIT_US;
        }
        /* Else it is late, or the echo has gone. */
    }
}

static int
compare(const void *a_, const void *b_)
{
    uint32_t a = *(const uint32_t *) a_;
    uint32_t b = *(const uint32_t *) b_;

    return a < b ? -1 : a > b;
}

/* Returns the smallest of the 'n' sorted 'times' that is not exceeded by
 * 'percent' of them. */
static uint32_t
percentile(const uint32_t times[], size_t n, int percent)
{
    size_t rank = (n * percent + 99) / 100;

    return times[rank > 0 ? rank - 1 : 0];
}

static void
ask(char *argv[])
{
    static uint32_t times[MAX_REQUESTS];
    int fd = open_connected(argv[0], argv[1]);
    int64_t end = now_us() + seconds_to_us(argv[2]);
    int pause = atoi(argv[3]);
    size_t n = 0, lost = 0;

    do {
        times[n] = ask_once(fd, n);
        lost += times[n] >= ANSWER_LIMIT_US;
        n++;
        if (pause > 0) {
            usleep(pause);
        }
    } while (now_us() < end && n < MAX_REQUESTS);

    qsort(times, n, sizeof *times, compare);
    printf("requests %zu lost %zu min %u p50 %u p99 %u max %u\n", n, lost,
           times[0], percentile(times, n, 50), percentile(times, n, 99),
           times[n - 1]);
}

int
main(int argc, char *argv[])
{
    static const struct {
        const char *name;
        int n_args;
        void (*run)(char *argv[]);
    } commands[] = {
        { "flood", 4, flood },
        { "count", 4, count },
        { "echo", 2, echo },
        { "ask", 4, ask },
    };

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (argc == commands[i].n_args + 2
            && !strcmp(argv[1], commands[i].name)) {
            commands[i].run(argv + 2);
            return 0;
        }
    }
    fprintf(stderr, "usage: bench-traffic flood ADDRESS PORT SIZE SECONDS\n"
            "       bench-traffic count ADDRESS PORT WARMUP SECONDS\n"
            "       bench-traffic echo ADDRESS PORT\n"
            "       bench-traffic ask ADDRESS PORT SECONDS PAUSE\n");
    return 2;
}
