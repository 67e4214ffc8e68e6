// Decodes PNG files with libpng, which reports errors by longjmp. No longjmp leaves this module.
#ifndef CPNGREADER_H
#define CPNGREADER_H

#include <stddef.h>
#include <stdint.h>

// Receives `count` pixels of row `y`: the first at column `x`, each `step` columns after the previous
// one. A pixel is red, green, blue and alpha, 16 bits each; colors are not premultiplied by alpha. The
// callback must return.
typedef void (*row_callback)(
    void *context, uint32_t y, uint32_t x, uint32_t step, uint32_t count, const uint16_t *pixels);

// Decodes a PNG file of any color type and passes each pixel to `callback` once; if the file is
// interlaced, row by row of each pass. Samples with fewer than 16 bits are scaled to 0…65535. Gamma and
// color profiles are ignored.
//
// file, size           the bytes of the file
// width, height        the size that the file must have
// row                  working memory of width × 4 elements
// context              passed to `callback`
// message, capacity    receives libpng's message if the result is EBADMSG
//
// Returns 0; ENODATA if the file is truncated; ENOMEM; or EBADMSG if it is corrupted or has another size.
// The pixels are valid only if the result is 0. Keeps no state.
int decode_png(
    const uint8_t *file, size_t size, uint32_t width, uint32_t height, uint16_t *row,
    row_callback callback, void *context, char *message, size_t capacity);

#endif
