import CKernels

// The views as arguments of kernels.

extension MatrixView {
  var output: output_matrix {
    unsafe output_matrix(base: base, rows: rows, columns: columns, stride: stride)
  }

  var input: input_matrix {
    unsafe input_matrix(base: base, rows: rows, columns: columns, stride: stride)
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
  func withView<Result>(rows: Int, columns: Int, _ body: (output_gather) -> Result) -> Result {
    precondition(rows >= 0 && rows <= self.rows && columns >= 0 && columns <= self.columns)
    return unsafe offsets.elements.withUnsafeBufferPointer { offsets in
      guard let first = offsets.baseAddress else { preconditionFailure("there are no offsets") }
      return unsafe body(
        output_gather(
          base: base, offsets: first, unit: unit, rows: rows, columns: columns, stride: stride))
    }
  }
}

extension input_gather {
  init(_ view: output_gather) {
    unsafe self.init(
      base: view.base, offsets: view.offsets, unit: view.unit, rows: view.rows,
      columns: view.columns, stride: view.stride)
  }
}

extension Buffer {
  var output: output_buffer { unsafe output_buffer(base: base, count: count) }
  var input: input_buffer { unsafe input_buffer(base: base, count: count) }
}

extension Buffer<Double> {
  var sums: output_sums { unsafe output_sums(base: base, count: count) }
}

extension input_buffer {
  /// A buffer that may be absent.
  init<S: Scalar>(_ buffer: Buffer<S>?) {
    unsafe self.init(base: buffer?.base, count: buffer?.count ?? 0)
  }
}
