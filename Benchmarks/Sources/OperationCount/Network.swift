/// A part of a network, with what matters for counting its products.
indirect enum Node {
  /// Multiplications of one sample with a trained matrix.
  case product(Int)
  /// A layer whose slope changes with its input only in steps (ReLU, dropout).
  case bent
  /// A layer with a second derivative (tanh, layer norm).
  case curved
  /// The sum of two paths.
  case residual([Node], [Node])

  var isCurved: Bool {
    switch self {
    case .product, .bent: false
    case .curved: true
    case .residual(let main, let shortcut): (main + shortcut).contains(where: \.isCurved)
    }
  }

  var hasProduct: Bool {
    switch self {
    case .product: true
    case .bent, .curved: false
    case .residual(let main, let shortcut): (main + shortcut).contains(where: \.hasProduct)
    }
  }

  var isAffine: Bool {
    switch self {
    case .product: true
    case .bent, .curved: false
    case .residual(let main, let shortcut): (main + shortcut).allSatisfy(\.isAffine)
    }
  }
}

/// A layer whose operations cannot be counted.
public struct UnknownLayer: Error, CustomStringConvertible {
  let text: String
  /// The message for the user.
  public var description: String { "cannot count the operations of \"\(text)\"" }
}

extension Node {
  /// The nodes of a network's layers.
  static func all(in layers: [ResolvedLayer]) throws(UnknownLayer) -> [Node] {
    var rest = layers[...]
    return try path(&rest)
  }

  /// The nodes up to the end of the network, or of a path of a residual block.
  private static func path(
    _ rest: inout ArraySlice<ResolvedLayer>
  ) throws(UnknownLayer) -> [Node] {
    var nodes: [Node] = []
    var previous: ResolvedLayer?
    while let layer = rest.popFirst() {
      switch layer.layer {
      case "relu", "leaky-relu", "dropout": nodes.append(.bent)
      case "tanh", "sigmoid", "layer-norm", "batch-norm": nodes.append(.curved)
      case "dense", "conv", "conv-transposed":
        nodes.append(.product(try layer.products(after: previous)))
      case "residual": nodes.append(.residual(try path(&rest), try path(&rest)))
      case "shortcut", "add": return nodes
      case "upsample", "zero-pad", "crop", "mean-pool", "reshape", "flatten": break
      default: throw UnknownLayer(text: layer.text)
      }
      previous = layer
    }
    return nodes
  }
}

extension ResolvedLayer {
  /// Multiplications of one sample with the weights. Zeros and repetitions of the layer before are
  /// not multiplied.
  fileprivate func products(after previous: ResolvedLayer?) throws(UnknownLayer) -> Int {
    if layer == "dense" { return input.reduce(1, *) * output.reduce(1, *) }
    guard let kernel, let stride, let padding, padding.count + 1 == input.count,
      input.count == output.count
    else { throw UnknownLayer(text: text) }
    let margin = previous?.layer == "zero-pad" ? previous?.margin ?? 0 : 0
    return padding.indices.reduce(input[0] * output[0]) { products, axis in
      let (inputs, outputs) = (input[axis + 1], output[axis + 1])
      let padding = padding[axis].first ?? 0
      let taps =
        layer == "conv-transposed"
        ? Axis(
          transposing: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: padding)
        : Axis(
          inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: padding,
          margin: margin, upsampling: previous?.factor ?? 1)
      return products * taps.taps
    }
  }
}
