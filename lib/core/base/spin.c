/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short spinning while the machine is busy.
 */
#include "base/spin.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/processors.h"
#include "base/start.h"
#include "base/team.h"

/* Seconds between two looks, and looks in a row after which spinning gets
 * short, and long again. */
#define LOOK_SECONDS 0.02
enum { BUSY_LOOKS = 2, CALM_LOOKS = 150 };
/* Fractions of the time that a thread which wants a processor has none: on a
 * busy machine, and where one look is enough. */
#define BUSY_WAITING 0.1
#define VERY_BUSY_WAITING 0.3

struct sg_spin {
    pid_t process; /* a child of fork() has no threads of its parent's */
    pid_t watched; /* thread whose waiting is known, until: */
    double looked;
    double waited; /* seconds so far */
    int32_t busy, calm;
    bool sleeps, ending;
    int32_t members;
    pthread_t thread;
    pthread_mutex_t lock; /* of `ending` */
    pthread_cond_t changed;
};

/* ---- the team that sleeps ----------------------------------------------- */

static void sleep_member(void *data) {
    struct sg_spin *s = data;
    pthread_mutex_lock(&s->lock);
    while (!s->ending)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

static void *sleep_all(void *data) {
    const struct sg_spin *s = data;
    if (sg_team_find(s->members) != SG_TEAM_HERE) return NULL;
    (void)sg_team_fix(s->members);
    sg_team_run(s->members, sleep_member, data);
    return NULL;
}

/* More threads than processors, with those of the context. */
static void start(syngan_context *context, struct sg_spin *s) {
    int32_t more = sg_processor_affinity() - context->threads;
    s->members = (more < 0 ? 0 : more) + 2;
    if (s->members > SG_MAX_THREADS) return;
    s->ending = false;
    s->sleeps = sg_thread_start(&s->thread, sleep_all, s);
}

static void end(struct sg_spin *s) {
    if (!s->sleeps || s->process != getpid()) return;
    pthread_mutex_lock(&s->lock);
    s->ending = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    s->sleeps = false;
}

/* ---- looking ------------------------------------------------------------ */

/* A line of a file of the system's, "" if there is none. */
static void read_line(const char *path, char *line, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, line, size - 1);
    line[got < 0 ? 0 : got] = '\0';
    if (fd >= 0) close(fd);
}

/* Seconds that this thread has waited for a processor. */
static double waiting(void) {
    char line[100];
    unsigned long long ran, waited;
    read_line("/proc/thread-self/schedstat", line, sizeof line);
    return sscanf(line, "%llu %llu", &ran, &waited) == 2 ? 1e-9 * (double)waited
                                                         : 0.0;
}

/* Whether more threads than processors want to run now. */
static bool is_crowded(void) {
    char line[100];
    long running;
    read_line("/proc/loadavg", line, sizeof line);
    return sscanf(line, "%*s %*s %*s %ld", &running) == 1 &&
           running > sysconf(_SC_NPROCESSORS_ONLN);
}

/* Counts looks; the first at a thread tells little. */
static void look(struct sg_spin *s, double now) {
    const pid_t thread = gettid();
    const double waited = waiting();
    const double fraction =
        s->watched == thread ? (waited - s->waited) / (now - s->looked) : 0.0;
    const bool is_busy = fraction > BUSY_WAITING || is_crowded();
    if (fraction > VERY_BUSY_WAITING)
        s->busy = BUSY_LOOKS;
    else
        s->busy = is_busy ? s->busy + 1 : 0;
    s->calm = is_busy ? 0 : s->calm + 1;
    s->watched = thread;
    s->looked = now;
    s->waited = waited;
}

static struct sg_spin *find(syngan_context *context) {
    struct sg_spin *s = context->spin;
    if (s != NULL && s->process == getpid()) return s;
    if (s == NULL) s = context->spin = sg_alloc(context, sizeof *s);
    if (s == NULL) return NULL;
    *s = (struct sg_spin){.process = getpid()};
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    return s;
}

void sg_spin_notice(syngan_context *context) {
    const double now = sg_seconds_coarse();
    if (context->threads == 1) return;
    struct sg_spin *s = context->spin;
    if (s != NULL && now - s->looked < LOOK_SECONDS) return;
    s = find(context);
    if (s == NULL) return;
    look(s, now);
    if (!s->sleeps && s->busy >= BUSY_LOOKS)
        start(context, s);
    else if (s->sleeps && s->calm >= CALM_LOOKS)
        end(s);
}

bool sg_spin_is_short(const syngan_context *context) {
    return context->spin != NULL && context->spin->sleeps;
}

void sg_spin_free(syngan_context *context) {
    struct sg_spin *s = context->spin;
    if (s == NULL) return;
    end(s);
    sg_free(context, s);
    context->spin = NULL;
}
