/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trains a GAN on handwritten digits: MNIST if you have it, else the digits
 * that the library draws itself. See `mnist_gan --help`.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "mnist_files.h"
#include "program.h"

#define NOISE 100
#define DIGITS 60000   /* built-in ones, as many as MNIST has */
#define SAVE_EVERY 500 /* iterations between checkpoints */
#define GRID_SEED 1    /* the same noise for each grid shows the progress */
#define PATH_SIZE 4096

/* ---- the two networks -----------------------------------------------------
 */

static syngan_status make_generator(syngan_context *context,
                                    syngan_model **out) {
    syngan_graph *g;
    syngan_status status = syngan_graph_create(context, &g);
    if (status != SYNGAN_OK) return status;
    syngan_node *x = syngan_input(g, "noise", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, NOISE));
    x = syngan_dense(x, SYNGAN_DENSE(.units = 256 * 7 * 7,
                                     .activation = SYNGAN_ACTIVATION_RELU));
    x = syngan_reshape(x, SYNGAN_SHAPE(SYNGAN_BATCH, 256, 7, 7));
    x = syngan_batch_norm(x, NULL);
    x = syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = 128, .kernel = 4, .stride = 2,
                                   .activation = SYNGAN_ACTIVATION_RELU));
    x = syngan_batch_norm(x, NULL);
    x = syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = 64, .kernel = 4, .stride = 2,
                                   .activation = SYNGAN_ACTIVATION_RELU));
    x = syngan_batch_norm(x, NULL);
    x = syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = 1, .kernel = 7,
                                   .activation = SYNGAN_ACTIVATION_TANH));
    status = syngan_model_create(x, "generator", out);
    syngan_graph_free(g);
    return status;
}

static syngan_status make_discriminator(syngan_context *context,
                                        syngan_model **out) {
    syngan_graph *g;
    syngan_status status = syngan_graph_create(context, &g);
    if (status != SYNGAN_OK) return status;
    syngan_node *x = syngan_input(g, "image", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 1, 28, 28));
    x = syngan_conv2d(
        x, SYNGAN_CONV2D(.filters = 64, .kernel = 4, .stride = 2,
                         .activation = SYNGAN_ACTIVATION_LEAKY_RELU));
    x = syngan_conv2d(
        x, SYNGAN_CONV2D(.filters = 128, .kernel = 4, .stride = 2,
                         .activation = SYNGAN_ACTIVATION_LEAKY_RELU));
    x = syngan_flatten(x);
    x = syngan_dense(
        x, SYNGAN_DENSE(.units = 1, .activation = SYNGAN_ACTIVATION_SIGMOID));
    status = syngan_model_create(x, "discriminator", out);
    syngan_graph_free(g);
    return status;
}

/* ---- the command line ------------------------------------------------------
 */

static const char usage[] =
    "usage: mnist_gan [OPTION]...\n"
    "Trains a GAN on handwritten digits and draws what it generates.\n"
    "\n"
    "  --data DIR        MNIST: train-images-idx3-ubyte or its .gz in DIR, or\n"
    "                    by another of its usual names, or that file itself;\n"
    "                    without it, digits that the library draws itself\n"
    "  --recipe NAME     default, or published: the well-known Keras settings\n"
    "  --iterations N    in all, resumed ones counted (2000)\n"
    "  --batch N         images in a batch (64)\n"
    "  --seed N          of everything random (0)\n"
    "  --threads N       for computing (all processors)\n"
    "  --bf16            faster products, on processors with AVX512_BF16\n"
    "  --tune            kernels chosen by timing; runs differ in last bits\n"
    "  --out DIR         for everything written (out)\n"
    "  --resume FILE     goes on from a checkpoint, on the same images\n"
    "  --other-data      with --resume: on other images of the same size\n"
    "  --version         prints versions\n"
    "  --help            prints this\n"
    "\n"
    "DIR gets generated_iteration_N.png each 100 iterations (published: by "
    "the\n"
    "well-known name, gan_generated_image_epoch_N.png), and at the end\n"
    "history.csv, losses.svg and the checkpoint mnist_gan.safetensors.\n"
    "Ctrl-C stops after the iteration at hand and saves all of that.\n";

typedef struct settings {
    const char *data, *recipe, *out, *resume;
    int64_t iterations, batch, seed, threads;
    int bf16, tune, other_data;
} settings;

/* Ends the program: the command line can't be right. */
static void refuse(const char *option, const char *came, const char *right) {
    fprintf(stderr, "mnist_gan: %s is '%s', but must be %s\n", option, came,
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

static settings read_command_line(int argc, char **argv) {
    static const struct option table[] = {
        {"data", required_argument, NULL, 'd'},
        {"recipe", required_argument, NULL, 'r'},
        {"iterations", required_argument, NULL, 'i'},
        {"batch", required_argument, NULL, 'b'},
        {"seed", required_argument, NULL, 's'},
        {"threads", required_argument, NULL, 't'},
        {"bf16", no_argument, NULL, 'f'},
        {"tune", no_argument, NULL, 'u'},
        {"out", required_argument, NULL, 'o'},
        {"resume", required_argument, NULL, 'c'},
        {"other-data", no_argument, NULL, 'O'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    settings s = {.out = "out", .iterations = 2000};
    int which;
    while ((which = getopt_long(argc, argv, "", table, NULL)) != -1) {
        switch (which) {
        case 'd':
            s.data = optarg;
            break;
        case 'r':
            s.recipe = optarg;
            break;
        case 'o':
            s.out = optarg;
            break;
        case 'c':
            s.resume = optarg;
            break;
        case 'f':
            s.bf16 = 1;
            break;
        case 'u':
            s.tune = 1;
            break;
        case 'i':
            s.iterations = whole_number("--iterations", optarg, 1, INT32_MAX);
            break;
        case 'b':
            s.batch = whole_number("--batch", optarg, 1, 65536);
            break;
        case 's':
            s.seed = whole_number("--seed", optarg, 0, INT64_MAX);
            break;
        case 't':
            s.threads = whole_number("--threads", optarg, 1, 256);
            break;
        case 'O':
            s.other_data = 1;
            break;
        case 'v':
            say_version("mnist_gan");
            exit(program_end("mnist_gan", 0));
        case 'h':
            say("%s", usage);
            exit(program_end("mnist_gan", 0));
        default:
            fputs("Try 'mnist_gan --help'.\n", stderr);
            exit(2);
        }
    }
    if (optind < argc) refuse("an argument", argv[optind], "an option");
    if (s.recipe != NULL && strcmp(s.recipe, "default") != 0 &&
        strcmp(s.recipe, "published") != 0)
        refuse("--recipe", s.recipe, "default or published");
    if (s.other_data && s.resume == NULL)
        refuse("--other-data", "given", "left out without --resume");
    return s;
}

/* ---- the run ---------------------------------------------------------------
 */

/* Where `name` lies in the folder of results. */
static const char *result_path(const settings *s, const char *name) {
    static char path[PATH_SIZE];
    snprintf(path, sizeof(path), "%s/%s", s->out, name);
    return path;
}

static void print_line(const char *line, void *user) {
    (void)user;
    program_line(line);
}

static int is_published(const settings *s) {
    return s->recipe != NULL && strcmp(s->recipe, "published") == 0;
}

static syngan_status draw_grid(syngan_trainer *trainer, const settings *s,
                               int64_t iteration) {
    char name[64];
    if (!program_has("png")) return SYNGAN_OK;
    snprintf(name, sizeof(name), "%s_%" PRId64 ".png",
             is_published(s) ? "gan_generated_image_epoch"
                             : "generated_iteration",
             iteration);
    syngan_model *generator = NULL;
    syngan_tensor *images = NULL;
    syngan_status status = syngan_trainer_sampler(trainer, &generator);
    if (status == SYNGAN_OK)
        status = syngan_model_sample(generator, 10, GRID_SEED, &images);
    if (status == SYNGAN_OK)
        status = syngan_tensor_write_png(images, result_path(s, name),
                                         SYNGAN_GRID(.columns = 10, .zoom = 2));
    syngan_tensor_free(images);
    syngan_model_free(generator);
    return status;
}

static syngan_status save(syngan_trainer *trainer, const settings *s) {
    return syngan_trainer_save(trainer,
                               result_path(s, "mnist_gan.safetensors"));
}

/* After iterations 0, 100, 200 ... and the last. */
static syngan_status report(syngan_trainer *trainer,
                            const syngan_losses *losses, void *user) {
    const settings *s = user;
    program_clear_line();
    say("iteration %" PRId64 ": discriminator %.4f (real %.4f, fake %.4f; "
        "%.0f %% right), generator %.4f, %.0f s%s\n",
        losses->iteration, (double)losses->d_loss, (double)losses->d_loss_real,
        (double)losses->d_loss_fake, 100 * (double)losses->d_accuracy,
        (double)losses->g_loss, losses->seconds,
        losses->collapsed ? "; it may have collapsed" : "");
    syngan_status status = draw_grid(trainer, s, losses->iteration);
    if (status == SYNGAN_OK && losses->iteration > 0 &&
        losses->iteration % SAVE_EVERY == 0)
        status = save(trainer, s);
    return status;
}

static syngan_status open_data(syngan_context *context, const settings *s,
                               syngan_dataset **out) {
    const syngan_dataset_options *options =
        SYNGAN_DATASET(.order = is_published(s) ? SYNGAN_ORDER_WITH_REPLACEMENT
                                                : SYNGAN_ORDER_SHUFFLE);
    if (s->data == NULL)
        return syngan_dataset_digits(context, DIGITS, options, out);
    char path[MNIST_PATH];
    return syngan_dataset_from_idx(context, mnist_find(s->data, path), NULL,
                                   options, out);
}

static syngan_status make_trainer(syngan_context *context, settings *s,
                                  syngan_dataset *dataset,
                                  syngan_trainer **out) {
    const syngan_trainer_options *options =
        SYNGAN_TRAINER(.recipe = is_published(s) ? SYNGAN_RECIPE_PUBLISHED
                                                 : SYNGAN_AUTO,
                       .batch = s->batch > 0 ? (int32_t)s->batch : SYNGAN_AUTO,
                       .bf16 = s->bf16 ? 1 : SYNGAN_AUTO,
                       .tune = s->tune ? 1 : SYNGAN_AUTO, .progress = report,
                       .progress_user = s, .other_data = s->other_data,
                       .line = print_line);
    if (s->resume != NULL)
        return syngan_trainer_load(context, s->resume, dataset, options, out);
    syngan_model *generator = NULL, *discriminator = NULL;
    syngan_status status = make_generator(context, &generator);
    if (status == SYNGAN_OK)
        status = make_discriminator(context, &discriminator);
    if (status == SYNGAN_OK)
        status = syngan_trainer_create(generator, discriminator, dataset,
                                       options, out);
    syngan_model_free(generator);
    syngan_model_free(discriminator);
    return status;
}

/* ---- its end ---------------------------------------------------------------
 */

static syngan_status write_results(syngan_trainer *trainer, const settings *s) {
    syngan_status status = save(trainer, s);
    if (status == SYNGAN_OK)
        status = syngan_trainer_write_history(trainer,
                                              result_path(s, "history.csv"));
    if (status == SYNGAN_OK)
        status =
            syngan_trainer_write_chart(trainer, result_path(s, "losses.svg"));
    if (status == SYNGAN_OK)
        say("wrote mnist_gan.safetensors, history.csv and losses.svg to "
            "%s\n",
            s->out);
    return status;
}

/* All that this run was started with, since nothing of it has a default that
 * the checkpoint knows. */
static void print_how_to_resume(const char *name, const settings *s) {
    say("to go on: ");
    say_word(name);
    say_option("--resume", result_path(s, "mnist_gan.safetensors"));
    say_option("--data", s->data);
    say_option("--recipe", s->recipe);
    say_option("--out", s->out);
    say_number("--iterations", s->iterations);
    if (s->batch != 0) say_number("--batch", s->batch);
    if (s->seed != 0) say_number("--seed", s->seed);
    if (s->threads != 0) say_number("--threads", s->threads);
    if (s->bf16) say(" --bf16");
    if (s->tune) say(" --tune");
    say("\n");
}

/* Makes the folder of results, or says why not. */
static int make_folder(const settings *s) {
    if (mkdir(s->out, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "mnist_gan: %s: the folder can't be made: %s\n", s->out,
                strerror(errno));
        return 0;
    }
    /* With the dot, a file of this name is told apart from a folder. */
    if (access(result_path(s, "."), W_OK | X_OK) == 0) return 1;
    fprintf(stderr, "mnist_gan: %s: can't be written to: %s\n", s->out,
            strerror(errno));
    return 0;
}

/* Fields that are called otherwise here. */
static const program_name names[] = {{"other_data", "--other-data"},
                                     {NULL, NULL}};

static syngan_status train(syngan_context *context, syngan_trainer *trainer,
                           const settings *s, const char *name) {
    if (syngan_trainer_iteration(trainer) >= s->iterations)
        say("%" PRId64 " iterations were already done; --iterations is the "
            "number of all\n",
            syngan_trainer_iteration(trainer));
    const syngan_status status = syngan_trainer_run(trainer, s->iterations);
    program_shield();
    program_clear_line();
    if (status == SYNGAN_E_CANCELLED) syngan_context_cancel_reset(context);
    if (status != SYNGAN_OK && status != SYNGAN_E_CANCELLED)
        program_tell("mnist_gan", context, status, names);
    /* After a failure, too, the trainer is in a state to go on from. */
    const syngan_status written = write_results(trainer, s);
    if (written != SYNGAN_OK) {
        program_tell("mnist_gan", context, written, names);
        return written;
    }
    if (status == SYNGAN_E_CANCELLED) print_how_to_resume(name, s);
    return status;
}

static void print_log(int32_t level, const char *text, void *user) {
    (void)level;
    (void)user;
    fprintf(stderr, "mnist_gan: %s\n", text);
}

static void print_build(const syngan_context *context) {
    syngan_build_info info = {.struct_size = sizeof(info)};
    if (syngan_build_info_get(&info) == SYNGAN_OK)
        say("libsyngan %s, oneDNN %s, %s, %d threads\n", info.version_text,
            info.onednn_text, info.isa, syngan_context_threads(context));
}

/* The library's sentence, and what to do about it here. */
static void print_error(const syngan_context *context, const settings *s,
                        syngan_status status) {
    program_tell("mnist_gan", context, status, names);
    if (status != SYNGAN_E_MISMATCH || s->resume == NULL) return;
    fprintf(stderr,
            "mnist_gan: a run goes on with what it was started with: %srepeat "
            "its --data, --recipe, --batch and --seed, as the line 'to go on' "
            "has them; --other-data goes on with other images of this size\n",
            s->data == NULL ? "without --data these are the built-in digits; "
                            : "");
}

int main(int argc, char **argv) {
    program_begin();
    settings s = read_command_line(argc, argv);
    syngan_context *context = NULL;
    syngan_dataset *dataset = NULL;
    syngan_trainer *trainer = NULL;
    syngan_status status = syngan_context_create(
        SYNGAN_CONTEXT(.seed = (uint64_t)s.seed, .threads = (int32_t)s.threads,
                       .log = print_log),
        &context);
    if (status == SYNGAN_OK) program_watch(context);
    if (status == SYNGAN_OK) status = open_data(context, &s, &dataset);
    if (status == SYNGAN_OK)
        status = make_trainer(context, &s, dataset, &trainer);
    if (status != SYNGAN_OK) print_error(context, &s, status);
    int failed = 1;
    if (status == SYNGAN_OK && make_folder(&s)) {
        print_build(context);
        if (!program_has("png"))
            say("this library was built without libpng: no pictures are "
                "drawn\n");
        failed = train(context, trainer, &s, argv[0]) != SYNGAN_OK;
    }
    syngan_trainer_free(trainer);
    syngan_dataset_free(dataset);
    syngan_context_free(context);
    return program_end("mnist_gan", failed);
}
