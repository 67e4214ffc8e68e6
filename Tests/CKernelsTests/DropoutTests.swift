import CKernels
import Testing

struct DropoutTests {
  /// Rows around a quarter of a random number, and around a word of the mask.
  private static let heights = [0, 1, 2, 3, 4, 5, 31, 32, 33, 36, 64, 70]

  @Test(arguments: elements)
  func `a feature is kept by its own random word, one bit each`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      let key: UInt64 = 7 + 8 << 32
      let (stream, step): (UInt32, UInt32) = (3, 5)
      for rows in Self.heights {
        for columns in [0, 1, 2, 15, 16, 17, 33, 64] {
          for (first, threshold): (UInt32, UInt32) in [
            (0, 1 << 31), (1000, 3 << 28), (.max - 20, .max - 1 << 30),
          ] {
            let before = Matrix<T>((rows + 31) / 32, columns, gap: 2) { _, _ in .nan }
            let expected = before.map { row, column in
              T(
                word: (0..<min(32, rows - 32 * row)).reduce(0) { word, bit in
                  let feature = UInt32(32 * row + bit)
                  let w = philox4x32(first &+ UInt32(column), feature / 4, step, stream, key).w
                  let chosen = [w.0, w.1, w.2, w.3][Int(feature % 4)]
                  return word | (chosen >= threshold ? 1 << bit : 0)
                })
            }
            var mask = before
            T.kernels.dropoutMask(
              rows, columns, threshold, key, stream, step, first, &mask.numbers, mask.stride)
            #expect(mask.numbers.map(\.word) == expected.numbers.map(\.word))

            // In two pieces, of which the second begins at a later sample.
            let cut = columns / 3
            var pieces = before
            pieces.numbers.withUnsafeMutableBufferPointer {
              T.kernels.dropoutMask(
                rows, cut, threshold, key, stream, step, first, $0.baseAddress, mask.stride)
              T.kernels.dropoutMask(
                rows, columns - cut, threshold, key, stream, step, first &+ UInt32(cut),
                $0.baseAddress.map { $0 + cut }, mask.stride)
            }
            #expect(pieces.numbers.map(\.word) == mask.numbers.map(\.word))
          }
        }
      }
    }
    check(element)
  }

  @Test func `a word equal to the threshold is kept, and one below is not`() {
    let word = philox4x32(9, 0, 2, 1, 77).w.0
    for (threshold, kept): (UInt32, UInt32) in [(0, 1), (word, 1), (word + 1, 0), (.max, 0)] {
      var mask: Float = 0
      dropout_mask_f32(1, 1, threshold, 77, 1, 2, 9, &mask, 1)
      #expect(mask.bitPattern == kept)
    }
  }

  @Test func `the threshold is the share that is dropped`() {
    let n = 4096 * 256
    for share in [0.1, 0.5, 0.9] {
      var mask = [Float](repeating: 0, count: n / 32)
      dropout_mask_f32(4096, 256, UInt32(share * 0x1p32), 2024 + 11 << 32, 1, 2, 3, &mask, 256)
      let dropped = n - mask.reduce(0) { $0 + $1.bitPattern.nonzeroBitCount }
      // Five standard errors.
      #expect(
        abs(Double(dropped) / Double(n) - share) < 5
          * (share * (1 - share) / Double(n)).squareRoot())
    }
  }

  @Test(arguments: elements)
  func `what is kept is scaled, and what is dropped becomes 0, NaN or not`(
    element: any Element.Type
  ) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 2)
      for rows in Self.heights {
        for columns in widths {
          let mask = Matrix<T>((rows + 31) / 32, columns, gap: 3) { _, _ in
            T(word: random.next() >> 32)
          }
          let numbers: [T] = awkward(rows * columns, using: &random)
          let x = Matrix<T>(rows, columns, gap: 2) { numbers[$0 * columns + $1] }
          var dropped = x
          T.kernels.applyMask(
            rows, columns, 1.25, mask.numbers, mask.stride, &dropped.numbers, dropped.stride)
          #expect(
            same(
              dropped,
              x.map { mask[$0 / 32, $1].word >> ($0 % 32) & 1 == 1 ? x[$0, $1] * 1.25 : 0 }))

          let cut = columns / 3
          var pieces = x
          pieces.numbers.withUnsafeMutableBufferPointer { x in
            mask.numbers.withUnsafeBufferPointer { mask in
              for part in [0..<cut, cut..<columns] {
                T.kernels.applyMask(
                  rows, part.count, 1.25, mask.baseAddress.map { $0 + part.lowerBound },
                  columns + 3, x.baseAddress.map { $0 + part.lowerBound }, columns + 2)
              }
            }
          }
          #expect(same(pieces, dropped))
        }
      }
    }
    check(element)
  }
}
