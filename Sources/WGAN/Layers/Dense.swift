/// y = W·x + b: PyTorch's `Linear`. W is outputs × inputs, row-major, then b, outputs; where x or y
/// is an image, in the order of its numbers.
struct Dense: Layer {
  let input: ImageShape
  let output: ImageShape
  private var inputs: Int { input.count }
  private var outputs: Int { output.count }

  var parameters: [Parameter] {
    [
      Parameter(
        name: "weight", shape: [outputs, inputs], fanIn: inputs,
        order: Order(rows: output, columns: input)),
      Parameter(name: "bias", shape: [outputs], fanIn: inputs, order: Order(output)),
    ]
  }

  func forward<S: Scalar>(_ x: Block<S>, _ parameters: UnsafePointer<S>, into y: Block<S>) {
    S.product(
      parameters, inputs, 1, MatrixOperand(x), bias: parameters + outputs * inputs, adding: false,
      into: y)
  }

  /// dx = Wᵀ·dy.
  func backward<S: Scalar>(
    _ dy: Block<S>, output _: Block<S>, _ parameters: UnsafePointer<S>, into dx: Block<S>
  ) {
    S.product(parameters, 1, inputs, MatrixOperand(dy), bias: nil, adding: false, into: dx)
  }

  /// v = W·u.
  func tangent<S: Scalar>(
    _ u: Block<S>, output _: Block<S>, _ parameters: UnsafePointer<S>, into v: Block<S>
  ) {
    S.product(parameters, inputs, 1, MatrixOperand(u), bias: nil, adding: false, into: v)
  }

  /// dW = dy·xᵀ; db = Σ over samples of dy. A share is a range of W's rows.
  func accumulate<S: Scalar>(
    _ x: Block<S>, _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: UnsafeMutablePointer<S>
  ) {
    let rows = share.range(of: outputs)
    if rows.isEmpty { return }
    let dy = dy.rows(rows)
    let weight = Block(
      base: gradient + rows.lowerBound * inputs, rows: rows.count, columns: inputs, stride: inputs)
    S.product(
      dy.base, dy.stride, 1, MatrixOperand(x).transposed, bias: nil, adding: adding, into: weight)
    let bias = gradient + outputs * inputs + rows.lowerBound
    if !adding { bias.update(repeating: 0, count: rows.count) }
    if input == .value { S.addRowSums(dy, into: bias) }
  }
}
