/// A list of nodes, and the verbs on the list.
///
/// Every pass is called by all shares of the work at once, for the same columns: a share does its
/// own part of the columns, node after node, and where a node needs the whole batch the shares wait
/// for one another.
struct Network: Sendable {
  let nodes: [Node]
  /// The dropout layers, each with its place among the nodes and that of its word.
  let dropouts: [(node: Int, place: Int, layer: Dropout)]
  let input: ImageShape
  /// Every parameter in the order of the checkpoint, and where it begins in its run.
  let parameters: [Tensor]
  /// What a checkpoint has beside them.
  let buffers: [Tensor]
  /// The numbers in each run.
  let parameterCount: Int, bufferCount: Int, derivedCount: Int
  /// The nodes before this one are affine: the value at an interpolate is the interpolation of
  /// values.
  let affineEnd: Int
  /// No tangent is needed from here on: the input of the last layer that has parameters.
  private let tangentEnd: Int
  /// Where each node's numbers are in their runs.
  private let places: [(parameters: Range<Int>, buffers: Range<Int>, derived: Range<Int>)]

  /// A tensor of a layer, its name in the checkpoint, and its place in its run.
  struct Tensor: Sendable {
    let parameter: Parameter
    let name: String
    let range: Range<Int>
    let node: Int
  }

  /// What a pass of `tangent` made, with the cotangents, from column `origin` on, that it goes
  /// with.
  struct TangentPath<S: Scalar> {
    let tangents: Slots<S>
    let deltas: Slots<S>
    let origin: Int
  }

  /// How a network is passed: what differs between training and sampling.
  enum Mode { case training, sampling }

  /// The nodes, which fit one another, each with the word that it comes from, for its name.
  init(_ nodes: [(word: Int, node: Node)], input: ImageShape) {
    self.input = input
    self.nodes = nodes.map(\.node)
    dropouts = nodes.enumerated().compactMap { index, place in
      guard case .layer(let layer as Dropout) = place.node else { return nil }
      return (index, place.word, layer)
    }
    var (parameters, buffers): ([Tensor], [Tensor]) = ([], [])
    var places: [(parameters: Range<Int>, buffers: Range<Int>, derived: Range<Int>)] = []
    var end = (parameters: 0, buffers: 0, derived: 0)
    for (index, (word, node)) in nodes.enumerated() {
      func tensor(_ parameter: Parameter, at end: inout Int) -> Tensor {
        let range = end..<end + parameter.count
        end = range.upperBound
        return Tensor(
          parameter: parameter, name: "\(word).\(parameter.name)", range: range, node: index)
      }
      let start = end
      parameters += node.parameters.map { tensor($0, at: &end.parameters) }
      buffers += node.buffers.map { tensor($0, at: &end.buffers) }
      end.derived += node.derivedCount
      places.append(
        (
          start.parameters..<end.parameters, start.buffers..<end.buffers,
          start.derived..<end.derived
        ))
    }
    (self.parameters, self.buffers, self.places) = (parameters, buffers, places)
    (parameterCount, bufferCount, derivedCount) = end
    tangentEnd = parameters.last?.node ?? 0
    let start = nodes.prefix { $0.node.isIdentity }.count
    affineEnd = start < nodes.count && nodes[start].node.isAffine ? start + 1 : 0
  }

  var output: ImageShape { nodes.last?.output ?? input }

  /// Whether a penalty's gradient has a term by `Layer.addCurvature`.
  var isCurved: Bool { nodes.contains(where: \.isCurved) }

  var hasBatchNormalization: Bool {
    nodes.contains { if case .batchNormalization = $0 { true } else { false } }
  }

  private func run<S: Scalar>(_ index: Int, _ runs: ParameterRuns<S>) -> LayerRun<S> {
    let place = places[index]
    return LayerRun(
      values: runs.parameters[place.parameters], derived: runs.derived[place.derived])
  }

  /// Makes what the layers derive from their parameters: this share of it. To be called, and waited
  /// for, before any other pass.
  func derive<S: Scalar>(_ runs: ParameterRuns<S>, share: Share) {
    for case (let index, .layer(let layer)) in nodes.enumerated() {
      layer.derive(run(index, runs), share: share)
    }
  }

  /// Draws the dropout masks of this share of `columns`; the first column is sample `first` of
  /// (key, stream, step), where each layer adds its place among the words to the stream.
  func drawMasks<S: Scalar>(
    _ values: Slots<S>, _ columns: Range<Int>, key: UInt64, stream: RandomStream, step: UInt32,
    first: Int, share: Share
  ) {
    let own = share.columns(of: columns)
    if own.isEmpty { return }
    for (index, place, layer) in dropouts {
      layer.draw(
        values.notes[index].columns(own), key: key, stream: stream.of(place: place), step: step,
        first: UInt32(first + own.lowerBound - columns.lowerBound))
    }
  }

  /// Nodes `start` to `end` − 1. Batch norm takes `groups` equal parts of the columns each by
  /// itself.
  func forward<S: Scalar>(
    _ runs: ParameterRuns<S>, _ values: Slots<S>, _ columns: Range<Int>, groups: Int = 1,
    from start: Int = 0, to end: Int? = nil, _ mode: Mode = .training, share: Share
  ) {
    let own = share.columns(of: columns)
    for index in start..<(end ?? nodes.count) {
      let (x, y) = (values[index], values[index + 1])
      switch nodes[index] {
      case .layer(is Dropout) where mode == .sampling: y.columns(own).copy(x.columns(own))
      case .layer(let layer):
        if own.isEmpty { continue }
        layer.forward(
          x.columns(own), run(index, runs), notes: values.notes[index].columns(own),
          into: y.columns(own))
      case .batchNormalization(let layer):
        let buffers = runs.buffers[places[index].buffers]
        if mode == .sampling {
          layer.sample(x.columns(own), run(index, runs), buffers: buffers, into: y.columns(own))
        } else {
          share.synchronize()
          layer.forward(
            x.columns(columns), run(index, runs), buffers: buffers, groups: groups,
            notes: values.notes[index], share: share, into: y.columns(columns))
          share.synchronize()
        }
      case .residual, .shortcut: continue
      case .add: S.addScaled(x.columns(own), by: 1, to: y.columns(own))
      }
    }
  }

  /// Nodes `start` − 1 back to `end`: the cotangent of slot `start` to that of slot `end`. `columns`
  /// are those of `deltas`; the values that belong to them begin at column `origin`. Where a `path`
  /// is given, each curved node adds its term.
  func backward<S: Scalar>(
    _ runs: ParameterRuns<S>, _ values: Slots<S>, origin: Int = 0, _ deltas: Slots<S>,
    _ columns: Range<Int>, groups: Int = 1, from start: Int? = nil, to end: Int = 0,
    along path: TangentPath<S>? = nil, share: Share
  ) {
    let own = share.columns(of: columns)
    let ownValues = own.shifted(by: origin)
    for index in (end..<(start ?? nodes.count)).reversed() {
      let (dy, dx) = (deltas[index + 1], deltas[index])
      switch nodes[index] {
      case .layer(let layer):
        if own.isEmpty { continue }
        let y = values[index + 1].columns(ownValues)
        let notes = values.notes[index].columns(ownValues)
        layer.backward(
          dy.columns(own), output: y, notes: notes, run(index, runs), into: dx.columns(own))
        if layer.isCurved, let path {
          layer.addCurvature(
            path.tangents[index].columns(own),
            path.deltas[index + 1].columns(own.shifted(by: path.origin)), output: y, notes: notes,
            into: dx.columns(own))
        }
      case .batchNormalization(let layer):
        share.synchronize()
        layer.backward(
          dy.columns(columns), input: values[index].columns(columns), run(index, runs),
          groups: groups, notes: values.notes[index], share: share, into: dx.columns(columns))
        share.synchronize()
      case .residual(_, let shortcut):
        S.addScaled(deltas[shortcut].columns(own), by: 1, to: dx.columns(own))
      case .shortcut, .add: continue
      }
    }
  }

  /// The first slot's tangent on to the input of the last layer that has parameters. `columns` are
  /// those of `tangents`; the values that belong to them begin at column `origin`.
  func tangent<S: Scalar>(
    _ runs: ParameterRuns<S>, _ values: Slots<S>, origin: Int, _ tangents: Slots<S>,
    _ columns: Range<Int>, share: Share
  ) {
    let own = share.columns(of: columns)
    if own.isEmpty { return }
    let ownValues = own.shifted(by: origin)
    for index in 0..<tangentEnd {
      let (u, v) = (tangents[index].columns(own), tangents[index + 1].columns(own))
      switch nodes[index] {
      case .layer(let layer):
        layer.tangent(
          u, output: values[index + 1].columns(ownValues),
          notes: values.notes[index].columns(ownValues), run(index, runs), into: v)
      case .batchNormalization: preconditionFailure("batch norm has no tangent")
      case .residual, .shortcut: continue
      case .add: S.addScaled(u, by: 1, to: v)
      }
    }
  }

  /// A share of every parameter's gradient from the inputs' slots and the cotangents' columns that
  /// belong to them.
  func accumulate<S: Scalar>(
    _ inputs: Slots<S>, _ kind: AccumulationInput, _ inputColumns: Range<Int>,
    _ deltas: Slots<S>, _ deltaColumns: Range<Int>, groups: Int = 1, share: Share, adding: Bool,
    into runs: ParameterRuns<S>
  ) {
    for (index, node) in nodes.enumerated() {
      let gradient = LayerRun(
        values: runs.gradients[places[index].parameters],
        derived: runs.derivedGradients[places[index].derived])
      switch node {
      case .layer(let layer):
        layer.accumulate(
          inputs[index].columns(inputColumns), kind, deltas[index + 1].columns(deltaColumns),
          share: share, adding: adding, into: gradient)
      case .batchNormalization(let layer):
        layer.accumulate(
          notes: inputs.notes[index], groups: groups, share: share, adding: adding, into: gradient)
      case .residual, .shortcut, .add: continue
      }
    }
  }

  /// Whether this share of the gradient, as `accumulate` made it, has neither infinities nor NaNs,
  /// and no number of which the square would be one: a moment holds squares.
  func isFinite<S: Scalar>(_ gradients: Run<S>, share: Share) -> Bool {
    let bound = S.greatestFiniteMagnitude.squareRoot()
    return parameters.allSatisfy { tensor in
      let rows = share.range(of: tensor.parameter.shape[0])
      let width = tensor.parameter.count / tensor.parameter.shape[0]
      let own = rows.lowerBound * width..<rows.upperBound * width
      return S.allWithin(gradients[tensor.range][own], bound: bound)
    }
  }
}
