import TensorIO

extension Architecture: CustomStringConvertible {
  /// Reads the text form, layers separated by semicolons.
  ///
  /// - Returns: `nil` when a layer is unknown or a number is out of range.
  public init?(_ text: String) {
    var layers: [LayerSpec] = []
    for entry in text.split(separator: ";", omittingEmptySubsequences: false) {
      guard let layer = LayerSpec(entry) else { return nil }
      layers.append(layer)
    }
    guard layers.count <= Self.maximumDepth else { return nil }
    self.layers = layers
  }

  /// The text form.
  public var description: String { layers.map(\.description).joined(separator: "; ") }
}

extension Architecture {
  /// Reads a file of layers, separated by semicolons or line ends; `#` begins a comment.
  ///
  /// - Throws: `FileError`, which names the line with an unknown layer.
  public init(contentsOf path: String) throws(FileError) {
    let file = try InputFile(path)
    let text = try file.text(limit: 65535, of: "a network")
    do { try self.init(lines: text) } catch {
      throw FileError(.invalid, file.path, error.reason)
    }
  }

  /// Reads layers, separated by semicolons or line ends; `#` begins a comment.
  package init(lines text: String) throws(ShapeError) {
    var layers: [LayerSpec] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let code = line.prefix { $0 != "#" }
      for entry in code.split(separator: ";") where !entry.allSatisfy(\.isWhitespace) {
        guard let layer = LayerSpec(entry) else {
          let text = String(entry.drop(while: \.isWhitespace))
          throw ShapeError(reason: "line \(number + 1): not a layer: \(quoted(text))")
        }
        layers.append(layer)
      }
    }
    guard !layers.isEmpty, layers.count <= Self.maximumDepth else {
      throw ShapeError(
        reason: "has \(layers.count) layers, expected 1 to \(Self.maximumDepth)")
    }
    self.init(layers)
  }
}
