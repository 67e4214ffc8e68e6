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

  func forward<S: Scalar>(
    _ x: MatrixView<S>, _: LayerParameters<S>, saved _: MatrixView<S>, into y: MatrixView<S>
  ) {
    y.clear()
    forEachPair { row, place in
      S.addScaled(channels(of: x, row), by: scale(), to: channels(of: y, place))
    }
  }

  func vjp<S: Scalar>(
    _ dy: MatrixView<S>, output _: MatrixView<S>, saved _: MatrixView<S>, _: LayerParameters<S>,
    into dx: MatrixView<S>
  ) {
    dx.clear()
    forEachPair { row, place in
      S.addScaled(channels(of: dy, place), by: scale(), to: channels(of: dx, row))
    }
  }

  func jvp<S: Scalar>(
    _ u: MatrixView<S>, output _: MatrixView<S>, saved: MatrixView<S>,
    _ parameters: LayerParameters<S>, into v: MatrixView<S>
  ) {
    forward(u, parameters, saved: saved, into: v)
  }

  private func scale<S: Scalar>() -> S { 1 / S(size * size) }

  private func channels<S: Scalar>(of image: MatrixView<S>, _ position: Int) -> MatrixView<S> {
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
