/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library is and what it runs on.
 */
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>

#include "base/context.h"
#include "base/filled.h"
#include "base/floats.h"
#include "base/text.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define VERSION_TEXT                                                           \
    TEXT(SYNGAN_VERSION_MAJOR)                                                 \
    "." TEXT(SYNGAN_VERSION_MINOR) "." TEXT(SYNGAN_VERSION_PATCH)

#ifdef SYNGAN_HAVE_PNG
#define PNG_FEATURE " png"
#else
#define PNG_FEATURE ""
#endif
#ifdef SYNGAN_HAVE_ZLIB
#define ZLIB_FEATURE " zlib"
#else
#define ZLIB_FEATURE ""
#endif
#ifdef SYNGAN_HAVE_CSV
#define CSV_FEATURE " csv"
#else
#define CSV_FEATURE ""
#endif
#ifdef SYNGAN_HAVE_SQLITE
#define SQLITE_FEATURE " sqlite"
#else
#define SQLITE_FEATURE ""
#endif

#define FEATURES PNG_FEATURE ZLIB_FEATURE CSV_FEATURE SQLITE_FEATURE

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

/* Of the oneDNN that is loaded, which may be newer than its headers. */
static char onednn_text[32];
static pthread_once_t onednn_once = PTHREAD_ONCE_INIT;

static void write_onednn_text(void) {
    const dnnl_version_t *version = dnnl_version();
    sg_text(onednn_text, sizeof onednn_text, "%d.%d.%d", version->major,
            version->minor, version->patch);
}

syngan_status syngan_build_info_get(syngan_build_info *info) {
    SG_OWN_FLOATS;
    static const char *const sets[] = {
        [SYNGAN_ISA_SSE41] = "sse41",
        [SYNGAN_ISA_AVX2] = "avx2",
        [SYNGAN_ISA_AVX512] = "avx512",
        [SYNGAN_ISA_AVX512_BF16] = "avx512_bf16",
    };
    SG_TRY(sg_filled_check(NULL, "", info));
    const dnnl_version_t *onednn = dnnl_version();
    int32_t isa = sg_isa_best();
    pthread_once(&onednn_once, write_onednn_text);
    /* Each begins with a blank, of which the first one is skipped. */
    const char *features =
        isa >= SYNGAN_ISA_AVX512_BF16 ? FEATURES " bf16" : FEATURES;
    const syngan_build_info full = {
        .version = SYNGAN_VERSION,
        .onednn_version =
            1000000 * onednn->major + 1000 * onednn->minor + onednn->patch,
        .version_text = VERSION_TEXT,
        .onednn_text = onednn_text,
        .isa = isa < SYNGAN_ISA_SSE41 ? "none" : sets[isa],
        .features = features[0] == ' ' ? features + 1 : features,
        .compiler = COMPILER};
    sg_filled_copy(info, &full, sizeof full);
    return SYNGAN_OK;
}
