/// A list of layers, and the four verbs on the list.
///
/// A pass works on *slots*: slot i is what layer i reads, slot i + 1 what it writes. An activation
/// function reads and writes the same block. Values, cotangents (`deltas`) and tangents each have
/// their slots. Every pass may be called for any range of columns.
struct Network: Sendable {
  let layers: [any Layer]
  let input: ImageShape
  /// Every parameter in the order of the checkpoint, and where it begins in its run.
  let parameters: [(parameter: Parameter, name: String, offset: Int)]
  /// The numbers of all parameters.
  let parameterCount: Int
  private let offsets: [Int]
  /// The layers that have parameters; no tangent is needed beyond the input of the last.
  private let trained: [Int]

  /// The layers, which fit one another.
  init(_ layers: [any Layer], input: ImageShape) {
    self.input = input
    self.layers = layers
    var parameters: [(parameter: Parameter, name: String, offset: Int)] = []
    var offsets: [Int] = []
    var offset = 0
    for (index, layer) in layers.enumerated() {
      offsets.append(offset)
      for parameter in layer.parameters {
        parameters.append((parameter, "\(index).\(parameter.name)", offset))
        offset += parameter.count
      }
    }
    self.parameters = parameters
    self.offsets = offsets
    parameterCount = offset
    trained = layers.indices.filter { [layers] in !layers[$0].parameters.isEmpty }
  }

  var output: ImageShape { layers.last?.output ?? input }

  private var lastTrained: Int { trained.last ?? 0 }

  /// Slots for `columns` samples. The first and the last may be blocks that exist already, so that
  /// one network writes where another reads.
  func slots<S: Scalar>(
    columns: Int, in workspace: Workspace<S>, first: Block<S>? = nil, last: Block<S>? = nil
  ) -> [Block<S>] {
    var slots = [first ?? workspace.block(rows: input.count, columns: columns)]
    for (index, layer) in layers.enumerated() {
      if layer is any ActivationFunction {
        slots.append(slots[index])
      } else if index == lastTrained, let last {
        slots.append(last)
      } else {
        slots.append(workspace.block(rows: layer.output.count, columns: columns))
      }
    }
    return slots
  }

  /// Slot `start` to the last slot.
  func forward<S: Scalar>(
    _ parameters: UnsafePointer<S>, _ values: [Block<S>], _ columns: Range<Int>,
    from start: Int = 0,
    to end: Int? = nil
  ) {
    for index in start..<(end ?? layers.count) {
      layers[index].forward(
        values[index].columns(columns), parameters + offsets[index],
        into: values[index + 1].columns(columns))
    }
  }

  /// The last slot's cotangent back to slot `end`.
  func backward<S: Scalar>(
    _ parameters: UnsafePointer<S>, _ values: [Block<S>], _ deltas: [Block<S>],
    _ columns: Range<Int>, from start: Int? = nil, to end: Int = 0
  ) {
    for index in (end..<(start ?? layers.count)).reversed() {
      layers[index].backward(
        deltas[index + 1].columns(columns), output: values[index + 1].columns(columns),
        parameters + offsets[index], into: deltas[index].columns(columns))
    }
  }

  /// The first slot's tangent on to the input of the last layer that has parameters. `columns` are
  /// those of `tangents`; the values that belong to them begin at column `origin`.
  func tangent<S: Scalar>(
    _ parameters: UnsafePointer<S>, _ values: [Block<S>], origin: Int, _ tangents: [Block<S>],
    _ columns: Range<Int>
  ) {
    let valueColumns = columns.lowerBound + origin..<columns.upperBound + origin
    for index in 0..<lastTrained {
      layers[index].tangent(
        tangents[index].columns(columns), output: values[index + 1].columns(valueColumns),
        parameters + offsets[index], into: tangents[index + 1].columns(columns))
    }
  }

  /// A share of every parameter's gradient from the inputs' slots and the cotangents' columns that
  /// belong to them.
  func accumulate<S: Scalar>(
    _ inputs: [Block<S>], _ kind: AccumulationInput, _ inputColumns: Range<Int>,
    _ deltas: [Block<S>], _ deltaColumns: Range<Int>, share: Share, adding: Bool,
    into gradients: UnsafeMutablePointer<S>
  ) {
    for index in trained {
      layers[index].accumulate(
        inputs[index].columns(inputColumns), kind, deltas[index + 1].columns(deltaColumns),
        share: share, adding: adding, into: gradients + offsets[index])
    }
  }

  /// Whether this share of the gradient, as `accumulate` made it, has neither infinities nor NaNs,
  /// and no number of which the square would be one: a moment holds squares.
  func isFinite<S: Scalar>(_ gradients: UnsafePointer<S>, share: Share) -> Bool {
    let bound = S.greatestFiniteMagnitude.squareRoot()
    return parameters.allSatisfy { parameter, _, offset in
      let rows = share.range(of: parameter.shape[0])
      let width = parameter.count / parameter.shape[0]
      return S.allWithin(
        gradients + offset + rows.lowerBound * width, count: rows.count * width, bound: bound)
    }
  }

  /// Fills the parameters as PyTorch initialises `Linear`: weight and bias uniform on ±1/√fan_in
  /// (He et al. 2015 with a = √5). Tensor i draws from step `firstStep + i` of its stream.
  func initialize<S: Scalar>(
    _ parameters: UnsafeMutablePointer<S>, key: UInt64, firstStep: Int
  ) {
    for (index, entry) in self.parameters.enumerated() {
      let (parameter, count) = (entry.parameter, entry.parameter.count)
      // Drawn in the order of the checkpoint, so that a weight does not depend on how it is kept.
      let workspace = Workspace<S>()
      let drawn = workspace.numbers(count)
      S.fillUniform(
        drawn, count: count, key: key, stream: RandomStream.initialization.rawValue,
        step: UInt32(firstStep + index), first: 0)
      let bound = S(1 / Double(parameter.fanIn).squareRoot())
      for element in 0..<count { drawn[element] = (2 * drawn[element] - 1) * bound }
      parameter.arrange(UnsafePointer(drawn), into: parameters + entry.offset)
    }
  }
}
