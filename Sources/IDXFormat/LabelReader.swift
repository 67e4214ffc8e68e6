import TensorIO

/// Reads the labels of images: class numbers from 0.
struct LabelReader {
  private let reader: IDXReader
  /// The number of elements per image. The first one is the label.
  private let columns: Int
  private var buffer: [UInt8] = []
  /// The number of labels read.
  private var done = 0

  /// Checks the shape of a file.
  ///
  /// - Parameters:
  ///   - reader: A file whose data has not been read.
  ///   - imageCount: The number of images.
  ///   - images: The path of the images, for messages.
  /// - Throws: `.invalid` if the file does not have one label per image.
  init(_ reader: IDXReader, imageCount: Int, of images: String) throws(FileError) {
    self.reader = reader
    let sizes = reader.header.dimensions
    // QMNIST: class, writer, and six other numbers of the original data.
    let isQMNIST = sizes.count == 2 && sizes[1] == 8 && reader.header.type == .i32
    guard sizes.count == 1 || isQMNIST || sizes.count == 2 && sizes[1] == 1 else {
      let found = sizes.count == 2 ? "N×\(sizes[1])" : "rank \(sizes.count)"
      throw FileError(
        .invalid, reader.path,
        "does not contain labels (expected rank 1, N, or the N×8 32-bit integers of QMNIST; found \(found))"
      )
    }
    guard sizes[0] == imageCount else {
      throw FileError(
        .invalid, reader.path,
        "number of labels does not match the images in \(images) (expected \(imageCount), found "
          + "\(sizes[0]))")
    }
    columns = sizes.count == 1 ? 1 : sizes[1]
  }

  /// The type of the labels in a tensor file.
  var type: ElementType { reader.header.type.byteCount == 1 ? .u8 : .i64 }

  /// The next labels; none at the end.
  ///
  /// - Throws: `.invalid` if a label is not a class number, and what `IDXReader.read` throws.
  mutating func next() throws(FileError) -> [Int] {
    let element = reader.header.type
    let size = (1 << 13) * columns * element.byteCount
    if buffer.count != size { buffer = [UInt8](repeating: 0, count: size) }
    let count = try reader.read(into: &buffer) / element.byteCount / columns
    defer { done += count }
    var labels: [Int] = []
    for index in 0..<count {
      let number = element.number(index * columns, of: buffer.span)
      // Up to 2⁵³, every integer is a double-precision number.
      guard let label = Int(exactly: number), 0...1 << 53 ~= label else {
        throw FileError(
          .invalid, reader.path,
          "label \(done + index) (counted from 0) is \(text(of: number)) (expected a class number from 0)"
        )
      }
      labels.append(label)
    }
    return labels
  }

  /// Labels as elements of a tensor.
  func bytes(_ labels: [Int]) -> [UInt8] {
    labels.flatMap { label in
      (0..<type.byteCount).map { UInt8(truncatingIfNeeded: label >> (8 * $0)) }
    }
  }
}
