extension Network {
  /// What `jvp` computed, and the cotangents from column `origin` on that belong to it.
  package struct TangentPath<S: Scalar> {
    let tangents: Activations<S>
    let deltas: Activations<S>
    let origin: Int

    package init(tangents: Activations<S>, deltas: Activations<S>, origin: Int) {
      (self.tangents, self.deltas, self.origin) = (tangents, deltas, origin)
    }
  }

  /// Draws the slice's part of the random masks for `columns`. The first column is sample `first` of
  /// (key, stream, step), where each layer adds its index to the stream.
  @_specialize(where S == Float)
  package func drawMasks<S: Scalar>(
    _ values: Activations<S>, _ columns: Range<Int>, key: UInt64, stream: RandomStream,
    step: UInt32, first: Int, slice: WorkerSlice
  ) {
    let own = slice.columns(of: columns)
    if own.isEmpty { return }
    for (node, layer, mask) in masks {
      mask.draw(
        into: values.saved[node].columns(own), key: key, stream: stream.of(layer: layer),
        step: step, first: UInt32(first + own.lowerBound - columns.lowerBound))
    }
  }

  /// Nodes `start` to `end` − 1. A layer that needs the whole batch treats `groups` equal parts of the
  /// columns each by itself.
  @_specialize(where S == Float)
  package func forward<S: Scalar>(
    _ store: ParameterStore<S>, _ values: Activations<S>, _ columns: Range<Int>, groups: Int = 1,
    from start: Int = 0, to end: Int? = nil, _ mode: PassMode = .training, slice: WorkerSlice
  ) {
    let own = slice.columns(of: columns)
    for index in start..<(end ?? nodes.count) {
      let node = nodes[index]
      let (x, y) = (values[index], values[index + 1])
      if case .add = node.edge {
        S.addScaled(x.columns(own), by: 1, to: y.columns(own))
        continue
      }
      guard node.edge == .next else { continue }
      run(node.layer, own, all: columns, mode, slice) { columns in
        node.layer.forward(
          x.columns(columns), into: y.columns(columns),
          context(index, store, values, columns, groups, mode, slice))
      }
    }
  }

  /// Nodes `start` − 1 back to `end`: the cotangent of activation `start` to that of activation
  /// `end`. `columns` are those of `deltas`; the values that belong to them begin at column `origin`.
  /// With a `path`, each layer that has one adds its second-order term.
  @_specialize(where S == Float)
  package func vjp<S: Scalar>(
    _ store: ParameterStore<S>, _ values: Activations<S>, origin: Int = 0,
    _ deltas: Activations<S>, _ columns: Range<Int>, groups: Int = 1, from start: Int? = nil,
    to end: Int = 0, along path: TangentPath<S>? = nil, slice: WorkerSlice
  ) {
    let own = slice.columns(of: columns)
    for index in (end..<(start ?? nodes.count)).reversed() {
      let node = nodes[index]
      let (dy, dx) = (deltas[index + 1], deltas[index])
      if case .residual(let shortcut) = node.edge {
        S.addScaled(deltas[shortcut].columns(own), by: 1, to: dx.columns(own))
        continue
      }
      guard node.edge == .next else { continue }
      run(node.layer, own, all: columns, .training, slice) { columns in
        let context = context(
          index, store, values, columns.shifted(by: origin), groups, .training, slice)
        node.layer.vjp(dy.columns(columns), into: dx.columns(columns), context)
        guard let path, node.layer.hasSecondOrderTerm else { return }
        node.layer.addSecondOrderTerm(
          path.tangents[index].columns(columns),
          path.deltas[index + 1].columns(columns.shifted(by: path.origin)),
          to: dx.columns(columns), context)
      }
    }
  }

  /// The tangent of the input on to the input of the last layer that has parameters. `columns` are
  /// those of `tangents`; the values that belong to them begin at column `origin`.
  @_specialize(where S == Float)
  package func jvp<S: Scalar>(
    _ store: ParameterStore<S>, _ values: Activations<S>, origin: Int, _ tangents: Activations<S>,
    _ columns: Range<Int>, slice: WorkerSlice
  ) {
    let own = slice.columns(of: columns)
    if own.isEmpty { return }
    let ownValues = own.shifted(by: origin)
    for index in 0..<tangentEnd {
      let (u, v) = (tangents[index].columns(own), tangents[index + 1].columns(own))
      switch nodes[index].edge {
      case .next:
        nodes[index].layer.jvp(
          u, into: v, context(index, store, values, ownValues, 1, .training, slice))
      case .residual, .shortcut: continue
      case .add: S.addScaled(u, by: 1, to: v)
      }
    }
  }

  /// Calls `body` with the columns that a layer computes: the slice's own, or all between two
  /// barriers.
  private func run(
    _ layer: any Layer, _ own: Range<Int>, all: Range<Int>, _ mode: PassMode, _ slice: WorkerSlice,
    _ body: (Range<Int>) -> Void
  ) {
    switch layer.scope(in: mode) {
    case .sample: if !own.isEmpty { body(own) }
    case .batch:
      slice.synchronize()
      body(all)
      slice.synchronize()
    }
  }

  private func context<S: Scalar>(
    _ index: Int, _ store: ParameterStore<S>, _ values: Activations<S>, _ columns: Range<Int>,
    _ groups: Int, _ mode: PassMode, _ slice: WorkerSlice
  ) -> LayerContext<S> {
    let saved = values.saved[index]
    // A layer that sees the whole batch saves a column for each group.
    let isBatch = nodes[index].layer.scope(in: mode) == .batch
    return LayerContext(
      parameters: parameters(of: index, in: store), input: values[index].columns(columns),
      output: values[index + 1].columns(columns), saved: isBatch ? saved : saved.columns(columns),
      groups: groups, mode: mode, slice: slice)
  }
}
