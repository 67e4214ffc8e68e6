// The mapping from values to pixels: one linear function for all images of a file. Normalizing each
// image to its own range would hide saturation of the network.

import TensorIO

/// The values that are drawn as black and as white.
public struct PixelRange: Sendable, Equatable {
  /// The value that is drawn as 0.
  public let lowest: Float
  /// The value that is drawn as 255; greater than `lowest`.
  public let highest: Float

  /// Parses the metadata `range` of a tensor file, such as `0,255` or `-1,1`: two finite decimal
  /// numbers, the lower one first, separated by a comma without blanks. Returns nil for any other text.
  public init?(_ text: String) {
    guard let range = ValueRange(text) else { return nil }
    (lowest, highest) = (range.lowest, range.highest)
  }

  /// Maps a value to a pixel: (value − lowest) · 255 / (highest − lowest), rounded to the nearest
  /// integer, halves up, and clamped to 0…255. Returns nil for NaN.
  public func pixel(_ value: Float) -> UInt8? {
    // In Double, the differences of two Floats and ties are exact enough to round once.
    let offset = Double(value) - Double(lowest)
    let level = offset * 255 / (Double(highest) - Double(lowest))
    guard !level.isNaN else { return nil }
    return UInt8(min(max(level, 0), 255).rounded(.toNearestOrAwayFromZero))
  }
}
