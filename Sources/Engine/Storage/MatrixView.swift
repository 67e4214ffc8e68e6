import Glibc

/// A view of rows × columns elements, consecutive columns side by side in memory. An index out of range
/// ends the process.
///
/// In an activation a row is a feature and a column is a sample: the batch is the innermost axis, so
/// every elementwise loop runs along contiguous lanes. Like a `Buffer`, a view owns nothing and may go
/// to any thread.
@safe package struct MatrixView<S: Scalar>: @unchecked Sendable {
  /// The first element.
  package let base: UnsafeMutablePointer<S>
  /// The number of rows: of features.
  package let rows: Int
  /// The number of columns: of samples.
  package let columns: Int
  /// Elements from the start of one row to the start of the next.
  package let stride: Int

  /// Some of the columns.
  @inlinable package func columns(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns)
    return unsafe MatrixView(
      base: base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// Some of the rows.
  @inlinable package func rows(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows)
    return unsafe MatrixView(
      base: base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// Every `step`-th row.
  @inlinable package func rows(from first: Int, by step: Int) -> MatrixView {
    precondition(first >= 0 && first < step && rows % step == 0)
    return unsafe MatrixView(
      base: base + first * stride, rows: rows / step, columns: columns, stride: step * stride)
  }

  /// One row.
  @inlinable package func row(_ row: Int) -> Buffer<S> {
    precondition(row >= 0 && row < rows)
    return unsafe Buffer(base: base + row * stride, count: columns)
  }

  /// One element.
  @inlinable package subscript(row: Int, column: Int) -> S {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      return unsafe base[row * stride + column]
    }
    nonmutating set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      unsafe base[row * stride + column] = newValue
    }
  }

  /// Whether another view has as many rows and columns.
  @inlinable package func hasSameShape(as other: MatrixView) -> Bool {
    other.rows == rows && other.columns == columns
  }

  /// Copies the elements of a view of the same shape, which may be this view.
  @inlinable package func copy(_ other: MatrixView) {
    precondition(hasSameShape(as: other))
    if unsafe other.base == base { return }
    for row in 0..<rows {
      unsafe (base + row * stride).update(from: other.base + row * other.stride, count: columns)
    }
  }

  /// Sets every element to 0, by memset: unspecialized generic code would set them one at a time.
  @inlinable package func clear() {
    for row in 0..<rows { unsafe memset(base + row * stride, 0, columns * MemoryLayout<S>.stride) }
  }

  /// Sets every element.
  @inlinable package func fill(_ value: S) {
    for row in 0..<rows { unsafe (base + row * stride).update(repeating: value, count: columns) }
  }
}

extension MatrixView {
  /// All elements of a buffer, row after row.
  @inlinable package init(_ buffer: Buffer<S>, rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0 && rows * columns == buffer.count)
    unsafe self.init(base: buffer.base, rows: rows, columns: columns, stride: columns)
  }
}
