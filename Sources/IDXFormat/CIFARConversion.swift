// From the binary files of CIFAR-10 and CIFAR-100 to a tensor file, in one pass: what the tool
// `cifar2tensor` does. Such a file has no header: records of one or two labels and 3×32×32 bytes,
// red, green and blue. https://www.cs.toronto.edu/~kriz/cifar.html
import TensorIO

/// What a record is, and which of its labels is taken.
public struct CIFARLabels: Sendable {
  /// The classes of each label of a record.
  let counts: [Int]
  /// The label that is taken.
  let index: Int

  /// CIFAR-10's label.
  public static let ten = CIFARLabels(counts: [10], index: 0)
  /// CIFAR-100's coarse label, of twenty.
  public static let coarse = CIFARLabels(counts: [20, 100], index: 0)
  /// CIFAR-100's fine label, of a hundred.
  public static let fine = CIFARLabels(counts: [20, 100], index: 1)

  /// C×H×W.
  static let shape = [3, 32, 32]
  /// The bytes of a record.
  var recordByteCount: Int { counts.count + Self.shape.reduce(1, *) }
}

/// Converts files to one tensor file of the kind "images", in the order given.
///
/// The file has the tensor `images`, U8, N×3×32×32, with the metadata `range` = `0,255`, and
/// `labels`, U8, N. A path of "-" is standard input; memory does not grow with the images.
///
/// - Parameters:
///   - paths: Files plain or gzipped.
///   - labels: What the records are, and which label is taken.
///   - output: Where the tensor file goes; committed at the end.
///
/// Throws `.invalid` for a file that is empty, does not end with a record or has a label that
/// cannot be, and what `InputFile` and `OutputFile` throw.
public func convertCIFAR(
  _ paths: [String], labels: CIFARLabels, to output: OutputFile
) throws(FileError) {
  // More than any disk holds, and what the header has room for.
  let limit = 1 << 40
  let writer = try ImagesWriter(CIFARLabels.shape, labels: .u8, atMost: limit, to: output)
  for path in paths {
    let input = try InflatingInput(InputFile(path))
    var index = 0
    while case let record = try input.bytes(labels.recordByteCount), !record.isEmpty {
      try check(record, index, labels, input.path)
      try writer.append(
        Array(record[labels.counts.count...]), label: Int(record[labels.index]))
      index += 1
    }
    guard index > 0 else { throw FileError(.invalid, input.path, "is empty") }
  }
  try writer.finish()
}

private func check(
  _ record: [UInt8], _ index: Int, _ labels: CIFARLabels, _ path: String
) throws(FileError) {
  guard record.count == labels.recordByteCount else {
    throw FileError(
      .invalid, path,
      "ends after \(record.count) of the \(labels.recordByteCount) bytes of record \(index), "
        + "counted from 0")
  }
  for (label, count) in zip(record, labels.counts) where label >= count {
    throw FileError(
      .invalid, path,
      "record \(index), counted from 0, has label \(label); there are \(count) classes")
  }
}
