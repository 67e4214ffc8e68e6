/// A block of rows and columns at each of several places of a larger block.
@safe package struct GatherView<S: Scalar> {
  package let base: UnsafeMutablePointer<S>
  /// In units from `base`.
  package let places: Offsets
  package let unit: Int
  /// From one row of a place to the next.
  package let stride: Int
  /// How many there are from the last place on.
  package let rows: Int, columns: Int

  /// Places that are rows of a block, counted from row `first`.
  package init(_ block: MatrixView<S>, rows places: Offsets, from first: Int = 0) {
    precondition(first >= 0 && first <= block.rows)
    unsafe base = block.base + first * block.stride
    (self.places, unit, stride) = (places, block.stride, block.stride)
    (rows, columns) = (block.rows - first - places.last, block.columns)
  }

  /// Places that are columns of a block.
  package init(_ block: MatrixView<S>, columns places: Offsets) {
    unsafe base = block.base
    (self.places, unit, stride) = (places, 1, block.stride)
    (rows, columns) = (block.rows, block.columns - places.last)
  }
}

/// Where each of several things begins; −1 is nowhere.
package struct Offsets: Sendable {
  package let numbers: [Int32]
  /// The greatest, or 0.
  package let last: Int

  package init(_ numbers: [Int]) {
    self.numbers = numbers.map { Int32($0) }
    last = max(numbers.max() ?? 0, 0)
  }
}
