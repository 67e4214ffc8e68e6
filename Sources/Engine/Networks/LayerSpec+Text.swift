extension LayerSpec: CustomStringConvertible {
  /// Reads one layer; its options come in the order in which they are printed.
  package init?(_ text: Substring) {
    var rest = TokenReader(text)
    guard let layer = Self.read(&rest), rest.isEmpty else { return nil }
    self = layer
  }

  private static func read(_ rest: inout TokenReader) -> LayerSpec? {
    switch rest.next() ?? "" {
    case "dense": rest.next(where: isWidth).map { .dense($0, bias: !rest.take("no-bias")) }
    case "conv": readConvolution(&rest)
    case "conv-transposed": readTransposedConvolution(&rest)
    case "upsample": rest.next { 2...16 ~= $0 }.map { .upsample($0) }
    case "batch-norm": readBatchNorm(&rest)
    case "layer-norm":
      rest.value("epsilon", default: defaultEpsilon, where: isPart)
        .map { .layerNorm(epsilon: $0) }
    case "dropout": rest.next { $0 > 0 && $0 <= 0.99 }.map { .dropout($0) }
    case "zero-pad": rest.next(where: isSize).map { .zeroPad($0) }
    case "crop": rest.next(where: isSize).map { .crop($0) }
    case "mean-pool": rest.next { 2...4096 ~= $0 }.map { .meanPool($0) }
    case "reshape": rest.next().map { .reshape($0) }
    case "flatten": .flatten
    case "relu": .leakyReLU(0)
    case "leaky-relu": rest.next(where: isPart).map { .leakyReLU($0) }
    case "tanh": .tanh
    case "sigmoid": .sigmoid
    case "residual": .residual
    case "shortcut": .shortcut
    case "add": .add
    default: nil
    }
  }

  private static func isWidth(_ count: Int) -> Bool { 1...Architecture.maximumWidth ~= count }
  private static func isSize(_ count: Int) -> Bool { 1...255 ~= count }
  private static func isPadding(_ count: Int) -> Bool { 0...255 ~= count }
  private static func isPart(_ number: Double) -> Bool { number > 0 && number < 1 }

  private static func readConvolution(_ rest: inout TokenReader) -> LayerSpec? {
    guard let channels = rest.next(where: isWidth),
      let kernel = rest.value("kernel", where: isSize),
      let stride = rest.value("stride", default: 1, where: isSize)
    else { return nil }
    let padding: Padding
    if rest.take("padding", "same") {
      padding = .same
    } else {
      guard let count = rest.value("padding", default: 0, where: isPadding) else { return nil }
      padding = .each(count)
    }
    return .convolution(
      channels: channels, kernel: kernel, stride: stride, padding: padding,
      bias: !rest.take("no-bias"))
  }

  private static func readTransposedConvolution(_ rest: inout TokenReader) -> LayerSpec? {
    guard let channels = rest.next(where: isWidth),
      let kernel = rest.value("kernel", where: isSize),
      let stride = rest.value("stride", default: 1, where: isSize),
      let padding = rest.value("padding", default: 0, where: isPadding),
      let extra = rest.value("output-padding", default: 0, where: isPadding)
    else { return nil }
    return .transposedConvolution(
      channels: channels, kernel: kernel, stride: stride, padding: padding, outputPadding: extra,
      bias: !rest.take("no-bias"))
  }

  private static func readBatchNorm(_ rest: inout TokenReader) -> LayerSpec? {
    guard let epsilon = rest.value("epsilon", default: defaultEpsilon, where: isPart),
      let momentum = rest.value(
        "momentum", default: defaultMomentum, where: { $0 > 0 && $0 <= 1 })
    else { return nil }
    return .batchNorm(epsilon: epsilon, momentum: momentum)
  }

  package var description: String {
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
      return "batch-norm" + option("epsilon", epsilon, unless: Self.defaultEpsilon)
        + option("momentum", momentum, unless: Self.defaultMomentum)
    case .layerNorm(let epsilon):
      return "layer-norm" + option("epsilon", epsilon, unless: Self.defaultEpsilon)
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

extension LayerSpec.Padding: CustomStringConvertible {
  package var description: String {
    switch self {
    case .each(let count): "\(count)"
    case .same: "same"
    }
  }
}
