// PNG files read by libpng, which leaves a bad one by longjmp: nothing of that is seen outside.
#ifndef CPNGREADER_H
#define CPNGREADER_H

#include <stddef.h>
#include <stdint.h>

// Takes `count` pixels of row `y`, the first at column `x`, the next ones `step` columns on from each
// other: count × 4, red, green, blue and alpha of 16 bits, colours not multiplied by alpha. It must
// return.
typedef void (*take_row)(
    void *taker, uint32_t y, uint32_t x, uint32_t step, uint32_t count, const uint16_t *pixels);

// Decodes the `count` bytes of a PNG file of any kind and gives each pixel to `take` once; of an
// interlaced file, row by row of each pass. Samples of fewer than 16 bits are spread to 0…65535;
// gamma and profiles are not applied. `row`, width × 4, is room to work in.
//
// Returns 0; ENODATA for a file that ends early; ENOMEM; or EBADMSG for one that is damaged or is
// not of this width and height, with libpng's words for it in the `room` bytes from `words` on. The
// pixels are good only after 0. Keeps no state.
int decode_png(
    const uint8_t *file, size_t count, uint32_t width, uint32_t height, uint16_t *row,
    take_row take, void *taker, char *words, size_t room);

#endif
