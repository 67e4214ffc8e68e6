/// y = W ⋆ x + b: PyTorch's `Conv2d`.
struct Convolution: Layer {
  let correlation: Correlation
  let hasBias: Bool
  var input: ImageShape { correlation.input }
  var output: ImageShape { correlation.output }

  var parameters: [Parameter] {
    correlation.parameters(biases: hasBias ? output.channels : nil)
  }

  func forward<S: Scalar>(_ x: Block<S>, _ parameters: UnsafePointer<S>, into y: Block<S>) {
    let bias = hasBias ? parameters + correlation.weightCount : nil
    correlation.apply(x, parameters, bias: bias, into: y)
  }

  func backward<S: Scalar>(
    _ dy: Block<S>, output _: Block<S>, _ parameters: UnsafePointer<S>, into dx: Block<S>
  ) {
    correlation.applyTranspose(dy, parameters, bias: nil, into: dx)
  }

  func tangent<S: Scalar>(
    _ u: Block<S>, output _: Block<S>, _ parameters: UnsafePointer<S>, into v: Block<S>
  ) {
    correlation.apply(u, parameters, bias: nil, into: v)
  }

  func accumulate<S: Scalar>(
    _ x: Block<S>, _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: UnsafeMutablePointer<S>
  ) {
    correlation.accumulate(x, dy, share: share, adding: adding, into: gradient)
    if hasBias {
      output.accumulateBias(
        input, dy, share: share, adding: adding, into: gradient + correlation.weightCount)
    }
  }
}

/// y = Wᵀ ⋆ x + b, a convolution read backwards: PyTorch's `ConvTranspose2d`.
struct TransposedConvolution: Layer {
  /// From y's shape to x's.
  let correlation: Correlation
  let hasBias: Bool
  var input: ImageShape { correlation.output }
  var output: ImageShape { correlation.input }

  var parameters: [Parameter] {
    correlation.parameters(biases: hasBias ? output.channels : nil)
  }

  func forward<S: Scalar>(_ x: Block<S>, _ parameters: UnsafePointer<S>, into y: Block<S>) {
    let bias = hasBias ? parameters + correlation.weightCount : nil
    correlation.applyTranspose(x, parameters, bias: bias, into: y)
  }

  func backward<S: Scalar>(
    _ dy: Block<S>, output _: Block<S>, _ parameters: UnsafePointer<S>, into dx: Block<S>
  ) {
    correlation.apply(dy, parameters, bias: nil, into: dx)
  }

  func tangent<S: Scalar>(
    _ u: Block<S>, output _: Block<S>, _ parameters: UnsafePointer<S>, into v: Block<S>
  ) {
    correlation.applyTranspose(u, parameters, bias: nil, into: v)
  }

  func accumulate<S: Scalar>(
    _ x: Block<S>, _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: UnsafeMutablePointer<S>
  ) {
    correlation.accumulate(dy, x, share: share, adding: adding, into: gradient)
    if hasBias {
      output.accumulateBias(
        input, dy, share: share, adding: adding, into: gradient + correlation.weightCount)
    }
  }
}

extension ImageShape {
  /// db[channel] = Σ over positions and samples of dy, position after position, or added to it.
  fileprivate func accumulateBias<S: Scalar>(
    _ input: AccumulationInput, _ dy: Block<S>, share: Share, adding: Bool,
    into gradient: UnsafeMutablePointer<S>
  ) {
    let share = share.range(of: channels)
    let bias = gradient + share.lowerBound
    if !adding { bias.update(repeating: 0, count: share.count) }
    guard input == .value, !share.isEmpty else { return }
    for position in 0..<height * width {
      let first = position * channels
      S.addRowSums(dy.rows(first + share.lowerBound..<first + share.upperBound), into: bias)
    }
  }
}
