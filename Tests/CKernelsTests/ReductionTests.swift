import CKernels
import Testing

/// The sum of a row: sixteen lanes and a tree.
private func laneSum<T: Element>(_ columns: Int, _ term: (_ column: Int) -> T) -> T {
  var lanes = [T](repeating: 0, count: 16)
  for column in 0..<columns { lanes[column % 16] += term(column) }
  for half in [8, 4, 2, 1] {
    for lane in 0..<half { lanes[lane] += lanes[lane + half] }
  }
  return lanes[0]
}

/// The kernels' sums of x, of (x − center)² and of (x − center) · y.
private func matrixSums<T: Element>(
  _ x: Matrix<T>, _ y: Matrix<T>, center: T
) -> (sum: Double, deviations: Double, dot: Double) {
  x.withView { x in
    y.withView { y in
      (
        T.kernels.sum(x), T.kernels.sum_of_squared_deviations(Double(center), x),
        T.kernels.centered_dot(Double(center), x, y)
      )
    }
  }
}

struct ReductionTests {
  @Test(arguments: elements)
  func `the squares of a column are one chain of fmas`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 1)
      for columns in widths {
        for rows in [0, 1, 37] {
          let x = Matrix<T>(rows, columns, gap: 3, using: &random)
          var out = [T](repeating: .nan, count: columns)
          x.withView { x in out.withMutableView { T.kernels.column_squares(x, $0) } }
          let expected = (0..<columns).map { column in
            (0..<rows).reduce(T(0)) { $0.addingProduct(x[$1, column], x[$1, column]) }
          }
          #expect(same(out, expected))
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `the sum of a row is sixteen lanes and a tree`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 2)
      for columns in widths {
        let x = Matrix<T>(5, columns, gap: 3, using: &random)
        let start: [T] = random.reals(5)
        var out = start
        x.withView { x in out.withMutableView { T.kernels.add_row_sums(x, $0) } }
        let expected = (0..<5).map { row in
          start[row] + laneSum(columns) { x[row, $0] }
        }
        #expect(same(out, expected))
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `a sum of a matrix adds the sums of its rows in order, in double`(element: any Element.Type)
  {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 3)
      for columns in widths {
        for rows in [0, 1, 7] {
          let x = Matrix<T>(rows, columns, gap: 3, using: &random)
          let y = Matrix<T>(rows, columns, gap: 1, using: &random)
          let center: T = random.real()
          func total(_ term: (Int, Int) -> T) -> Double {
            (0..<rows).reduce(0.0) { total, row in
              total + Double(laneSum(columns) { term(row, $0) })
            }
          }
          let sums = matrixSums(x, y, center: center)
          #expect(same(sums.sum, total { x[$0, $1] }))
          #expect(same(sums.deviations, total { (x[$0, $1] - center) * (x[$0, $1] - center) }))
          #expect(same(sums.dot, total { (x[$0, $1] - center) * y[$0, $1] }))
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `a NaN or infinity anywhere reaches the sums of a matrix`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      let ones = Matrix<T>(3, 37, gap: 2) { _, _ in 1 }
      for row in 0..<3 {
        for column in 0..<37 {
          for wrong: T in [.nan, .infinity] {
            var x = ones
            x[row, column] = wrong
            let left = matrixSums(x, ones, center: 0), right = matrixSums(ones, x, center: 0)
            let sums = [
              left.sum, matrixSums(x, ones, center: 1).deviations, left.dot, right.dot,
            ]
            #expect(sums.allSatisfy { same($0, Double(wrong)) })
          }
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `the sums of a column in double are chains in the order of the rows`(
    element: any Element.Type
  ) {
    func check<T: Element>(_: T.Type) {
      var random = Sequence64(state: 4)
      for columns in widths {
        for rows in [0, 1, 37] {
          let numbers: [T] = awkward(rows * columns, using: &random)
          let special = Matrix<T>(rows, columns, gap: 3) { numbers[$0 * columns + $1] }
          let y = Matrix<T>(rows, columns, gap: 1, using: &random)
          let center: [T] = random.reals(columns)
          for x in [special, Matrix<T>(rows, columns, gap: 2, using: &random)] {
            func chains(_ term: (Int, Int) -> Double) -> [Double] {
              (0..<columns).map { column in
                (0..<rows).reduce(0.0) { $0 + term($1, column) }
              }
            }
            var out = [Double](repeating: .nan, count: columns)
            func sums(
              _ kernel: (UnsafePointer<input_matrix>, UnsafePointer<input_matrix>, output_sums) ->
                Void
            ) {
              x.withView { x in
                y.withView { y in
                  out.withUnsafeMutableBufferPointer {
                    kernel(x, y, output_sums(base: $0.baseAddress ?? nowhere(), count: columns))
                  }
                }
              }
            }
            sums { x, _, out in T.kernels.column_sums(x, out) }
            #expect(same(out, chains { Double(x[$0, $1]) }))
            sums { x, y, out in T.kernels.column_dots(x, y, out) }
            #expect(same(out, chains { Double(x[$0, $1]) * Double(y[$0, $1]) }))
            sums { x, _, out in
              center.withView { T.kernels.column_squared_deviations($0, x, out) }
            }
            #expect(
              same(
                out,
                chains {
                  let deviation = Double(x[$0, $1]) - Double(center[$1])
                  return deviation * deviation
                }))
          }
        }
      }
    }
    check(element)
  }

  @Test(arguments: elements)
  func `allWithin finds a number past the bound anywhere`(element: any Element.Type) {
    func check<T: Element>(_: T.Type) {
      func allWithin(_ x: [T], _ bound: T) -> Bool {
        x.withView { T.kernels.all_within(Double(bound), $0) }
      }
      for count in widths {
        var x = [T](repeating: .greatestFiniteMagnitude, count: count)
        if count > 2 { (x[0], x[1], x[2]) = (-.greatestFiniteMagnitude, .leastNonzeroMagnitude, 0) }
        #expect(allWithin(x, .greatestFiniteMagnitude))
        for place in 0..<count {
          let kept = x[place]
          for wrong: T in [.infinity, -.infinity, .nan, .signalingNaN, -.nan] {
            x[place] = wrong
            #expect(!allWithin(x, .greatestFiniteMagnitude))
          }
          x[place] = kept
        }
        for place in 0..<count {
          x = [T](repeating: -1, count: count)
          #expect(allWithin(x, 1) && !allWithin(x, T(1).nextDown))
          x[place] = T(1).nextUp
          #expect(!allWithin(x, 1))
        }
      }
    }
    check(element)
  }
}
