/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop of training.
 */
#include "train/loop.h"

bool sg_loop_keep(sg_loop *loop) {
    if (!sg_snapshot_take(&loop->kept)) return false;
    loop->kept_done = *loop->done;
    return true;
}

void sg_loop_go_back(sg_loop *loop) {
    sg_snapshot_restore(&loop->kept);
    *loop->done = loop->kept_done;
    if (loop->trainee != NULL && loop->trainee->back != NULL)
        loop->trainee->back(loop->owner);
}

static long long units_done(const sg_loop *loop) {
    return (long long)(*loop->done / loop->unit_steps);
}

syngan_status sg_loop_check_cancel(const sg_loop *loop) {
    if (!sg_is_cancelled(loop->context)) return SYNGAN_OK;
    return sg_fail(loop->context, SYNGAN_E_CANCELLED,
                   "%s: cancelled after %lld %s", loop->trainee->name,
                   units_done(loop), loop->trainee->unit);
}

/* Goes back, with a message that says `what` was found. */
static syngan_status diverged(sg_loop *loop, const char *what) {
    const sg_trainee *trainee = loop->trainee;
    char blame[SG_BLAME_MAX] = "";
    int64_t at = *loop->done;
    sg_loop_go_back(loop);
    bool data = trainee->blame != NULL && trainee->blame(loop->owner, blame);
    return sg_fail(
        loop->context, SYNGAN_E_DIVERGED,
        "%s: %s%s%s in %s %lld; the state is again that after %lld %s; %s",
        trainee->name, blame, data ? ": " : "", what, trainee->step,
        (long long)at, units_done(loop), trainee->unit,
        data ? "the data must be finite" : "a lower learning rate may help");
}

static syngan_status run_step(sg_loop *loop) {
    bool changed = false, finite = true;
    syngan_status status = loop->trainee->run(loop->owner, &changed, &finite);
    if (status != SYNGAN_OK) {
        if (changed) sg_loop_go_back(loop);
        return status;
    }
    if (!finite) return diverged(loop, "a loss is not finite");
    (*loop->done)++;
    return SYNGAN_OK;
}

syngan_status sg_loop_run(sg_loop *loop, int64_t steps) {
    const sg_trainee *trainee = loop->trainee;
    bool stop = false;
    if (!sg_loop_keep(loop))
        return sg_fail(loop->context, SYNGAN_E_DIVERGED,
                       "%s: a parameter is not finite before %s %lld",
                       trainee->name, trainee->step, (long long)*loop->done);
    while (*loop->done < steps && !stop) {
        SG_TRY(sg_loop_check_cancel(loop));
        SG_TRY(run_step(loop));
        bool kept = trainee->keeps(loop->owner);
        if (kept && !sg_loop_keep(loop))
            return diverged(loop, "a parameter is not finite any more");
        SG_TRY(trainee->after(loop->owner, kept, &stop));
    }
    return SYNGAN_OK;
}
