extension Architecture: CustomStringConvertible {
  /// Reads the text form; `nil` when a word is unknown or a number is out of range.
  public init?(_ text: String) {
    var words: [Word] = []
    for phrase in text.split(separator: ";", omittingEmptySubsequences: false) {
      guard let word = Word(phrase) else { return nil }
      words.append(word)
    }
    guard words.count <= Self.deepest else { return nil }
    self.words = words
  }

  /// The text form.
  public var description: String { words.map(\.description).joined(separator: "; ") }
}

extension Architecture.Word: CustomStringConvertible {
  /// Reads one layer; its options come in the order in which they are printed.
  init?(_ phrase: Substring) {
    var rest = Options(phrase)
    guard let word = Self.read(&rest), rest.isEmpty else { return nil }
    self = word
  }

  private static func read(_ rest: inout Options) -> Architecture.Word? {
    switch rest.name {
    case "dense":
      rest.count().map { .dense($0, bias: !rest.take("no-bias")) }
    case "conv": readConvolution(&rest)
    case "conv-transposed": readTransposedConvolution(&rest)
    case "upsample": rest.count(2...16).map { .upsample($0) }
    case "batch-norm": readBatchNorm(&rest)
    case "layer-norm":
      rest.number("epsilon", default: Architecture.epsilon) { $0 > 0 && $0 < 1 }
        .map { .layerNorm(epsilon: $0) }
    case "dropout": rest.number { $0 > 0 && $0 <= 0.99 }.map { .dropout($0) }
    case "zero-pad": rest.count(1...255).map { .zeroPad($0) }
    case "crop": rest.count(1...255).map { .crop($0) }
    case "mean-pool": rest.count(2...4096).map { .meanPool($0) }
    case "reshape": rest.next { ImageShape(String($0)) }.map { .reshape($0) }
    case "flatten": .flatten
    case "relu": .leakyReLU(0)
    case "leaky-relu": rest.number { $0 > 0 && $0 < 1 }.map { .leakyReLU($0) }
    case "tanh": .tanh
    case "sigmoid": .sigmoid
    case "residual": .residual
    case "shortcut": .shortcut
    case "add": .add
    default: nil
    }
  }

  private static func readConvolution(_ rest: inout Options) -> Architecture.Word? {
    guard let channels = rest.count(), let kernel = rest.count("kernel", 1...255),
      let stride = rest.count("stride", 1...255, default: 1)
    else { return nil }
    let padding: Architecture.Padding
    if rest.take("padding", "same") {
      padding = .same
    } else {
      guard let count = rest.count("padding", 0...255, default: 0) else { return nil }
      padding = .each(count)
    }
    return .convolution(
      channels: channels, kernel: kernel, stride: stride, padding: padding,
      bias: !rest.take("no-bias"))
  }

  private static func readTransposedConvolution(_ rest: inout Options) -> Architecture.Word? {
    guard let channels = rest.count(), let kernel = rest.count("kernel", 1...255),
      let stride = rest.count("stride", 1...255, default: 1),
      let padding = rest.count("padding", 0...255, default: 0),
      let extra = rest.count("output-padding", 0...255, default: 0)
    else { return nil }
    return .transposedConvolution(
      channels: channels, kernel: kernel, stride: stride, padding: padding, outputPadding: extra,
      bias: !rest.take("no-bias"))
  }

  private static func readBatchNorm(_ rest: inout Options) -> Architecture.Word? {
    guard let epsilon = rest.number("epsilon", default: Architecture.epsilon, { $0 > 0 && $0 < 1 }),
      let momentum = rest.number("momentum", default: Architecture.momentum, { $0 > 0 && $0 <= 1 })
    else { return nil }
    return .batchNorm(epsilon: epsilon, momentum: momentum)
  }

  var description: String {
    func option<Value: Equatable>(_ name: String, _ value: Value, unless usual: Value) -> String {
      value == usual ? "" : " \(name) \(value)"
    }
    func noBias(_ bias: Bool) -> String { bias ? "" : " no-bias" }
    switch self {
    case .dense(let outputs, let bias): return "dense \(outputs)" + noBias(bias)
    case .convolution(let channels, let kernel, let stride, let padding, let bias):
      return "conv \(channels) kernel \(kernel)" + option("stride", stride, unless: 1)
        + option("padding", padding, unless: .each(0)) + noBias(bias)
    case .transposedConvolution(
      let channels, let kernel, let stride, let padding, let extra, let bias):
      return "conv-transposed \(channels) kernel \(kernel)" + option("stride", stride, unless: 1)
        + option("padding", padding, unless: 0) + option("output-padding", extra, unless: 0)
        + noBias(bias)
    case .upsample(let factor): return "upsample \(factor)"
    case .batchNorm(let epsilon, let momentum):
      return "batch-norm" + option("epsilon", epsilon, unless: Architecture.epsilon)
        + option("momentum", momentum, unless: Architecture.momentum)
    case .layerNorm(let epsilon):
      return "layer-norm" + option("epsilon", epsilon, unless: Architecture.epsilon)
    case .dropout(let probability): return "dropout \(probability)"
    case .zeroPad(let margin): return "zero-pad \(margin)"
    case .crop(let margin): return "crop \(margin)"
    case .meanPool(let size): return "mean-pool \(size)"
    case .reshape(let shape): return "reshape \(shape)"
    case .flatten: return "flatten"
    case .leakyReLU(0): return "relu"
    case .leakyReLU(let slope): return "leaky-relu \(slope)"
    case .tanh: return "tanh"
    case .sigmoid: return "sigmoid"
    case .residual: return "residual"
    case .shortcut: return "shortcut"
    case .add: return "add"
    }
  }
}

extension Architecture.Padding: CustomStringConvertible {
  var description: String {
    switch self {
    case .each(let count): "\(count)"
    case .same: "same"
    }
  }
}

/// The words of one layer after its name, taken in order.
private struct Options {
  let name: Substring
  private var rest: ArraySlice<Substring>

  init(_ phrase: Substring) {
    let parts = phrase.split(separator: " ")
    name = parts.first ?? ""
    rest = parts.dropFirst()
  }

  var isEmpty: Bool { rest.isEmpty }

  /// The next word, read.
  mutating func next<Value>(_ parse: (Substring) -> Value?) -> Value? {
    rest.popFirst().flatMap(parse)
  }

  /// The next word as a whole number.
  mutating func count(_ range: ClosedRange<Int> = 1...Architecture.largestWidth) -> Int? {
    next { Int($0) }.flatMap { range ~= $0 ? $0 : nil }
  }

  /// The whole number after `name`; where the name is not next, the default.
  mutating func count(
    _ name: Substring, _ range: ClosedRange<Int>, default value: Int? = nil
  ) -> Int? {
    take(name) ? count(range) : value
  }

  /// The next word as a number that is in range.
  mutating func number(_ isInRange: (Double) -> Bool) -> Double? {
    next { Double($0) }.flatMap { isInRange($0) ? $0 : nil }
  }

  /// The number after `name`; where the name is not next, the default.
  mutating func number(
    _ name: Substring, default value: Double, _ isInRange: (Double) -> Bool
  ) -> Double? {
    take(name) ? number(isInRange) : value
  }

  /// Whether these words are next; then they are taken.
  mutating func take(_ words: Substring...) -> Bool {
    guard rest.starts(with: words) else { return false }
    rest = rest.dropFirst(words.count)
    return true
  }
}
