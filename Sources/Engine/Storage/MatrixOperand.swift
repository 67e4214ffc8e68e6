/// A matrix as an operand of a product: a view, its transpose, or the rows of a view that lie under
/// a window or a part of one.
@safe package struct MatrixOperand<S: Scalar> {
  let base: UnsafePointer<S>
  /// The row that each row of the operand is, counted from `base`; `nil` for consecutive rows.
  let index: UnsafePointer<UInt32>?
  /// Elements from one row to the next, and from one column to the next.
  let row: Int, column: Int
  let rows: Int, columns: Int

  /// The view itself.
  init(_ view: MatrixView<S>) {
    unsafe base = UnsafePointer(view.base)
    unsafe index = nil
    (row, column, rows, columns) = (view.stride, 1, view.rows, view.columns)
  }

  /// The rows of x under a part of a window that begins at row `origin` of x. The window may extend
  /// beyond the image; the part may not. The window must outlive the operand.
  init(
    _ x: MatrixView<S>, under part: WindowOffsets.Part, of window: WindowOffsets, from origin: Int
  ) {
    precondition(part.first >= 0 && part.first + part.count <= window.count)
    // The kernel takes an index with a stride of 1 for an index of columns.
    precondition(x.stride > 1)
    precondition(
      origin + part.offsets.lowerBound >= 0 && origin + part.offsets.upperBound < x.rows)
    unsafe base = UnsafePointer(x.base) + origin * x.stride
    unsafe index = UnsafePointer(window.base) + part.first
    (row, column, columns) = (x.stride, 1, x.columns)
    rows = part.count
  }

  private init(transposing other: MatrixOperand) {
    unsafe base = other.base
    unsafe index = other.index
    (row, column, rows, columns) = (other.column, other.row, other.columns, other.rows)
  }

  /// The transpose.
  var transposed: MatrixOperand { MatrixOperand(transposing: self) }
}

extension MatrixView {
  /// The transpose, as an operand of a product.
  var transposed: MatrixOperand<S> { MatrixOperand(self).transposed }
}
