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
      order: Order(rows: output, columns: input))
    let bias = Parameter("bias", [outputs], .bias(fanIn: inputs), order: Order(output))
    return hasBias ? [weight, bias] : [weight]
  }

  private func weight<S: Scalar>(_ run: LayerRun<S>) -> Block<S> {
    Block(run.values.prefix(outputs * inputs), rows: outputs, columns: inputs)
  }
  private func bias<S: Scalar>(_ run: LayerRun<S>) -> Run<S> {
    run.values.dropFirst(outputs * inputs)
  }

  func forward<S: Scalar>(_ x: Block<S>, _ run: LayerRun<S>, notes _: Block<S>, into y: Block<S>) {
    S.product(
      Matrix(weight(run)), Matrix(x), bias: hasBias ? bias(run) : nil, adding: false, into: y)
  }

  /// dx = Wᵀ·dy.
  func backward<S: Scalar>(
    _ dy: Block<S>, output _: Block<S>, notes _: Block<S>, _ run: LayerRun<S>, into dx: Block<S>
  ) {
    S.product(weight(run).transposed, Matrix(dy), bias: nil, adding: false, into: dx)
  }

  /// v = W·u.
  func tangent<S: Scalar>(
    _ u: Block<S>, output _: Block<S>, notes _: Block<S>, _ run: LayerRun<S>, into v: Block<S>
  ) {
    S.product(Matrix(weight(run)), Matrix(u), bias: nil, adding: false, into: v)
  }

  /// dW = dy·xᵀ; db = Σ over samples of dy. A share is a range of W's rows.
  func accumulate<S: Scalar>(
    _ x: Block<S>, _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: LayerRun<S>
  ) {
    let rows = share.range(of: outputs)
    if rows.isEmpty { return }
    let dy = dy.rows(rows)
    S.product(
      Matrix(dy), x.transposed, bias: nil, adding: adding, into: weight(gradient).rows(rows))
    guard hasBias else { return }
    let bias = bias(gradient)[rows]
    if !adding { bias.fill(0) }
    if input == .value { S.addRowSums(dy, into: bias) }
  }
}
