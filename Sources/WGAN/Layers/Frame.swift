/// Puts a frame of zeros around an image, or takes one off it: PyTorch's `ZeroPad2d`, for either
/// sign.
struct Frame: Layer {
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

  func forward<S: Scalar>(_ x: Block<S>, _: LayerRun<S>, notes _: Block<S>, into y: Block<S>) {
    Self.place(x, input, into: y, output, margin)
  }

  func backward<S: Scalar>(
    _ dy: Block<S>, output _: Block<S>, notes _: Block<S>, _: LayerRun<S>, into dx: Block<S>
  ) {
    Self.place(dy, output, into: dx, input, -margin)
  }

  func tangent<S: Scalar>(
    _ u: Block<S>, output _: Block<S>, notes _: Block<S>, _ run: LayerRun<S>, into v: Block<S>
  ) {
    Self.place(u, input, into: v, output, margin)
  }

  private static func place<S: Scalar>(
    _ x: Block<S>, _ from: ImageShape, into y: Block<S>, _ to: ImageShape, _ margin: Int
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
