#include "CPNGReader.h"

#include <errno.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What libpng's callbacks share. It lives in the caller of the function that calls setjmp, so that a
// longjmp leaves all of it as it is.
struct reader {
  const uint8_t *next;
  size_t left;
  int code;
  char *words;
  size_t room;
};

static void fail(png_structp png, png_const_charp words) {
  struct reader *reader = png_get_error_ptr(png);
  snprintf(reader->words, reader->room, "%s", words);
  png_longjmp(png, 1);
}

// Without a function libpng would print its warnings.
static void ignore(png_structp png, png_const_charp words) {
  (void)png;
  (void)words;
}

static png_voidp allocate(png_structp png, png_alloc_size_t count) {
  struct reader *reader = png_get_mem_ptr(png);
  void *memory = malloc(count);
  if (memory == NULL) reader->code = ENOMEM;
  return memory;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  struct reader *reader = png_get_io_ptr(png);
  if (count > reader->left) {
    reader->code = ENODATA;
    png_error(png, "cut short");
  }
  memcpy(target, reader->next, count);
  reader->next += count;
  reader->left -= count;
}

// Puts the colours of a palette for the places in it, which are the last bytes of the row, one for
// each pixel of the whole width: a pixel is written at or before its own place. libpng's own way
// takes a place that the palette does not have for black.
static void resolve_palette(
    png_structp png, png_infop info, uint32_t width, uint32_t count, uint16_t *row) {
  png_colorp colors = NULL;
  png_bytep alphas = NULL;
  int color_count = 0, alpha_count = 0;
  png_get_PLTE(png, info, &colors, &color_count);
  png_get_tRNS(png, info, &alphas, &alpha_count, NULL);
  const uint8_t *places = (const uint8_t *)row + 7 * (size_t)width;
  for (size_t x = 0; x < count; x++) {
    int place = places[x];
    if (place >= color_count) png_error(png, "a color that the palette does not have");
    row[4 * x] = 257 * colors[place].red;
    row[4 * x + 1] = 257 * colors[place].green;
    row[4 * x + 2] = 257 * colors[place].blue;
    row[4 * x + 3] = place < alpha_count ? 257 * alphas[place] : 65535;
  }
}

static void read_png(
    png_structp png, png_infop info, uint32_t width, uint32_t height, uint16_t *row, take_row take,
    void *taker) {
  png_set_user_limits(png, width, height);
  // What libpng would get along with is an error too: a wrong checksum of any chunk, bad
  // transparency, data after the last pixel.
  png_set_benign_errors(png, 0);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  // Chunks that do not change the samples are passed over, nothing of them parsed, inflated or
  // kept; so they may be long.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_chunk_malloc_max(png, 0);
  // Some writers announce a smaller window than they use.
  png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
  png_read_info(png, info);

  bool has_palette = png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE;
  if (has_palette) {
    png_set_packing(png);
  } else {
    png_set_expand_16(png);
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 65535, PNG_FILLER_AFTER);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    png_set_swap(png);
#endif
  }
  // Without libpng's own handling of passes a row is what the pass has of it, and so there is no
  // need to hold all rows at once.
  bool is_interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
  png_read_update_info(png, info);
  size_t row_size = (has_palette ? 1 : 8) * (size_t)width;
  if (png_get_image_width(png, info) != width || png_get_image_height(png, info) != height ||
      png_get_rowbytes(png, info) != row_size)
    png_error(png, "another size than was announced");

  uint8_t *target = (uint8_t *)row + 8 * (size_t)width - row_size;
  for (int pass = 0; pass < (is_interlaced ? PNG_INTERLACE_ADAM7_PASSES : 1); pass++) {
    uint32_t columns = is_interlaced ? PNG_PASS_COLS(width, pass) : width;
    uint32_t rows = is_interlaced ? PNG_PASS_ROWS(height, pass) : height;
    if (columns == 0) continue;
    uint32_t left = is_interlaced ? PNG_PASS_START_COL(pass) : 0;
    uint32_t step = is_interlaced ? PNG_PASS_COL_OFFSET(pass) : 1;
    for (uint32_t y = 0; y < rows; y++) {
      png_read_row(png, target, NULL);
      if (has_palette) resolve_palette(png, info, width, columns, row);
      take(taker, is_interlaced ? PNG_ROW_FROM_PASS_ROW(y, pass) : y, left, step, columns, row);
    }
  }
  png_read_end(png, info);
}

// Its variables do not change after setjmp, and so are the same after longjmp.
static bool try_png(
    png_structp png, png_infop info, uint32_t width, uint32_t height, uint16_t *row, take_row take,
    void *taker) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  read_png(png, info, width, height, row, take, taker);
  return true;
}

int decode_png(
    const uint8_t *file, size_t count, uint32_t width, uint32_t height, uint16_t *row,
    take_row take, void *taker, char *words, size_t room) {
  struct reader reader = {file, count, EBADMSG, words, room};
  png_structp png = png_create_read_struct_2(
      PNG_LIBPNG_VER_STRING, &reader, fail, ignore, &reader, allocate, NULL);
  png_infop info = png == NULL ? NULL : png_create_info_struct(png);
  bool is_read = false;
  if (info != NULL) {
    png_set_read_fn(png, &reader, read_bytes);
    is_read = try_png(png, info, width, height, row, take, taker);
  }
  png_destroy_read_struct(&png, &info, NULL);
  return is_read ? 0 : reader.code;
}
