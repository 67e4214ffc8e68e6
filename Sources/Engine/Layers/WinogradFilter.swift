import CKernels

/// A kernel of some taps and stride 2 along one axis, as `Winograd` computes it.
struct WinogradFilter: Sendable {
  let taps: Int
  let kernel: winograd_matrix
  /// The point of each product.
  let points: [Int]
  let four: Strip, three: Strip?

  /// Three or four outputs with as many inputs as products under them, and the filter's products and
  /// points that they use.
  struct Strip: Sendable {
    let outputs: Int
    let products: [Int], points: [Int]
    let input: winograd_matrix, output: winograd_matrix
  }

  static let all = [
    WinogradFilter(
      taps: 5, kernel: WINOGRAD_KERNEL_4X5, points: [0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 5],
      four: Strip(
        outputs: 4, products: Array(0..<11), points: Array(0..<6), input: WINOGRAD_INPUT_4X5,
        output: WINOGRAD_OUTPUT_4X5),
      three: nil),
    WinogradFilter(
      taps: 4, kernel: WINOGRAD_KERNEL_4X4, points: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4],
      four: Strip(
        outputs: 4, products: Array(0..<10), points: Array(0..<5), input: WINOGRAD_INPUT_4X4,
        output: WINOGRAD_OUTPUT_4X4),
      three: Strip(
        outputs: 3, products: [0, 1, 2, 3, 4, 5, 8, 9], points: [0, 1, 2, 4],
        input: WINOGRAD_INPUT_3X4, output: WINOGRAD_OUTPUT_3X4)),
  ]

  /// The number of products and of points of both axes.
  var productCount: Int { points.count * points.count }
  var pointCount: Int { four.points.count * four.points.count }

  /// The inputs that one strip shares with the next.
  var overlap: Int { taps - 2 }

  /// The axis as strips of four outputs, with strips of three at its end, each with its first output;
  /// `nil` where they do not fill the axis or do not cover all of its inputs.
  func strips(of window: Window) -> [(first: Int, strip: Strip)]? {
    let threes = -window.outputs & 3
    let rest = window.outputs - 3 * threes
    guard window.kernel == taps, window.stride == 2, window.step == 1, rest >= 0,
      threes == 0 || three != nil,
      window.inputs + window.padding <= 2 * window.outputs + overlap
    else { return nil }
    return stride(from: 0, to: rest, by: 4).map { ($0, four) }
      + stride(from: rest, to: window.outputs, by: 3).map { ($0, three ?? four) }
  }

  /// Elements in a row of U: an odd number of cache lines, like a row of `Workspace.matrix`.
  func rowSize(_ channels: Int) -> Int {
    (productCount * channels + pointCount + 15) / 16 * 16 | 16
  }
}
