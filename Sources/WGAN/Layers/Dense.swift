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

  func forward<S: Scalar>(_ x: Block<S>, _ run: LayerRun<S>, notes _: Block<S>, into y: Block<S>) {
    S.product(
      run.values, inputs, 1, MatrixOperand(x),
      bias: hasBias ? UnsafePointer(run.values + outputs * inputs) : nil, adding: false, into: y)
  }

  /// dx = Wᵀ·dy.
  func backward<S: Scalar>(
    _ dy: Block<S>, output _: Block<S>, notes _: Block<S>, _ run: LayerRun<S>, into dx: Block<S>
  ) {
    S.product(run.values, 1, inputs, MatrixOperand(dy), bias: nil, adding: false, into: dx)
  }

  /// v = W·u.
  func tangent<S: Scalar>(
    _ u: Block<S>, output _: Block<S>, notes _: Block<S>, _ run: LayerRun<S>, into v: Block<S>
  ) {
    S.product(run.values, inputs, 1, MatrixOperand(u), bias: nil, adding: false, into: v)
  }

  /// dW = dy·xᵀ; db = Σ over samples of dy. A share is a range of W's rows.
  func accumulate<S: Scalar>(
    _ x: Block<S>, _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: LayerRun<S>
  ) {
    let rows = share.range(of: outputs)
    if rows.isEmpty { return }
    let dy = dy.rows(rows)
    let weight = Block(
      base: gradient.values + rows.lowerBound * inputs, rows: rows.count, columns: inputs,
      stride: inputs)
    S.product(
      dy.base, dy.stride, 1, MatrixOperand(x).transposed, bias: nil, adding: adding, into: weight)
    guard hasBias else { return }
    let bias = gradient.values + outputs * inputs + rows.lowerBound
    if !adding { bias.update(repeating: 0, count: rows.count) }
    if input == .value { S.addRowSums(dy, into: bias) }
  }
}
