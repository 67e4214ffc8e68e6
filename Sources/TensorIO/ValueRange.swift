/// The values of black and white: the metadata `range` of images.
package struct ValueRange: Sendable, Equatable {
  /// The value of black.
  package let lowest: Float
  /// The value of white; greater than `lowest`.
  package let highest: Float

  init(_ lowest: Float, _ highest: Float) { (self.lowest, self.highest) = (lowest, highest) }

  /// Parses a text such as `0,255` or `-1,1`: two finite decimal numbers, the lower one first, separated
  /// by a comma without blanks.
  ///
  /// - Parameter text: The text; the result is nil for any other one.
  package init?(_ text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    // Float would accept `0x1p4` and `nan` too.
    guard parts.count == 2, text.utf8.allSatisfy("+-.,0123456789eE".utf8.contains),
      let lowest = Float(parts[0]), let highest = Float(parts[1]),
      lowest.isFinite, highest.isFinite, lowest < highest
    else { return nil }
    self.init(lowest, highest)
  }

  /// Maps a value linearly, so that black is −1 and white is 1, and rounds once.
  func scaled(_ value: Double) -> Float {
    let (black, white) = (Double(lowest), Double(highest))
    return Float((value - black) / (white - black) * 2 - 1)
  }

  func contains(_ value: Double) -> Bool { Double(lowest) <= value && value <= Double(highest) }
}
