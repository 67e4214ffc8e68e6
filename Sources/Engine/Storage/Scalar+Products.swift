import CKernels

// Matrix products, and the transforms around them. Each function traps if the kernel would access
// memory outside of its arguments.

extension Scalar {
  /// c = start + a · b, where start is c itself (`adding`), or the bias of each row, or 0.
  static func product(
    _ a: MatrixOperand<Self>, _ b: MatrixOperand<Self>, bias: Buffer<Self>?, adding: Bool,
    into c: MatrixView<Self>
  ) {
    precondition(a.rows == c.rows && a.columns == b.rows && b.columns == c.columns)
    precondition(unsafe a.index == nil)
    if let bias { precondition(bias.count == c.rows) }
    precondition(b.row == 1 || b.column == 1)
    var arguments = unsafe product_arguments(
      left: a.operand, right: b.operand, bias: input_buffer(bias), accumulate: adding,
      result: c.output)
    unsafe kernels.pointee.product(&arguments)
  }

  /// y = V · x · Hᵀ, for two of Winograd's matrices or their transposes, plus y itself in its first
  /// `adding` rows and columns, and plus the bias of each row elsewhere. Each element of the tiles x
  /// and y is a matrix of `rows` × `columns` numbers.
  static func winograd(
    _ matrices: (vertical: winograd_matrix, horizontal: winograd_matrix), transposed: Bool,
    rows: Int, columns: Int, _ x: GatherView<Self>, bias: Buffer<Self>?,
    adding: (rows: Int, columns: Int), into y: GatherView<Self>
  ) {
    let (vertical, horizontal) = matrices
    precondition(horizontal.partners.contains(vertical))
    let (down, across) = (
      vertical.size(transposed: transposed), horizontal.size(transposed: transposed)
    )
    precondition(x.offsets.elements.count == down.columns * across.columns)
    precondition(y.offsets.elements.count == down.rows * across.rows)
    precondition(adding.rows >= 0 && adding.columns >= 0)
    if let bias { precondition(bias.count == rows) }
    unsafe x.withView(rows: rows, columns: columns) { x in
      unsafe y.withView(rows: rows, columns: columns) { y in
        var arguments = unsafe winograd_arguments(
          vertical: vertical, horizontal: horizontal, transposed: transposed,
          input: input_gather(x), bias: input_buffer(bias),
          overlap: .init(rows: adding.rows, columns: adding.columns), output: y)
        unsafe kernels.pointee.winograd(&arguments)
      }
    }
  }

  /// y = xᵀ.
  package static func transpose(_ x: MatrixView<Self>, into y: MatrixView<Self>) {
    precondition(y.rows == x.columns && y.columns == x.rows)
    var (x, y) = unsafe (x.input, y.output)
    unsafe kernels.pointee.transpose(&x, &y)
  }
}

extension winograd_matrix {
  /// The size of the matrix or of its transpose.
  fileprivate func size(transposed: Bool) -> (rows: Int, columns: Int) {
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

  /// The matrices that the other axis can have.
  fileprivate var partners: [winograd_matrix] {
    switch self {
    case WINOGRAD_INPUT_4X4, WINOGRAD_INPUT_3X4: [WINOGRAD_INPUT_4X4, WINOGRAD_INPUT_3X4]
    case WINOGRAD_OUTPUT_4X4, WINOGRAD_OUTPUT_3X4: [WINOGRAD_OUTPUT_4X4, WINOGRAD_OUTPUT_3X4]
    default: [self]
    }
  }
}
