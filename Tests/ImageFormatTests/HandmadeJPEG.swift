// JPEG files encoded by libjpeg from blocks of one color each, which are decoded without any loss.
import CJPEG
import Glibc

/// The content of a JPEG file. Each sample is that of a block of 8 × 8 pixels.
struct HandmadeJPEG {
  /// The width in blocks.
  var columns: Int
  /// The color space of the samples and of the file.
  var space = JCS_GRAYSCALE
  /// rows × columns × components.
  var blocks: [UInt8]
  /// The horizontal and the vertical subsampling of all components except the first one.
  var subsampling: (Int32, Int32) = (1, 1)
  var isProgressive = false
  /// The number of blocks between restart markers; 0 for none.
  var restartInterval: UInt32 = 0
  /// Contents of segments APP1, before the image.
  var exif: [[UInt8]] = []

  var components: Int { [JCS_GRAYSCALE: 1, JCS_CMYK: 4, JCS_YCCK: 4][space] ?? 3 }
  var rows: Int { blocks.count / columns / components }

  var bytes: [UInt8] {
    var jpeg = jpeg_compress_struct()
    var errors = jpeg_error_mgr()
    return withUnsafeMutablePointer(to: &errors) { errors in
      jpeg.err = jpeg_std_error(errors)
      jpeg_CreateCompress(&jpeg, JPEG_LIB_VERSION, MemoryLayout<jpeg_compress_struct>.size)
      defer { jpeg_destroy_compress(&jpeg) }
      var file: UnsafeMutablePointer<UInt8>?
      var size: UInt = 0
      jpeg_mem_dest(&jpeg, &file, &size)
      defer { free(file) }
      jpeg.image_width = JDIMENSION(8 * columns)
      jpeg.image_height = JDIMENSION(8 * rows)
      jpeg.input_components = Int32(components)
      jpeg.in_color_space = space
      jpeg_set_defaults(&jpeg)
      jpeg_set_colorspace(&jpeg, space)
      jpeg_set_quality(&jpeg, 100, 1)
      for component in 0..<components {
        jpeg.comp_info[component].h_samp_factor = component == 0 ? subsampling.0 : 1
        jpeg.comp_info[component].v_samp_factor = component == 0 ? subsampling.1 : 1
      }
      if isProgressive { jpeg_simple_progression(&jpeg) }
      jpeg.restart_interval = restartInterval
      jpeg_start_compress(&jpeg, 1)
      for content in exif { jpeg_write_marker(&jpeg, 0xE1, content, UInt32(content.count)) }
      for y in 0..<8 * rows {
        var row = (0..<8 * columns).flatMap { x in
          (0..<components).map { blocks[(y / 8 * columns + x / 8) * components + $0] }
        }
        row.withUnsafeMutableBufferPointer { row in
          var row = row.baseAddress
          _ = jpeg_write_scanlines(&jpeg, &row, 1)
        }
      }
      jpeg_finish_compress(&jpeg)
      return Array(UnsafeBufferPointer(start: file, count: Int(size)))
    }
  }
}

extension J_COLOR_SPACE: @retroactive Hashable {}
