import Glibc

/// A view of rows × columns numbers, consecutive columns side by side in memory.
///
/// In an activation a row is a feature and a column is a sample: the batch is the innermost axis,
/// so every elementwise loop runs along contiguous lanes. A block owns nothing: its memory belongs
/// to the `Workspace` that made it.
struct Block<S: Scalar>: @unchecked Sendable {
  /// The first element.
  let base: UnsafeMutablePointer<S>
  /// The number of features.
  let rows: Int
  /// The number of samples.
  let columns: Int
  /// Elements from one row's beginning to the next's.
  let stride: Int

  /// The same rows, of some of the columns.
  func columns(_ range: Range<Int>) -> Block {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns)
    return Block(base: base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// Some of the rows, of the same columns.
  func rows(_ range: Range<Int>) -> Block {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows)
    return Block(
      base: base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// Every `step`-th row.
  func rows(from first: Int, by step: Int) -> Block {
    precondition(0..<step ~= first && rows % step == 0)
    return Block(
      base: base + first * stride, rows: rows / step, columns: columns, stride: step * stride)
  }

  /// One element.
  subscript(row: Int, column: Int) -> S {
    get { base[row * stride + column] }
    nonmutating set { base[row * stride + column] = newValue }
  }

  /// Takes over the numbers of a block of the same shape, or of this very block.
  func copy(_ other: Block) {
    precondition(other.rows == rows && other.columns == columns)
    if other.base == base { return }
    for row in 0..<rows {
      (base + row * stride).update(from: other.base + row * other.stride, count: columns)
    }
  }

  /// Sets every element to 0. Code that is compiled for any scalar sets them one at a time.
  func clear() {
    for row in 0..<rows { memset(base + row * stride, 0, columns * MemoryLayout<S>.stride) }
  }

  /// Sets every element.
  func fill(_ value: S) {
    for row in 0..<rows { (base + row * stride).update(repeating: value, count: columns) }
  }
}
