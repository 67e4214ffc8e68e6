/// y = γ·(x − μ)/√(σ² + ε) + β, channel by channel (Ioffe & Szegedy 2015): PyTorch's `BatchNorm2d`.
///
/// In training μ and σ² are those of the whole batch, over samples and positions: a slice of the work
/// is a range of channels, and all samples must be there. In sampling they are the running
/// statistics, which every training pass moves: running = (1 − momentum) · running + momentum ·
/// batch, with the unbiased variance, as in PyTorch. (Keras 3 takes the biased variance, and calls
/// 1 − momentum the momentum.)
struct BatchNormalization: Layer {
  let shape: Shape
  let permutation: LayoutPermutation?
  let epsilon: Double, momentum: Double
  var input: Shape { shape }
  var output: Shape { shape }
  var worksInPlace: Bool { true }
  var readsInput: Bool { true }
  private var channels: Int { shape.channels }

  var parameters: [Parameter] { ChannelAffine(shape: shape, permutation: permutation).parameters }

  /// The running statistics.
  var buffers: [Parameter] {
    [
      Parameter("running_mean", [channels], .constant(0), permutation: permutation),
      Parameter("running_var", [channels], .constant(1), permutation: permutation),
    ]
  }

  /// For every channel: μ, 1/√(σ² + ε), dγ, dβ; a column for each group.
  var savedRows: Int { 4 * channels }

  func scope(in mode: PassMode) -> LayerScope { mode == .training ? .batch : .sample }

  @_specialize(where S == Float)
  func forward<S: Scalar>(_ x: MatrixView<S>, into y: MatrixView<S>, _ context: LayerContext<S>) {
    switch context.mode {
    case .training: train(x, into: y, context)
    case .sampling: sample(x, into: y, context.parameters)
    }
  }

  /// By the statistics of each group of columns.
  private func train<S: Scalar>(
    _ x: MatrixView<S>, into y: MatrixView<S>, _ context: LayerContext<S>
  ) {
    let (parameters, saved) = (context.parameters, context.saved)
    forEachGroup(context.slice, context.groups, x.columns) { channel, group, columns in
      let x = x.rows(from: channel, by: channels).columns(columns)
      let count = Double(shape.positions * columns.count)
      let mean = S(S.sum(x) / count)
      let squares = S.sumOfSquaredDeviations(x, from: mean)
      let scale = S(1 / (squares / count + epsilon).squareRoot())
      saved[channel, group] = mean
      saved[channels + channel, group] = scale
      normalize(
        x, channel, mean, scale, parameters,
        into: y.rows(from: channel, by: channels).columns(columns))
      move(parameters.buffers, channel, to: Double(mean))
      move(parameters.buffers, channels + channel, to: squares / max(count - 1, 1))
    }
  }

  /// By the running statistics.
  private func sample<S: Scalar>(
    _ x: MatrixView<S>, into y: MatrixView<S>, _ parameters: LayerParameters<S>
  ) {
    let running = parameters.buffers
    for channel in 0..<channels {
      let scale = S(1 / (Double(running[channels + channel]) + epsilon).squareRoot())
      normalize(
        x.rows(from: channel, by: channels), channel, running[channel], scale, parameters,
        into: y.rows(from: channel, by: channels))
    }
  }

  /// dx = γ·r·(dy − ⟨dy⟩ − x̂·⟨dy·x̂⟩), where x̂ is x normalized; dγ = Σ dy·x̂ and dβ = Σ dy on the way.
  @_specialize(where S == Float)
  func vjp<S: Scalar>(_ dy: MatrixView<S>, into dx: MatrixView<S>, _ context: LayerContext<S>) {
    let (gamma, saved) = (context.parameters.values, context.saved)
    forEachGroup(context.slice, context.groups, dy.columns) { channel, group, columns in
      let x = context.input.rows(from: channel, by: channels).columns(columns)
      let dy = dy.rows(from: channel, by: channels).columns(columns)
      let count = Double(shape.positions * columns.count)
      let (mean, scale) = (saved[channel, group], saved[channels + channel, group])
      let shift = S.sum(dy)
      let product = S.dot(x, from: mean, dy) * Double(scale)
      saved[2 * channels + channel, group] = S(product)
      saved[3 * channels + channel, group] = S(shift)
      S.batchNormalizeVJP(
        x, mean: mean, scale: scale, dy, a: gamma[channel] * scale, b: S(shift / count),
        c: S(product / count), into: dx.rows(from: channel, by: channels).columns(columns))
    }
  }

  /// There is none: a critic with a gradient penalty has no batch norm, since the gradient of one
  /// sample would depend on the others.
  @_specialize(where S == Float)
  func jvp<S: Scalar>(_: MatrixView<S>, into _: MatrixView<S>, _: LayerContext<S>) {
    preconditionFailure("batch norm has no jvp")
  }

  /// What vjp saved, for a slice of the channels.
  @_specialize(where S == Float)
  func weightGradient<S: Scalar>(
    _: MatrixView<S>, _: MatrixView<S>, _ context: WeightGradientContext<S>
  ) {
    let values = context.gradient.values
    for channel in context.slice.range(of: channels) {
      for (row, parameter) in [(2, channel), (3, channels + channel)] {
        var sum = context.isAdding ? values[parameter] : 0
        for group in 0..<context.groups { sum += context.saved[row * channels + channel, group] }
        values[parameter] = sum
      }
    }
  }

  private func normalize<S: Scalar>(
    _ x: MatrixView<S>, _ channel: Int, _ mean: S, _ scale: S, _ parameters: LayerParameters<S>,
    into y: MatrixView<S>
  ) {
    S.batchNormalize(
      x, mean: mean, scale: scale, gamma: parameters.values[channel],
      beta: parameters.values[channels + channel], into: y)
  }

  private func move<S: Scalar>(_ running: Buffer<S>, _ index: Int, to batch: Double) {
    running[index] = S((1 - momentum) * Double(running[index]) + momentum * batch)
  }

  /// Calls `body` with every channel of the slice, every group, and the group's part of the columns.
  private func forEachGroup(
    _ slice: WorkerSlice, _ groups: Int, _ columns: Int, _ body: (Int, Int, Range<Int>) -> Void
  ) {
    for channel in slice.range(of: channels) {
      for group in 0..<groups {
        body(channel, group, group * columns / groups..<(group + 1) * columns / groups)
      }
    }
  }
}
