/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Draws images from a checkpoint of mnist_gan, or of any generator of images
 * with one input of noise. See `mnist_sample --help`.
 */
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "program.h"

static const char usage[] =
    "usage: mnist_sample CHECKPOINT [OPTION]...\n"
    "Draws images from a checkpoint, which holds the network.\n"
    "\n"
    "  -n N              number of images (100)\n"
    "  --seed S          of the noise that they are drawn from (0)\n"
    "  -o FILE           samples.png; by its ending a picture of them all\n"
    "                    (.png), NumPy's format (.npy), or IDX, which MNIST\n"
    "                    comes in (.idx or -ubyte)\n"
    "  --latents FILE    draws from the rows of this .npy file instead\n"
    "  --walk A,B        from the first image of seed A to that of seed B\n"
    "  --steps K         images of the walk, both ends included (10)\n"
    "  --bf16            faster products, on processors with AVX512_BF16\n"
    "  --threads N       for computing (all processors)\n"
    "  --version         prints versions\n"
    "  --help            prints this\n";

typedef struct settings {
    const char *checkpoint, *out, *latents;
    int64_t count, seed, steps, threads;
    int64_t from, to; /* seeds of a walk; from is -1 if there is none */
    int bf16;
    int has_count, has_seed, has_steps; /* of the options, which were given */
} settings;

/* ---- the command line -----------------------------------------------------
 */

/* Ends the program: the command line can't be right. */
static void refuse(const char *option, const char *came, const char *right) {
    fprintf(stderr, "mnist_sample: %s is '%s', but must be %s\n", option, came,
            right);
    exit(2);
}

static int64_t whole_number(const char *option, const char *text, int64_t least,
                            int64_t most) {
    char *end, right[100];
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < least ||
        value > most) {
        snprintf(right, sizeof(right),
                 "a whole number from %" PRId64 " to %" PRId64, least, most);
        refuse(option, text, right);
    }
    return value;
}

static int ends_with(const char *text, const char *end) {
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static void read_walk(const char *text, settings *s) {
    char first[32];
    const size_t comma = strcspn(text, ",");
    if (text[comma] == '\0' || comma >= sizeof(first))
        refuse("--walk", text, "two seeds with a comma between");
    memcpy(first, text, comma);
    first[comma] = '\0';
    s->from = whole_number("--walk", first, 0, INT64_MAX);
    s->to = whole_number("--walk", text + comma + 1, 0, INT64_MAX);
}

/* Ends the program: an option that would have no effect. */
static void needless(int given, const char *option, const char *why) {
    if (!given) return;
    fprintf(stderr, "mnist_sample: %s has no effect %s; leave one out\n",
            option, why);
    exit(2);
}

/* Ends the program unless the options go together. */
static void check(const settings *s) {
    if (s->latents != NULL && s->from >= 0)
        refuse("--latents", s->latents, "left out with --walk");
    const char *with = s->from >= 0 ? "with --walk" : "with --latents";
    needless(s->has_count && (s->from >= 0 || s->latents != NULL), "-n", with);
    needless(s->has_seed && (s->from >= 0 || s->latents != NULL), "--seed",
             with);
    needless(s->has_steps && s->from < 0, "--steps", "without --walk");
    if (!ends_with(s->out, ".png") && !ends_with(s->out, ".npy") &&
        !ends_with(s->out, ".idx") && !ends_with(s->out, "-ubyte"))
        refuse("-o", s->out, "a name that ends in .png, .npy, .idx or -ubyte");
    if (ends_with(s->out, ".png") && !program_has("png"))
        refuse("-o", s->out,
               "a name that ends in .npy, .idx or -ubyte: this library was "
               "built without libpng");
}

static settings read_command_line(int argc, char **argv) {
    static const struct option table[] = {
        {"seed", required_argument, NULL, 's'},
        {"latents", required_argument, NULL, 'l'},
        {"walk", required_argument, NULL, 'w'},
        {"steps", required_argument, NULL, 'k'},
        {"bf16", no_argument, NULL, 'f'},
        {"threads", required_argument, NULL, 't'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    settings s = {.out = "samples.png", .count = 100, .steps = 10, .from = -1};
    int which;
    while ((which = getopt_long(argc, argv, "n:o:", table, NULL)) != -1) {
        switch (which) {
        case 'n':
            s.has_count = 1;
            s.count = whole_number("-n", optarg, 1, INT32_MAX);
            break;
        case 'o':
            s.out = optarg;
            break;
        case 's':
            s.has_seed = 1;
            s.seed = whole_number("--seed", optarg, 0, INT64_MAX);
            break;
        case 'l':
            s.latents = optarg;
            break;
        case 'w':
            read_walk(optarg, &s);
            break;
        case 'k':
            s.has_steps = 1;
            s.steps = whole_number("--steps", optarg, 2, 10000);
            break;
        case 'f':
            s.bf16 = 1;
            break;
        case 't':
            s.threads = whole_number("--threads", optarg, 1, 256);
            break;
        case 'v':
            say_version("mnist_sample");
            exit(program_end("mnist_sample", 0));
        case 'h':
            say("%s", usage);
            exit(program_end("mnist_sample", 0));
        default:
            fputs("Try 'mnist_sample --help'.\n", stderr);
            exit(2);
        }
    }
    if (optind + 1 != argc) {
        fputs("mnist_sample: one checkpoint must be given\n"
              "Try 'mnist_sample --help'.\n",
              stderr);
        exit(2);
    }
    s.checkpoint = argv[optind];
    check(&s);
    return s;
}

/* ---- latents: the generator's input ----------------------------------------
 */

/* Row i is a function of (seed, i) alone. */
static syngan_status random_latents(syngan_context *context, int64_t count,
                                    int64_t size, int64_t seed,
                                    syngan_tensor **out) {
    syngan_status status = syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                                SYNGAN_SHAPE(count, size), out);
    if (status == SYNGAN_OK)
        status = syngan_tensor_fill_normal(*out, (uint64_t)seed, 0);
    return status;
}

/* The great circle between a and b, on which normal noise lies nearly; a
 * straight line would cut through where it never is. */
static void walk(const float *a, const float *b, int64_t size, int64_t steps,
                 float *out) {
    double ab = 0, aa = 0, bb = 0;
    for (int64_t i = 0; i < size; i++) {
        ab += (double)a[i] * (double)b[i];
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
    }
    const double angle = acos(fmin(fmax(ab / sqrt(aa * bb), -1), 1));
    for (int64_t k = 0; k < steps; k++) {
        const double t = (double)k / (double)(steps - 1);
        double of_a = 1 - t, of_b = t;
        if (sin(angle) > 1e-6) {
            of_a = sin((1 - t) * angle) / sin(angle);
            of_b = sin(t * angle) / sin(angle);
        }
        for (int64_t i = 0; i < size; i++)
            out[k * size + i] =
                (float)(of_a * (double)a[i] + of_b * (double)b[i]);
    }
}

static syngan_status walk_latents(syngan_context *context, const settings *s,
                                  int64_t size, syngan_tensor **out) {
    syngan_tensor *a = NULL, *b = NULL;
    syngan_status status = random_latents(context, 1, size, s->from, &a);
    if (status == SYNGAN_OK)
        status = random_latents(context, 1, size, s->to, &b);
    if (status == SYNGAN_OK)
        status = syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                      SYNGAN_SHAPE(s->steps, size), out);
    if (status == SYNGAN_OK)
        walk(syngan_tensor_data(a), syngan_tensor_data(b), size, s->steps,
             syngan_tensor_data(*out));
    syngan_tensor_free(a);
    syngan_tensor_free(b);
    return status;
}

static syngan_status read_latents(syngan_context *context, const char *path,
                                  syngan_tensor **out) {
    syngan_tensor *read = NULL;
    syngan_status status = syngan_tensor_read_npy(context, path, &read);
    if (status == SYNGAN_OK)
        status = syngan_tensor_clone(read, SYNGAN_TYPE_F32, out);
    syngan_tensor_free(read);
    return status;
}

/* ---- images ----------------------------------------------------------------
 */

static syngan_status write_images(const syngan_tensor *images,
                                  const settings *s) {
    if (ends_with(s->out, ".npy"))
        return syngan_tensor_write_npy(images, s->out);
    if (!ends_with(s->out, ".png"))
        return syngan_tensor_write_idx(images, s->out);
    const int in_a_row = s->from >= 0 && s->steps <= 20;
    return syngan_tensor_write_png(
        images, s->out,
        SYNGAN_GRID(.columns = in_a_row ? (int32_t)s->steps : 0));
}

static syngan_status sample(syngan_context *context, const settings *s) {
    syngan_model *model = NULL;
    syngan_tensor *latents = NULL, *images = NULL;
    int64_t dims[SYNGAN_MAX_RANK] = {0};
    syngan_status status = syngan_model_load(context, s->checkpoint, &model);
    if (status == SYNGAN_OK) status = syngan_model_set_bf16(model, s->bf16);
    if (status == SYNGAN_OK) {
        syngan_model_input_dims(model, 0, dims);
        if (s->latents != NULL)
            status = read_latents(context, s->latents, &latents);
        else if (s->from >= 0)
            status = walk_latents(context, s, dims[1], &latents);
        else
            status =
                random_latents(context, s->count, dims[1], s->seed, &latents);
    }
    if (status == SYNGAN_OK)
        status = syngan_model_predict(
            model, (const syngan_tensor *const *)&latents, 1, &images);
    if (status == SYNGAN_OK) status = write_images(images, s);
    if (status == SYNGAN_OK)
        say("wrote %" PRId64 " images to %s\n", syngan_tensor_dims(images)[0],
            s->out);
    syngan_tensor_free(images);
    syngan_tensor_free(latents);
    syngan_model_free(model);
    return status;
}

int main(int argc, char **argv) {
    program_begin();
    const settings s = read_command_line(argc, argv);
    syngan_context *context = NULL;
    syngan_status status = syngan_context_create(
        SYNGAN_CONTEXT(.threads = (int32_t)s.threads), &context);
    if (status == SYNGAN_OK) program_watch(context);
    if (status == SYNGAN_OK) status = sample(context, &s);
    if (status != SYNGAN_OK)
        fprintf(stderr, "mnist_sample: %s\n",
                context == NULL ? syngan_status_text(status)
                                : syngan_context_last_error(context));
    syngan_context_free(context);
    return program_end("mnist_sample", status != SYNGAN_OK);
}
