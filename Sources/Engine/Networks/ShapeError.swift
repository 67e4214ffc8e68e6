/// The reason why layers do not make a network, or not one for these images.
public struct ShapeError: Error, CustomStringConvertible {
  package let reason: String

  package init(reason: String) { self.reason = reason }

  /// One clause that starts with a lower-case letter.
  public var description: String { reason }
}
