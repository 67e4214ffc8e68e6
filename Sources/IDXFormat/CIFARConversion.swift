// Converts the binary files of CIFAR-10 and CIFAR-100 to a tensor file, in one pass: the work of the
// tool `cifar2tensor`. The files have no header: each record is one or two labels and 3×32×32 bytes, in
// the order red, green, blue. https://www.cs.toronto.edu/~kriz/cifar.html
import TensorIO

/// The labels in a record, and the one to convert.
public struct CIFARLabels: Sendable {
  /// The number of classes of each label in a record.
  let classCounts: [Int]
  /// The index of the label to convert.
  let selected: Int

  /// The label of CIFAR-10.
  public static let cifar10 = CIFARLabels(classCounts: [10], selected: 0)
  /// The coarse label of CIFAR-100: 20 classes.
  public static let cifar100Coarse = CIFARLabels(classCounts: [20, 100], selected: 0)
  /// The fine label of CIFAR-100: 100 classes.
  public static let cifar100Fine = CIFARLabels(classCounts: [20, 100], selected: 1)

  /// C×H×W.
  static let shape = [3, 32, 32]
  /// The size of a record, in bytes.
  var recordByteCount: Int { classCounts.count + Self.shape.reduce(1, *) }
}

/// Converts CIFAR files to one tensor file of the kind `images`, in the order given.
///
/// The output has the tensor `images`, U8, N×3×32×32, with the metadata `range` = `0,255`, and the
/// tensor `labels`, U8, N. Memory grows with the labels, not with the images.
///
/// - Parameters:
///   - paths: Plain or gzipped files; `-` is standard input.
///   - labels: The format of the records, and the label to convert.
///   - output: Where the tensor file goes; committed at the end.
/// - Throws: `.invalid` if a file is empty, ends within a record or has a label out of range; what
///   `InputFile` and `ImagesWriter` throw.
public func convertCIFAR(
  _ paths: [String], labels: CIFARLabels, to output: OutputFile
) throws(FileError) {
  // More images than any disk holds; the header reserves room for this many digits.
  let maximumCount = 1 << 40
  let writer = try ImagesWriter(
    CIFARLabels.shape, labels: .u8, maximumCount: maximumCount, to: output)
  for path in paths {
    let input = try InflatingInput(InputFile(path))
    var index = 0
    while case let record = try input.bytes(labels.recordByteCount), !record.isEmpty {
      try validate(record, index, labels, input.path)
      try writer.append(
        Array(record[labels.classCounts.count...]), label: Int(record[labels.selected]))
      index += 1
    }
    guard index > 0 else { throw FileError(.invalid, input.path, "is empty") }
  }
  try writer.finish()
}

/// Checks the size and the labels of a record.
private func validate(
  _ record: [UInt8], _ index: Int, _ labels: CIFARLabels, _ path: String
) throws(FileError) {
  guard record.count == labels.recordByteCount else {
    throw FileError(
      truncated: path, "record \(index) (counted from 0)", expected: "\(labels.recordByteCount)",
      found: record.count)
  }
  for (label, count) in zip(record, labels.classCounts) where label >= count {
    throw FileError(
      .invalid, path,
      "record \(index) (counted from 0) has an invalid label (expected 0 to \(count - 1), found "
        + "\(label))")
  }
}
