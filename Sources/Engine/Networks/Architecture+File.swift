import TensorIO

extension Architecture {
  /// Reads a description: layers separated by semicolons or line ends; `#` begins a comment.
  ///
  /// - Throws: `FileError`, which names the line that is no layer.
  public init(contentsOf path: String) throws(FileError) {
    let file = try InputFile(path)
    let limit = 1 << 16
    let bytes = try file.bytes(limit)
    guard bytes.count < limit else {
      throw FileError(.invalid, file.path, "is longer than a network may be")
    }
    do {
      try self.init(lines: String(decoding: bytes, as: UTF8.self))
    } catch { throw FileError(.invalid, file.path, error.reason) }
  }

  /// Reads the lines of a description.
  package init(lines text: String) throws(ShapeError) {
    var layers: [LayerSpec] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let code = line.prefix { $0 != "#" }
      for phrase in code.split(separator: ";") where !phrase.allSatisfy(\.isWhitespace) {
        guard let layer = LayerSpec(phrase) else {
          let layers = String(phrase.drop(while: \.isWhitespace))
          throw ShapeError(reason: "line \(number + 1): not a layer: \(quoted(layers))")
        }
        layers.append(layer)
      }
    }
    guard !layers.isEmpty, layers.count <= Self.maximumDepth else {
      throw ShapeError(reason: "has \(layers.count) layers")
    }
    self.init(layers)
  }
}
