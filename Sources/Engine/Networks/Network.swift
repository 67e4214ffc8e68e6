/// A list of nodes, and the verbs on the list.
///
/// Every pass is called by all shares of the work at once, for the same columns: a share does its
/// own part of the columns, node after node, and where a node needs the whole batch the shares wait
/// for one another.
package struct Network: Sendable {
  let nodes: [GraphNode]
  /// The random masks, each with the index of its node and of its layer in the architecture.
  package let masks: [(node: Int, layer: Int, mask: DropoutMask)]
  package let input: ImageShape
  /// Every parameter in the order of the checkpoint, and where it begins in its run.
  package let parameters: [Tensor]
  /// What a checkpoint has beside them.
  package let buffers: [Tensor]
  /// The numbers in each run.
  package let parameterCount: Int, bufferCount: Int, preparedCount: Int
  /// The nodes before this one are affine: the value at an interpolate is the interpolation of
  /// values.
  package let affineEnd: Int
  /// No tangent is needed from here on: the input of the last layer that has parameters.
  private let tangentEnd: Int
  /// Where each node's numbers are in their runs.
  private let places: [(parameters: Range<Int>, buffers: Range<Int>, prepared: Range<Int>)]

  /// A tensor of a layer, its name in the checkpoint, and its place in its run.
  package struct Tensor: Sendable {
    package let parameter: Parameter
    package let name: String
    package let range: Range<Int>
    package let node: Int
  }

  /// What a pass of `tangent` made, with the cotangents, from column `origin` on, that it goes
  /// with.
  package struct TangentPath<S: Scalar> {
    package let tangents: Activations<S>
    package let deltas: Activations<S>
    package let origin: Int

    package init(tangents: Activations<S>, deltas: Activations<S>, origin: Int) {
      (self.tangents, self.deltas, self.origin) = (tangents, deltas, origin)
    }
  }

  /// How a network is passed: what differs between training and sampling.
  package enum Mode { case training, sampling }

  /// The nodes, which fit one another, each with the word that it comes from, for its name.
  init(_ nodes: [(layer: Int, node: GraphNode)], input: ImageShape) {
    self.input = input
    self.nodes = nodes.map(\.node)
    masks = nodes.enumerated().compactMap { index, place in
      guard case .layer(let layer) = place.node, let mask = layer.mask else { return nil }
      return (index, place.layer, mask)
    }
    var (parameters, buffers): ([Tensor], [Tensor]) = ([], [])
    var places: [(parameters: Range<Int>, buffers: Range<Int>, prepared: Range<Int>)] = []
    var end = (parameters: 0, buffers: 0, prepared: 0)
    for (index, (layer, node)) in nodes.enumerated() {
      func tensor(_ parameter: Parameter, at end: inout Int) -> Tensor {
        let range = end..<end + parameter.count
        end = range.upperBound
        return Tensor(
          parameter: parameter, name: "\(layer).\(parameter.name)", range: range, node: index)
      }
      let start = end
      parameters += node.parameters.map { tensor($0, at: &end.parameters) }
      buffers += node.buffers.map { tensor($0, at: &end.buffers) }
      end.prepared += node.preparedCount
      places.append(
        (
          start.parameters..<end.parameters, start.buffers..<end.buffers,
          start.prepared..<end.prepared
        ))
    }
    (self.parameters, self.buffers, self.places) = (parameters, buffers, places)
    (parameterCount, bufferCount, preparedCount) = end
    tangentEnd = parameters.last?.node ?? 0
    let start = nodes.prefix { $0.node.isIdentity }.count
    affineEnd = start < nodes.count && nodes[start].node.isAffine ? start + 1 : 0
  }

  package var output: ImageShape { nodes.last?.output ?? input }

  /// Whether a penalty's gradient has a term by `Layer.addSecondOrderTerm`.
  package var hasSecondOrderTerm: Bool { nodes.contains(where: \.hasSecondOrderTerm) }

  package var hasBatchNormalization: Bool {
    nodes.contains { if case .batchNormalization = $0 { true } else { false } }
  }

  private func parameters<S: Scalar>(_ index: Int, _ store: ParameterStore<S>) -> LayerParameters<S>
  {
    let place = places[index]
    return LayerParameters(
      values: store.parameters[place.parameters], prepared: store.prepared[place.prepared])
  }

  /// Makes what the layers derive from their parameters: this share of it. To be called, and waited
  /// for, before any other pass.
  package func prepareWeights<S: Scalar>(_ store: ParameterStore<S>, slice: WorkerSlice) {
    for case (let index, .layer(let layer)) in nodes.enumerated() {
      layer.prepareWeights(parameters(index, store), slice: slice)
    }
  }

  /// Draws the dropout masks of this share of `columns`; the first column is sample `first` of
  /// (key, stream, step), where each layer adds its place among the words to the stream.
  package func drawMasks<S: Scalar>(
    _ values: Activations<S>, _ columns: Range<Int>, key: UInt64, stream: RandomStream,
    step: UInt32,
    first: Int, slice: WorkerSlice
  ) {
    let own = slice.columns(of: columns)
    if own.isEmpty { return }
    for (index, layer, mask) in masks {
      mask.draw(
        into: values.saved[index].columns(own), key: key, stream: stream.of(layer: layer),
        step: step, first: UInt32(first + own.lowerBound - columns.lowerBound))
    }
  }

  /// Nodes `start` to `end` − 1. Batch norm takes `groups` equal parts of the columns each by
  /// itself.
  package func forward<S: Scalar>(
    _ store: ParameterStore<S>, _ values: Activations<S>, _ columns: Range<Int>, groups: Int = 1,
    from start: Int = 0, to end: Int? = nil, _ mode: Mode = .training, slice: WorkerSlice
  ) {
    let own = slice.columns(of: columns)
    for index in start..<(end ?? nodes.count) {
      let (x, y) = (values[index], values[index + 1])
      switch nodes[index] {
      case .layer(is Dropout) where mode == .sampling: y.columns(own).copy(x.columns(own))
      case .layer(let layer):
        if own.isEmpty { continue }
        layer.forward(
          x.columns(own), parameters(index, store), saved: values.saved[index].columns(own),
          into: y.columns(own))
      case .batchNormalization(let layer):
        let buffers = store.buffers[places[index].buffers]
        if mode == .sampling {
          layer.sample(
            x.columns(own), parameters(index, store), buffers: buffers, into: y.columns(own))
        } else {
          slice.synchronize()
          layer.forward(
            x.columns(columns), parameters(index, store), buffers: buffers, groups: groups,
            saved: values.saved[index], slice: slice, into: y.columns(columns))
          slice.synchronize()
        }
      case .residual, .shortcut: continue
      case .add: S.addScaled(x.columns(own), by: 1, to: y.columns(own))
      }
    }
  }

  /// Nodes `start` − 1 back to `end`: the cotangent of slot `start` to that of slot `end`. `columns`
  /// are those of `deltas`; the values that belong to them begin at column `origin`. Where a `path`
  /// is given, each curved node adds its term.
  package func vjp<S: Scalar>(
    _ store: ParameterStore<S>, _ values: Activations<S>, origin: Int = 0, _ deltas: Activations<S>,
    _ columns: Range<Int>, groups: Int = 1, from start: Int? = nil, to end: Int = 0,
    along path: TangentPath<S>? = nil, slice: WorkerSlice
  ) {
    let own = slice.columns(of: columns)
    let ownValues = own.shifted(by: origin)
    for index in (end..<(start ?? nodes.count)).reversed() {
      let (dy, dx) = (deltas[index + 1], deltas[index])
      switch nodes[index] {
      case .layer(let layer):
        if own.isEmpty { continue }
        let y = values[index + 1].columns(ownValues)
        let saved = values.saved[index].columns(ownValues)
        layer.vjp(
          dy.columns(own), output: y, saved: saved, parameters(index, store), into: dx.columns(own))
        if layer.hasSecondOrderTerm, let path {
          layer.addSecondOrderTerm(
            path.tangents[index].columns(own),
            path.deltas[index + 1].columns(own.shifted(by: path.origin)), output: y, saved: saved,
            into: dx.columns(own))
        }
      case .batchNormalization(let layer):
        slice.synchronize()
        layer.vjp(
          dy.columns(columns), input: values[index].columns(columns), parameters(index, store),
          groups: groups, saved: values.saved[index], slice: slice, into: dx.columns(columns))
        slice.synchronize()
      case .residual(_, let shortcut):
        S.addScaled(deltas[shortcut].columns(own), by: 1, to: dx.columns(own))
      case .shortcut, .add: continue
      }
    }
  }

  /// The first slot's tangent on to the input of the last layer that has parameters. `columns` are
  /// those of `tangents`; the values that belong to them begin at column `origin`.
  package func jvp<S: Scalar>(
    _ store: ParameterStore<S>, _ values: Activations<S>, origin: Int, _ tangents: Activations<S>,
    _ columns: Range<Int>, slice: WorkerSlice
  ) {
    let own = slice.columns(of: columns)
    if own.isEmpty { return }
    let ownValues = own.shifted(by: origin)
    for index in 0..<tangentEnd {
      let (u, v) = (tangents[index].columns(own), tangents[index + 1].columns(own))
      switch nodes[index] {
      case .layer(let layer):
        layer.jvp(
          u, output: values[index + 1].columns(ownValues),
          saved: values.saved[index].columns(ownValues), parameters(index, store), into: v)
      case .batchNormalization: preconditionFailure("batch norm has no tangent")
      case .residual, .shortcut: continue
      case .add: S.addScaled(u, by: 1, to: v)
      }
    }
  }

  /// A share of every parameter's gradient from the inputs' slots and the cotangents' columns that
  /// belong to them.
  package func weightGradient<S: Scalar>(
    _ inputs: Activations<S>, _ kind: WeightGradientInput, _ inputColumns: Range<Int>,
    _ deltas: Activations<S>, _ deltaColumns: Range<Int>, groups: Int = 1, slice: WorkerSlice,
    adding: Bool,
    into store: ParameterStore<S>
  ) {
    for (index, node) in nodes.enumerated() {
      let gradient = LayerParameters(
        values: store.gradients[places[index].parameters],
        prepared: store.preparedGradients[places[index].prepared])
      switch node {
      case .layer(let layer):
        layer.weightGradient(
          inputs[index].columns(inputColumns), kind, deltas[index + 1].columns(deltaColumns),
          slice: slice, adding: adding, into: gradient)
      case .batchNormalization(let layer):
        layer.weightGradient(
          saved: inputs.saved[index], groups: groups, slice: slice, adding: adding, into: gradient)
      case .residual, .shortcut, .add: continue
      }
    }
  }

  /// Whether this share of the gradient, as `accumulate` made it, has neither infinities nor NaNs,
  /// and no number of which the square would be one: a moment holds squares.
  package func isFinite<S: Scalar>(_ gradients: Buffer<S>, slice: WorkerSlice) -> Bool {
    let bound = S.greatestFiniteMagnitude.squareRoot()
    return parameters.allSatisfy { tensor in
      let rows = slice.range(of: tensor.parameter.shape[0])
      let width = tensor.parameter.count / tensor.parameter.shape[0]
      let own = rows.lowerBound * width..<rows.upperBound * width
      return S.allWithin(gradients[tensor.range][own], bound: bound)
    }
  }
}
