import Engine
import TensorIO

/// The real images: tensor `images` of a TensorIO file, U8 with range 0,255 or F32 with range −1,1.
/// They stay as they are in the file, mapped, and become numbers on [−1, 1] when a batch is
/// gathered.
public struct TrainingImages: Sendable {
  /// Of one image.
  public let shape: Shape
  /// How many images.
  public let count: Int
  /// What tells these images from others: the shape and the CRC-32 of the pixels.
  public let fingerprint: String
  private let pixels: Pixels

  private enum Pixels {
    case bytes(StoredTensor<UInt8>)
    case floats(StoredTensor<Float>)
  }

  /// Takes the images of a file, which it keeps open.
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
        throw FileError(.invalid, file.path, "tensor images has numbers outside its range -1,1")
      }
      pixels = numbers.map { .floats($0) }
    default:
      throw FileError(
        .invalid, file.path,
        "tensor images is \(entry.type.rawValue) with range \(range.map(quoted) ?? "unknown"); "
          + "training takes U8 with range 0,255 or F32 with range -1,1")
    }
    guard let pixels, let checksum = file.checksum(of: "images") else {
      throw FileError(.invalid, file.path, "has no image")
    }
    self.pixels = pixels
    self.shape = shape
    count = entry.shape[0]
    fingerprint = "\(count)x\(shape) \(Checksum.digits(checksum))"
  }

  /// Puts the images of these indices into the columns of a block, one image a column.
  func gather<S: Scalar>(_ indices: ArraySlice<UInt32>, into block: MatrixView<S>) {
    // Channel by channel: one after another in the file, side by side in the block.
    let plane = shape.height * shape.width
    for channel in 0..<shape.channels {
      let rows = block.rows(from: channel, by: shape.channels)
      let first = channel * plane
      switch pixels {
      case .bytes(let bytes):
        S.gather(bytes, size: shape.count, from: first, indices.span, into: rows)
      case .floats(let floats):
        S.gather(floats, size: shape.count, from: first, indices.span, into: rows)
      }
    }
  }

  /// How many of these images are among others too, to the last byte.
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
  /// The tensor `images`, rank 4, of a file of kind images.
  func imagesEntry() throws(FileError) -> TensorEntry {
    try require(kind: "images")
    guard let entry = header["images"] else {
      throw FileError(.invalid, path, "has no tensor images")
    }
    guard entry.shape.count == 4, entry.elementCount > 0 else {
      throw FileError(
        .invalid, path, "tensor images has shape \(entry.shape), not N x C x H x W")
    }
    return entry
  }
}

extension Shape {
  /// The shape of the images in a file.
  public init(like file: TensorFile) throws(FileError) {
    let sizes = try file.imagesEntry().shape
    guard let shape = Shape(channels: sizes[1], height: sizes[2], width: sizes[3]) else {
      throw FileError(.invalid, file.path, "an image has more than 16777216 numbers")
    }
    self = shape
  }
}
