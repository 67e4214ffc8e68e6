import CKernels
import Testing

struct NormalizationTests {
  /// Numbers for the columns of the widest block, or for rows.
  private static func coefficients<T: Element>(_ count: Int, state: UInt64) -> [[T]] {
    var random = Sequence64(state: state)
    return (0..<count).map { _ in (0..<130).map { _ in random.real() } }
  }

  @Test(arguments: elements)
  func `batch normalisation is its formula, also in place`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      let (mean, scale, gamma, beta): (T, T, T, T) = (0.1, 1.7, 0.3, -0.6)
      expectElementwise(rows: 5, inputs: 1, over: [0]) { rows, columns, x, y in
        T.kernels.batchNormalize(
          rows, columns.count, mean, scale, gamma, beta, x[0].base, x[0].stride, y.base, y.stride)
      } formula: { (_, _, x: [T], _) in
        ((x[0] - mean) * scale) * gamma + beta
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `batch normalisation's backward is its formula, also over dy`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      let (mean, scale, a, b, c): (T, T, T, T, T) = (0.1, 1.7, 0.3, -0.6, 0.9)
      expectElementwise(rows: 5, inputs: 2, over: [1]) { rows, columns, x, dx in
        T.kernels.batchNormalizeBackward(
          rows, columns.count, mean, scale, a, b, c, x[0].base, x[0].stride, x[1].base,
          x[1].stride, dx.base, dx.stride)
      } formula: { (_, _, x: [T], _) in
        let normal = (x[0] - mean) * scale
        return a * ((x[1] - b) - normal * c)
      }
    }
    check(element)
  }

  @Test(arguments: elements, [1, 3, 7, 100])
  func `every row is scaled and shifted by its own numbers, which repeat, also in place`(
    element: any Element.Type, period: Int
  ) {
    func check<T: Element>(_: T.Type) {
      let k: [[T]] = Self.coefficients(2, state: 1)
      expectElementwise(rows: 7, inputs: 1, over: [0]) { rows, columns, x, y in
        T.kernels.scaleRows(
          rows, columns.count, period, k[0], k[1], x[0].base, x[0].stride, y.base, y.stride)
      } formula: { (row, _, x: [T], _) in
        x[0] * k[0][row % period] + k[1][row % period]
      }
      // Adding a zero instead would turn −0 into 0.
      expectElementwise(rows: 7, inputs: 1, over: [0]) { rows, columns, x, y in
        T.kernels.scaleRows(
          rows, columns.count, period, k[0], nil, x[0].base, x[0].stride, y.base, y.stride)
      } formula: { (row, _, x: [T], _) in
        x[0] * k[0][row % period]
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `every column is moved and scaled by its own numbers, also in place`(
    element: any Element.Type
  ) {
    func check<T: Element>(_: T.Type) {
      let k: [[T]] = Self.coefficients(2, state: 2)
      expectElementwise(inputs: 1, over: [0]) { rows, columns, x, y in
        T.kernels.affineColumns(
          rows, columns.count, Array(k[0][columns]), Array(k[1][columns]), x[0].base,
          x[0].stride, y.base, y.stride)
      } formula: { (_, column, x: [T], _) in
        (x[0] - k[0][column]) * k[1][column]
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `two blocks are combined by each column's numbers, also over one of them`(
    element: any Element.Type
  ) {
    func check<T: Element>(_: T.Type) {
      let k: [[T]] = Self.coefficients(3, state: 3)
      expectElementwise(inputs: 2, over: [0, 1]) { rows, columns, x, out in
        let part = k.map { Array($0[columns]) }
        T.kernels.combineColumns(
          rows, columns.count, part[0], part[1], part[2], x[0].base, x[0].stride, x[1].base,
          x[1].stride, out.base, out.stride)
      } formula: { (_, column, x: [T], _) in
        let line = k[0][column] + k[1][column] * x[0]
        return line + k[2][column] * x[1]
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `three blocks, combined by each column's numbers, are added`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      let k: [[T]] = Self.coefficients(4, state: 4)
      expectElementwise(inputs: 3) { rows, columns, x, out in
        let part = k.map { Array($0[columns]) }
        T.kernels.addCombinedColumns(
          rows, columns.count, part[0], part[1], part[2], part[3], x[0].base, x[0].stride,
          x[1].base, x[1].stride, x[2].base, x[2].stride, out.base, out.stride)
      } formula: { (_, column, x: [T], out) in
        let line = k[0][column] + k[1][column] * x[0]
        let plane = line + k[2][column] * x[1]
        return out + (plane + k[3][column] * x[2])
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `a multiple of a block is added`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      for s: T in [-1, 0.3] {
        expectElementwise(inputs: 1) { rows, columns, x, y in
          T.kernels.addScaled(
            rows, columns.count, s, x[0].base, x[0].stride, y.base, y.stride)
        } formula: { (_, _, x: [T], y) in
          y + s * x[0]
        }
      }
    }
    check(element)
  }
}
