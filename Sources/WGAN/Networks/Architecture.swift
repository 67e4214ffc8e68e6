/// A network in words, as the checkpoint keeps it: `dense 128; relu; dense 784; tanh`.
///
/// Each word is one layer and, counted from 0, its place in PyTorch's `nn.Sequential`:
/// `dense N`, `relu`, `leaky-relu SLOPE`, `tanh`.
public struct Architecture: Equatable, Sendable, CustomStringConvertible {
  /// One layer, before it knows how many features come in.
  enum Word: Equatable, Sendable {
    case dense(Int)
    case leakyReLU(Double)
    case tanh
  }

  let words: [Word]

  init(_ words: [Word]) { self.words = words }

  /// Reads the text form; `nil` when a word is unknown or a number is out of range.
  public init?(_ text: String) {
    var words: [Word] = []
    for phrase in text.split(separator: ";", omittingEmptySubsequences: false) {
      let parts = phrase.split(separator: " ")
      switch (parts.first, parts.count) {
      case ("dense", 2):
        guard let outputs = Int(parts[1]), 1...Self.largestWidth ~= outputs else { return nil }
        words.append(.dense(outputs))
      case ("relu", 1): words.append(.leakyReLU(0))
      case ("leaky-relu", 2):
        guard let slope = Double(parts[1]), slope > 0, slope < 1 else { return nil }
        words.append(.leakyReLU(slope))
      case ("tanh", 1): words.append(.tanh)
      default: return nil
      }
    }
    guard words.count <= Self.deepest else { return nil }
    self.words = words
  }

  /// The most layers that a network may have.
  static let deepest = 256

  /// The most features that a layer may have. With `deepest`, it keeps all counts far from overflow.
  static let largestWidth = 1 << 24

  /// The text form.
  public var description: String {
    words.map { word in
      switch word {
      case .dense(let outputs): "dense \(outputs)"
      case .leakyReLU(0): "relu"
      case .leakyReLU(let slope): "leaky-relu \(slope)"
      case .tanh: "tanh"
      }
    }.joined(separator: "; ")
  }

  /// The layers, for samples of `inputs` features.
  func layers(inputs: Int) -> [any Layer] {
    var features = inputs
    return words.map { word -> any Layer in
      switch word {
      case .dense(let outputs):
        defer { features = outputs }
        return Dense(inputs: features, outputs: outputs)
      case .leakyReLU(let slope): return LeakyReLU(features: features, slope: slope)
      case .tanh: return Tanh(features: features)
      }
    }
  }
}
