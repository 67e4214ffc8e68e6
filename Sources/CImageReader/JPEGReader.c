#include "CImageReader.h"

#include <errno.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// More scans than any encoder writes. Each scan of a progressive file visits the whole image, so a small
// file with thousands of scans would take minutes.
enum { SCAN_LIMIT = 100 };

// `errors` is first, so that a pointer to it is a pointer to this structure.
struct error_state {
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf jump;
  int error;
  char *message;
  size_t capacity;
};

// The pixels to decode: the arguments of decode_jpeg.
struct target {
  const uint8_t *file;
  size_t size;
  uint32_t width, height;
  uint16_t *row;
  row_callback callback;
  void *context;
};

_Noreturn static void fail(j_common_ptr jpeg) {
  struct error_state *state = (struct error_state *)jpeg->err;
  char text[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, text);
  snprintf(state->message, state->capacity, "%s", text);
  switch (jpeg->err->msg_code) {
    case JERR_OUT_OF_MEMORY: state->error = ENOMEM; break;
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
    case JWRN_JPEG_EOF: state->error = ENODATA; break;
    default: state->error = EBADMSG;
  }
  longjmp(state->jump, 1);
}

_Noreturn static void fail_with(struct jpeg_decompress_struct *jpeg, const char *message) {
  struct error_state *state = (struct error_state *)jpeg->err;
  snprintf(state->message, state->capacity, "%s", message);
  state->error = EBADMSG;
  longjmp(state->jump, 1);
}

// Level −1 is a warning: the data is corrupted, and libjpeg would continue with invented pixels. An unknown
// minor version of JFIF is not an error in the data. Other levels are only for debugging.
static void check_warning(j_common_ptr jpeg, int level) {
  if (level < 0 && jpeg->err->msg_code != JWRN_JFIF_MAJOR) fail(jpeg);
}

static void check_scans(j_common_ptr jpeg) {
  struct jpeg_decompress_struct *decompressor = (struct jpeg_decompress_struct *)jpeg;
  if (decompressor->input_scan_number > SCAN_LIMIT) fail_with(decompressor, "too many scans");
}

// Converts samples of 8 bits to pixels. For CMYK, each of red, green and blue is the product of one ink's
// lightness and that of black, rounded once.
static void convert(
    const JSAMPLE *samples, uint32_t count, int components, bool is_inverted, uint16_t *pixels) {
  for (size_t x = 0; x < count; x++) {
    const JSAMPLE *sample = samples + x * components;
    uint16_t *pixel = pixels + 4 * x;
    for (int channel = 0; channel < 3; channel++) {
      if (components == 4) {
        uint32_t ink = is_inverted ? sample[channel] : 255 - sample[channel];
        uint32_t black = is_inverted ? sample[3] : 255 - sample[3];
        pixel[channel] = (257 * ink * black + 127) / 255;
      } else {
        pixel[channel] = 257 * sample[components == 1 ? 0 : channel];
      }
    }
    pixel[3] = 65535;
  }
}

static void read_jpeg(struct jpeg_decompress_struct *jpeg, const struct target *target) {
  jpeg_create_decompress(jpeg);
  jpeg->progress = &((struct error_state *)jpeg->err)->progress;
  jpeg_mem_src(jpeg, target->file, target->size);
  jpeg_read_header(jpeg, TRUE);
  if (jpeg->image_width != target->width || jpeg->image_height != target->height)
    fail_with(jpeg, "unexpected image size");
  switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE: jpeg->out_color_space = JCS_GRAYSCALE; break;
    case JCS_RGB:
    case JCS_YCbCr: jpeg->out_color_space = JCS_RGB; break;
    case JCS_CMYK:
    case JCS_YCCK: jpeg->out_color_space = JCS_CMYK; break;
    default: fail_with(jpeg, "unsupported color space");
  }
  // The settings whose results depend neither on the processor nor on the version of the library. Color
  // of lower resolution is enlarged by repeating it.
  jpeg->dct_method = JDCT_ISLOW;
  jpeg->do_fancy_upsampling = FALSE;
  jpeg->do_block_smoothing = FALSE;
  jpeg_start_decompress(jpeg);

  // In a file with Adobe's marker, CMYK samples are inverted: 255 is no ink.
  bool is_inverted = jpeg->saw_Adobe_marker;
  JSAMPARRAY samples = (*jpeg->mem->alloc_sarray)(
      (j_common_ptr)jpeg, JPOOL_IMAGE, target->width * jpeg->output_components, 1);
  for (uint32_t y = 0; y < target->height; y++) {
    jpeg_read_scanlines(jpeg, samples, 1);
    convert(samples[0], target->width, jpeg->output_components, is_inverted, target->row);
    target->callback(target->context, y, 0, 1, target->width, target->row);
  }
  jpeg_finish_decompress(jpeg);
}

// Its variables do not change after setjmp, so longjmp does not invalidate them.
static bool try_read_jpeg(
    struct jpeg_decompress_struct *jpeg, struct error_state *state, const struct target *target) {
  if (setjmp(state->jump) != 0) return false;
  read_jpeg(jpeg, target);
  return true;
}

int decode_jpeg(
    const uint8_t *file, size_t size, uint32_t width, uint32_t height, uint16_t *row,
    row_callback callback, void *context, char *message, size_t capacity) {
  struct target target = {file, size, width, height, row, callback, context};
  struct error_state state = {.message = message, .capacity = capacity};
  // Zero means not created, for jpeg_destroy_decompress.
  struct jpeg_decompress_struct jpeg;
  memset(&jpeg, 0, sizeof jpeg);
  jpeg.err = jpeg_std_error(&state.errors);
  state.errors.error_exit = fail;
  state.errors.emit_message = check_warning;
  state.progress.progress_monitor = check_scans;
  bool is_read = try_read_jpeg(&jpeg, &state, &target);
  jpeg_destroy_decompress(&jpeg);
  return is_read ? 0 : state.error;
}
