import CKernels
import Testing

struct NormalizationTests {
  /// Rows of coefficients, one for each column of the widest matrix, or for each row.
  private static func coefficients<T: Element>(_ count: Int, state: UInt64) -> Matrix<T> {
    var random = Sequence64(state: state)
    return Matrix(count, 130, gap: 5, using: &random)
  }

  @Test(arguments: elements)
  func `batch normalization matches its formula, also in place`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      let (mean, scale, gamma, beta): (T, T, T, T) = (0.1, 1.7, 0.3, -0.6)
      expectElementwise(rows: 5, inputs: 1, over: [0]) { _, x, y in
        T.kernels.batch_normalize(
          normalization(mean: Double(mean), scale: Double(scale)),
          affine_map(gamma: Double(gamma), beta: Double(beta)), x[0], y)
      } formula: { (_, _, x: [T], _) in
        ((x[0] - mean) * scale) * gamma + beta
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `the vjp of batch normalization matches its formula, also in place of dy`(
    element: any Element.Type
  ) {
    func check<T: Element>(_: T.Type) {
      let (mean, scale, a, b, c): (T, T, T, T, T) = (0.1, 1.7, 0.3, -0.6, 0.9)
      expectElementwise(rows: 5, inputs: 2, over: [1]) { _, x, dx in
        var k = normalization_vjp(a: Double(a), b: Double(b), c: Double(c))
        T.kernels.batch_normalize_vjp(
          normalization(mean: Double(mean), scale: Double(scale)), &k, x[0], x[1], dx)
      } formula: { (_, _, x: [T], _) in
        let normal = (x[0] - mean) * scale
        return a * ((x[1] - b) - normal * c)
      }
    }
    check(element)
  }

  @Test(arguments: elements, [1, 3, 7, 100])
  func `rows are scaled and shifted by coefficients that repeat, also in place`(
    element: any Element.Type, period: Int
  ) {
    func check<T: Element>(_: T.Type) {
      let k: Matrix<T> = Self.coefficients(2, state: 1)
      let scale = (0..<period).map { k[0, $0] }, shift = (0..<period).map { k[1, $0] }
      expectElementwise(rows: 7, inputs: 1, over: [0]) { _, x, y in
        scale.withView { scale in
          shift.withView { T.kernels.scale_rows(scale, $0, x[0], y) }
        }
      } formula: { (row, _, x: [T], _) in
        x[0] * scale[row % period] + shift[row % period]
      }
      // A shift of zero would turn −0 into 0.
      expectElementwise(rows: 7, inputs: 1, over: [0]) { _, x, y in
        scale.withView { T.kernels.scale_rows($0, input_buffer(), x[0], y) }
      } formula: { (row, _, x: [T], _) in
        x[0] * scale[row % period]
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `columns are shifted and scaled by their coefficients, also in place`(
    element: any Element.Type
  ) {
    func check<T: Element>(_: T.Type) {
      let k: Matrix<T> = Self.coefficients(2, state: 2)
      let shift = (0..<130).map { k[0, $0] }, scale = (0..<130).map { k[1, $0] }
      expectElementwise(inputs: 1, over: [0]) { columns, x, y in
        shift.withView(columns) { shift in
          scale.withView(columns) { T.kernels.affine_columns(shift, $0, x[0], y) }
        }
      } formula: { (_, column, x: [T], _) in
        (x[0] - shift[column]) * scale[column]
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `two matrices are combined with the coefficients of columns, also in place`(
    element: any Element.Type
  ) {
    func check<T: Element>(_: T.Type) {
      let k: Matrix<T> = Self.coefficients(3, state: 3)
      expectElementwise(inputs: 2, over: [0, 1]) { columns, x, out in
        k.withView(columns) { T.kernels.combine_columns($0, x[0], x[1], out) }
      } formula: { (_, column, x: [T], _) in
        let line = k[0, column] + k[1, column] * x[0]
        return line + k[2, column] * x[1]
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `three matrices, combined with the coefficients of columns, are added`(
    element: any Element.Type
  ) {
    func check<T: Element>(_: T.Type) {
      let k: Matrix<T> = Self.coefficients(4, state: 4)
      expectElementwise(inputs: 3) { columns, x, out in
        k.withView(columns) { T.kernels.add_combined_columns($0, x[0], x[1], x[2], out) }
      } formula: { (_, column, x: [T], out) in
        let line = k[0, column] + k[1, column] * x[0]
        let plane = line + k[2, column] * x[1]
        return out + (plane + k[3, column] * x[2])
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `a multiple of a matrix is added`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      for s: T in [-1, 0.3] {
        expectElementwise(inputs: 1) { _, x, y in
          T.kernels.add_scaled(Double(s), x[0], y)
        } formula: { (_, _, x: [T], y) in
          y + s * x[0]
        }
      }
    }
    check(element)
  }
}
