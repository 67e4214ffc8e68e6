import Engine

extension Preset.Networks {
  /// Three dense layers in each network.
  static func dense(_ image: Shape) -> Self {
    Self(
      generator: "dense 128; relu; dense 256; relu; dense \(image.count); tanh",
      critic: "dense 256; leaky-relu 0.2; dense 128; leaky-relu 0.2; dense 1")
  }

  /// DCGAN (Radford, Metz, Chintala 2016) with two convolutions in each network: `channels`
  /// channels at half the image size, and twice as many at a quarter.
  static func dcgan(
    _ image: Shape, channels: Int, criticBatchNorm: Bool = false
  ) throws(ShapeError) -> Self {
    guard image.height % 4 == 0, image.width % 4 == 0 else {
      throw ShapeError(
        reason: "DCGAN requires a height and a width that are multiples of 4 (found \(image))")
    }
    let (height, width) = (image.height / 4, image.width / 4)
    let norm = criticBatchNorm ? " no-bias; batch-norm" : ""
    return Self(
      generator: """
        dense \(2 * channels * height * width) no-bias
        reshape \(2 * channels)x\(height)x\(width); batch-norm; relu
        conv-transposed \(channels) kernel 4 stride 2 padding 1 no-bias; batch-norm; relu
        conv-transposed \(image.channels) kernel 4 stride 2 padding 1; tanh
        """,
      critic: """
        conv \(channels) kernel 4 stride 2 padding 1; leaky-relu 0.2
        conv \(2 * channels) kernel 4 stride 2 padding 1\(norm); leaky-relu 0.2
        flatten; dense 1
        """)
  }

  /// The networks of the Keras example "WGAN-GP overriding Model.train_step", which pads images of
  /// 28 × 28 to 32 × 32.
  static func keras(_ image: Shape) throws(ShapeError) -> Self {
    let padded = try PaddedImage(image)
    let (height, width) = (padded.height / 8, padded.width / 8)
    let norm = "batch-norm epsilon 0.001 momentum 0.01"
    func up(_ channels: Int) -> String {
      "upsample 2; conv \(channels) kernel 3 padding same no-bias; \(norm)"
    }
    func down(_ channels: Int) -> String {
      "conv \(channels) kernel 5 stride 2 padding same; leaky-relu 0.2"
    }
    return Self(
      generator: """
        dense \(256 * height * width) no-bias; \(norm); leaky-relu 0.2
        reshape 256x\(height)x\(width)
        \(up(128)); leaky-relu 0.2
        \(up(64)); leaky-relu 0.2
        \(up(image.channels)); tanh
        \(padded.crop)
        """,
      critic: """
        \(padded.pad)
        \(down(64))
        \(down(128)); dropout 0.3
        \(down(256)); dropout 0.3
        \(down(512))
        flatten; dropout 0.2; dense 1
        """)
  }

  /// The residual networks of Gulrajani et al. 2017 for 32 × 32 images (appendix F), with layer
  /// norm in the critic.
  static func residual(_ image: Shape) throws(ShapeError) -> Self {
    let padded = try PaddedImage(image)
    let (height, width) = (padded.height / 8, padded.width / 8)
    let conv = "conv 128 kernel 3 padding same"
    let up = """
      residual; batch-norm; relu; upsample 2; \(conv); batch-norm; relu; \(conv)
      shortcut; upsample 2; conv 128 kernel 1; add
      """
    let first = """
      residual; \(conv); relu; \(conv); mean-pool 2
      shortcut; mean-pool 2; conv 128 kernel 1; add
      """
    let down = """
      residual; layer-norm; relu; \(conv); layer-norm; relu; \(conv); mean-pool 2
      shortcut; mean-pool 2; conv 128 kernel 1; add
      """
    let level = """
      residual; layer-norm; relu; \(conv); layer-norm; relu; \(conv)
      shortcut; add
      """
    return Self(
      generator: """
        dense \(128 * height * width); reshape 128x\(height)x\(width)
        \(up)
        \(up)
        \(up)
        batch-norm; relu; conv \(image.channels) kernel 3 padding same; tanh
        \(padded.crop)
        """,
      critic: """
        \(padded.pad)
        \(first)
        \(down)
        \(level)
        \(level)
        relu; mean-pool \(padded.largestSquareSide); flatten; dense 1
        """)
  }

  /// An image with the smallest equal padding that makes its height and width multiples of 8.
  private struct PaddedImage {
    let height: Int, width: Int
    private let margin: Int

    init(_ image: Shape) throws(ShapeError) {
      guard
        let margin = (0..<4).first(where: {
          (image.height + 2 * $0) % 8 == 0 && (image.width + 2 * $0) % 8 == 0
        })
      else {
        throw ShapeError(
          reason:
            "this preset requires a height and a width that equal padding makes multiples of 8 "
            + "(found \(image))")
      }
      self.margin = margin
      (height, width) = (image.height + 2 * margin, image.width + 2 * margin)
    }

    /// The side of the largest squares that tile the padded image at a quarter of its size: all of
    /// it if it is square.
    var largestSquareSide: Int {
      (1...min(height, width) / 4).last { height / 4 % $0 == 0 && width / 4 % $0 == 0 } ?? 1
    }

    // One layer each, or none.

    var pad: String { margin == 0 ? "" : "zero-pad \(margin)" }
    var crop: String { margin == 0 ? "" : "crop \(margin)" }
  }
}
