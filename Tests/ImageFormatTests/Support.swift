// PNG files decoded by libpng, and tensor files for these tests.
import CPNG
import Foundation
import TensorIO

@testable import ImageFormat

extension Bitmap {
  /// The pixels rounded to 8 bits.
  var levels: [UInt8] { pixels.map { UInt8((Int($0) + 128) / 257) } }
}

/// A decoded PNG file: height×width×channels, 8 bits each.
struct DecodedPNG: Equatable {
  var width: Int
  var height: Int
  var channels: Int
  var pixels: [UInt8]

  /// The channels of one pixel.
  func pixel(_ x: Int, _ y: Int) -> [UInt8] {
    Array(pixels[(y * width + x) * channels..<(y * width + x + 1) * channels])
  }

  /// The first channel of each row.
  var rows: [[UInt8]] { (0..<height).map { y in (0..<width).map { pixel($0, y)[0] } } }
}

extension DecodedPNG {
  /// Decodes a PNG file; nil if libpng reports an error.
  init?(png: [UInt8]) {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    guard png_image_begin_read_from_memory(&image, png, png.count) != 0 else { return nil }
    // The format of the file without the flags of 16 bits and palettes.
    image.format &= png_uint_32(PNG_FORMAT_FLAG_COLOR) | png_uint_32(PNG_FORMAT_FLAG_ALPHA)
    let channels =
      (image.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) == 0 ? 1 : 3)
      + (image.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA) == 0 ? 0 : 1)
    width = Int(image.width)
    height = Int(image.height)
    self.channels = channels
    pixels = Array(repeating: 0, count: width * height * channels)
    guard png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else { return nil }
  }
}

/// Creates a tensor file, opens it and removes it. The mapping stays valid.
func tensorFile(
  kind: String = "images", range: String? = "0,255", metadata: [String: String] = [:],
  _ tensors: [(TensorEntry, [UInt8])]
) throws -> TensorFile {
  let path = NSTemporaryDirectory() + "ImageFormatTests-" + UUID().uuidString
  defer { try? FileManager.default.removeItem(atPath: path) }
  let header = TensorHeader(
    kind: kind, metadata: metadata.merging(range.map { ["range": $0] } ?? [:]) { $1 },
    entries: tensors.map(\.0))
  let writer = try TensorWriter(header, to: OutputFile(path))
  for (_, bytes) in tensors { try writer.write(bytes.span) }
  try writer.finish()
  return try TensorFile(path)
}

/// A file of images with values from 0 to 255.
func images(_ shape: [Int], _ bytes: [UInt8]) throws -> TensorFile {
  try tensorFile([(TensorEntry("images", .u8, shape), bytes)])
}

/// A file of images with values from −1 to 1, or in another range.
func images(_ shape: [Int], _ values: [Float], range: String = "-1,1") throws -> TensorFile {
  let bytes = values.withUnsafeBytes { [UInt8]($0) }
  return try tensorFile(range: range, [(TensorEntry("images", .f32, shape), bytes)])
}
