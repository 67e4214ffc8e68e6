/// y = γ·(x − μ)/√(σ² + ε) + β, channel by channel (Ioffe & Szegedy 2015): PyTorch's `BatchNorm2d`.
///
/// In training μ and σ² are those of the whole batch, over samples and positions, so this is not a
/// `Layer`: a share of its work is a range of channels, and all samples must be there. In sampling
/// they are the running statistics, which every training pass moves: running = (1 − momentum) ·
/// running + momentum · batch, with the unbiased variance, as PyTorch does. (Keras 3 takes the
/// biased one, and calls 1 − momentum the momentum.)
struct BatchNormalization: Sendable {
  let shape: ImageShape
  let order: Order?
  let epsilon: Double, momentum: Double
  private var channels: Int { shape.channels }
  private var positions: Int { shape.height * shape.width }

  var parameters: [Parameter] { ScaleAndShift(shape: shape, order: order).parameters }

  /// The running statistics.
  var buffers: [Parameter] {
    [
      Parameter("running_mean", [channels], .constant(0), order: order),
      Parameter("running_var", [channels], .constant(1), order: order),
    ]
  }

  /// For every channel: μ, 1/√(σ² + ε), dγ, dβ. A column for each group.
  var noteRows: Int { 4 * channels }

  /// The numbers of a pass over `columns`, which are so many groups of equal size, each normalised
  /// by itself: for a share of the channels.
  func forward<S: Scalar>(
    _ x: Block<S>, _ run: LayerRun<S>, buffers: Run<S>, groups: Int, notes: Block<S>, share: Share,
    into y: Block<S>
  ) {
    for channel in share.range(of: channels) {
      for group in 0..<groups {
        let columns = self.columns(of: group, groups, x.columns)
        let x = x.rows(from: channel, by: channels).columns(columns)
        let count = Double(positions * columns.count)
        let mean = S(S.blockSum(x) / count)
        let squares = S.blockSquareDeviation(x, from: mean)
        let scale = S(1 / (squares / count + epsilon).squareRoot())
        notes[channel, group] = mean
        notes[channels + channel, group] = scale
        normalize(
          x, channel, mean, scale, run, into: y.rows(from: channel, by: channels).columns(columns))
        move(buffers, channel, to: Double(mean))
        move(buffers, channels + channel, to: squares / max(count - 1, 1))
      }
    }
  }

  /// The numbers of some samples, by the running statistics.
  func sample<S: Scalar>(
    _ x: Block<S>, _ run: LayerRun<S>, buffers: Run<S>, into y: Block<S>
  ) {
    for channel in 0..<channels {
      let scale = S(1 / (Double(buffers[channels + channel]) + epsilon).squareRoot())
      normalize(
        x.rows(from: channel, by: channels), channel, buffers[channel], scale, run,
        into: y.rows(from: channel, by: channels))
    }
  }

  /// dx = γ·r·(dy − ⟨dy⟩ − x̂·⟨dy·x̂⟩), where x̂ is what forward normalised x to; dγ = Σ dy·x̂ and
  /// dβ = Σ dy on the way.
  func backward<S: Scalar>(
    _ dy: Block<S>, input x: Block<S>, _ run: LayerRun<S>, groups: Int, notes: Block<S>,
    share: Share, into dx: Block<S>
  ) {
    for channel in share.range(of: channels) {
      for group in 0..<groups {
        let columns = self.columns(of: group, groups, x.columns)
        let x = x.rows(from: channel, by: channels).columns(columns)
        let dy = dy.rows(from: channel, by: channels).columns(columns)
        let count = Double(positions * columns.count)
        let (mean, scale) = (notes[channel, group], notes[channels + channel, group])
        let shift = S.blockSum(dy)
        let product = S.blockDot(x, from: mean, dy) * Double(scale)
        notes[2 * channels + channel, group] = S(product)
        notes[3 * channels + channel, group] = S(shift)
        S.batchNormalizeBackward(
          x, mean: mean, scale: scale, dy, a: run.values[channel] * scale, b: S(shift / count),
          c: S(product / count), into: dx.rows(from: channel, by: channels).columns(columns))
      }
    }
  }

  /// The gradients that backward noted, for a share of the channels.
  func accumulate<S: Scalar>(
    notes: Block<S>, groups: Int, share: Share, adding: Bool, into gradient: LayerRun<S>
  ) {
    for channel in share.range(of: channels) {
      for (row, parameter) in [(2, channel), (3, channels + channel)] {
        var sum = adding ? gradient.values[parameter] : 0
        for group in 0..<groups { sum += notes[row * channels + channel, group] }
        gradient.values[parameter] = sum
      }
    }
  }

  private func normalize<S: Scalar>(
    _ x: Block<S>, _ channel: Int, _ mean: S, _ scale: S, _ run: LayerRun<S>, into y: Block<S>
  ) {
    S.batchNormalize(
      x, mean: mean, scale: scale, gamma: run.values[channel],
      beta: run.values[channels + channel], into: y)
  }

  private func move<S: Scalar>(_ running: Run<S>, _ index: Int, to batch: Double) {
    running[index] = S((1 - momentum) * Double(running[index]) + momentum * batch)
  }

  private func columns(of group: Int, _ groups: Int, _ count: Int) -> Range<Int> {
    group * count / groups..<(group + 1) * count / groups
  }
}
