/// y = W·x + b: PyTorch's `Linear`. W is outputs × inputs, row-major, then b, outputs. Where x or y is
/// an image, its elements count in memory order.
struct Dense: Layer {
  let input: Shape
  let output: Shape
  let hasBias: Bool
  var isAffine: Bool { true }
  private var inputs: Int { input.count }
  private var outputs: Int { output.count }

  var parameters: [Parameter] {
    let weight = Parameter(
      "weight", [outputs, inputs], .weight(fanIn: inputs, fanOut: outputs),
      permutation: LayoutPermutation(rows: output, columns: input))
    let bias = Parameter(
      "bias", [outputs], .bias(fanIn: inputs), permutation: LayoutPermutation(output))
    return hasBias ? [weight, bias] : [weight]
  }

  private func weight<S: Scalar>(_ parameters: LayerParameters<S>) -> MatrixView<S> {
    MatrixView(parameters.values.prefix(outputs * inputs), rows: outputs, columns: inputs)
  }

  private func bias<S: Scalar>(_ parameters: LayerParameters<S>) -> Buffer<S>? {
    hasBias ? parameters.values.dropFirst(outputs * inputs) : nil
  }

  @_specialize(where S == Float)
  func forward<S: Scalar>(_ x: MatrixView<S>, into y: MatrixView<S>, _ context: LayerContext<S>) {
    S.product(
      MatrixOperand(weight(context.parameters)), MatrixOperand(x),
      bias: bias(context.parameters), adding: false, into: y)
  }

  /// dx = Wᵀ·dy.
  @_specialize(where S == Float)
  func vjp<S: Scalar>(_ dy: MatrixView<S>, into dx: MatrixView<S>, _ context: LayerContext<S>) {
    S.product(
      weight(context.parameters).transposed, MatrixOperand(dy), bias: nil, adding: false, into: dx)
  }

  /// v = W·u.
  @_specialize(where S == Float)
  func jvp<S: Scalar>(_ u: MatrixView<S>, into v: MatrixView<S>, _ context: LayerContext<S>) {
    S.product(
      MatrixOperand(weight(context.parameters)), MatrixOperand(u), bias: nil, adding: false,
      into: v)
  }

  /// dW = dy·xᵀ; db = Σ over samples of dy. A slice is a range of W's rows.
  @_specialize(where S == Float)
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ dy: MatrixView<S>, _ context: WeightGradientContext<S>
  ) {
    let rows = context.slice.range(of: outputs)
    if rows.isEmpty { return }
    let dy = dy.rows(rows)
    S.product(
      MatrixOperand(dy), x.transposed, bias: nil, adding: context.isAdding,
      into: weight(context.gradient).rows(rows))
    guard let bias = bias(context.gradient)?[rows] else { return }
    if !context.isAdding { bias.fill(0) }
    if context.input == .value { S.addRowSums(dy, into: bias) }
  }
}
