extension Architecture {
  /// The network, for samples of shape `input`, each layer fitted to the one before.
  ///
  /// - Throws: `ShapeError`, which says which layer does not fit.
  package func network(input: ImageShape, output: ImageShape) throws(ShapeError) -> Network {
    var builder = NetworkBuilder(layers: layers, input: input, output: output)
    for place in layers.indices { try builder.append(place) }
    return try builder.finish()
  }
}

/// Why words do not make a network, or not for these images.
public struct ShapeError: Error, CustomStringConvertible {
  package let reason: String

  package init(reason: String) { self.reason = reason }

  /// One clause, lower case.
  public var description: String { reason }
}

/// Fits words to one another.
private struct NetworkBuilder {
  private let layers: [Architecture.LayerSpec]
  private let input: ImageShape
  private let output: ImageShape
  private var nodes: [(layer: Int, node: GraphNode)] = []
  /// What comes out of the last node, and how it lies in memory: a vector that will be an image, or
  /// was one, lies as that image.
  private var shape: ImageShape
  private var layout: ImageShape
  /// What the convolution to come does along with its own work.
  private var frame = 0
  private var upsampling = 1
  /// The residual block in hand.
  private var block: MatrixView?

  private struct MatrixView {
    /// The place of `residual` among the nodes, and what goes in.
    let start: Int
    let input: [ImageShape]
    /// The place of `shortcut`, and what the main path made.
    var shortcut: Int?
    var sum: [ImageShape] = []
  }

  init(layers: [Architecture.LayerSpec], input: ImageShape, output: ImageShape) {
    (self.layers, self.input, self.output) = (layers, input, output)
    (shape, layout) = (input, input)
  }

  func finish() throws(ShapeError) -> Network {
    if block != nil { throw ShapeError(reason: "a residual block has no end: add is missing") }
    guard layout == output else {
      throw ShapeError(
        reason: "makes \(layout.count) numbers (\(layout)), not \(output.count) (\(output))")
    }
    return Network(nodes, input: input)
  }

  mutating func append(_ place: Int) throws(ShapeError) {
    switch layers[place] {
    case .dense(let outputs, let bias):
      let made = layout(after: place, count: outputs)
      add(Dense(input: layout, output: made, hasBias: bias), place)
      (shape, layout) = (.vector(outputs), made)
    case .convolution(let channels, let kernel, let stride, let padding, let bias):
      try addConvolution(place, channels, kernel, stride, padding, bias)
    case .transposedConvolution(
      let channels, let kernel, let stride, let padding, let extra, let bias):
      let windows = [shape.height, shape.width].map { size in
        Window(
          inputs: (size - 1) * stride - 2 * padding + kernel + extra, kernel: kernel,
          stride: stride, padding: padding)
      }
      guard extra < stride, layout == shape, let vertical = windows[0], let horizontal = windows[1],
        let layer = Convolution(
          transposed: shape, channels: channels, vertical: vertical, horizontal: horizontal,
          hasBias: bias)
      else { throw shapeError(place) }
      add(layer, place)
    case .upsample(let factor):
      guard case .convolution(_, _, stride: 1, _, _)? = layer(after: place), frame == 0 else {
        throw shapeError(place, "must come before a convolution of stride 1")
      }
      upsampling = factor
      add(Identity(shape: shape), place)
    case .zeroPad(let margin):
      if case .convolution? = layer(after: place), upsampling == 1 {
        frame = margin
        return add(Identity(shape: shape), place)
      }
      add(try frame(by: margin, place), place)
    case .crop(let margin): add(try frame(by: -margin, place), place)
    case .meanPool(let size):
      guard let layer = MeanPool(shape, size: size) else { throw shapeError(place) }
      add(layer, place)
    case .batchNorm(let epsilon, let momentum):
      let layer = BatchNormalization(
        shape: shape, permutation: permutation, epsilon: epsilon, momentum: momentum)
      nodes.append((place, .batchNormalization(layer)))
    case .layerNorm(let epsilon):
      add(LayerNormalization(shape: shape, epsilon: epsilon), place)
      add(ChannelAffine(shape: shape, permutation: permutation), place)
    case .reshape(let wanted):
      // The dense layer before already makes the shape that is asked for.
      guard wanted == layout else {
        throw shapeError(place, "must follow a dense layer of \(wanted.count) outputs")
      }
      add(Identity(shape: shape), place)
      shape = wanted
    case .flatten:
      add(Identity(shape: shape), place)
      shape = .vector(shape.count)
    case .dropout(let probability):
      add(Dropout(shape: shape, layout: layout, probability: probability), place)
    case .leakyReLU(let slope): add(LeakyReLU(shape: shape, slope: slope), place)
    case .tanh: add(TanhOrSigmoid(shape: shape, function: .tanh), place)
    case .sigmoid: add(TanhOrSigmoid(shape: shape, function: .sigmoid), place)
    case .residual: try beginBlock(place)
    case .shortcut: try beginShortcut(place)
    case .add: try endBlock(place)
    }
  }

  private mutating func add(_ layer: any Layer, _ place: Int) {
    nodes.append((place, .layer(layer)))
    if layer.output != shape { (shape, layout) = (layer.output, layer.output) }
  }

  /// How numbers for each of a vector's features are kept.
  private var permutation: LayoutPermutation? { layout == shape ? nil : LayoutPermutation(layout) }

  private func shapeError(_ place: Int, _ reason: String? = nil) -> ShapeError {
    ShapeError(
      reason: "layer \(place), \(layers[place]), "
        + (reason ?? "does not fit its input of \(shape)")
    )
  }

  private func layer(after place: Int) -> Architecture.LayerSpec? {
    layers.dropFirst(place + 1).first
  }

  private func frame(by margin: Int, _ place: Int) throws(ShapeError) -> ZeroPad {
    guard let layer = ZeroPad(shape, margin: margin) else { throw shapeError(place) }
    return layer
  }

  private mutating func addConvolution(
    _ place: Int, _ channels: Int, _ kernel: Int, _ stride: Int, _ padding: Architecture.Padding,
    _ bias: Bool
  ) throws(ShapeError) {
    let windows = [shape.height, shape.width].map { [frame, upsampling] size in
      switch padding {
      case .same:
        Window(inputs: size * upsampling, frame: frame, kernel: kernel, stride: stride)
      case .each(let count):
        Window(
          inputs: size * upsampling, frame: frame, kernel: kernel, stride: stride, padding: count)
      }
    }
    guard layout == shape, let vertical = windows[0], let horizontal = windows[1],
      let layer = upsampling == 1
        ? Convolution(
          shape, channels: channels, vertical: vertical, horizontal: horizontal, hasBias: bias)
        : Convolution(
          shape, upsampledBy: upsampling, channels: channels, vertical: vertical,
          horizontal: horizontal, hasBias: bias)
    else { throw shapeError(place) }
    (frame, upsampling) = (0, 1)
    add(layer, place)
  }

  /// How a dense layer's vector lies: as the image that a reshape after it makes, or as the
  /// network's output if it ends so; else in order.
  private func layout(after place: Int, count: Int) -> ImageShape {
    let following = layers[(place + 1)...].drop(while: \.keepsLayout)
    if case .reshape(let image)? = following.first, image.count == count { return image }
    return following.isEmpty && count == output.count ? output : .vector(count)
  }

  private mutating func beginBlock(_ place: Int) throws(ShapeError) {
    if block != nil { throw shapeError(place, "is inside another residual block") }
    block = MatrixView(start: nodes.count, input: [shape, layout])
    nodes.append((place, .residual(shape, shortcut: 0)))
  }

  private mutating func beginShortcut(_ place: Int) throws(ShapeError) {
    guard var block, block.shortcut == nil else {
      throw shapeError(place, "is outside a residual block")
    }
    guard nodes.count > block.start + 1 else {
      throw shapeError(place, "follows an empty main path")
    }
    try requireSummand(before: place)
    block.shortcut = nodes.count
    block.sum = [shape, layout]
    (shape, layout) = (block.input[0], block.input[1])
    nodes[block.start].node = .residual(shape, shortcut: nodes.count + 1)
    nodes.append((place, .shortcut(shape, residual: block.start)))
    self.block = block
  }

  private mutating func endBlock(_ place: Int) throws(ShapeError) {
    guard let block, let shortcut = block.shortcut else {
      throw shapeError(place, "does not end a residual block")
    }
    guard block.sum == [shape, layout] else {
      throw shapeError(place, "sums \(block.sum[0]) and \(shape)")
    }
    if nodes.count > shortcut + 1 { try requireSummand(before: place) }
    nodes.append((place, .add(shape, main: shortcut)))
    self.block = nil
  }

  /// Both ends of a residual block get the cotangent of the sum in one block of memory, so neither
  /// may write over it.
  private func requireSummand(before place: Int) throws(ShapeError) {
    if nodes.last?.node.passesCotangentInPlace == true {
      throw shapeError(place, "must follow a dense layer, a convolution, a pool or a layer-norm")
    }
  }
}

extension Architecture.LayerSpec {
  package var isBatchNorm: Bool { if case .batchNorm = self { true } else { false } }

  /// Whether numbers stay where they are.
  fileprivate var keepsLayout: Bool {
    switch self {
    case .leakyReLU, .tanh, .sigmoid, .dropout, .batchNorm, .layerNorm: true
    default: false
    }
  }
}
