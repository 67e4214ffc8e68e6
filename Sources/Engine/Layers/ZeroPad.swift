/// Puts a frame of zeros around an image, or takes one off it: PyTorch's `ZeroPad2d`, for either
/// sign.
struct ZeroPad: Layer {
  let input: ImageShape
  let output: ImageShape
  /// The width of the frame; negative to crop.
  let margin: Int

  /// `nil` when nothing would be left, or too much.
  init?(_ input: ImageShape, margin: Int) {
    guard
      let output = ImageShape(
        channels: input.channels, height: input.height + 2 * margin,
        width: input.width + 2 * margin)
    else { return nil }
    (self.input, self.output, self.margin) = (input, output, margin)
  }

  func forward<S: Scalar>(
    _ x: MatrixView<S>, _: LayerParameters<S>, saved _: MatrixView<S>, into y: MatrixView<S>
  ) {
    Self.place(x, input, into: y, output, margin)
  }

  func vjp<S: Scalar>(
    _ dy: MatrixView<S>, output _: MatrixView<S>, saved _: MatrixView<S>, _: LayerParameters<S>,
    into dx: MatrixView<S>
  ) {
    Self.place(dy, output, into: dx, input, -margin)
  }

  func jvp<S: Scalar>(
    _ u: MatrixView<S>, output _: MatrixView<S>, saved _: MatrixView<S>,
    _ parameters: LayerParameters<S>, into v: MatrixView<S>
  ) {
    Self.place(u, input, into: v, output, margin)
  }

  private static func place<S: Scalar>(
    _ x: MatrixView<S>, _ from: ImageShape, into y: MatrixView<S>, _ to: ImageShape, _ margin: Int
  ) {
    let channels = from.channels
    if margin > 0 { y.clear() }
    let width = min(from.width, to.width) * channels
    for row in 0..<min(from.height, to.height) {
      let (down, across) = (row + max(-margin, 0), max(-margin, 0))
      let source = (down * from.width + across) * channels
      let place = ((row + max(margin, 0)) * to.width + max(margin, 0)) * channels
      y.rows(place..<place + width).copy(x.rows(source..<source + width))
    }
  }
}
