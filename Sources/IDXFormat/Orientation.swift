/// How images are turned. The three flags give all eight orientations. They apply in the order transpose,
/// mirror, flip.
public struct Orientation: Sendable {
  /// Whether rows become columns.
  public var transpose = false
  /// Whether left and right are exchanged.
  public var mirror = false
  /// Whether top and bottom are exchanged.
  public var flip = false

  /// Images stay as they are.
  public init() {}

  /// Whether images stay as they are.
  var isIdentity: Bool { !transpose && !mirror && !flip }

  /// The height and the width of the result.
  func size(height: Int, width: Int) -> [Int] { transpose ? [width, height] : [height, width] }

  /// Turns every channel of some images.
  ///
  /// - Parameters:
  ///   - values: Whole channels; any values if `isIdentity`.
  ///   - shape: The height and the width of a channel.
  func turned(_ values: [UInt8], shape: [Int]) -> [UInt8] {
    if isIdentity { return values }
    let size = size(height: shape[0], width: shape[1])
    // The index in `values` of the first value of the result, and the differences to those of its neighbors.
    let strides = transpose ? (down: 1, right: shape[1]) : (down: shape[1], right: 1)
    let first =
      (mirror ? (size[1] - 1) * strides.right : 0) + (flip ? (size[0] - 1) * strides.down : 0)
    let (down, right) = (
      flip ? -strides.down : strides.down, mirror ? -strides.right : strides.right
    )
    var result: [UInt8] = []
    result.reserveCapacity(values.count)
    for channel in stride(from: 0, to: values.count, by: size[0] * size[1]) {
      for y in 0..<size[0] {
        for x in 0..<size[1] { result.append(values[channel + first + y * down + x * right]) }
      }
    }
    return result
  }
}
