/// A list of layers with the edges of residual blocks, and the passes over the list.
///
/// All worker slices call every pass together, for the same columns. A slice computes its own part of
/// the columns, layer after layer. Where a layer needs the whole batch, the slices wait for one
/// another.
package struct Network: Sendable {
  let nodes: [GraphNode]
  /// The random masks, each with the index of its node and of its layer in the architecture.
  package let masks: [(node: Int, layer: Int, mask: DropoutMask)]
  package let input: Shape
  /// Every parameter in the order of the checkpoint.
  package let parameters: [Tensor]
  /// What a checkpoint holds beside them.
  package let buffers: [Tensor]
  /// Elements in all parameters, buffers and prepared weights.
  package let parameterCount: Int, bufferCount: Int
  let preparedCount: Int
  /// The nodes before this one are affine: the value at an interpolate is the interpolation of the
  /// values.
  package let affineEnd: Int
  /// No tangent is needed from here on: the input of the last layer that has parameters.
  let tangentEnd: Int
  /// The elements of each node in the buffers of a store.
  private let ranges: [Ranges]

  /// A tensor of a layer, its name in the checkpoint, and its elements in a store's buffer.
  package struct Tensor: Sendable {
    package let parameter: Parameter
    package let name: String
    package let range: Range<Int>
    let node: Int
  }

  private struct Ranges {
    let parameters: Range<Int>, buffers: Range<Int>, prepared: Range<Int>
  }

  /// The nodes must fit one another.
  init(_ nodes: [GraphNode], input: Shape) {
    (self.nodes, self.input) = (nodes, input)
    masks = nodes.enumerated().compactMap { position, node in
      node.layer.mask.map { (position, node.index, $0) }
    }
    var (parameters, buffers): ([Tensor], [Tensor]) = ([], [])
    var ranges: [Ranges] = []
    var end = (parameters: 0, buffers: 0, prepared: 0)
    for (position, node) in nodes.enumerated() {
      func tensor(_ parameter: Parameter, at end: inout Int) -> Tensor {
        let range = end..<end + parameter.count
        end = range.upperBound
        return Tensor(
          parameter: parameter, name: "\(node.index).\(parameter.name)", range: range,
          node: position)
      }
      let start = end
      parameters += node.layer.parameters.map { tensor($0, at: &end.parameters) }
      buffers += node.layer.buffers.map { tensor($0, at: &end.buffers) }
      end.prepared += node.layer.weightTransform?.preparedCount ?? 0
      ranges.append(
        Ranges(
          parameters: start.parameters..<end.parameters, buffers: start.buffers..<end.buffers,
          prepared: start.prepared..<end.prepared))
    }
    (self.parameters, self.buffers, self.ranges) = (parameters, buffers, ranges)
    (parameterCount, bufferCount, preparedCount) = end
    tangentEnd = parameters.last?.node ?? 0
    let start = nodes.prefix { $0.edge == .next && $0.layer.isIdentity }.count
    affineEnd = start < nodes.count && nodes[start].layer.isAffine ? start + 1 : 0
  }

  /// The maximum number of parameters of a network: 1 GiB, and as much for each moment.
  package static let maximumParameterCount = 1 << 28

  package var output: Shape { nodes.last?.layer.output ?? input }

  /// Whether a penalty's gradient has a term by `Layer.addSecondOrderTerm`.
  package var hasSecondOrderTerm: Bool { nodes.contains { $0.layer.hasSecondOrderTerm } }

  /// Whether a layer needs all samples of a batch at once in training.
  package var needsWholeBatch: Bool { nodes.contains { $0.layer.scope(in: .training) == .batch } }

  /// The part of a store that belongs to a node's layer.
  func parameters<S: Scalar>(of node: Int, in store: ParameterStore<S>) -> LayerParameters<S> {
    let ranges = ranges[node]
    return LayerParameters(
      values: store.parameters[ranges.parameters], prepared: store.prepared[ranges.prepared],
      buffers: store.buffers[ranges.buffers])
  }

  /// The gradients of a node's layer.
  func gradients<S: Scalar>(of node: Int, in store: ParameterStore<S>) -> LayerParameters<S> {
    let ranges = ranges[node]
    return LayerParameters(
      values: store.gradients[ranges.parameters],
      prepared: store.preparedGradients[ranges.prepared], buffers: store.buffers[0..<0])
  }

  /// Whether the slice's part of the gradient has neither infinities nor NaNs, and no element whose
  /// square would be infinite: a moment holds squares.
  @_specialize(where S == Float)
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
