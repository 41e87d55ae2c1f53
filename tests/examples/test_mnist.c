/* SPDX-License-Identifier: Apache-2.0 */
/* The programs mnist_gan and mnist_sample, run as a person runs them, with
 * tiny settings: what they write, going on, Ctrl-C, and wrong usage. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <syngan/files.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/folder.h"
#include "support/program.h"
#include "support/test.h"

#define GAN EXAMPLES "/mnist_gan"
#define SAMPLE EXAMPLES "/mnist_sample"
#define SMALL " --batch 2 --threads 1 "

/* ---- training ------------------------------------------------------------ */

static void help_is_printed(void **state) {
    (void)state;
    assert_int_equal(program_run(GAN " --help"), 0);
    program_printed("usage: mnist_gan");
    assert_int_equal(program_run(SAMPLE " --help"), 0);
    program_printed("usage: mnist_sample");
    assert_int_equal(program_run(GAN " --version"), 0);
    program_printed("mnist_gan 0.");
    assert_int_equal(program_run(SAMPLE " --version"), 0);
    program_printed("mnist_sample 0.");
}

/* ---- output ------------------------------------------------------------- */

/* A device that is full, and a reader that has gone. */
static void output_that_fails_is_told(void **state) {
    (void)state;
    assert_int_equal(program_run("(" GAN " --help >/dev/full)"), 1);
    program_printed("standard output: can't be written");
    assert_int_equal(program_run("(" SAMPLE " --version >/dev/full)"), 1);
    assert_int_equal(
        program_run("(" GAN SMALL "--iterations 2 --out full >/dev/full)"), 1);
    program_printed("standard output: can't be written");
    assert_true(program_wrote("full/generated_iteration_1.png"));
    /* As after Ctrl-C: a state that is saved. */
    assert_int_equal(program_run("{ " GAN SMALL
                                 "--iterations 1000000 --out gone; echo $? "
                                 ">code; } | head -n 1; test $(cat code) = "
                                 "141"),
                     0);
    assert_true(program_wrote("gone/mnist_gan.safetensors"));
    assert_int_equal(
        program_run("(" SAMPLE
                    " full/mnist_gan.safetensors -n 2 -o full.npy >/dev/full)"),
        1);
    assert_int_equal(symlink("/dev/full", "device.npy"), 0);
    assert_int_equal(program_run(SAMPLE " full/mnist_gan.safetensors -n 2 -o "
                                        "device.npy"),
                     1);
    program_printed("device.npy");
    /* Files that may not grow. */
    assert_int_equal(
        program_run("(ulimit -f 16; " GAN SMALL "--iterations 2 --out small)"),
        1);
    program_printed("small/mnist_gan.safetensors");
}

static void everything_promised_is_written(void **state) {
    (void)state;
    program_must_run(GAN SMALL "--iterations 3 --out run");
    program_printed("iteration 0: discriminator");
    program_printed("iteration 2: discriminator");
    assert_true(program_wrote("run/generated_iteration_0.png"));
    assert_true(program_wrote("run/generated_iteration_2.png"));
    assert_true(program_wrote("run/losses.svg"));
    assert_true(program_wrote("run/mnist_gan.safetensors"));
    size_t size;
    char *history = file_read("run/history.csv", &size);
    assert_non_null(history);
    int lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += history[i] == '\n';
    assert_int_equal(lines, 4); /* a header and 3 iterations */
    free(history);
    assert_int_equal(program_run("test $(ls run | wc -l) = 5"), 0);
}

/* 3 and 2 more are 5, to the last bit of what is drawn. */
static void going_on_equals_not_having_stopped(void **state) {
    (void)state;
    program_must_run(GAN SMALL "--seed 7 --iterations 5 --out 'whole run'");
    program_must_run(GAN SMALL "--seed 7 --iterations 3 --out parts");
    program_must_run(GAN " --threads 1 --seed 7 --iterations 5 --out parts "
                         "--resume parts/mnist_gan.safetensors");
    program_must_run(SAMPLE " 'whole run/mnist_gan.safetensors' -n 3 -o a.npy");
    program_must_run(SAMPLE " parts/mnist_gan.safetensors -n 3 -o b.npy");
    program_equal_files("a.npy", "b.npy");

    program_must_run(GAN " --threads 1 --seed 7 --iterations 4 --out parts "
                         "--resume parts/mnist_gan.safetensors");
    program_printed("5 iterations were already done");
}

static void published_settings_train(void **state) {
    (void)state;
    program_must_run(GAN SMALL
                     "--recipe published --iterations 1 --out published");
    assert_true(program_wrote("published/gan_generated_image_epoch_0.png"));
}

/* An IDX file of `count` images of `side` x `side`. */
static void write_images(const char *path, unsigned char count,
                         unsigned char side) {
    static unsigned char bytes[16 + 10 * 28 * 28];
    const unsigned char header[16] = {0, 0, 8, 3,    0, 0, 0, count,
                                      0, 0, 0, side, 0, 0, 0, side};
    memcpy(bytes, header, sizeof(header));
    file_write(path, bytes, 16u + (size_t)count * side * side);
}

static void data_comes_from_a_folder(void **state) {
    (void)state;
    assert_int_equal(mkdir("mnist", 0777), 0);
    write_images("mnist/train-images-idx3-ubyte", 5, 28);
    program_must_run(GAN SMALL "--data mnist --iterations 2 --out from_data");

    assert_int_equal(mkdir("other", 0777), 0);
    write_images("other/train-images-idx3-ubyte", 5, 20);
    assert_int_equal(program_run(GAN SMALL "--data other --out never"), 1);
    program_printed("20");
    file_write("other/train-images-idx3-ubyte", "no IDX", 6);
    assert_int_equal(program_run(GAN SMALL "--data other --out never"), 1);
    program_printed("other/train-images-idx3-ubyte");
    assert_false(program_wrote("never"));
}

/* One file in a folder, under each of the names that are in use. */
static void usual_names_are_found(void **state) {
    (void)state;
    static const char *const names[] = {
        "train-images.idx3-ubyte",
        "TRAIN-IMAGES-IDX3-UBYTE",
        "Train-Images.IDX3-ubyte",
        "train_images_idx3_ubyte",
        "emnist-digits-train-images-idx3-ubyte",
        "train-images.idx",
        "train-images",
        "t10k-images-idx3-ubyte",
        "t10k-images.idx3-ubyte",
        "test-images-idx3-ubyte",
        "raw/train-images-idx3-ubyte",
        "MNIST/raw/train-images-idx3-ubyte",
        "train-images-idx3-ubyte/train-images-idx3-ubyte",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[200], line[PROGRAM_LINE_MAX];
        assert_int_equal(system("rm -rf names && mkdir names"), 0);
        snprintf(line, sizeof(line), "mkdir -p \"$(dirname names/%s)\"",
                 names[i]);
        assert_int_equal(system(line), 0);
        snprintf(path, sizeof(path), "names/%s", names[i]);
        write_images(path, 5, 28);
        /* Labels lie beside it, and what a system leaves. */
        file_write("names/train-labels-idx1-ubyte", "no IDX", 6);
        file_write("names/.train-images-idx3-ubyte.swp", "no IDX", 6);
        program_must_run(GAN SMALL "--data names --iterations 1 --out named");
        snprintf(line, sizeof(line),
                 GAN SMALL "--data %s --iterations 1 --out named", path);
        program_must_run(line);
    }
    /* The training images rather than those of the test, plain ones rather
     * than packed ones. */
    file_write("names/train-images.idx3-ubyte.gz", "no IDX", 6);
    write_images("names/train-images.idx3-ubyte", 5, 28);
    file_write("names/t10k-images-idx3-ubyte", "no IDX", 6);
    program_must_run(GAN SMALL "--data names --iterations 1 --out named");
}

static void real_data_trains(void **state) {
    (void)state;
    const char *data = getenv("SYNGAN_TEST_DATA");
    if (data == NULL) {
        print_message("MNIST is not read: SYNGAN_TEST_DATA is not set\n");
        skip();
    }
    char line[PROGRAM_LINE_MAX];
    snprintf(line, sizeof(line),
             GAN SMALL "--data '%s/mnist' --iterations 1 --out real", data);
    program_must_run(line);
}

/* ---- Ctrl-C -------------------------------------------------------------- */

static pid_t start(const char *out) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child != 0) return child;
    if (freopen("printed", "w", stdout) == NULL ||
        dup2(fileno(stdout), STDERR_FILENO) < 0)
        _exit(99);
    execl(GAN, "mnist_gan", "--batch", "2", "--threads", "1", "--iterations",
          "1000000", "--seed", "3", "--out", out, (char *)NULL);
    _exit(98);
}

static void ctrl_c_saves_and_says_how_to_go_on(void **state) {
    (void)state;
    const pid_t child = start("it's");
    for (int i = 0; i < 30000; i++) {
        if (program_wrote("it's/generated_iteration_0.png")) break;
        usleep(10000);
    }
    assert_int_equal(kill(child, SIGINT), 0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(program_code(status), 130);
    program_keep_printed();
    assert_true(program_wrote("it's/mnist_gan.safetensors"));
    assert_true(program_wrote("it's/history.csv") &&
                program_wrote("it's/losses.svg"));

    /* The command that it names works. A later --iterations counts. */
    char *command = strstr(program_text, "to go on: mnist_gan ");
    assert_non_null(command);
    command += strlen("to go on: mnist_gan ");
    command[strcspn(command, "\n")] = '\0';
    assert_non_null(strstr(command, "--iterations 1000000"));
    assert_non_null(strstr(command, "--seed 3"));
    char line[PROGRAM_LINE_MAX];
    snprintf(line, sizeof(line), GAN " %s --iterations 1", command);
    program_must_run(line);
    program_printed("already done");
}

/* A request to end, and a terminal that closes: saved, too. */
static void other_signals_save(void **state) {
    (void)state;
    static const struct {
        int number;
        const char *out, *picture, *checkpoint;
    } cases[] = {{SIGTERM, "-term", "-term/generated_iteration_0.png",
                  "-term/mnist_gan.safetensors"},
                 {SIGHUP, "hang up", "hang up/generated_iteration_0.png",
                  "hang up/mnist_gan.safetensors"}};
    for (size_t i = 0; i < 2; i++) {
        const pid_t child = start(cases[i].out);
        for (int j = 0; j < 30000 && !program_wrote(cases[i].picture); j++)
            usleep(10000);
        assert_int_equal(kill(child, cases[i].number), 0);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(program_code(status), 128 + cases[i].number);
        program_keep_printed();
        assert_true(program_wrote(cases[i].checkpoint));
        char line[PROGRAM_LINE_MAX];
        char *command = strstr(program_text, "to go on: mnist_gan ");
        assert_non_null(command);
        assert_non_null(strstr(command, "--batch 2"));
        command += strlen("to go on: mnist_gan ");
        command[strcspn(command, "\n")] = '\0';
        snprintf(line, sizeof(line), GAN " %s --iterations 1", command);
        program_must_run(line);
        program_printed("already done");
    }
}

/* The images of the checkpoint, or a word that others are meant. */
static void other_images_on_going_on_are_refused(void **state) {
    (void)state;
#define GO_ON                                                                  \
    " --threads 1 --iterations 3 --out d --resume d/mnist_gan.safetensors"
    program_must_run(GAN SMALL "--data mnist --iterations 2 --out d");
    assert_int_equal(program_run(GAN GO_ON), 1);
    program_printed("repeat its --data");
    program_printed("--other-data goes on");
    write_images("mnist/train-images-idx3-ubyte", 6, 28);
    assert_int_equal(program_run(GAN GO_ON " --data mnist"), 1);
    program_printed("5 examples");
    program_must_run(GAN GO_ON " --data mnist --other-data");
    assert_int_equal(program_run(GAN " --other-data"), 2);
}

static void wrong_training_is_refused(void **state) {
    (void)state;
    file_write("rubbish", "rubbish", 7);
    const program_wrong cases[] = {
        {"--batch 0", 2, "--batch is '0', but must be a whole number from 1"},
        {"--batch x", 2, "--batch is 'x'"},
        {"--batch 3.5", 2, "--batch is '3.5'"},
        {"--batch 99999999999999999999", 2, "--batch"},
        {"--iterations 0", 2, "--iterations is '0'"},
        {"--threads 0", 2, "--threads is '0'"},
        {"--seed -1", 2, "--seed is '-1'"},
        {"--recipe best", 2, "default or published"},
        {"--nonsense", 2, "nonsense"},
        {"--batch", 2, "--help"},
        {"stray", 2, "stray"},
        {"--data nowhere", 1, "nowhere/train-images-idx3-ubyte"},
        {"--resume nowhere", 1, "nowhere"},
        {"--resume rubbish", 1, "rubbish"},
        {"--out rubbish/below", 1, "rubbish/below: the folder can't be made"},
        {"--out rubbish", 1, "rubbish: can't be written to: Not a directory"},
    };
    program_refuses(GAN, cases, sizeof(cases) / sizeof(cases[0]));
    assert_int_equal(unlink("rubbish"), 0);
}

/* Settings that differ from the checkpoint's are refused. */
static void another_batch_on_going_on_is_refused(void **state) {
    (void)state;
    assert_int_equal(program_run(GAN " --threads 1 --batch 3 --resume "
                                     "run/mnist_gan.safetensors --out never"),
                     1);
    program_printed("batch");
    assert_false(program_wrote("never"));
}

/* ---- sampling ------------------------------------------------------------ */

#define CHECKPOINT " run/mnist_gan.safetensors "

static void samples_come_in_three_formats(void **state) {
    (void)state;
    program_must_run(SAMPLE CHECKPOINT "-n 7 -o grid.png");
    assert_true(program_wrote("grid.png"));
    program_must_run(SAMPLE CHECKPOINT "-n 7 -o made-idx3-ubyte");
    program_must_run(SAMPLE CHECKPOINT "-n 7 -o made.idx");
    program_equal_files("made-idx3-ubyte", "made.idx");
    program_must_run(SAMPLE CHECKPOINT "-n 7 -o made.npy");

    syngan_context *context = test_context(1);
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_read_idx(context, "made.idx", &tensor));
    assert_int_equal(syngan_tensor_count(tensor), 7 * 28 * 28);
    syngan_tensor_free(tensor);
    assert_ok(context, syngan_tensor_read_npy(context, "made.npy", &tensor));
    assert_int_equal(syngan_tensor_rank(tensor), 4);
    assert_int_equal(syngan_tensor_dims(tensor)[0], 7);
    syngan_tensor_free(tensor);
    syngan_context_free(context);
}

/* The images of one .npy file; the caller frees. */
static syngan_tensor *images_of(syngan_context *context, const char *path) {
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_read_npy(context, path, &tensor));
    return tensor;
}

static void assert_same_image(const syngan_tensor *a, int i,
                              const syngan_tensor *b, int j) {
    enum { PIXELS = 28 * 28 };
    assert_memory_equal((const float *)syngan_tensor_data(a) + i * PIXELS,
                        (const float *)syngan_tensor_data(b) + j * PIXELS,
                        PIXELS * sizeof(float));
}

static void seeds_latents_and_walks_agree(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_tensor *latents = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(4, 100), &latents));
    assert_ok(context, syngan_tensor_fill_normal(latents, 5, 0));
    assert_ok(context, syngan_tensor_write_npy(latents, "latents.npy"));
    syngan_tensor_free(latents);

    program_must_run(SAMPLE CHECKPOINT "-n 9 --seed 5 -o five.npy");
    program_must_run(SAMPLE CHECKPOINT "-n 2 --seed 6 -o six.npy");
    program_must_run(SAMPLE CHECKPOINT "--latents latents.npy -o given.npy");
    program_must_run(SAMPLE CHECKPOINT "--walk 5,6 --steps 4 -o walk.npy");
    program_must_run(SAMPLE CHECKPOINT "--walk 5,5 --steps 3 -o still.npy");
    program_must_run(SAMPLE CHECKPOINT "--walk 5,6 --steps 4 -o walk.png");
    syngan_tensor *five = images_of(context, "five.npy");
    syngan_tensor *six = images_of(context, "six.npy");
    syngan_tensor *given = images_of(context, "given.npy");
    syngan_tensor *walk = images_of(context, "walk.npy");
    syngan_tensor *still = images_of(context, "still.npy");
    assert_int_equal(syngan_tensor_dims(given)[0], 4);
    assert_int_equal(syngan_tensor_dims(walk)[0], 4);
    for (int i = 0; i < 4; i++)
        assert_same_image(given, i, five, i);
    assert_same_image(walk, 0, five, 0);
    assert_same_image(walk, 3, six, 0);
    assert_same_image(still, 2, five, 0);
    syngan_tensor_free(five);
    syngan_tensor_free(six);
    syngan_tensor_free(given);
    syngan_tensor_free(walk);
    syngan_tensor_free(still);
    syngan_context_free(context);
}

static void wrong_sampling_is_refused(void **state) {
    (void)state;
    file_write("rubbish", "rubbish", 7);
    const program_wrong cases[] = {
        {"", 2, "one checkpoint must be given"},
        {"a b", 2, "one checkpoint must be given"},
        {"a --nonsense", 2, "nonsense"},
        {"a -n 0", 2, "-n is '0'"},
        {"a -o picture.jpg", 2, "ends in .png, .npy"},
        {"a --walk 1", 2, "two seeds"},
        {"a --walk 1,x", 2, "--walk is 'x'"},
        {"a --walk 1,2 --steps 1", 2, "--steps is '1'"},
        {"a --walk 1,2 --latents b", 2, "left out"},
        {"a --steps 3", 2, "--steps has no effect without --walk"},
        {"a --walk 1,2 -n 3", 2, "-n has no effect with --walk"},
        {"a --walk 1,2 --seed 3", 2, "--seed has no effect with --walk"},
        {"a --latents b -n 3", 2, "-n has no effect with --latents"},
        {"nowhere", 1, "nowhere"},
        {"rubbish", 1, "rubbish"},
        {CHECKPOINT "--latents nowhere.npy", 1, "nowhere.npy"},
        {CHECKPOINT "--latents made.npy", 1, "28"},
        {CHECKPOINT "-n 1 -o nowhere/a.png", 1, "nowhere/a.png"},
        {CHECKPOINT "-n 1 -o nowhere/a.npy", 1, "nowhere/a.npy"},
        {CHECKPOINT "-n 1 -o nowhere/a.idx", 1, "nowhere/a.idx"},
    };
    program_refuses(SAMPLE, cases, sizeof(cases) / sizeof(cases[0]));
    assert_int_equal(unlink("rubbish"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_is_printed),
        cmocka_unit_test(wrong_training_is_refused),
        cmocka_unit_test(everything_promised_is_written),
        cmocka_unit_test(going_on_equals_not_having_stopped),
        cmocka_unit_test(published_settings_train),
        cmocka_unit_test(data_comes_from_a_folder),
        cmocka_unit_test(usual_names_are_found),
        cmocka_unit_test(real_data_trains),
        cmocka_unit_test(ctrl_c_saves_and_says_how_to_go_on),
        cmocka_unit_test(other_signals_save),
        cmocka_unit_test(other_images_on_going_on_are_refused),
        cmocka_unit_test(output_that_fails_is_told),
        cmocka_unit_test(another_batch_on_going_on_is_refused),
        cmocka_unit_test(samples_come_in_three_formats),
        cmocka_unit_test(seeds_latents_and_walks_agree),
        cmocka_unit_test(wrong_sampling_is_refused),
    };
    return cmocka_run_group_tests(tests, program_start, program_end);
}
