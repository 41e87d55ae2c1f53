/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trains a GAN on the built-in digits through the C++ interface and draws what
 * it generates.
 *
 *     mnist_gan_cpp [ITERATIONS [PNG-FILE]]     default: 300 digits_cpp.png
 */
#include <iostream>
#include <string>
#include <syngan.hpp>

namespace {

constexpr int64_t noise_size = 100;

syngan::node dense(syngan::node x, int64_t units, int32_t activation) {
    auto o = syngan::options<syngan_dense_options>();
    o.units = units;
    o.activation = activation;
    return syngan::dense(x, o);
}

syngan_conv2d_options kernel(int64_t filters, int32_t size, int32_t stride,
                             int32_t activation) {
    auto o = syngan::options<syngan_conv2d_options>();
    o.filters = filters;
    o.kernel = size;
    o.stride = stride;
    o.activation = activation;
    return o;
}

/* Noise to images of 1 x 28 x 28 in [-1, 1]. */
syngan::model make_generator(const syngan::context &context) {
    using namespace syngan;
    graph g(context);
    node x = g.input("noise", {SYNGAN_BATCH, noise_size});
    x = batch_norm(reshape(::dense(x, 256 * 7 * 7, SYNGAN_ACTIVATION_RELU),
                           {SYNGAN_BATCH, 256, 7, 7}));
    x = batch_norm(
        conv2d_transpose(x, kernel(128, 4, 2, SYNGAN_ACTIVATION_RELU)));
    x = batch_norm(
        conv2d_transpose(x, kernel(64, 4, 2, SYNGAN_ACTIVATION_RELU)));
    x = conv2d_transpose(x, kernel(1, 7, 1, SYNGAN_ACTIVATION_TANH));
    return model(x, "generator");
}

/* Images to one logit each. */
syngan::model make_discriminator(const syngan::context &context) {
    using namespace syngan;
    graph g(context);
    node x = g.input("image", {SYNGAN_BATCH, 1, 28, 28});
    x = conv2d(x, kernel(64, 4, 2, SYNGAN_ACTIVATION_LEAKY_RELU));
    x = conv2d(x, kernel(128, 4, 2, SYNGAN_ACTIVATION_LEAKY_RELU));
    return model(::dense(flatten(x), 1, SYNGAN_ACTIVATION_LINEAR),
                 "discriminator");
}

void print_line(const char *line, void *) {
    std::cout << line << std::endl;
}

void train(int64_t iterations, const std::string &file) {
    syngan::context context;
    syngan::model generator = make_generator(context);
    syngan::model discriminator = make_discriminator(context);
    std::cout << generator.summary() << discriminator.summary();

    auto digits = syngan::dataset::digits(context, 20000);
    auto o = syngan::options<syngan_trainer_options>();
    o.line = print_line;
    syngan::trainer trainer(generator, discriminator, digits, o);
    trainer.run(iterations);

    syngan::tensor images = trainer.sampler().sample(50, 1);
    auto grid = syngan::options<syngan_grid_options>();
    grid.columns = 10;
    syngan::write_png(images, file, grid);
    std::cout << "wrote " << file << '\n';
}

} // namespace

int main(int argc, char **argv) {
    try {
        int64_t iterations = argc > 1 ? std::stoll(argv[1]) : 300;
        train(iterations, argc > 2 ? argv[2] : "digits_cpp.png");
    } catch (const syngan::error &e) {
        std::cerr << "mnist_gan_cpp: " << e.what() << '\n';
        return 1;
    } catch (const std::exception &) {
        std::cerr << "usage: mnist_gan_cpp [ITERATIONS [PNG-FILE]]\n";
        return 2;
    }
    return 0;
}
