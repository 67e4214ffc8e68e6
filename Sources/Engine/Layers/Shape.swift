/// Channels, height and width of an image.
public struct ImageShape: Equatable, Sendable, LosslessStringConvertible {
  /// How many.
  public let channels: Int, height: Int, width: Int

  /// One channel of 28 × 28, as in MNIST and its followers.
  public static let mnist = ImageShape(1, 28, 28)

  private init(_ channels: Int, _ height: Int, _ width: Int) {
    (self.channels, self.height, self.width) = (channels, height, width)
  }

  /// A shape; every size positive, at most 2²⁴ pixel values in all.
  public init?(channels: Int, height: Int, width: Int) {
    let most = Architecture.maximumWidth
    guard [channels, height, width].allSatisfy({ 1...most ~= $0 }),
      channels * height <= most, channels * height * width <= most
    else { return nil }
    self.init(channels, height, width)
  }

  /// Reads `1x28x28`: channels, height, width.
  public init?(_ text: String) {
    let sizes = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard sizes.count == 3 else { return nil }
    self.init(channels: sizes[0], height: sizes[1], width: sizes[2])
  }

  /// A vector: an image of one position.
  package static func vector(_ count: Int) -> ImageShape { ImageShape(count, 1, 1) }

  /// Numbers in an image.
  public var count: Int { channels * height * width }

  /// As `1x28x28`.
  public var description: String { "\(channels)x\(height)x\(width)" }
}
