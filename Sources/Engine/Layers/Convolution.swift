/// y = W ⋆ x + b, PyTorch's `Conv2d`; its transpose, y = Wᵀ ⋆ x + b, `ConvTranspose2d`; or, with
/// upsampling, the former over an image in which every position is repeated.
struct Convolution: Layer {
  let input: Shape
  let output: Shape
  let hasBias: Bool
  private let kernel: [Int]
  private let isTransposed: Bool
  private let algorithm: any ConvolutionAlgorithm

  /// A convolution to `channels` channels with a window for each spatial axis; `nil` when its output
  /// would be too large. Winograd's algorithm is used from `minimumChannels` on.
  init?(
    _ input: Shape, channels: Int, windows: [Window], hasBias: Bool,
    minimumChannels: Int = Winograd.minimumChannels
  ) {
    guard let output = Shape(channels: channels, spatial: windows.map(\.outputs)) else {
      return nil
    }
    self.init(
      input, output, windows, hasBias, isTransposed: false,
      Self.algorithm(Correlation(input, output, windows), minimumChannels))
  }

  /// The transpose of the convolution with these windows, whose output is `input`.
  init?(
    transposed input: Shape, channels: Int, windows: [Window], hasBias: Bool,
    minimumChannels: Int = Winograd.minimumChannels
  ) {
    guard windows.map(\.outputs) == input.spatial,
      let output = Shape(channels: channels, spatial: windows.map(\.inputs))
    else { return nil }
    self.init(
      input, output, windows, hasBias, isTransposed: true,
      Self.algorithm(Correlation(output, input, windows), minimumChannels))
  }

  /// A convolution of stride 1 over an image that is repeated `factor` times along each axis; the
  /// windows are those over the large image.
  init?(
    _ input: Shape, upsampledBy factor: Int, channels: Int, windows: [Window], hasBias: Bool
  ) {
    guard windows.allSatisfy({ $0.stride == 1 }),
      let output = Shape(channels: channels, spatial: windows.map(\.outputs))
    else { return nil }
    self.init(
      input, output, windows, hasBias, isTransposed: false,
      UpsampledConvolution(input, output, factor: factor, windows: windows))
  }

  private init(
    _ input: Shape, _ output: Shape, _ windows: [Window], _ hasBias: Bool, isTransposed: Bool,
    _ algorithm: any ConvolutionAlgorithm
  ) {
    (self.input, self.output, self.hasBias) = (input, output, hasBias)
    (self.isTransposed, self.algorithm) = (isTransposed, algorithm)
    kernel = windows.map(\.kernel)
  }

  /// The fastest algorithm for the size.
  private static func algorithm(
    _ correlation: Correlation, _ minimumChannels: Int
  ) -> any ConvolutionAlgorithm {
    Winograd(correlation, minimumChannels: minimumChannels) ?? DirectConvolution(correlation)
  }

  /// Channels of the rows and columns of W: of the products, and of the image under the window.
  private var rows: Int { isTransposed ? input.channels : output.channels }
  private var columns: Int { isTransposed ? output.channels : input.channels }
  private var weightCount: Int { kernel.reduce(rows * columns, *) }

  var isAffine: Bool { true }
  var weightTransform: (any WeightTransform)? { algorithm.transform }

  var parameters: [Parameter] {
    let shape = [rows, columns] + kernel
    let taps = kernel.reduce(1, *)
    // PyTorch computes the fans of a transposed kernel as those of a plain one.
    let weight = Parameter(
      "weight", shape, .weight(fanIn: taps * columns, fanOut: taps * rows),
      permutation: LayoutPermutation(shape, by: [0] + Array(2..<shape.count) + [1]))
    let bias = Parameter("bias", [output.channels], .bias(fanIn: taps * columns))
    return hasBias ? [weight, bias] : [weight]
  }

  private func weights<S: Scalar>(_ parameters: LayerParameters<S>) -> ConvolutionWeights<S> {
    ConvolutionWeights(
      stored: parameters.values.prefix(weightCount), prepared: parameters.prepared)
  }

  private func bias<S: Scalar>(_ parameters: LayerParameters<S>) -> Buffer<S>? {
    hasBias ? parameters.values.dropFirst(weightCount) : nil
  }

  @_specialize(where S == Float)
  func forward<S: Scalar>(_ x: MatrixView<S>, into y: MatrixView<S>, _ context: LayerContext<S>) {
    apply(x, bias: bias(context.parameters), into: y, transposed: isTransposed, context)
  }

  @_specialize(where S == Float)
  func jvp<S: Scalar>(_ u: MatrixView<S>, into v: MatrixView<S>, _ context: LayerContext<S>) {
    apply(u, bias: nil, into: v, transposed: isTransposed, context)
  }

  private func apply<S: Scalar>(
    _ x: MatrixView<S>, bias: Buffer<S>?, into y: MatrixView<S>, transposed: Bool,
    _ context: LayerContext<S>
  ) {
    let weights = weights(context.parameters)
    if transposed {
      algorithm.applyTranspose(x, weights, bias: bias, into: y)
    } else {
      algorithm.apply(x, weights, bias: bias, into: y)
    }
  }

  @_specialize(where S == Float)
  func vjp<S: Scalar>(_ dy: MatrixView<S>, into dx: MatrixView<S>, _ context: LayerContext<S>) {
    apply(dy, bias: nil, into: dx, transposed: !isTransposed, context)
  }

  @_specialize(where S == Float)
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ dy: MatrixView<S>, _ context: WeightGradientContext<S>
  ) {
    let (image, products) = isTransposed ? (dy, x) : (x, dy)
    algorithm.weightGradient(
      image, products, slice: context.slice, adding: context.isAdding,
      into: weights(context.gradient))
    if let bias = bias(context.gradient) { biasGradient(dy, into: bias, context) }
  }

  /// db[channel] = Σ over positions and samples of dy, position after position, or added to it.
  private func biasGradient<S: Scalar>(
    _ dy: MatrixView<S>, into gradient: Buffer<S>, _ context: WeightGradientContext<S>
  ) {
    let own = context.slice.range(of: output.channels)
    let bias = gradient[own]
    if !context.isAdding { bias.fill(0) }
    guard context.input == .value, !own.isEmpty else { return }
    for position in 0..<output.positions {
      S.addRowSums(dy.rows(own.shifted(by: position * output.channels)), into: bias)
    }
  }
}
