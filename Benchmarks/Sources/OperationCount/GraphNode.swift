/// A layer or a residual block of a network, with the properties that the operation count depends on.
indirect enum GraphNode {
  /// A layer with a weight matrix or kernel, and its multiplications per sample.
  case weighted(multiplications: Int)
  /// A piecewise linear layer (ReLU, dropout). It has no second-order term.
  case piecewiseLinear
  /// A nonlinear layer with a second derivative (tanh, layer norm). It has a second-order term.
  case smoothNonlinear
  /// The sum of the main path and the shortcut.
  case residual([GraphNode], [GraphNode])

  var hasSecondOrderTerm: Bool {
    switch self {
    case .weighted, .piecewiseLinear: false
    case .smoothNonlinear: true
    case .residual(let main, let shortcut): (main + shortcut).contains(where: \.hasSecondOrderTerm)
    }
  }

  var hasWeights: Bool {
    switch self {
    case .weighted: true
    case .piecewiseLinear, .smoothNonlinear: false
    case .residual(let main, let shortcut): (main + shortcut).contains(where: \.hasWeights)
    }
  }

  var isAffine: Bool {
    switch self {
    case .weighted: true
    case .piecewiseLinear, .smoothNonlinear: false
    case .residual(let main, let shortcut): (main + shortcut).allSatisfy(\.isAffine)
    }
  }
}

/// A layer whose operations cannot be counted.
public struct UnknownLayer: Error, CustomStringConvertible {
  let text: String
  /// The error message.
  public var description: String { "cannot count the operations of \"\(text)\"" }
}

extension GraphNode {
  /// Converts the layers of a network to nodes. Layers without operations are left out.
  ///
  /// - Throws: `UnknownLayer` for a layer that cannot be counted.
  static func all(in layers: [ResolvedLayer]) throws(UnknownLayer) -> [GraphNode] {
    var remaining = layers[...]
    return try path(&remaining)
  }

  /// Removes the layers of one path from `remaining`: up to the end of the network, or of a path of
  /// a residual block.
  private static func path(
    _ remaining: inout ArraySlice<ResolvedLayer>
  ) throws(UnknownLayer) -> [GraphNode] {
    var nodes: [GraphNode] = []
    var previous: ResolvedLayer?
    while let layer = remaining.popFirst() {
      switch layer.layer {
      case "relu", "leaky-relu", "dropout": nodes.append(.piecewiseLinear)
      case "tanh", "sigmoid", "layer-norm", "batch-norm": nodes.append(.smoothNonlinear)
      case "dense", "conv", "conv-transposed":
        nodes.append(.weighted(multiplications: try layer.multiplications(after: previous)))
      case "residual": nodes.append(.residual(try path(&remaining), try path(&remaining)))
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
  /// Returns the multiplications per sample with the weights. Zeros of a preceding `zero-pad` and
  /// repetitions of a preceding `upsample` are not counted.
  ///
  /// - Throws: `UnknownLayer` for a convolution with missing or inconsistent members.
  fileprivate func multiplications(after previous: ResolvedLayer?) throws(UnknownLayer) -> Int {
    if layer == "dense" { return input.reduce(1, *) * output.reduce(1, *) }
    guard let kernel, let stride, let padding, padding.count + 1 == input.count,
      input.count == output.count
    else { throw UnknownLayer(text: text) }
    let margin = previous?.layer == "zero-pad" ? previous?.margin ?? 0 : 0
    return padding.indices.reduce(input[0] * output[0]) { product, axis in
      let (inputs, outputs) = (input[axis + 1], output[axis + 1])
      let padding = padding[axis].first ?? 0
      let kernelAxis =
        layer == "conv-transposed"
        ? KernelAxis(
          transposing: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: padding)
        : KernelAxis(
          inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: padding,
          margin: margin, upsampling: previous?.factor ?? 1)
      return product * kernelAxis.multiplications
    }
  }
}
