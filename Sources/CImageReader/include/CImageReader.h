// Decodes PNG files with libpng and JPEG files with libjpeg. Both libraries report errors by longjmp. No
// longjmp leaves this module.
#ifndef CIMAGEREADER_H
#define CIMAGEREADER_H

#include <stddef.h>
#include <stdint.h>

// Receives `count` pixels of row `y`: the first at column `x`, each `step` columns after the previous
// one. A pixel is red, green, blue and alpha, 16 bits each; colors are not premultiplied by alpha. The
// callback must return.
typedef void (*row_callback)(
    void *context, uint32_t y, uint32_t x, uint32_t step, uint32_t count, const uint16_t *pixels);

// Decodes a file and passes each pixel to `callback` once. Samples with fewer than 16 bits are scaled to
// 0…65535. Gamma, color profiles and the EXIF orientation are ignored.
//
// file, size           the bytes of the file
// width, height        the size that the file must have
// row                  working memory of width × 4 elements
// context              passed to `callback`
// message, capacity    receives the library's message if the result is EBADMSG
//
// Returns 0; ENODATA if the file is truncated; ENOMEM; or EBADMSG if it is corrupted or has another size.
// The pixels are valid only if the result is 0. Keeps no state.
typedef int decoder(
    const uint8_t *file, size_t size, uint32_t width, uint32_t height, uint16_t *row,
    row_callback callback, void *context, char *message, size_t capacity);

// PNG of any color type. If the file is interlaced, the callback receives row by row of each pass.
decoder decode_png;

// JPEG with 8 bits per sample: gray, RGB, YCbCr, CMYK or YCCK; sequential or progressive. The callback
// receives all rows from top to bottom. Any warning of libjpeg is an error.
decoder decode_jpeg;

#endif
