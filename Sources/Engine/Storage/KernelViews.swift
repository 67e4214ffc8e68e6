import CKernels

// The views as the kernels take them. The constant ones are inputs.

extension MatrixView {
  var view: matrix_view {
    unsafe matrix_view(base: base, rows: rows, columns: columns, stride: stride)
  }

  var constView: const_matrix_view {
    unsafe const_matrix_view(base: base, rows: rows, columns: columns, stride: stride)
  }
}

extension MatrixOperand {
  var operand: matrix_operand {
    unsafe matrix_operand(
      base: base, index: index, rows: rows, columns: columns, row_stride: row,
      column_stride: column)
  }
}

extension GatherView {
  /// Calls `body` with the same view of fewer rows and columns.
  func withView<Result>(rows: Int, columns: Int, _ body: (gather_view) -> Result) -> Result {
    precondition(rows >= 0 && rows <= self.rows && columns >= 0 && columns <= self.columns)
    return unsafe places.numbers.withUnsafeBufferPointer { offsets in
      guard let first = offsets.baseAddress else { preconditionFailure("no places") }
      return unsafe body(
        gather_view(
          base: base, offsets: first, unit: unit, rows: rows, columns: columns, stride: stride))
    }
  }
}

extension const_gather_view {
  init(_ view: gather_view) {
    unsafe self.init(
      base: view.base, offsets: view.offsets, unit: view.unit, rows: view.rows,
      columns: view.columns, stride: view.stride)
  }
}

extension Buffer {
  var view: buffer_view { unsafe buffer_view(base: base, count: count) }
  var constView: const_buffer_view { unsafe const_buffer_view(base: base, count: count) }
}

extension Buffer<Double> {
  var sums: sums_view { unsafe sums_view(base: base, count: count) }
}

extension const_buffer_view {
  /// A buffer that may be absent.
  init<S: Scalar>(_ buffer: Buffer<S>?) {
    unsafe self.init(base: buffer?.base, count: buffer?.count ?? 0)
  }
}
