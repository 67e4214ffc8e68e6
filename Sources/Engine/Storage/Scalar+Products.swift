import CKernels

// Every one of these traps where a kernel would reach outside of what it is given.

extension Scalar {
  /// c = start + a·b, where start is c itself (`adding`), or the bias of each row, or 0.
  package static func product(
    _ a: MatrixOperand<Self>, _ b: MatrixOperand<Self>, bias: Buffer<Self>?, adding: Bool,
    into c: MatrixView<Self>
  ) {
    precondition(a.rows == c.rows && a.columns == b.rows && b.columns == c.columns)
    precondition(unsafe a.index == nil)
    if let bias { precondition(bias.count == c.rows) }
    unsafe productKernel(
      c.rows, c.columns, b.rows, a.base, a.row, a.column, b.base, b.index, b.row, b.column,
      bias?.base, adding, c.base, c.stride)
  }

  /// y = V·x·Hᵀ, of two matrices of Winograd's or their transposes, plus y itself in its first rows
  /// and columns, and the bias of each row elsewhere: for `rows` × `columns` squares of numbers.
  package static func winograd(
    _ matrices: (vertical: winograd_matrix, horizontal: winograd_matrix), transposed: Bool,
    rows: Int, columns: Int, _ x: GatherView<Self>, bias: Buffer<Self>?,
    adding: (rows: Int, columns: Int), into y: GatherView<Self>
  ) {
    let (vertical, horizontal) = matrices
    precondition(horizontal.pairs.contains(vertical))
    let (down, across) = (
      vertical.sides(transposed: transposed), horizontal.sides(transposed: transposed)
    )
    precondition(x.places.numbers.count == down.ins * across.ins)
    precondition(y.places.numbers.count == down.outs * across.outs)
    precondition(rows >= 0 && rows <= x.rows && rows <= y.rows)
    precondition(columns >= 0 && columns <= x.columns && columns <= y.columns)
    precondition(adding.rows >= 0 && adding.columns >= 0)
    if let bias { precondition(bias.count == rows) }
    unsafe winogradKernel(
      vertical, horizontal, transposed, rows, columns, x.base, x.places.numbers, x.unit, x.stride,
      bias?.base, adding.rows, adding.columns, y.base, y.places.numbers, y.unit, y.stride)
  }

  /// y = xᵀ.
  package static func transpose(_ x: MatrixView<Self>, into y: MatrixView<Self>) {
    precondition(y.rows == x.columns && y.columns == x.rows)
    unsafe transposeKernel(x.rows, x.columns, x.base, x.stride, y.base, y.stride)
  }
}

extension winograd_matrix {
  /// Rows and columns of the matrix.
  fileprivate func sides(transposed: Bool) -> (outs: Int, ins: Int) {
    let (rows, columns) =
      switch self {
      case WINOGRAD_INPUT_4X5: (11, 11)
      case WINOGRAD_KERNEL_4X5: (11, 5)
      case WINOGRAD_OUTPUT_4X5: (4, 6)
      case WINOGRAD_INPUT_4X4: (10, 10)
      case WINOGRAD_KERNEL_4X4: (10, 4)
      case WINOGRAD_OUTPUT_4X4: (4, 5)
      case WINOGRAD_INPUT_3X4: (8, 8)
      default: (3, 4)
      }
    return transposed ? (columns, rows) : (rows, columns)
  }

  /// Those that can stand on the other axis.
  fileprivate var pairs: [winograd_matrix] {
    switch self {
    case WINOGRAD_INPUT_4X4, WINOGRAD_INPUT_3X4: [WINOGRAD_INPUT_4X4, WINOGRAD_INPUT_3X4]
    case WINOGRAD_OUTPUT_4X4, WINOGRAD_OUTPUT_3X4: [WINOGRAD_OUTPUT_4X4, WINOGRAD_OUTPUT_3X4]
    default: [self]
    }
  }
}
