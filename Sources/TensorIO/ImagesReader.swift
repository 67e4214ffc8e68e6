// Which array of a file has the images and which the labels, by name and shape.

/// Reads the images and the labels of a file of arrays.
struct ImagesReader {
  let file: ArrayFile
  let reading: ImageReading
  /// The name of the array with the images.
  let name: String
  /// What was assumed or converted.
  private(set) var notes: [String] = []
  /// Whether the file is a tensor file that needs no change.
  private(set) var isUnchanged: Bool

  /// The names that images usually have, and those of their labels.
  private static let usualNames = [
    ("images", ["labels"]), ("x_train", ["y_train"]), ("X_train", ["Y_train", "y_train"]),
    ("train_images", ["train_labels"]), ("x", ["y"]), ("X", ["Y", "y"]),
  ]

  init(_ file: ArrayFile, _ reading: ImageReading) throws(FileError) {
    (self.file, self.reading) = (file, reading)
    isUnchanged = false
    if case .tensors(let tensors) = file {
      if tensors.header.kind != nil { try tensors.require(kind: "images") }
      isUnchanged = tensors.header.kind != nil
      guard file.metadata["checkpoint.version"] == nil else {
        throw FileError(.invalid, file.path, "is a checkpoint, not images")
      }
    }
    name = try Self.name(in: file, reading)
    let others = file.entries.filter { $0.name != name && Self.canBeImages($0) }
    if reading.images == nil, !others.isEmpty, file.metadata[TensorHeader.kindKey] == nil {
      notes.append("the images are \(shown(name)); not used: \(Self.list(others.map(\.name)))")
    }
  }

  /// Whether the file is a tensor file of kind `images`.
  var isImagesFile: Bool { file.metadata[TensorHeader.kindKey] == "images" }

  var isNumPy: Bool { if case .numPy = file { true } else { false } }

  var hasNoChecksum: Bool {
    if case .tensors(let tensors) = file { tensors.header.hasNoChecksum } else { false }
  }

  func invalid(_ message: String) -> FileError { FileError(.invalid, file.path, message) }

  func shown(_ name: String) -> String { TensorEntry.isName(name) ? name : quoted(name) }

  mutating func note(_ note: String) { notes.append(note) }

  mutating func change() { isUnchanged = false }

  private static func canBeImages(_ entry: TensorEntry) -> Bool {
    entry.type.swiftType != nil && (entry.shape.count == 3 || entry.shape.count == 4)
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(8).map { TensorEntry.isName($0) ? $0 : quoted($0) }
    return shown.joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
  }

  /// The name of the array with the images: the one that was asked for; `images` in a file of ours; the
  /// only array of rank 3 or 4; or the one with a usual name.
  private static func name(
    in file: ArrayFile, _ reading: ImageReading
  ) throws(FileError) -> String {
    if let name = reading.images { return name }
    let entries = file.entries
    if file.metadata[TensorHeader.kindKey] == "images" {
      guard entries.contains(where: { $0.name == "images" }) else {
        throw FileError(.invalid, file.path, "has no tensor \"images\"")
      }
      return "images"
    }
    var names = entries.map(\.name)
    var unreadable: Set<String> = []
    if case .numPy(let numPy) = file {
      names = numPy.members.map(\.name)
      unreadable = Set(numPy.members.filter { $0.header == nil }.map(\.name))
    }
    guard names.count != 1 else { return names[0] }
    let candidates = entries.filter(canBeImages).map(\.name)
    for (usual, _) in usualNames
    where candidates.contains(usual) || unreadable.contains(usual) {
      return usual
    }
    if candidates.count == 1 { return candidates[0] }
    guard candidates.isEmpty else {
      throw FileError(
        .invalid, file.path,
        "has several arrays that may be images: \(list(candidates)); choose one with "
          + "npy2tensor --images NAME, or name it images")
    }
    if let usual = usualNames.map(\.0).first(where: names.contains) { return usual }
    throw FileError(
      .invalid, file.path,
      "has no images (expected an array of rank 3 or 4; found "
        + (names.isEmpty ? "no arrays)" : "\(list(names)))"))
  }

  /// The labels; nil if there are none.
  ///
  /// - Parameter count: The number of images.
  mutating func labels(count: Int) throws(FileError) -> PlacedTensor? {
    let isRequired = reading.labels != nil
    let usual = Self.usualNames.first { $0.0 == name }?.1 ?? []
    let candidates = reading.labels.map { [$0] } ?? usual + ["labels", "y"]
    guard
      let entry = candidates.lazy.compactMap({ [file] name in
        file.entries.first { $0.name == name }
      }).first
    else {
      guard let name = reading.labels else { return nil }
      throw invalid("has no array \(quoted(name))")
    }
    if reading.labels != nil { change() }
    let isList = entry.shape.count == 1 || entry.shape.count == 2 && entry.shape[1] == 1
    let isInteger =
      switch entry.type {
      case .bool, .u8, .i8, .u16, .i16, .u32, .i32, .u64, .i64: true
      default: false
      }
    guard isList, isInteger else {
      let message =
        "\(shown(entry.name)) is \(entry.type.rawValue) \(entry.shownShape), not one integer per image"
      guard !isRequired else { throw invalid(message) }
      if !isUnchanged { note("\(message); it is not used") }
      return nil
    }
    // A file of ours is used as it is.
    if isUnchanged, entry.shape.count == 1, entry.type == .u8 || entry.type == .i64 {
      guard let place = file.place(of: entry.name) else { return nil }
      return PlacedTensor(entry: entry, place: place)
    }
    guard entry.shape[0] == count else {
      throw invalid(
        "\(shown(entry.name)) has \(entry.shape[0]) labels (expected one for each of \(count) images)"
      )
    }
    change()
    return try convertedLabels(file.view(entry.name), shown(entry.name), count)
  }

  private func convertedLabels(
    _ stored: ArrayView, _ name: String, _ count: Int
  ) throws(FileError) -> PlacedTensor? {
    let view = stored.type == .bool ? stored.reinterpreted(as: .u8) : stored
    let isByte = try view.extent().map { $0.minimum >= 0 && $0.maximum <= 255 } ?? true
    let content =
      isByte || count == 0 ? try view.bytes(file.path, name) : try view.integers(file.path, name)
    return content.map { content in
      PlacedTensor(
        entry: TensorEntry("labels", isByte || count == 0 ? .u8 : .i64, [count]),
        place: TensorFile.Place(content: content, start: 0))
    }
  }
}
