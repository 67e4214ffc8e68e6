/// y = γ·(x − μ)/√(σ² + ε) + β, channel by channel (Ioffe & Szegedy 2015): PyTorch's `BatchNorm2d`.
///
/// In training μ and σ² are those of the whole batch, over samples and positions, so this is not a
/// `Layer`: a share of its work is a range of channels, and all samples must be there. In sampling
/// they are the running statistics, which every training pass moves: running = (1 − momentum) ·
/// running + momentum · batch, with the unbiased variance, as PyTorch does. (Keras 3 takes the
/// biased one, and calls 1 − momentum the momentum.)
struct BatchNormalization: Sendable {
  let shape: ImageShape
  let permutation: LayoutPermutation?
  let epsilon: Double, momentum: Double
  private var channels: Int { shape.channels }
  private var positions: Int { shape.height * shape.width }

  var parameters: [Parameter] { ChannelAffine(shape: shape, permutation: permutation).parameters }

  /// The running statistics.
  var buffers: [Parameter] {
    [
      Parameter("running_mean", [channels], .constant(0), permutation: permutation),
      Parameter("running_var", [channels], .constant(1), permutation: permutation),
    ]
  }

  /// For every channel: μ, 1/√(σ² + ε), dγ, dβ. A column for each group.
  var savedRows: Int { 4 * channels }

  /// The numbers of a pass over `columns`, which are so many groups of equal size, each normalised
  /// by itself: for a share of the channels.
  func forward<S: Scalar>(
    _ x: MatrixView<S>, _ parameters: LayerParameters<S>, buffers: Buffer<S>, groups: Int,
    saved: MatrixView<S>, slice: WorkerSlice,
    into y: MatrixView<S>
  ) {
    for channel in slice.range(of: channels) {
      for group in 0..<groups {
        let columns = self.columns(of: group, groups, x.columns)
        let x = x.rows(from: channel, by: channels).columns(columns)
        let count = Double(positions * columns.count)
        let mean = S(S.sum(x) / count)
        let squares = S.sumOfSquaredDeviations(x, from: mean)
        let scale = S(1 / (squares / count + epsilon).squareRoot())
        saved[channel, group] = mean
        saved[channels + channel, group] = scale
        normalize(
          x, channel, mean, scale, parameters,
          into: y.rows(from: channel, by: channels).columns(columns))
        move(buffers, channel, to: Double(mean))
        move(buffers, channels + channel, to: squares / max(count - 1, 1))
      }
    }
  }

  /// The numbers of some samples, by the running statistics.
  func sample<S: Scalar>(
    _ x: MatrixView<S>, _ parameters: LayerParameters<S>, buffers: Buffer<S>, into y: MatrixView<S>
  ) {
    for channel in 0..<channels {
      let scale = S(1 / (Double(buffers[channels + channel]) + epsilon).squareRoot())
      normalize(
        x.rows(from: channel, by: channels), channel, buffers[channel], scale, parameters,
        into: y.rows(from: channel, by: channels))
    }
  }

  /// dx = γ·r·(dy − ⟨dy⟩ − x̂·⟨dy·x̂⟩), where x̂ is what forward normalised x to; dγ = Σ dy·x̂ and
  /// dβ = Σ dy on the way.
  func vjp<S: Scalar>(
    _ dy: MatrixView<S>, input x: MatrixView<S>, _ parameters: LayerParameters<S>, groups: Int,
    saved: MatrixView<S>,
    slice: WorkerSlice, into dx: MatrixView<S>
  ) {
    for channel in slice.range(of: channels) {
      for group in 0..<groups {
        let columns = self.columns(of: group, groups, x.columns)
        let x = x.rows(from: channel, by: channels).columns(columns)
        let dy = dy.rows(from: channel, by: channels).columns(columns)
        let count = Double(positions * columns.count)
        let (mean, scale) = (saved[channel, group], saved[channels + channel, group])
        let shift = S.sum(dy)
        let product = S.dot(x, from: mean, dy) * Double(scale)
        saved[2 * channels + channel, group] = S(product)
        saved[3 * channels + channel, group] = S(shift)
        S.batchNormalizeVJP(
          x, mean: mean, scale: scale, dy, a: parameters.values[channel] * scale,
          b: S(shift / count),
          c: S(product / count), into: dx.rows(from: channel, by: channels).columns(columns))
      }
    }
  }

  /// The gradients that backward noted, for a share of the channels.
  func weightGradient<S: Scalar>(
    saved: MatrixView<S>, groups: Int, slice: WorkerSlice, adding: Bool,
    into gradient: LayerParameters<S>
  ) {
    for channel in slice.range(of: channels) {
      for (row, parameter) in [(2, channel), (3, channels + channel)] {
        var sum = adding ? gradient.values[parameter] : 0
        for group in 0..<groups { sum += saved[row * channels + channel, group] }
        gradient.values[parameter] = sum
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

  private func columns(of group: Int, _ groups: Int, _ count: Int) -> Range<Int> {
    group * count / groups..<(group + 1) * count / groups
  }
}
