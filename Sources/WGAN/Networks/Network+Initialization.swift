extension Network {
  /// Fills the parameters as PyTorch initialises `Linear`: weight and bias uniform on ±1/√fan_in
  /// (He et al. 2015 with a = √5). Tensor i draws from step `firstStep + i` of its stream.
  func initialize<S: Scalar>(_ runs: ParameterRuns<S>, key: UInt64, firstStep: Int) {
    for (index, tensor) in parameters.enumerated() {
      let (parameter, count) = (tensor.parameter, tensor.parameter.count)
      // Drawn in the order of the checkpoint, so that a weight does not depend on how it is kept.
      let workspace = Workspace<S>()
      let drawn = workspace.numbers(count)
      switch parameter.beginning {
      case .constant(let number): drawn.update(repeating: S(number), count: count)
      case .weight(let fanIn, _), .bias(let fanIn):
        S.fillUniform(
          drawn, count: count, key: key, stream: RandomStream.initialization.rawValue,
          step: UInt32(firstStep + index), first: 0)
        let bound = S(1 / Double(fanIn).squareRoot())
        for element in 0..<count { drawn[element] = (2 * drawn[element] - 1) * bound }
      }
      parameter.arrange(UnsafePointer(drawn), into: runs.parameters + tensor.offset)
    }
    for tensor in buffers {
      guard case .constant(let number) = tensor.parameter.beginning else { continue }
      (runs.buffers + tensor.offset).update(repeating: S(number), count: tensor.parameter.count)
    }
  }
}
