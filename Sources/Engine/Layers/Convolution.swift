/// y = W ⋆ x + b, PyTorch's `Conv2d`; read backwards, y = Wᵀ ⋆ x + b, its `ConvTranspose2d`; or,
/// with upsampling, the first over an image of which every position is repeated.
struct Convolution: Layer {
  let input: ImageShape
  let output: ImageShape
  let hasBias: Bool
  /// The kernel, as the parameters have it.
  private let kernelHeight: Int, kernelWidth: Int
  private let form: Form

  private enum Form {
    case plain(CorrelationAlgorithm)
    /// From y's shape to x's.
    case transposed(CorrelationAlgorithm)
    /// One for each phase, over its derived weights.
    case upsampled([Phase], vertical: UpsampledWindow, horizontal: UpsampledWindow)
  }

  private struct Phase {
    let correlation: Correlation
    let row: Int, column: Int
    /// The phase's among the derived weights.
    let weights: Range<Int>
  }

  /// A convolution to `channels` channels; `nil` when its output would be too large. Less than
  /// `minimumChannels` are not worth Winograd's form.
  init?(
    _ input: ImageShape, channels: Int, vertical: Window, horizontal: Window, hasBias: Bool,
    minimumChannels: Int = Winograd.minimumChannels
  ) {
    guard
      let output = ImageShape(
        channels: channels, height: vertical.outputs, width: horizontal.outputs)
    else { return nil }
    (self.input, self.output, self.hasBias) = (input, output, hasBias)
    (kernelHeight, kernelWidth) = (vertical.kernel, horizontal.kernel)
    let correlation = Correlation(input, output, vertical: vertical, horizontal: horizontal)
    form = .plain(CorrelationAlgorithm(correlation, minimumChannels: minimumChannels))
  }

  /// The transpose of the convolution with these windows, which has `input` as its output.
  init?(
    transposed input: ImageShape, channels: Int, vertical: Window, horizontal: Window,
    hasBias: Bool, minimumChannels: Int = Winograd.minimumChannels
  ) {
    guard vertical.outputs == input.height, horizontal.outputs == input.width,
      let output = ImageShape(
        channels: channels, height: vertical.inputs, width: horizontal.inputs)
    else { return nil }
    (self.input, self.output, self.hasBias) = (input, output, hasBias)
    (kernelHeight, kernelWidth) = (vertical.kernel, horizontal.kernel)
    let correlation = Correlation(output, input, vertical: vertical, horizontal: horizontal)
    form = .transposed(CorrelationAlgorithm(correlation, minimumChannels: minimumChannels))
  }

  /// A convolution of stride 1 over an image that is repeated `factor` times; the windows are those
  /// over the large image.
  init?(
    _ input: ImageShape, upsampledBy factor: Int, channels: Int, vertical: Window,
    horizontal: Window, hasBias: Bool
  ) {
    guard vertical.stride == 1, horizontal.stride == 1,
      let output = ImageShape(
        channels: channels, height: vertical.outputs, width: horizontal.outputs)
    else { return nil }
    (self.input, self.output, self.hasBias) = (input, output, hasBias)
    (kernelHeight, kernelWidth) = (vertical.kernel, horizontal.kernel)
    let (down, across) = (
      UpsampledWindow(factor: factor, kernel: vertical.kernel, padding: vertical.padding),
      UpsampledWindow(factor: factor, kernel: horizontal.kernel, padding: horizontal.padding)
    )
    var first = 0
    var phases: [Phase] = []
    for row in 0..<min(factor, output.height) {
      for column in 0..<min(factor, output.width) {
        let correlation = Correlation(
          input, output,
          vertical: down.window(phase: row, inputs: input.height, outputs: output.height),
          horizontal: across.window(phase: column, inputs: input.width, outputs: output.width))
        let weights = first..<first + correlation.weightCount
        phases.append(Phase(correlation: correlation, row: row, column: column, weights: weights))
        first = weights.upperBound
      }
    }
    form = .upsampled(phases, vertical: down, horizontal: across)
  }

  /// Channels of what W's rows and columns stand for: of the products, and of the image.
  private var rows: Int { isTransposed ? input.channels : output.channels }
  private var columns: Int { isTransposed ? output.channels : input.channels }
  private var isTransposed: Bool { if case .transposed = form { true } else { false } }
  private var weightCount: Int { rows * kernelHeight * kernelWidth * columns }

  var parameters: [Parameter] {
    let shape = [rows, columns, kernelHeight, kernelWidth]
    let taps = kernelHeight * kernelWidth
    // As PyTorch counts, which takes a transposed kernel for a plain one.
    let weight = Parameter(
      "weight", shape, .weight(fanIn: taps * columns, fanOut: taps * rows),
      permutation: LayoutPermutation(shape, by: [0, 2, 3, 1]))
    let bias = Parameter("bias", [output.channels], .bias(fanIn: taps * columns))
    return hasBias ? [weight, bias] : [weight]
  }

  var preparedCount: Int {
    switch form {
    case .plain(let form), .transposed(let form): form.preparedCount
    case .upsampled(let phases, _, _): phases.map(\.correlation.weightCount).reduce(0, +)
    }
  }

  func prepareWeights<S: Scalar>(_ parameters: LayerParameters<S>, slice: WorkerSlice) {
    switch form {
    case .plain(let form), .transposed(let form):
      form.prepareWeights(weight(parameters), into: parameters.prepared, slice: slice)
    case .upsampled:
      forEachMergedTap(of: parameters, slice) { sum, tap, isFirst in
        if isFirst { sum.copy(tap) } else { S.addScaled(tap, by: 1, to: sum) }
      }
    }
  }

  func forward<S: Scalar>(
    _ x: MatrixView<S>, _ parameters: LayerParameters<S>, saved _: MatrixView<S>,
    into y: MatrixView<S>
  ) {
    apply(x, parameters, bias: hasBias ? bias(parameters) : nil, into: y)
  }

  func jvp<S: Scalar>(
    _ u: MatrixView<S>, output _: MatrixView<S>, saved _: MatrixView<S>,
    _ parameters: LayerParameters<S>, into v: MatrixView<S>
  ) {
    apply(u, parameters, bias: nil, into: v)
  }

  private func weight<S: Scalar>(_ parameters: LayerParameters<S>) -> Buffer<S> {
    parameters.values.prefix(weightCount)
  }
  private func bias<S: Scalar>(_ parameters: LayerParameters<S>) -> Buffer<S> {
    parameters.values.dropFirst(weightCount)
  }

  private func apply<S: Scalar>(
    _ x: MatrixView<S>, _ parameters: LayerParameters<S>, bias: Buffer<S>?, into y: MatrixView<S>
  ) {
    switch form {
    case .plain(let form):
      form.apply(x, weight(parameters), prepared: parameters.prepared, bias: bias, into: y)
    case .transposed(let form):
      form.applyTranspose(x, weight(parameters), prepared: parameters.prepared, bias: bias, into: y)
    case .upsampled(let phases, _, _):
      for phase in phases {
        phase.correlation.apply(x, parameters.prepared[phase.weights], bias: bias, into: y)
      }
    }
  }

  func vjp<S: Scalar>(
    _ dy: MatrixView<S>, output _: MatrixView<S>, saved _: MatrixView<S>,
    _ parameters: LayerParameters<S>, into dx: MatrixView<S>
  ) {
    switch form {
    case .plain(let form):
      form.applyTranspose(
        dy, weight(parameters), prepared: parameters.prepared, bias: nil, into: dx)
    case .transposed(let form):
      form.apply(dy, weight(parameters), prepared: parameters.prepared, bias: nil, into: dx)
    case .upsampled(let phases, _, _):
      for (index, phase) in phases.enumerated() {
        phase.correlation.applyTranspose(
          dy, parameters.prepared[phase.weights], bias: nil, adding: index > 0, into: dx)
      }
    }
  }

  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ input: WeightGradientInput, _ dy: MatrixView<S>, slice: WorkerSlice,
    adding: Bool,
    into gradient: LayerParameters<S>
  ) {
    switch form {
    case .plain(let form):
      form.weightGradient(
        x, dy, slice: slice, adding: adding, into: weight(gradient), prepared: gradient.prepared)
    case .transposed(let form):
      form.weightGradient(
        dy, x, slice: slice, adding: adding, into: weight(gradient), prepared: gradient.prepared)
    case .upsampled(let phases, _, _):
      for phase in phases {
        phase.correlation.weightGradient(
          x, dy, slice: slice, adding: adding, into: gradient.prepared[phase.weights])
      }
      // The derived gradients are the sum so far, so this makes the parameters' anew.
      MatrixView(weight(gradient), rows: rows, columns: weightCount / rows)
        .rows(slice.range(of: rows)).clear()
      forEachMergedTap(of: gradient, slice) { sum, tap, _ in S.addScaled(sum, by: 1, to: tap) }
    }
    if hasBias {
      biasGradient(input, dy, slice: slice, adding: adding, into: bias(gradient))
    }
  }

  /// Calls `body` with every tap of a phase and each tap of the kernel that falls on it, rows ×
  /// columns each, and whether it is the first there: for a share of the rows.
  private func forEachMergedTap<S: Scalar>(
    of parameters: LayerParameters<S>, _ slice: WorkerSlice,
    _ body: (MatrixView<S>, MatrixView<S>, Bool) -> Void
  ) {
    guard case .upsampled(let phases, let vertical, let horizontal) = form else { return }
    let channels = slice.range(of: rows)
    if channels.isEmpty { return }
    func weights(_ kernel: MatrixView<S>, _ tap: Int) -> MatrixView<S> {
      kernel.rows(channels).columns(tap * columns..<(tap + 1) * columns)
    }
    let whole = MatrixView(weight(parameters), rows: rows, columns: weightCount / rows)
    for phase in phases {
      let merged = MatrixView(
        parameters.prepared[phase.weights], rows: rows, columns: phase.correlation.windowSize)
      let width = horizontal.taps(of: phase.column)
      for y in 0..<kernelHeight {
        for x in 0..<kernelWidth {
          let tap = vertical.tap(y, in: phase.row) * width + horizontal.tap(x, in: phase.column)
          // The first tap that falls on a place is its least row and column.
          let isFirst =
            (y == 0 || vertical.tap(y - 1, in: phase.row) < vertical.tap(y, in: phase.row))
            && (x == 0
              || horizontal.tap(x - 1, in: phase.column)
                < horizontal.tap(x, in: phase.column))
          body(weights(merged, tap), weights(whole, y * kernelWidth + x), isFirst)
        }
      }
    }
  }

  /// db[channel] = Σ over positions and samples of dy, position after position, or added to it.
  private func biasGradient<S: Scalar>(
    _ input: WeightGradientInput, _ dy: MatrixView<S>, slice: WorkerSlice, adding: Bool,
    into gradient: Buffer<S>
  ) {
    let slice = slice.range(of: output.channels)
    let bias = gradient[slice]
    if !adding { bias.fill(0) }
    guard input == .value, !slice.isEmpty else { return }
    for position in 0..<output.height * output.width {
      let first = position * output.channels
      S.addRowSums(dy.rows(first + slice.lowerBound..<first + slice.upperBound), into: bias)
    }
  }
}
