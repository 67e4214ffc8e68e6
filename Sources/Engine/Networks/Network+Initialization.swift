extension Network {
  /// Initializes the parameters and buffers. Tensor i draws from step `firstStep + i` of its stream.
  @_specialize(where S == Float)
  package func initialize<S: Scalar>(
    _ store: ParameterStore<S>, by rule: Initialization, key: UInt64, firstStep: Int
  ) {
    for (index, tensor) in parameters.enumerated() {
      let parameter = tensor.parameter
      let numbers = store.parameters[tensor.range]
      let step = UInt32(firstStep + index)
      switch parameter.initializer {
      case .constant(let number): numbers.fill(S(number))
      case .weight(let fanIn, let fanOut):
        rule.weight(fanIn: fanIn, fanOut: fanOut).draw(into: numbers, key: key, step: step)
      case .bias(let fanIn): rule.bias(fanIn: fanIn).draw(into: numbers, key: key, step: step)
      }
      // Drawn in the order of the checkpoint, so that a weight does not depend on the engine's order.
      parameter.toEngineLayout(numbers)
    }
    for tensor in buffers {
      guard case .constant(let number) = tensor.parameter.initializer else { continue }
      store.buffers[tensor.range].fill(S(number))
    }
  }
}

extension Initialization.Distribution {
  /// Fills the buffer; element i is a function of (key, step, i).
  fileprivate func draw<S: Scalar>(
    into numbers: Buffer<S>, key: UInt64, step: UInt32
  ) {
    let stream = RandomStream.initialization.rawValue
    switch self {
    case .zero: numbers.fill(0)
    case .uniform(let bound):
      S.fillUniform(numbers, key: key, stream: stream, step: step, first: 0)
      for index in 0..<numbers.count { numbers[index] = (2 * numbers[index] - 1) * S(bound) }
    case .normal(let deviation):
      let row = MatrixView(numbers, rows: 1, columns: numbers.count)
      S.fillNormal(row, key: key, stream: stream, step: step, first: 0)
      for index in 0..<numbers.count { numbers[index] *= S(deviation) }
    }
  }
}
