import TensorIO

/// The labels in a record of CIFAR, and the one to convert.
public struct CIFARLabels: Sendable, Equatable {
  /// The number of classes of each label in a record.
  let classCounts: [Int]
  /// The index of the label to convert.
  let selected: Int
  /// The name of the file with the names of the classes, one per line.
  let nameFile: String

  /// The label of CIFAR-10.
  public static let cifar10 = CIFARLabels(
    classCounts: [10], selected: 0, nameFile: "batches.meta.txt")
  /// The coarse label of CIFAR-100: 20 classes.
  public static let cifar100Coarse = CIFARLabels(
    classCounts: [20, 100], selected: 0, nameFile: "coarse_label_names.txt")
  /// The fine label of CIFAR-100: 100 classes.
  public static let cifar100Fine = CIFARLabels(
    classCounts: [20, 100], selected: 1, nameFile: "fine_label_names.txt")

  private static let all = [cifar10, cifar100Coarse, cifar100Fine]

  private init(classCounts: [Int], selected: Int, nameFile: String) {
    (self.classCounts, self.selected, self.nameFile) = (classCounts, selected, nameFile)
  }

  /// The label with this number of classes: 10, 20 or 100; nil for any other number.
  public init?(classes: Int) {
    guard let labels = Self.all.first(where: { $0.classCount == classes }) else { return nil }
    self = labels
  }

  /// The number of classes of the label to convert.
  var classCount: Int { classCounts[selected] }
  /// Whether the records are those of CIFAR-10.
  var isCIFAR10: Bool { classCounts.count == 1 }

  /// C×H×W.
  static let shape = [3, 32, 32]
  /// The size of a record, in bytes.
  var recordByteCount: Int { classCounts.count + Self.shape.reduce(1, *) }

  /// The names of all files with names of classes.
  static let nameFiles = all.map(\.nameFile)

  /// The names of the classes in a text with one name per line.
  ///
  /// - Throws: `.invalid` if the text is not UTF-8 or does not have one name per class.
  func classNames(_ text: [UInt8], path: String) throws(FileError) -> [String] {
    let names = try String(text: text, path: path).split(whereSeparator: \.isNewline)
      .map(String.init).filter { !$0.allSatisfy(\.isWhitespace) }
    guard names.count == classCount, names.allSatisfy({ $0.utf8.count <= 255 }) else {
      throw FileError(
        .invalid, path,
        "does not have one name per class (expected \(classCount), found \(names.count))"
      )
    }
    return names
  }
}
