/// The class numbers that occur in a set of images.
package struct ClassNumbers {
  private var numbers: Set<Int> = []

  /// The largest number of classes that are reported on: memory must not grow with the images.
  private static let limit = 1 << 16

  /// Creates an empty set.
  package init() {}

  /// Adds the class number of an image, from 0.
  package mutating func insert(_ number: Int) {
    if numbers.count <= Self.limit { numbers.insert(number) }
  }

  /// A line about the numbers that no image has; nil if there are none.
  ///
  /// - Parameter classCount: The number of classes; nil if only the numbers between the smallest and the largest
  ///   one are known to be classes.
  package func warning(classCount: Int? = nil) -> String? {
    guard numbers.count <= Self.limit, let smallest = numbers.min(), let largest = numbers.max()
    else { return nil }
    let first = classCount == nil ? smallest : min(smallest, 0)
    let last = max(largest, (classCount ?? 0) - 1)
    let count = last - first + 1 - numbers.count
    guard count > 0 else { return nil }
    let missing = (first...last).lazy.filter { !numbers.contains($0) }.prefix(10)
    let list = missing.map(String.init).joined(separator: ", ")
    return "no image has label \(list)\(count > 10 ? ", … (\(count) numbers)" : "")"
      + " (labels are \(first) to \(last))"
  }
}
