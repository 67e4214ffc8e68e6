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
    case plain(CorrelationForm)
    /// From y's shape to x's.
    case transposed(CorrelationForm)
    /// One for each phase, over its derived weights.
    case upsampled([Phase], vertical: Upsampling, horizontal: Upsampling)
  }

  private struct Phase {
    let correlation: Correlation
    let row: Int, column: Int
    /// The phase's among the derived weights.
    let weights: Range<Int>
  }

  /// A convolution to `channels` channels; `nil` when its output would be too large. Less than
  /// `leastChannels` are not worth Winograd's form.
  init?(
    _ input: ImageShape, channels: Int, vertical: Window, horizontal: Window, hasBias: Bool,
    leastChannels: Int = Winograd.leastChannels
  ) {
    guard
      let output = ImageShape(
        channels: channels, height: vertical.outputs, width: horizontal.outputs)
    else { return nil }
    (self.input, self.output, self.hasBias) = (input, output, hasBias)
    (kernelHeight, kernelWidth) = (vertical.kernel, horizontal.kernel)
    let correlation = Correlation(input, output, vertical: vertical, horizontal: horizontal)
    form = .plain(CorrelationForm(correlation, leastChannels: leastChannels))
  }

  /// The transpose of the convolution with these windows, which has `input` as its output.
  init?(
    transposed input: ImageShape, channels: Int, vertical: Window, horizontal: Window,
    hasBias: Bool, leastChannels: Int = Winograd.leastChannels
  ) {
    guard vertical.outputs == input.height, horizontal.outputs == input.width,
      let output = ImageShape(
        channels: channels, height: vertical.inputs, width: horizontal.inputs)
    else { return nil }
    (self.input, self.output, self.hasBias) = (input, output, hasBias)
    (kernelHeight, kernelWidth) = (vertical.kernel, horizontal.kernel)
    let correlation = Correlation(output, input, vertical: vertical, horizontal: horizontal)
    form = .transposed(CorrelationForm(correlation, leastChannels: leastChannels))
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
      Upsampling(factor: factor, kernel: vertical.kernel, padding: vertical.padding),
      Upsampling(factor: factor, kernel: horizontal.kernel, padding: horizontal.padding)
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
      order: Order(shape, by: [0, 2, 3, 1]))
    let bias = Parameter("bias", [output.channels], .bias(fanIn: taps * columns))
    return hasBias ? [weight, bias] : [weight]
  }

  var derivedCount: Int {
    switch form {
    case .plain(let form), .transposed(let form): form.derivedCount
    case .upsampled(let phases, _, _): phases.map(\.correlation.weightCount).reduce(0, +)
    }
  }

  func derive<S: Scalar>(_ run: LayerRun<S>, share: Share) {
    switch form {
    case .plain(let form), .transposed(let form):
      form.derive(weight(run), into: run.derived, share: share)
    case .upsampled:
      forEachMergedTap(of: run, share) { sum, tap, isFirst in
        if isFirst { sum.copy(tap) } else { S.addScaled(tap, by: 1, to: sum) }
      }
    }
  }

  func forward<S: Scalar>(_ x: Block<S>, _ run: LayerRun<S>, notes _: Block<S>, into y: Block<S>) {
    apply(x, run, bias: hasBias ? bias(run) : nil, into: y)
  }

  func tangent<S: Scalar>(
    _ u: Block<S>, output _: Block<S>, notes _: Block<S>, _ run: LayerRun<S>, into v: Block<S>
  ) {
    apply(u, run, bias: nil, into: v)
  }

  private func weight<S: Scalar>(_ run: LayerRun<S>) -> Run<S> { run.values.prefix(weightCount) }
  private func bias<S: Scalar>(_ run: LayerRun<S>) -> Run<S> { run.values.dropFirst(weightCount) }

  private func apply<S: Scalar>(
    _ x: Block<S>, _ run: LayerRun<S>, bias: Run<S>?, into y: Block<S>
  ) {
    switch form {
    case .plain(let form): form.apply(x, weight(run), derived: run.derived, bias: bias, into: y)
    case .transposed(let form):
      form.applyTranspose(x, weight(run), derived: run.derived, bias: bias, into: y)
    case .upsampled(let phases, _, _):
      for phase in phases {
        phase.correlation.apply(x, run.derived[phase.weights], bias: bias, into: y)
      }
    }
  }

  func backward<S: Scalar>(
    _ dy: Block<S>, output _: Block<S>, notes _: Block<S>, _ run: LayerRun<S>, into dx: Block<S>
  ) {
    switch form {
    case .plain(let form):
      form.applyTranspose(dy, weight(run), derived: run.derived, bias: nil, into: dx)
    case .transposed(let form):
      form.apply(dy, weight(run), derived: run.derived, bias: nil, into: dx)
    case .upsampled(let phases, _, _):
      for (index, phase) in phases.enumerated() {
        phase.correlation.applyTranspose(
          dy, run.derived[phase.weights], bias: nil, adding: index > 0, into: dx)
      }
    }
  }

  func accumulate<S: Scalar>(
    _ x: Block<S>, _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: LayerRun<S>
  ) {
    switch form {
    case .plain(let form):
      form.accumulate(
        x, dy, share: share, adding: adding, into: weight(gradient), derived: gradient.derived)
    case .transposed(let form):
      form.accumulate(
        dy, x, share: share, adding: adding, into: weight(gradient), derived: gradient.derived)
    case .upsampled(let phases, _, _):
      for phase in phases {
        phase.correlation.accumulate(
          x, dy, share: share, adding: adding, into: gradient.derived[phase.weights])
      }
      // The derived gradients are the sum so far, so this makes the parameters' anew.
      Block(weight(gradient), rows: rows, columns: weightCount / rows)
        .rows(share.range(of: rows)).clear()
      forEachMergedTap(of: gradient, share) { sum, tap, _ in S.addScaled(sum, by: 1, to: tap) }
    }
    if hasBias {
      accumulateBias(input, dy, share: share, adding: adding, into: bias(gradient))
    }
  }

  /// Calls `body` with every tap of a phase and each tap of the kernel that falls on it, rows ×
  /// columns each, and whether it is the first there: for a share of the rows.
  private func forEachMergedTap<S: Scalar>(
    of run: LayerRun<S>, _ share: Share, _ body: (Block<S>, Block<S>, Bool) -> Void
  ) {
    guard case .upsampled(let phases, let vertical, let horizontal) = form else { return }
    let channels = share.range(of: rows)
    if channels.isEmpty { return }
    func weights(_ kernel: Block<S>, _ tap: Int) -> Block<S> {
      kernel.rows(channels).columns(tap * columns..<(tap + 1) * columns)
    }
    let whole = Block(weight(run), rows: rows, columns: weightCount / rows)
    for phase in phases {
      let merged = Block(
        run.derived[phase.weights], rows: rows, columns: phase.correlation.windowSize)
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
  private func accumulateBias<S: Scalar>(
    _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: Run<S>
  ) {
    let share = share.range(of: output.channels)
    let bias = gradient[share]
    if !adding { bias.fill(0) }
    guard input == .value, !share.isEmpty else { return }
    for position in 0..<output.height * output.width {
      let first = position * output.channels
      S.addRowSums(dy.rows(first + share.lowerBound..<first + share.upperBound), into: bias)
    }
  }
}
