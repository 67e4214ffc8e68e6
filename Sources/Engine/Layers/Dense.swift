/// y = W·x + b: PyTorch's `Linear`. W is outputs × inputs, row-major, then b, outputs; where x or y
/// is an image, in the order of its numbers.
struct Dense: Layer {
  let input: ImageShape
  let output: ImageShape
  let hasBias: Bool
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
  private func bias<S: Scalar>(_ parameters: LayerParameters<S>) -> Buffer<S> {
    parameters.values.dropFirst(outputs * inputs)
  }

  func forward<S: Scalar>(
    _ x: MatrixView<S>, _ parameters: LayerParameters<S>, saved _: MatrixView<S>,
    into y: MatrixView<S>
  ) {
    S.product(
      MatrixOperand(weight(parameters)), MatrixOperand(x), bias: hasBias ? bias(parameters) : nil,
      adding: false, into: y)
  }

  /// dx = Wᵀ·dy.
  func vjp<S: Scalar>(
    _ dy: MatrixView<S>, output _: MatrixView<S>, saved _: MatrixView<S>,
    _ parameters: LayerParameters<S>, into dx: MatrixView<S>
  ) {
    S.product(weight(parameters).transposed, MatrixOperand(dy), bias: nil, adding: false, into: dx)
  }

  /// v = W·u.
  func jvp<S: Scalar>(
    _ u: MatrixView<S>, output _: MatrixView<S>, saved _: MatrixView<S>,
    _ parameters: LayerParameters<S>, into v: MatrixView<S>
  ) {
    S.product(
      MatrixOperand(weight(parameters)), MatrixOperand(u), bias: nil, adding: false, into: v)
  }

  /// dW = dy·xᵀ; db = Σ over samples of dy. A share is a range of W's rows.
  func weightGradient<S: Scalar>(
    _ x: MatrixView<S>, _ input: WeightGradientInput, _ dy: MatrixView<S>, slice: WorkerSlice,
    adding: Bool,
    into gradient: LayerParameters<S>
  ) {
    let rows = slice.range(of: outputs)
    if rows.isEmpty { return }
    let dy = dy.rows(rows)
    S.product(
      MatrixOperand(dy), x.transposed, bias: nil, adding: adding, into: weight(gradient).rows(rows))
    guard hasBias else { return }
    let bias = bias(gradient)[rows]
    if !adding { bias.fill(0) }
    if input == .value { S.addRowSums(dy, into: bias) }
  }
}
