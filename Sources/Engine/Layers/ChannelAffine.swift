/// y = γ·x + β with one γ and one β for each channel: the second half of a normalization.
struct ChannelAffine: Layer {
  let shape: Shape
  let permutation: LayoutPermutation?
  var input: Shape { shape }
  var output: Shape { shape }
  private var channels: Int { shape.channels }

  var parameters: [Parameter] {
    [
      Parameter("weight", [channels], .constant(1), permutation: permutation),
      Parameter("bias", [channels], .constant(0), permutation: permutation),
    ]
  }

  @_specialize(where S == Float)
  func forward<S: Scalar>(_ x: MatrixView<S>, into y: MatrixView<S>, _ context: LayerContext<S>) {
    S.scaleRows(
      x, by: scale(context), shift: context.parameters.values.dropFirst(channels), into: y)
  }

  @_specialize(where S == Float)
  func vjp<S: Scalar>(_ dy: MatrixView<S>, into dx: MatrixView<S>, _ context: LayerContext<S>) {
    S.scaleRows(dy, by: scale(context), shift: nil, into: dx)
  }

  @_specialize(where S == Float)
  func jvp<S: Scalar>(_ u: MatrixView<S>, into v: MatrixView<S>, _ context: LayerContext<S>) {
    S.scaleRows(u, by: scale(context), shift: nil, into: v)
  }

  private func scale<S: Scalar>(_ context: LayerContext<S>) -> Buffer<S> {
    context.parameters.values.prefix(channels)
  }

  @_specialize(where S == Float)
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ dy: MatrixView<S>, _ context: WeightGradientContext<S>
  ) {
    let gradient = context.gradient.values
    for channel in context.slice.range(of: channels) {
      let dy = dy.rows(from: channel, by: channels)
      let scale = S.dot(x.rows(from: channel, by: channels), from: 0, dy)
      let shift = context.input == .value ? S.sum(dy) : 0
      for (index, sum) in [(channel, scale), (channels + channel, shift)] {
        gradient[index] = S(context.isAdding ? Double(gradient[index]) + sum : sum)
      }
    }
  }
}
