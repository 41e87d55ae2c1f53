/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacking gzip by zlib; the only place that names it. */
#include "file/gzip.h"

#ifdef SYNGAN_HAVE_ZLIB
#include <assert.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"

#define INPUT_SIZE 65536
/* For inflateInit2(): the largest window, and gzip's header. */
#define GZIP_WINDOW (15 + 16)

struct sg_gzip {
    syngan_context *context;
    sg_reader *reader;
    z_stream stream;
    bool between; /* members: at the end of one, or before the first */
    bool ended;
    unsigned char input[INPUT_SIZE];
};

static voidpf allocate(voidpf context, uInt items, uInt size) {
    size_t bytes;
    if (!sg_mul_size(items, size, &bytes)) return Z_NULL;
    return sg_alloc(context, bytes);
}

static void release(voidpf context, voidpf block) {
    sg_free(context, block);
}

syngan_status sg_gzip_open(syngan_context *context, sg_reader *reader,
                           const unsigned char *head, size_t size,
                           sg_gzip **out) {
    assert(size <= INPUT_SIZE);
    *out = NULL;
    sg_gzip *gzip = sg_alloc(context, sizeof(*gzip));
    if (gzip == NULL) return sg_fail_memory(context, "gzip", sizeof(*gzip));
    memset(gzip, 0, offsetof(sg_gzip, input));
    memcpy(gzip->input, head, size);
    gzip->context = context;
    gzip->reader = reader;
    gzip->stream.zalloc = allocate;
    gzip->stream.zfree = release;
    gzip->stream.opaque = context;
    gzip->stream.next_in = gzip->input;
    gzip->stream.avail_in = (uInt)size;
    if (inflateInit2(&gzip->stream, GZIP_WINDOW) != Z_OK) {
        sg_free(context, gzip);
        return sg_fail_memory(context, "gzip", INPUT_SIZE);
    }
    *out = gzip;
    return SYNGAN_OK;
}

/* Reads more packed bytes if all are used; none are left at the file's end. */
static syngan_status refill(sg_gzip *gzip) {
    if (gzip->stream.avail_in > 0) return SYNGAN_OK;
    size_t got = 0;
    SG_TRY(sg_reader_some(gzip->reader, gzip->input, INPUT_SIZE, &got));
    gzip->stream.next_in = gzip->input;
    gzip->stream.avail_in = (uInt)got;
    return SYNGAN_OK;
}

static syngan_status fail(sg_gzip *gzip, const char *what) {
    return sg_fail(gzip->context, SYNGAN_E_FORMAT, "%s: %s",
                   sg_reader_name(gzip->reader), what);
}

/* After a member: another one, the end, or the zeros that tapes pad with. */
static syngan_status next_member(sg_gzip *gzip) {
    SG_TRY(refill(gzip));
    while (gzip->stream.avail_in > 0 && *gzip->stream.next_in == 0) {
        gzip->stream.next_in++;
        gzip->stream.avail_in--;
        SG_TRY(refill(gzip));
    }
    gzip->ended = gzip->stream.avail_in == 0;
    gzip->between = false;
    inflateReset(&gzip->stream);
    return SYNGAN_OK;
}

static syngan_status inflate_some(sg_gzip *gzip) {
    SG_TRY(refill(gzip));
    if (gzip->stream.avail_in == 0) {
        return fail(gzip, "ends in the middle of its gzip data");
    }
    switch (inflate(&gzip->stream, Z_NO_FLUSH)) {
    case Z_STREAM_END:
        gzip->between = true;
        return SYNGAN_OK;
    case Z_OK:
    case Z_BUF_ERROR: /* wants more input */
        return SYNGAN_OK;
    case Z_MEM_ERROR:
        return sg_fail_memory(gzip->context, sg_reader_name(gzip->reader),
                              INPUT_SIZE);
    default:
        return fail(gzip, "is damaged: its gzip data can't be unpacked");
    }
}

syngan_status sg_gzip_some(sg_gzip *gzip, void *data, size_t size,
                           size_t *got) {
    uInt wanted = size < INPUT_SIZE ? (uInt)size : INPUT_SIZE;
    gzip->stream.next_out = data;
    gzip->stream.avail_out = wanted;
    *got = 0;
    while (!gzip->ended && gzip->stream.avail_out == wanted && wanted > 0) {
        SG_TRY(gzip->between ? next_member(gzip) : inflate_some(gzip));
    }
    *got = wanted - gzip->stream.avail_out;
    return SYNGAN_OK;
}

void sg_gzip_close(sg_gzip *gzip) {
    if (gzip == NULL) return;
    inflateEnd(&gzip->stream);
    sg_free(gzip->context, gzip);
}

#else

syngan_status sg_gzip_open(syngan_context *context, sg_reader *reader,
                           const unsigned char *head, size_t size,
                           sg_gzip **out) {
    (void)head;
    (void)size;
    *out = NULL;
    return sg_fail(context, SYNGAN_E_UNSUPPORTED,
                   "%s: is packed by gzip, but this build has no zlib",
                   sg_reader_name(reader));
}

syngan_status sg_gzip_some(sg_gzip *gzip, void *data, size_t size,
                           size_t *got) {
    (void)gzip;
    (void)data;
    (void)size;
    *got = 0;
    return SYNGAN_OK;
}

void sg_gzip_close(sg_gzip *gzip) {
    (void)gzip;
}

#endif
