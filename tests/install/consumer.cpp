/* SPDX-License-Identifier: Apache-2.0 */
/* A C++ program of somebody else: handles, options, operators on nodes,
 * exceptions, a program of its own. */
#include <cmath>
#include <iostream>
#include <string>
#include <syngan.hpp>
#include <utility>

namespace {

/* What must hold, with the words that tell if it doesn't. */
void expect(bool holds, const char *what) {
    if (!holds) throw std::logic_error(what);
}

syngan::model make_model(const syngan::context &context) {
    syngan::graph graph(context);
    auto x = graph.input("noise", {SYNGAN_BATCH, 5});
    auto o = syngan::options<syngan_dense_options>();
    o.units = 12;
    o.activation = SYNGAN_TANH;
    return syngan::model(syngan::reshape(syngan::dense(x, o), {-1, 3, 2, 2}),
                         "small");
}

void sample(const syngan::context &context) {
    syngan::model model = make_model(context);
    expect(model.trainable_elements() == 5 * 12 + 12, "trainable_elements");
    expect(model.parameter_names().size() == 2, "parameter_names");
    expect(model.parameter("dense.weight").dims() ==
               std::vector<int64_t>{12, 5},
           "parameter");
    expect(model.summary().find("dense") != std::string::npos, "summary");
    syngan::tensor rows = model.sample(4, 1);
    syngan::tensor moved = std::move(rows);
    expect(!rows && moved.count() == 4 * 3 * 2 * 2, "moved handles");
    expect(std::abs(moved.data<float>()[0]) <= 1, "sample");
}

/* x^2 + 3 x and its gradient 2 x + 3, at 1, 2, 3. */
void run_program(const syngan::context &context) {
    syngan::graph graph(context);
    auto x = graph.input("x", {3});
    auto y = x * x + 3 * x;
    auto dx = syngan::gradient(y, {x}).front();
    syngan::program program({y, dx}, {});
    syngan::tensor in = program.input("x");
    for (int i = 0; i < 3; i++)
        in.data<float>()[i] = float(i + 1);
    program.run(0);
    syngan::tensor value = program.output(0), slope = program.output(1);
    expect(std::abs(value.data<float>()[1] - 10) < 1e-5F, "value");
    expect(std::abs(slope.data<float>()[2] - 9) < 1e-5F, "gradient");
    expect(!program.report().empty(), "report");
}

void options_by_name(const syngan::context &context) {
    bool found = false;
    for (const syngan_option &each : syngan::option_list("conv2d"))
        found = found || std::string(each.name) == "stride";
    expect(found, "option_list");
    auto o = syngan::options<syngan_conv2d_options>();
    syngan::set_option(context, "conv2d", o, "stride", "2");
    expect(o.stride == 2, "set_option");
}

void errors(const syngan::context &context) {
    try {
        syngan::graph graph(context);
        static_cast<void>(graph.input("x", {2, 3}) + graph.input("y", {2, 4}));
        expect(false, "a wrong shape must throw");
    } catch (const syngan::error &e) {
        expect(e.status() == SYNGAN_E_SHAPE, e.what());
    }
    try {
        syngan::tensor(context, {2}).data<double>();
        expect(false, "a wrong type must throw");
    } catch (const syngan::error &e) {
        expect(e.status() == SYNGAN_E_TYPE, e.what());
    }
}

} // namespace

int main() {
    try {
        syngan::context context;
        sample(context);
        run_program(context);
        options_by_name(context);
        errors(context);
    } catch (const std::exception &e) {
        std::cerr << "failed: " << e.what() << '\n';
        return 1;
    }
    return 0;
}
