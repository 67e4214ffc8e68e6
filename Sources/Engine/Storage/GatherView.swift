/// A matrix at each of several offsets in a larger matrix.
@safe struct GatherView<S: Scalar> {
  let base: UnsafeMutablePointer<S>
  /// In multiples of `unit` elements from `base`.
  let offsets: Offsets
  let unit: Int
  /// Elements from one row to the next.
  let stride: Int
  /// The largest matrix that lies inside at every offset.
  let rows: Int, columns: Int

  /// Offsets that are rows of a view, counted from row `first`.
  init(_ view: MatrixView<S>, rows offsets: Offsets, from first: Int = 0) {
    precondition(first >= 0 && first <= view.rows)
    unsafe base = view.base + first * view.stride
    (self.offsets, unit, stride) = (offsets, view.stride, view.stride)
    (rows, columns) = (view.rows - first - offsets.maximum, view.columns)
  }

  /// Offsets that are columns of a view.
  init(_ view: MatrixView<S>, columns offsets: Offsets) {
    unsafe base = view.base
    (self.offsets, unit, stride) = (offsets, 1, view.stride)
    (rows, columns) = (view.rows, view.columns - offsets.maximum)
  }
}

/// Where each of several matrices begins; −1 stands for zeros.
struct Offsets: Sendable {
  let elements: [Int32]
  /// The greatest offset, or 0.
  let maximum: Int

  init(_ elements: [Int]) {
    self.elements = elements.map { Int32($0) }
    maximum = max(elements.max() ?? 0, 0)
  }
}
