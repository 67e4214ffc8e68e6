/// The shape of a sample: its channels and the size of each spatial axis, such as height and width.
public struct Shape: Equatable, Sendable, LosslessStringConvertible {
  /// The number of channels.
  public let channels: Int
  /// The sizes of the spatial axes, slowest first: height, then width.
  public let spatial: [Int]
  /// The number of elements.
  public let count: Int

  /// One channel of 28 × 28, as in MNIST and Fashion-MNIST.
  public static let mnist = Shape(1, [28, 28])

  private init(_ channels: Int, _ spatial: [Int]) {
    (self.channels, self.spatial) = (channels, spatial)
    count = spatial.reduce(channels, *)
  }

  /// A shape with any number of spatial axes.
  ///
  /// - Returns: `nil` unless every size is positive and there are at most 2²⁴ elements.
  public init?(channels: Int, spatial: [Int]) {
    var count = 1
    for size in [channels] + spatial {
      guard 1...Architecture.maximumWidth ~= size else { return nil }
      count *= size
      guard count <= Architecture.maximumWidth else { return nil }
    }
    self.init(channels, spatial)
  }

  /// The shape of an image.
  public init?(channels: Int, height: Int, width: Int) {
    self.init(channels: channels, spatial: [height, width])
  }

  /// Reads the text form of an image's shape, such as `1x28x28`: channels, height, width.
  public init?(_ text: String) {
    let sizes = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard sizes.count == 3 else { return nil }
    self.init(channels: sizes[0], spatial: Array(sizes[1...]))
  }

  /// A vector: an image of one position.
  package static func vector(_ count: Int) -> Shape { Shape(count, [1, 1]) }

  /// The number of rows of an image.
  public var height: Int { spatial[0] }
  /// The number of columns of an image.
  public var width: Int { spatial[1] }

  /// The sizes of all axes, channels first.
  public var sizes: [Int] { [channels] + spatial }

  /// The number of positions: the product of the spatial sizes.
  package var positions: Int { count / channels }

  /// Rows between neighbors along each spatial axis, where a sample lies as [spatial…][channels].
  var pitches: [Int] {
    var pitches = spatial
    var pitch = channels
    for axis in spatial.indices.reversed() {
      pitches[axis] = pitch
      pitch *= spatial[axis]
    }
    return pitches
  }

  /// The text form, such as `1x28x28`.
  public var description: String { sizes.map(String.init).joined(separator: "x") }
}

/// Every combination of one element of each list, the last list running fastest.
func combinations<Element>(_ lists: [[Element]]) -> [[Element]] {
  lists.reduce([[]]) { heads, list in heads.flatMap { head in list.map { head + [$0] } } }
}
