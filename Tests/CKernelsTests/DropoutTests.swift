import CKernels
import Testing

struct DropoutTests {
  /// Numbers of features around the four words of a random number and the 32 bits of the mask.
  private static let heights = [0, 1, 2, 3, 4, 5, 31, 32, 33, 36, 64, 70]

  @Test(arguments: elements)
  func `each feature is kept or dropped by its own random word`(element: any Element.Type) {
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
            var position = random_position(key: key, stream: stream, step: step, first: first)
            mask.withMutableView { T.kernels.fill_dropout_mask(&position, threshold, rows, $0) }
            #expect(mask.numbers.map(\.word) == expected.numbers.map(\.word))

            // In two calls; the second begins at a later sample.
            let cut = columns / 3
            var pieces = before
            for part in [0..<cut, cut..<columns] {
              var position = position
              position.first &+= UInt32(part.lowerBound)
              pieces.withMutableView(part) {
                T.kernels.fill_dropout_mask(&position, threshold, rows, $0)
              }
            }
            #expect(pieces.numbers.map(\.word) == mask.numbers.map(\.word))
          }
        }
      }
    }
    check(element)
  }

  @Test func `a feature is kept if its word equals the threshold, and dropped if it is below`() {
    let word = philox4x32(9, 0, 2, 1, 77).w.0
    for (threshold, kept): (UInt32, UInt32) in [(0, 1), (word, 1), (word + 1, 0), (.max, 0)] {
      var mask = Matrix<Float>(1, 1, gap: 0) { _, _ in 0 }
      var position = random_position(key: 77, stream: 1, step: 2, first: 9)
      mask.withMutableView { Float.kernels.fill_dropout_mask(&position, threshold, 1, $0) }
      #expect(mask[0, 0].bitPattern == kept)
    }
  }

  @Test func `the threshold is the fraction of dropped features`() {
    let n = 4096 * 256
    for rate in [0.1, 0.5, 0.9] {
      var mask = Matrix<Float>(128, 256, gap: 0) { _, _ in 0 }
      var position = random_position(key: 2024 + 11 << 32, stream: 1, step: 2, first: 3)
      mask.withMutableView {
        Float.kernels.fill_dropout_mask(&position, UInt32(rate * 0x1p32), 4096, $0)
      }
      let dropped = n - mask.numbers.reduce(0) { $0 + $1.bitPattern.nonzeroBitCount }
      // Five standard errors.
      #expect(
        abs(Double(dropped) / Double(n) - rate) < 5 * (rate * (1 - rate) / Double(n)).squareRoot())
    }
  }

  @Test(arguments: elements)
  func `kept features are scaled, and dropped ones become 0, even if they are NaN`(
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
          mask.withView { mask in
            dropped.withMutableView { T.kernels.apply_mask(1.25, mask, $0) }
          }
          #expect(
            same(
              dropped,
              x.map { mask[$0 / 32, $1].word >> ($0 % 32) & 1 == 1 ? x[$0, $1] * 1.25 : 0 }))

          let cut = columns / 3
          var pieces = x
          for part in [0..<cut, cut..<columns] {
            mask.withView(part) { mask in
              pieces.withMutableView(part) { T.kernels.apply_mask(1.25, mask, $0) }
            }
          }
          #expect(same(pieces, dropped))
        }
      }
    }
    check(element)
  }
}
