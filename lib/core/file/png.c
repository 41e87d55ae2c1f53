/* SPDX-License-Identifier: Apache-2.0 */
/* Writing PNG by libpng; the only place that names it. */
#include "file/png.h"

#ifdef SYNGAN_HAVE_PNG
#include <png.h>
#include <setjmp.h>

#include "base/memory.h"

/* What libpng's callbacks need. libpng reports errors by a jump back to
 * encode(); the status says what it was. */
typedef struct encoder {
    syngan_context *context;
    sg_writer *writer;
    syngan_status status;
    int32_t width, height, channels;
    sg_png_row_fn row;
    void *user;
    unsigned char *line;
} encoder;

static void on_error(png_structp png, png_const_charp text) {
    encoder *e = png_get_error_ptr(png);
    if (e->status == SYNGAN_OK) {
        e->status =
            sg_fail(e->context, SYNGAN_E_MEMORY, "PNG: libpng says: %s", text);
    }
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    encoder *e = png_get_error_ptr(png);
    sg_log(e->context, SYNGAN_LOG_WARNING, "PNG: libpng says: %s", text);
}

static png_voidp on_allocate(png_structp png, png_alloc_size_t size) {
    encoder *e = png_get_mem_ptr(png);
    return sg_alloc(e->context, size);
}

static void on_release(png_structp png, png_voidp block) {
    encoder *e = png_get_mem_ptr(png);
    sg_free(e->context, block);
}

static void on_write(png_structp png, png_bytep data, size_t size) {
    encoder *e = png_get_io_ptr(png);
    e->status = sg_writer_put(e->writer, data, size);
    if (e->status != SYNGAN_OK) png_error(png, "the writer failed");
}

static void on_flush(png_structp png) {
    (void)png;
}

/* Everything that may jump; nothing that lives in a register is used after. */
static void encode(encoder *e, png_structp png, png_infop info) {
    if (setjmp(png_jmpbuf(png)) != 0) return;
    png_set_write_fn(png, e, on_write, on_flush);
    png_set_user_limits(png, SG_PNG_MAX, SG_PNG_MAX);
    png_set_IHDR(png, info, (png_uint_32)e->width, (png_uint_32)e->height, 8,
                 e->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int32_t y = 0; y < e->height; y++) {
        e->row(e->user, y, e->line);
        png_write_row(png, e->line);
    }
    png_write_end(png, info);
}

static syngan_status encode_all(encoder *e) {
    png_structp png =
        png_create_write_struct_2(PNG_LIBPNG_VER_STRING, e, on_error,
                                  on_warning, e, on_allocate, on_release);
    if (png == NULL) return sg_fail_memory(e->context, "PNG", 0);
    png_infop info = png_create_info_struct(png);
    if (info == NULL) {
        e->status = sg_fail_memory(e->context, "PNG", 0);
    } else {
        encode(e, png, info);
    }
    png_destroy_write_struct(&png, &info);
    return e->status;
}

syngan_status sg_png_write(syngan_context *context, sg_writer *writer,
                           int32_t width, int32_t height, int32_t channels,
                           sg_png_row_fn row, void *user) {
    size_t bytes = (size_t)width * (size_t)channels;
    encoder e = {.context = context,
                 .writer = writer,
                 .width = width,
                 .height = height,
                 .channels = channels,
                 .row = row,
                 .user = user,
                 .line = sg_alloc(context, bytes)};
    if (e.line == NULL) return sg_fail_memory(context, "PNG", bytes);
    syngan_status status = encode_all(&e);
    sg_free(context, e.line);
    return status;
}

#else

syngan_status sg_png_write(syngan_context *context, sg_writer *writer,
                           int32_t width, int32_t height, int32_t channels,
                           sg_png_row_fn row, void *user) {
    (void)writer;
    (void)width;
    (void)height;
    (void)channels;
    (void)row;
    (void)user;
    return sg_fail(context, SYNGAN_E_UNSUPPORTED,
                   "PNG: this build has no libpng, so it can't write pictures");
}

#endif
