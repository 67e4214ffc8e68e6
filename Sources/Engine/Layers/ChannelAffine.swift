/// y = γ·x + β, a number of each for every channel: the second half of a normalisation.
struct ChannelAffine: Layer {
  let shape: ImageShape
  let permutation: LayoutPermutation?
  var input: ImageShape { shape }
  var output: ImageShape { shape }
  private var channels: Int { shape.channels }

  var parameters: [Parameter] {
    [
      Parameter("weight", [channels], .constant(1), permutation: permutation),
      Parameter("bias", [channels], .constant(0), permutation: permutation),
    ]
  }

  private func scale<S: Scalar>(_ parameters: LayerParameters<S>) -> Buffer<S> {
    parameters.values.prefix(channels)
  }

  func forward<S: Scalar>(
    _ x: MatrixView<S>, _ parameters: LayerParameters<S>, saved _: MatrixView<S>,
    into y: MatrixView<S>
  ) {
    S.scaleRows(x, by: scale(parameters), shift: parameters.values.dropFirst(channels), into: y)
  }

  func vjp<S: Scalar>(
    _ dy: MatrixView<S>, output _: MatrixView<S>, saved _: MatrixView<S>,
    _ parameters: LayerParameters<S>, into dx: MatrixView<S>
  ) {
    S.scaleRows(dy, by: scale(parameters), shift: nil, into: dx)
  }

  func jvp<S: Scalar>(
    _ u: MatrixView<S>, output _: MatrixView<S>, saved _: MatrixView<S>,
    _ parameters: LayerParameters<S>, into v: MatrixView<S>
  ) {
    S.scaleRows(u, by: scale(parameters), shift: nil, into: v)
  }

  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ input: WeightGradientInput, _ dy: MatrixView<S>, slice: WorkerSlice,
    adding: Bool,
    into gradient: LayerParameters<S>
  ) {
    for channel in slice.range(of: channels) {
      let dy = dy.rows(from: channel, by: channels)
      let scale = S.dot(x.rows(from: channel, by: channels), from: 0, dy)
      let shift = input == .value ? S.sum(dy) : 0
      func put(_ sum: Double, _ place: Int) {
        gradient.values[place] = S(adding ? Double(gradient.values[place]) + sum : sum)
      }
      put(scale, channel)
      put(shift, channels + channel)
    }
  }
}
