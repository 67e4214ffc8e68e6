/// Adds a margin of zeros around an image, or removes one: PyTorch's `ZeroPad2d`, for either sign.
struct ZeroPad: Layer {
  let input: Shape
  let output: Shape
  /// The width of the margin; negative to crop.
  let margin: Int
  /// The first row of each line along the last axis that both images have, in x and in y.
  private let lines: [(x: Int, y: Int)]
  /// Rows of such a line.
  private let length: Int

  /// `nil` when nothing would remain, or the output would be too large.
  init?(_ input: Shape, margin: Int) {
    guard
      let output = Shape(
        channels: input.channels, spatial: input.spatial.map { $0 + 2 * margin })
    else { return nil }
    (self.input, self.output, self.margin) = (input, output, margin)
    let common = zip(input.spatial, output.spatial).map { min($0, $1) }
    length = (common.last ?? 1) * input.channels
    let starts = combinations(common.dropLast().map { Array(0..<$0) }).map { $0 + [0] }
    func row(_ position: [Int], in shape: Shape, from start: Int) -> Int {
      zip(position, shape.pitches).reduce(0) { $0 + ($1.0 + start) * $1.1 }
    }
    lines = starts.map {
      (row($0, in: input, from: max(-margin, 0)), row($0, in: output, from: max(margin, 0)))
    }
  }

  @_specialize(where S == Float)
  func forward<S: Scalar>(_ x: MatrixView<S>, into y: MatrixView<S>, _: LayerContext<S>) {
    if margin > 0 { y.clear() }
    for line in lines {
      y.rows(line.y..<line.y + length).copy(x.rows(line.x..<line.x + length))
    }
  }

  @_specialize(where S == Float)
  func vjp<S: Scalar>(_ dy: MatrixView<S>, into dx: MatrixView<S>, _: LayerContext<S>) {
    if margin < 0 { dx.clear() }
    for line in lines {
      dx.rows(line.x..<line.x + length).copy(dy.rows(line.y..<line.y + length))
    }
  }

  @_specialize(where S == Float)
  func jvp<S: Scalar>(_ u: MatrixView<S>, into v: MatrixView<S>, _ context: LayerContext<S>) {
    forward(u, into: v, context)
  }
}
