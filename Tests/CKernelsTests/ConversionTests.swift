import CKernels
import Testing

struct ConversionTests {
  /// Rows around the tile of 64 pixels × 16 images, and a real one; an image has two more.
  private static let sizes = [1, 3, 63, 64, 65, 130, 784]

  @Test(arguments: elements, sizes)
  func `bytes are gathered, transposed and mapped to −1 … 1`(element: any Element.Type, size: Int) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 1)
      let images = (0..<5 * (size + 2)).map { _ in UInt8.random(in: 0...255, using: &random) }
      for columns in [0, 1, 2, 15, 16, 17, 33, 64] {
        let indices = (0..<columns).map { _ in UInt32.random(in: 0..<5, using: &random) }
        var out = Matrix<T>(size, columns, gap: 3) { _, _ in 0 }
        let expected = out.map { (2 * T(images[Int(indices[$1]) * (size + 2) + $0]) - 255) / 255 }
        T.kernels.gatherBytes(
          size, columns, images, size + 2, indices, &out.numbers, out.stride)
        #expect(same(out, expected))
      }
    }
    check(element)
  }

  @Test(arguments: elements, sizes)
  func `floats are gathered and transposed`(element: any Element.Type, size: Int) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 2)
      let images = (0..<5 * (size + 2)).map { _ in random.real() as Float }
      for columns in [0, 1, 2, 15, 16, 17, 33, 64] {
        let indices = (0..<columns).map { _ in UInt32.random(in: 0..<5, using: &random) }
        var out = Matrix<T>(size, columns, gap: 3) { _, _ in 0 }
        let expected = out.map { T(images[Int(indices[$1]) * (size + 2) + $0]) }
        T.kernels.gatherFloats(
          size, columns, images, size + 2, indices, &out.numbers, out.stride)
        #expect(same(out, expected))
      }
    }
    check(element)
  }

  @Test func `every byte maps to the float next to the quotient, 0 and 255 to the ends`() {
    var out = [Float](repeating: 0, count: 256)
    gather_bytes_f32(256, 1, (0...255).map { UInt8($0) }, 256, [0], &out, 1)
    for byte in 0..<256 {
      let exact = Double(2 * byte - 255) / 255
      #expect(abs(Double(out[byte]) - exact) <= Double(out[byte].ulp) / 2)
    }
    #expect(out[0] == -1 && out[255] == 1)
  }

  @Test(arguments: elements)
  func `a block is transposed`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 5)
      for rows in [0, 1, 15, 16, 17, 40] {
        for columns in [0, 1, 15, 16, 17, 40] {
          let x = Matrix<T>(rows, columns, gap: 3, using: &random)
          var y = Matrix<T>(columns, rows, gap: 2) { _, _ in 0 }
          let expected = y.map { x[$1, $0] }
          T.kernels.transpose(rows, columns, x.numbers, x.stride, &y.numbers, y.stride)
          #expect(same(y, expected))
        }
      }
    }
    check(element)
  }
}
