/// The mean of each cube of `size` positions along every spatial axis: PyTorch's `AvgPool2d`.
struct MeanPool: Layer {
  let input: Shape
  let output: Shape
  let size: Int
  /// For each position of the input, in order, that of the output.
  private let targets: [Int]

  /// `nil` unless the cubes cover the image exactly.
  init?(_ input: Shape, size: Int) {
    guard size >= 1, input.spatial.allSatisfy({ $0 % size == 0 }),
      let output = Shape(channels: input.channels, spatial: input.spatial.map { $0 / size })
    else { return nil }
    (self.input, self.output, self.size) = (input, output, size)
    targets = combinations(input.spatial.map { Array(0..<$0) }).map { position in
      zip(position, output.spatial).reduce(0) { $0 * $1.1 + $1.0 / size }
    }
  }

  @_specialize(where S == Float)
  func forward<S: Scalar>(_ x: MatrixView<S>, into y: MatrixView<S>, _: LayerContext<S>) {
    y.clear()
    for (position, target) in targets.enumerated() {
      S.addScaled(channels(of: x, position), by: scale(), to: channels(of: y, target))
    }
  }

  @_specialize(where S == Float)
  func vjp<S: Scalar>(_ dy: MatrixView<S>, into dx: MatrixView<S>, _: LayerContext<S>) {
    dx.clear()
    for (position, target) in targets.enumerated() {
      S.addScaled(channels(of: dy, target), by: scale(), to: channels(of: dx, position))
    }
  }

  @_specialize(where S == Float)
  func jvp<S: Scalar>(_ u: MatrixView<S>, into v: MatrixView<S>, _ context: LayerContext<S>) {
    forward(u, into: v, context)
  }

  private func scale<S: Scalar>() -> S { 1 / S(input.positions / output.positions) }

  private func channels<S: Scalar>(of image: MatrixView<S>, _ position: Int) -> MatrixView<S> {
    image.rows(position * input.channels..<(position + 1) * input.channels)
  }
}
