extension String {
  /// The text with spaces appended up to a number of characters; a longer text gets one space.
  public func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
