#include "CImageReader.h"

#include <errno.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The state that libpng's callbacks share. It belongs to the caller of the function that calls setjmp, so
// longjmp does not change it.
struct reader {
  const uint8_t *next;
  size_t remaining;
  int error;
  char *message;
  size_t capacity;
};

// The pixels to decode: the arguments of decode_png.
struct target {
  uint32_t width, height;
  uint16_t *row;
  row_callback callback;
  void *context;
};

static void fail(png_structp png, png_const_charp message) {
  struct reader *reader = png_get_error_ptr(png);
  snprintf(reader->message, reader->capacity, "%s", message);
  png_longjmp(png, 1);
}

// Without this callback libpng would print warnings.
static void ignore_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static png_voidp allocate(png_structp png, png_alloc_size_t size) {
  struct reader *reader = png_get_mem_ptr(png);
  void *memory = malloc(size);
  if (memory == NULL) reader->error = ENOMEM;
  return memory;
}

static void read_bytes(png_structp png, png_bytep bytes, size_t count) {
  struct reader *reader = png_get_io_ptr(png);
  if (count > reader->remaining) {
    reader->error = ENODATA;
    png_error(png, "truncated");
  }
  memcpy(bytes, reader->next, count);
  reader->next += count;
  reader->remaining -= count;
}

// Replaces palette indices by colors. The indices are the last bytes of the row, one per pixel of the
// full width, so each pixel is written at or before its own index. libpng's own conversion would
// replace an index that is out of range by black.
static void resolve_palette(
    png_structp png, png_infop info, uint32_t width, uint32_t count, uint16_t *row) {
  png_colorp colors = NULL;
  png_bytep alphas = NULL;
  int color_count = 0, alpha_count = 0;
  png_get_PLTE(png, info, &colors, &color_count);
  png_get_tRNS(png, info, &alphas, &alpha_count, NULL);
  const uint8_t *indices = (const uint8_t *)row + 7 * (size_t)width;
  for (size_t x = 0; x < count; x++) {
    int index = indices[x];
    if (index >= color_count) png_error(png, "palette index out of range");
    row[4 * x] = 257 * colors[index].red;
    row[4 * x + 1] = 257 * colors[index].green;
    row[4 * x + 2] = 257 * colors[index].blue;
    row[4 * x + 3] = index < alpha_count ? 257 * alphas[index] : 65535;
  }
}

static void read_png(png_structp png, png_infop info, const struct target *target) {
  uint32_t width = target->width, height = target->height;
  png_set_user_limits(png, width, height);
  // Errors that libpng would tolerate are errors here: wrong checksums of any chunk, invalid
  // transparency, data after the last pixel.
  png_set_benign_errors(png, 0);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  // Chunks that do not affect the samples are skipped without parsing, so they may be of any length.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_chunk_malloc_max(png, 0);
  // Some encoders declare a smaller window than they use.
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
  // Without libpng's own interlace handling, a row has only the pixels of its pass, and no memory for
  // the whole image is needed.
  bool is_interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
  png_read_update_info(png, info);
  size_t row_size = (has_palette ? 1 : 8) * (size_t)width;
  if (png_get_image_width(png, info) != width || png_get_image_height(png, info) != height ||
      png_get_rowbytes(png, info) != row_size)
    png_error(png, "unexpected image size");

  uint16_t *row = target->row;
  uint8_t *bytes = (uint8_t *)row + 8 * (size_t)width - row_size;
  for (int pass = 0; pass < (is_interlaced ? PNG_INTERLACE_ADAM7_PASSES : 1); pass++) {
    uint32_t columns = is_interlaced ? PNG_PASS_COLS(width, pass) : width;
    uint32_t rows = is_interlaced ? PNG_PASS_ROWS(height, pass) : height;
    if (columns == 0) continue;
    uint32_t left = is_interlaced ? PNG_PASS_START_COL(pass) : 0;
    uint32_t step = is_interlaced ? PNG_PASS_COL_OFFSET(pass) : 1;
    for (uint32_t pass_row = 0; pass_row < rows; pass_row++) {
      png_read_row(png, bytes, NULL);
      if (has_palette) resolve_palette(png, info, width, columns, row);
      uint32_t y = is_interlaced ? PNG_ROW_FROM_PASS_ROW(pass_row, pass) : pass_row;
      target->callback(target->context, y, left, step, columns, row);
    }
  }
  png_read_end(png, info);
}

// Its variables do not change after setjmp, so longjmp does not invalidate them.
static bool try_read_png(png_structp png, png_infop info, const struct target *target) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  read_png(png, info, target);
  return true;
}

int decode_png(
    const uint8_t *file, size_t size, uint32_t width, uint32_t height, uint16_t *row,
    row_callback callback, void *context, char *message, size_t capacity) {
  struct reader reader = {file, size, EBADMSG, message, capacity};
  struct target target = {width, height, row, callback, context};
  png_structp png = png_create_read_struct_2(
      PNG_LIBPNG_VER_STRING, &reader, fail, ignore_warning, &reader, allocate, NULL);
  png_infop info = png == NULL ? NULL : png_create_info_struct(png);
  bool is_read = false;
  if (info != NULL) {
    png_set_read_fn(png, &reader, read_bytes);
    is_read = try_read_png(png, info, &target);
  }
  png_destroy_read_struct(&png, &info, NULL);
  return is_read ? 0 : reader.error;
}
