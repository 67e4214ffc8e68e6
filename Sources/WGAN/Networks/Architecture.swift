/// A network in words, as the checkpoint keeps it: `dense 128; relu; dense 784; tanh`.
///
/// Each word is one layer and, counted from 0, its place in PyTorch's `nn.Sequential`:
///
/// | word                                                          | PyTorch                  |
/// |---------------------------------------------------------------|--------------------------|
/// | `dense N`                                                     | `Linear`                 |
/// | `conv N kernel K [stride S] [padding P or same] [no-bias]`    | `Conv2d`                 |
/// | `reshape CxHxW`, `flatten`                                    | `Unflatten`, `Flatten`   |
/// | `relu`, `leaky-relu SLOPE`, `tanh`                            | `ReLU`, `LeakyReLU`, …   |
public struct Architecture: Equatable, Sendable, CustomStringConvertible {
  /// One layer, before it knows what comes in.
  enum Word: Equatable, Sendable {
    case dense(Int)
    case convolution(channels: Int, kernel: Int, stride: Int, padding: Padding, bias: Bool)
    case reshape(ImageShape)
    case flatten
    case leakyReLU(Double)
    case tanh
  }

  /// What a convolution sees around an image.
  enum Padding: Equatable, Sendable {
    /// So many zeros on every side.
    case each(Int)
    /// As many as make ⌈size / stride⌉ outputs; the odd one behind.
    case same
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
      case ("conv", 2...):
        guard let word = Word(convolution: parts) else { return nil }
        words.append(word)
      case ("reshape", 2):
        guard let shape = ImageShape(String(parts[1])) else { return nil }
        words.append(.reshape(shape))
      case ("flatten", 1): words.append(.flatten)
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

  /// The most features that a layer may have. With `deepest`, it keeps all counts far from
  /// overflow.
  static let largestWidth = 1 << 24

  /// The text form.
  public var description: String {
    words.map { word in
      switch word {
      case .dense(let outputs): "dense \(outputs)"
      case .convolution(let channels, let kernel, let stride, let padding, let bias):
        "conv \(channels) kernel \(kernel)" + (stride == 1 ? "" : " stride \(stride)")
          + (padding == .each(0) ? "" : " padding \(padding)") + (bias ? "" : " no-bias")
      case .reshape(let shape): "reshape \(shape)"
      case .flatten: "flatten"
      case .leakyReLU(0): "relu"
      case .leakyReLU(let slope): "leaky-relu \(slope)"
      case .tanh: "tanh"
      }
    }.joined(separator: "; ")
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

extension Architecture.Word {
  /// Reads `conv N kernel K [stride S] [padding P] [no-bias]`, in this order.
  fileprivate init?(convolution parts: [Substring]) {
    var rest = parts.dropFirst()[...]
    func number(_ text: Substring?) -> Int? {
      text.flatMap { Int($0) }.flatMap { 0...Architecture.largestWidth ~= $0 ? $0 : nil }
    }
    func option(_ name: String) -> Substring? {
      guard rest.first == Substring(name), rest.count >= 2 else { return nil }
      defer { rest = rest.dropFirst(2) }
      return rest[rest.startIndex + 1]
    }
    guard let channels = number(rest.popFirst()), channels >= 1,
      let kernel = number(option("kernel")), 1...255 ~= kernel
    else { return nil }
    let stride = option("stride").map { number($0) ?? 0 } ?? 1
    let words = option("padding")
    let padding =
      words == "same" ? Architecture.Padding.same : .each(words.map { number($0) ?? -1 } ?? 0)
    let bias = rest.first != "no-bias"
    if !bias { rest = rest.dropFirst() }
    guard rest.isEmpty, stride >= 1, padding == .same || padding != .each(-1) else { return nil }
    self = .convolution(
      channels: channels, kernel: kernel, stride: stride, padding: padding, bias: bias)
  }
}
