/// A layer of an architecture after shape inference: with the shapes, padding and tensors that depend
/// on its input.
package struct ResolvedLayer: Sendable {
  /// The position in the architecture, counted from 0.
  package let index: Int
  package let spec: LayerSpec
  /// The shape of a sample before and after the layer, without the batch: the features of a vector, or
  /// the channels and spatial sizes of an image. Those of `shortcut` are the input of its block.
  package let input: [Int], output: [Int]
  /// Zeros before and after the input of a convolution along each spatial axis.
  package let padding: [[Int]]
  /// The image in whose order a dropout mask is drawn: by position, the channels of a position together.
  package let maskLayout: [Int]?
  /// Trained tensors, and those that only batch normalization updates.
  package let parameters: [Network.Tensor], buffers: [Network.Tensor]
}

extension Architecture {
  /// Infers the shapes of all layers of the network from `input` to `output`.
  ///
  /// - Throws: `ShapeError`, which names the layer that does not fit.
  package func resolved(input: Shape, output: Shape) throws(ShapeError) -> [ResolvedLayer] {
    let network = try network(input: input, output: output)
    var sizes = input.positions == 1 ? [input.channels] : input.sizes
    var blockInput = sizes
    return layers.enumerated().map { index, spec in
      let nodes = network.nodes.filter { $0.index == index }
      if spec == .residual { blockInput = sizes }
      if spec == .shortcut { sizes = blockInput }
      // A vector is an image of one position.
      if spec.isSpatial, sizes.count == 1 { sizes += input.spatial.map { _ in 1 } }
      let before = sizes
      sizes = spec.output(of: sizes, computed: nodes.last?.layer.output.sizes ?? sizes)
      return ResolvedLayer(
        index: index, spec: spec, input: before, output: sizes,
        padding: spec.padding(of: before.dropFirst()),
        maskLayout: nodes.lazy.compactMap(\.layer.mask?.layout.sizes).first,
        parameters: network.parameters.filter { network.nodes[$0.node].index == index },
        buffers: network.buffers.filter { network.nodes[$0.node].index == index })
    }
  }
}

extension LayerSpec {
  /// Whether it works along the spatial axes.
  fileprivate var isSpatial: Bool {
    switch self {
    case .convolution, .transposedConvolution, .upsample, .zeroPad, .crop, .meanPool: true
    default: false
    }
  }

  /// The output shape. A network fuses upsampling and padding with the convolution that follows, so
  /// `computed`, the output of the layer in the network, is not theirs.
  fileprivate func output(of input: [Int], computed: [Int]) -> [Int] {
    func image(_ size: (Int) -> Int) -> [Int] { input.prefix(1) + input.dropFirst().map(size) }
    switch self {
    case .convolution, .transposedConvolution, .meanPool: return computed
    case .dense(let outputs, _): return [outputs]
    case .flatten: return [input.reduce(1, *)]
    case .reshape(let shape): return shape.sizes
    case .upsample(let factor): return image { $0 * factor }
    case .zeroPad(let margin): return image { $0 + 2 * margin }
    case .crop(let margin): return image { $0 - 2 * margin }
    default: return input
    }
  }

  /// Zeros before and after each spatial axis of a convolution's input; none for other layers.
  fileprivate func padding(of sizes: some Sequence<Int>) -> [[Int]] {
    sizes.compactMap { size in
      switch self {
      case .transposedConvolution(_, _, _, let count, _, _),
        .convolution(_, _, _, .each(let count), _):
        return [count, count]
      case .convolution(_, let kernel, let stride, .same, _):
        guard let window = Window(inputs: size, kernel: kernel, stride: stride) else { return nil }
        let end = (window.outputs - 1) * stride + kernel
        return [window.padding, max(end - window.padding - size, 0)]
      default: return nil
      }
    }
  }
}
