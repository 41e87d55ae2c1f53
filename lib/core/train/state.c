/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What training changes: the variables of both players, of their optimizers
 * and of the averaged generator.
 */
#include "train/optimizer.h"
#include "train/trainer.h"

syngan_status sg_state_visit_optimizers(const syngan_trainer *trainer,
                                        sg_state_fn visit, void *argument) {
    SG_TRY(sg_visit_optimizer(trainer->generator_optimizer,
                              "generator_optimizer.", visit, argument));
    return sg_visit_optimizer(trainer->discriminator_optimizer,
                              "discriminator_optimizer.", visit, argument);
}

syngan_status sg_state_visit(const void *owner, sg_state_fn visit,
                             void *argument) {
    const syngan_trainer *trainer = owner;
    SG_TRY(sg_visit_model(trainer->generator, "generator.", visit, argument));
    SG_TRY(sg_visit_model(trainer->discriminator, "discriminator.", visit,
                          argument));
    SG_TRY(sg_visit_model(trainer->average, "average.", visit, argument));
    return sg_state_visit_optimizers(trainer, visit, argument);
}
