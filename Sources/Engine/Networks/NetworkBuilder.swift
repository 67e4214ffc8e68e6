extension Architecture {
  /// The network for samples of shape `input`, each layer fitted to the one before.
  ///
  /// - Throws: `ShapeError`, which names the layer that does not fit.
  package func network(input: Shape, output: Shape) throws(ShapeError) -> Network {
    var builder = NetworkBuilder(layers, input: input, output: output)
    for index in layers.indices { try builder.append(index) }
    return try builder.finish()
  }
}

/// Fits layers to one another.
private struct NetworkBuilder {
  private let layers: [LayerSpec]
  private let input: Shape
  private let output: Shape
  private var nodes: [GraphNode] = []
  /// The output of the last node, and its layout in memory: a vector that will be an image, or was
  /// one, has the layout of that image.
  private var shape: Shape
  private var layout: Shape
  /// What the next convolution computes along with its own work.
  private var margin = 0
  private var upsampling = 1
  /// The current residual block.
  private var block: ResidualBlock?

  private struct ResidualBlock {
    /// The node of `residual`, and the shape and layout of the block's input.
    let start: Int
    let input: [Shape]
    /// The node of `shortcut`, and the shape and layout of the main path's output.
    var shortcut: Int?
    var sum: [Shape] = []
  }

  init(_ layers: [LayerSpec], input: Shape, output: Shape) {
    (self.layers, self.input, self.output) = (layers, input, output)
    (shape, layout) = (input, input)
  }

  func finish() throws(ShapeError) -> Network {
    if block != nil { throw ShapeError(reason: "a residual block has no end: add is missing") }
    guard layout == output else {
      throw ShapeError(
        reason:
          "the output has \(layout.count) elements (\(layout)), expected \(output.count) (\(output))"
      )
    }
    return Network(nodes, input: input)
  }

  mutating func append(_ index: Int) throws(ShapeError) {
    switch layers[index] {
    case .dense(let outputs, let bias):
      let layout = layout(after: index, count: outputs)
      add(Dense(input: self.layout, output: layout, hasBias: bias), index)
      (shape, self.layout) = (.vector(outputs), layout)
    case .convolution(let channels, let kernel, let stride, let padding, let bias):
      try addConvolution(index, channels, kernel, stride, padding, bias)
    case .transposedConvolution(
      let channels, let kernel, let stride, let padding, let extra, let bias):
      let windows = shape.spatial.compactMap { size in
        Window(
          inputs: (size - 1) * stride - 2 * padding + kernel + extra, kernel: kernel,
          stride: stride, padding: padding)
      }
      try requireFewWeights(index, channels, kernel)
      guard extra < stride, layout == shape, windows.count == shape.spatial.count,
        let layer = Convolution(
          transposed: shape, channels: channels, windows: windows, hasBias: bias)
      else { throw shapeError(index) }
      add(layer, index)
    case .upsample(let factor):
      guard case .convolution(_, _, stride: 1, _, _)? = layer(after: index), margin == 0 else {
        throw shapeError(index, "must come before a convolution of stride 1")
      }
      upsampling = factor
      add(Identity(shape: shape), index)
    case .zeroPad(let margin):
      if case .convolution? = layer(after: index), upsampling == 1 {
        self.margin = margin
        return add(Identity(shape: shape), index)
      }
      add(try zeroPad(margin, index), index)
    case .crop(let margin): add(try zeroPad(-margin, index), index)
    case .meanPool(let size):
      guard let layer = MeanPool(shape, size: size) else { throw shapeError(index) }
      add(layer, index)
    case .batchNorm(let epsilon, let momentum):
      add(
        BatchNormalization(
          shape: shape, permutation: permutation, epsilon: epsilon, momentum: momentum), index)
    case .layerNorm(let epsilon):
      add(LayerNormalization(shape: shape, epsilon: epsilon), index)
      add(ChannelAffine(shape: shape, permutation: permutation), index)
    case .reshape(let wanted):
      // The dense layer before already produces the layout of this shape.
      guard wanted == layout else {
        throw shapeError(index, "must follow a dense layer of \(wanted.count) outputs")
      }
      add(Identity(shape: shape), index)
      shape = wanted
    case .flatten:
      add(Identity(shape: shape), index)
      shape = .vector(shape.count)
    case .dropout(let probability):
      add(Dropout(shape: shape, layout: layout, probability: probability), index)
    case .leakyReLU(let slope): add(LeakyReLU(shape: shape, slope: slope), index)
    case .tanh: add(TanhOrSigmoid(shape: shape, function: .tanh), index)
    case .sigmoid: add(TanhOrSigmoid(shape: shape, function: .sigmoid), index)
    case .residual: try beginBlock(index)
    case .shortcut: try beginShortcut(index)
    case .add: try endBlock(index)
    }
  }

  private mutating func add(_ layer: any Layer, _ index: Int, _ edge: GraphNode.Edge = .next) {
    nodes.append(GraphNode(layer: layer, index: index, edge: edge))
    if layer.output != shape { (shape, layout) = (layer.output, layer.output) }
  }

  /// The engine's order of one number for each feature of a vector.
  private var permutation: LayoutPermutation? {
    layout == shape ? nil : LayoutPermutation(layout)
  }

  private func shapeError(_ index: Int, _ reason: String? = nil) -> ShapeError {
    let reason = reason ?? "does not fit its input of \(shape)"
    return ShapeError(reason: "layer \(index), \(layers[index]), \(reason)")
  }

  private func layer(after index: Int) -> LayerSpec? { layers.dropFirst(index + 1).first }

  private func zeroPad(_ margin: Int, _ index: Int) throws(ShapeError) -> ZeroPad {
    guard let layer = ZeroPad(shape, margin: margin) else { throw shapeError(index) }
    return layer
  }

  private mutating func addConvolution(
    _ index: Int, _ channels: Int, _ kernel: Int, _ stride: Int, _ padding: LayerSpec.Padding,
    _ bias: Bool
  ) throws(ShapeError) {
    let windows = shape.spatial.compactMap { [margin, upsampling] size in
      switch padding {
      case .same:
        Window(inputs: size * upsampling, margin: margin, kernel: kernel, stride: stride)
      case .each(let count):
        Window(
          inputs: size * upsampling, margin: margin, kernel: kernel, stride: stride,
          padding: count)
      }
    }
    try requireFewWeights(index, channels, kernel)
    guard layout == shape, windows.count == shape.spatial.count,
      let layer = upsampling == 1
        ? Convolution(shape, channels: channels, windows: windows, hasBias: bias)
        : Convolution(
          shape, upsampledBy: upsampling, channels: channels, windows: windows, hasBias: bias)
    else { throw shapeError(index) }
    (margin, upsampling) = (0, 1)
    add(layer, index)
  }

  /// Checks the number of weights of a convolution before it is built.
  private func requireFewWeights(_ index: Int, _ channels: Int, _ kernel: Int) throws(ShapeError) {
    let count = shape.spatial.reduce(Double(shape.channels) * Double(channels)) { product, _ in
      product * Double(kernel)
    }
    guard count <= Double(Network.maximumParameterCount) else {
      throw shapeError(
        index, "has more than \(Network.maximumParameterCount) weights, the maximum of a network")
    }
  }

  /// The layout of a dense layer's output: that of the image that a reshape after it makes, or that
  /// of the network's output if only pointwise layers follow; else the vector's own.
  private func layout(after index: Int, count: Int) -> Shape {
    let following = layers[(index + 1)...].drop(while: \.keepsLayout)
    if case .reshape(let image)? = following.first, image.count == count { return image }
    return following.isEmpty && count == output.count ? output : .vector(count)
  }

  private mutating func beginBlock(_ index: Int) throws(ShapeError) {
    if block != nil { throw shapeError(index, "is inside another residual block") }
    block = ResidualBlock(start: nodes.count, input: [shape, layout])
    add(Identity(shape: shape), index, .residual(shortcut: 0))
  }

  private mutating func beginShortcut(_ index: Int) throws(ShapeError) {
    guard var block, block.shortcut == nil else {
      throw shapeError(index, "is outside a residual block")
    }
    guard nodes.count > block.start + 1 else {
      throw shapeError(index, "follows an empty main path")
    }
    try requireSummand(before: index)
    block.shortcut = nodes.count
    block.sum = [shape, layout]
    (shape, layout) = (block.input[0], block.input[1])
    nodes[block.start].edge = .residual(shortcut: nodes.count + 1)
    add(Identity(shape: shape), index, .shortcut(residual: block.start))
    self.block = block
  }

  private mutating func endBlock(_ index: Int) throws(ShapeError) {
    guard let block, let shortcut = block.shortcut else {
      throw shapeError(index, "does not end a residual block")
    }
    guard block.sum == [shape, layout] else {
      throw shapeError(index, "sums \(block.sum[0]) and \(shape)")
    }
    if nodes.count > shortcut + 1 { try requireSummand(before: index) }
    add(Identity(shape: shape), index, .add(main: shortcut))
    self.block = nil
  }

  /// Both ends of a residual block share the memory of the sum's cotangent, so neither may overwrite
  /// it.
  private func requireSummand(before index: Int) throws(ShapeError) {
    if nodes.last?.layer.worksInPlace == true {
      throw shapeError(
        index, "must follow a dense layer, a convolution, a pool or a layer-norm")
    }
  }
}

extension LayerSpec {
  /// Whether elements keep their order in memory.
  fileprivate var keepsLayout: Bool {
    switch self {
    case .leakyReLU, .tanh, .sigmoid, .dropout, .batchNorm, .layerNorm: true
    default: false
    }
  }
}
