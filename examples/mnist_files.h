/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the images of MNIST, or of a set of data in its format, in a folder,
 * under any of the names that they are passed around with.
 */
#ifndef MNIST_FILES_H
#define MNIST_FILES_H

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MNIST_PATH = 4096, MNIST_NAME = 256, MNIST_DEPTH = 2 };

/* Takes `end` off the name; 0 if it does not end so. */
static int mnist_strip(char *name, const char *end) {
    size_t size = strlen(name), cut = strlen(end);
    if (size < cut || strcmp(name + size - cut, end) != 0) return 0;
    name[size - cut] = '\0';
    return 1;
}

/* How good a file is by its name: 4 train, plain; 3 train, gzip; 2 and 1 the
 * same of t10k; 0 none. Upper and lower case are the same, and so are '-', '.'
 * and '_'; other words may stand in front ("emnist-digits-"). */
static int mnist_rank(const char *file) {
    static const char *const kinds[] = {"-idx3-ubyte", "-idx3", "-idx",
                                        "-ubyte"};
    char name[MNIST_NAME] = "-";
    for (size_t i = 0; file[i] != '\0' && i + 2 < sizeof(name); i++)
        name[i + 1] = file[i] == '.' || file[i] == '_'
                          ? '-'
                          : (char)tolower((unsigned char)file[i]);
    int plain = !mnist_strip(name, "-gz");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (mnist_strip(name, kinds[i])) break;
    if (mnist_strip(name, "-train-images")) return 3 + plain;
    if (mnist_strip(name, "-t10k-images") || mnist_strip(name, "-test-images"))
        return 1 + plain;
    return 0;
}

/* Folders that unpacked archives have: MNIST, raw, or one named as a file. */
static int mnist_folder(const char *name) {
    char lower[MNIST_NAME] = "";
    for (size_t i = 0; name[i] != '\0' && i + 1 < sizeof(lower); i++)
        lower[i] = (char)tolower((unsigned char)name[i]);
    return mnist_rank(name) > 0 || strcmp(lower, "raw") == 0 ||
           strstr(lower, "mnist") != NULL;
}

/* Looks for a file better than `*best`, or as good and earlier by name. */
static void mnist_look(const char *folder, int depth, int *best,
                       char found[MNIST_PATH]) {
    DIR *dir = opendir(folder);
    struct dirent *entry;
    if (dir == NULL) return;
    while ((entry = readdir(dir)) != NULL) {
        char path[MNIST_PATH];
        struct stat about;
        int rank = mnist_rank(entry->d_name);
        int length =
            snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (length >= (int)sizeof(path) || stat(path, &about) != 0) continue;
        if (S_ISDIR(about.st_mode)) {
            if (entry->d_name[0] != '.' && depth > 0 &&
                mnist_folder(entry->d_name))
                mnist_look(path, depth - 1, best, found);
        } else if (rank > *best ||
                   (rank == *best && rank > 0 && strcmp(path, found) < 0)) {
            *best = rank;
            memcpy(found, path, (size_t)length + 1);
        }
    }
    closedir(dir);
}

/* The file of images for `data`: a folder, or that file itself. Where there is
 * none, the name that it would have, for a message about it. */
static const char *mnist_find(const char *data, char found[MNIST_PATH]) {
    struct stat about;
    int best = 0;
    if (stat(data, &about) == 0 && !S_ISDIR(about.st_mode)) {
        snprintf(found, MNIST_PATH, "%s", data);
        return found;
    }
    snprintf(found, MNIST_PATH, "%s/train-images-idx3-ubyte", data);
    mnist_look(data, MNIST_DEPTH, &best, found);
    return found;
}

#endif
