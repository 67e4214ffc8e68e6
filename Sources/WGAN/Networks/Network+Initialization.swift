extension Network {
  /// Fills the parameters with what they begin as. Tensor i draws from step `firstStep + i` of its
  /// stream.
  func initialize<S: Scalar>(
    _ runs: ParameterRuns<S>, by rule: Initialization, key: UInt64, firstStep: Int
  ) {
    for (index, tensor) in parameters.enumerated() {
      let parameter = tensor.parameter
      // Drawn in the order of the checkpoint, so that a weight does not depend on how it is kept.
      let workspace = Workspace<S>()
      let drawn = workspace.numbers(parameter.count)
      let step = UInt32(firstStep + index)
      switch parameter.beginning {
      case .constant(let number): drawn.update(repeating: S(number), count: parameter.count)
      case .weight(let fanIn, let fanOut):
        rule.weight(fanIn: fanIn, fanOut: fanOut)
          .draw(into: drawn, count: parameter.count, key: key, step: step)
      case .bias(let fanIn):
        rule.bias(fanIn: fanIn).draw(into: drawn, count: parameter.count, key: key, step: step)
      }
      parameter.arrange(UnsafePointer(drawn), into: runs.parameters + tensor.offset)
    }
    for tensor in buffers {
      guard case .constant(let number) = tensor.parameter.beginning else { continue }
      (runs.buffers + tensor.offset).update(repeating: S(number), count: tensor.parameter.count)
    }
  }
}

extension Initialization.Distribution {
  /// Number i is a function of (key, step, i).
  fileprivate func draw<S: Scalar>(
    into numbers: UnsafeMutablePointer<S>, count: Int, key: UInt64, step: UInt32
  ) {
    let stream = RandomStream.initialization.rawValue
    switch self {
    case .zero: numbers.update(repeating: 0, count: count)
    case .uniform(let bound):
      S.fillUniform(numbers, count: count, key: key, stream: stream, step: step, first: 0)
      for index in 0..<count { numbers[index] = (2 * numbers[index] - 1) * S(bound) }
    case .normal(let deviation):
      let row = Block(base: numbers, rows: 1, columns: count, stride: count)
      S.fillNormal(row, key: key, stream: stream, step: step, first: 0)
      for index in 0..<count { numbers[index] *= S(deviation) }
    }
  }
}
