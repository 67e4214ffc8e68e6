// PNG files read by libpng, which leaves a bad one by longjmp: nothing of that is seen outside.
#ifndef CPNGREADER_H
#define CPNGREADER_H

#include <stddef.h>
#include <stdint.h>

// Decodes the `count` bytes of a PNG file of any kind into `pixels`, height × width × 4: red, green,
// blue and alpha of 8 bits, colours not multiplied by alpha. Samples of 16 bits are rounded to the
// nearest of 8, smaller ones spread to 0…255; gamma and profiles are not applied.
//
// Returns 0; ENODATA for a file that ends early; ENOMEM; or EBADMSG for one that is damaged or is
// not of this width and height, with libpng's words for it in the `room` bytes from `words` on. The
// pixels are good only after 0. Keeps no state.
int decode_png(
    const uint8_t *file, size_t count, uint32_t width, uint32_t height, uint8_t *pixels,
    char *words, size_t room);

#endif
