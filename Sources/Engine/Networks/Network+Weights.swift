extension Network {
  /// Applies the weight transforms: the slice's part of the weights that the kernels use. Every other
  /// pass needs the weights of all slices.
  @_specialize(where S == Float)
  package func prepareWeights<S: Scalar>(_ store: ParameterStore<S>, slice: WorkerSlice) {
    for (index, node) in nodes.enumerated() {
      guard let transform = node.layer.weightTransform else { continue }
      let parameters = parameters(of: index, in: store)
      transform.apply(
        parameters.values.prefix(transform.storedCount), into: parameters.prepared, slice: slice)
    }
  }

  /// The slice's part of every parameter's gradient, from the layers' inputs and the cotangents of
  /// their outputs. `finishWeightGradient` completes it.
  @_specialize(where S == Float)
  package func weightGradient<S: Scalar>(
    _ inputs: Activations<S>, _ kind: WeightGradientInput, _ inputColumns: Range<Int>,
    _ deltas: Activations<S>, _ deltaColumns: Range<Int>, groups: Int = 1, slice: WorkerSlice,
    adding: Bool, into store: ParameterStore<S>
  ) {
    for (index, node) in nodes.enumerated() {
      node.layer.weightGradient(
        inputs[index].columns(inputColumns), deltas[index + 1].columns(deltaColumns),
        WeightGradientContext(
          gradient: gradients(of: index, in: store), isAdding: adding, input: kind,
          saved: inputs.saved[index], groups: groups, slice: slice))
    }
  }

  /// Applies the transposes of the weight transforms, so that the slice's part of the gradient is by
  /// the stored weights. To be called once, after the last `weightGradient` of a step.
  @_specialize(where S == Float)
  package func finishWeightGradient<S: Scalar>(_ store: ParameterStore<S>, slice: WorkerSlice) {
    for (index, node) in nodes.enumerated() {
      guard let transform = node.layer.weightTransform, transform.hasPreparedGradient else {
        continue
      }
      let gradients = gradients(of: index, in: store)
      transform.applyTranspose(
        gradients.prepared, into: gradients.values.prefix(transform.storedCount), slice: slice)
    }
  }
}
