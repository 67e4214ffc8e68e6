// The names of single image files: 00042.png, or 00042-sandal.png if the image has a label.
import TensorIO

/// The file names of the images of a tensor file.
///
/// A name is the index of the image, from 0, with leading zeros, so that names sort in the order of the
/// images. If the file has labels, the name of the image's label follows, or its number if it has no
/// name.
///
/// Several threads may make names at the same time: reading elements does not change the file.
struct ImageNames: @unchecked Sendable {
  private let file: TensorFile
  private let digits: Int
  private let labelType: ElementType?
  /// The part of the file name for each label that has a name.
  private let labelNames: [Int: String]

  /// The largest length of a label in a file name, in bytes.
  static let labelLimit = 100

  /// Prepares the names.
  ///
  /// - Parameters:
  ///   - file: A tensor file of images.
  ///   - total: The number of images in the file.
  /// - Throws: `.invalid` if the file has a tensor `labels` of another type or shape than the images
  ///   require.
  init(of file: TensorFile, total: Int) throws(FileError) {
    self.file = file
    digits = String(total - 1).count
    let entry = file.header["labels"]
    labelType = entry?.type
    if let entry {
      guard entry.type != .f32, entry.shape == [total] else {
        let shape = entry.shape.map(String.init).joined(separator: "×")
        throw FileError(
          .invalid, file.path,
          "tensor labels is not one integer per image (expected U8 or I64, \(total); found "
            + "\(entry.type.rawValue), \(shape.isEmpty ? "scalar" : shape))")
      }
    }
    var names: [Int: String] = [:]
    for (key, value) in file.header.metadata where key.hasPrefix("label.") {
      // Another spelling, such as label.07, is the name of no label.
      if let label = Int(key.dropFirst(6)), key == "label.\(label)" {
        names[label] = Self.fileNamePart(value)
      }
    }
    // Names that only differ in replaced characters would merge two classes.
    let counts = Dictionary(names.values.map { ($0, 1) }, uniquingKeysWith: +)
    labelNames = names.filter { !$0.value.isEmpty && counts[$0.value] == 1 }
  }

  /// The file name of an image.
  func name(of image: Int) -> String {
    let index = String(image)
    let padded = String(repeating: "0", count: digits - index.count) + index
    return label(of: image).map { "\(padded)-\(labelNames[$0] ?? String($0)).png" }
      ?? "\(padded).png"
  }

  /// The index of the image whose file name this is; nil if there is none.
  func image(named name: String, of images: [Int]) -> Int? {
    guard let image = Int(name.prefix(digits)), images.contains(sorted: image),
      self.name(of: image) == name
    else { return nil }
    return image
  }

  private func label(of image: Int) -> Int? {
    switch labelType {
    case .u8?: file.withNumbers(of: "labels") { (labels: Span<UInt8>) in Int(labels[image]) }
    case .i64?: file.withNumbers(of: "labels") { (labels: Span<Int64>) in Int(labels[image]) }
    default: nil
    }
  }

  /// A text as a part of a file name that is valid on all systems: other characters are replaced by `_`,
  /// and the length is limited.
  static func fileNamePart(_ text: String) -> String {
    var part = ""
    for scalar in text.unicodeScalars {
      let isValid =
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: !"/\\<>:\"|?*".unicodeScalars.contains(scalar)
        }
      let next = isValid ? String(scalar) : "_"
      guard part.utf8.count + next.utf8.count <= labelLimit else { break }
      part += next
    }
    return part
  }
}

extension [Int] {
  /// Whether an ascending array contains an element.
  fileprivate func contains(sorted element: Int) -> Bool {
    var range = indices
    while let first = range.first {
      let middle = first + range.count / 2
      if self[middle] == element { return true }
      range = self[middle] < element ? middle + 1..<range.upperBound : first..<middle
    }
    return false
  }
}
