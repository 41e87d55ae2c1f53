/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The losses of two players and the penalties on the discriminator's gradient:
 * a row each, in the order of the public values (syngan/train.h), from which
 * come the choices of options. Include it with SG_GAN_LOSS and SG_GAN_PENALTY
 * defined; which it undefines. The formulas stand in train/gan_loss.c.
 */

/* SG_GAN_LOSS(value, name, real, fake, generator, has_labels, compares,
 * collapses): functions of the logits r and f of real and fake examples;
 * whether real examples have a label, that can be smoothed; whether each term
 * sees both logits, so that there is one update on both; whether a value near 0
 * says that the discriminator has won. */
#ifdef SG_GAN_LOSS
/* Goodfellow and others 2014, with the generator's loss that does not saturate
 * (section 3). */
SG_GAN_LOSS(CROSS_ENTROPY, cross_entropy, cross_entropy_real,
            cross_entropy_fake, cross_entropy_generator, true, false, true)
/* Lim and Ye 2017. */
SG_GAN_LOSS(HINGE, hinge, hinge_real, hinge_fake, wasserstein_generator, false,
            false, true)
/* Arjovsky and others 2017. */
SG_GAN_LOSS(WASSERSTEIN, wasserstein, wasserstein_real, wasserstein_fake,
            wasserstein_generator, false, false, false)
/* Mao and others 2017, equation 9: labels 1 and 0, the generator wants 1. */
SG_GAN_LOSS(LEAST_SQUARES, least_squares, squares_real, squares_fake,
            squares_generator, true, false, true)
/* Goodfellow and others 2014, equation 1: the generator's loss is that of the
 * discriminator, with the other sign. */
SG_GAN_LOSS(MINIMAX, minimax, cross_entropy_real, cross_entropy_fake,
            minimax_generator, true, false, true)
/* Jolicoeur-Martineau 2018: each example against the mean of the others. */
SG_GAN_LOSS(RELATIVISTIC_AVERAGE, relativistic_average, average_real,
            average_fake, average_generator, false, true, true)
/* Jolicoeur-Martineau 2018 and Huang and others 2024: real and fake in pairs.
 */
SG_GAN_LOSS(RELATIVISTIC_PAIRING, relativistic_pairing, pairing_discriminator,
            pairing_discriminator, pairing_generator, false, true, true)
#undef SG_GAN_LOSS
#endif

/* SG_GAN_PENALTY(value, name, real, fake, between, target): what the weight is
 * multiplied by for (|gradient| - target)^2 on real examples, on fakes, and on
 * the lines between them; 0: no such term. */
#ifdef SG_GAN_PENALTY
SG_GAN_PENALTY(NONE, none, 0, 0, 0, 0)
/* Mescheder and others 2018, equations 9 and 10. */
SG_GAN_PENALTY(R1, r1, 0.5, 0, 0, 0)
/* Gulrajani and others 2017. */
SG_GAN_PENALTY(WGAN_GP, wgan_gp, 0, 0, 1, 1)
SG_GAN_PENALTY(R2, r2, 0, 0.5, 0, 0)
/* Both, as Huang and others 2024 have them. */
SG_GAN_PENALTY(R1_R2, r1_r2, 0.5, 0.5, 0, 0)
#undef SG_GAN_PENALTY
#endif
