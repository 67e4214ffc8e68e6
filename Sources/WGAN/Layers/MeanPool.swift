/// The mean of each `size` × `size` square of an image: PyTorch's `AvgPool2d`.
struct MeanPool: Layer {
  let input: ImageShape
  let output: ImageShape
  let size: Int

  /// `nil` when the squares do not cover the image exactly.
  init?(_ input: ImageShape, size: Int) {
    guard size >= 1, input.height % size == 0, input.width % size == 0,
      let output = ImageShape(
        channels: input.channels, height: input.height / size, width: input.width / size)
    else { return nil }
    (self.input, self.output, self.size) = (input, output, size)
  }

  func forward<S: Scalar>(_ x: Block<S>, _: LayerRun<S>, notes _: Block<S>, into y: Block<S>) {
    y.clear()
    forEachPair { row, place in
      S.addScaled(channels(of: x, row), by: scale(), to: channels(of: y, place))
    }
  }

  func backward<S: Scalar>(
    _ dy: Block<S>, output _: Block<S>, notes _: Block<S>, _: LayerRun<S>, into dx: Block<S>
  ) {
    dx.clear()
    forEachPair { row, place in
      S.addScaled(channels(of: dy, place), by: scale(), to: channels(of: dx, row))
    }
  }

  func tangent<S: Scalar>(
    _ u: Block<S>, output _: Block<S>, notes: Block<S>, _ run: LayerRun<S>, into v: Block<S>
  ) {
    forward(u, run, notes: notes, into: v)
  }

  private func scale<S: Scalar>() -> S { 1 / S(size * size) }

  private func channels<S: Scalar>(of image: Block<S>, _ position: Int) -> Block<S> {
    image.rows(position * input.channels..<(position + 1) * input.channels)
  }

  /// Every position of the input, in order, with that of the output.
  private func forEachPair(_ body: (Int, Int) -> Void) {
    for row in 0..<input.height {
      for column in 0..<input.width {
        body(row * input.width + column, row / size * output.width + column / size)
      }
    }
  }
}
