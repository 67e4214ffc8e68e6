/// The order of a tensor's elements in the engine, relative to the order in PyTorch and in a
/// checkpoint.
///
/// A sample is [spatial…][channels] in the engine and [channels][spatial…] in PyTorch, so whatever
/// sums over an image or produces one has its elements in another order. The tensor is viewed with a
/// dimension for each axis that moves; the engine's axes are those, slowest first.
package struct LayoutPermutation: Equatable, Sendable {
  private let view: [Int]
  private let axes: [Int]

  /// The order with the axes `axes` of a tensor viewed with the sizes `view`, slowest first.
  package init(_ view: [Int], by axes: [Int]) {
    precondition(axes.sorted() == Array(view.indices))
    self.view = view
    self.axes = axes
  }

  /// A sample.
  package init(_ shape: Shape) { self.init(shape.sizes, by: Self.axes(shape, from: 0)) }

  /// A matrix with a row for each element of one sample and a column for each of another.
  init(rows: Shape, columns: Shape) {
    self.init(
      rows.sizes + columns.sizes,
      by: Self.axes(rows, from: 0) + Self.axes(columns, from: rows.sizes.count))
  }

  /// The spatial axes, then the channels, which are axis `first`.
  private static func axes(_ shape: Shape, from first: Int) -> [Int] {
    shape.spatial.indices.map { first + 1 + $0 } + [first]
  }

  /// Whether both orders are the same: no axis longer than 1 moves past another.
  package var isIdentity: Bool {
    let moved = axes.filter { view[$0] > 1 }
    return moved == moved.sorted()
  }

  /// The rows of a tensor whose first axis stays first, and the order of each row.
  package var rows: (count: Int, permutation: LayoutPermutation) {
    guard axes.first == 0 else { return (1, self) }
    return (
      view[0], LayoutPermutation(Array(view.dropFirst()), by: axes.dropFirst().map { $0 - 1 })
    )
  }

  /// Reorders elements from the checkpoint's order to the engine's.
  fileprivate func toEngineLayout<S>(_ stored: Buffer<S>, into engine: Buffer<S>) {
    forEach { place, pytorch in engine[place] = stored[pytorch] }
  }

  /// Reorders elements from the engine's order to the checkpoint's.
  fileprivate func toCheckpointLayout<S>(_ engine: Buffer<S>, into stored: Buffer<S>) {
    forEach { place, pytorch in stored[pytorch] = engine[place] }
  }

  /// Calls `body` with each index in the engine's order and the index of the same element in
  /// PyTorch's.
  package func forEach(_ body: (_ place: Int, _ pytorch: Int) -> Void) {
    var strides = view
    var stride = 1
    for axis in view.indices.reversed() {
      strides[axis] = stride
      stride *= view[axis]
    }
    var index = Array(repeating: 0, count: axes.count)
    var (place, pytorch) = (0, 0)
    // The fastest axis has a loop of its own; the others count like the digits of a number.
    let (length, step) = axes.last.map { (view[$0], strides[$0]) } ?? (1, 0)
    let outer = Array(axes.enumerated().dropLast().reversed())
    while place < stride {
      for offset in 0..<length { body(place + offset, pytorch + offset * step) }
      place += length
      for (position, axis) in outer {
        index[position] += 1
        pytorch += strides[axis]
        if index[position] < view[axis] { break }
        pytorch -= strides[axis] * view[axis]
        index[position] = 0
      }
    }
  }
}

extension Parameter {
  /// Reorders the tensor's elements in place, from the checkpoint's order to the engine's.
  @_specialize(where S == Float)
  package func toEngineLayout<S>(_ numbers: Buffer<S>) {
    move(numbers) { $0.toEngineLayout($1, into: $2) }
  }

  /// Reorders the tensor's elements in place, from the engine's order to the checkpoint's.
  @_specialize(where S == Float)
  package func toCheckpointLayout<S>(_ numbers: Buffer<S>) {
    move(numbers) { $0.toCheckpointLayout($1, into: $2) }
  }

  /// Row by row: a copy of the tensor would take as much memory again.
  private func move<S>(
    _ numbers: Buffer<S>, _ move: (LayoutPermutation, Buffer<S>, Buffer<S>) -> Void
  ) {
    precondition(numbers.count == count)
    guard let (rows, permutation) = permutation?.rows else { return }
    let size = count / rows
    withScratch(size) { copy in
      for row in 0..<rows {
        let place = numbers[row * size..<(row + 1) * size]
        copy.copy(place)
        move(permutation, copy, place)
      }
    }
  }
}
