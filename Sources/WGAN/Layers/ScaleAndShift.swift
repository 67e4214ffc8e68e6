/// y = γ·x + β, a number of each for every channel: the second half of a normalisation.
struct ScaleAndShift: Layer {
  let shape: ImageShape
  let order: Order?
  var input: ImageShape { shape }
  var output: ImageShape { shape }
  private var channels: Int { shape.channels }

  var parameters: [Parameter] {
    [
      Parameter("weight", [channels], .constant(1), order: order),
      Parameter("bias", [channels], .constant(0), order: order),
    ]
  }

  private func scale<S: Scalar>(_ run: LayerRun<S>) -> Run<S> { run.values.prefix(channels) }

  func forward<S: Scalar>(_ x: Block<S>, _ run: LayerRun<S>, notes _: Block<S>, into y: Block<S>) {
    S.scaleRows(x, by: scale(run), shift: run.values.dropFirst(channels), into: y)
  }

  func backward<S: Scalar>(
    _ dy: Block<S>, output _: Block<S>, notes _: Block<S>, _ run: LayerRun<S>, into dx: Block<S>
  ) {
    S.scaleRows(dy, by: scale(run), shift: nil, into: dx)
  }

  func tangent<S: Scalar>(
    _ u: Block<S>, output _: Block<S>, notes _: Block<S>, _ run: LayerRun<S>, into v: Block<S>
  ) {
    S.scaleRows(u, by: scale(run), shift: nil, into: v)
  }

  func accumulate<S: Scalar>(
    _ x: Block<S>, _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: LayerRun<S>
  ) {
    for channel in share.range(of: channels) {
      let dy = dy.rows(from: channel, by: channels)
      let scale = S.blockDot(x.rows(from: channel, by: channels), from: 0, dy)
      let shift = input == .value ? S.blockSum(dy) : 0
      func put(_ sum: Double, _ place: Int) {
        gradient.values[place] = S(adding ? Double(gradient.values[place]) + sum : sum)
      }
      put(scale, channel)
      put(shift, channels + channel)
    }
  }
}
