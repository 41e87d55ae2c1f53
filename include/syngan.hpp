/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file syngan.hpp
 * The C interface for C++17 and up, header-only: handles that free themselves,
 * errors as exceptions, shapes as lists, operators on nodes. Names and meaning
 * are those of the C headers, which describe them: `syngan_model_sample(model,
 * ...)` is `model.sample(...)`, `syngan_conv2d(x, ...)` is `conv2d(x, ...)`.
 *
 *     syngan::context context;
 *     syngan::graph graph(context);
 *     auto x = graph.input("noise", {SYNGAN_BATCH, 100});
 *     auto o = syngan::options<syngan_dense_options>();
 *     o.units = 64;
 *     o.activation = SYNGAN_ACTIVATION_RELU;
 *     syngan::model model(syngan::dense(x, o), "small");
 *     syngan::tensor rows = model.sample(8, 1);
 *
 *     auto real = syngan::table::read_csv(context, "customers.csv");
 *     auto synthesizer = syngan::synthesizer::fit(real);
 *     synthesizer.sample(1000, 7).write_csv("synthetic.csv");
 *
 * Handles can be moved and not copied. As in C, a handle keeps alive what it
 * was made from; nodes belong to their graph. A callback given to the library
 * must not throw: C code lies between.
 */
#ifndef SYNGAN_HPP
#define SYNGAN_HPP

#if __cplusplus < 201703L
#error "syngan.hpp needs C++17 or later: compile with -std=c++17"
#else

#include <syngan.h>

#include <algorithm>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace syngan {

/* ---- errors and options ---------------------------------------------------
 */

/** What every failure throws: the status, and the context's sentence. */
class error : public std::runtime_error {
  public:
    error(syngan_status status, const std::string &text)
        : std::runtime_error(text), status_(status) {}
    /** SYNGAN_E_..., or what a callback returned. */
    syngan_status status() const noexcept { return status_; }

  private:
    syngan_status status_;
};

/** Throws unless the status is SYNGAN_OK. */
inline void check(syngan_status status, const syngan_context *context) {
    if (status == SYNGAN_OK) return;
    std::string text = syngan_context_last_error(context);
    throw error(status, text.empty() ? syngan_status_text(status) : text);
}

namespace detail {

/** The name that syngan_options_init() knows an options struct by. */
template <class T> inline constexpr const char *options_name = nullptr;
#define SYNGAN_OPTIONS_NAME(name)                                              \
    template <>                                                                \
    inline constexpr const char *options_name<syngan_##name##_options> =       \
        #name;
SYNGAN_OPTIONS_NAME(batch_norm)
SYNGAN_OPTIONS_NAME(column)
SYNGAN_OPTIONS_NAME(context)
SYNGAN_OPTIONS_NAME(conv1d)
SYNGAN_OPTIONS_NAME(conv2d)
SYNGAN_OPTIONS_NAME(csv)
SYNGAN_OPTIONS_NAME(dataset)
SYNGAN_OPTIONS_NAME(dense)
SYNGAN_OPTIONS_NAME(embedding)
SYNGAN_OPTIONS_NAME(evaluate)
SYNGAN_OPTIONS_NAME(grid)
SYNGAN_OPTIONS_NAME(group_norm)
SYNGAN_OPTIONS_NAME(optimizer)
SYNGAN_OPTIONS_NAME(parameter)
SYNGAN_OPTIONS_NAME(pool2d)
SYNGAN_OPTIONS_NAME(program)
SYNGAN_OPTIONS_NAME(sample)
SYNGAN_OPTIONS_NAME(synthesizer)
SYNGAN_OPTIONS_NAME(trainer)
#undef SYNGAN_OPTIONS_NAME

} // namespace detail

/** An options struct with all defaults, or another struct with its size. */
template <class T> T options() {
    T value{};
    value.struct_size = sizeof value;
    if constexpr (detail::options_name<T> != nullptr)
        check(
            syngan_options_init(detail::options_name<T>, &value, sizeof value),
            nullptr);
    return value;
}

/** What the library is and what it runs on. */
inline syngan_build_info build_info() {
    auto info = options<syngan_build_info>();
    check(syngan_build_info_get(&info), nullptr);
    return info;
}

/** Sizes of a tensor: a list in braces, or a vector. */
class shape {
  public:
    shape(std::initializer_list<int64_t> sizes)
        : shape(sizes.begin(), sizes.size()) {}
    shape(const std::vector<int64_t> &sizes)
        : shape(sizes.data(), sizes.size()) {}
    const int64_t *data() const noexcept { return sizes_; }
    size_t rank() const noexcept { return rank_; }

  private:
    shape(const int64_t *sizes, size_t rank) : rank_(rank) {
        if (rank > SYNGAN_MAX_RANK)
            throw error(SYNGAN_E_SHAPE,
                        "shape: " + std::to_string(rank) + " sizes, at most " +
                            std::to_string(SYNGAN_MAX_RANK) + " are possible");
        std::copy_n(sizes, rank, sizes_);
    }
    int64_t sizes_[SYNGAN_MAX_RANK];
    size_t rank_;
};

namespace detail {

/** A C handle that frees itself, and the context that tells its errors. */
template <class T, void (*Free)(T *)> class handle {
  public:
    T *get() const noexcept { return pointer_.get(); }
    explicit operator bool() const noexcept { return bool(pointer_); }
    /** The context that it was made in, valid as long as the handle. */
    syngan_context *context_handle() const noexcept { return context_; }

  protected:
    handle() = default;
    handle(T *pointer, syngan_context *context)
        : pointer_(pointer), context_(context) {}
    void reset(T *pointer, syngan_context *context) {
        pointer_.reset(pointer);
        context_ = context;
    }
    /** Gives up what was only borrowed. */
    void let_go() noexcept { static_cast<void>(pointer_.release()); }
    void must(syngan_status status) const { check(status, context_); }

  private:
    struct release {
        void operator()(T *pointer) const noexcept { Free(pointer); }
    };
    std::unique_ptr<T, release> pointer_;
    syngan_context *context_ = nullptr;
};

/** The whole text of a C function that writes into a buffer. */
template <class F> std::string text_of(F write) {
    std::string text(write(nullptr, size_t{0}), '\0');
    /* The end that C writes lies in the string's own. */
    write(text.data(), text.size() + 1);
    return text;
}

inline std::vector<const char *>
pointers(const std::vector<std::string> &texts) {
    std::vector<const char *> all;
    for (const std::string &text : texts)
        all.push_back(text.c_str());
    return all;
}

template <class T> constexpr int32_t element_type() {
    using element = std::remove_const_t<T>;
    if constexpr (std::is_same_v<element, float>) return SYNGAN_TYPE_F32;
    if constexpr (std::is_same_v<element, double>) return SYNGAN_TYPE_F64;
    if constexpr (std::is_same_v<element, int32_t>) return SYNGAN_TYPE_I32;
    if constexpr (std::is_same_v<element, int64_t>) return SYNGAN_TYPE_I64;
    if constexpr (std::is_same_v<element, uint8_t>) return SYNGAN_TYPE_U8;
    return 0;
}

} // namespace detail

/* ---- context --------------------------------------------------------------
 */

class context : public detail::handle<syngan_context, syngan_context_free> {
  public:
    explicit context(const syngan_context_options &wanted =
                         options<syngan_context_options>()) {
        syngan_context *made = nullptr;
        must(syngan_context_create(&wanted, &made));
        reset(made, made);
    }
    std::string last_error() const { return syngan_context_last_error(get()); }
    int32_t threads() const { return syngan_context_threads(get()); }
    /** Any thread and any signal handler may call it. */
    void cancel() noexcept { syngan_context_cancel(get()); }
    void cancel_reset() noexcept { syngan_context_cancel_reset(get()); }
};

/** The fields of the options struct of a type: "conv2d", "trainer". */
inline std::vector<syngan_option> option_list(const std::string &type) {
    std::vector<syngan_option> list;
    for (size_t i = 0; i < syngan_option_count(type.c_str()); i++) {
        list.push_back(options<syngan_option>());
        check(syngan_option_get(type.c_str(), i, &list.back()), nullptr);
    }
    return list;
}
/** Reads a text into the field `name` of an options struct. A string field
 *  borrows it: `text` must outlive the struct. */
template <class T>
void set_option(const context &context, const std::string &type, T &options,
                const std::string &name, const char *text) {
    check(syngan_option_set(context.get(), type.c_str(), &options, name.c_str(),
                            text),
          context.get());
}

/* ---- tensors --------------------------------------------------------------
 */

class tensor : public detail::handle<syngan_tensor, syngan_tensor_free> {
  public:
    tensor() = default;
    /** Takes over a C handle. */
    tensor(syngan_tensor *owned, syngan_context *context)
        : handle(owned, context) {}
    /** Zeros. */
    tensor(const context &context, shape dims, int32_t type = SYNGAN_TYPE_F32) {
        syngan_tensor *made = nullptr;
        check(syngan_tensor_create(context.get(), type, dims.data(),
                                   dims.rank(), &made),
              context.get());
        reset(made, context.get());
    }
    /** On memory of yours, which must outlive the tensor and what is made
     *  from it. */
    template <class T>
    static tensor wrap(const context &context, T *data, shape dims) {
        syngan_tensor *made = nullptr;
        check(syngan_tensor_wrap(context.get(), data, detail::element_type<T>(),
                                 dims.data(), dims.rank(), nullptr, nullptr,
                                 &made),
              context.get());
        return tensor(made, context.get());
    }
    /** Takes over the DLPack struct. */
    static tensor from_dlpack(const context &context,
                              struct DLManagedTensor *managed) {
        syngan_tensor *made = nullptr;
        check(syngan_tensor_from_dlpack(context.get(), managed, &made),
              context.get());
        return tensor(made, context.get());
    }
    static tensor from_dlpack(const context &context,
                              struct DLManagedTensorVersioned *managed) {
        syngan_tensor *made = nullptr;
        check(
            syngan_tensor_from_dlpack_versioned(context.get(), managed, &made),
            context.get());
        return tensor(made, context.get());
    }
    /** To be ended by its deleter. */
    struct DLManagedTensor *to_dlpack() const {
        struct DLManagedTensor *managed = nullptr;
        must(syngan_tensor_to_dlpack(get(), &managed));
        return managed;
    }
    struct DLManagedTensorVersioned *to_dlpack_versioned() const {
        struct DLManagedTensorVersioned *managed = nullptr;
        must(syngan_tensor_to_dlpack_versioned(get(), &managed));
        return managed;
    }

    /** The elements, whose type must be T. */
    template <class T> T *data() const {
        static_assert(detail::element_type<T>() != 0,
                      "float, double, int32_t, int64_t or uint8_t");
        if (type() != detail::element_type<T>())
            throw error(SYNGAN_E_TYPE,
                        std::string("tensor: its elements are ") +
                            syngan_type_name(type()) + ", not " +
                            syngan_type_name(detail::element_type<T>()));
        return static_cast<T *>(syngan_tensor_data(get()));
    }
    void *data() const { return syngan_tensor_data(get()); }
    int32_t type() const { return syngan_tensor_type(get()); }
    std::vector<int64_t> dims() const {
        const int64_t *first = syngan_tensor_dims(get());
        return {first, first + syngan_tensor_rank(get())};
    }
    size_t count() const { return syngan_tensor_count(get()); }
    size_t bytes() const { return syngan_tensor_bytes(get()); }
    size_t element_size() const { return syngan_type_size(type()); }

    void copy_from(const tensor &source) {
        must(syngan_tensor_copy(get(), source.get()));
    }
    /** A copy; type 0: of the same type. */
    tensor clone(int32_t to = 0) const {
        syngan_tensor *made = nullptr;
        must(syngan_tensor_clone(get(), to, &made));
        return tensor(made, context_handle());
    }
    tensor reshape(shape sizes) const {
        syngan_tensor *made = nullptr;
        must(syngan_tensor_reshape(get(), sizes.data(), sizes.rank(), &made));
        return tensor(made, context_handle());
    }
    void fill_normal(uint64_t seed, uint64_t stream = 0) {
        must(syngan_tensor_fill_normal(get(), seed, stream));
    }
    void fill_uniform(uint64_t seed, uint64_t stream, float low, float high) {
        must(syngan_tensor_fill_uniform(get(), seed, stream, low, high));
    }
};

/* ---- nodes and graphs -----------------------------------------------------
 */

/** A node of a graph; a pointer in nature, valid as long as the graph. Builders
 *  throw where the C ones return the error node. */
class node {
  public:
    node() = default;
    node(syngan_node *made, syngan_graph *graph, syngan_context *context)
        : node_(made), graph_(graph), context_(context) {
        if (!syngan_node_failed(made)) return;
        syngan_status status = syngan_graph_status(graph);
        check(status == SYNGAN_OK ? SYNGAN_E_ARGUMENT : status, context);
    }
    syngan_node *get() const noexcept { return node_; }
    syngan_context *context_handle() const noexcept { return context_; }
    /** Another node of the same graph. */
    node sibling(syngan_node *made) const { return {made, graph_, context_}; }
    /** A number in the same graph. */
    node number(double value) const {
        return sibling(syngan_scalar(graph_, value));
    }
    std::vector<int64_t> dims() const {
        std::vector<int64_t> sizes(SYNGAN_MAX_RANK);
        sizes.resize(syngan_node_dims(node_, sizes.data()));
        return sizes;
    }
    std::string name() const { return syngan_node_name(node_); }
    node set_name(const std::string &name) const {
        return sibling(syngan_node_set_name(node_, name.c_str()));
    }

  private:
    syngan_node *node_ = nullptr;
    syngan_graph *graph_ = nullptr;
    syngan_context *context_ = nullptr;
};

namespace detail {

/** The C pointers of several nodes. */
inline std::vector<syngan_node *> pointers(const std::vector<node> &nodes) {
    std::vector<syngan_node *> result;
    for (const node &each : nodes)
        result.push_back(each.get());
    return result;
}

inline const node &first(const std::vector<node> &nodes) {
    if (nodes.empty())
        throw error(SYNGAN_E_ARGUMENT, "nodes: at least one is needed");
    return nodes.front();
}

} // namespace detail

class graph : public detail::handle<syngan_graph, syngan_graph_free> {
  public:
    explicit graph(const context &context) {
        syngan_graph *made = nullptr;
        check(syngan_graph_create(context.get(), &made), context.get());
        reset(made, context.get());
    }
    syngan_status status() const { return syngan_graph_status(get()); }

    node input(const char *name, shape dims, int32_t type = SYNGAN_TYPE_F32) {
        return of(syngan_input(get(), name, type, dims.data(), dims.rank()));
    }
    node scalar(double value) { return of(syngan_scalar(get(), value)); }
    node constant(const tensor &value) {
        return of(syngan_constant(get(), value.get()));
    }
    node fill(double value, shape dims) {
        return of(syngan_fill(get(), value, dims.data(), dims.rank()));
    }
    node random_normal(shape dims) {
        return of(syngan_random_normal(get(), dims.data(), dims.rank()));
    }
    node random_uniform(shape dims) {
        return of(syngan_random_uniform(get(), dims.data(), dims.rank()));
    }
    node parameter(const char *name, shape dims,
                   const syngan_parameter_options &o =
                       options<syngan_parameter_options>()) {
        return of(syngan_parameter(get(), name, dims.data(), dims.rank(), &o));
    }
    /** The wrapper of a C node of this graph. */
    node of(syngan_node *made) const { return {made, get(), context_handle()}; }
};

/* ---- arithmetic -----------------------------------------------------------
 */

inline node affine(node x, double scale, double offset) {
    return x.sibling(syngan_affine(x.get(), scale, offset));
}
inline node operator+(node a, node b) {
    return a.sibling(syngan_add(a.get(), b.get()));
}
inline node operator-(node a, node b) {
    return a.sibling(syngan_subtract(a.get(), b.get()));
}
inline node operator*(node a, node b) {
    return a.sibling(syngan_multiply(a.get(), b.get()));
}
inline node operator/(node a, node b) {
    return a.sibling(syngan_divide(a.get(), b.get()));
}
inline node operator-(node x) {
    return x.sibling(syngan_negate(x.get()));
}
inline node operator+(node x, double value) {
    return affine(x, 1, value);
}
inline node operator+(double value, node x) {
    return affine(x, 1, value);
}
inline node operator-(node x, double value) {
    return affine(x, 1, -value);
}
inline node operator-(double value, node x) {
    return affine(x, -1, value);
}
inline node operator*(node x, double value) {
    return affine(x, value, 0);
}
inline node operator*(double value, node x) {
    return affine(x, value, 0);
}
inline node operator/(node x, double value) {
    return x / x.number(value);
}
inline node operator/(double value, node x) {
    return x.number(value) / x;
}
inline node maximum(node a, node b) {
    return a.sibling(syngan_maximum(a.get(), b.get()));
}
inline node minimum(node a, node b) {
    return a.sibling(syngan_minimum(a.get(), b.get()));
}
inline node greater(node a, node b) {
    return a.sibling(syngan_greater(a.get(), b.get()));
}
inline node exp(node x) {
    return x.sibling(syngan_exp(x.get()));
}
inline node log(node x) {
    return x.sibling(syngan_log(x.get()));
}
inline node sqrt(node x) {
    return x.sibling(syngan_sqrt(x.get()));
}
inline node square(node x) {
    return x.sibling(syngan_square(x.get()));
}
inline node clip(node x, double low, double high) {
    return x.sibling(syngan_clip(x.get(), low, high));
}
inline node relu(node x) {
    return x.sibling(syngan_relu(x.get()));
}
inline node leaky_relu(node x, double slope) {
    return x.sibling(syngan_leaky_relu(x.get(), slope));
}
inline node tanh(node x) {
    return x.sibling(syngan_tanh(x.get()));
}
inline node sigmoid(node x) {
    return x.sibling(syngan_sigmoid(x.get()));
}
inline node softplus(node x) {
    return x.sibling(syngan_softplus(x.get()));
}
inline node abs(node x) {
    return x.sibling(syngan_abs(x.get()));
}
inline node pow(node x, double exponent) {
    return x.sibling(syngan_pow(x.get(), exponent));
}
inline node gelu(node x) {
    return x.sibling(syngan_gelu(x.get()));
}
inline node gelu_tanh(node x) {
    return x.sibling(syngan_gelu_tanh(x.get()));
}
inline node silu(node x) {
    return x.sibling(syngan_silu(x.get()));
}
inline node elu(node x, double alpha = 1) {
    return x.sibling(syngan_elu(x.get(), alpha));
}
inline node softmax(node x, int32_t axis = -1) {
    return x.sibling(syngan_softmax(x.get(), axis));
}
inline node log_softmax(node x, int32_t axis = -1) {
    return x.sibling(syngan_log_softmax(x.get(), axis));
}
/** Without noise, or with that made of `uniform`. */
inline node part_activation(node x, const std::vector<int32_t> &parts,
                            double temperature) {
    return x.sibling(syngan_part_activation(x.get(), parts.data(), parts.size(),
                                            nullptr, temperature));
}
inline node part_activation(node x, const std::vector<int32_t> &parts,
                            node uniform, double temperature) {
    return x.sibling(syngan_part_activation(x.get(), parts.data(), parts.size(),
                                            uniform.get(), temperature));
}
inline node part_cross_entropy(node logits, const std::vector<int32_t> &parts,
                               node target) {
    return logits.sibling(syngan_part_cross_entropy(
        logits.get(), parts.data(), parts.size(), target.get()));
}
inline node cast(node x, syngan_type type) {
    return x.sibling(syngan_cast(x.get(), type));
}
inline node one_hot(node labels, int64_t classes) {
    return labels.sibling(syngan_one_hot(labels.get(), classes));
}
inline node gather(node table, node indices) {
    return table.sibling(syngan_gather(table.get(), indices.get()));
}
inline node max(node x, int32_t axis, bool keep = false) {
    return x.sibling(syngan_max(x.get(), axis, keep));
}
inline node argmax(node x, int32_t axis, bool keep = false) {
    return x.sibling(syngan_argmax(x.get(), axis, keep));
}
inline node matmul(node a, node b, bool transpose_a = false,
                   bool transpose_b = false) {
    return a.sibling(syngan_matmul(a.get(), b.get(), transpose_a, transpose_b));
}
/** Over all axes if none is given. */
inline node sum(node x, const std::vector<int32_t> &axes = {},
                bool keep = false) {
    return x.sibling(syngan_sum(x.get(), axes.data(), axes.size(), keep));
}
inline node mean(node x, const std::vector<int32_t> &axes = {},
                 bool keep = false) {
    return x.sibling(syngan_mean(x.get(), axes.data(), axes.size(), keep));
}

/* ---- shapes ---------------------------------------------------------------
 */

inline node reshape(node x, shape dims) {
    return x.sibling(syngan_reshape(x.get(), dims.data(), dims.rank()));
}
inline node flatten(node x) {
    return x.sibling(syngan_flatten(x.get()));
}
inline node transpose(node x, const std::vector<int32_t> &order) {
    return x.sibling(syngan_transpose(x.get(), order.data(), order.size()));
}
inline node broadcast(node x, shape dims) {
    return x.sibling(syngan_broadcast(x.get(), dims.data(), dims.rank()));
}
inline node concat(const std::vector<node> &nodes, int32_t axis) {
    auto pointers = detail::pointers(nodes);
    return detail::first(nodes).sibling(
        syngan_concat(pointers.data(), pointers.size(), axis));
}
inline node slice(node x, int32_t axis, int64_t start, int64_t size) {
    return x.sibling(syngan_slice(x.get(), axis, start, size));
}

/* ---- differentiation ------------------------------------------------------
 */

inline std::vector<node> gradient(node y, const std::vector<node> &wrt) {
    auto pointers = detail::pointers(wrt);
    std::vector<syngan_node *> made(wrt.size());
    check(syngan_gradient(y.get(), pointers.data(), wrt.size(), made.data()),
          y.context_handle());
    std::vector<node> result;
    for (syngan_node *each : made)
        result.push_back(y.sibling(each));
    return result;
}
inline node stop_gradient(node x) {
    return x.sibling(syngan_stop_gradient(x.get()));
}

/* ---- layers ---------------------------------------------------------------
 */

inline node group_norm(node x, const syngan_group_norm_options &o =
                                   options<syngan_group_norm_options>()) {
    return x.sibling(syngan_group_norm(x.get(), &o));
}
inline node pixel_norm(node x, double epsilon = 1e-8) {
    return x.sibling(syngan_pixel_norm(x.get(), epsilon));
}
inline node modulate(node x, node scale, node shift) {
    return x.sibling(syngan_modulate(x.get(), scale.get(), shift.get()));
}
inline node minibatch_stddev(node x, int64_t group = 4) {
    return x.sibling(syngan_minibatch_stddev(x.get(), group));
}
inline node embedding(node indices, const syngan_embedding_options &o) {
    return indices.sibling(syngan_embedding(indices.get(), &o));
}
inline node conv1d(node x, const syngan_conv1d_options &o) {
    return x.sibling(syngan_conv1d(x.get(), &o));
}
inline node dense(node x, const syngan_dense_options &o) {
    return x.sibling(syngan_dense(x.get(), &o));
}
inline node conv2d(node x, const syngan_conv2d_options &o) {
    return x.sibling(syngan_conv2d(x.get(), &o));
}
inline node conv2d_transpose(node x, const syngan_conv2d_transpose_options &o) {
    return x.sibling(syngan_conv2d_transpose(x.get(), &o));
}
inline node batch_norm(node x, const syngan_batch_norm_options &o =
                                   options<syngan_batch_norm_options>()) {
    return x.sibling(syngan_batch_norm(x.get(), &o));
}
inline node dropout(node x, double rate) {
    return x.sibling(syngan_dropout(x.get(), rate));
}
inline node gaussian_noise(node x, double deviation) {
    return x.sibling(syngan_gaussian_noise(x.get(), deviation));
}
inline node average_pool2d(
    node x, const syngan_pool2d_options &o = options<syngan_pool2d_options>()) {
    return x.sibling(syngan_average_pool2d(x.get(), &o));
}
inline node
max_pool2d(node x,
           const syngan_pool2d_options &o = options<syngan_pool2d_options>()) {
    return x.sibling(syngan_max_pool2d(x.get(), &o));
}
inline node upsample2d(node x, int32_t factor) {
    return x.sibling(syngan_upsample2d(x.get(), factor));
}

/* ---- models ---------------------------------------------------------------
 */

class model : public detail::handle<syngan_model, syngan_model_free> {
  public:
    /** Takes over a C handle. */
    model(syngan_model *owned, syngan_context *context)
        : handle(owned, context) {}
    model(node output, const char *name) {
        syngan_model *made = nullptr;
        check(syngan_model_create(output.get(), name, &made),
              output.context_handle());
        reset(made, output.context_handle());
    }
    static model load(const context &context, const std::string &path) {
        syngan_model *made = nullptr;
        check(syngan_model_load(context.get(), path.c_str(), &made),
              context.get());
        return model(made, context.get());
    }
    static model load(const context &context, const syngan_stream &stream) {
        syngan_model *made = nullptr;
        check(syngan_model_load_stream(context.get(), &stream, &made),
              context.get());
        return model(made, context.get());
    }
    void save(const std::string &path) const {
        must(syngan_model_save(get(), path.c_str()));
    }
    void save(const syngan_stream &stream) const {
        must(syngan_model_save_stream(get(), &stream));
    }
    model clone(const char *name) const {
        syngan_model *made = nullptr;
        must(syngan_model_clone(get(), name, &made));
        return model(made, context_handle());
    }

    std::string name() const { return syngan_model_name(get()); }
    size_t input_count() const { return syngan_model_input_count(get()); }
    std::vector<int64_t> input_dims(size_t index) const {
        std::vector<int64_t> sizes(SYNGAN_MAX_RANK);
        sizes.resize(syngan_model_input_dims(get(), index, sizes.data()));
        return sizes;
    }
    std::vector<int64_t> output_dims() const {
        std::vector<int64_t> sizes(SYNGAN_MAX_RANK);
        sizes.resize(syngan_model_output_dims(get(), sizes.data()));
        return sizes;
    }
    std::string summary() const {
        return detail::text_of([this](char *text, size_t size) {
            return syngan_model_summary(get(), text, size);
        });
    }

    std::vector<std::string> parameter_names() const {
        std::vector<std::string> names;
        for (size_t i = 0; i < syngan_model_parameter_count(get()); i++)
            names.emplace_back(syngan_model_parameter_name(get(), i));
        return names;
    }
    bool parameter_trainable(size_t index) const {
        return syngan_model_parameter_trainable(get(), index) != 0;
    }
    tensor parameter(const std::string &name) const {
        syngan_tensor *made = nullptr;
        must(syngan_model_parameter(get(), name.c_str(), &made));
        return tensor(made, context_handle());
    }
    /** As a node of a graph. */
    node parameter_node(const graph &graph, const std::string &name) const {
        return graph.of(
            syngan_model_parameter_node(graph.get(), get(), name.c_str()));
    }
    int64_t trainable_elements() const {
        return syngan_model_trainable_elements(get());
    }
    void copy_parameters(const model &source) {
        must(syngan_model_copy_parameters(get(), source.get()));
    }

    /** The model's result in a graph. @param mode SYNGAN_MODE_INFERENCE or
     *  SYNGAN_MODE_TRAINING */
    node apply(const graph &graph, const std::vector<node> &inputs,
               int32_t mode) const {
        auto pointers = detail::pointers(inputs);
        return graph.of(syngan_model_apply(graph.get(), get(), pointers.data(),
                                           pointers.size(), mode));
    }
    void set_bf16(bool on) { must(syngan_model_set_bf16(get(), on ? 1 : 0)); }
    tensor predict(const tensor &input) const {
        const syngan_tensor *pointer = input.get();
        return predict_all(&pointer, 1);
    }
    tensor predict(const std::vector<const tensor *> &inputs) const {
        std::vector<const syngan_tensor *> pointers;
        for (const tensor *each : inputs)
            pointers.push_back(each->get());
        return predict_all(pointers.data(), pointers.size());
    }
    tensor sample(int64_t count, uint64_t seed) const {
        syngan_tensor *made = nullptr;
        must(syngan_model_sample(get(), count, seed, &made));
        return tensor(made, context_handle());
    }

  private:
    tensor predict_all(const syngan_tensor *const *inputs, size_t count) const {
        syngan_tensor *made = nullptr;
        must(syngan_model_predict(get(), inputs, count, &made));
        return tensor(made, context_handle());
    }
};

/* ---- losses, optimizers, updates ------------------------------------------
 */

inline node binary_cross_entropy(node logits, double target) {
    return logits.sibling(syngan_binary_cross_entropy(logits.get(), target));
}
inline node binary_accuracy(node logits, bool real) {
    return logits.sibling(syngan_binary_accuracy(logits.get(), real));
}
inline node softmax_cross_entropy(node logits, node targets) {
    return logits.sibling(
        syngan_softmax_cross_entropy(logits.get(), targets.get()));
}
inline node sigmoid_cross_entropy(node logits, node targets) {
    return logits.sibling(
        syngan_sigmoid_cross_entropy(logits.get(), targets.get()));
}
inline node mean_absolute_error(node a, node b) {
    return a.sibling(syngan_mean_absolute_error(a.get(), b.get()));
}
inline node mean_squared_error(node a, node b) {
    return a.sibling(syngan_mean_squared_error(a.get(), b.get()));
}
inline node gradient_penalty(node score, node x, double target) {
    return score.sibling(syngan_gradient_penalty(score.get(), x.get(), target));
}
inline node update_statistics(node x) {
    return x.sibling(syngan_node_update_statistics(x.get()));
}
inline node assign(node parameter, node value) {
    return parameter.sibling(syngan_assign(parameter.get(), value.get()));
}
inline node moving_average(node parameter, node value, double decay) {
    return parameter.sibling(
        syngan_moving_average(parameter.get(), value.get(), decay));
}
inline node group(const std::vector<node> &updates) {
    auto pointers = detail::pointers(updates);
    return detail::first(updates).sibling(
        syngan_group(pointers.data(), pointers.size()));
}

class optimizer
    : public detail::handle<syngan_optimizer, syngan_optimizer_free> {
  public:
    explicit optimizer(const model &model,
                       const syngan_optimizer_options &o =
                           options<syngan_optimizer_options>()) {
        syngan_optimizer *made = nullptr;
        check(syngan_optimizer_create(model.get(), &o, &made),
              model.context_handle());
        reset(made, model.context_handle());
    }
    /** Options that are given are used instead of the file's. */
    static optimizer load(const model &model, const std::string &path,
                          const syngan_optimizer_options *o = nullptr) {
        syngan_optimizer *made = nullptr;
        check(syngan_optimizer_load(model.get(), path.c_str(), o, &made),
              model.context_handle());
        return optimizer(made, model.context_handle());
    }
    static optimizer load(const model &model, const syngan_stream &stream,
                          const syngan_optimizer_options *o = nullptr) {
        syngan_optimizer *made = nullptr;
        check(syngan_optimizer_load_stream(model.get(), &stream, o, &made),
              model.context_handle());
        return optimizer(made, model.context_handle());
    }
    void save(const std::string &path) const {
        must(syngan_optimizer_save(get(), path.c_str()));
    }
    void save(const syngan_stream &stream) const {
        must(syngan_optimizer_save_stream(get(), &stream));
    }
    int64_t updates() const { return syngan_optimizer_updates(get()); }
    node minimize(node loss) {
        return loss.sibling(syngan_optimizer_minimize(get(), loss.get()));
    }

  private:
    optimizer(syngan_optimizer *owned, syngan_context *context)
        : handle(owned, context) {}
};

/* ---- programs -------------------------------------------------------------
 */

class program : public detail::handle<syngan_program, syngan_program_free> {
  public:
    program(
        const std::vector<node> &outputs, const std::vector<node> &updates,
        const syngan_program_options &o = options<syngan_program_options>()) {
        auto values = detail::pointers(outputs);
        auto changes = detail::pointers(updates);
        syngan_context *context =
            detail::first(outputs.empty() ? updates : outputs).context_handle();
        syngan_program *made = nullptr;
        check(syngan_program_create(values.data(), values.size(),
                                    changes.data(), changes.size(), &o, &made),
              context);
        reset(made, context);
    }
    tensor input(const std::string &name) const {
        syngan_tensor *made = nullptr;
        must(syngan_program_input(get(), name.c_str(), &made));
        return tensor(made, context_handle());
    }
    tensor output(size_t index) const {
        syngan_tensor *made = nullptr;
        must(syngan_program_output(get(), index, &made));
        return tensor(made, context_handle());
    }
    void run(uint64_t step) { must(syngan_program_run(get(), step)); }
    size_t bytes() const { return syngan_program_bytes(get()); }
    std::string report() const {
        return detail::text_of([this](char *text, size_t size) {
            return syngan_program_report(get(), text, size);
        });
    }
};

/* ---- datasets -------------------------------------------------------------
 */

class dataset : public detail::handle<syngan_dataset, syngan_dataset_free> {
  public:
    /** Takes over a C handle. */
    dataset(syngan_dataset *owned, syngan_context *context)
        : handle(owned, context) {}
    /** @param labels NULL if there are none */
    static dataset from_tensors(
        const tensor &examples, const tensor *labels = nullptr,
        const syngan_dataset_options &o = options<syngan_dataset_options>()) {
        syngan_dataset *made = nullptr;
        check(syngan_dataset_from_tensors(
                  examples.get(), labels ? labels->get() : nullptr, &o, &made),
              examples.context_handle());
        return dataset(made, examples.context_handle());
    }
    static dataset from_callback(
        const context &context, int64_t count, shape dims,
        syngan_example_fn make, void *user,
        const syngan_dataset_options &o = options<syngan_dataset_options>()) {
        syngan_dataset *made = nullptr;
        check(syngan_dataset_from_callback(context.get(), count, dims.data(),
                                           dims.rank(), make, user, &o, &made),
              context.get());
        return dataset(made, context.get());
    }
    /** @param labels "" if there are none */
    static dataset from_idx(
        const context &context, const std::string &images,
        const std::string &labels = "",
        const syngan_dataset_options &o = options<syngan_dataset_options>()) {
        syngan_dataset *made = nullptr;
        check(syngan_dataset_from_idx(context.get(), images.c_str(),
                                      labels.empty() ? nullptr : labels.c_str(),
                                      &o, &made),
              context.get());
        return dataset(made, context.get());
    }
    static dataset digits(
        const context &context, int64_t count,
        const syngan_dataset_options &o = options<syngan_dataset_options>()) {
        syngan_dataset *made = nullptr;
        check(syngan_dataset_digits(context.get(), count, &o, &made),
              context.get());
        return dataset(made, context.get());
    }

    int64_t count() const { return syngan_dataset_count(get()); }
    std::vector<int64_t> dims() const {
        std::vector<int64_t> sizes(SYNGAN_MAX_RANK);
        sizes.resize(syngan_dataset_dims(get(), sizes.data()));
        return sizes;
    }
    bool has_labels() const { return syngan_dataset_has_labels(get()) != 0; }
    void read(int64_t first, tensor &examples, tensor *labels = nullptr) {
        must(syngan_dataset_read(get(), first, examples.get(),
                                 labels ? labels->get() : nullptr));
    }
    void batch(int64_t step, tensor &examples, tensor *labels = nullptr) {
        must(syngan_dataset_batch(get(), step, examples.get(),
                                  labels ? labels->get() : nullptr));
    }
};

/* ---- the trainer ----------------------------------------------------------
 */

class trainer : public detail::handle<syngan_trainer, syngan_trainer_free> {
  public:
    trainer(
        const model &generator, const model &discriminator,
        const dataset &dataset,
        const syngan_trainer_options &o = options<syngan_trainer_options>()) {
        syngan_trainer *made = nullptr;
        check(syngan_trainer_create(generator.get(), discriminator.get(),
                                    dataset.get(), &o, &made),
              generator.context_handle());
        reset(made, generator.context_handle());
    }
    static trainer
    load(const context &context, const std::string &path,
         const dataset &dataset,
         const syngan_trainer_options &o = options<syngan_trainer_options>()) {
        syngan_trainer *made = nullptr;
        check(syngan_trainer_load(context.get(), path.c_str(), dataset.get(),
                                  &o, &made),
              context.get());
        return trainer(made, context.get());
    }
    static trainer
    load(const context &context, const syngan_stream &stream,
         const dataset &dataset,
         const syngan_trainer_options &o = options<syngan_trainer_options>()) {
        syngan_trainer *made = nullptr;
        check(syngan_trainer_load_stream(context.get(), &stream, dataset.get(),
                                         &o, &made),
              context.get());
        return trainer(made, context.get());
    }
    /** Bytes that a trainer of these would take, without taking them. */
    static uint64_t estimate(
        const model &generator, const model &discriminator,
        const dataset &dataset,
        const syngan_trainer_options &o = options<syngan_trainer_options>()) {
        uint64_t bytes = 0;
        check(syngan_trainer_estimate(generator.get(), discriminator.get(),
                                      dataset.get(), &o, &bytes),
              generator.context_handle());
        return bytes;
    }

    /** Until `iterations` have been done in all. Cancelling throws, too: an
     *  error of status SYNGAN_E_CANCELLED, after which all can go on. */
    void run(int64_t iterations) {
        must(syngan_trainer_run(get(), iterations));
    }
    int64_t iteration() const { return syngan_trainer_iteration(get()); }
    syngan_losses losses() const {
        auto result = options<syngan_losses>();
        must(syngan_trainer_losses(get(), &result));
        return result;
    }
    model sampler() const {
        syngan_model *made = nullptr;
        must(syngan_trainer_sampler(get(), &made));
        return model(made, context_handle());
    }
    std::vector<syngan_losses> history() const {
        std::vector<syngan_losses> all;
        for (int64_t i = 0; i < syngan_trainer_history_count(get()); i++) {
            all.push_back(options<syngan_losses>());
            must(syngan_trainer_history(get(), i, &all.back()));
        }
        return all;
    }
    std::string report() const {
        return detail::text_of([this](char *text, size_t size) {
            return syngan_trainer_report(get(), text, size);
        });
    }
    void write_history(const std::string &path) const {
        must(syngan_trainer_write_history(get(), path.c_str()));
    }
    void write_chart(const std::string &path) const {
        must(syngan_trainer_write_chart(get(), path.c_str()));
    }
    void save(const std::string &path) {
        must(syngan_trainer_save(get(), path.c_str()));
    }
    void save(const syngan_stream &stream) {
        must(syngan_trainer_save_stream(get(), &stream));
    }

  private:
    trainer(syngan_trainer *owned, syngan_context *context)
        : handle(owned, context) {}
};

/* ---- tables ---------------------------------------------------------------
 */

/** Values that live elsewhere: a column of a table. */
template <class T> class span {
  public:
    span() = default;
    span(T *data, size_t size) : data_(data), size_(size) {}
    T *data() const noexcept { return data_; }
    size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    T *begin() const noexcept { return data_; }
    T *end() const noexcept { return data_ + size_; }
    T &operator[](size_t index) const { return data_[index]; }

  private:
    T *data_ = nullptr;
    size_t size_ = 0;
};

/** A schema call by call: schema(context).column("age", SYNGAN_COLUMN_INTEGER)
 *  .range("age", 0, 120).text(). */
class schema : public detail::handle<syngan_schema, syngan_schema_free> {
  public:
    explicit schema(const context &context) {
        syngan_schema *made = nullptr;
        check(syngan_schema_create(context.get(), &made), context.get());
        reset(made, context.get());
    }
    schema &
    column(const std::string &name, syngan_column_type type,
           const syngan_column_options &o = options<syngan_column_options>()) {
        must(syngan_schema_add_column(get(), name.c_str(), type, &o));
        return *this;
    }
    schema &missing(const std::string &mark) {
        must(syngan_schema_add_missing(get(), mark.c_str()));
        return *this;
    }
    schema &greater(const std::string &high, const std::string &low,
                    bool strict = false) {
        must(syngan_schema_add_greater(get(), high.c_str(), low.c_str(),
                                       strict));
        return *this;
    }
    schema &range(const std::string &column, double low, double high) {
        must(syngan_schema_add_range(get(), column.c_str(), low, high));
        return *this;
    }
    /** Of times; NULL is no bound. */
    schema &range(const std::string &column, const char *low,
                  const char *high) {
        must(syngan_schema_add_text_range(get(), column.c_str(), low, high));
        return *this;
    }
    schema &fixed(const std::vector<std::string> &columns) {
        must(syngan_schema_add_fixed(get(), detail::pointers(columns).data(),
                                     columns.size()));
        return *this;
    }
    schema &unique(const std::vector<std::string> &columns) {
        must(syngan_schema_add_unique(get(), detail::pointers(columns).data(),
                                      columns.size()));
        return *this;
    }
    schema &key(const std::string &column) {
        must(syngan_schema_set_key(get(), column.c_str()));
        return *this;
    }
    schema &order(const std::string &column) {
        must(syngan_schema_set_order(get(), column.c_str()));
        return *this;
    }
    std::string text() const {
        const char *text = syngan_schema_text(get());
        if (text == nullptr) must(SYNGAN_E_MEMORY);
        return text;
    }
};

/** Conditions of a sample call by call:
 *  conditions(context).add("age", SYNGAN_COMPARISON_LESS, "30").text(). */
class conditions
    : public detail::handle<syngan_conditions, syngan_conditions_free> {
  public:
    explicit conditions(const context &context) {
        syngan_conditions *made = nullptr;
        check(syngan_conditions_create(context.get(), &made), context.get());
        reset(made, context.get());
    }
    conditions &add(const std::string &column, syngan_comparison comparison,
                    const std::string &value) {
        must(syngan_conditions_add(get(), column.c_str(), comparison,
                                   value.c_str()));
        return *this;
    }
    conditions &range(const std::string &column, const std::string &low,
                      const std::string &high) {
        must(syngan_conditions_add_range(get(), column.c_str(), low.c_str(),
                                         high.c_str()));
        return *this;
    }
    conditions &values(const std::string &column,
                       const std::vector<std::string> &values,
                       bool inside = true) {
        must(syngan_conditions_add_values(get(), column.c_str(),
                                          detail::pointers(values).data(),
                                          values.size(), inside));
        return *this;
    }
    conditions &missing(const std::string &column, bool missing = true) {
        must(syngan_conditions_add_missing(get(), column.c_str(), missing));
        return *this;
    }
    /** Begins another way. */
    conditions &either() {
        must(syngan_conditions_or(get()));
        return *this;
    }
    std::string text() const { return syngan_conditions_text(get()); }
};

/** A column is given by its number or its name; one that there is not throws.
 *  `types` and `schema` are JSON, "" for none. */
class table : public detail::handle<syngan_table, syngan_table_free> {
  public:
    table() = default;
    /** Takes over a C handle. */
    table(syngan_table *owned, syngan_context *context)
        : handle(owned, context) {}
    /** Without columns. */
    table(const context &context, int64_t rows) {
        syngan_table *made = nullptr;
        check(syngan_table_create(context.get(), rows, &made), context.get());
        reset(made, context.get());
    }
    static table
    read_csv(const context &context, const std::string &path,
             const syngan_csv_options &o = options<syngan_csv_options>()) {
        syngan_table *made = nullptr;
        check(syngan_table_read_csv(context.get(), path.c_str(), &o, &made),
              context.get());
        return table(made, context.get());
    }
    static table
    read_csv(const context &context, const syngan_stream &stream,
             const syngan_csv_options &o = options<syngan_csv_options>()) {
        syngan_table *made = nullptr;
        check(syngan_table_read_csv_stream(context.get(), &stream, &o, &made),
              context.get());
        return table(made, context.get());
    }
    /** A file of any size in pieces, as synthesizer::stream() gives them. */
    template <class F>
    static void
    stream_csv(const context &context, const std::string &path, F &&take,
               const syngan_csv_options &o = options<syngan_csv_options>(),
               int64_t piece = 0) {
        taker<std::remove_reference_t<F>> to{&take, context.get(), nullptr};
        syngan_status status = syngan_table_stream_csv(
            context.get(), path.c_str(), &o, piece, to.call, &to);
        if (to.thrown) std::rethrow_exception(to.thrown);
        check(status, context.get());
    }
    /** Baskets: a line has the items of one. */
    static table
    read_baskets(const context &context, const std::string &path,
                 const syngan_csv_options &o = options<syngan_csv_options>()) {
        syngan_table *made = nullptr;
        check(syngan_table_read_baskets(context.get(), path.c_str(), &o, &made),
              context.get());
        return table(made, context.get());
    }
    static table
    read_baskets(const context &context, const syngan_stream &stream,
                 const syngan_csv_options &o = options<syngan_csv_options>()) {
        syngan_table *made = nullptr;
        check(
            syngan_table_read_baskets_stream(context.get(), &stream, &o, &made),
            context.get());
        return table(made, context.get());
    }
    static table read_sqlite(const context &context, const std::string &path,
                             const std::string &query,
                             const std::string &types = "") {
        syngan_table *made = nullptr;
        check(syngan_table_read_sqlite(context.get(), path.c_str(),
                                       query.c_str(), or_null(types), &made),
              context.get());
        return table(made, context.get());
    }
    /** Takes over both structs, unless it throws. */
    static table from_arrow(const context &context, struct ArrowSchema *schema,
                            struct ArrowArray *array,
                            const std::string &types = "") {
        syngan_table *made = nullptr;
        check(syngan_table_from_arrow(context.get(), schema, array,
                                      or_null(types), &made),
              context.get());
        return table(made, context.get());
    }
    static table transactions(const context &context, int64_t rows,
                              uint64_t seed = 0) {
        syngan_table *made = nullptr;
        check(syngan_table_transactions(context.get(), rows, seed, &made),
              context.get());
        return table(made, context.get());
    }

    void add_integers(const std::string &name,
                      const std::vector<int64_t> &values) {
        check_size(name, values.size());
        must(syngan_table_add_integers(get(), name.c_str(), values.data()));
    }
    void add_reals(const std::string &name, const std::vector<double> &values) {
        check_size(name, values.size());
        must(syngan_table_add_reals(get(), name.c_str(), values.data()));
    }
    /** @param format "" for the default one */
    void add_times(const std::string &name, const std::vector<int64_t> &values,
                   const std::string &format = "") {
        check_size(name, values.size());
        must(syngan_table_add_times(get(), name.c_str(), values.data(),
                                    or_null(format)));
    }
    /** Microseconds. @param format "" for the default one */
    void add_durations(const std::string &name,
                       const std::vector<int64_t> &values,
                       const std::string &format = "") {
        check_size(name, values.size());
        must(syngan_table_add_durations(get(), name.c_str(), values.data(),
                                        or_null(format)));
    }
    /** Missing ones are std::nullopt. */
    void add_texts(const std::string &name, int32_t type,
                   const std::vector<std::optional<std::string>> &values) {
        check_size(name, values.size());
        std::vector<const char *> pointers;
        pointers.reserve(values.size());
        for (const auto &each : values)
            pointers.push_back(each ? each->c_str() : nullptr);
        must(
            syngan_table_add_texts(get(), name.c_str(), type, pointers.data()));
    }
    table select(const std::vector<int64_t> &rows) const {
        syngan_table *made = nullptr;
        must(syngan_table_select(get(), rows.data(),
                                 static_cast<int64_t>(rows.size()), &made));
        return table(made, context_handle());
    }
    /** `share` of the rows, and the others. */
    std::pair<table, table> split(double share, uint64_t seed) const {
        syngan_table *first = nullptr, *second = nullptr;
        must(syngan_table_split(get(), share, seed, &first, &second));
        return {table(first, context_handle()),
                table(second, context_handle())};
    }

    /** The same of the values of the column `key` (NULL: the schema's): rows
     *  with equal ones stay together. */
    std::pair<table, table> split_groups(const char *key, double share,
                                         uint64_t seed) const {
        syngan_table *first = nullptr, *second = nullptr;
        must(syngan_table_split_groups(get(), key, share, seed, &first,
                                       &second));
        return {table(first, context_handle()),
                table(second, context_handle())};
    }

    int64_t rows() const { return syngan_table_rows(get()); }
    size_t columns() const { return syngan_table_columns(get()); }
    /** Number of a column, or -1. */
    int64_t find(const std::string &name) const {
        return syngan_table_find(get(), name.c_str());
    }
    std::string name(size_t column) const {
        return syngan_table_name(get(), at(column));
    }
    /** SYNGAN_COLUMN_... */
    template <class C> int32_t type(const C &column) const {
        return syngan_table_type(get(), at(column));
    }
    template <class C> int64_t missing(const C &column) const {
        return syngan_table_missing(get(), at(column));
    }
    /** What reading has to say of a column; empty: nothing. */
    template <class C> std::string note(const C &column) const {
        const char *text = syngan_table_note(get(), at(column));
        return text == nullptr ? "" : text;
    }
    /** The values of a column, as long as the table lives; another type than
     *  the column's throws. */
    template <class C> span<const int64_t> integers(const C &column) const {
        return values(syngan_table_integers, column,
                      "integers, times or durations");
    }
    template <class C> span<const double> reals(const C &column) const {
        return values(syngan_table_reals, column, "reals");
    }
    template <class C> span<const int32_t> codes(const C &column) const {
        return values(syngan_table_codes, column, "codes of texts");
    }
    template <class C> size_t text_count(const C &column) const {
        return syngan_table_text_count(get(), at(column));
    }
    /** The text of a code; std::nullopt for -1, a missing one. */
    template <class C>
    std::optional<std::string> text(const C &column, int32_t code) const {
        const char *text = syngan_table_text(get(), at(column), code);
        if (text == nullptr) return std::nullopt;
        return text;
    }
    /** As a CSV file would have it. */
    template <class C> std::string cell(int64_t row, const C &column) const {
        return detail::text_of(
            [this, row, index = at(column)](char *text, size_t size) {
                return syngan_table_cell(get(), row, index, text, size);
            });
    }
    std::string schema() const {
        return detail::text_of([this](char *text, size_t size) {
            return syngan_table_schema(get(), text, size);
        });
    }
    table with_schema(const std::string &schema) const {
        syngan_table *made = nullptr;
        must(syngan_table_with_schema(get(), schema.c_str(), &made));
        return table(made, context_handle());
    }

    void write_csv(
        const std::string &path,
        const syngan_csv_options &o = options<syngan_csv_options>()) const {
        must(syngan_table_write_csv(get(), path.c_str(), &o));
    }
    void write_csv(
        const syngan_stream &stream,
        const syngan_csv_options &o = options<syngan_csv_options>()) const {
        must(syngan_table_write_csv_stream(get(), &stream, &o));
    }
    void write_sqlite(const std::string &path, const std::string &name) const {
        must(syngan_table_write_sqlite(get(), path.c_str(), name.c_str()));
    }
    /** Both structs are the caller's, who calls their `release`. */
    void to_arrow(struct ArrowSchema *schema, struct ArrowArray *array) const {
        must(syngan_table_to_arrow(get(), schema, array));
    }

  private:
    friend class synthesizer;

    static const char *or_null(const std::string &text) {
        return text.empty() ? nullptr : text.c_str();
    }
    template <class C> size_t at(const C &column) const {
        if constexpr (std::is_integral_v<C>) {
            auto index = static_cast<size_t>(column);
            if (index < columns()) return index;
            throw error(SYNGAN_E_NOT_FOUND,
                        "table: there is no column " + std::to_string(column) +
                            " among " + std::to_string(columns()));
        } else {
            const std::string name(column);
            int64_t index = find(name);
            if (index >= 0) return static_cast<size_t>(index);
            throw error(SYNGAN_E_NOT_FOUND,
                        "table: there is no column '" + name + "'");
        }
    }
    template <class T, class C>
    span<const T> values(const T *(*read)(const syngan_table *, size_t),
                         const C &column, const char *what) const {
        size_t index = at(column);
        const T *first = read(get(), index);
        if (first == nullptr && rows() > 0)
            throw error(SYNGAN_E_TYPE, "table: column '" + name(index) +
                                           "' does not hold " + what);
        return {first, static_cast<size_t>(rows())};
    }
    void check_size(const std::string &name, size_t size) const {
        if (size == static_cast<size_t>(rows())) return;
        throw error(SYNGAN_E_ARGUMENT, "table: column '" + name + "' has " +
                                           std::to_string(size) +
                                           " values, and the table " +
                                           std::to_string(rows()) + " rows");
    }
    friend class synthesizer;
    /** A caller's function between two layers of C; what it throws waits. */
    template <class F> struct taker {
        F *take;
        syngan_context *context;
        std::exception_ptr thrown;

        static syngan_status call(const syngan_table *piece, void *user) {
            auto self = static_cast<taker *>(user);
            table borrowed(const_cast<syngan_table *>(piece), self->context);
            syngan_status status = SYNGAN_OK;
            try {
                const table &shown = borrowed;
                if constexpr (std::is_void_v<
                                  std::invoke_result_t<F &, const table &>>)
                    (*self->take)(shown);
                else
                    status = (*self->take)(shown);
            } catch (...) {
                self->thrown = std::current_exception();
                status = SYNGAN_E_USER;
            }
            borrowed.let_go();
            return status;
        }
    };
};

/* ---- synthesizers ---------------------------------------------------------
 */

class synthesizer
    : public detail::handle<syngan_synthesizer, syngan_synthesizer_free> {
  public:
    /** What a fit would take. */
    struct needs {
        uint64_t bytes;
        double seconds;
    };

    synthesizer() = default;
    /** Takes over a C handle. */
    synthesizer(syngan_synthesizer *owned, syngan_context *context)
        : handle(owned, context) {}
    static synthesizer fit(const table &table,
                           const syngan_synthesizer_options &o =
                               options<syngan_synthesizer_options>()) {
        syngan_status stopped = SYNGAN_OK;
        synthesizer result = fit(table, o, stopped);
        check(stopped, table.context_handle());
        return result;
    }
    /** Does not throw if what was learnt until a stop is there: `stopped` is
     *  then SYNGAN_E_CANCELLED or what else ended it. */
    static synthesizer fit(const table &table,
                           const syngan_synthesizer_options &o,
                           syngan_status &stopped) {
        syngan_synthesizer *made = nullptr;
        stopped = syngan_synthesizer_fit(table.get(), &o, &made);
        if (made == nullptr) check(stopped, table.context_handle());
        return synthesizer(made, table.context_handle());
    }
    /** From a CSV file of any size. */
    static synthesizer
    fit_csv(const context &context, const std::string &path,
            const syngan_csv_options &csv = options<syngan_csv_options>(),
            const syngan_synthesizer_options &o =
                options<syngan_synthesizer_options>()) {
        syngan_synthesizer *made = nullptr;
        check(syngan_synthesizer_fit_csv(context.get(), path.c_str(), &csv, &o,
                                         &made),
              context.get());
        return synthesizer(made, context.get());
    }
    static needs estimate(const table &table,
                          const syngan_synthesizer_options &o =
                              options<syngan_synthesizer_options>()) {
        needs result{};
        check(syngan_synthesizer_estimate(table.get(), &o, &result.bytes,
                                          &result.seconds),
              table.context_handle());
        return result;
    }
    /** syngan_synthesizer_continue(), whose name C++ keeps for itself. */
    void continue_fit(const table &table, int64_t epochs) {
        must(syngan_synthesizer_continue(get(), table.get(), epochs));
    }
    int64_t epochs() const { return syngan_synthesizer_epochs(get()); }
    std::string schema() const {
        return detail::text_of([this](char *text, size_t size) {
            return syngan_synthesizer_schema(get(), text, size);
        });
    }

    /** @param rejected may be NULL */
    table
    sample(int64_t rows, uint64_t seed,
           const syngan_sample_options &o = options<syngan_sample_options>(),
           int64_t *rejected = nullptr) {
        syngan_table *made = nullptr;
        must(syngan_synthesizer_sample(get(), rows, seed, &o, rejected, &made));
        return table(made, context_handle());
    }
    /** The same rows in pieces.
     *  @param take  called as take(const table &piece); the piece lives until
     *               it returns, nothing or a status. It may throw.
     *  @param piece rows of each; 0: a good size */
    template <class F>
    void
    stream(int64_t rows, uint64_t seed, F &&take,
           const syngan_sample_options &o = options<syngan_sample_options>(),
           int64_t piece = 0, int64_t *rejected = nullptr) {
        table::taker<std::remove_reference_t<F>> to{&take, context_handle(),
                                                    nullptr};
        syngan_status status = syngan_synthesizer_stream(
            get(), rows, piece, seed, &o, rejected, to.call, &to);
        if (to.thrown) std::rethrow_exception(to.thrown);
        must(status);
    }
    void
    write_csv(int64_t rows, uint64_t seed, const std::string &path,
              const syngan_sample_options &o = options<syngan_sample_options>(),
              int64_t *rejected = nullptr) {
        must(syngan_synthesizer_write_csv(get(), rows, seed, &o, rejected,
                                          path.c_str()));
    }

    /** @param what SYNGAN_SAVE_ALL or SYNGAN_SAVE_SAMPLING */
    void save(const std::string &path, int32_t what = SYNGAN_SAVE_ALL) const {
        must(syngan_synthesizer_save(get(), path.c_str(), what));
    }
    void save(const syngan_stream &stream,
              int32_t what = SYNGAN_SAVE_ALL) const {
        must(syngan_synthesizer_save_stream(get(), &stream, what));
    }
    static synthesizer load(const context &context, const std::string &path) {
        syngan_synthesizer *made = nullptr;
        check(syngan_synthesizer_load(context.get(), path.c_str(), &made),
              context.get());
        return synthesizer(made, context.get());
    }
    static synthesizer load(const context &context,
                            const syngan_stream &stream) {
        syngan_synthesizer *made = nullptr;
        check(syngan_synthesizer_load_stream(context.get(), &stream, &made),
              context.get());
        return synthesizer(made, context.get());
    }
};

/* ---- evaluation -----------------------------------------------------------
 */

class report : public detail::handle<syngan_report, syngan_report_free> {
  public:
    report(
        const table &real, const table &synthetic,
        const syngan_evaluate_options &o = options<syngan_evaluate_options>()) {
        syngan_report *made = nullptr;
        check(syngan_table_evaluate(real.get(), synthetic.get(), &o, &made),
              real.context_handle());
        reset(made, real.context_handle());
    }
    /** All values, whose strings live as long as the report. */
    std::vector<syngan_report_entry> entries() const {
        std::vector<syngan_report_entry> all;
        for (size_t i = 0; i < syngan_report_count(get()); i++) {
            all.push_back(options<syngan_report_entry>());
            must(syngan_report_get(get(), i, &all.back()));
        }
        return all;
    }
    double value(const std::string &name) const {
        double result = 0;
        must(syngan_report_value(get(), name.c_str(), &result));
        return result;
    }
    std::string verdict() const { return syngan_report_verdict(get()); }
    std::string json() const {
        return detail::text_of([this](char *text, size_t size) {
            return syngan_report_json(get(), text, size);
        });
    }
    void write_json(const std::string &path) const {
        must(syngan_report_write_json(get(), path.c_str()));
    }
    void write_html(const std::string &path) const {
        must(syngan_report_write_html(get(), path.c_str()));
    }
};

/* ---- files ----------------------------------------------------------------
 */

inline void
write_png(const tensor &images, const std::string &path,
          const syngan_grid_options &o = options<syngan_grid_options>()) {
    check(syngan_tensor_write_png(images.get(), path.c_str(), &o),
          images.context_handle());
}
/** @param names one for each row of `values` */
inline void write_chart(const tensor &x, const tensor &values,
                        const std::vector<std::string> &names,
                        const std::string &title, const std::string &path) {
    std::vector<const char *> pointers;
    for (const std::string &each : names)
        pointers.push_back(each.c_str());
    auto sizes = values.dims();
    if (sizes.empty() || static_cast<size_t>(sizes[0]) != names.size())
        throw error(SYNGAN_E_SHAPE, "chart: each row of values needs one name");
    check(syngan_chart_write(x.get(), values.get(), pointers.data(),
                             title.c_str(), path.c_str()),
          x.context_handle());
}
inline void write_npy(const tensor &values, const std::string &path) {
    check(syngan_tensor_write_npy(values.get(), path.c_str()),
          values.context_handle());
}
inline tensor read_npy(const context &context, const std::string &path) {
    syngan_tensor *made = nullptr;
    check(syngan_tensor_read_npy(context.get(), path.c_str(), &made),
          context.get());
    return tensor(made, context.get());
}
inline void write_idx(const tensor &values, const std::string &path) {
    check(syngan_tensor_write_idx(values.get(), path.c_str()),
          values.context_handle());
}
inline tensor read_idx(const context &context, const std::string &path) {
    syngan_tensor *made = nullptr;
    check(syngan_tensor_read_idx(context.get(), path.c_str(), &made),
          context.get());
    return tensor(made, context.get());
}

} // namespace syngan

#endif
#endif
