import CKernels
import Testing

/// Expects that each output element of a kernel is `formula` of the elements at the same place: of
/// the inputs, and of the output before the call.
///
/// This holds for every width, with gaps between rows and another stride for each operand; when the
/// columns are split into two calls; and when the output is also the input with a number in `over`.
/// Each call gets the columns that it computes, and views of these columns.
func expectElementwise<T: Element>(
  rows: Int = 3, inputs count: Int, over: [Int] = [],
  kernel: (
    _ columns: Range<Int>, _ inputs: [UnsafePointer<input_matrix>],
    _ out: UnsafePointer<output_matrix>
  ) -> Void,
  formula: (_ row: Int, _ column: Int, _ inputs: [T], _ out: T) -> T,
  at location: SourceLocation = #_sourceLocation
) {
  var random = Sequence64(state: 1)
  for columns in widths {
    let operands = (0...count).map { operand in
      let numbers: [T] = awkward(rows * columns, using: &random)
      return Matrix<T>(rows, columns, gap: operand + 1) { numbers[$0 * columns + $1] }
    }
    let cut = Int.random(in: 0...columns, using: &random)
    for output in [count] + over {
      let expected = operands[output].map { row, column in
        formula(
          row, column, operands.prefix(count).map { $0[row, column] },
          operands[output][row, column])
      }
      for pieces in [[0..<columns], [0..<cut, cut..<columns]] {
        let memory = operands.map { matrix in
          let base = UnsafeMutablePointer<T>.allocate(capacity: matrix.numbers.count)
          base.initialize(from: matrix.numbers, count: matrix.numbers.count)
          return base
        }
        defer { for base in memory { base.deallocate() } }
        for piece in pieces {
          let inputs = (0..<count).map {
            input_matrix(
              base: memory[$0] + piece.lowerBound, rows: rows, columns: piece.count,
              stride: operands[$0].stride)
          }
          var out = output_matrix(
            base: memory[output] + piece.lowerBound, rows: rows, columns: piece.count,
            stride: operands[output].stride)
          inputs.withUnsafeBufferPointer { kernel(piece, $0.indices.map($0.pointer), &out) }
        }
        for (operand, (base, before)) in zip(memory, operands).enumerated() {
          let after = Array(UnsafeBufferPointer(start: base, count: before.numbers.count))
          let wanted = operand == output ? expected : before
          #expect(
            same(after, wanted.numbers), "operand \(operand), output \(output), pieces \(pieces)",
            sourceLocation: location)
        }
      }
    }
  }
}

extension UnsafeBufferPointer {
  fileprivate func pointer(to index: Int) -> UnsafePointer<Element> {
    guard let baseAddress else { preconditionFailure("no elements") }
    return baseAddress + index
  }
}
