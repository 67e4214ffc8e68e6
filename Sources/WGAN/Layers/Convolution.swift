/// y = W ⋆ x + b, PyTorch's `Conv2d`; or, read backwards, y = Wᵀ ⋆ x + b, its `ConvTranspose2d`.
struct Convolution: Layer {
  /// From x's shape to y's; from y's to x's if transposed.
  let correlation: Correlation
  let isTransposed: Bool
  let hasBias: Bool
  var input: ImageShape { isTransposed ? correlation.output : correlation.input }
  var output: ImageShape { isTransposed ? correlation.input : correlation.output }

  var parameters: [Parameter] {
    correlation.parameters(biases: hasBias ? output.channels : nil)
  }

  func forward<S: Scalar>(_ x: Block<S>, _ parameters: UnsafePointer<S>, into y: Block<S>) {
    let bias = hasBias ? parameters + correlation.weightCount : nil
    apply(x, parameters, transposed: isTransposed, bias: bias, into: y)
  }

  func backward<S: Scalar>(
    _ dy: Block<S>, output _: Block<S>, _ parameters: UnsafePointer<S>, into dx: Block<S>
  ) {
    apply(dy, parameters, transposed: !isTransposed, bias: nil, into: dx)
  }

  func tangent<S: Scalar>(
    _ u: Block<S>, output _: Block<S>, _ parameters: UnsafePointer<S>, into v: Block<S>
  ) {
    apply(u, parameters, transposed: isTransposed, bias: nil, into: v)
  }

  private func apply<S: Scalar>(
    _ x: Block<S>, _ weight: UnsafePointer<S>, transposed: Bool, bias: UnsafePointer<S>?,
    into y: Block<S>
  ) {
    if transposed {
      correlation.applyTranspose(x, weight, bias: bias, into: y)
    } else {
      correlation.apply(x, weight, bias: bias, into: y)
    }
  }

  func accumulate<S: Scalar>(
    _ x: Block<S>, _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: UnsafeMutablePointer<S>
  ) {
    let (image, products) = isTransposed ? (dy, x) : (x, dy)
    correlation.accumulate(image, products, share: share, adding: adding, into: gradient)
    if hasBias {
      accumulateBias(
        input, dy, share: share, adding: adding, into: gradient + correlation.weightCount)
    }
  }

  /// db[channel] = Σ over positions and samples of dy, position after position, or added to it.
  private func accumulateBias<S: Scalar>(
    _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: UnsafeMutablePointer<S>
  ) {
    let share = share.range(of: output.channels)
    let bias = gradient + share.lowerBound
    if !adding { bias.update(repeating: 0, count: share.count) }
    guard input == .value, !share.isEmpty else { return }
    for position in 0..<output.height * output.width {
      let first = position * output.channels
      S.addRowSums(dy.rows(first + share.lowerBound..<first + share.upperBound), into: bias)
    }
  }
}
