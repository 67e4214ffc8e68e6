// The archives cifar-10-binary.tar.gz and cifar-100-binary.tar.gz. Their members are in no particular order,
// so the batches wait in a temporary file until all of the archive is read.
import TensorIO

/// The batches and the class names of an archive.
struct CIFARArchive {
  /// The format of the records.
  let labels: CIFARLabels
  /// The names of the classes; nil if the archive has none.
  let classNames: [String]?
  /// The batches in the order of their numbers: names, and places in the temporary file.
  let batches: [(name: String, range: Range<Int>)]

  private let storage: TemporaryFile

  /// The largest size of a list of class names, in bytes.
  private static let textLimit = 1 << 16

  /// Reads an archive to its end.
  ///
  /// - Parameters:
  ///   - input: The archive after its first block.
  ///   - block: The first block.
  ///   - classes: The requested number of classes; nil for the largest one.
  ///   - isTest: Whether the test images are requested, instead of the training images.
  /// - Throws: `.invalid` if it is not an archive of CIFAR, or incomplete; what `TarReader` and
  ///   `TemporaryFile` throw.
  init(
    _ input: InflatingInput, first block: [UInt8], classes: Int?, isTest: Bool
  ) throws(FileError) {
    storage = try TemporaryFile()
    var tar = TarReader(input, first: block)
    var places: [String: Range<Int>] = [:]
    var texts: [String: [UInt8]] = [:]
    var (names, end) = (Set<String>(), 0)
    let known = Set(
      Self.batches(ofTest: true) + Self.batches(ofTest: false) + CIFARLabels.nameFiles
        + Self.otherVersions)
    while let member = try tar.next() {
      let name = String(member.name.split(separator: "/").last ?? "")
      guard known.contains(name) else { continue }
      guard names.insert(name).inserted else {
        throw FileError(.invalid, input.path, "contains \(quoted(name)) more than once")
      }
      if CIFARLabels.nameFiles.contains(name) {
        guard member.size <= Self.textLimit else {
          throw FileError(.invalid, input.path, "\(name): is longer than \(Self.textLimit) bytes")
        }
        texts[name] = try tar.bytes(member.size)
      } else if Self.batches(ofTest: isTest).contains(name) {
        while case let bytes = try tar.bytes(1 << 20), !bytes.isEmpty {
          try storage.write(bytes.span)
        }
        places[name] = end..<end + member.size
        end += member.size
      }
    }
    let labels = try Self.labels(names, classes, input.path)
    self.labels = labels
    batches = try Self.ordered(places, labels, isTest, input.path)
    classNames = try texts[labels.nameFile].map { bytes throws(FileError) in
      try labels.classNames(bytes, path: "\(input.path): \(labels.nameFile)")
    }
  }

  /// Bytes of the batches, which must be in one range.
  func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8] { try storage.bytes(range) }

  /// The names of the training batches of CIFAR-10, in order.
  private static let trainingBatches = (1...99).map { "data_batch_\($0).bin" }

  private static func batches(ofTest isTest: Bool) -> [String] {
    isTest ? ["test_batch.bin", "test.bin"] : ["train.bin"] + trainingBatches
  }

  /// Members of the archives for Python and MATLAB.
  private static let otherVersions = [
    "data_batch_1", "batches.meta", "train", "meta", "data_batch_1.mat", "batches.meta.mat",
    "train.mat", "meta.mat",
  ]

  /// The kind of the archive.
  private static func labels(
    _ names: Set<String>, _ classes: Int?, _ path: String
  ) throws(FileError) -> CIFARLabels {
    let isCIFAR10 = !names.isDisjoint(with: ["test_batch.bin"] + trainingBatches)
    let isCIFAR100 = !names.isDisjoint(with: ["train.bin", "test.bin"])
    guard isCIFAR10 || isCIFAR100 else {
      guard let other = names.intersection(otherVersions).min() else {
        throw FileError(.invalid, path, "is a tar archive without the binary files of CIFAR")
      }
      let version = other.hasSuffix(".mat") ? "MATLAB" : "Python"
      let is10 = other.contains("batch")
      throw FileError(
        .invalid, path,
        "is the \(version) version of CIFAR-\(is10 ? 10 : 100); download "
          + "https://www.cs.toronto.edu/~kriz/cifar-\(is10 ? 10 : 100)-binary.tar.gz")
    }
    guard !(isCIFAR10 && isCIFAR100) else {
      throw FileError(.invalid, path, "contains both CIFAR-10 and CIFAR-100")
    }
    let number = isCIFAR10 ? 10 : 100
    guard let labels = CIFARLabels(classes: classes ?? number), labels.isCIFAR10 == isCIFAR10 else {
      throw FileError(.invalid, path, "is CIFAR-\(number), not CIFAR-\(isCIFAR10 ? 100 : 10)")
    }
    return labels
  }

  /// The batches in the order of their numbers, none missing.
  private static func ordered(
    _ places: [String: Range<Int>], _ labels: CIFARLabels, _ isTest: Bool, _ path: String
  ) throws(FileError) -> [(name: String, range: Range<Int>)] {
    let expected =
      switch (labels.isCIFAR10, isTest) {
      case (true, true): ["test_batch.bin"]
      case (true, false): Array(trainingBatches.prefix(max(places.count, 1)))
      case (false, true): ["test.bin"]
      case (false, false): ["train.bin"]
      }
    var batches: [(name: String, range: Range<Int>)] = []
    for name in expected {
      guard let range = places[name] else { throw FileError(.invalid, path, "lacks \(name)") }
      batches.append((name, range))
    }
    return batches
  }
}
