/* SPDX-License-Identifier: Apache-2.0 */
/* A C++ program of somebody else: handles, options, operators on nodes,
 * exceptions, a program of its own, tables. */
#include <cmath>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <syngan.hpp>
#include <utility>
#include <vector>

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
    o.activation = SYNGAN_ACTIVATION_TANH;
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

/* A file in memory. */
struct memory {
    std::string bytes;
    size_t at = 0;
    static int64_t write(const void *data, size_t size, void *user) {
        static_cast<memory *>(user)->bytes.append(
            static_cast<const char *>(data), size);
        return int64_t(size);
    }
    static int64_t read(void *data, size_t size, void *user) {
        auto *file = static_cast<memory *>(user);
        size_t count =
            file->bytes.copy(static_cast<char *>(data), size, file->at);
        file->at += count;
        return int64_t(count);
    }
};

/* A step of an optimizer, saved and loaded; a weight as a node. */
void optimize(const syngan::context &context) {
    syngan::model model = make_model(context);
    syngan::optimizer optimizer(model);
    syngan::graph graph(context);
    auto weight = model.parameter_node(graph, "dense.weight");
    auto loss = syngan::mean(weight * weight);
    syngan::program program({loss}, {optimizer.minimize(loss)});
    program.run(0);
    memory file;
    auto stream = syngan::options<syngan_stream>();
    stream.write = memory::write;
    stream.read = memory::read;
    stream.user = &file;
    optimizer.save(stream);
    auto loaded = syngan::optimizer::load(model, stream);
    expect(loaded.updates() == 1, "optimizer.load");
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

/* Ages and colours of eight customers, two of them unknown. */
syngan::table make_table(const syngan::context &context) {
    syngan::table table(context, 8);
    table.add_integers("age", {18, 25, SYNGAN_MISSING, 31, 44, 52, 63, 70});
    table.add_reals("spent", {1.5, 2.25, 3, 4, 5, 6, 7, 8});
    table.add_texts(
        "colour", SYNGAN_COLUMN_CATEGORY,
        {"red", "green", "red", std::nullopt, "blue", "red", "green", "red"});
    return table;
}

void look_at_table(const syngan::context &context) {
    syngan::table table = make_table(context);
    expect(table.rows() == 8 && table.columns() == 3, "rows and columns");
    expect(table.name(2) == "colour" && table.find("size") == -1, "names");
    expect(table.type("age") == SYNGAN_COLUMN_INTEGER, "type");
    expect(table.missing("age") == 1 && table.missing(2) == 1, "missing");
    double sum = 0;
    for (double each : table.reals("spent"))
        sum += each;
    expect(std::abs(sum - 36.75) < 1e-9, "reals");
    expect(table.integers(0)[1] == 25, "integers");
    auto codes = table.codes("colour");
    expect(codes.size() == 8 && codes[3] == -1, "codes");
    expect(table.text("colour", codes[1]) == "green", "text");
    expect(!table.text("colour", codes[3]), "a missing text");
    expect(table.text_count("colour") == 3, "text_count");
    expect(table.cell(1, "spent") == "2.25" && table.cell(2, 0).empty(),
           "cells");
    auto [most, rest] = table.split(0.75, 1);
    expect(most.rows() == 6 && rest.rows() == 2, "split");
    expect(rest.select({1, 0, 1}).rows() == 3, "select");
    std::string schema = table.schema();
    expect(schema.find("\"colour\"") != std::string::npos, "schema");
    expect(table.with_schema(schema).schema() == schema, "with_schema");
}

void refuse_table(const syngan::context &context) {
    syngan::table table = make_table(context);
    try {
        table.reals("age");
        expect(false, "another type must throw");
    } catch (const syngan::error &e) {
        expect(e.status() == SYNGAN_E_TYPE, e.what());
    }
    try {
        table.missing("size");
        expect(false, "another column must throw");
    } catch (const syngan::error &e) {
        expect(e.status() == SYNGAN_E_NOT_FOUND, e.what());
    }
    try {
        table.add_reals("weight", {1, 2});
        expect(false, "too few values must throw");
    } catch (const syngan::error &e) {
        expect(e.status() == SYNGAN_E_ARGUMENT, e.what());
    }
}

/* A stream of the host's: a string. */
struct text_stream {
    std::string text;
    size_t place = 0;

    syngan_stream hooks() {
        auto stream = syngan::options<syngan_stream>();
        stream.read = [](void *buffer, size_t size, void *user) {
            auto self = static_cast<text_stream *>(user);
            size_t count =
                self->text.copy(static_cast<char *>(buffer), size, self->place);
            self->place += count;
            return static_cast<int64_t>(count);
        };
        stream.write = [](const void *buffer, size_t size, void *user) {
            static_cast<text_stream *>(user)->text.append(
                static_cast<const char *>(buffer), size);
            return static_cast<int64_t>(size);
        };
        stream.user = this;
        return stream;
    }
};

std::string csv_of(const syngan::table &table) {
    text_stream file;
    table.write_csv(file.hooks());
    return file.text;
}

/* Rows in pieces are those of one sample, and what a function throws arrives
 * where it was given. */
void sample_in_pieces(syngan::synthesizer &synthesizer) {
    const std::string whole = csv_of(synthesizer.sample(10, 7));
    const size_t header = whole.find('\n') + 1;
    std::string joined = whole.substr(0, header);
    auto collect = [&](const syngan::table &piece) {
        joined += csv_of(piece).substr(header);
    };
    auto o = syngan::options<syngan_sample_options>();
    synthesizer.stream(10, 7, collect, o, 3);
    expect(joined == whole, "stream");
    try {
        synthesizer.stream(10, 7, [](const syngan::table &) -> syngan_status {
            throw std::out_of_range("enough");
        });
        expect(false, "what was thrown must arrive");
    } catch (const std::out_of_range &) {
    }
}

void build_texts(const syngan::context &context) {
    const std::string text = syngan::schema(context)
                                 .column("age", SYNGAN_COLUMN_INTEGER)
                                 .missing("?")
                                 .greater("end", "start", true)
                                 .range("age", 0, 120)
                                 .range("day", nullptr, "2024-01-31")
                                 .fixed({"city", "country"})
                                 .unique({"card", "time"})
                                 .key("card")
                                 .order("time")
                                 .text();
    expect(text.find("\"columns\":[\"card\",\"time\"]") != std::string::npos,
           "schema");
    const std::string where = syngan::conditions(context)
                                  .range("age", "30", "40")
                                  .either()
                                  .values("city", {"Oslo", "Bergen"}, false)
                                  .missing("age", false)
                                  .text();
    expect(where == "\"age\" in \"30\" .. \"40\" or \"city\" not in "
                    "(\"Oslo\", \"Bergen\") and \"age\" is not missing",
           "conditions");
}

void learn_table(const syngan::context &context) {
    syngan::table real = syngan::table::transactions(context, 200, 1);
    auto o = syngan::options<syngan_synthesizer_options>();
    o.epochs = 1;
    o.batch = 20;
    o.width = 16;
    expect(syngan::synthesizer::estimate(real, o).bytes > 0, "estimate");
    auto synthesizer = syngan::synthesizer::fit(real, o);
    expect(synthesizer.epochs() == 1, "epochs");
    sample_in_pieces(synthesizer);

    auto wanted = syngan::options<syngan_sample_options>();
    const std::string where = syngan::conditions(context)
                                  .add("fraud", SYNGAN_COMPARISON_EQUAL, "true")
                                  .text();
    wanted.where = where.c_str();
    int64_t rejected = -1;
    syngan::table frauds = synthesizer.sample(5, 7, wanted, &rejected);
    expect(frauds.rows() == 5 && rejected >= 0, "conditions");

    text_stream file;
    synthesizer.save(file.hooks(), SYNGAN_SAVE_SAMPLING);
    auto loaded = syngan::synthesizer::load(context, file.hooks());
    syngan::table synthetic = loaded.sample(200, 7);
    expect(csv_of(synthetic) == csv_of(synthesizer.sample(200, 7)), "load");

    syngan::report report(real, synthetic);
    double score = report.value("quality.score");
    expect(score > 0 && score <= 1, "quality.score");
    expect(!report.entries().empty() && !report.verdict().empty(), "report");
    expect(report.json().find("quality.score") != std::string::npos, "json");
}

/* What a stopped fit leaves goes on. */
void stop_fit(const syngan::context &context) {
    syngan::table real = make_table(context);
    auto o = syngan::options<syngan_synthesizer_options>();
    o.epochs = 1000;
    o.progress = [](const syngan_fit_progress *progress, void *) {
        return progress->phase == 1 ? SYNGAN_E_USER + 7 : SYNGAN_OK;
    };
    try {
        syngan::synthesizer::fit(real, o);
        expect(false, "a stopped fit must throw");
    } catch (const syngan::error &e) {
        expect(e.status() == SYNGAN_E_USER + 7, e.what());
    }
    syngan_status stopped = SYNGAN_OK;
    auto synthesizer = syngan::synthesizer::fit(real, o, stopped);
    expect(stopped == SYNGAN_E_USER + 7, "stopped");
    expect(synthesizer.epochs() < 1000, "epochs until then");
    expect(synthesizer.sample(3, 1).rows() == 3, "what was learnt");
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
        optimize(context);
        options_by_name(context);
        look_at_table(context);
        refuse_table(context);
        build_texts(context);
        learn_table(context);
        stop_fit(context);
        errors(context);
    } catch (const std::exception &e) {
        std::cerr << "failed: " << e.what() << '\n';
        return 1;
    }
    return 0;
}
