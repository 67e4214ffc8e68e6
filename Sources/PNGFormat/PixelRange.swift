// How values become pixels: one fixed straight line, the same for every image of a file. Stretching
// each image to its own range would look better and hide that a network saturates.

/// The values that are drawn as black and as white.
public struct PixelRange: Sendable, Equatable {
  /// What becomes 0.
  public let lowest: Float
  /// What becomes 255; greater than `lowest`.
  public let highest: Float

  /// Reads a range as a tensor file's metadata states it, such as "0,255" or "-1,1".
  ///
  /// Nil unless it is two finite decimal numbers, the lower one first, a comma between them and
  /// no blanks.
  public init?(_ text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    // Swift would read "0x1p4" and "nan" too.
    guard parts.count == 2, text.utf8.allSatisfy("+-.,0123456789eE".utf8.contains),
      let lowest = Float(parts[0]), let highest = Float(parts[1]),
      lowest.isFinite, highest.isFinite, lowest < highest
    else { return nil }
    self.lowest = lowest
    self.highest = highest
  }

  /// The pixel for a value: (value − lowest) · 255 / (highest − lowest), rounded to the nearest,
  /// halves upwards, and clamped to 0…255. Nil for NaN.
  public func pixel(_ value: Float) -> UInt8? {
    // In double precision, where neither the differences nor the halves are rounded away.
    let offset = Double(value) - Double(lowest)
    let level = offset * 255 / (Double(highest) - Double(lowest))
    guard !level.isNaN else { return nil }
    return UInt8(min(max(level, 0), 255).rounded(.toNearestOrAwayFromZero))
  }
}
