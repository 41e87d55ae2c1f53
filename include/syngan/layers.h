/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file layers.h
 * Layers: builders that make parameters of their own, and the image operators
 * that go with them. Images are N x C x H x W.
 *
 * A parameter is named after its layer: "dense.weight", "conv2d_2.bias". A
 * layer's name is its option `name`, else the operator's with a number from
 * the second one on. Parameters take their first values when a model is made.
 */
#ifndef SYNGAN_LAYERS_H
#define SYNGAN_LAYERS_H

#include <syngan/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Activations that a layer can apply to its result. */
typedef int32_t syngan_activation;
enum {
    SYNGAN_ACTIVATION_LINEAR = 0,
    SYNGAN_ACTIVATION_RELU = 1,
    SYNGAN_ACTIVATION_LEAKY_RELU = 2, /**< slope: `activation_slope` */
    SYNGAN_ACTIVATION_TANH = 3,
    SYNGAN_ACTIVATION_SIGMOID = 4,
    SYNGAN_ACTIVATION_SOFTPLUS = 5,
    SYNGAN_ACTIVATION_GELU = 6,
    SYNGAN_ACTIVATION_GELU_TANH = 7,
    SYNGAN_ACTIVATION_SILU = 8,
    SYNGAN_ACTIVATION_ELU = 9 /**< alpha: 1 */
};

/** First values of parameters. Fans are counted as Keras does. */
typedef int32_t syngan_initializer;
enum {
    SYNGAN_INITIALIZER_GLOROT_UNIFORM = 0, /**< Glorot and Bengio 2010 */
    SYNGAN_INITIALIZER_GLOROT_NORMAL = 1,
    SYNGAN_INITIALIZER_HE_UNIFORM = 2, /**< He and others 2015 */
    SYNGAN_INITIALIZER_HE_NORMAL = 3,
    SYNGAN_INITIALIZER_UNIFORM = 4,  /**< in [-scale, scale) */
    SYNGAN_INITIALIZER_NORMAL = 5,   /**< deviation `scale` */
    SYNGAN_INITIALIZER_CONSTANT = 6, /**< `scale` everywhere */
    SYNGAN_INITIALIZER_ZEROS = 7
};

/** Padding of convolutions and pooling. */
typedef int32_t syngan_padding;
enum {
    SYNGAN_PADDING_SAME =
        0, /**< result is ceil(size / stride), padded as TensorFlow
        does: the odd one at the bottom and right */
    SYNGAN_PADDING_VALID = 1,   /**< none */
    SYNGAN_PADDING_EXPLICIT = 2 /**< the four `pad_` options */
};

/** A parameter of your own, for layers that are not here. */
typedef struct syngan_parameter_options {
    size_t struct_size;
    syngan_initializer
        initializer; /**< default SYNGAN_INITIALIZER_GLOROT_UNIFORM */
    float scale;     /**< of uniform, normal and constant; default 0.05 */
    int64_t fan_in;  /**< for Glorot and He; default SYNGAN_AUTO: by the
                          shape, read as out x in x kernel */
    int64_t fan_out; /**< likewise */
    int32_t frozen;  /**< 1: no optimizer changes it */
    int32_t reserved;
    uint64_t seed; /**< of random first values, which depend on the model's and
                        the parameter's name besides; default
                        SYNGAN_AUTO_SEED: the context's */
} syngan_parameter_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_PARAMETER_DEFAULTS                                              \
    .struct_size = SYNGAN_INITIALISED(syngan_parameter_options),               \
    .scale = 0.05f, .fan_in = SYNGAN_AUTO, .fan_out = SYNGAN_AUTO,             \
    .seed = SYNGAN_AUTO_SEED
#define SYNGAN_PARAMETER_INIT                                                  \
    { SYNGAN_PARAMETER_DEFAULTS }
#define SYNGAN_PARAMETER(...)                                                  \
    (&(const syngan_parameter_options){SYNGAN_PARAMETER_DEFAULTS, __VA_ARGS__})

/** A tensor that belongs to the model. Names are unique in a graph. */
SYNGAN_API syngan_node *
syngan_parameter(syngan_graph *graph, const char *name, const int64_t *dims,
                 size_t rank, const syngan_parameter_options *options);

typedef struct syngan_dense_options {
    size_t struct_size;
    const char *name;
    int64_t units;                /**< required */
    syngan_activation activation; /**< default none */
    float activation_slope;       /**< of leaky ReLU, above 0; default 0.2 */
    int32_t no_bias;              /**< 1: without bias */
    syngan_initializer
        initializer;         /**< of the weight; default Glorot uniform */
    float initializer_scale; /**< default 0.05 */
    int32_t reserved;
    syngan_initializer
        bias_initializer; /**< of uniform, normal, constant and zeros (the
                               default), since a bias has no fans */
    float bias_initializer_scale; /**< default 0.05 */
    uint64_t seed; /**< of first values; default SYNGAN_AUTO_SEED: the
                        context's, as is 0 in a struct that was zeroed instead
                        of initialised */
} syngan_dense_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_DENSE_DEFAULTS                                                  \
    .struct_size = SYNGAN_INITIALISED(syngan_dense_options),                   \
    .activation_slope = 0.2f, .initializer_scale = 0.05f,                      \
    .bias_initializer = SYNGAN_INITIALIZER_ZEROS,                              \
    .bias_initializer_scale = 0.05f, .seed = SYNGAN_AUTO_SEED
#define SYNGAN_DENSE_INIT                                                      \
    { SYNGAN_DENSE_DEFAULTS }
#define SYNGAN_DENSE(...)                                                      \
    (&(const syngan_dense_options){SYNGAN_DENSE_DEFAULTS, __VA_ARGS__})

/** activation(x weight^T + bias).
 *  @param x N x features; weight: units x features; result: N x units */
SYNGAN_API syngan_node *syngan_dense(syngan_node *x,
                                     const syngan_dense_options *options);

typedef struct syngan_embedding_options {
    size_t struct_size;
    const char *name;
    int64_t entries; /**< required: rows of the table, such as classes */
    int64_t units;   /**< required: numbers in a row */
    syngan_initializer initializer; /**< of the table; default uniform */
    float initializer_scale;        /**< default 0.05 */
    uint64_t seed; /**< of first values; default SYNGAN_AUTO_SEED: the
                        context's */
} syngan_embedding_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_EMBEDDING_DEFAULTS                                              \
    .struct_size = SYNGAN_INITIALISED(syngan_embedding_options),               \
    .initializer = SYNGAN_INITIALIZER_UNIFORM, .initializer_scale = 0.05f,     \
    .seed = SYNGAN_AUTO_SEED
#define SYNGAN_EMBEDDING_INIT                                                  \
    { SYNGAN_EMBEDDING_DEFAULTS }
#define SYNGAN_EMBEDDING(...)                                                  \
    (&(const syngan_embedding_options){SYNGAN_EMBEDDING_DEFAULTS, __VA_ARGS__})

/** A trained row for each index: syngan_gather() of a parameter.
 *  @param indices i32, of any shape; weight: entries x units; result: the shape
 *                 of `indices` with a dimension `units` added. Zeros where an
 *                 index is none of 0 ... entries - 1 */
SYNGAN_API syngan_node *
syngan_embedding(syngan_node *indices, const syngan_embedding_options *options);

typedef struct syngan_conv1d_options {
    size_t struct_size;
    const char *name;
    int64_t filters;        /**< required: channels of the result */
    int32_t kernel;         /**< required: its length */
    int32_t stride;         /**< default 1 */
    int32_t dilation;       /**< distance of kernel elements; default 1 */
    int32_t groups;         /**< default 1; divides both channel counts */
    syngan_padding padding; /**< default SYNGAN_PADDING_SAME */
    int32_t pad_left;       /**< these with SYNGAN_PADDING_EXPLICIT only */
    int32_t pad_right;
    syngan_activation activation; /**< default none */
    float activation_slope;       /**< of leaky ReLU, above 0; default 0.2 */
    int32_t no_bias;              /**< 1: without bias */
    syngan_initializer
        initializer;         /**< of the weight; default Glorot uniform */
    float initializer_scale; /**< default 0.05 */
    syngan_initializer
        bias_initializer; /**< of uniform, normal, constant and zeros (the
                               default), since a bias has no fans */
    float bias_initializer_scale; /**< default 0.05 */
    uint64_t seed; /**< of first values; default SYNGAN_AUTO_SEED: the
                        context's, as is 0 in a struct that was zeroed instead
                        of initialised */
} syngan_conv1d_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_CONV1D_DEFAULTS                                                 \
    .struct_size = SYNGAN_INITIALISED(syngan_conv1d_options), .stride = 1,     \
    .dilation = 1, .groups = 1, .activation_slope = 0.2f,                      \
    .initializer_scale = 0.05f, .bias_initializer = SYNGAN_INITIALIZER_ZEROS,  \
    .bias_initializer_scale = 0.05f, .seed = SYNGAN_AUTO_SEED
#define SYNGAN_CONV1D_INIT                                                     \
    { SYNGAN_CONV1D_DEFAULTS }
#define SYNGAN_CONV1D(...)                                                     \
    (&(const syngan_conv1d_options){SYNGAN_CONV1D_DEFAULTS, __VA_ARGS__})

/** Convolution of sequences: syngan_conv2d() of images of height 1.
 *  @param x N x C x length; weight: filters x C / groups x 1 x kernel; result:
 *           N x filters x length', computed as a width is */
SYNGAN_API syngan_node *syngan_conv1d(syngan_node *x,
                                      const syngan_conv1d_options *options);

typedef struct syngan_conv2d_options {
    size_t struct_size;
    const char *name;
    int64_t filters;        /**< required: channels of the result */
    int32_t kernel;         /**< required: height, and width unless given */
    int32_t kernel_width;   /**< default SYNGAN_AUTO: `kernel` */
    int32_t stride;         /**< default 1 */
    int32_t stride_width;   /**< default SYNGAN_AUTO: `stride` */
    int32_t dilation;       /**< distance of kernel elements; default 1 */
    int32_t dilation_width; /**< default SYNGAN_AUTO: `dilation` */
    int32_t groups;         /**< default 1; divides both channel counts */
    syngan_padding padding; /**< default SYNGAN_PADDING_SAME */
    int32_t pad_top;        /**< these four with SYNGAN_PADDING_EXPLICIT only */
    int32_t pad_bottom;
    int32_t pad_left;
    int32_t pad_right;
    syngan_activation activation; /**< default none */
    float activation_slope;       /**< of leaky ReLU, above 0; default 0.2 */
    int32_t no_bias;              /**< 1: without bias */
    syngan_initializer
        initializer;         /**< of the weight; default Glorot uniform */
    float initializer_scale; /**< default 0.05 */
    int32_t reserved;
    syngan_initializer
        bias_initializer; /**< of uniform, normal, constant and zeros (the
                               default), since a bias has no fans */
    float bias_initializer_scale; /**< default 0.05 */
    uint64_t seed; /**< of first values; default SYNGAN_AUTO_SEED: the
                        context's, as is 0 in a struct that was zeroed instead
                        of initialised */
} syngan_conv2d_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_CONV2D_DEFAULTS                                                 \
    .struct_size = SYNGAN_INITIALISED(syngan_conv2d_options),                  \
    .kernel_width = SYNGAN_AUTO, .stride = 1, .stride_width = SYNGAN_AUTO,     \
    .dilation = 1, .dilation_width = SYNGAN_AUTO, .groups = 1,                 \
    .activation_slope = 0.2f, .initializer_scale = 0.05f,                      \
    .bias_initializer = SYNGAN_INITIALIZER_ZEROS,                              \
    .bias_initializer_scale = 0.05f, .seed = SYNGAN_AUTO_SEED
#define SYNGAN_CONV2D_INIT                                                     \
    { SYNGAN_CONV2D_DEFAULTS }
#define SYNGAN_CONV2D(...)                                                     \
    (&(const syngan_conv2d_options){SYNGAN_CONV2D_DEFAULTS, __VA_ARGS__})

/** Convolution (cross-correlation, as the field calls it; sizes as in Dumoulin
 *  and Visin 2016).
 *  @param x N x C x H x W; weight: filters x C / groups x kernel x width;
 *           result: N x filters x H' x W', where with SYNGAN_PADDING_VALID
 *           H' = (H - dilation (kernel - 1) - 1) / stride + 1, rounded down,
 *           and SYNGAN_PADDING_EXPLICIT adds the pads to H first */
SYNGAN_API syngan_node *syngan_conv2d(syngan_node *x,
                                      const syngan_conv2d_options *options);

/** Transposed convolution has the same options. SYNGAN_PADDING_SAME gives size
 * times stride; SYNGAN_PADDING_VALID gives (size - 1) stride + dilation (kernel
 * - 1) + 1; SYNGAN_PADDING_EXPLICIT takes the four pads off that. */
typedef struct syngan_conv2d_options syngan_conv2d_transpose_options;
#define SYNGAN_CONV2D_TRANSPOSE_INIT SYNGAN_CONV2D_INIT
#define SYNGAN_CONV2D_TRANSPOSE(...) SYNGAN_CONV2D(__VA_ARGS__)

/** Transposed convolution: the gradient of a convolution with respect to its
 *  input. @param x N x C x H x W; weight: C x filters / groups x kernel x
 *  width; result: N x filters x H' x W' */
SYNGAN_API syngan_node *
syngan_conv2d_transpose(syngan_node *x,
                        const syngan_conv2d_transpose_options *options);

typedef struct syngan_batch_norm_options {
    size_t struct_size;
    const char *name;
    float momentum; /**< of the running statistics, above 0; default
                         0.99 */
    float epsilon;  /**< default 1e-3 */
    int32_t reserved[2];
} syngan_batch_norm_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_BATCH_NORM_DEFAULTS                                             \
    .struct_size = SYNGAN_INITIALISED(syngan_batch_norm_options),              \
    .momentum = 0.99f, .epsilon = 1e-3f
#define SYNGAN_BATCH_NORM_INIT                                                 \
    { SYNGAN_BATCH_NORM_DEFAULTS }
#define SYNGAN_BATCH_NORM(...)                                                 \
    (&(const syngan_batch_norm_options){SYNGAN_BATCH_NORM_DEFAULTS,            \
                                        __VA_ARGS__})

/**
 * Batch normalisation over dimension 1 (Ioffe and Szegedy 2015): with the
 * batch's mean and biased variance in training mode, with running ones in
 * inference mode; the mode is chosen when a model is applied. Parameters
 * weight, bias (trained) and running_mean, running_var (moved by
 * syngan_node_update_statistics()).
 * @param x N x C or N x C x H x W, as is the result
 */
SYNGAN_API syngan_node *
syngan_batch_norm(syngan_node *x, const syngan_batch_norm_options *options);

typedef struct syngan_group_norm_options {
    size_t struct_size;
    const char *name;
    int32_t groups; /**< of neighbouring channels; divides their number; default
                         SYNGAN_AUTO: each channel for itself */
    float epsilon;  /**< default 1e-5 */
    int32_t no_affine; /**< 1: without weight and bias */
    int32_t reserved;
} syngan_group_norm_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_GROUP_NORM_DEFAULTS                                             \
    .struct_size = SYNGAN_INITIALISED(syngan_group_norm_options),              \
    .groups = SYNGAN_AUTO, .epsilon = 1e-5f
#define SYNGAN_GROUP_NORM_INIT                                                 \
    { SYNGAN_GROUP_NORM_DEFAULTS }
#define SYNGAN_GROUP_NORM(...)                                                 \
    (&(const syngan_group_norm_options){SYNGAN_GROUP_NORM_DEFAULTS,            \
                                        __VA_ARGS__})

/**
 * Normalisation within each example, in both modes alike: groups of channels
 * get mean 0 and variance 1, (x - mean) / sqrt(variance + epsilon) with the
 * biased variance, then each channel its weight (at first 1) and bias. One
 * group for each channel is instance normalisation (Ulyanov and others 2016),
 * one group of all is layer normalisation (Ba and others 2016), other numbers
 * are group normalisation (Wu and He 2018).
 * @param x N x C or N x C x ..., as is the result; a group has at least 2
 *          numbers. Weight and bias: C
 */
SYNGAN_API syngan_node *
syngan_group_norm(syngan_node *x, const syngan_group_norm_options *options);

/** Pixel normalisation (Karras and others 2018): x / sqrt(mean of x^2 over the
 *  channels + `epsilon`), with an epsilon above 0; the paper's is 1e-8.
 *  @param x N x C or N x C x ... */
SYNGAN_API syngan_node *syngan_pixel_norm(syngan_node *x, double epsilon);

/** x `scale` + `shift`, with numbers of each example's own for its channels.
 *  Behind syngan_group_norm() with `no_affine` it is adaptive instance
 *  normalisation (Huang and Belongie 2017), behind syngan_batch_norm()
 *  conditional batch normalisation (de Vries and others 2017).
 *  @param x N x C or N x C x ...; scale, shift: N x C, such as a
 *           syngan_embedding() or syngan_dense() makes */
SYNGAN_API syngan_node *syngan_modulate(syngan_node *x, syngan_node *scale,
                                        syngan_node *shift);

/** Minibatch standard deviation (Karras and others 2018): one more channel with
 *  the standard deviation over the examples of a group, with 1e-8 added to the
 *  variance, averaged over channels and pixels.
 *  @param x     N x C or N x C x ...
 *  @param group examples in a group, at least 2; the paper's is 4. All groups
 *               are of the greatest size up to it that divides the batch; the
 *               batch is one group if there is none, as for other primes.
 *               Example n is in group n mod (number of groups) */
SYNGAN_API syngan_node *syngan_minibatch_stddev(syngan_node *x, int64_t group);

/** Dropout (Srivastava and others 2014): zeroes each element with probability
 *  `rate` (0 <= rate < 1) and scales the others by 1 / (1 - rate), in training
 *  mode; the identity in inference mode. x has any shape. */
SYNGAN_API syngan_node *syngan_dropout(syngan_node *x, double rate);

/** Adds normal noise of this deviation (at least 0) in training mode only. x
 *  has any shape. */
SYNGAN_API syngan_node *syngan_gaussian_noise(syngan_node *x, double deviation);

typedef struct syngan_pool2d_options {
    size_t struct_size;
    int32_t size;         /**< window height; default 2 */
    int32_t size_width;   /**< default SYNGAN_AUTO: `size` */
    int32_t stride;       /**< default SYNGAN_AUTO: the window's height */
    int32_t stride_width; /**< default SYNGAN_AUTO: `stride` if given, else the
                               window's width */
    syngan_padding
        padding; /**< default SYNGAN_PADDING_SAME; padding is never counted */
    int32_t pad_top;
    int32_t pad_bottom;
    int32_t pad_left;
    int32_t pad_right;
    int32_t reserved;
} syngan_pool2d_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_POOL2D_DEFAULTS                                                 \
    .struct_size = SYNGAN_INITIALISED(syngan_pool2d_options), .size = 2,       \
    .size_width = SYNGAN_AUTO, .stride = SYNGAN_AUTO,                          \
    .stride_width = SYNGAN_AUTO
#define SYNGAN_POOL2D_INIT                                                     \
    { SYNGAN_POOL2D_DEFAULTS }
#define SYNGAN_POOL2D(...)                                                     \
    (&(const syngan_pool2d_options){SYNGAN_POOL2D_DEFAULTS, __VA_ARGS__})

/** Mean and greatest element of each window. x is N x C x H x W, the result
 *  N x C x H' x W', its sizes those of a convolution. */
SYNGAN_API syngan_node *
syngan_average_pool2d(syngan_node *x, const syngan_pool2d_options *options);
SYNGAN_API syngan_node *syngan_max_pool2d(syngan_node *x,
                                          const syngan_pool2d_options *options);

/** Each pixel becomes `factor` x `factor` equal ones: N x C x H x W gives
 *  N x C x factor H x factor W. */
SYNGAN_API syngan_node *syngan_upsample2d(syngan_node *x, int32_t factor);

#ifdef __cplusplus
}
#endif
#endif
