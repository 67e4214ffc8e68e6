import CKernels

/// Some outputs of an image and the inputs under them: a strip along each axis.
struct WinogradTile: Sendable {
  let vertical: WinogradFilter.Strip, horizontal: WinogradFilter.Strip
  /// The first row of each position in its image; −1 is outside.
  let inputs: Offsets, outputs: Offsets
  /// The first row of each product in V.
  let products: Offsets
  /// Its points, and the first row of each in M.
  let points: [Point], pointOffsets: Offsets
  /// The number of rows and of columns of inputs that tiles before it have too.
  let overlap: (rows: Int, columns: Int)

  var input: (winograd_matrix, winograd_matrix) { (vertical.input, horizontal.input) }
  var output: (winograd_matrix, winograd_matrix) { (vertical.output, horizontal.output) }

  /// The rows of V, or columns of U, that meet at a point, and its rows of M.
  struct Point {
    let inputs: Range<Int>, outputs: Range<Int>
  }
}

extension Shape {
  /// The first row of every position of a rectangle, or −1 outside the image.
  func offsets(_ rows: Int, _ columns: Int, from row: Int, _ column: Int) -> Offsets {
    Offsets(
      (row..<row + rows).flatMap { row in
        (column..<column + columns).map { column in
          0..<height ~= row && 0..<width ~= column ? (row * width + column) * channels : -1
        }
      })
  }
}
