// Converts the binary files of CIFAR-10 and CIFAR-100 to a tensor file: the work of the tool `cifar2tensor`.
// The files have no header: each record is one or two labels and 3×32×32 bytes, in the order red, green,
// blue. https://www.cs.toronto.edu/~kriz/cifar.html
import TensorIO

/// The settings for converting CIFAR files to a tensor file of images.
public struct CIFARConversion: Sendable {
  /// The number of classes of the label to convert: 10, 20 or 100. Nil for 10, or in an archive of CIFAR-100
  /// for 100.
  public var classes: Int?
  /// Whether the test images of an archive are converted, instead of the training images.
  public var isTest = false

  // More images than any disk holds; the header reserves room for this many digits.
  private static let maximumCount = 1 << 40

  /// Creates the default settings.
  public init() {}

  /// Converts files to a tensor file of the kind `images`, in the order given, or one archive.
  ///
  /// The output has the tensor `images`, U8, N×3×32×32, with the metadata `range` = `0,255`, and the
  /// tensor `labels`, U8, N. The metadata `label.0`, `label.1`, … are the names of the classes, if the
  /// archive, or the folder of the first file, has a list of them. Memory grows with the labels, not with
  /// the images.
  ///
  /// - Parameters:
  ///   - paths: Plain or gzipped files, or one tar archive; `-` is standard input.
  ///   - output: Where the tensor file goes; committed at the end.
  /// - Returns: Warnings about the content, a line each.
  /// - Throws: `.invalid` if a file is empty, ends within a record or has a label out of range; `.usage` if
  ///   an archive is not the only input, or `isTest` is set without one; what `InputFile` and `ImagesWriter`
  ///   throw.
  public func run(_ paths: [String], to output: OutputFile) throws(FileError) -> [String] {
    var sink: RecordSink?
    for path in paths {
      let input = try InflatingInput(InputFile(path))
      let block = try input.bytes(TarReader.blockSize)
      if TarReader.isHeader(block) {
        guard paths.count == 1 else {
          throw FileError(.usage, input.path, "is an archive, which must be the only input")
        }
        return try convert(
          CIFARArchive(input, first: block, classes: classes, isTest: isTest), input.path,
          to: output)
      }
      guard !isTest else {
        throw FileError(.usage, input.path, "--test requires a tar archive")
      }
      guard let labels = CIFARLabels(classes: classes ?? 10) else {
        preconditionFailure("\(classes ?? 10) classes")
      }
      if sink == nil { sink = try RecordSink(labels, labels.classNames(besides: path), to: output) }
      try sink?.append(input.path, first: block) { count throws(FileError) in
        try input.bytes(count)
      }
    }
    return try sink?.finish() ?? []
  }

  private func convert(
    _ archive: CIFARArchive, _ path: String, to output: OutputFile
  ) throws(FileError) -> [String] {
    var sink = try RecordSink(archive.labels, archive.classNames, to: output)
    for (name, range) in archive.batches {
      var start = range.lowerBound
      try sink.append("\(path): \(name)", first: []) { count throws(FileError) in
        let end = min(start + count, range.upperBound)
        defer { start = end }
        return try archive.bytes(start..<end)
      }
    }
    return try sink.finish()
  }

  /// Checks records and writes them.
  private struct RecordSink {
    private let labels: CIFARLabels
    private let writer: ImagesWriter
    private var numbers = ClassNumbers()
    private let classCount: Int?

    init(
      _ labels: CIFARLabels, _ classNames: [String]?, to output: OutputFile
    ) throws(FileError) {
      self.labels = labels
      classCount = classNames?.count
      let metadata = (classNames ?? []).enumerated().map { ("label.\($0.offset)", $0.element) }
      writer = try ImagesWriter(
        CIFARLabels.shape, labels: .u8, metadata: Dictionary(uniqueKeysWithValues: metadata),
        maximumCount: maximumCount, to: output)
    }

    /// Writes the records of a file.
    ///
    /// - Parameters:
    ///   - path: The name in messages.
    ///   - head: The first bytes of the file.
    ///   - next: Returns the next bytes, fewer only at the end.
    mutating func append(
      _ path: String, first head: [UInt8], _ next: (Int) throws(FileError) -> [UInt8]
    ) throws(FileError) {
      let size = labels.recordByteCount
      var index = 0
      var record = try head + next(size - head.count)
      let beginning = Array(record.prefix(FileFormat.headSize))
      while !record.isEmpty {
        if let error = error(record, index, path) {
          // The first bytes of CIFAR can look like another format, so only an error counts.
          throw FileFormat(beginning) == nil ? error : otherFormat(path, beginning)
        }
        let label = Int(record[labels.selected])
        try writer.append(Array(record[labels.classCounts.count...]), label: label)
        numbers.insert(label)
        index += 1
        record = try next(size)
      }
      guard index > 0 else { throw FileError(.invalid, path, "is empty") }
    }

    mutating func finish() throws(FileError) -> [String] {
      try writer.finish()
      return numbers.warning(classCount: classCount).map { [$0] } ?? []
    }

    /// The error in the size or the labels of a record; nil if they are valid.
    private func error(_ record: [UInt8], _ index: Int, _ path: String) -> FileError? {
      guard record.count == labels.recordByteCount else {
        return FileError(
          truncated: path, "record \(index) (counted from 0)",
          expected: "\(labels.recordByteCount)",
          found: record.count)
      }
      for (label, count) in zip(record, labels.classCounts) where label >= count {
        return FileError(
          .invalid, path,
          "record \(index) (counted from 0) has an invalid label (expected 0 to \(count - 1), found "
            + "\(label))")
      }
      return nil
    }

    private func otherFormat(_ path: String, _ head: [UInt8]) -> FileError {
      guard FileFormat(head) == .pickle else {
        return FileError(path, isNot: "a CIFAR file", head)
      }
      return FileError(
        .invalid, path,
        "is a Python pickle, not a CIFAR file; download cifar-10-binary.tar.gz or "
          + "cifar-100-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html")
    }
  }
}

extension CIFARLabels {
  /// The names in the list in the folder of a file; nil if there is none.
  fileprivate func classNames(besides path: String) throws(FileError) -> [String]? {
    guard path != "-" else { return nil }
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[...$0] } ?? ""
    let list = "\(folder)\(nameFile)"
    guard SystemCall.status(of: list)?.isRegular == true else { return nil }
    return try classNames(Self.text(list), path: list)
  }

  private static func text(_ path: String) throws(FileError) -> [UInt8] {
    try InputFile(path).bytes(1 << 16)
  }
}
