import CKernels
import Testing

struct ConversionTests {
  /// Numbers of pixels around the tile of 64 pixels × 16 images, and a common one. An image has two
  /// pixels more.
  private static let sizes = [1, 3, 63, 64, 65, 130, 784]

  @Test(arguments: elements, sizes)
  func `bytes are gathered, transposed and mapped to [−1, 1]`(element: any Element.Type, size: Int)
  {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 1)
      let images = (0..<5 * (size + 2)).map { _ in UInt8.random(in: 0...255, using: &random) }
      for columns in [0, 1, 2, 15, 16, 17, 33, 64] {
        let indices = (0..<columns).map { _ in UInt32.random(in: 0..<5, using: &random) }
        var out = Matrix<T>(size, columns, gap: 3) { _, _ in 0 }
        let expected = out.map { (2 * T(images[Int(indices[$1]) * (size + 2) + $0]) - 255) / 255 }
        indices.withIndexView { indices in
          images.withUnsafeBufferPointer { images in
            let images = byte_images(base: images.baseAddress!, size: size + 2)
            out.withMutableView { T.kernels.gather_bytes(images, indices, $0) }
          }
        }
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
        indices.withIndexView { indices in
          images.withUnsafeBufferPointer { images in
            let images = float_images(base: images.baseAddress!, size: size + 2)
            out.withMutableView { T.kernels.gather_floats(images, indices, $0) }
          }
        }
        #expect(same(out, expected))
      }
    }
    check(element)
  }

  @Test func `each byte maps to the float nearest to the quotient, and 0 and 255 to −1 and 1`() {
    var out = Matrix<Float>(256, 1, gap: 0) { _, _ in 0 }
    [UInt32(0)].withIndexView { indices in
      (0...255).map { UInt8($0) }.withUnsafeBufferPointer { images in
        let images = byte_images(base: images.baseAddress!, size: 256)
        out.withMutableView { Float.kernels.gather_bytes(images, indices, $0) }
      }
    }
    for byte in 0..<256 {
      let exact = Double(2 * byte - 255) / 255
      #expect(abs(Double(out[byte, 0]) - exact) <= Double(out[byte, 0].ulp) / 2)
    }
    #expect(out[0, 0] == -1 && out[255, 0] == 1)
  }

  @Test(arguments: elements)
  func `transpose matches its definition`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 5)
      for rows in [0, 1, 15, 16, 17, 40] {
        for columns in [0, 1, 15, 16, 17, 40] {
          let x = Matrix<T>(rows, columns, gap: 3, using: &random)
          var y = Matrix<T>(columns, rows, gap: 2) { _, _ in 0 }
          let expected = y.map { x[$1, $0] }
          x.withView { x in y.withMutableView { T.kernels.transpose(x, $0) } }
          #expect(same(y, expected))
        }
      }
    }
    check(element)
  }
}

extension [UInt32] {
  fileprivate func withIndexView(_ body: (index_list) -> Void) {
    withView { body(index_list(base: $0.base(as: UInt32.self), count: $0.count)) }
  }
}
