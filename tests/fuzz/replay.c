/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzzer on the files that its arguments name, or folders of them. */
#include <dirent.h>
#include <string.h>

#include "fuzz/fuzz.h"

#define PATH_ROOM 4096

static int files;

static void run_file(const char *path) {
    FILE *file = fopen(path, "rb");
    FUZZ_CHECK(file != NULL);
    FUZZ_CHECK(fseek(file, 0, SEEK_END) == 0);
    long size = ftell(file);
    FUZZ_CHECK(size >= 0 && fseek(file, 0, SEEK_SET) == 0);
    /* From malloc() and of just this size, so that sanitizers and valgrind see
     * reads beyond it. */
    uint8_t *data = malloc((size_t)size);
    FUZZ_CHECK(data != NULL || size == 0);
    FUZZ_CHECK(fread(data, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
    files++;
}

static void run_folder(const char *path, DIR *folder) {
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.') continue;
        char file[PATH_ROOM];
        int length = snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
        FUZZ_CHECK(length > 0 && length < PATH_ROOM);
        run_file(file);
    }
    closedir(folder);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (folder != NULL) {
            run_folder(argv[i], folder);
        } else {
            run_file(argv[i]);
        }
    }
    printf("%d inputs\n", files);
    return files > 0 ? 0 : 1;
}
