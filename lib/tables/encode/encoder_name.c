/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identifiers made anew: "C536379" gives patterns of so many characters of some
 * kinds, and the number of a row a new text of one of them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "encode/encoder_code.h"
#include "table/stored.h"

/* The longest texts that are looked at; new ones may be a little longer. */
#define TEXT_MOST 64
/* Patterns that are kept, and the share that each needs. */
#define PATTERNS_MOST 16
#define LEAST_SHARE 0.01
/* With fewer texts than this, characters stand for all of their kind. */
#define TEXTS_ENOUGH 20
/* Combinations of leading positions that are looked at, and those kept. */
#define COMBINATIONS_MOST (1 << 20)
#define FRESH_MOST 1024

/* ---- sets of characters ----------------------------------------------------
 */

static bool has(const uint64_t set[2], int32_t c) {
    return set[c / 64] >> (c % 64) & 1;
}

static void put_in(uint64_t set[2], int32_t c) {
    set[c / 64] |= (uint64_t)1 << (c % 64);
}

static int32_t set_size(const uint64_t set[2]) {
    return __builtin_popcountll(set[0]) + __builtin_popcountll(set[1]);
}

/* The character with `index` ones before it, and back. */
static int32_t nth(const uint64_t set[2], uint32_t index) {
    uint32_t low = (uint32_t)__builtin_popcountll(set[0]);
    uint64_t word = index < low ? set[0] : set[1];
    for (uint32_t i = index < low ? index : index - low; i > 0; i--)
        word &= word - 1;
    return __builtin_ctzll(word) + (index < low ? 0 : 64);
}

static uint32_t index_in(const uint64_t set[2], int32_t character) {
    uint64_t below = ((uint64_t)1 << (character % 64)) - 1;
    int32_t index = __builtin_popcountll(set[character / 64] & below);
    if (character >= 64) index += __builtin_popcountll(set[0]);
    return (uint32_t)index;
}

/* Bytes outside of printable ASCII count as x. */
static int32_t character_of(char byte) {
    return byte >= ' ' && byte <= '~' ? byte : 'x';
}

/* A letter or digit stands for all of its kind. */
static void widen(uint64_t set[2]) {
    static const char *const kinds[] = {"09", "az", "AZ"};
    for (int32_t k = 0; k < 3; k++) {
        bool some = false;
        for (int32_t c = kinds[k][0]; c <= kinds[k][1]; c++)
            some |= has(set, c);
        for (int32_t c = kinds[k][0]; some && c <= kinds[k][1]; c++)
            put_in(set, c);
    }
}

/* ---- fitting ---------------------------------------------------------------
 */

typedef struct naming {
    syngan_context *context;
    const sg_dictionary *words;
    const int64_t *count; /* rows by code */
    uint64_t secret;      /* of the data; see secret_of() */
    bool whole;           /* they are integers */
} naming;

static bool is_of(const naming *n, int32_t code, int32_t length) {
    return n->count[code] > 0 &&
           sg_dictionary_size(n->words, code) == (size_t)length;
}

/* The number of a text's first `leading` characters. */
static uint32_t leading_of(const sg_name_pattern *p, const char *text,
                           int32_t leading) {
    uint32_t number = 0;
    for (int32_t i = leading - 1; i >= 0; i--)
        number = number * (uint32_t)set_size(p->set[i]) +
                 index_in(p->set[i], character_of(text[i]));
    return number;
}

/* Whether a text's first `leading` characters are ones of the pattern. */
static bool has_leading(const sg_name_pattern *p, const char *text,
                        int32_t leading) {
    for (int32_t i = 0; i < leading; i++)
        if (!has(p->set[i], character_of(text[i]))) return false;
    return true;
}

/* Marks the combinations of leading characters that texts have; returns how
 * many they are. */
static uint32_t mark_used(const naming *n, const sg_name_pattern *p,
                          int32_t leading, unsigned char *used) {
    uint32_t marked = 0;
    for (int32_t code = 0; code < n->words->count; code++) {
        const char *text = sg_dictionary_text(n->words, code);
        if (!is_of(n, code, p->length) || !has_leading(p, text, leading))
            continue;
        uint32_t number = leading_of(p, text, leading);
        marked += !used[number];
        used[number] = 1;
    }
    return marked;
}

static int compare_numbers(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* Keeps up to FRESH_MOST of the `n_free` combinations that are free, by
 * chance, and half of them at the most: else those that are missing from a file
 * would tell which the data have. Which are kept, and in which order, must not
 * tell how many came before each: the draw's seed is a secret, and they are
 * sorted. */
static bool keep_fresh(const naming *n, sg_name_pattern *p, uint32_t all,
                       const unsigned char *used, uint32_t n_free) {
    uint32_t *fresh = sg_alloc_zero(n->context, FRESH_MOST, sizeof *fresh);
    int32_t most = (int32_t)((n_free + 1) / 2);
    if (most > FRESH_MOST) most = FRESH_MOST;
    if (fresh == NULL) return false;
    const sg_random random = {.seed = n->secret,
                              .stream = sg_stream_id("names")};
    int32_t seen = 0;
    p->n_fresh = 0;
    for (uint32_t number = 0; number < all; number++) {
        if (used[number]) continue;
        uint64_t at = sg_random_below(&random, number, (uint64_t)++seen);
        if (p->n_fresh < most)
            fresh[p->n_fresh++] = number;
        else if (at < (uint64_t)most)
            fresh[at] = number;
    }
    qsort(fresh, (size_t)p->n_fresh, sizeof *fresh, compare_numbers);
    p->fresh = fresh;
    return true;
}

/* A digit more, until the length is one that no text has: all are new then. */
static void lengthen(sg_name_pattern *p, int32_t longest) {
    while (p->length <= longest && p->length < SG_NAME_MOST) {
        memset(p->set[p->length], 0, sizeof p->set[0]);
        put_in(p->set[p->length], '0');
        widen(p->set[p->length++]);
    }
    p->n_leading = 0;
}

/* As few leading positions as leave half of their combinations free, or else as
 * many as there may be. */
static bool find_fresh(const naming *n, sg_name_pattern *p, int32_t longest) {
    uint32_t all = 1, marked = 1, best = 0;
    p->n_leading = p->n_fresh = 0;
    for (int32_t k = 1; k <= p->length; k++) {
        uint32_t size = (uint32_t)set_size(p->set[k - 1]);
        if (all * size > COMBINATIONS_MOST) break;
        all *= size;
        if (size == 1 && k < p->length) continue;
        unsigned char *used = sg_alloc_zero(n->context, all, 1);
        if (used == NULL) return false;
        marked = mark_used(n, p, k, used);
        bool better = all > marked;
        if (better) {
            sg_free(n->context, p->fresh);
            p->fresh = NULL;
            p->n_leading = k;
            best = all - marked;
        }
        bool kept = !better || keep_fresh(n, p, all, used, best);
        sg_free(n->context, used);
        if (!kept) return false;
        if (best * 2 >= all) break;
    }
    if (p->n_fresh == 0) lengthen(p, longest);
    return true;
}

static bool fit_pattern(const naming *n, int32_t longest, sg_name_pattern *p) {
    int32_t texts = 0;
    for (int32_t code = 0; code < n->words->count; code++) {
        if (!is_of(n, code, p->length)) continue;
        const char *text = sg_dictionary_text(n->words, code);
        for (int32_t i = 0; i < p->length; i++)
            put_in(p->set[i], character_of(text[i]));
        texts++;
    }
    for (int32_t i = 0; i < p->length && texts < TEXTS_ENOUGH; i++)
        widen(p->set[i]);
    if (n->whole) sg_name_whole(p);
    return find_fresh(n, p, longest);
}

/* Lengths that many of the different texts have. */
static int32_t find_lengths(const naming *n, sg_name_code *out,
                            sg_name_pattern patterns[PATTERNS_MOST]) {
    int64_t texts[TEXT_MOST + 1] = {0}, all = 0, kept = 0;
    out->longest = 0;
    for (int32_t code = 0; code < n->words->count; code++) {
        size_t size = sg_dictionary_size(n->words, code);
        if (n->count[code] == 0) continue;
        int32_t length = size < TEXT_MOST ? (int32_t)size : TEXT_MOST;
        out->longest = length > out->longest ? length : out->longest;
        if (size == 0 || size > TEXT_MOST) continue;
        texts[length]++;
        all++;
    }
    int32_t count = 0;
    for (int32_t length = 1; length <= TEXT_MOST; length++) {
        if (texts[length] == 0 || count == PATTERNS_MOST ||
            (double)texts[length] < LEAST_SHARE * (double)all)
            continue;
        patterns[count++] =
            (sg_name_pattern){.length = length, .share = (double)texts[length]};
        kept += texts[length];
    }
    for (int32_t i = 0; i < count; i++)
        patterns[i].share /= (double)kept;
    return count;
}

static syngan_status fit_names(const naming *n, sg_name_code *out) {
    sg_name_pattern *patterns =
        sg_alloc_zero(n->context, PATTERNS_MOST, sizeof *patterns);
    out->pattern = patterns;
    if (patterns == NULL)
        return sg_fail_memory(n->context, "identifiers",
                              PATTERNS_MOST * sizeof *patterns);
    out->n_patterns = find_lengths(n, out, patterns);
    if (out->n_patterns == 0) { /* none, or all very long: ten digits */
        patterns[0] = (sg_name_pattern){.length = 0, .share = 1};
        out->n_patterns = 1;
        lengthen(&patterns[0], 9);
        if (out->longest >= 10) lengthen(&patterns[0], out->longest);
        return SYNGAN_OK;
    }
    for (int32_t i = 0; i < out->n_patterns; i++)
        if (!fit_pattern(n, out->longest + i, &patterns[i]))
            return sg_fail_memory(n->context, "identifiers", COMBINATIONS_MOST);
    for (int32_t i = 0; i < out->n_patterns; i++)
        if (patterns[i].length > out->longest)
            out->longest = patterns[i].length;
    return SYNGAN_OK;
}

/* A number that only who has all identifiers, in the order of the rows, can
 * know, and that is the same for the same data. The seed alone would be none: a
 * saved synthesizer holds it. */
static uint64_t secret_of(const sg_column *column, int64_t rows,
                          uint64_t seed) {
    uint64_t secret = sg_mix(seed);
    for (int64_t row = 0; row < rows; row++) {
        if (column->codes[row] < 0) {
            secret = sg_mix(secret + 1);
            continue;
        }
        const char *text =
            sg_dictionary_text(column->words, column->codes[row]);
        for (; *text != '\0'; text++)
            secret = (secret ^ (unsigned char)*text) * 1099511628211u;
        secret = sg_mix(secret);
    }
    return secret;
}

syngan_status sg_name_fit(syngan_context *context, const sg_column *column,
                          int64_t rows, uint64_t seed, sg_name_code *out) {
    size_t words = (size_t)column->words->count;
    int64_t *count = sg_alloc_zero(context, words + 1, sizeof *count);
    if (count == NULL)
        return sg_fail_memory(context, "identifiers", words * sizeof *count);
    for (int64_t row = 0; row < rows; row++)
        if (column->codes[row] >= 0) count[column->codes[row]]++;
    out->missing = (double)column->missing / (double)rows;
    const naming n = {.context = context,
                      .words = column->words,
                      .count = count,
                      .secret = secret_of(column, rows, seed),
                      .whole = sg_stored_as_integers(column)};
    syngan_status status = sg_check_cancelled(context, "table");
    if (status == SYNGAN_OK) status = fit_names(&n, out);
    sg_free(context, count);
    return status;
}

/* ---- names of other rows ----------------------------------------------------
 */

/* Combinations of a pattern's leading positions. */
static uint32_t combinations_of(const sg_name_pattern *p) {
    uint32_t all = 1;
    for (int32_t i = 0; i < p->n_leading; i++)
        all *= (uint32_t)set_size(p->set[i]);
    return all;
}

syngan_status sg_name_others_begin(syngan_context *context,
                                   const sg_name_code *code,
                                   sg_name_others *out) {
    size_t n = (size_t)code->n_patterns;
    *out = (sg_name_others){.used = sg_alloc_zero(context, n, sizeof(void *))};
    bool good = out->used != NULL;
    for (size_t i = 0; i < n && good; i++) {
        if (code->pattern[i].n_leading == 0) continue;
        size_t words = combinations_of(&code->pattern[i]) / 64 + 1;
        out->used[i] = sg_alloc_zero(context, words, sizeof(uint64_t));
        good = out->used[i] != NULL;
    }
    if (good) return SYNGAN_OK;
    sg_name_others_end(context, code, out);
    return sg_fail_memory(context, "identifiers", COMBINATIONS_MOST / 8);
}

void sg_name_others_end(syngan_context *context, const sg_name_code *code,
                        sg_name_others *others) {
    for (int32_t i = 0; others->used != NULL && i < code->n_patterns; i++)
        sg_free(context, others->used[i]);
    sg_free(context, others->used);
    *others = (sg_name_others){0};
}

/* Whether a text may be one of a pattern's. */
static bool fits(const sg_name_pattern *p, const char *text, size_t size) {
    return size == (size_t)p->length && has_leading(p, text, p->n_leading);
}

void sg_name_others_take(const sg_name_code *code, const sg_column *column,
                         sg_name_others *others) {
    for (int32_t word = 0; word < column->words->count; word++) {
        const char *text = sg_dictionary_text(column->words, word);
        size_t size = sg_dictionary_size(column->words, word);
        int32_t length = size < TEXT_MOST ? (int32_t)size : TEXT_MOST;
        others->longest = length > others->longest ? length : others->longest;
        for (int32_t i = 0; i < code->n_patterns; i++) {
            const sg_name_pattern *p = &code->pattern[i];
            if (others->used[i] == NULL || !fits(p, text, size)) continue;
            uint32_t number = leading_of(p, text, p->n_leading);
            others->used[i][number / 64] |= (uint64_t)1 << number % 64;
        }
    }
}

/* Leaves the combinations that are still free; without any, names become longer
 * than all others. */
void sg_name_others_avoid(syngan_context *context, const sg_name_others *others,
                          sg_name_code *code) {
    int32_t longest =
        others->longest > code->longest ? others->longest : code->longest;
    for (int32_t i = 0; i < code->n_patterns; i++) {
        sg_name_pattern *p = &code->pattern[i];
        int32_t left = 0;
        for (int32_t j = 0; j < p->n_fresh; j++) {
            uint32_t number = p->fresh[j];
            if (others->used[i][number / 64] >> number % 64 & 1) continue;
            p->fresh[left++] = number;
        }
        p->n_fresh = left;
        if (left > 0) continue;
        sg_free(context, p->fresh);
        p->fresh = NULL;
        lengthen(p, longest + i);
        longest = p->length > longest ? p->length : longest;
    }
    code->longest = longest;
}

void sg_name_end(syngan_context *context, sg_name_code *code) {
    for (int32_t i = 0; i < code->n_patterns; i++)
        sg_free(context, code->pattern[i].fresh);
    sg_free(context, code->pattern);
    *code = (sg_name_code){0};
}

/* ---- writing ---------------------------------------------------------------
 */

#define CAPACITY_MOST ((uint64_t)1 << 62)

/* How many texts a pattern has; positions from *last on are left out when there
 * would be too many to count. */
static uint64_t capacity_of(const sg_name_pattern *p, int32_t *last) {
    uint64_t capacity = p->n_leading > 0 ? (uint64_t)p->n_fresh : 1;
    *last = p->n_leading;
    for (; *last < p->length; (*last)++) {
        uint64_t size = (uint64_t)set_size(p->set[*last]);
        if (capacity > CAPACITY_MOST / size) break;
        capacity *= size;
    }
    return capacity;
}

/* A permutation of 0 ... limit - 1: a Feistel network of six rounds on the next
 * even number of bits, walked until it comes back into range. */
static uint64_t permute(uint64_t index, uint64_t limit, uint64_t key) {
    int32_t half = 1;
    while (half < 31 && (uint64_t)1 << (2 * half) < limit)
        half++;
    uint64_t mask = ((uint64_t)1 << half) - 1;
    do {
        uint64_t left = index >> half, right = index & mask;
        for (uint64_t round = 0; round < 6; round++) {
            uint64_t next = left ^ (sg_mix(right + sg_mix(key + round)) & mask);
            left = right;
            right = next;
        }
        index = left << half | right;
    } while (index >= limit);
    return index;
}

static void write_characters(const sg_name_pattern *p, uint64_t key,
                             uint64_t index, int32_t last, char *text) {
    if (p->n_leading > 0) {
        uint32_t number = p->fresh[index % (uint64_t)p->n_fresh];
        index /= (uint64_t)p->n_fresh;
        for (int32_t i = 0; i < p->n_leading; i++) {
            uint32_t size = (uint32_t)set_size(p->set[i]);
            text[i] = (char)nth(p->set[i], number % size);
            number /= size;
        }
    }
    for (int32_t i = p->n_leading; i < p->length; i++) {
        uint64_t size = (uint64_t)set_size(p->set[i]);
        uint64_t digit = i < last ? index : sg_mix(key + (uint64_t)i);
        text[i] = (char)nth(p->set[i], (uint32_t)(digit % size));
        if (i < last) index /= size;
    }
}

int32_t sg_name_write(const sg_name_code *code, uint64_t seed, uint64_t id,
                      char *text) {
    const sg_random random = {.seed = seed, .stream = sg_stream_id("name")};
    uint64_t draw = sg_random_below(&random, id, (uint64_t)1 << 53);
    double unit = (double)draw * 0x1p-53;
    if (unit < code->missing) return -1;
    if (code->step > 0)
        return sg_name_write_order(code, sg_mix(sg_mix(seed) ^ id), id, text);
    unit = (unit - code->missing) / (1 - code->missing);
    int32_t which = 0;
    while (which < code->n_patterns - 1 && unit >= code->pattern[which].share)
        unit -= code->pattern[which++].share;
    const sg_name_pattern *p = &code->pattern[which];
    int32_t last, length = p->length;
    uint64_t capacity = capacity_of(p, &last), round = id / capacity;
    uint64_t key = sg_mix(seed + (uint64_t)which);
    write_characters(p, sg_mix(key ^ id), permute(id % capacity, capacity, key),
                     last, text);
    if (round == 0) return length;
    /* All texts are used up: digits follow, up to a length that neither the
     * data nor another pattern has. */
    int32_t width = code->longest + 1 + which - length;
    uint64_t least = 1;
    for (int32_t i = 0; i < width && least <= UINT64_MAX / 10; i++)
        least *= 10;
    while (round >= least && least <= UINT64_MAX / 10) {
        width += code->n_patterns;
        for (int32_t i = 0; i < code->n_patterns && least <= UINT64_MAX / 10;
             i++)
            least *= 10;
    }
    return length + sg_text(text + length, SG_NAME_ROOM - (size_t)length,
                            "%0*llu", width, (unsigned long long)round);
}
