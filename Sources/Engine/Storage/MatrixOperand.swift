/// A matrix as a product takes it: a block, its transpose, or those of a block's rows that lie under
/// a window, or under a part of one.
@safe package struct MatrixOperand<S: Scalar> {
  package let base: UnsafePointer<S>
  /// Where each row lies, in rows from `base` on; after one another where there is none.
  package let index: UnsafePointer<UInt32>?
  /// Numbers from one row to the next, and from one column to the next.
  package let row: Int, column: Int
  package let rows: Int, columns: Int

  /// The block as it is.
  package init(_ block: MatrixView<S>) {
    unsafe base = UnsafePointer(block.base)
    unsafe index = nil
    (row, column, rows, columns) = (block.stride, 1, block.rows, block.columns)
  }

  /// The rows of x under a part of a window that begins with row `origin` of x. The window may hang
  /// over the edge, the part may not. The index lives as long as the window.
  package init(
    _ x: MatrixView<S>, under part: WindowOffsets.Part, of window: WindowOffsets, from origin: Int
  ) {
    let offsets = window.offsets(of: part)
    precondition(origin + offsets.lowerBound >= 0 && origin + offsets.upperBound < x.rows)
    unsafe base = UnsafePointer(x.base) + origin * x.stride
    unsafe index = UnsafePointer(window.base) + window.first(of: part)
    (row, column, columns) = (x.stride, 1, x.columns)
    rows = part.rows.count * part.columns.count
  }

  private init(transposing other: MatrixOperand) {
    unsafe base = other.base
    unsafe index = other.index
    (row, column, rows, columns) = (other.column, other.row, other.columns, other.rows)
  }

  /// The transpose.
  package var transposed: MatrixOperand { MatrixOperand(transposing: self) }
}

extension MatrixView {
  /// The transpose, as a product takes it.
  package var transposed: MatrixOperand<S> { MatrixOperand(self).transposed }
}

/// The rows of an image under a window: `height` runs of `width` rows, one run `pitch` rows after
/// the other, as offsets from the first.
@safe package final class WindowOffsets: @unchecked Sendable {
  package let width: Int
  fileprivate let base: UnsafeMutablePointer<UInt32>
  private let height: Int, pitch: Int

  /// Some rows of a window and some of its columns, which lie together there: one of its rows, or
  /// all of its columns.
  package struct Part {
    package let rows: Range<Int>, columns: Range<Int>
  }

  package init(height: Int, width: Int, pitch: Int) {
    (self.height, self.width, self.pitch) = (height, width, pitch)
    unsafe base = .allocate(capacity: max(height * width, 1))
    for row in 0..<height {
      for column in 0..<width {
        unsafe (base + (row * width + column)).initialize(to: UInt32(row * pitch + column))
      }
    }
  }

  deinit { unsafe base.deallocate() }

  /// Where a part begins in the window, row after row.
  package func first(of part: Part) -> Int {
    part.rows.lowerBound * width + part.columns.lowerBound
  }

  /// The least and the greatest offset of a part that is not empty.
  fileprivate func offsets(of part: Part) -> ClosedRange<Int> {
    let (rows, columns) = (part.rows, part.columns)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= height && !rows.isEmpty)
    precondition(columns.lowerBound >= 0 && columns.upperBound <= width && !columns.isEmpty)
    precondition(rows.count == 1 || columns.count == width)
    return (rows.lowerBound * pitch + columns.lowerBound)...(rows.upperBound - 1) * pitch
      + columns.upperBound - 1
  }
}
