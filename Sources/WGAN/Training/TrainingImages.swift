import Engine
import TensorIO

/// The real images, as bytes from 0 to 255 or as single-precision numbers from −1 to 1.
///
/// The images of a file stay in the file, which is mapped into memory. They are converted to
/// numbers from −1 to 1 when a batch is gathered.
public struct TrainingImages: Sendable {
  /// The shape of one image.
  public let shape: Shape
  /// The number of images.
  public let count: Int
  /// An identification of the images for ``TrainingProgress/images``: their number, their shape and
  /// the CRC-32 of their pixels.
  public let fingerprint: String
  private let pixels: Pixels

  private enum Pixels {
    case bytes(StoredTensor<UInt8>)
    case floats(StoredTensor<Float>)
  }

  /// Makes images from bytes in memory.
  ///
  /// - Parameters:
  ///   - pixels: The pixels of all images in the order image, channel, row, column. 0 becomes −1,
  ///     255 becomes 1.
  ///   - shape: The shape of one image.
  /// - Throws: `FileError` if there are too many images or too little memory for a copy of the
  ///   pixels.
  /// - Precondition: `pixels` contains at least one image, and whole images only.
  public init(pixels: [UInt8], shape: Shape) throws(FileError) {
    precondition(!pixels.isEmpty && pixels.count.isMultiple(of: shape.count))
    let sizes = [pixels.count / shape.count, shape.channels, shape.height, shape.width]
    let header = TensorHeader(
      kind: "images", metadata: ["range": "0,255"], entries: [TensorEntry("images", .u8, sizes)])
    try self.init(TensorFile(header, data: pixels.span, name: "images in memory"))
  }

  /// Makes images from the tensor `images` of a file, N × C × H × W. The file stays open.
  ///
  /// - Parameter file: A file of kind `images`: U8 with range `0,255`, or F32 with range `-1,1`.
  /// - Throws: `FileError` if the file contains no such images, more than 2³² − 1 images, images
  ///   with more than 2²⁴ values, or values outside the range.
  public init(_ file: TensorFile) throws(FileError) {
    let entry = try file.imagesEntry()
    let shape = try Shape(like: file)
    guard entry.shape[0] <= Int(UInt32.max) else {
      throw FileError(.invalid, file.path, "has more than 4294967295 images")
    }
    let range = file.header.metadata["range"]
    let pixels: Pixels?
    switch (entry.type, range) {
    case (.u8, "0,255"): pixels = StoredTensor("images", in: file).map { .bytes($0) }
    case (.f32, "-1,1"):
      let numbers = StoredTensor<Float>("images", in: file)
      if let numbers, !Float.allWithin(numbers, bound: 1) {
        throw FileError(.invalid, file.path, "tensor images has values outside its range -1,1")
      }
      pixels = numbers.map { .floats($0) }
    default:
      throw FileError(
        .invalid, file.path,
        "tensor images is \(entry.type.rawValue) with range \(range.map(quoted) ?? "unknown"); "
          + "training requires U8 with range 0,255 or F32 with range -1,1")
    }
    guard let pixels, let checksum = file.checksum(of: "images") else {
      throw FileError(.invalid, file.path, "has no images")
    }
    self.pixels = pixels
    self.shape = shape
    count = entry.shape[0]
    fingerprint = "\(count)x\(shape) \(Checksum.digits(checksum))"
  }

  /// Copies the images with these indices into the columns of a matrix, one image per column.
  func gather<S: Scalar>(_ indices: ArraySlice<UInt32>, into batch: MatrixView<S>) {
    // The channels of an image are consecutive in the file and interleaved in the matrix.
    let plane = shape.height * shape.width
    for channel in 0..<shape.channels {
      let rows = batch.rows(from: channel, by: shape.channels)
      let first = channel * plane
      switch pixels {
      case .bytes(let bytes):
        S.gather(bytes, size: shape.count, from: first, indices.span, into: rows)
      case .floats(let floats):
        S.gather(floats, size: shape.count, from: first, indices.span, into: rows)
      }
    }
  }

  /// Counts the images that also occur in another set, byte for byte.
  ///
  /// - Parameter others: The other set.
  /// - Returns: The number of images of this set that occur in the other.
  public func count(among others: TrainingImages) -> Int {
    var counts: [StoredBytes: Int] = [:]
    for index in 0..<count { counts[self[index], default: 0] += 1 }
    return (0..<others.count).reduce(0) { $0 + (counts.removeValue(forKey: others[$1]) ?? 0) }
  }

  private subscript(index: Int) -> StoredBytes {
    let range = index * shape.count..<(index + 1) * shape.count
    return switch pixels {
    case .bytes(let bytes): bytes.bytes(range)
    case .floats(let floats): floats.bytes(range)
    }
  }
}

extension TensorFile {
  /// The tensor `images` of a file of kind `images`.
  func imagesEntry() throws(FileError) -> TensorEntry {
    try require(kind: "images")
    guard let entry = header["images"] else {
      throw FileError(.invalid, path, "has no tensor images")
    }
    guard entry.shape.count == 4, entry.elementCount > 0 else {
      throw FileError(
        .invalid, path, "tensor images has shape \(entry.shownShape), not N x C x H x W")
    }
    return entry
  }
}

extension Shape {
  /// Reads the shape of the images in a file.
  ///
  /// - Parameter file: A file of kind `images`.
  /// - Throws: `FileError` if there is no tensor `images` of shape N × C × H × W, or an image has
  ///   more than 2²⁴ values.
  public init(like file: TensorFile) throws(FileError) {
    let sizes = try file.imagesEntry().shape
    guard let shape = Shape(channels: sizes[1], height: sizes[2], width: sizes[3]) else {
      throw FileError(.invalid, file.path, "an image has more than 16777216 values")
    }
    self = shape
  }
}
