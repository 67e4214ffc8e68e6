/// A network in words, as the checkpoint keeps it: `dense 128; relu; dense 784; tanh`.
///
/// Each word is one layer and, counted from 0, its place in PyTorch's `nn.Sequential`:
///
/// | word                                                          | PyTorch                  |
/// |---------------------------------------------------------------|--------------------------|
/// | `dense N`                                                     | `Linear`                 |
/// | `conv N kernel K [stride S] [padding P or same] [no-bias]`    | `Conv2d`                 |
/// | `conv-transposed N kernel K` …, `output-padding Q`            | `ConvTranspose2d`        |
/// | `reshape CxHxW`, `flatten`                                    | `Unflatten`, `Flatten`   |
/// | `relu`, `leaky-relu SLOPE`, `tanh`                            | `ReLU`, `LeakyReLU`, …   |
public struct Architecture: Equatable, Sendable, CustomStringConvertible {
  /// One layer, before it knows what comes in.
  enum Word: Equatable, Sendable {
    case dense(Int)
    case convolution(channels: Int, kernel: Int, stride: Int, padding: Padding, bias: Bool)
    case transposedConvolution(
      channels: Int, kernel: Int, stride: Int, padding: Int, outputPadding: Int, bias: Bool)
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
      case ("conv-transposed", 2...):
        guard let word = Word(transposedConvolution: parts) else { return nil }
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
      case .transposedConvolution(
        let channels, let kernel, let stride, let padding, let extra, let bias):
        "conv-transposed \(channels) kernel \(kernel)" + (stride == 1 ? "" : " stride \(stride)")
          + (padding == 0 ? "" : " padding \(padding)")
          + (extra == 0 ? "" : " output-padding \(extra)") + (bias ? "" : " no-bias")
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
    var options = LayerOptions(parts)
    guard let channels = options.number(1), let kernel = options.number("kernel", 1...255),
      let stride = options.number("stride", 1...255, default: 1)
    else { return nil }
    let padding: Architecture.Padding
    if options.take("padding", "same") {
      padding = .same
    } else {
      guard let count = options.number("padding", 0...255, default: 0) else { return nil }
      padding = .each(count)
    }
    let bias = !options.take("no-bias")
    guard options.isEmpty else { return nil }
    self = .convolution(
      channels: channels, kernel: kernel, stride: stride, padding: padding, bias: bias)
  }

  /// Reads `conv-transposed N kernel K [stride S] [padding P] [output-padding Q] [no-bias]`.
  fileprivate init?(transposedConvolution parts: [Substring]) {
    var options = LayerOptions(parts)
    guard let channels = options.number(1), let kernel = options.number("kernel", 1...255),
      let stride = options.number("stride", 1...255, default: 1),
      let padding = options.number("padding", 0...255, default: 0),
      let extra = options.number("output-padding", 0...255, default: 0)
    else { return nil }
    let bias = !options.take("no-bias")
    guard options.isEmpty else { return nil }
    self = .transposedConvolution(
      channels: channels, kernel: kernel, stride: stride, padding: padding, outputPadding: extra,
      bias: bias)
  }
}

/// The words of one layer after its name, taken in order.
private struct LayerOptions {
  private var rest: ArraySlice<Substring>

  init(_ parts: [Substring]) { rest = parts.dropFirst() }

  var isEmpty: Bool { rest.isEmpty }

  /// The next word as a number, at least `least`.
  mutating func number(_ least: Int) -> Int? {
    rest.popFirst().flatMap { Int($0) }
      .flatMap { least...Architecture.largestWidth ~= $0 ? $0 : nil }
  }

  /// The number after `name`; where the name is not next, the default.
  mutating func number(
    _ name: Substring, _ range: ClosedRange<Int>, default value: Int? = nil
  ) -> Int? {
    guard take(name) else { return value }
    return rest.popFirst().flatMap { Int($0) }.flatMap { range ~= $0 ? $0 : nil }
  }

  /// Whether these words are next; then they are taken.
  mutating func take(_ words: Substring...) -> Bool {
    guard rest.starts(with: words) else { return false }
    rest = rest.dropFirst(words.count)
    return true
  }
}
