import TensorIO

extension CheckpointMetadata {
  /// A key of the metadata: its default, and how its value is written and read.
  struct Field {
    typealias Content = CheckpointMetadata.Content

    let key: String
    /// The text that a missing key stands for; `nil` if the key is required.
    let defaultText: String?
    /// The text of the value.
    let print: (Content) -> String
    /// Stores the value of a text, and returns whether the text is valid.
    private let parse: (String, inout Content) -> Bool

    init(
      _ key: String, default defaultText: String?, print: @escaping (Content) -> String,
      parse: @escaping (String, inout Content) -> Bool
    ) {
      (self.key, self.defaultText, self.print, self.parse) = (key, defaultText, print, parse)
    }

    /// A value that prints itself.
    init<Value: CustomStringConvertible>(
      _ key: String, _ path: WritableKeyPath<Content, Value>, default value: Value? = nil,
      parse: @escaping (String) -> Value?
    ) {
      self.init(key, default: value?.description, print: { $0[keyPath: path].description }) {
        text, content in
        guard let value = parse(text) else { return false }
        content[keyPath: path] = value
        return true
      }
    }

    /// One of a few names.
    init<Value: RawRepresentable<String>>(
      _ key: String, _ path: WritableKeyPath<Content, Value>, default value: Value
    ) {
      self.init(key, default: value.rawValue, print: { $0[keyPath: path].rawValue }) {
        text, content in
        guard let value = Value(rawValue: text) else { return false }
        content[keyPath: path] = value
        return true
      }
    }

    /// An integer from 0 to 2⁵³.
    init(_ key: String, _ path: WritableKeyPath<Content, Int>, default count: Int? = nil) {
      self.init(key, path, default: count) { text in
        Int(text).flatMap { 0...TrainingProgress.maximumCount ~= $0 ? $0 : nil }
      }
    }

    /// Stores the value of a file's metadata, or the default.
    ///
    /// - Throws: `FileError` if a required key is missing, or the text is not the one that `print`
    ///   returns for its value.
    func read(_ file: TensorFile, into content: inout Content) throws(FileError) {
      let found = file.header.metadata[key]
      if let text = found ?? defaultText, parse(text, &content), print(content) == text { return }
      guard let found else {
        throw FileError(
          .invalid, file.path, "metadata has no \(key)\(CheckpointMetadata.missingKeyAdvice)")
      }
      throw FileError(.invalid, file.path, "metadata \(key) is not valid: \(quoted(found))")
    }
  }
}
