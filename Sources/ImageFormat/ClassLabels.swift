// The numbers of classes, from the names of directories.
import TensorIO

/// The classes of image files.
struct ClassLabels {
  /// The names, in the order of their numbers.
  let names: [String]
  private let numbers: [String: Int]

  /// Numbers the directories of files.
  ///
  /// - Parameters:
  ///   - files: The files. Those without a directory have no class.
  ///   - list: The names in the order of their numbers; nil for the directories in the order of the bytes
  ///     of their names.
  /// - Throws: `.invalid` if the name of a directory is not UTF-8 or is not in the list.
  init(of files: [ImageFile], _ list: [String]?) throws(FileError) {
    let listed = list.map(Set.init)
    var found: Set<String> = []
    for file in files {
      guard let name = file.labelDirectory, found.insert(name).inserted else { continue }
      guard name.isUnicodePath else {
        throw FileError(
          .invalid, file.path,
          "the name of its folder is not valid UTF-8, so it cannot be a label; rename the folder")
      }
      guard listed?.contains(name) ?? true else {
        throw FileError(
          .invalid, file.path,
          "its folder \(quoted(name)) is not in the list of classes; add it, or leave out the folder"
        )
      }
    }
    names = list ?? found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    numbers = Dictionary(uniqueKeysWithValues: zip(names, 0...))
  }

  /// The type of the tensor `labels`.
  var type: ElementType { names.count > 256 ? .i64 : .u8 }

  /// The metadata `label.0`, `label.1`, ….
  var metadata: [String: String] {
    Dictionary(uniqueKeysWithValues: zip(0..., names).map { ("label.\($0)", $1) })
  }

  /// The number of a file's class; nil if the file has no directory.
  subscript(file: ImageFile) -> Int? { file.labelDirectory.flatMap { numbers[$0] } }
}
