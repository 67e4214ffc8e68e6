// The header of an image file. It declares the size of the image, so its limits are checked before the
// pixels are read. libpng and libjpeg check everything else.
import TensorIO

/// What an image file declares about itself, within the limits.
struct ImageHeader: Equatable {
  /// The formats that can be decoded.
  enum Format { case png, jpeg }

  let format: Format
  /// The width in pixels, as stored.
  let width: Int
  /// The height in pixels, as stored.
  let height: Int
  /// Whether the image cannot have colors. PNG images with a palette always count as color.
  let isGray: Bool
  /// The number of bits of a sample: 1, 2, 4, 8 or 16; 8 with a palette, whose colors are the samples.
  let sampleBits: Int
  /// The least number of bytes that can encode the pixels.
  let leastByteCount: Int

  /// The largest height and width.
  static let sideLimit = 65_535
  /// The largest number of pixels: 512 MiB as a `Bitmap` of color and alpha.
  static let pixelLimit = 1 << 26
  /// The size of the largest file that is accepted, in bytes.
  static let byteLimit = 1 << 29

  /// Recognizes the format of a file and parses its header.
  ///
  /// - Parameters:
  ///   - head: The first bytes of the file.
  ///   - path: The name in messages.
  /// - Returns: Nil if the header is longer than these bytes.
  /// - Throws: `.invalid` if the file is neither PNG nor JPEG, or declares an image that cannot be decoded.
  init?(_ head: [UInt8], path: String) throws(FileError) {
    func mayBe(_ format: FileFormat) -> Bool {
      format.signature.starts(with: head) || head.starts(with: format.signature)
    }
    if mayBe(.png) {
      try self.init(png: head, path: path)
    } else if mayBe(.jpeg) {
      try self.init(jpeg: head, path: path)
    } else {
      throw FileError(path, isNot: "a PNG or JPEG file", head)
    }
  }

  /// Parses the header of a whole file.
  ///
  /// - Throws: `.invalid` as well if the file ends before its header does.
  init(ofFile file: [UInt8], path: String) throws(FileError) {
    guard let header = try ImageHeader(file, path: path) else {
      throw FileError(
        .invalid, path, file.isEmpty ? "is empty" : "is truncated after \(file.count) bytes")
    }
    self = header
  }

  /// Creates the header of an image; throws `.invalid` if its size is not within the limits.
  init(
    _ format: Format, width: Int, height: Int, isGray: Bool, sampleBits: Int, leastByteCount: Int,
    path: String
  ) throws(FileError) {
    guard width > 0, height > 0 else {
      throw FileError(.invalid, path, "has an invalid size: \(width)×\(height) (width × height)")
    }
    guard Self.isSize(height: height, width: width) else {
      throw FileError(
        .invalid, path,
        "is too large: \(width)×\(height) (width × height; the limits are \(Self.sideLimit) pixels "
          + "per side and \(Self.pixelLimit) in total)")
    }
    (self.format, self.width, self.height) = (format, width, height)
    (self.isGray, self.sampleBits) = (isGray, sampleBits)
    self.leastByteCount = leastByteCount
  }

  /// Whether an image can have this size.
  static func isSize(height: Int, width: Int) -> Bool {
    1...sideLimit ~= height && 1...sideLimit ~= width && height * width <= pixelLimit
  }

  /// Reads the header of a file, and all of the file if `whole` is true.
  ///
  /// - Returns: The header and the bytes that were read.
  /// - Throws: `.invalid` if the file has no valid header or is larger than `byteLimit`; what `InputFile`
  ///   throws.
  static func read(
    _ input: InputFile, whole: Bool
  ) throws(FileError) -> (header: ImageHeader, bytes: [UInt8]) {
    var bytes: [UInt8] = []
    var header: ImageHeader?
    while case let more = try input.bytes(max(1 << 12, min(bytes.count, 1 << 20))), !more.isEmpty {
      bytes += more
      guard bytes.count <= byteLimit else {
        throw FileError(.invalid, input.path, "is larger than \(byteLimit >> 20) MiB")
      }
      if header == nil { header = try ImageHeader(bytes, path: input.path) }
      if !whole, let header { return (header, bytes) }
    }
    if let header { return (header, bytes) }
    return (try ImageHeader(ofFile: bytes, path: input.path), bytes)
  }
}
